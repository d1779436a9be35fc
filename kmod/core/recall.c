// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way back: the table that a migration began with, as one that it can lead
 * to again.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "build.h"
#include "change.h"
#include "view_priv.h"

static struct hr_node *node_at(const struct hr_table *t, u32 slot)
{
	return slot < t->nr_slots ? t->nodes[slot] : NULL;
}

/* Adds those of @now to @t that it has not: as they are, or a last version. */
static int add_leaving(struct hr_table *t, const struct hr_table *now, gfp_t gfp,
		       const struct hr_node_ops *ops)
{
	struct hr_node *node, *last;
	u32 i;

	for (i = 0; i < now->nr_slots; i++) {
		node = now->nodes[i];
		if (!(i & 0xff))
			cond_resched();
		if (!node || t->nodes[i])
			continue;
		if (hr_table_has(now, node)) {
			last = ops->alloc(node, true, gfp);
			if (!last)
				return -ENOMEM;
			hr_node_leave(last, node);
		} else {
			last = hr_node_get(node);
		}
		t->nodes[i] = last;
		t->nr_leaving++;
	}
	return 0;
}

/**
 * hr_table_recall() - make the table that leads back to an earlier one
 * @origin: the earlier one, without nodes that are leaving
 * @now: a table that came of it by changes that left nodes
 * @grid: number of cells that all points end, or 0
 * @gfp: how to allocate; with __GFP_NOFAIL it will not fail
 * @ops: those that made the nodes
 *
 * Map and members, in their versions, are those of @origin. All other nodes of
 * @now stand in their slots, leaving, or down if they were.
 *
 * Context: process; sleeps. The caller keeps the tables alive.
 * Return: a table to be put, or NULL.
 */
struct hr_table *hr_table_recall(const struct hr_table *origin,
				 const struct hr_table *now, u32 grid,
				 gfp_t gfp, const struct hr_node_ops *ops)
{
	u32 nr_slots = max(origin->nr_slots, now->nr_slots);
	struct hr_table *t = hr_table_members(origin, nr_slots, gfp);

	if (t && add_leaving(t, now, gfp, ops)) {
		hr_table_put(t, ops);
		return NULL;
	}
	return hr_table_finish_as(t, origin, grid, gfp, ops);
}

/* Whether a member of @origin is down in @now and was not then. */
static bool went_down(const struct hr_node *node, const struct hr_table *now)
{
	const struct hr_node *is = node_at(now, node->slot);

	return is && is->state == HR_DOWN && node->state != HR_DOWN;
}

/**
 * hr_recall_ops() - what has gone down since, to be said of a recalled table
 * @origin: as hr_table_recall() has it
 * @now: as hr_table_recall() has it
 * @ops: operations that take down again what is down in @now and was not in
 *	@origin; for the caller to kvfree(), NULL when there are none
 * @nr: their number
 * @gfp: how to allocate; with __GFP_NOFAIL it will not fail
 *
 * Context: process; sleeps. The caller keeps the tables alive.
 * Return: 0, or -ENOMEM.
 */
int hr_recall_ops(const struct hr_table *origin, const struct hr_table *now,
		  struct hr_op **ops, u32 *nr, gfp_t gfp)
{
	struct hr_op *op;
	u32 i, n = 0;

	*ops = NULL;
	*nr = 0;
	for (i = 0; i < origin->nr_nodes; i++)
		n += went_down(origin->by_name[i], now);
	if (!n)
		return 0;
	op = kvcalloc(n, sizeof(*op), gfp);
	if (!op)
		return -ENOMEM;
	*ops = op;
	*nr = n;
	for (i = 0; i < origin->nr_nodes; i++) {
		if (!went_down(origin->by_name[i], now))
			continue;
		op->kind = HR_OP_SET;
		op->has = HR_OP_HAS_STATE;
		op->state = HR_DOWN;
		strscpy(op->name, origin->by_name[i]->name, sizeof(op->name));
		op++;
	}
	return 0;
}
