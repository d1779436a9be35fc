// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the operations of a past change did: from the kernel, in words, and as
 * JSON.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "past.h"

static void node_release(struct model_node *node)
{
	free(node->points);
	free(node->cells);
}

static void ops_drop(struct past_ops *ops)
{
	__u32 i;

	for (i = 0; i < ops->nr; i++) {
		node_release(&ops->op[i].before);
		node_release(&ops->op[i].after);
	}
	ops->nr = 0;
}

void past_ops_release(struct past_ops *ops)
{
	ops_drop(ops);
	free(ops->op);
	ops->op = NULL;
}

static int take_points(struct model_node *node,
		       const struct hashring_node_info *was)
{
	if (!was->nr_points)
		return 0;
	node->points = malloc(was->nr_points * sizeof(*node->points));
	if (!node->points)
		return -ENOMEM;
	memcpy(node->points, was->points,
	       was->nr_points * sizeof(*node->points));
	node->nr_points = was->nr_points;
	return 0;
}

static int take_node(struct model_node *node,
		     const struct hashring_node_info *was)
{
	__u32 i;

	strcpy(node->name, was->name);
	if (strcmp(was->seat, was->name))
		strcpy(node->seat, was->seat);
	node->attrs = was->attrs;
	for (i = 0; i < was->nr_home; i++)
		if (model_add_cells(node, was->home[i].first,
				    was->home[i].count))
			return -ENOMEM;
	return take_points(node, was);
}

static int take_did(const struct hashring_op_record *did, void *arg)
{
	struct past_ops *ops = arg;
	struct past_op *op;

	op = model_grow(ops->op, ops->nr, sizeof(*op));
	if (!op)
		return -ENOMEM;
	ops->op = op;
	op += ops->nr++;
	op->kind = did->kind;
	op->has_before = did->has_before;
	op->has_after = did->has_after;
	if ((op->has_before && take_node(&op->before, &did->before)) ||
	    (op->has_after && take_node(&op->after, &did->after)))
		return -ENOMEM;
	return 0;
}

static void restart_ops(void *arg)
{
	ops_drop(arg);
}

/**
 * past_ops_load() - what the operations of a change did
 * @ops: filled in; to be released also after an error
 * @ring: the ring
 * @generation: the generation that the change led to
 *
 * Return: 0 or a negative errno; @ops is empty if none are kept.
 */
int past_ops_load(struct past_ops *ops, const char *ring, __u64 generation)
{
	memset(ops, 0, sizeof(*ops));
	return hashring_ops_list(conn(), ring, generation, take_did,
				 restart_ops, ops);
}

static void print_attr(FILE *f, const struct node_attr *attr,
		       const struct hashring_node_attrs *attrs)
{
	__u32 value = node_attr_get(attr, attrs);

	if (attr->names)
		fprintf(f, "%s%s", attr->brief,
			hashring_enum_name(attr->names, value));
	else
		fprintf(f, "%s%u", attr->brief, value);
}

/* How a node differs from another. */
static void print_differing(FILE *f, const struct model_node *from,
			    const struct model_node *to, bool id)
{
	const struct hashring_via *via = &to->attrs.via;
	const struct node_attr *attr;

	for (attr = node_attrs; attr->name; attr++)
		if ((id || attr->type != HASHRING_A_NODE_ATTRS_ID) &&
		    node_attr_differs(attr, &from->attrs, &to->attrs))
			print_attr(f, attr, &to->attrs);
	if (!same_via(via, &from->attrs.via)) {
		if (via->has4 || via->has6)
			print_via(f, via);
		else
			fputs(" via none", f);
	}
	if (!same_points(to, from))
		fprintf(f, " points %u", to->nr_points);
}

/**
 * past_same_member() - whether a node before and after an operation is the same
 * @a: the one
 * @b: the other
 *
 * Names, seats and cells do not count.
 *
 * Return: true if attributes, addresses and points are the same.
 */
bool past_same_member(const struct model_node *a, const struct model_node *b)
{
	const struct node_attr *attr;

	for (attr = node_attrs; attr->name; attr++)
		if (node_attr_differs(attr, &a->attrs, &b->attrs))
			return false;
	return same_via(&a->attrs.via, &b->attrs.via) && same_points(a, b);
}

/**
 * print_past_op() - an operation in short
 * @f: the output
 * @op: the operation
 *
 * Such as "+b5 w2", "-b2", "b2=>b6", "b3 down": of a new node what differs from
 * the defaults, of others what changed. A change back to a balanced table gives
 * some nodes only cells, and changes nothing else of them.
 */
void print_past_op(FILE *f, const struct past_op *op)
{
	const struct model_node newborn = { .attrs = newborn_attrs };
	const struct model_node *before = &op->before;
	const struct model_node *after = &op->after;

	switch (op->kind) {
	case HASHRING_OP_ADD:
		fprintf(f, "+%s", after->name);
		if (*after->seat)
			fprintf(f, " seat %s", after->seat);
		print_differing(f, &newborn, after, false);
		break;
	case HASHRING_OP_DEL:
		fprintf(f, "-%s", before->name);
		break;
	case HASHRING_OP_REPLACE:
		fprintf(f, "%s=>%s", before->name, after->name);
		print_differing(f, before, after, false);
		break;
	default:
		fprintf(f, "%s", after->name);
		print_differing(f, before, after, true);
		if (past_same_member(before, after))
			fputs(" unchanged", f);
	}
}

static json_t *numbers_to_json(const __u32 *numbers, __u32 n)
{
	json_t *list = json_array();
	__u32 i;

	for (i = 0; i < n; i++)
		json_array_append_new(list, json_integer(numbers[i]));
	return list;
}

static json_t *node_as_json(const struct model_node *node)
{
	json_t *o = json_object();

	json_set_text(o, "name", node->name);
	json_set_text(o, "seat", model_seat(node));
	json_set_node_attrs(o, &node->attrs);
	if (node->nr_points)
		json_object_set_new(o, "points",
				    numbers_to_json(node->points,
						    node->nr_points));
	if (node->nr_cells && node->attrs.state != HASHRING_NODE_ACTIVE)
		json_object_set_new(o, "home", runs_to_json(node->cells,
							    node->nr_cells));
	return o;
}

json_t *past_op_to_json(const struct past_op *op)
{
	json_t *o = json_object();

	json_set_text(o, "kind", hashring_enum_name(hashring_op_kind_name, op->kind));
	json_set_text(o, "name", op->has_before ? op->before.name :
						  op->after.name);
	if (op->kind == HASHRING_OP_REPLACE)
		json_set_text(o, "new_name", op->after.name);
	if (op->has_before)
		json_object_set_new(o, "before", node_as_json(&op->before));
	if (op->has_after)
		json_object_set_new(o, "after", node_as_json(&op->after));
	return o;
}
