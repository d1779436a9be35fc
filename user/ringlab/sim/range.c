// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ranges: each node has one, which begins where the range before it ends. A
 * look-up is a bisection. The first ranges are equal. Two methods differ in
 * their changes:
 *
 * range-split: a joining node gets the upper half of the largest range. The
 * range of a leaving node goes to the smaller of its neighbours. Little moves,
 * and the ranges become unequal.
 *
 * range-recut: all ranges are cut anew, equally. A joining node is appended.
 */
#include <errno.h>
#include <stdlib.h>

#include "sim.h"

/* The last position of each range. */
struct ranges {
	u32 nr;
	u32 end[];
};

static u64 range_size(const struct ranges *r, u32 i)
{
	return r->end[i] - (i ? (u64)r->end[i - 1] : -1ULL);
}

/* The map, with room for the ranges of all nodes before and after. */
static struct ranges *range_map(struct sim *s)
{
	if (!s->map)
		s->map = malloc(sizeof(struct ranges) +
				s->nodes->nr * sizeof(u32));
	return s->map;
}

static void cut_equally(struct ranges *r, u32 nr)
{
	u32 i;

	r->nr = nr;
	for (i = 0; i < nr; i++)
		r->end[i] = sim_part_end(i, nr);
}

static int recut_change(struct sim *s, const struct sim_change *change)
{
	struct ranges *r = range_map(s);

	if (!r || sim_list_change(s, change))
		return -ENOMEM;
	cut_equally(r, s->nr);
	return 0;
}

/* Gives a range to its smaller neighbour, by the removal of the end between. */
static void merge_range(struct ranges *r, u32 i)
{
	bool down = i == r->nr - 1 ||
		    (i && range_size(r, i - 1) < range_size(r, i + 1));
	u32 gone = down ? i - 1 : i;

	r->nr--;
	for (; gone < r->nr; gone++)
		r->end[gone] = r->end[gone + 1];
}

/* Returns the place of the new range, which is the upper half. */
static u32 split_largest(struct ranges *r)
{
	u32 largest = 0, i;
	u64 size;

	for (i = 1; i < r->nr; i++)
		if (range_size(r, i) > range_size(r, largest))
			largest = i;
	size = range_size(r, largest);
	for (i = r->nr; i > largest; i--)
		r->end[i] = r->end[i - 1];
	r->end[largest] -= size / 2;
	r->nr++;
	return largest + 1;
}

static int split_change(struct sim *s, const struct sim_change *change)
{
	struct ranges *r = range_map(s);
	u32 i, place;

	if (!r)
		return -ENOMEM;
	if (!s->nr)
		return recut_change(s, change);
	sim_swap_nodes(s, change);
	/* Joining nodes first: every leaving node needs a neighbour. */
	for (i = 0; i < change->nr_joined; i++)
		if (sim_insert(s, split_largest(r), change->joined[i]))
			return -ENOMEM;
	for (i = 0; i < change->nr_gone; i++) {
		place = sim_place_of(s, change->gone[i]);
		merge_range(r, place);
		sim_erase(s, place);
	}
	return 0;
}

static u32 range_of(const struct ranges *r, u32 pos)
{
	u32 low = 0, high = r->nr - 1;

	while (low < high) {
		u32 mid = (low + high) / 2;

		if (r->end[mid] < pos)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void range_lookup(const struct sim *s, const u32 *pos, u32 *place, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		place[i] = range_of(s->map, pos[i]);
}

static void range_piece(const struct sim *s, u64 *cursor,
			struct sim_piece *piece)
{
	const struct ranges *r = s->map;

	piece->place = (*cursor)++;
	piece->end = r->end[piece->place];
}

static size_t range_bytes(const struct sim *s)
{
	return 2 * s->nr * sizeof(u32);
}

const struct sim_ops sim_range_split = {
	.name = "range-split",
	.change = split_change,
	.lookup = range_lookup,
	.piece = range_piece,
	.bytes = range_bytes,
};

const struct sim_ops sim_range_recut = {
	.name = "range-recut",
	.change = recut_change,
	.lookup = range_lookup,
	.piece = range_piece,
	.bytes = range_bytes,
};
