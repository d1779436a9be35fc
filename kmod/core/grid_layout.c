// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the cells that nodes have to the cells that they are due: a node with
 * too many frees the difference, a node with too few takes it up. The choice
 * keeps arcs long. It depends on cells and seats alone, so that equal tables
 * and changes make equal tables. The choice is part of the algorithm that
 * HR_ALGORITHM numbers.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "grid_layout.h"

static u32 left_of(const struct hr_layout *l, const struct hr_run *run)
{
	return l->owner[(run->first + l->nr - 1) & (l->nr - 1)];
}

static u32 right_of(const struct hr_layout *l, const struct hr_run *run)
{
	return l->owner[(run->first + run->count) & (l->nr - 1)];
}

/* Runs of one owner each, or else runs without an owner. */
static u32 list_runs(const struct hr_layout *l, bool owned, struct hr_run *runs)
{
	u32 i, end, n = 0;
	bool has;

	for (i = 0; i < l->nr; i = end) {
		for (end = i + 1; end < l->nr; end++)
			if (l->owner[end] != l->owner[i])
				break;
		has = l->owner[i] != HR_NO_SLOT;
		if (has != owned)
			continue;
		if (runs) {
			runs[n].first = i;
			runs[n].count = end - i;
		}
		n++;
		if (!(n & 0xfff))
			cond_resched();
	}
	return n;
}

/**
 * hr_layout_runs() - list the runs of a grid
 * @l: the grid
 * @owned: runs of one owner each, or else runs without an owner
 * @runs: filled in, ascending; for kvfree()
 * @n: filled in: their number
 *
 * Context: process; sleeps.
 * Return: 0 or -ENOMEM.
 */
int hr_layout_runs(const struct hr_layout *l, bool owned, struct hr_run **runs,
		   u32 *n)
{
	*n = list_runs(l, owned, NULL);
	*runs = kvmalloc_array(*n, sizeof(**runs), l->c->gfp);
	if (!*runs)
		return -ENOMEM;
	list_runs(l, owned, *runs);
	return 0;
}

/* Frees cells at an end of a run that is longer than that. */
static void cut(struct hr_layout *l, struct hr_run *run, u32 count, bool right)
{
	run->count -= count;
	if (right) {
		hr_hand_over(l, run->first + run->count, count, HR_NO_SLOT);
	} else {
		hr_hand_over(l, run->first, count, HR_NO_SLOT);
		run->first += count;
	}
}

/* Whole runs, the shortest first: each is one arc less for its node. */
static void free_whole(struct hr_layout *l, const struct hr_run *runs,
		       const struct hr_point *by_length, u32 n)
{
	const struct hr_run *run;
	u32 i;

	for (i = 0; i < n; i++) {
		run = &runs[by_length[i].slot];
		if (hr_spare(l, l->owner[run->first]) >= run->count)
			hr_hand_over(l, run->first, run->count, HR_NO_SLOT);
		if (!(i & 0xfff))
			cond_resched();
	}
}

/* Next to free cells, or next to a node with too few. */
static void free_beside(struct hr_layout *l, struct hr_run *runs, u32 n)
{
	u32 i, less, right, left;

	for (i = 0; i < n; i++) {
		less = hr_spare(l, l->owner[runs[i].first]);
		if (!less)
			continue;
		right = right_of(l, &runs[i]);
		left = left_of(l, &runs[i]);
		if (right == HR_NO_SLOT || hr_want(l, right))
			cut(l, &runs[i], less, true);
		else if (left == HR_NO_SLOT || hr_want(l, left))
			cut(l, &runs[i], less, false);
		if (!(i & 0xfff))
			cond_resched();
	}
}

/* Between two neighbours that both have too many, so that one arc results. */
static void free_pairs(struct hr_layout *l, struct hr_run *runs, u32 n)
{
	u32 i, less, right, more;

	for (i = 0; i < n; i++) {
		less = hr_spare(l, l->owner[runs[i].first]);
		right = right_of(l, &runs[i]);
		more = hr_spare(l, right);
		if (!less || !more || right == l->owner[runs[i].first])
			continue;
		cut(l, &runs[i], less, true);
		cut(l, &runs[i + 1 < n ? i + 1 : 0], more, false);
		if (!(i & 0xfff))
			cond_resched();
	}
}

/* At the ends of the longest runs. */
static void free_ends(struct hr_layout *l, struct hr_run *runs,
		      const struct hr_point *by_length, u32 n)
{
	u32 i, less;

	for (i = n; i-- > 0;) {
		less = hr_spare(l, l->owner[runs[by_length[i].slot].first]);
		if (less)
			cut(l, &runs[by_length[i].slot], less, true);
		if (!(i & 0xfff))
			cond_resched();
	}
}

