// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cells of a balanced ring before a change. The members do not tell the
 * owners of cells; the pieces that changed hands do.
 */
#include <errno.h>
#include <stdlib.h>

#include "past.h"

static int compare_ids(const void *a, const void *b)
{
	const struct past_id *x = a;
	const struct past_id *y = b;

	return x->after < y->after ? -1 : x->after > y->after;
}

/* Whether a piece is made of cells, and its new owner has all of them. */
static bool fits(const __u32 *cells, __u32 grid, const struct hr_past_arc *arc,
		 __u32 first, __u32 n)
{
	__u32 width = HASHRING_WHOLE / grid;
	__u32 i;

	if ((arc->start + 1) % width || (arc->end + 1) % width)
		return false;
	for (i = 0; i < n; i++)
		if (cells[(first + i) % grid] != arc->to)
			return false;
	return true;
}

/**
 * past_cells_return() - the owners of cells before a change
 * @cells: ids of the owners after the change, 0 for none; become those before
 * @grid: number of @cells, a power of two
 * @arcs: the pieces that changed hands
 * @nr_arcs: number of @arcs
 * @ids: nodes whose id the change set
 * @nr_ids: number of @ids
 *
 * Return: 0; -EINVAL when the change did not lead to these cells, or -ENOMEM:
 * then @cells are as they were.
 */
int past_cells_return(__u32 *cells, __u32 grid, const struct hr_past_arc *arcs,
		      __u32 nr_arcs, const struct past_id *ids, __u32 nr_ids)
{
	__u32 width = HASHRING_WHOLE / grid;
	struct past_id *sorted, *at;
	struct past_id key;
	__u32 i, k;

	for (i = 0; i < nr_arcs; i++)
		if (!fits(cells, grid, &arcs[i], (arcs[i].start + 1) / width,
			  ((arcs[i].end - arcs[i].start - 1) / width) + 1))
			return -EINVAL;
	sorted = malloc((nr_ids + 1) * sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	for (i = 0; i < nr_ids; i++)
		sorted[i] = ids[i];
	qsort(sorted, nr_ids, sizeof(*sorted), compare_ids);

	/* Cells that stayed with their node get that node's id of before. */
	for (i = 0; nr_ids && i < grid; i++) {
		key.after = cells[i];
		at = bsearch(&key, sorted, nr_ids, sizeof(*sorted),
			     compare_ids);
		if (at)
			cells[i] = at->before;
	}
	for (i = 0; i < nr_arcs; i++) {
		__u32 first = (arcs[i].start + 1) / width;
		__u32 n = ((arcs[i].end - arcs[i].start - 1) / width) + 1;

		for (k = 0; k < n; k++)
			cells[(first + k) % grid] = arcs[i].from;
	}
	free(sorted);
	return 0;
}
