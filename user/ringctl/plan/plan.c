// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl plan: what a change would do.
 */
#include "plan.h"
#include "ringctl/ringctl.h"

enum {
	PLAN_RING,
	PLAN_OPS,
	PLAN_FILE,
	PLAN_GENERATION,
	PLAN_MAX_MOVED,
	PLAN_HOLD,
	PLAN_OFFLINE,
	PLAN_ARCS,
	PLAN_KEYS,
	PLAN_KEY_SIZE,
	PLAN_BANDWIDTH,
	PLAN_EFFICIENCY,
	PLAN_BATCH,
	PLAN_RATE,
	PLAN_LIST_KEYS,
	PLAN_POSITIONS,
	PLAN_HASH,
	PLAN_FLOWS,
	PLAN_TO,
	PLAN_KEY,
};

#define MAX_KEYS	1000000000000000ULL

static const struct arg plan_args[] = {
	[PLAN_RING] = { ARG_RING, .meta = "RING", .required = true },
	[PLAN_OPS] = { ARG_OPS, .meta = "'{ OPERATION; ... }'" },
	[PLAN_FILE] = { ARG_FILE, "-f", "--file", .meta = "FILE" },
	[PLAN_GENERATION] = { ARG_NUMBER, "--generation", .meta = "G",
			      .max = INT64_MAX },
	[PLAN_MAX_MOVED] = { ARG_SHARE, "--max-moved", .meta = "SHARE" },
	[PLAN_HOLD] = { ARG_FLAG, "--hold" },
	[PLAN_OFFLINE] = { ARG_FILE, "--offline", .meta = "SAVED" },
	[PLAN_ARCS] = { ARG_FLAG, "--arcs" },
	[PLAN_KEYS] = { ARG_KEYS, "--keys", .meta = "N|KEYS", .min = 1,
			.max = MAX_KEYS },
	[PLAN_KEY_SIZE] = { ARG_SIZE, "--key-size", .meta = "BYTES" },
	[PLAN_BANDWIDTH] = { ARG_BANDWIDTH, "--bandwidth", .meta = "RATE" },
	[PLAN_EFFICIENCY] = { ARG_SHARE, "--efficiency", .meta = "SHARE" },
	[PLAN_BATCH] = { ARG_NUMBER, "--batch", .meta = "N", .min = 1,
			 .max = MAX_KEYS },
	[PLAN_RATE] = { ARG_NUMBER, "--rate", .meta = "N", .min = 1,
			.max = MAX_KEYS },
	[PLAN_LIST_KEYS] = { ARG_FLAG, "--list-keys" },
	[PLAN_POSITIONS] = { ARG_FLAG, "--positions" },
	[PLAN_HASH] = { ARG_ENUM, "--hash", .meta = "HASH",
			.names = position_hashes },
	[PLAN_FLOWS] = ARG_ROW_FLOWS,
	[PLAN_TO] = ARG_ROW_TO,
	[PLAN_KEY] = ARG_ROW_KEY,
	{ }
};

/* Words that need another word. */
static const struct {
	int word;
	int wants;
} wanted[] = {
	{ PLAN_KEY_SIZE, PLAN_KEYS },
	{ PLAN_BANDWIDTH, PLAN_KEY_SIZE },
	{ PLAN_EFFICIENCY, PLAN_BANDWIDTH },
	{ PLAN_BATCH, PLAN_KEYS },
	{ PLAN_RATE, PLAN_KEYS },
	{ PLAN_POSITIONS, PLAN_LIST_KEYS },
};

/* Words about a number of keys, not about given keys. */
static const int of_number[] = { PLAN_KEY_SIZE, PLAN_BATCH, PLAN_RATE };

