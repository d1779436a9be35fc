// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringlab compare: the ring against other methods, on the same keys.
 */
#include <stdlib.h>
#include <string.h>

#include <core/grid.h>

#include "ring.h"
#include "cli/keys/transfer.h"
#include "cli/signals.h"
#include "ringlab/ringlab.h"

#define DEFAULT_NODES	10

enum {
	COMPARE_RING,
	COMPARE_OPS,
	COMPARE_FILE,
	COMPARE_OFFLINE,
	COMPARE_NODES,
	COMPARE_JOIN,
	COMPARE_LEAVE,
	COMPARE_KEYS,
	COMPARE_KEY_SIZE,
	COMPARE_METHOD_LIST,
	COMPARE_POINTS,
	COMPARE_GRID,
	COMPARE_SEED,
	COMPARE_SAMPLES,
	COMPARE_FLOWS,
	COMPARE_TO,
	COMPARE_KEY,
};

static const struct arg compare_args[] = {
	[COMPARE_RING] = { ARG_RING, .meta = "RING" },
	[COMPARE_OPS] = { ARG_OPS, .meta = "'{ OPERATION; ... }'" },
	[COMPARE_FILE] = { ARG_FILE, "-f", "--file", .meta = "FILE" },
	[COMPARE_OFFLINE] = { ARG_FILE, "--offline", .meta = "SAVED" },
	[COMPARE_NODES] = { ARG_NUMBER, "--nodes", "nodes", .meta = "N",
			    .min = 1, .max = HR_MAX_NODES },
	[COMPARE_JOIN] = { ARG_NUMBER, "--join", "join", .meta = "K", .min = 1,
			   .max = HR_MAX_NODES },
	[COMPARE_LEAVE] = { ARG_FLAG, "--leave", "leave" },
	[COMPARE_KEYS] = { ARG_KEYS, "--keys", "keys", .meta = "N|KEYS", .min = 1,
			   .max = 1000000000000000ULL },
	[COMPARE_KEY_SIZE] = { ARG_SIZE, "--key-size", "key-size",
			       .meta = "BYTES" },
	[COMPARE_METHOD_LIST] = ARG_ROW_METHODS,
	[COMPARE_POINTS] = { ARG_NUMBER, "--points", "points", .meta = "P",
			     .min = 1, .max = HR_MAX_POINTS },
	[COMPARE_GRID] = { ARG_NUMBER, "--grid", "grid", .meta = "CELLS",
			   .min = HR_MIN_GRID, .max = HR_MAX_GRID },
	[COMPARE_SEED] = ARG_ROW_SEED,
	[COMPARE_SAMPLES] = ARG_ROW_SAMPLES,
	[COMPARE_FLOWS] = ARG_ROW_FLOWS,
	[COMPARE_TO] = ARG_ROW_TO,
	[COMPARE_KEY] = ARG_ROW_KEY,
	{ }
};

/* Refuses words that the kind of comparison does not have. */
static int check_words(struct args *a)
{
	static const __u32 of_ring[] = {
		COMPARE_OPS, COMPARE_FILE, COMPARE_OFFLINE,
	};
	static const __u32 of_nodes[] = {
		COMPARE_NODES, COMPARE_JOIN, COMPARE_LEAVE, COMPARE_POINTS,
		COMPARE_GRID,
	};
	bool ring = a->v[COMPARE_RING].given;
	size_t i;

	for (i = 0; i < sizeof(of_ring) / sizeof(*of_ring); i++)
		if (!ring && a->v[of_ring[i]].given)
			return fail_usage("\"%s\" goes with a ring",
					  compare_args[of_ring[i]].word ?:
					  compare_args[of_ring[i]].meta);
	for (i = 0; i < sizeof(of_nodes) / sizeof(*of_nodes); i++)
		if (ring && a->v[of_nodes[i]].given)
			return fail_usage("\"%s\" does not go with a ring, which has its own",
					  compare_args[of_nodes[i]].word);
	if (a->v[COMPARE_JOIN].given && a->v[COMPARE_LEAVE].given)
		return fail_usage("nodes join or one leaves, not both");
	if (a->v[COMPARE_GRID].given && hr_grid_check(a->v[COMPARE_GRID].num))
		return fail_usage("--grid \"%llu\": %s", a->v[COMPARE_GRID].num,
				  hr_grid_check(a->v[COMPARE_GRID].num));
	if (a->v[COMPARE_KEY_SIZE].given && !a->v[COMPARE_KEYS].given)
		return fail_usage("--key-size is of keys: how many? (--keys)");
	if (a->v[COMPARE_SAMPLES].given && flows_wanted(a))
		return fail_usage("--samples are drawn: keys that are given are all counted");
	return flows_check(a);
}

