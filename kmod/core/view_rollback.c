// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way back: the table that a migration began with, as a table that the
 * migration can lead to again.
 */
#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "change.h"
#include "sort.h"
#include "table_build.h"
#include "view_priv.h"

static struct hr_node *node_at(const struct hr_table *t, u32 slot)
{
	return slot < t->nr_slots ? t->nodes[slot] : NULL;
}

/**
 * struct ids - the ids of a table that is restored
 * @members: the ids of its members, ascending, as positions
 * @used: of the lowest ids, those that any node has
 * @nr_used: number of bits in @used, one of which stays free
 */
struct ids {
	struct hr_point *members;
	unsigned long *used;
	u32 nr_used;
};

static void use_ids(struct ids *ids, const struct hr_table *t)
{
	u32 i;

	for (i = 0; i < t->nr_slots; i++)
		if (t->nodes[i] && t->nodes[i]->attrs.id < ids->nr_used)
			__set_bit(t->nodes[i]->attrs.id, ids->used);
}

static void release_ids(struct ids *ids)
{
	kvfree(ids->used);
	kvfree(ids->members);
}

static int collect_ids(struct ids *ids, const struct hr_table *origin,
		       const struct hr_table *now, gfp_t gfp)
{
	u32 n = origin->nr_nodes, i;

	/* One for 0, which is no id, and one for each node with another id. */
	ids->nr_used = origin->nr_slots + 2 * now->nr_slots + 1;
	ids->used = kvcalloc(BITS_TO_LONGS(ids->nr_used), sizeof(*ids->used),
			     gfp);
	ids->members = kvmalloc_array(n, 2 * sizeof(*ids->members), gfp);
	if (!ids->used || !ids->members) {
		release_ids(ids);
		return -ENOMEM;
	}
	__set_bit(HR_NO_ID, ids->used);
	use_ids(ids, origin);
	use_ids(ids, now);
	for (i = 0; i < n; i++)
		ids->members[i] = (struct hr_point) {
			.pos = origin->by_name[i]->attrs.id,
		};
	hr_sort_points(ids->members, ids->members + n, n);
	return 0;
}

/* The id of a leaving node: another one, if a member has taken it back. */
static u32 leaving_id(struct ids *ids, u32 nr_members, u32 id)
{
	u32 i = hr_points_seek(ids->members, nr_members, id);

	if (i == nr_members || ids->members[i].pos != id)
		return id;
	id = find_next_zero_bit(ids->used, ids->nr_used, 0);
	__set_bit(id, ids->used);
	return id;
}

/* Adds the nodes of @now that @t lacks: as they are, or in a last version. */
static int add_leaving(struct hr_table *t, const struct hr_table *now,
		       struct ids *ids, gfp_t gfp, const struct hr_node_ops *ops)
{
	struct hr_node *node, *last;
	u32 i, id;

	for (i = 0; i < now->nr_slots; i++) {
		node = now->nodes[i];
		if (!(i & 0xff))
			cond_resched();
		if (!node || t->nodes[i])
			continue;
		id = leaving_id(ids, t->nr_nodes, node->attrs.id);
		if (id == node->attrs.id && !hr_table_has(now, node)) {
			last = hr_node_get(node);
		} else {
			last = ops->alloc(node, true, gfp);
			if (!last)
				return -ENOMEM;
			hr_node_leave(last, node, false);
			last->attrs.id = id;
		}
		t->nodes[i] = last;
		t->nr_leaving++;
	}
	return 0;
}

/**
 * hr_table_rollback() - make the table that leads back to an earlier one
 * @origin: the earlier table, without leaving nodes
 * @now: a table made of it by changes that left nodes
 * @grid: number of cells if all points end cells, or 0
 * @gfp: how to allocate; with __GFP_NOFAIL it will not fail
 * @ops: the ops that made the nodes
 *
 * Map and members, in their versions, are those of @origin. All other nodes of
 * @now stay in their slots, leaving, or down if they were down. If such a node
 * has an id that a member of @origin had before and gets back, the node gets
 * the lowest free id.
 *
 * Context: process; sleeps. The caller keeps the tables alive.
 * Return: a table to be put, or NULL.
 */
struct hr_table *hr_table_rollback(const struct hr_table *origin,
				   const struct hr_table *now, u32 grid,
				   gfp_t gfp, const struct hr_node_ops *ops)
{
	u32 nr_slots = max(origin->nr_slots, now->nr_slots);
	struct hr_table *t;
	struct ids ids;

	if (collect_ids(&ids, origin, now, gfp))
		return NULL;
	t = hr_table_members(origin, nr_slots, gfp);
	if (t && add_leaving(t, now, &ids, gfp, ops)) {
		hr_table_put(t, ops);
		t = NULL;
	}
	release_ids(&ids);
	return t ? hr_table_finish_as(t, origin, grid, gfp, ops) : NULL;
}

/* Whether a member of @origin is down in @now and was not down then. */
static bool went_down(const struct hr_node *node, const struct hr_table *now)
{
	const struct hr_node *is = node_at(now, node->slot);

	return is && is->attrs.state == HASHRING_NODE_DOWN &&
	       node->attrs.state != HASHRING_NODE_DOWN;
}

/**
 * hr_rollback_ops() - the nodes that went down since, as operations
 * @origin: as in hr_table_rollback()
 * @now: as in hr_table_rollback()
 * @ops: operations that take down again nodes that are down in @now and were
 *	not in @origin; for the caller to kvfree(), NULL when there are none
 * @nr: their number
 * @gfp: how to allocate; with __GFP_NOFAIL it will not fail
 *
 * Context: process; sleeps. The caller keeps the tables alive.
 * Return: 0, or -ENOMEM.
 */
int hr_rollback_ops(const struct hr_table *origin, const struct hr_table *now,
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
		op->kind = HASHRING_OP_SET;
		op->has = HR_HAS_ATTR(STATE);
		op->attrs.state = HASHRING_NODE_DOWN;
		strscpy(op->name, origin->by_name[i]->name, sizeof(op->name));
		op++;
	}
	return 0;
}
