/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the files that make maps of maps. */
#ifndef HASHRING_CORE_VIEW_PRIV_H
#define HASHRING_CORE_VIEW_PRIV_H

#include "view.h"

/* A table with the nodes and members of @t and room for @nr_slots, no points. */
struct hr_table *hr_table_members(const struct hr_table *t, u32 nr_slots,
				  gfp_t gfp);

/*
 * Completes @t, if there is one, with the points of @map; NULL if that fails.
 */
struct hr_table *hr_table_finish_as(struct hr_table *t,
				    const struct hr_table *map, u32 grid,
				    gfp_t gfp, const struct hr_node_ops *ops);

#endif
