// SPDX-License-Identifier: GPL-2.0-only
/* The nodes after a change, and whether the core must accept the change. */
#include <linux/string.h>

#include "model.h"

static struct model_node *find(const struct model_nodes *nodes,
			       const char *name, bool member)
{
	u32 i;

	for (i = 0; i < nodes->n; i++)
		if (nodes->node[i].member == member &&
		    !strcmp(nodes->node[i].name, name))
			return (struct model_node *)&nodes->node[i];
	return NULL;
}

/**
 * model_find() - a member by its name
 * @nodes: the nodes
 * @name: the name
 *
 * Return: the member or NULL.
 */
struct model_node *model_find(const struct model_nodes *nodes, const char *name)
{
	return find(nodes, name, true);
}

/**
 * model_find_leaving() - a leaving node by its name
 * @nodes: the nodes
 * @name: the name
 *
 * Return: the node, which may be down, or NULL.
 */
struct model_node *model_find_leaving(const struct model_nodes *nodes,
				      const char *name)
{
	return find(nodes, name, false);
}

/**
 * model_node() - a node by its number
 * @nodes: the nodes
 * @uid: its number
 *
 * Return: the node, which may be leaving, or NULL.
 */
struct model_node *model_node(const struct model_nodes *nodes, u32 uid)
{
	u32 i;

	for (i = 0; i < nodes->n; i++)
		if (nodes->node[i].uid == uid)
			return (struct model_node *)&nodes->node[i];
	return NULL;
}

static bool bad_name(const char name[HR_MAX_NAME + 1])
{
	size_t i;

	if (!name[0] || name[0] == '-')
		return true;
	for (i = 0; name[i]; i++)
		if (i == HR_MAX_NAME || name[i] <= ' ' || name[i] > '~' ||
		    strchr("{};\"'\\#", name[i]))
			return true;
	return false;
}

static bool bad_figures(const struct hr_op *op, u32 id_max)
{
	if (op->has & HR_HAS_ATTR(ID) &&
	    (!op->attrs.id || op->attrs.id > id_max))
		return true;
	if (op->has & HR_HAS_ATTR(WEIGHT) &&
	    (!op->attrs.weight || op->attrs.weight > HR_MAX_WEIGHT))
		return true;
	if (op->has & HR_HAS_ATTR(STATE) &&
	    op->attrs.state > HASHRING_NODE_DOWN)
		return true;
	if (!(op->has & HR_HAS(DEADLINE)))
		return false;
	return op->kind != HASHRING_OP_SET || !(op->has & HR_HAS_ATTR(STATE)) ||
	       op->attrs.state != HASHRING_NODE_DRAINING || !op->deadline ||
	       op->deadline > HR_MAX_DEADLINE;
}

/* Whether an operation is bad, whatever the nodes are. */
static bool bad_op(const struct hr_config *cfg, const struct hr_op *op,
		   u32 id_max)
{
	bool gives = op->has & HR_HAS(POINTS);

	if (op->kind > HASHRING_OP_REPLACE || bad_name(op->name))
		return true;
	if (op->kind == HASHRING_OP_REPLACE && bad_name(op->new_name))
		return true;
	if (op->has & HR_HAS(SEAT) &&
	    (op->kind != HASHRING_OP_ADD || bad_name(op->seat)))
		return true;
	if (op->kind == HASHRING_OP_DEL ? op->has & ~HR_HAS(NOW) :
					  op->has & HR_HAS(NOW))
		return true;
	if (op->kind == HASHRING_OP_SET && !op->has)
		return true;
	if (gives ? !cfg->place->takes_points || !op->nr_points :
		    cfg->place->takes_points && op->kind == HASHRING_OP_ADD)
		return true;
	if (op->has & HR_HAS(CELLS) && !cfg->place->takes_cells)
		return true;
	return bad_figures(op, id_max);
}

static u32 times_named(const struct hr_op *ops, u32 n, const char *name)
{
	u32 times = 0, i;

	for (i = 0; i < n; i++) {
		times += !strcmp(ops[i].name, name);
		times += ops[i].kind == HASHRING_OP_REPLACE &&
			 !strcmp(ops[i].new_name, name);
	}
	return times;
}

/**
 * model_downs_only() - whether an operation does nothing but take a node down
 * @op: the operation
 *
 * Return: true for a node that is deleted at once, too.
 */
bool model_downs_only(const struct hr_op *op)
{
	switch (op->kind) {
	case HASHRING_OP_SET:
		return op->has == HR_HAS_ATTR(STATE) &&
		       op->attrs.state == HASHRING_NODE_DOWN;
	case HASHRING_OP_DEL:
		return op->has & HR_HAS(NOW);
	default:
		return false;
	}
}

/* Whether a name is free: also a leaving node has its name. */
static bool name_is_free(const struct model_nodes *nodes, const char *name)
{
	return !model_find(nodes, name) && !model_find_leaving(nodes, name);
}

/* Whether an operation that adds no node may have its name. */
static bool can_name(const struct model_nodes *nodes, const struct hr_op *op)
{
	const struct model_node *leaving;

	if (model_find(nodes, op->name))
		return true;
	leaving = model_find_leaving(nodes, op->name);
	return leaving && leaving->state != HASHRING_NODE_DOWN &&
	       model_downs_only(op);
}

static bool bad_names(const struct model_nodes *nodes, const struct hr_op *ops,
		      u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		const struct hr_op *op = &ops[i];

		if (times_named(ops, n, op->name) > 1)
			return true;
		if (op->kind == HASHRING_OP_ADD ?
			    !name_is_free(nodes, op->name) :
			    !can_name(nodes, op))
			return true;
		if (op->kind == HASHRING_OP_REPLACE &&
		    (times_named(ops, n, op->new_name) > 1 ||
		     !name_is_free(nodes, op->new_name)))
			return true;
	}
	return false;
}

