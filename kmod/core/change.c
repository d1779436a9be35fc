// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "change_draft.h"
#include "table_build.h"

static int count_nodes(struct hr_draft *c, u32 *nr_nodes)
{
	u32 n = c->base->nr_nodes, come = 0;
	u32 i;

	for (i = 0; i < c->nr_ops; i++) {
		n += c->ops[i].kind == HASHRING_OP_ADD;
		n -= c->ops[i].kind == HASHRING_OP_DEL &&
		     !c->effects[i].was_leaving;
		come += c->ops[i].kind == HASHRING_OP_ADD ||
			c->ops[i].kind == HASHRING_OP_REPLACE;
	}
	if (n > HR_MAX_NODES)
		return hr_refuse(c->err, hr_op_alone(c), HR_PART_ALL, -E2BIG,
				 "too many nodes in the ring",
				 ": %u (at most %u)", n, HR_MAX_NODES);
	if (c->cfg->place->takes_cells && n > c->cfg->grid)
		return hr_refuse(c->err, hr_op_alone(c), HR_PART_ALL, -E2BIG,
				 "more nodes than cells in the ring",
				 ": %u (at most %u)", n, c->cfg->grid);
	come += c->base->nr_nodes + c->base->nr_leaving;
	if (come > 2 * HR_MAX_NODES)
		return hr_refuse(c->err, hr_op_alone(c), HR_PART_ALL, -E2BIG,
				 "too many nodes, with leaving ones, in the ring",
				 ": %u (at most %u)", come, 2 * HR_MAX_NODES);
	*nr_nodes = n;
	return 0;
}

/* Allocates the node's points; copies those of the old version. */
static int take_points(const struct hr_draft *c, const struct hr_op *op,
		       const struct hr_node *old, struct hr_node *node)
{
	bool given = op->has & HR_HAS(POINTS);
	u32 n = given ? op->nr_points : old ? old->nr_points : 0;

	if (!n)
		return 0;
	node->points = kvmalloc_array(n, sizeof(*node->points), c->gfp);
	if (!node->points)
		return -ENOMEM;
	if (!given) {
		memcpy(node->points, old->points, n * sizeof(*node->points));
		node->nr_points = n;
	}
	return 0;
}

/* The home cells of an inactive node; note_homes() fills in new ones. */
static int take_home(const struct hr_draft *c, const struct hr_op *op,
		     const struct hr_node *old, struct hr_node *node)
{
	const struct hr_run *home = NULL;
	u32 n = 0;

	if (node->attrs.state == HASHRING_NODE_ACTIVE)
		return 0;
	if (op->has & HR_HAS(CELLS)) {
		home = op->cells;
		n = op->nr_cells;
	} else if (old) {
		home = old->home;
		n = old->nr_home;
	}
	if (!n)
		return 0;
	node->home = kvmalloc_array(n, sizeof(*node->home), c->gfp);
	if (!node->home)
		return -ENOMEM;
	memcpy(node->home, home, n * sizeof(*node->home));
	node->nr_home = n;
	return 0;
}

/*
 * Makes the last version of a node that goes: it names the slot for earlier
 * maps. It holds no points and returns to no cells.
 */
static int make_leaving(const struct hr_draft *c, u32 i)
{
	struct hr_op_effect *effect = &c->effects[i];
	const struct hr_node *old = effect->old;
	struct hr_node *node = c->node_ops->alloc(old, true, c->gfp);

	if (!node)
		return -ENOMEM;
	hr_node_leave(node, old, hr_op_downs(&c->ops[i]));
	effect->leaving = node;
	return 0;
}

/* Makes the new version of an operation's node, without given points. */
static int make_node(const struct hr_draft *c, u32 i, u32 *slot)
{
	static const struct hr_node_attrs newborn = { .weight = 1 };
	const struct hr_op *op = &c->ops[i];
	struct hr_op_effect *effect = &c->effects[i];
	const struct hr_node *old = effect->old;
	bool same = op->kind == HASHRING_OP_SET;
	struct hr_node *node;
	int ret;

	node = c->node_ops->alloc(old, same, c->gfp);
	if (!node)
		return -ENOMEM;
	refcount_set(&node->refs, 1);
	effect->new = node;
	if (same) {
		node->slot = old->slot;
	} else {
		while (*slot < c->base->nr_slots && c->base->nodes[*slot])
			(*slot)++;
		node->slot = (*slot)++;
	}
	node->attrs = old ? old->attrs : newborn;
	hr_node_attrs_set(&node->attrs, &op->attrs, op->has);
	node->attrs.id = effect->id;
	strscpy(node->name, hr_name_after(op), sizeof(node->name));
	strscpy(node->seat, effect->seat, sizeof(node->seat));
	ret = take_points(c, op, old, node);
	return ret ? ret : take_home(c, op, old, node);
}