static int check_words(struct args *a)
{
	bool flows = flows_wanted(a), list = a->v[PLAN_LIST_KEYS].given;
	int status = flows_check(a);
	size_t i;

	if (status)
		return status;
	for (i = 0; i < sizeof(of_number) / sizeof(*of_number); i++)
		if (flows && a->v[of_number[i]].given)
			return fail_usage("%s wants --keys with a number",
					  plan_args[of_number[i]].word);
	if (a->v[PLAN_HASH].given && !list && !a->v[PLAN_KEYS].text)
		return fail_usage("--hash wants --list-keys or --keys with a file");
	if (a->v[PLAN_POSITIONS].given && flows)
		return fail_usage("--positions applies to standard input only");
	for (i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		if (a->v[wanted[i].word].given && !a->v[wanted[i].wants].given)
			return fail_usage("%s wants %s",
					  plan_args[wanted[i].word].word,
					  plan_args[wanted[i].wants].word);
	if (a->v[PLAN_POSITIONS].given && a->v[PLAN_HASH].given)
		return fail_usage("--positions are not hashed");
	if (a->v[PLAN_EFFICIENCY].given && !a->v[PLAN_EFFICIENCY].num)
		return fail_usage("--efficiency must not be 0");
	if (list && (a->v[PLAN_ARCS].given ||
		     (a->v[PLAN_KEYS].given && !flows)))
		return fail_usage("--list-keys prints only keys");
	return EXIT_DONE;
}

static int get_transfer(const struct args *a, struct transfer *t)
{
	t->keys = a->v[PLAN_KEYS].num;
	t->key_size = a->v[PLAN_KEY_SIZE].num;
	t->bandwidth = a->v[PLAN_BANDWIDTH].num;
	t->efficiency = a->v[PLAN_EFFICIENCY].given ?
		a->v[PLAN_EFFICIENCY].num : HASHRING_WHOLE;
	t->batch = a->v[PLAN_BATCH].num;
	t->rate = a->v[PLAN_RATE].num;
	if (!transfer_fits(t))
		return fail_usage("%llu keys of %llu bytes are too many bytes to count",
				  t->keys, t->key_size);
	return EXIT_DONE;
}

static int print(const struct plan *p, const struct args *a,
		 const struct transfer *transfer,
		 const struct plan_flows *flows)
{
	const struct transfer *t = transfer->keys ? transfer : NULL;
	bool arcs = a->v[PLAN_ARCS].given;

	if (a->v[PLAN_LIST_KEYS].given && flows)
		return plan_list_flows(p, flows);
	if (a->v[PLAN_LIST_KEYS].given)
		return plan_list_keys(p, a->v[PLAN_POSITIONS].given,
				      a->v[PLAN_HASH].num);
	return opt.json ? print_plan_json(p, t, flows, arcs) :
			  print_plan(p, t, flows, arcs);
}

static int print_with_flows(const struct plan *p, struct args *a,
			    const struct transfer *transfer)
{
	struct plan_flows flows;
	int status;

	if (!flows_wanted(a))
		return print(p, a, transfer, NULL);
	status = plan_flows(p, a, a->v[PLAN_HASH].num, &flows);
	if (!status)
		status = print(p, a, transfer, &flows);
	plan_flows_release(&flows);
	return status;
}

/* A ring that migrates has a receipt, and no details. */
static int check_held(struct args *a)
{
	if (flows_wanted(a) || a->v[PLAN_LIST_KEYS].given ||
	    a->v[PLAN_ARCS].given || a->v[PLAN_KEYS].given)
		return fail(EXIT_REFUSED,
			    "%s migrates: there are no details until the migration ends",
			    a->v[PLAN_RING].text);
	return EXIT_DONE;
}

/* With all details if the ring does not migrate. */
static int plan_ring(struct args *a, const struct hashring_change *change,
		     const struct transfer *transfer)
{
	bool offline = a->v[PLAN_OFFLINE].given;
	bool migrates = false;
	struct plan plan;
	int status = 0;

	if (!offline)
		status = plan_migrates(change->ring, &migrates);
	if (!status && migrates)
		status = check_held(a) ?: plan_held(change);
	if (status || migrates)
		return status;
	if (offline)
		status = plan_offline(&plan, a->v[PLAN_OFFLINE].text, change);
	else
		status = plan_online(&plan, change);
	if (!status)
		status = print_with_flows(&plan, a, transfer);
	plan_release(&plan);
	return status;
}

static int plan_make(struct args *a)
{
	struct transfer transfer;
	struct ops ops = { 0 };
	int status;

	status = check_words(a);
	if (!status)
		status = get_transfer(a, &transfer);
	if (!status)
		status = ops_from_args(&ops, &a->v[PLAN_OPS], &a->v[PLAN_FILE]);
	if (!status) {
		struct hashring_change change = {
			.ring = a->v[PLAN_RING].text,
			.ops = ops.op,
			.nr_ops = ops.nr,
			.expect_generation = HASHRING_ANY,
			.max_moved = HASHRING_ANY,
			.dry_run = true,
			.hold = a->v[PLAN_HOLD].given,
		};

		if (a->v[PLAN_GENERATION].given)
			change.expect_generation = a->v[PLAN_GENERATION].num;
		if (a->v[PLAN_MAX_MOVED].given)
			change.max_moved = a->v[PLAN_MAX_MOVED].num;
		status = plan_ring(a, &change, &transfer);
	}
	ops_release(&ops);
	return status;
}

static const struct command commands[] = {
	{ NULL, NULL, "what a change would do; changes nothing", plan_args,
	  plan_make },
	{ }
};

const struct noun noun_plan = {
	.name = "plan",
	.help = "what a change would move",
	.commands = commands,
};