static int run_and_print(struct compare *c)
{
	int status = compare_run(c);

	if (!status && opt.json)
		json_print(compare_to_json(c));
	else if (!status)
		compare_print(c);
	return status;
}

static int take_words(struct args *a, struct compare *c)
{
	const struct value *v = a->v;
	struct transfer data = { 0 };

	if (!c->ring) {
		memcpy(c->nodes.seed, v[COMPARE_SEED].seed,
		       sizeof(c->nodes.seed));
		c->nodes.points = v[COMPARE_POINTS].given ?
				  v[COMPARE_POINTS].num : HR_DEFAULT_POINTS;
		c->nodes.per = 1;
		c->nodes.grid = v[COMPARE_GRID].num;
	}
	if (v[COMPARE_KEYS].given && !v[COMPARE_KEYS].text)
		c->keys = v[COMPARE_KEYS].num;
	if (v[COMPARE_KEY_SIZE].given)
		c->key_size = v[COMPARE_KEY_SIZE].num;
	data.keys = c->keys;
	data.key_size = c->key_size;
	if (!transfer_fits(&data))
		return fail_usage("%llu keys of %llu bytes are too many bytes to count",
				  c->keys, c->key_size);
	return compare_take(a, c);
}

static int compare_nodes(struct args *a)
{
	struct flow_ring ring = { .name = "of the comparison", .has_seed = true };
	struct compare_flows flows = { 0 };
	const struct value *v = a->v;
	__u32 nr = v[COMPARE_NODES].given ? v[COMPARE_NODES].num :
					    DEFAULT_NODES;
	__u32 joined = v[COMPARE_JOIN].given ? v[COMPARE_JOIN].num : 1;
	struct compare_list nodes = { 0 };
	struct compare c = { 0 };
	int status;

	if (v[COMPARE_LEAVE].given)
		joined = 0;
	if (!joined && nr == 1)
		return fail_usage("the only node cannot leave: no node would be left to compare");
	if (nr + joined > HR_MAX_NODES)
		return fail_usage("%u nodes are more than a ring may have, %u",
				  nr + joined, HR_MAX_NODES);
	status = take_words(a, &c);
	if (!status && (__u64)c.nodes.points * (nr + joined) > HR_MAX_POINTS)
		status = fail_usage("%u nodes of %u points are more than a ring may have, %u",
				    nr + joined, c.nodes.points, HR_MAX_POINTS);
	if (!status)
		status = compare_list_make(&nodes, "node_%u", 0, nr + joined);
	if (!status) {
		hr_keys_derive(&ring.by.keys, c.nodes.seed);
		status = compare_flows_load(&flows, a, &ring, &c);
	}
	if (!status) {
		if (joined)
			compare_join(&c, &nodes, nr, joined);
		else
			compare_leave(&c, &nodes, nr,
				      sim_part(sim_mix(c.seed), nr));
		status = run_and_print(&c);
	}
	compare_release(&c);
	compare_list_release(&nodes);
	compare_flows_release(&flows);
	return status;
}

static int compare_a_ring(struct args *a)
{
	struct compare_flows flows = { 0 };
	const struct value *v = a->v;
	struct compare_ring ring = { 0 };
	struct compare c = { 0 };
	struct ops ops = { 0 };
	int status;

	status = ops_from_args(&ops, &v[COMPARE_OPS], &v[COMPARE_FILE]);
	if (!status)
		status = compare_ring_begin(&ring, v[COMPARE_RING].text,
					    v[COMPARE_OFFLINE].text, &ops, &c);
	if (!status)
		status = take_words(a, &c);
	if (!status) {
		const struct flow_ring by = {
			.name = c.ring,
			.has_seed = ring.ring->has_seed,
			.by = { .keys = ring.native.config.keys },
			.policies = ring.native.policies,
		};

		status = compare_flows_load(&flows, a, &by, &c);
	}
	if (!status)
		status = run_and_print(&c);
	compare_release(&c);
	compare_flows_release(&flows);
	compare_ring_release(&ring);
	ops_release(&ops);
	return status;
}

static int compare(struct args *a)
{
	int status = check_words(a);

	if (status)
		return status;
	signals_hold();
	if (a->v[COMPARE_RING].given)
		status = compare_a_ring(a);
	else
		status = compare_nodes(a);
	/* An interrupt has had its effect: its signal stays blocked. */
	if (status != EXIT_ABORTED)
		signals_release();
	return status;
}

static const struct command commands[] = {
	{ NULL, NULL,
	  "what other methods move: for a change of RING, or for nodes that join or leave",
	  compare_args, compare },
	{ }
};

const struct noun noun_compare = {
	.name = "compare",
	.help = "the ring against other methods, on the same keys",
	.commands = commands,
};
