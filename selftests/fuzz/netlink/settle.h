/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads rings at the end of a session */
#ifndef FUZZ_SETTLE_H
#define FUZZ_SETTLE_H

#include <hashring/hashring.h>
#include <hashring/migrate.h>

/**
 * struct arcs - a complete map
 * @nr: number of arcs
 * @end: last position of each arc, ascending
 * @owner: id of each owner; 0: none
 */
struct arcs {
	u32 nr;
	u32 *end;
	u32 *owner;
};

int arcs_read(struct hashring *h, const char *ring, struct arcs *arcs);
void arcs_free(struct arcs *arcs);
u64 arc_length(const struct arcs *arcs, u32 i);

static inline bool migrating(const struct hashring_ring *ring)
{
	return ring->migration != HASHRING_MIGRATION_NONE &&
	       ring->migration != HASHRING_MIGRATION_DONE;
}

bool rebuild(struct hashring *h, const char *ring, char *why, size_t size);

#endif
