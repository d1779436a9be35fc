/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The view: what readers hold on to. Everything that decides an owner hangs
 * off one pointer, so that a packet sees one map and never a mix of two.
 */
#ifndef HASHRING_CORE_VIEW_H
#define HASHRING_CORE_VIEW_H

#include "table.h"

/**
 * struct hr_view - the map in force
 * @table: the settled table
 */
struct hr_view {
	struct hr_table *table;
};

/* The node that owns @pos in the effective map, or NULL. */
static inline struct hr_node *hr_view_owner(const struct hr_view *view, u32 pos)
{
	return hr_table_owner(view->table, pos);
}

#endif
