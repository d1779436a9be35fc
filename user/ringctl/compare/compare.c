// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl compare: the ring against other methods, on the same keys.
 */
#include <stdlib.h>
#include <string.h>

#include <core/grid.h>

#include "ring.h"
#include "cli/keys/transfer.h"
#include "cli/signals.h"
#include "ringctl/ringctl.h"

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
	COMPARE_SCENARIO,
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
	[COMPARE_METHOD_LIST] = { ARG_TEXT, "--methods", "methods",
				  .meta = "METHOD,..." },
	[COMPARE_POINTS] = { ARG_NUMBER, "--points", "points", .meta = "P",
			     .min = 1, .max = HR_MAX_POINTS },
	[COMPARE_GRID] = { ARG_NUMBER, "--grid", "grid", .meta = "CELLS",
			   .min = HR_MIN_GRID, .max = HR_MAX_GRID },
	[COMPARE_SEED] = { ARG_SEED, "--seed", "seed", .meta = "HEX" },
	[COMPARE_SAMPLES] = { ARG_NUMBER, "--samples", "samples", .meta = "N",
			      .min = 1000, .max = 1000000000 },
	[COMPARE_SCENARIO] = { ARG_ENUM, "--scenario", "scenario",
			       .meta = "NAME", .names = compare_scenarios },
	[COMPARE_FLOWS] = ARG_ROW_FLOWS,
	[COMPARE_TO] = ARG_ROW_TO,
	[COMPARE_KEY] = ARG_ROW_KEY,
	{ }
};

/* Words that do not go together with what kind of comparison it is. */
static int check_words(struct args *a)
{
	static const __u32 of_ring[] = {
		COMPARE_OPS, COMPARE_FILE, COMPARE_OFFLINE,
	};
	static const __u32 of_nodes[] = {
		COMPARE_NODES, COMPARE_JOIN, COMPARE_LEAVE, COMPARE_POINTS,
		COMPARE_GRID,
	};
	static const __u32 of_keys[] = {
		COMPARE_KEYS, COMPARE_KEY_SIZE, COMPARE_FLOWS,
	};
	bool scenario = a->v[COMPARE_SCENARIO].given;
	bool ring = a->v[COMPARE_RING].given;
	size_t i;

	if (ring && scenario)
		return fail_usage("a scenario has nodes of its own: it goes with no ring");
	for (i = 0; i < sizeof(of_ring) / sizeof(*of_ring); i++)
		if (!ring && a->v[of_ring[i]].given)
			return fail_usage("\"%s\" goes with a ring",
					  compare_args[of_ring[i]].word ?:
					  compare_args[of_ring[i]].meta);
	for (i = 0; i < sizeof(of_nodes) / sizeof(*of_nodes); i++)
		if ((ring || scenario) && a->v[of_nodes[i]].given)
			return fail_usage("\"%s\" does not go with a %s, which has its own",
					  compare_args[of_nodes[i]].word,
					  ring ? "ring" : "scenario");
	for (i = 0; i < sizeof(of_keys) / sizeof(*of_keys); i++)
		if (scenario && a->v[of_keys[i]].given)
			return fail_usage("\"%s\" does not go with a scenario, which has its own",
					  compare_args[of_keys[i]].word);
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

static void add_method(struct compare *c, const struct sim_ops *ops)
{
	__u32 i;

	for (i = 0; i < c->nr_rows; i++)
		if (c->row[i].ops == ops)
			return;
	c->row[c->nr_rows++].ops = ops;
}

static int fail_method(const char *name, size_t len)
{
	char list[256] = "";
	__u32 i;

	for (i = 0; sim_methods[i]; i++)
		snprintf(list + strlen(list), sizeof(list) - strlen(list),
			 "%s%s", i ? ", " : "", sim_methods[i]->name);
	return fail_usage("unknown method \"%.*s\": expected some of %s",
			  (int)len, name, list);
}

/* All methods, or those that are asked for, in their order. */
static int take_methods(const struct args *a, struct compare *c)
{
	const struct value *v = &a->v[COMPARE_METHOD_LIST];
	const char *name, *rest;
	const struct sim_ops *ops;
	__u32 i;

	if (c->ring)
		add_method(c, &sim_ring_given);
	/* A ring is its own placement's row already. */
	for (i = 0; !v->given && sim_methods[i]; i++)
		if (!c->placement || strcmp(c->placement, sim_methods[i]->name))
			add_method(c, sim_methods[i]);
	for (name = v->given ? v->text : NULL; name; name = rest) {
		size_t len = strcspn(name, ",");

		rest = name[len] ? name + len + 1 : NULL;
		ops = sim_find(name, len);
		if (!ops)
			return fail_method(name, len);
		add_method(c, ops);
	}
	return EXIT_DONE;
}

/* What all kinds of comparison take. */
static int take_common(const struct args *a, struct compare *c)
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
	memcpy(&c->seed, v[COMPARE_SEED].seed, sizeof(c->seed));
	c->samples = v[COMPARE_SAMPLES].num;
	if (v[COMPARE_KEYS].given && !v[COMPARE_KEYS].text)
		c->keys = v[COMPARE_KEYS].num;
	if (v[COMPARE_KEY_SIZE].given)
		c->key_size = v[COMPARE_KEY_SIZE].num;
	data.keys = c->keys;
	data.key_size = c->key_size;
	if (!transfer_fits(&data))
		return fail_usage("%llu keys of %llu bytes are too many bytes to count",
				  c->keys, c->key_size);
	return take_methods(a, c);
}

