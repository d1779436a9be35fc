// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl node: nodes of a ring. Each command that changes a node is a change
 * of one operation; `ringctl change` takes the same words.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/model/node_attrs.h"
#include "cli/print/output.h"
#include "ringctl/ringctl.h"

enum { SHOW_RING, SHOW_NODE };

static const struct arg show_args[] = {
	[SHOW_RING] = { ARG_RING, .meta = "RING", .required = true },
	[SHOW_NODE] = { ARG_NODE, .meta = "NODE" },
	{ }
};

static int node_change(struct args *a)
{
	struct hashring_op op = { 0 };
	struct hashring_change change = {
		.ring = a->v[NODE_OP_RING].text,
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
	{ "add", NULL, "add a node", node_add_args, node_change },
	{ "set", NULL, "change a node; what is not given stays", node_set_args,
	  node_change },
	{ "del", "delete", "remove a node", node_del_args, node_change },
	{ "replace", NULL,
	  "put a new node in the place of an old one: collateral is 0",
	  node_replace_args, node_change },
	{ }
};

const struct noun noun_node = {
	.name = "node",
	.help = "a node of a ring",
	.commands = commands,
};
