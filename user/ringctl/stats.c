// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl stats: the share of each node, and its packets.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/print/output.h"
#include "ringctl/ringctl.h"

enum { STATS_RING, STATS_PROMETHEUS };

static const struct arg stats_args[] = {
	[STATS_RING] = { ARG_RING, .meta = "RING" },
	[STATS_PROMETHEUS] = { ARG_FLAG, "--prometheus" },
	{ }
};

/* The share of a node with perfect balance. */
static __u64 due_share(const struct hashring_ring *ring,
		       const struct hashring_node *node)
{
	if (node->attrs.state != HASHRING_NODE_ACTIVE || !ring->weight)
		return 0;
	return (HASHRING_WHOLE * node->attrs.weight + ring->weight / 2) /
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
		       node->name, node->attrs.id,
		       hashring_enum_name(hashring_node_state_name,
					  node->attrs.state),
		       figure_share(share, node->share),
		       figure_share(due, due_share(ring, node)), node->packets,
		       node->bytes);
	}
	for (i = 0; i < attach->nr; i++) {
		if (strcmp(attach->attach[i].ring, ring->name))
			continue;
		printf(" attach id %u ", attach->attach[i].id);
		print_attach_stats(stdout, &attach->attach[i]);
		putchar('\n');
	}
}

static json_t *to_json(const struct hashring_ring *ring,
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
		if (!strcmp(attach->attach[i].ring, ring->name))
			json_array_append_new(list,
					      attach_to_json(&attach->attach[i]));
	json_object_set_new(o, "attach", list);
	return o;
}

static void print_all(const struct stats *stats)
{
	size_t i;

	if (opt.json)
		json_list_begin();
	for (i = 0; i < stats->rings.nr; i++) {
		if (opt.json)
			json_list_item(to_json(&stats->rings.ring[i],
					       &stats->nodes[i],
					       &stats->attach));
		else
			print_text(&stats->rings.ring[i], &stats->nodes[i],
				   &stats->attach);
	}
	if (opt.json)
		json_list_end();
}

/* Of one ring, or of all. */
static int stats_load(struct stats *stats, const char *ring)
{
	int status;
	size_t i;

	status = rings_load(&stats->rings, ring);
	if (status || !stats->rings.nr)
		return status;
	stats->nodes = calloc(stats->rings.nr, sizeof(*stats->nodes));
	if (!stats->nodes)
		return fail_memory();
	for (i = 0; i < stats->rings.nr && !status; i++)
		status = nodes_load(&stats->nodes[i],
				    stats->rings.ring[i].name);
	return status ?: attach_load(&stats->attach, ring);
}

static void stats_release(struct stats *stats)
{
	size_t i;

	attach_release(&stats->attach);
	for (i = 0; stats->nodes && i < stats->rings.nr; i++)
		nodes_release(&stats->nodes[i]);
	free(stats->nodes);
	rings_release(&stats->rings);
}

static int stats_show(struct args *a)
{
	const char *ring = a->v[STATS_RING].text;
	struct stats stats = { };
	int status;

	if (a->v[STATS_PROMETHEUS].given && opt.json)
		return fail_usage("--prometheus and -j exclude each other");
	status = stats_load(&stats, ring);
	if (status)
		goto out;
	if (a->v[STATS_PROMETHEUS].given)
		print_prometheus(stdout, &stats);
	else if (opt.json && ring)
		json_print(to_json(&stats.rings.ring[0], &stats.nodes[0],
				   &stats.attach));
	else
		print_all(&stats);
out:
	stats_release(&stats);
	return status;
}

static const struct command commands[] = {
	{ NULL, NULL, "shares, packets and bytes of a ring's nodes, or of all", stats_args,
	  stats_show },
	{ }
};

const struct noun noun_stats = {
	.name = "stats",
	.help = "the share of each node, and its packets",
	.commands = commands,
};
