// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log of a ring's migrations: the last events.
 */
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core/limits.h"
#include "gfp.h"
#include "migrate_log.h"

/**
 * hr_migrate_log_text() - copy an operator's text
 * @to: the copy
 * @from: the text
 * @size: of @to
 *
 * Terminals and trace events show the copy. The copy is printable ASCII, so that a
 * text can neither move a cursor nor begin a line.
 *
 * Context: any.
 */
void hr_migrate_log_text(char *to, const char *from, size_t size)
{
	strscpy(to, from, size);
	for (; *to; to++)
		if (*to < ' ' || *to > '~')
			*to = '?';
}

/**
 * hr_migrate_log_prepare() - allocate the log, before the first migration
 * @log: the ring's log
 *
 * Context: under the ring's lock. May sleep.
 * Return: 0 or -ENOMEM.
 */
int hr_migrate_log_prepare(struct hr_migrate_log *log)
{
	if (!log->log)
		log->log = kvcalloc(HR_MAX_STEPS, sizeof(*log->log), HR_GFP);
	return log->log ? 0 : -ENOMEM;
}

/**
 * hr_migrate_log_release() - free the log
 * @log: the log; not to be used afterwards
 *
 * Context: the caller has the last reference to the ring.
 */
void hr_migrate_log_release(struct hr_migrate_log *log)
{
	kvfree(log->log);
}

/**
 * hr_migrate_log_next() - the place for the next event
 * @log: the ring's log, allocated
 *
 * Context: under hr_ring.lock and hr_ring.info_lock.
 * Return: the place, to be filled in. A full log loses its oldest event.
 */
struct hr_migrate_event *hr_migrate_log_next(struct hr_migrate_log *log)
{
	return &log->log[log->nr++ % HR_MAX_STEPS];
}

/**
 * hr_migrate_log_kept() - number of events in the log
 * @log: the ring's log
 *
 * Context: under hr_ring.info_lock, or hr_ring.lock.
 * Return: 0 to HR_MAX_STEPS.
 */
u32 hr_migrate_log_kept(const struct hr_migrate_log *log)
{
	return min_t(u64, log->nr, HR_MAX_STEPS);
}

/**
 * hr_migrate_log_after() - the first event after an epoch
 * @log: the ring's log
 * @epoch: any
 *
 * Context: under hr_ring.info_lock, or hr_ring.lock.
 * Return: the event, valid until the lock is released, or NULL.
 */
const struct hr_migrate_event *
hr_migrate_log_after(const struct hr_migrate_log *log, u64 epoch)
{
	u64 low = log->nr - hr_migrate_log_kept(log), high = log->nr;

	while (low < high) {
		u64 middle = low + (high - low) / 2;

		if (log->log[middle % HR_MAX_STEPS].epoch <= epoch)
			low = middle + 1;
		else
			high = middle;
	}
	return low < log->nr ? &log->log[low % HR_MAX_STEPS] : NULL;
}
