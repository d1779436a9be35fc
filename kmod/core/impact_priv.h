/* SPDX-License-Identifier: GPL-2.0-only */
/* The walk beneath hr_walk_next(), for walks that may begin anywhere. */
#ifndef HASHRING_CORE_IMPACT_PRIV_H
#define HASHRING_CORE_IMPACT_PRIV_H

#include "impact.h"

/*
 * Goes on to the next piece of the ring that changes hands, and takes all of it
 * up to position 2^32 - 1: a piece over position 0 comes as two. O(1) for each
 * point passed.
 */
bool hr_walk_piece(struct hr_walk *w, struct hr_moved_arc *arc);

/* Makes position @next the next one, up to 2^32. O(log points). */
void hr_walk_seek(struct hr_walk *w, u64 next);

#endif
