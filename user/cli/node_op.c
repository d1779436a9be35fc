// SPDX-License-Identifier: GPL-2.0-only
/*
 * The words of an operation: the arguments of the commands that change a node,
 * and the operation that they describe.
 */
#include "cli/model/node_attrs.h"
#include "cli.h"

const struct arg node_add_args[] = {
	[NODE_OP_RING] = { ARG_RING, .meta = "RING", .required = true },
	[NODE_OP_NODE] = { ARG_NAME, .meta = "NODE", .required = true },
	{ ARG_NUMBER, "id", .meta = "N" },
	{ ARG_NUMBER, "weight", .meta = "W" },
	{ ARG_ENUM, "state", .meta = "STATE", .names = node_states },
	{ ARG_NUMBER, "zone", .meta = "N" },
	{ ARG_VIA, "via", .meta = "ADDR" },
	{ ARG_POINTS, "point", "points", .meta = "POSITION" },
	{ ARG_NAME, "seat", .meta = "SEAT" },
	{ ARG_FLAG, "--hold" },
	{ }
};

const struct arg node_set_args[] = {
	[NODE_OP_RING] = { ARG_RING, .meta = "RING", .required = true },
	[NODE_OP_NODE] = { ARG_NODE, .meta = "NODE", .required = true },
	{ ARG_NUMBER, "id", .meta = "N" },
	{ ARG_NUMBER, "weight", .meta = "W" },
	{ ARG_ENUM, "state", .meta = "STATE", .names = node_states },
	{ ARG_NUMBER, "zone", .meta = "N" },
	{ ARG_DEADLINE, "deadline", .meta = "TIME" },
	{ ARG_VIA, "via", .meta = "ADDR" },
	{ ARG_POINTS, "point", "points", .meta = "POSITION" },
	{ ARG_FLAG, "--hold" },
	{ }
};

const struct arg node_del_args[] = {
	[NODE_OP_RING] = { ARG_RING, .meta = "RING", .required = true },
	[NODE_OP_NODE] = { ARG_NODE, .meta = "NODE", .required = true },
	{ ARG_FLAG, "--now" },
	{ ARG_FLAG, "--hold" },
	{ }
};

const struct arg node_replace_args[] = {
	[NODE_OP_RING] = { ARG_RING, .meta = "RING", .required = true },
	[NODE_OP_NODE] = { ARG_NODE, .meta = "OLD", .required = true },
	[NODE_OP_NEW] = { ARG_NAME, .meta = "NEW", .required = true },
	{ ARG_NUMBER, "id", .meta = "N" },
	{ ARG_NUMBER, "zone", .meta = "N" },
	{ ARG_VIA, "via", .meta = "ADDR" },
	{ ARG_FLAG, "--hold" },
	{ }
};

static bool op_has(struct args *a, const char *word, struct value **v)
{
	*v = args_value(a, word);
	return *v && (*v)->given;
}

/**
 * node_op() - makes an operation from the arguments of a node's command
 * @a: the arguments; @op takes over lists of points
 * @op: zeroed; its names point to the parsed words
 */
void node_op(struct args *a, struct hashring_op *op)
{
	const struct node_attr *attr;
	struct value *v;

	op->name = a->v[NODE_OP_NODE].text;
	if (a->cmd->args == node_add_args)
		op->kind = HASHRING_OP_ADD;
	else if (a->cmd->args == node_set_args)
		op->kind = HASHRING_OP_SET;
	else if (a->cmd->args == node_del_args)
		op->kind = HASHRING_OP_DEL;
	else
		op->kind = HASHRING_OP_REPLACE;
	if (op->kind == HASHRING_OP_REPLACE)
		op->new_name = a->v[NODE_OP_NEW].text;

	for (attr = node_attrs; attr->name; attr++) {
		if (!op_has(a, attr->name, &v))
			continue;
		op->has |= HASHRING_HAS_ATTR_OF(attr->type);
		*node_attr_at(attr, &op->attrs) = v->num;
	}
	if (op_has(a, "deadline", &v)) {
		op->has |= HASHRING_HAS(DEADLINE);
		op->deadline = v->num;
	}
	if (op_has(a, "--now", &v))
		op->has |= HASHRING_HAS(NOW);
	if (op_has(a, "via", &v)) {
		op->has |= HASHRING_HAS_VIA;
		op->attrs.via = v->via;
	}
	if (op_has(a, "point", &v)) {
		op->has |= HASHRING_HAS(POINTS);
		op->points = v->list;
		op->nr_points = v->n;
		v->list = NULL;
	}
	if (op_has(a, "seat", &v))
		op->seat = v->text;
}

/* For parsing only: the commands of ringctl node have the help and @run. */
static const struct command commands[] = {
	{ "add", .args = node_add_args },
	{ "set", .args = node_set_args },
	{ "del", "delete", .args = node_del_args },
	{ "replace", .args = node_replace_args },
	{ }
};

const struct noun noun_op = {
	.name = "node",
	.commands = commands,
};
