// SPDX-License-Identifier: GPL-2.0-only
/*
 * Members and their maps, and what of a change has to be accepted.
 */
#include <string.h>

#include <linux/string.h>

#include "oracle.h"

struct oracle_node *oracle_find(const struct oracle *o, const char *name)
{
	u32 i;

	for (i = 0; i < o->n; i++)
		if (o->node[i].member && !strcmp(o->node[i].name, name))
			return (struct oracle_node *)&o->node[i];
	return NULL;
}

struct oracle_node *oracle_of(const struct oracle *o, u32 uid)
{
	u32 i;

	for (i = 0; i < o->n; i++)
		if (o->node[i].uid == uid)
			return (struct oracle_node *)&o->node[i];
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
	    (!op->attrs.weight || op->attrs.weight > 1000))
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

/* By itself, whatever the ring. */
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
	if ((op->kind == HASHRING_OP_SET && !op->has) ||
	    (op->kind == HASHRING_OP_DEL && op->has))
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

static bool bad_names(const struct oracle *o, const struct hr_op *ops, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		const struct hr_op *op = &ops[i];

		bool adds = op->kind == HASHRING_OP_ADD;

		if (times_named(ops, n, op->name) > 1 ||
		    !oracle_find(o, op->name) != adds)
			return true;
		if (op->kind == HASHRING_OP_REPLACE &&
		    (times_named(ops, n, op->new_name) > 1 ||
		     oracle_find(o, op->new_name)))
			return true;
	}
	return false;
}

static bool id_is_used(const struct oracle *o, const struct hr_op *ops, u32 n,
		       u32 id)
{
	u32 i;

	for (i = 0; i < o->n; i++)
		if (o->node[i].id == id)
			return true;
	for (i = 0; i < n; i++)
		if (ops[i].has & HR_HAS_ATTR(ID) && ops[i].attrs.id == id)
			return true;
	return false;
}

/* The points that a node of hashed placement has; false if they are too many. */
static bool place(const struct hr_config *cfg, struct oracle_node *node)
{
	struct hr_point points[ORACLE_POINTS];
	struct hr_node as = { .attrs.weight = node->weight };
	u64 twice = 2ULL * node->weight * cfg->points, nr, i;

	if (cfg->place->takes_points || cfg->place->takes_cells)
		return true;
	nr = (twice + cfg->per) / (2 * cfg->per);
	nr += !nr;
	if (nr > ORACLE_POINTS)
		return false;
	strscpy(as.seat, node->seat, sizeof(as.seat));
	CHECK(cfg->place->count(cfg, &as) == nr);
	cfg->place->fill(cfg, &as, points);
	for (i = 0; i < nr; i++)
		node->points[i] = points[i].pos;
	node->nr_points = nr;
	return true;
}

/* What becomes of @node by @op; false if it is too much. */
static bool change_node(const struct hr_config *cfg, const struct hr_op *op,
			struct oracle_node *node)
{
	if (op->has & HR_HAS_ATTR(ID))
		node->id = op->attrs.id;
	if (op->has & HR_HAS_ATTR(WEIGHT))
		node->weight = op->attrs.weight;
	if (op->has & HR_HAS_ATTR(STATE))
		node->state = op->attrs.state;
	if (op->has & HR_HAS(POINTS)) {
		if (op->nr_points > ORACLE_POINTS)
			return false;
		node->nr_points = op->nr_points;
		memcpy(node->points, op->points,
		       op->nr_points * sizeof(*op->points));
	}
	return place(cfg, node);
}

static void leave_node(struct oracle *o, struct oracle_node *node, bool leave)
{
	node->member = false;
	if (node->state != HASHRING_NODE_DOWN)
		node->state = HASHRING_NODE_LEAVING;
	if (!leave)
		*node = o->node[--o->n];
}

static bool do_op(struct oracle *o, const struct hr_op *op, bool leave)
{
	struct oracle_node *old = oracle_find(o, op->name), new;

	if (op->kind == HASHRING_OP_SET)
		return change_node(o->cfg, op, old);
	memset(&new, 0, sizeof(new));
	new.weight = 1;
	if (old) {
		new = *old;
		leave_node(o, old, leave);
		if (op->kind == HASHRING_OP_DEL)
			return true;
	} else {
		strscpy(new.seat, op->has & HR_HAS(SEAT) ? op->seat : op->name,
			sizeof(new.seat));
	}
	strscpy(new.name, old ? op->new_name : op->name, sizeof(new.name));
	new.uid = o->next_uid++;
	new.member = true;
	new.id = HR_NO_ID;
	if (o->n == ORACLE_NODES || !change_node(o->cfg, op, &new))
		return false;
	o->node[o->n++] = new;
	return true;
}

