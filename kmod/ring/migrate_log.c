// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happened to a ring's migrations.
 */
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core/limits.h"
#include "gfp.h"
#include "migrate_log.h"

/**
 * hr_steps_words() - keep words that one person leaves for another
 * @to: where
 * @from: the words
 * @size: of @to
 *
 * Who reads them does so in a terminal or among trace events: nothing in them
 * may move a cursor or begin a line, so that they are printable ASCII.
 *
 * Context: any.
 */
void hr_steps_words(char *to, const char *from, size_t size)
{
	strscpy(to, from, size);
	for (; *to; to++)
		if (*to < ' ' || *to > '~')
			*to = '?';
}

/**
 * hr_steps_prepare() - room for steps, before the first migration
 * @steps: the ring's
 *
 * Context: under the ring's lock. May sleep.
 * Return: 0 or -ENOMEM.
 */
int hr_steps_prepare(struct hr_steps *steps)
{
	if (!steps->log)
		steps->log = kvcalloc(HR_MAX_STEPS, sizeof(*steps->log), HR_GFP);
	return steps->log ? 0 : -ENOMEM;
}

/**
 * hr_steps_release() - forget all
 * @steps: is of no use afterwards
 *
 * Context: nobody else has the ring.
 */
void hr_steps_release(struct hr_steps *steps)
{
	kvfree(steps->log);
}

/**
 * hr_steps_next() - the place of the next step
 * @steps: prepared
 *
 * Context: under hr_ring.lock and hr_ring.told_lock.
 * Return: to be filled in; the oldest one is lost when there are too many.
 */
struct hr_happened *hr_steps_next(struct hr_steps *steps)
{
	return &steps->log[steps->nr++ % HR_MAX_STEPS];
}

/**
 * hr_steps_kept() - how many steps are kept
 * @steps: the ring's
 *
 * Context: under hr_ring.told_lock, or hr_ring.lock.
 * Return: 0 to HR_MAX_STEPS.
 */
u32 hr_steps_kept(const struct hr_steps *steps)
{
	return min_t(u64, steps->nr, HR_MAX_STEPS);
}

/**
 * hr_steps_after() - the first step after an epoch
 * @steps: the ring's
 * @epoch: any
 *
 * Context: under hr_ring.told_lock, or hr_ring.lock.
 * Return: the step, good until the lock is released, or NULL.
 */
const struct hr_happened *hr_steps_after(const struct hr_steps *steps,
					 u64 epoch)
{
	u64 low = steps->nr - hr_steps_kept(steps), high = steps->nr;

	while (low < high) {
		u64 middle = low + (high - low) / 2;

		if (steps->log[middle % HR_MAX_STEPS].epoch <= epoch)
			low = middle + 1;
		else
			high = middle;
	}
	return low < steps->nr ? &steps->log[low % HR_MAX_STEPS] : NULL;
}
