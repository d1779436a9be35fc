/* SPDX-License-Identifier: GPL-2.0-only */
/* A ring as the target core has it. */
#ifndef HASHRING_FUZZ_CORE_RING_H
#define HASHRING_FUZZ_CORE_RING_H

#include "core/view.h"
#include "oracle.h"

#define MAX_SLOTS	256

/**
 * struct ring - a ring and what has to be
 * @cfg: the ring's
 * @view: what is in force
 * @origin: the table when the migration began; NULL while settled
 * @rolling: the migration goes back
 * @uid_of_slot: who stands in the slots of @view.table
 * @nodes: its nodes, with those that are leaving
 * @origin_nodes: when the migration began
 * @origin_map: likewise
 * @id_max: the highest id that may be given
 * @to: the map of @view.table
 * @from: that of @view.from
 * @base: that of @view.base
 */
struct ring {
	struct hr_config cfg;
	struct hr_view view;
	struct hr_table *origin;
	bool rolling;
	u32 uid_of_slot[MAX_SLOTS];
	struct oracle nodes;
	struct oracle origin_nodes;
	struct map origin_map;
	u32 id_max;
	struct map to;
	struct map from;
	struct map base;
};

/* Puts a table. */
void put(struct hr_table *t);

struct hr_table *compose(const struct ring *r, gfp_t gfp);
u32 uid_at(const struct ring *r, u32 slot);
void copy_map(const struct ring *r, const struct hr_table *t, struct map *map);

/* Holds everything that can be asked of a ring against the oracle. */
void check_ring(const struct ring *r);
void check_at(const struct ring *r, const struct hr_table *composed, u32 pos);
void check_anew(const struct ring *r);
u64 share_between(const struct ring *r, u64 low, u64 high);

#endif
