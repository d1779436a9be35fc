// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "sort.h"

#define RADIX_BITS	8
#define RADIX		BIT(RADIX_BITS)

static void radix_pass(struct hr_point *to, const struct hr_point *from, u32 n,
		       u32 shift)
{
	u32 start[RADIX] = {};
	u32 i, next = 0;

	for (i = 0; i < n; i++) {
		start[from[i].pos >> shift & (RADIX - 1)]++;
		if (!(i & (HR_CHUNK - 1)))
			cond_resched();
	}
	for (i = 0; i < RADIX; i++) {
		u32 count = start[i];

		start[i] = next;
		next += count;
	}
	for (i = 0; i < n; i++) {
		to[start[from[i].pos >> shift & (RADIX - 1)]++] = from[i];
		if (!(i & (HR_CHUNK - 1)))
			cond_resched();
	}
}

/**
 * hr_sort_points() - sort by position
 * @points: sorted; points of one position stay in their order
 * @tmp: room for as many
 * @n: number of points
 *
 * Context: process; sleeps.
 */
void hr_sort_points(struct hr_point *points, struct hr_point *tmp, u32 n)
{
	u32 shift;

	for (shift = 0; shift < 32; shift += 2 * RADIX_BITS) {
		radix_pass(tmp, points, n, shift);
		radix_pass(points, tmp, n, shift + RADIX_BITS);
	}
}

/* Merges two sorted runs, @a of @na items and @b of @nb after it. */
static void merge_items(struct hr_item *to, const struct hr_item *a, u32 na,
			const struct hr_item *b, u32 nb)
{
	while (na && nb) {
		if (strcmp(a->key, b->key) <= 0) {
			*to++ = *a++;
			na--;
		} else {
			*to++ = *b++;
			nb--;
		}
	}
	memcpy(to, a, na * sizeof(*a));
	memcpy(to + na, b, nb * sizeof(*b));
}

/**
 * hr_sort_items() - sort by key
 * @items: sorted; items of one key stay in their order
 * @tmp: room for as many
 * @n: number of items
 *
 * Context: process; sleeps.
 */
void hr_sort_items(struct hr_item *items, struct hr_item *tmp, u32 n)
{
	struct hr_item *from = items, *to = tmp;
	u32 run, i;

	for (run = 1; run < n; run *= 2) {
		struct hr_item *swap = from;

		for (i = 0; i < n; i += 2 * run) {
			u32 na = min(run, n - i);

			merge_items(to + i, from + i, na, from + i + na,
				    min(run, n - i - na));
			cond_resched();
		}
		from = to;
		to = swap;
	}
	if (from != items)
		memcpy(items, from, n * sizeof(*items));
}

/**
 * hr_points_seek() - the first point at or after a position
 * @points: ascending by position
 * @n: number of points
 * @pos: the position
 *
 * Context: any.
 * Return: its index, or @n.
 */
u32 hr_points_seek(const struct hr_point *points, u32 n, u32 pos)
{
	u32 low = 0, high = n;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (points[mid].pos < pos)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/**
 * hr_points_gallop() - as hr_points_seek(), fast for near points
 * @points: ascending by position
 * @from: where to begin; all points before it are before @pos
 * @n: number of points
 * @pos: the position
 *
 * Context: any.
 * Return: index of the first point at or after @pos, or @n.
 */
u32 hr_points_gallop(const struct hr_point *points, u32 from, u32 n, u32 pos)
{
	u32 step = 1;

	while (step <= n - from && points[from + step - 1].pos < pos) {
		from += step;
		step *= 2;
	}
	return from + hr_points_seek(points + from, min(step, n - from), pos);
}