/* Makes all new versions; returns an upper bound of the slots. */
static int make_nodes(const struct hr_draft *c, u32 *nr_slots)
{
	u32 slot = 0, i;
	int ret;

	for (i = 0; i < c->nr_ops; i++) {
		if (!(i & 0xff))
			cond_resched();
		if (c->effects[i].was_leaving ||
		    (c->leave && (c->ops[i].kind == HASHRING_OP_DEL ||
				  c->ops[i].kind == HASHRING_OP_REPLACE))) {
			ret = make_leaving(c, i);
			if (ret)
				return ret;
		}
		if (c->effects[i].was_leaving ||
		    c->ops[i].kind == HASHRING_OP_DEL)
			continue;
		ret = make_node(c, i, &slot);
		if (ret)
			return ret;
	}
	for (i = 0; i < c->nr_given; i++) {
		struct hr_node *node = c->effects[c->given[i].slot].new;

		node->points[node->nr_points++] = c->given[i].pos;
		if (!(i & (HR_CHUNK - 1)))
			cond_resched();
	}
	*nr_slots = max(slot, c->base->nr_slots);
	return 0;
}

/* The new version under an item's key in the next table, or NULL. */
static struct hr_node *comes(const struct hr_draft *c,
			     const struct hr_item *item)
{
	const struct hr_op *op = &c->ops[item->op];

	if (op->kind == HASHRING_OP_REPLACE && item->key == op->name)
		return NULL;
	return c->effects[item->op].new;
}

/* Members in order: unchanged ones, and between them those of the items. */
static void merge_members(const struct hr_draft *c, struct hr_node **to,
			  struct hr_node *const *from,
			  const struct hr_item *items, u32 n)
{
	u32 done = 0, i;

	for (i = 0; i < n; i++) {
		struct hr_node *node = comes(c, &items[i]);

		if (items[i].pos > done) {
			memcpy(to, from + done,
			       (items[i].pos - done) * sizeof(*to));
			to += items[i].pos - done;
			done = items[i].pos;
		}
		if (items[i].hit && !c->effects[items[i].op].was_leaving)
			done = items[i].pos + 1;
		if (node)
			*to++ = node;
		if (!(i & 0xfff))
			cond_resched();
	}
	memcpy(to, from + done, (c->base->nr_nodes - done) * sizeof(*to));
}

/* The table takes over the new versions; it shares all others. */
static void seat_nodes(const struct hr_draft *c, struct hr_table *next)
{
	struct hr_op_effect *effect;
	u32 i;

	memcpy(next->nodes, c->base->nodes,
	       c->base->nr_slots * sizeof(*next->nodes));
	next->weight = c->base->weight;
	for (i = 0; i < c->nr_ops; i++) {
		effect = &c->effects[i];
		if (!effect->old)
			continue;
		next->nodes[effect->old->slot] = NULL;
		if (effect->old->attrs.state == HASHRING_NODE_ACTIVE)
			next->weight -= effect->old->attrs.weight;
	}
	for (i = 0; i < next->nr_slots; i++) {
		if (next->nodes[i])
			hr_node_get(next->nodes[i]);
		if (!(i & 0xfff))
			cond_resched();
	}
	next->nr_leaving = c->base->nr_leaving;
	for (i = 0; i < c->nr_ops; i++) {
		effect = &c->effects[i];
		if (effect->leaving) {
			next->nodes[effect->leaving->slot] = effect->leaving;
			next->nr_leaving += !effect->was_leaving;
			effect->leaving = NULL;
		}
		if (!effect->new)
			continue;
		next->nodes[effect->new->slot] = effect->new;
		if (effect->new->attrs.state == HASHRING_NODE_ACTIVE)
			next->weight += effect->new->attrs.weight;
		effect->new = NULL;
	}
	while (next->nr_slots && !next->nodes[next->nr_slots - 1])
		next->nr_slots--;
}

static int make_table(struct hr_draft *c, u32 nr_nodes, u32 nr_slots,
		      struct hr_table **result)
{
	struct hr_build b = { .base = c->base };
	struct hr_table *next;
	int ret;

