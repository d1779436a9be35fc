/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pieces of a ring to draw, no more than a screen can show.
 */
#ifndef RINGLAB_REPORT_RING_H
#define RINGLAB_REPORT_RING_H

#include "report.h"

/* The number of slices of a drawn ring; thinner arcs are gathered. */
#define RING_SLICES	2048
#define RING_SLICE	(HASHRING_WHOLE / RING_SLICES)
#define MARK_HEIGHT	30	/* of a mark where a whole slice moves */

/**
 * struct piece - a part of the ring that is drawn at once
 * @start: its first position
 * @end: behind its last position; beyond 2^32 if it reaches over position 0
 * @node: index of its node in the report; of a mark: its height
 */
struct piece {
	__u64 start;
	__u64 end;
	__u32 node;
};

/* Ascending by @node, then by @start. */
struct pieces {
	struct piece *piece;
	__u32 nr;
};

int pieces_of_map(struct pieces *p, const struct report *r,
		  const struct hr_table *map, struct drawn *drawn);
int pieces_of_moves(struct pieces *p, const struct report *r);

#endif
