// SPDX-License-Identifier: GPL-2.0-only
/*
 * soak: random operations, for the core and for the library
 */
#include <string.h>

#include "expected.h"

/* Converts an operation for the library. */
void expected_op_to_kernel(const struct hr_op *op, struct hashring_op *to)
{
	memset(to, 0, sizeof(*to));
	to->kind = op->kind;
	to->name = op->name;
	to->new_name = op->kind == HASHRING_OP_REPLACE ? op->new_name : NULL;
	if (op->has & HR_HAS_ATTR(ID))
		to->has |= HASHRING_HAS_ATTR(ID);
	if (op->has & HR_HAS_ATTR(WEIGHT))
		to->has |= HASHRING_HAS_ATTR(WEIGHT);
	if (op->has & HR_HAS_ATTR(STATE))
		to->has |= HASHRING_HAS_ATTR(STATE);
	if (op->has & HR_HAS(POINTS))
		to->has |= HASHRING_HAS(POINTS);
	if (op->has & HR_HAS_VIA)
		to->has |= HASHRING_HAS_VIA;
	to->attrs.id = op->attrs.id;
	to->attrs.weight = op->attrs.weight;
	to->attrs.state = op->attrs.state;
	to->nr_points = op->nr_points;
	to->points = op->points;
	if (!(op->has & HR_HAS_VIA))
		return;
	to->attrs.via.has4 = op->attrs.via.has4;
	to->attrs.via.has6 = op->attrs.via.has6;
	memcpy(&to->attrs.via.addr4, op->attrs.via.addr4,
	       sizeof(op->attrs.via.addr4));
	memcpy(&to->attrs.via.addr6, op->attrs.via.addr6,
	       sizeof(op->attrs.via.addr6));
}

static void give_via(const struct expected *t, unsigned int i, struct hr_op *op)
{
	if (!t->via)
		return;
	op->has |= HR_HAS_VIA;
	op->attrs.via.has4 = true;
	op->attrs.via.has6 = true;
	memcpy(op->attrs.via.addr4, &t->via[i].addr4,
	       sizeof(op->attrs.via.addr4));
	memcpy(op->attrs.via.addr6, &t->via[i].addr6,
	       sizeof(op->attrs.via.addr6));
}

/* Adds node number @i. */
void expected_op_add(struct expected *t, unsigned int i, struct hr_op *op,
		     __u32 *points)
{
	unsigned int k;

	op->kind = HASHRING_OP_ADD;
	op->has = HR_HAS_ATTR(ID) | HR_HAS_ATTR(WEIGHT);
	op->attrs.id = i + 1;
	op->attrs.weight = 1 + below(&t->seed, 3);
	give_via(t, i, op);
	if (!t->config.place->takes_points)
		return;
	op->has |= HR_HAS(POINTS);
	op->nr_points = 1 + below(&t->seed, EXPECTED_POINTS);
	op->points = points;
	for (k = 0; k < op->nr_points; k++)
		points[k] = (__u32)rand_r(&t->seed) << 16 ^ rand_r(&t->seed);
}

static void set_state(struct expected *t, const struct hr_node *node,
		      struct hr_op *op)
{
	op->kind = HASHRING_OP_SET;
	op->has = HR_HAS_ATTR(STATE);
	if (node->attrs.state != HASHRING_NODE_ACTIVE)
		op->attrs.state = HASHRING_NODE_ACTIVE;
	else
		op->attrs.state = below(&t->seed, 2) || t->polite ?
					  HASHRING_NODE_DRAINING :
					  HASHRING_NODE_DOWN;
}

/* Draws an operation on a node; false if there is none. */
bool expected_op_random(struct expected *t, bool *used, struct hr_op *op, __u32 *points)
{
	unsigned int i = below(&t->seed, t->names);
	unsigned int k = below(&t->seed, t->names);
	unsigned int dice = below(&t->seed, 100);
	const struct hr_node *node;

	memset(op, 0, sizeof(*op));
	snprintf(op->name, sizeof(op->name), "b%u", i + 1);
	snprintf(op->new_name, sizeof(op->new_name), "b%u", k + 1);
	node = hr_table_find(t->view.table, op->name);
	if (used[i])
		return false;
	if (!node) {
		expected_op_add(t, i, op, points);
	} else if (dice < 25) {
		if (t->view.table->nr_nodes < 3)
			return false;
		op->kind = HASHRING_OP_DEL;
	} else if (dice < 40) {
		if (used[k] || hr_table_find(t->view.table, op->new_name))
			return false;
		used[k] = true;
		op->kind = HASHRING_OP_REPLACE;
		op->has = HR_HAS_ATTR(ID);
		op->attrs.id = k + 1;
		give_via(t, k, op);
	} else if (dice < 70 && !t->config.place->takes_points) {
		op->kind = HASHRING_OP_SET;
		op->has = HR_HAS_ATTR(WEIGHT);
		op->attrs.weight = 1 + below(&t->seed, 3);
	} else if (dice < 75 && t->via) {
		op->kind = HASHRING_OP_SET;
		give_via(t, i, op);
	} else {
		set_state(t, node, op);
	}
	used[i] = true;
	return true;
}

/* Describes a change in words, for the report of a fault. */
void expected_op_words(struct expected *t, const struct hr_op *op, unsigned int nr)
{
	size_t at = 0;
	unsigned int i;

	for (i = 0; i < nr && at < sizeof(t->doing); i++) {
		const struct hr_op *o = &op[i];

		at += snprintf(t->doing + at, sizeof(t->doing) - at, "%s%s %s",
			       i ? "; " : "",
			       hashring_enum_name(hashring_op_kind_name,
						  o->kind),
			       o->name);
		if (at < sizeof(t->doing) && o->kind == HASHRING_OP_REPLACE)
			at += snprintf(t->doing + at, sizeof(t->doing) - at,
				       " %s", o->new_name);
		if (at < sizeof(t->doing) && o->has & HR_HAS_ATTR(STATE))
			at += snprintf(t->doing + at, sizeof(t->doing) - at,
				       " %s",
				       hashring_node_state_name(o->attrs.state));
	}
}
