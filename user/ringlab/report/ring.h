/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What of a ring is drawn: pieces of it, no more than a screen can show.
 */
#ifndef RINGLAB_REPORT_RING_H
#define RINGLAB_REPORT_RING_H

#include "report.h"

/* The ring is drawn in so many slices; what is thinner is gathered. */
#define RING_SLICES	2048
#define RING_SLICE	(HASHRING_WHOLE / RING_SLICES)
#define MARK_HEIGHT	30	/* of a mark where all of a slice moves */

/**
 * struct piece - a stretch of the ring that is drawn in one go
 * @start: its first position
 * @end: behind its last one; beyond 2^32 when it reaches over position 0
 * @node: index of its node in the report; of a mark, its height
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
