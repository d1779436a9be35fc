// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hash-threshold: as many equal regions as there are nodes, as in "Analysis of
 * an Equal-Cost Multi-Path Algorithm" (Hopps, RFC 2992). A joining node is
 * inserted in the middle of the list, which moves the least.
 */
#include <errno.h>

#include "sim.h"

static int threshold_change(struct sim *s, const struct sim_change *change)
{
	u32 middle, i;

	if (!s->nr)
		return sim_list_change(s, change);
	sim_swap_nodes(s, change);
	for (i = 0; i < change->nr_gone; i++)
		sim_erase(s, sim_place_of(s, change->gone[i]));
	middle = s->nr / 2;
	for (i = 0; i < change->nr_joined; i++)
		if (sim_insert(s, middle + i, change->joined[i]))
			return -ENOMEM;
	return 0;
}

static void threshold_lookup(const struct sim *s, const u32 *pos, u32 *place,
			     u32 n)
{
	u32 nr = s->nr, i;

	for (i = 0; i < n; i++)
		place[i] = sim_part(pos[i], nr);
}

static void threshold_piece(const struct sim *s, u64 *cursor,
			    struct sim_piece *piece)
{
	piece->place = (*cursor)++;
	piece->end = sim_part_end(piece->place, s->nr);
}

static size_t threshold_bytes(const struct sim *s)
{
	return s->nr * sizeof(u32);
}

const struct sim_ops sim_threshold = {
	.name = "threshold",
	.change = threshold_change,
	.lookup = threshold_lookup,
	.piece = threshold_piece,
	.bytes = threshold_bytes,
};