static bool id_is_used(const struct model_nodes *nodes, const struct hr_op *ops,
		       u32 n, u32 id)
{
	u32 i;

	for (i = 0; i < nodes->n; i++)
		if (nodes->node[i].id == id)
			return true;
	for (i = 0; i < n; i++)
		if (ops[i].has & HR_HAS_ATTR(ID) && ops[i].attrs.id == id)
			return true;
	return false;
}

/* Changes @node by @op; false without room. */
static bool change_node(const struct hr_config *cfg, const struct hr_op *op,
			struct model_node *node)
{
	if (op->has & HR_HAS_ATTR(ID))
		node->id = op->attrs.id;
	if (op->has & HR_HAS_ATTR(WEIGHT))
		node->weight = op->attrs.weight;
	if (op->has & HR_HAS_ATTR(STATE))
		node->state = op->attrs.state;
	if (op->has & HR_HAS(POINTS)) {
		if (op->nr_points > MODEL_NODE_POINTS)
			return false;
		node->nr_points = op->nr_points;
		memcpy(node->points, op->points,
		       op->nr_points * sizeof(*op->points));
	}
	return model_place(cfg, node);
}

static void leave_node(struct model_nodes *nodes, struct model_node *node,
		       bool down, bool leave)
{
	node->member = false;
	if (down)
		node->state = HASHRING_NODE_DOWN;
	else if (node->state != HASHRING_NODE_DOWN)
		node->state = HASHRING_NODE_LEAVING;
	if (!leave)
		*node = nodes->node[--nodes->n];
}

static bool do_op(struct model_nodes *nodes, const struct hr_op *op, bool leave)
{
	struct model_node *old = model_find(nodes, op->name);
	static struct model_node new;

	if (!old && op->kind != HASHRING_OP_ADD) {
		model_find_leaving(nodes, op->name)->state = HASHRING_NODE_DOWN;
		return true;
	}
	if (op->kind == HASHRING_OP_SET)
		return change_node(nodes->cfg, op, old);
	memset(&new, 0, sizeof(new));
	new.weight = 1;
	if (old) {
		new = *old;
		leave_node(nodes, old, model_downs_only(op), leave);
		if (op->kind == HASHRING_OP_DEL)
			return true;
	} else {
		strscpy(new.seat, op->has & HR_HAS(SEAT) ? op->seat : op->name,
			sizeof(new.seat));
	}
	strscpy(new.name, old ? op->new_name : op->name, sizeof(new.name));
	new.uid = nodes->next_uid++;
	new.member = true;
	new.id = HR_NO_ID;
	if (nodes->n == MODEL_NODES || !change_node(nodes->cfg, op, &new))
		return false;
	nodes->node[nodes->n++] = new;
	return true;
}

/* A node without an id gets the lowest one that is not used or requested. */
static bool give_ids(const struct model_nodes *before, const struct hr_op *ops,
		     u32 n, u32 id_max, struct model_nodes *after)
{
	u32 id = 0, i;

	for (i = 0; i < n; i++) {
		struct model_node *node;

		if (ops[i].kind == HASHRING_OP_DEL ||
		    ops[i].kind == HASHRING_OP_SET ||
		    ops[i].has & HR_HAS_ATTR(ID))
			continue;
		node = model_find(after, ops[i].kind == HASHRING_OP_REPLACE ?
				  ops[i].new_name : ops[i].name);
		while (id_is_used(before, ops, n, ++id))
			;
		if (id > id_max)
			return false;
		node->id = id;
	}
	return true;
}

static bool share_a_point(const struct model_node *a,
			  const struct model_node *b)
{
	u32 i, k;

	for (i = 0; i < a->nr_points; i++)
		for (k = 0; k < b->nr_points; k++)
			if (a->points[i] == b->points[k] && (a != b || i != k))
				return true;
	return false;
}

/* Whether two nodes have the same id, seat or position. */
static bool clash(const struct model_nodes *nodes)
{
	u32 i, k;

	for (i = 0; i < nodes->n; i++) {
		const struct model_node *a = &nodes->node[i];

		for (k = 0; k <= i; k++) {
			const struct model_node *b = &nodes->node[k];

			if (k < i && a->id == b->id)
				return true;
			if (!a->member || !b->member)
				continue;
			if (k < i && !strcmp(a->seat, b->seat))
				return true;
			if (nodes->cfg->place->takes_points &&
			    share_a_point(a, b))
				return true;
		}
	}
	return false;
}

/**
 * model_apply() - applies a change to nodes
 * @before: the nodes before
 * @ops: the change
 * @n: number of @ops
 * @id_max: the highest allowed id
 * @leave: removed nodes stay as leaving nodes
 * @after: the nodes after; meaningless if the change is bad
 *
 * Return: whether the core must accept the change.
 */
enum model_verdict model_apply(const struct model_nodes *before,
			       const struct hr_op *ops, u32 n, u32 id_max,
			       bool leave, struct model_nodes *after)
{
	bool cells = false;
	u32 i;

	if (!n)
		return MODEL_BAD;
	for (i = 0; i < n; i++)
		if (bad_op(before->cfg, &ops[i], id_max))
			return MODEL_BAD;
	if (bad_names(before, ops, n))
		return MODEL_BAD;
	*after = *before;
	for (i = 0; i < n; i++) {
		cells |= ops[i].has & HR_HAS(CELLS);
		if (!do_op(after, &ops[i], leave))
			return MODEL_TOO_MUCH;
	}
	if (!give_ids(before, ops, n, id_max, after) || clash(after))
		return MODEL_BAD;
	return cells ? MODEL_OPEN : MODEL_GOOD;
}
