// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl arcs: the map, arc by arc or point by point.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/print/output.h"
#include "ringctl/ringctl.h"

#define TRIES	10

enum { ARCS_RING, ARCS_POINTS };

static const struct arg arcs_args[] = {
	[ARCS_RING] = { ARG_RING, .meta = "RING", .required = true },
	[ARCS_POINTS] = { ARG_FLAG, "--points" },
	{ }
};

/* All arcs of one generation, in ring order. */
struct arc_list {
	__u32 *end;
	__u32 *owner;
	size_t nr;
	size_t room;
	__u64 generation;
};

static int take_arcs(__u64 generation, const __u32 *ends, const __u32 *owners,
		     size_t n, void *arg)
{
	struct arc_list *list = arg;

	if (list->nr + n > list->room) {
		size_t room = 2 * list->room + n;
		__u32 *more;

		more = realloc(list->end, room * sizeof(*more));
		if (!more)
			return EXIT_REFUSED;
		list->end = more;
		more = realloc(list->owner, room * sizeof(*more));
		if (!more)
			return EXIT_REFUSED;
		list->owner = more;
		list->room = room;
	}
	memcpy(list->end + list->nr, ends, n * sizeof(*ends));
	memcpy(list->owner + list->nr, owners, n * sizeof(*owners));
	list->nr += n;
	list->generation = generation;
	return 0;
}

static void restart(void *arg)
{
	struct arc_list *list = arg;

	list->nr = 0;
}

static void print_arc(const struct arc_list *list, size_t i, bool points,
		      const struct hashring_node *node)
{
	const char *name = node ? node->name : "-";
	__u32 start = list->end[i ? i - 1 : list->nr - 1];
	__u32 end = list->end[i];
	json_t *o;

	if (!opt.json) {
		if (!points) {
			print_number(stdout, start);
			putchar_unlocked('\t');
		}
		print_number(stdout, end);
		putchar_unlocked('\t');
		fputs_unlocked(name, stdout);
		putchar_unlocked('\n');
		return;
	}
	o = json_object();
	if (points) {
		json_set_u64(o, "position", end);
	} else {
		json_set_u64(o, "arc_start", start);
		json_set_u64(o, "arc_end", end);
	}
	json_set_text(o, "node", name);
	json_set_u64(o, "id", list->owner[i]);
	json_list_item(o);
}

/* Arcs and the names of their owners, both of one generation. */
static int load(const char *ring, bool points, struct arc_list *list,
		struct node_list *nodes)
{
	struct hashring *h = conn();
	int tries, status;
	int err;

	if (!h)
		return EXIT_REFUSED;
	for (tries = 0; tries < TRIES; tries++) {
		list->nr = 0;
		err = hashring_arcs_list(h, ring, points, take_arcs, restart,
					 list);
		if (err)
			return err < 0 ? refused(err) : fail_memory();
		status = nodes_load(nodes, ring);
		if (status)
			return status;
		if (!list->nr || list->generation == nodes->generation)
			return 0;
	}
	return fail(EXIT_STALE, "%s kept changing", ring);
}

static int arcs_show(struct args *a)
{
	bool points = a->v[ARCS_POINTS].given;
	struct node_list nodes = { 0 };
	struct arc_list list = { 0 };
	int status;
	size_t i;

	status = load(a->v[ARCS_RING].text, points, &list, &nodes);
	if (status)
		goto out;
	if (opt.json)
		json_list_begin();
	for (i = 0; i < list.nr && !ferror(stdout); i++)
		print_arc(&list, i, points, nodes_by_id(&nodes, list.owner[i]));
	if (opt.json)
		json_list_end();
out:
	nodes_release(&nodes);
	free(list.end);
	free(list.owner);
	return status;
}

static const struct command commands[] = {
	{ NULL, NULL,
	  "START, END, NODE of each arc (START, END]; --points: POSITION, NODE",
	  arcs_args, arcs_show },
	{ }
};

const struct noun noun_arcs = {
	.name = "arcs",
	.help = "the map, arc by arc",
	.commands = commands,
};