/*
 * Frees the cells that nodes have beyond their due. After the first step, no
 * node has a run as short as the number of cells that it still has to give, so
 * that one end of one run is enough.
 */
static int free_spare(struct hr_layout *l)
{
	struct hr_point *by_length = NULL;
	struct hr_run *runs = NULL;
	u32 i, n;
	int ret;

	for (i = 0; i < l->next->nr_slots; i++)
		if (hr_spare(l, i))
			break;
	if (i == l->next->nr_slots)
		return 0;
	ret = hr_layout_runs(l, true, &runs, &n);
	if (ret)
		return ret;
	by_length = kvmalloc_array(n, 2 * sizeof(*by_length), l->c->gfp);
	if (!by_length) {
		ret = -ENOMEM;
		goto free_runs;
	}
	for (i = 0; i < n; i++) {
		by_length[i].pos = runs[i].count;
		by_length[i].slot = i;
	}
	hr_sort_points(by_length, by_length + n, n);
	free_whole(l, runs, by_length, n);
	free_beside(l, runs, n);
	free_pairs(l, runs, n);
	free_ends(l, runs, by_length, n);
	kvfree(by_length);
free_runs:
	kvfree(runs);
	return ret;
}

/* A free run goes to a neighbour that lacks all of it, or both share it. */
static bool fill_whole(struct hr_layout *l, const struct hr_run *run, bool same)
{
	u32 left = left_of(l, run), right = right_of(l, run);
	u32 lw = hr_want(l, left), rw = hr_want(l, right), part;

	if (same && left != right)
		return false;
	if (lw >= run->count && lw >= rw)
		part = run->count;
	else if (rw >= run->count)
		part = 0;
	else if (left != right && lw && rw && lw + rw >= run->count)
		part = lw;
	else
		return false;
	hr_hand_over(l, run->first, part, left);
	hr_hand_over(l, run->first + part, run->count - part, right);
	return true;
}

/* What neighbours lack beyond the length of a free run. */
static void fill_ends(struct hr_layout *l, struct hr_run *run)
{
	u32 left = left_of(l, run), right = right_of(l, run), part;

	part = min(hr_want(l, left), run->count);
	hr_hand_over(l, run->first, part, left);
	run->first += part;
	run->count -= part;
	part = min(hr_want(l, right), run->count);
	run->count -= part;
	hr_hand_over(l, run->first + run->count, part, right);
}

/* Neighbours first, and of them those on both sides: their arcs grow. */
static void fill_by_neighbours(struct hr_layout *l, struct hr_run *runs, u32 n)
{
	u32 i, round;

	for (round = 0; round < 3; round++) {
		for (i = 0; i < n; i++) {
			if (!runs[i].count)
				continue;
			if (round == 2)
				fill_ends(l, &runs[i]);
			else if (fill_whole(l, &runs[i], !round))
				runs[i].count = 0;
			if (!(i & 0xfff))
				cond_resched();
		}
	}
}

/*
 * The rest, in the order of cells, to nodes that lack some, in the order of
 * seats. In a ring without active nodes no node does.
 */
static void fill_rest(struct hr_layout *l, struct hr_run *runs, u32 n)
{
	u32 i, part, seat = 0;

	for (i = 0; i < n; i++) {
		while (runs[i].count && seat < l->next->nr_nodes) {
			u32 slot = l->next->by_seat[seat]->slot;

			part = min(hr_want(l, slot), runs[i].count);
			if (!part) {
				seat++;
				continue;
			}
			hr_hand_over(l, runs[i].first, part, slot);
			runs[i].first += part;
			runs[i].count -= part;
		}
		if (!(i & 0xfff))
			cond_resched();
	}
}

static int fill_free(struct hr_layout *l)
{
	struct hr_run *runs;
	u32 n;
	int ret;

	ret = hr_layout_runs(l, false, &runs, &n);
	if (ret)
		return ret;
	fill_by_neighbours(l, runs, n);
	fill_rest(l, runs, n);
	kvfree(runs);
	return 0;
}

/**
 * hr_layout_level() - give every node the cells that it is due
 * @l: the grid; some of its cells may have no owner
 *
 * Moves as few cells as possible: those that nodes have beyond their due.
 *
 * Context: process; sleeps.
 * Return: 0 or -ENOMEM.
 */
int hr_layout_level(struct hr_layout *l)
{
	int ret = free_spare(l);

	return ret ? ret : fill_free(l);
}
