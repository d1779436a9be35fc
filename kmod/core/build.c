// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "build.h"
#include "index.h"
#include "sort.h"

/**
 * hr_table_alloc() - a table without points
 * @nr_slots: room for nodes
 * @nr_nodes: members to be
 * @gfp: how to allocate
 *
 * Context: process.
 * Return: a table that hr_build() completes and hr_table_free() frees at any
 * stage, or NULL.
 */
struct hr_table *hr_table_alloc(u32 nr_slots, u32 nr_nodes, gfp_t gfp)
{
	struct hr_table *t = kvzalloc(sizeof(*t), gfp);

	if (!t)
		return NULL;
	t->nodes = kvcalloc(nr_slots, sizeof(*t->nodes), gfp);
	t->share = kvcalloc(nr_slots, sizeof(*t->share), gfp);
	t->by_name = kvmalloc_array(nr_nodes, sizeof(*t->by_name), gfp);
	t->by_seat = kvmalloc_array(nr_nodes, sizeof(*t->by_seat), gfp);
	if (!t->nodes || !t->share || !t->by_name || !t->by_seat) {
		hr_table_free(t, NULL);
		return NULL;
	}
	t->nr_slots = nr_slots;
	t->nr_nodes = nr_nodes;
	t->bytes = sizeof(*t) +
		   (size_t)nr_slots * (sizeof(*t->nodes) + sizeof(*t->share)) +
		   (size_t)nr_nodes * (sizeof(*t->by_name) +
				       sizeof(*t->by_seat));
	return t;
}

u32 hr_members_seek(struct hr_node *const *members, u32 from, u32 n,
		    const char *key, size_t offset)
{
	u32 low = from, high, step;

	for (step = 1; low + step <= n; step *= 2) {
		if (strcmp(hr_member_key(members[low + step - 1], offset),
			   key) >= 0)
			break;
		low += step;
	}
	high = min(low + step, n);
	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (strcmp(hr_member_key(members[mid], offset), key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Copies points that stay, renumbered; returns the end of the copy. */
static struct hr_point *copy_points(const struct hr_build *b,
				    struct hr_point *to,
				    const struct hr_point *from, u32 n)
{
	while (n) {
		u32 chunk = min(n, HR_CHUNK);
		u32 i;

		if (!b->remap) {
			memcpy(to, from, chunk * sizeof(*to));
			to += chunk;
		} else {
			for (i = 0; i < chunk; i++) {
				u32 slot = b->remap[from[i].slot];

				to->pos = from[i].pos;
				to->slot = slot;
				to += slot != HR_NO_SLOT;
			}
		}
		from += chunk;
		n -= chunk;
		cond_resched();
	}
	return to;
}

/* Whether a point of the base stands before one that comes. */
static bool stands_before(const struct hr_build *b, const struct hr_point *old,
			  const struct hr_point *new)
{
	if (likely(old->pos != new->pos))
		return old->pos < new->pos;
	return strcmp(b->base->nodes[old->slot]->seat,
		      b->next->nodes[new->slot]->seat) < 0;
}

/* How many of the base's points from @from on stand before @new. */
static u32 points_before(const struct hr_build *b, u32 from,
			 const struct hr_point *new)
{
	const struct hr_point *points = b->base->points;
	u32 n = b->base->nr_points;
	u32 low = from, high, step;

	for (step = 1; low + step <= n; step *= 2) {
		if (!stands_before(b, &points[low + step - 1], new))
			break;
		low += step;
	}
	high = min(low + step, n);
	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (stands_before(b, &points[mid], new))
			low = mid + 1;
		else
			high = mid;
	}
	return low - from;
}

/*
 * A point that goes is written too and then overwritten by the next one; even
 * behind the last one there is room for it, where the copy of the first point
 * comes to stand.
 */
static void merge_points(const struct hr_build *b, struct hr_point *to)
{
	const struct hr_point *end = to + b->nr_points;
	const struct hr_point *first = to;
	struct hr_point *out = to;
	u32 done = 0;
	u32 i;

	for (i = 0; i < b->nr_run; i++) {
		u32 n = points_before(b, done, &b->run[i]);

		out = copy_points(b, out, b->base->points + done, n);
		done += n;
		*out++ = b->run[i];
		if (!(i & (HR_CHUNK - 1)))
			cond_resched();
	}
	copy_points(b, out, b->base->points + done, b->base->nr_points - done);
	to[b->nr_points].pos = U32_MAX;
	to[b->nr_points].slot = first == end ? HR_NO_SLOT : first->slot;
}

/* Two to four index slots a point, within bounds. */
static u32 index_shift(u32 nr_points)
{
	return 32 - clamp(fls(nr_points) + 1, HR_INDEX_MIN_BITS,
			  HR_INDEX_MAX_BITS);
}

static void sweep(struct hr_table *t, const struct hr_point *points, u32 *index)
{
	u32 n = t->nr_points;
	u32 before = n ? points[n - 1].pos : 0;
	u32 nr_index = 1U << (32 - t->shift);
	u32 i, k = 0;

	for (i = 0; i < nr_index; i++) {
		u32 last = (i << t->shift) | ((1U << t->shift) - 1);
		u32 first = k, owner = points[k].slot, others;

		for (others = 0; k < n && points[k].pos <= last; k++) {
			t->share[points[k].slot] += points[k].pos - before;
			before = points[k].pos;
			others |= points[k].slot ^ owner;
		}
		others |= points[k].slot ^ owner;
		index[i] = others ? hr_index_entry(first, k - first) :
				    HR_INDEX_OWNER | owner;
		if (!(i & (HR_CHUNK - 1)))
			cond_resched();
	}
	/* One position holds all points: the differences above were all 0. */
	if (n && points[0].pos == before)
		t->share[points[0].slot] = HR_WHOLE_RING;
}

/**
 * hr_build() - complete a table
 * @build: what it is made of
 * @gfp: how to allocate
 *
 * Context: process; sleeps.
 * Return: 0, or -ENOMEM: the table is to be freed.
 */
int hr_build(const struct hr_build *build, gfp_t gfp)
{
	struct hr_table *t = build->next;
	u32 nr_points = build->nr_points;
	struct hr_point *points;
	u32 *index;

	t->shift = index_shift(nr_points);
	points = kvmalloc_array(nr_points + 1, sizeof(*points), gfp);
	t->points = points;
	if (!points)
		return -ENOMEM;
	index = kvmalloc_array(1U << (32 - t->shift), sizeof(*index), gfp);
	t->index = index;
	if (!index)
		return -ENOMEM;
	t->nr_points = nr_points;
	t->bytes += ((size_t)nr_points + 1) * sizeof(*points) +
		    (sizeof(*index) << (32 - t->shift));

	hr_sort_points(build->run, points, build->nr_run);
	merge_points(build, points);
	sweep(t, points, index);
	return 0;
}