	next = hr_table_alloc(nr_slots, nr_nodes, c->gfp);
	if (!next)
		return -ENOMEM;
	merge_members(c, next->by_name, c->base->by_name, c->names,
		      c->nr_names);
	merge_members(c, next->by_seat, c->base->by_seat, c->seats, c->nr_ops);
	ret = c->cfg->place->lay(c, next, &b);
	if (ret)
		goto free;
	seat_nodes(c, next);
	b.next = next;
	ret = hr_table_list_leaving(next, c->gfp);
	if (!ret)
		ret = hr_build(&b, c->gfp);
free:
	kvfree(b.run);
	kvfree(b.remap);
	if (ret)
		hr_table_put(next, c->node_ops);
	else
		*result = next;
	return ret;
}

static int build_change(struct hr_draft *c, struct hr_table **next)
{
	u32 nr_nodes = 0, nr_slots = 0;
	int ret;

	ret = hr_resolve_names(c);
	if (ret)
		return ret;
	ret = hr_resolve_seats(c);
	if (ret)
		return ret;
	ret = count_nodes(c, &nr_nodes);
	if (ret)
		return ret;
	ret = hr_resolve_ids(c);
	if (ret)
		return ret;
	ret = hr_resolve_points(c);
	if (ret)
		return ret;
	ret = make_nodes(c, &nr_slots);
	if (ret)
		return ret;
	return make_table(c, nr_nodes, nr_slots, next);
}

/**
 * hr_change_build() - make the table that a change leads to
 * @cfg: the ring's configuration
 * @base: the table before; unchanged, except that its nodes are shared
 * @ops: the operations; their order decides only which node gets which id
 * @nr_ops: their number, 1 to HR_MAX_OPS
 * @id_max: the highest id allowed; U32_MAX without attachments
 * @leave: a node that is deleted or replaced stays in its slot, leaving, so
 *	that the nodes of the next table name the owners of earlier maps. It is
 *	no member any more, but its name and its id stay taken. Leaving nodes of
 *	@base stay too, and operations can take them down
 * @node_ops: makes and frees nodes
 * @gfp: how to allocate; with __GFP_NOFAIL an allocation cannot fail
 * @next: the table, for the caller to publish or to put; unchanged on error
 * @err: the reason of a refusal
 *
 * All or nothing. A node without an operation keeps its version, and its points
 * stay where they are.
 *
 * Context: process; sleeps. The caller keeps @base from being freed.
 * Return: 0; -ENOMEM; or, explained in @err, -EINVAL for an invalid value,
 * -ERANGE for a value out of range, -EEXIST for a value that is taken, -ENOENT
 * for an unknown node, -EINPROGRESS for the name of a leaving node, -E2BIG beyond
 * a limit.
 */
int hr_change_build(const struct hr_config *cfg, const struct hr_table *base,
		    const struct hr_op *ops, u32 nr_ops, u32 id_max,
		    bool leave, const struct hr_node_ops *node_ops, gfp_t gfp,
		    struct hr_table **next, struct hr_error *err)
{
	struct hr_draft c = {
		.cfg = cfg,
		.base = base,
		.ops = ops,
		.nr_ops = nr_ops,
		.id_max = id_max,
		.leave = leave,
		.node_ops = node_ops,
		.gfp = gfp,
		.err = err,
	};
	u32 i;
	int ret;

	err->op = U32_MAX;
	err->part = HR_PART_ALL;
	err->text[0] = '\0';
	ret = hr_check_ops(&c);
	if (ret)
		return ret;

	ret = -ENOMEM;
	c.effects = kvcalloc(nr_ops, sizeof(*c.effects), gfp);
	c.names = kvmalloc_array(nr_ops, 2 * sizeof(*c.names), gfp);
	c.seats = kvmalloc_array(nr_ops, sizeof(*c.seats), gfp);
	if (c.effects && c.names && c.seats)
		ret = build_change(&c, next);

	for (i = 0; c.effects && i < nr_ops; i++) {
		hr_node_put(c.effects[i].new, node_ops);
		hr_node_put(c.effects[i].leaving, node_ops);
	}
	kvfree(c.given);
	kvfree(c.seats);
	kvfree(c.names);
	kvfree(c.effects);
	return ret;
}

/**
 * hr_change_only_removes() - whether a change only takes nodes out of service
 * @ops: the operations, unchecked
 * @nr_ops: their number
 *
 * Such a change must not fail for want of memory.
 *
 * Context: any.
 * Return: whether the operations only delete nodes or make them draining or
 * down.
 */
bool hr_change_only_removes(const struct hr_op *ops, u32 nr_ops)
{
	u32 i;

	for (i = 0; i < nr_ops; i++) {
		if (ops[i].kind == HASHRING_OP_DEL)
			continue;
		if (ops[i].kind != HASHRING_OP_SET ||
		    ops[i].has != HR_HAS_ATTR(STATE) ||
		    ops[i].attrs.state == HASHRING_NODE_ACTIVE)
			return false;
	}
	return true;
}