/* An id that is not given is the lowest that was free and that nobody asks for. */
static bool give_ids(const struct oracle *before, const struct hr_op *ops,
		     u32 n, u32 id_max, struct oracle *after)
{
	u32 id = 0, i;

	for (i = 0; i < n; i++) {
		struct oracle_node *node;

		if (ops[i].kind == HASHRING_OP_DEL ||
		    ops[i].kind == HASHRING_OP_SET ||
		    ops[i].has & HR_HAS_ATTR(ID))
			continue;
		node = oracle_find(after, ops[i].kind == HASHRING_OP_REPLACE ?
				   ops[i].new_name : ops[i].name);
		while (id_is_used(before, ops, n, ++id))
			;
		if (id > id_max)
			return false;
		node->id = id;
	}
	return true;
}

static bool share_a_point(const struct oracle_node *a,
			  const struct oracle_node *b)
{
	u32 i, k;

	for (i = 0; i < a->nr_points; i++)
		for (k = 0; k < b->nr_points; k++)
			if (a->points[i] == b->points[k] && (a != b || i != k))
				return true;
	return false;
}

/* Whether two want the same id, seat or position. */
static bool clash(const struct oracle *o)
{
	u32 i, k;

	for (i = 0; i < o->n; i++) {
		const struct oracle_node *a = &o->node[i];

		for (k = 0; k <= i; k++) {
			const struct oracle_node *b = &o->node[k];

			if (k < i && a->id == b->id)
				return true;
			if (!a->member || !b->member)
				continue;
			if (k < i && !strcmp(a->seat, b->seat))
				return true;
			if (o->cfg->place->takes_points && share_a_point(a, b))
				return true;
		}
	}
	return false;
}

/**
 * oracle_apply() - what becomes of the nodes by a change
 * @before: the nodes
 * @ops: the change
 * @n: number of @ops
 * @id_max: the highest id that is allowed
 * @leave: nodes that go are leaving
 * @after: filled in, unless the change is bad
 *
 * Return: whether it has to be accepted.
 */
enum verdict oracle_apply(const struct oracle *before, const struct hr_op *ops,
			  u32 n, u32 id_max, bool leave, struct oracle *after)
{
	bool cells = false;
	u32 i;

	if (!n)
		return VERDICT_BAD;
	for (i = 0; i < n; i++)
		if (bad_op(before->cfg, &ops[i], id_max))
			return VERDICT_BAD;
	if (bad_names(before, ops, n))
		return VERDICT_BAD;
	*after = *before;
	for (i = 0; i < n; i++) {
		cells |= ops[i].has & HR_HAS(CELLS);
		if (!do_op(after, &ops[i], leave))
			return VERDICT_TOO_MUCH;
	}
	if (!give_ids(before, ops, n, id_max, after) || clash(after))
		return VERDICT_BAD;
	return cells ? VERDICT_OPEN : VERDICT_GOOD;
}

/**
 * oracle_map() - the points of hashed and explicit placement
 * @o: the nodes
 * @map: filled in
 */
void oracle_map(const struct oracle *o, struct map *map)
{
	u32 i, k, at;

	map->n = 0;
	for (i = 0; i < o->n; i++) {
		const struct oracle_node *node = &o->node[i];

		if (!node->member || node->state != HASHRING_NODE_ACTIVE)
			continue;
		for (k = 0; k < node->nr_points; k++) {
			u32 pos = node->points[k];

			CHECK(map->n < ORACLE_SPOTS);
			for (at = map->n; at > 0; at--) {
				const struct spot *low = &map->at[at - 1];

				if (low->pos < pos)
					break;
				if (low->pos == pos &&
				    strcmp(oracle_of(o, low->uid)->seat,
					   node->seat) <= 0)
					break;
				map->at[at] = *low;
			}
			map->at[at] = (struct spot) { pos, node->uid };
			map->n++;
		}
	}
}
