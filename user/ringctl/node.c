// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl node: nodes of a ring. Each command that changes one is a change of
 * one operation; the same words stand in `ringctl change`.
 */
#include <stdlib.h>
#include <string.h>

#include "ringctl/model/node_attrs.h"
#include "ringctl/print/output.h"

enum { SHOW_RING, SHOW_NODE };

static const struct arg show_args[] = {
	[SHOW_RING] = { ARG_RING, .meta = "RING", .required = true },
	[SHOW_NODE] = { ARG_NODE, .meta = "NODE" },
	{ }
};

/* Of all commands that change a node; keywords are found by their words. */
enum { OP_RING, OP_NODE, OP_NEW };

static const struct arg add_args[] = {
	[OP_RING] = { ARG_RING, .meta = "RING", .required = true },
	[OP_NODE] = { ARG_NAME, .meta = "NODE", .required = true },
	{ ARG_NUMBER, "id", .meta = "N" },
	{ ARG_NUMBER, "weight", .meta = "W" },
	{ ARG_ENUM, "state", .meta = "STATE", .names = node_states },
	{ ARG_NUMBER, "zone", .meta = "N" },
	{ ARG_DEADLINE, "deadline", .meta = "TIME" },
	{ ARG_VIA, "via", .meta = "ADDR" },
	{ ARG_POINTS, "point", "points", .meta = "POSITION" },
	{ ARG_NAME, "seat", .meta = "SEAT" },
	{ ARG_FLAG, "--hold" },
	{ }
};

static const struct arg set_args[] = {
	[OP_RING] = { ARG_RING, .meta = "RING", .required = true },
	[OP_NODE] = { ARG_NODE, .meta = "NODE", .required = true },
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

static const struct arg del_args[] = {
	[OP_RING] = { ARG_RING, .meta = "RING", .required = true },
	[OP_NODE] = { ARG_NODE, .meta = "NODE", .required = true },
	{ ARG_FLAG, "--hold" },
	{ }
};

static const struct arg replace_args[] = {
	[OP_RING] = { ARG_RING, .meta = "RING", .required = true },
	[OP_NODE] = { ARG_NODE, .meta = "OLD", .required = true },
	[OP_NEW] = { ARG_NAME, .meta = "NEW", .required = true },
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
 * node_op() - an operation from the arguments of a command of a node
 * @a: the arguments; lists of points go over to @op
 * @op: zeroed; its names point to the words that were parsed
 */
void node_op(struct args *a, struct hashring_op *op)
{
	const struct node_attr *attr;
	struct value *v;

	op->name = a->v[OP_NODE].text;
	if (a->cmd->args == add_args)
		op->kind = HASHRING_OP_ADD;
	else if (a->cmd->args == set_args)
		op->kind = HASHRING_OP_SET;
	else if (a->cmd->args == del_args)
		op->kind = HASHRING_OP_DEL;
	else
		op->kind = HASHRING_OP_REPLACE;
	if (op->kind == HASHRING_OP_REPLACE)
		op->new_name = a->v[OP_NEW].text;

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

static int node_change(struct args *a)
{
	struct hashring_op op = { 0 };
	struct hashring_change change = {
		.ring = a->v[OP_RING].text,
		.ops = &op,
		.nr_ops = 1,
		.expect_generation = HASHRING_ANY,
		.max_moved = HASHRING_ANY,
		.hold = args_value(a, "--hold")->given,
	};
	int status;

	node_op(a, &op);
	status = change_run(&change);
	free((void *)op.points);
	return status;
}

static void print_node(const struct hashring_node *node, int name_width,
		       int id_width)
{
	char share[FIGURE_LEN], bytes[FIGURE_LEN], left[FIGURE_LEN];
	const struct node_attr *attr;
	__u32 i;

	printf("%-*s id %-*u weight %-4u %-8s %8s", name_width, node->name,
	       id_width, node->attrs.id, node->attrs.weight,
	       hashring_enum_name(hashring_node_state_name, node->attrs.state),
	       figure_share(share, node->share));
	print_via(stdout, &node->attrs.via);
	for (attr = node_attrs; attr->name; attr++)
		if (!attr->column && node_attr_shown(attr, &node->attrs))
			printf(" %s %u", attr->name,
			       node_attr_get(attr, &node->attrs));
	if (strcmp(node->seat, node->name))
		printf(" seat %s", node->seat);
	if (node->has_deadline)
		printf(" deadline %s", figure_ms(left, node->deadline));
	if (opt.stats)
		printf(" points %u packets %llu bytes %s", node->nr_points,
		       node->packets, figure_bytes(bytes, node->bytes));
	for (i = 0; i < node->nr_given; i++)
		printf(" %s%u", i ? "" : "point ", node->points[i]);
	putchar('\n');
}

static int show_one(const struct hashring_node *node, void *arg)
{
	if (opt.json) {
		json_list_begin();
		json_list_item(node_to_json(node));
		json_list_end();
	} else {
		print_node(node, 0, 0);
	}
	return 0;
}

static int show_all(const char *ring)
{
	struct node_list list = { 0 };
	int name_width = 0, id_width = 0;
	int status;
	__u32 i;

	status = nodes_load(&list, ring);
	for (i = 0; i < list.nr; i++) {
		int width = strlen(list.node[i].name);

		if (width > name_width)
			name_width = width;
		width = snprintf(NULL, 0, "%u", list.node[i].attrs.id);
		if (width > id_width)
			id_width = width;
	}
	if (!status && opt.json)
		json_list_begin();
	for (i = 0; i < list.nr; i++) {
		if (opt.json)
			json_list_item(node_to_json(&list.node[i]));
		else
			print_node(&list.node[i], name_width, id_width);
	}
	if (!status && opt.json)
		json_list_end();
	nodes_release(&list);
	return status;
}

static int node_show(struct args *a)
{
	struct hashring *h = conn();
	int err;

	if (!h)
		return EXIT_REFUSED;
	if (!a->v[SHOW_NODE].given)
		return show_all(a->v[SHOW_RING].text);
	err = hashring_node_get(h, a->v[SHOW_RING].text, a->v[SHOW_NODE].text,
				true, show_one, NULL);
	return err ? refused(err) : 0;
}

static const struct command commands[] = {
	{ "show", "list", "show a node with its points, or all of a ring",
	  show_args, node_show },
	{ "add", NULL, "add a node", add_args, node_change },
	{ "set", NULL, "change what is given of a node", set_args,
	  node_change },
	{ "del", "delete", "remove a node", del_args, node_change },
	{ "replace", NULL,
	  "put a new node in the place of an old one: collateral is 0",
	  replace_args, node_change },
	{ }
};

const struct noun noun_node = {
	.name = "node",
	.help = "a node of a ring",
	.commands = commands,
};
