// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl stats: what each node owns and was sent.
 */
#include <string.h>

#include "output.h"

enum { STATS_RING };

static const struct arg stats_args[] = {
	[STATS_RING] = { ARG_RING, .meta = "RING", .required = true },
	{ }
};

/* What a node would own if balance were perfect. */
static __u64 due_share(const struct hashring_ring *ring,
		       const struct hashring_node *node)
{
	if (node->state != HASHRING_NODE_STATE_ACTIVE || !ring->weight)
		return 0;
	return (HASHRING_WHOLE * node->weight + ring->weight / 2) /
	       ring->weight;
}

static void print_text(const struct hashring_ring *ring,
		       const struct node_list *nodes,
		       const struct attach_list *attach)
{
	char share[FIGURE_LEN], due[FIGURE_LEN];
	int width = strlen("node");
	__u32 i;

	for (i = 0; i < nodes->nr; i++) {
		int len = strlen(nodes->node[i].name);

		if (len > width)
			width = len;
	}
	printf("%s generation %llu  nodes %u  max/mean %s\n", ring->name,
	       ring->generation, ring->nodes, figure_ratio(share, ring->peak));
	printf(" %-*s %10s %-8s %8s %8s %12s %14s\n", width, "node", "id",
	       "state", "share", "due", "packets", "bytes");
	for (i = 0; i < nodes->nr; i++) {
		const struct hashring_node *node = &nodes->node[i];

		printf(" %-*s %10u %-8s %8s %8s %12llu %14llu\n", width,
		       node->name, node->id,
		       hashring_enum_name(hashring_states, node->state),
		       figure_share(share, node->share),
		       figure_share(due, due_share(ring, node)), node->packets,
		       node->bytes);
	}
	for (i = 0; i < attach->nr; i++) {
		printf(" attach id %u ", attach->attach[i].id);
		print_attach_stats(stdout, &attach->attach[i]);
		putchar('\n');
	}
}

static void print_json(const struct hashring_ring *ring,
		       const struct node_list *nodes,
		       const struct attach_list *attach)
{
	json_t *list = json_array();
	json_t *o = json_object();
	__u32 i;

	json_object_set_new(o, "ring", ring_to_json(ring));
	for (i = 0; i < nodes->nr; i++)
		json_array_append_new(list, node_to_json(&nodes->node[i]));
	json_object_set_new(o, "node", list);
	list = json_array();
	for (i = 0; i < attach->nr; i++)
		json_array_append_new(list, attach_to_json(&attach->attach[i]));
	json_object_set_new(o, "attach", list);
	json_print(o);
}

static int stats_show(struct args *a)
{
	const char *name = a->v[STATS_RING].text;
	struct attach_list attach = { 0 };
	struct node_list nodes = { 0 };
	struct hashring *h = conn();
	struct hashring_ring ring;
	int status;
	int err;

	if (!h)
		return EXIT_REFUSED;
	err = hashring_ring_get(h, name, &ring);
	if (err)
		return refused(err);
	status = nodes_load(&nodes, name);
	if (!status)
		status = attach_load(&attach, name);
	if (!status && opt.json)
		print_json(&ring, &nodes, &attach);
	else if (!status)
		print_text(&ring, &nodes, &attach);
	attach_release(&attach);
	nodes_release(&nodes);
	return status;
}

static const struct command commands[] = {
	{ NULL, NULL, "shares, packets and bytes of each node", stats_args,
	  stats_show },
	{ }
};

const struct noun noun_stats = {
	.name = "stats",
	.help = "what each node owns and was sent",
	.commands = commands,
};
