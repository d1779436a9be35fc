// SPDX-License-Identifier: GPL-2.0-only
/*
 * Statistics in Prometheus's text exposition format, 0.0.4, for the textfile
 * collector of its node exporter. All samples of a metric come together:
 * everything is read before anything is printed.
 */
#include <stddef.h>
#include <string.h>

#include "cli/print/output.h"
#include "cli/model/node_attrs.h"
#include "ringctl/ringctl.h"

enum kind {
	U32,
	U64,
	RATIO,	/* __u64, in units of 2^-32 */
};

/**
 * struct metric - a figure of a ring or a node
 * @name: after hashring_ring_, and so on; a counter's ends in _total
 * @help: its description
 * @counter: it only grows; else it is a gauge
 * @kind: its type
 * @offset: its offset in the structure
 */
struct metric {
	const char *name;
	const char *help;
	bool counter;
	enum kind kind;
	size_t offset;
};

#define RING(member)	offsetof(struct hashring_ring, member)
#define NODE(member)	offsetof(struct hashring_node, member)

static const struct metric ring_metrics[] = {
	{ "generation", "Generation in force; each change adds one.",
	  false, U64, RING(generation) },
	{ "nodes", "Nodes of the ring.", false, U32, RING(nodes) },
	{ "active_nodes", "Nodes that are active.",
	  false, U32, RING(active_nodes) },
	{ "weight", "Sum of the active nodes' weights.",
	  false, U64, RING(weight) },
	{ "peak_ratio",
	  "Largest share of an active node over its due by weight.",
	  false, RATIO, RING(peak) },
	{ "trough_ratio",
	  "Smallest share of an active node over its due by weight.",
	  false, RATIO, RING(trough) },
	{ "table_points", "Points in the table.",
	  false, U32, RING(table_points) },
	{ "table_bytes", "Memory of the table.",
	  false, U64, RING(table_bytes) },
	{ "attachments", "Attachments that steer by the ring.",
	  false, U32, RING(attachments) },
	{ "receipts", "Receipts in the history, which is bounded.",
	  false, U32, RING(receipts) },
	{ }
};

static const struct metric node_metrics[] = {
	{ "share_ratio", "Part of the ring that the node owns.",
	  false, RATIO, NODE(share) },
	{ "weight", "Weight of the node.", false, U32, NODE(attrs.weight) },
	{ "points", "Points that the node holds.",
	  false, U32, NODE(nr_points) },
	{ "packets_total", "Packets steered to the node.",
	  true, U64, NODE(packets) },
	{ "bytes_total", "Bytes steered to the node.",
	  true, U64, NODE(bytes) },
	{ }
};

static void print_head(FILE *f, const char *of, const char *name,
		       const char *help, bool counter)
{
	fprintf(f, "# HELP hashring_%s_%s %s\n", of, name, help);
	fprintf(f, "# TYPE hashring_%s_%s %s\n", of, name,
		counter ? "counter" : "gauge");
}

/* NAME="VALUE", with backslashes where needed. */
static void print_label(FILE *f, const char *name, const char *value)
{
	fprintf(f, "%s=\"", name);
	for (; *value; value++) {
		if (*value == '\n') {
			fputs("\\n", f);
			continue;
		}
		if (*value == '\\' || *value == '"')
			fputc('\\', f);
		fputc(*value, f);
	}
	fputc('"', f);
}

/* hashring_OF_NAME{netns="...",ring="..." - without the end of the labels. */
static void begin_sample(FILE *f, const char *of, const char *name,
			 const char *ring)
{
	const char *netns = opt.netns ?: "";
	const char *slash = strrchr(netns, '/');

	fprintf(f, "hashring_%s_%s{", of, name);
	print_label(f, "netns", slash ? slash + 1 : netns);
	fputc(',', f);
	print_label(f, "ring", ring);
}

static void end_sample(FILE *f, const struct metric *metric, const void *from)
{
	const void *value = (const char *)from + metric->offset;

	switch (metric->kind) {
	case U32:
		fprintf(f, "} %u\n", *(const __u32 *)value);
		break;
	case U64:
		fprintf(f, "} %llu\n", *(const __u64 *)value);
		break;
	case RATIO:
		fprintf(f, "} %.17g\n",
			(double)*(const __u64 *)value / HASHRING_WHOLE);
		break;
	}
}

static void print_rings(FILE *f, const struct stats *stats)
{
	const struct metric *m;
	size_t i;

	for (m = ring_metrics; m->name; m++) {
		print_head(f, "ring", m->name, m->help, m->counter);
		for (i = 0; i < stats->rings.nr; i++) {
			begin_sample(f, "ring", m->name,
				     stats->rings.ring[i].name);
			end_sample(f, m, &stats->rings.ring[i]);
		}
	}
}

static void print_nodes(FILE *f, const struct stats *stats,
			const struct metric *m)
{
	const struct node_list *nodes;
	size_t i;
	__u32 j;

	print_head(f, "node", m->name, m->help, m->counter);
	for (i = 0; i < stats->rings.nr; i++) {
		nodes = &stats->nodes[i];
		for (j = 0; j < nodes->nr; j++) {
			begin_sample(f, "node", m->name,
				     stats->rings.ring[i].name);
			fputc(',', f);
			print_label(f, "node", nodes->node[j].name);
			end_sample(f, m, &nodes->node[j]);
		}
	}
}

/* One of a node's states is 1 and the others are 0, as usual in Prometheus. */
static void print_states(FILE *f, const struct stats *stats)
{
	const struct node_list *nodes;
	__u32 j, state;
	size_t i;

	print_head(f, "node", "state", "1 for the state that the node is in.",
		   false);
	for (i = 0; i < stats->rings.nr; i++) {
		nodes = &stats->nodes[i];
		for (j = 0; j < nodes->nr; j++) {
			for (state = 0; node_states(state); state++) {
				begin_sample(f, "node", "state",
					     stats->rings.ring[i].name);
				fputc(',', f);
				print_label(f, "node", nodes->node[j].name);
				fputc(',', f);
				print_label(f, "state", node_states(state));
				fprintf(f, "} %d\n",
					nodes->node[j].attrs.state == state);
			}
		}
	}
}

static void print_attachments(FILE *f, const struct stats *stats)
{
	const struct attach_counter *c;
	char name[64];
	size_t i;

	for (c = attach_counters; c->name; c++) {
		snprintf(name, sizeof(name), "%s_total", c->name);
		print_head(f, "attachment", name, c->help, true);
		for (i = 0; i < stats->attach.nr; i++) {
			const struct hashring_attach *a;

			a = &stats->attach.attach[i];
			begin_sample(f, "attachment", name, a->ring);
			fprintf(f, ",id=\"%u\",", a->id);
			print_label(f, "hook",
				    hashring_enum_name(hashring_hook_name,
						       a->hook));
			fprintf(f, "} %llu\n", attach_counted(a, c));
		}
	}
}

/**
 * print_prometheus() - prints all figures in the text exposition format
 * @f: the output
 * @stats: the figures
 */
void print_prometheus(FILE *f, const struct stats *stats)
{
	const struct metric *m;

	print_rings(f, stats);
	for (m = node_metrics; m->name; m++)
		print_nodes(f, stats, m);
	print_states(f, stats);
	print_attachments(f, stats);
}