static int run_and_print(struct compare *c, json_t *list)
{
	int status = compare_run(c);

	if (status)
		return status;
	if (list)
		json_array_append_new(list, compare_to_json(c));
	else
		compare_print(c);
	return EXIT_DONE;
}

static int compare_nodes(struct args *a, json_t *list)
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
		return fail_usage("the only node cannot leave: nobody would be left to compare");
	if (nr + joined > HR_MAX_NODES)
		return fail_usage("%u nodes are more than a ring may have, %u",
				  nr + joined, HR_MAX_NODES);
	status = take_common(a, &c);
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
		status = run_and_print(&c, list);
	}
	compare_release(&c);
	compare_list_release(&nodes);
	compare_flows_release(&flows);
	return status;
}

static int compare_scenario_run(const struct args *a, __u32 i, json_t *list)
{
	struct compare_list nodes = { 0 };
	struct compare c = { 0 };
	__u32 *keys = NULL;
	int status = take_common(a, &c);

	if (!status)
		status = compare_scenario_begin(i, &c, &nodes, &keys);
	if (!status)
		status = run_and_print(&c, list);
	compare_release(&c);
	compare_list_release(&nodes);
	free(keys);
	return status;
}

static int compare_scenario_all(const struct args *a, json_t *list)
{
	int status = EXIT_DONE;
	__u32 i;

	if (a->v[COMPARE_SCENARIO].num)
		return compare_scenario_run(a, a->v[COMPARE_SCENARIO].num,
					    list);
	for (i = 1; compare_scenarios(i) && !status; i++) {
		if (i > 1 && !list)
			putchar('\n');
		status = compare_scenario_run(a, i, list);
		fflush(stdout);
	}
	return status;
}

static int compare_a_ring(struct args *a, json_t *list)
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
		status = take_common(a, &c);
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
		status = run_and_print(&c, list);
	compare_release(&c);
	compare_flows_release(&flows);
	compare_ring_release(&ring);
	ops_release(&ops);
	return status;
}

/* One case is printed as one object, all scenarios as a list. */
static void print_list(const struct args *a, json_t *list)
{
	bool all = a->v[COMPARE_SCENARIO].given && !a->v[COMPARE_SCENARIO].num;

	json_print(json_incref(all ? list : json_array_get(list, 0)));
}

static int compare(struct args *a)
{
	json_t *list = opt.json ? json_array() : NULL;
	int status = check_words(a);

	if (status)
		return status;
	signals_hold();
	if (a->v[COMPARE_SCENARIO].given)
		status = compare_scenario_all(a, list);
	else if (a->v[COMPARE_RING].given)
		status = compare_a_ring(a, list);
	else
		status = compare_nodes(a, list);
	if (list && !status)
		print_list(a, list);
	json_decref(list);
	/* The signal has been obeyed, and is not to end the program twice. */
	if (status != EXIT_ABORTED)
		signals_release();
	return status;
}

static const struct command commands[] = {
	{ NULL, NULL,
	  "what other methods move: for a change of RING, for nodes that join or leave, for a known scenario",
	  compare_args, compare },
	{ }
};

const struct noun noun_compare = {
	.name = "compare",
	.help = "the ring against other methods, on the same keys",
	.commands = commands,
};
