/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The view is what readers hold. Everything that decides an owner hangs off one
 * pointer, so that a packet sees one map and never a mix of two.
 *
 * In a migration a view has two maps and a word. Maps give slots. The table
 * that the migration leads to gives the node in a slot. So it keeps nodes that
 * are no members any more, leaving, until the end.
 */
#ifndef HASHRING_CORE_VIEW_H
#define HASHRING_CORE_VIEW_H

#include "table.h"

/**
 * struct hr_view - the map in force
 * @table: the settled table; in a migration the table that it leads to
 * @from: NULL when settled; else the effective map when the last change was
 *	held. Only the points of @from and @base count
 * @base: the last settled map, may be @from; NULL when settled
 * @frontier: positions below it go by @table, all others by @from; 0 to 2^32.
 *	Changes under readers, by WRITE_ONCE()
 */
struct hr_view {
	struct hr_table *table;
	struct hr_table *from;
	struct hr_table *base;
	u64 frontier;
};

/* Whether no migration is under way. */
static inline bool hr_view_settled(const struct hr_view *view)
{
	return likely(!view->from);
}

/* The map that decides the owner of @pos with this frontier. */
static inline const struct hr_table *hr_view_map(const struct hr_view *view,
						 u64 frontier, u32 pos)
{
	if (hr_view_settled(view) || pos < frontier)
		return view->table;
	return view->from;
}

/* The node in a slot of one of the view's maps, or NULL for HR_NO_SLOT. */
static inline struct hr_node *hr_view_node(const struct hr_view *view, u32 slot)
{
	return slot == HR_NO_SLOT ? NULL : view->table->nodes[slot];
}

struct hr_node *hr_view_owner_moving(const struct hr_view *view, u32 pos);
void hr_view_slots(const struct hr_view *view, u32 pos, u32 *base, u32 *now,
		   u32 *then);

/**
 * hr_view_owner() - the node that owns a position in the effective map
 * @view: the view
 * @pos: any position
 *
 * Costs one branch more than hr_table_owner() without a migration.
 *
 * Context: any; the caller keeps the view alive.
 * Return: the node, which may be leaving, or NULL.
 */
static inline struct hr_node *hr_view_owner(const struct hr_view *view, u32 pos)
{
	if (hr_view_settled(view))
		return hr_table_owner(view->table, pos);
	return hr_view_owner_moving(view, pos);
}

struct hr_table *hr_view_compose(const struct hr_view *view, u64 frontier,
				 u32 grid, gfp_t gfp,
				 const struct hr_node_ops *ops);
struct hr_table *hr_table_without(struct hr_table *t,
				  const struct hr_table *members, u32 grid,
				  gfp_t gfp, const struct hr_node_ops *ops);
struct hr_table *hr_table_settle(struct hr_table *t, u32 grid, gfp_t gfp,
				 const struct hr_node_ops *ops);

struct hr_op;

struct hr_table *hr_table_rollback(const struct hr_table *origin,
				   const struct hr_table *now, u32 grid,
				   gfp_t gfp, const struct hr_node_ops *ops);
int hr_rollback_ops(const struct hr_table *origin, const struct hr_table *now,
		    struct hr_op **ops, u32 *nr, gfp_t gfp);

#endif
