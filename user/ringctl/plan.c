// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl plan: what a change would do.
 */
#include "output.h"

enum {
	PLAN_RING,
	PLAN_OPS,
	PLAN_FILE,
	PLAN_GENERATION,
	PLAN_MAX_MOVED,
	PLAN_OFFLINE,
};

static const struct arg plan_args[] = {
	[PLAN_RING] = { ARG_RING, .meta = "RING", .required = true },
	[PLAN_OPS] = { ARG_OPS, .meta = "'{ OPERATION; ... }'" },
	[PLAN_FILE] = { ARG_FILE, "-f", "--file", .meta = "FILE" },
	[PLAN_GENERATION] = { ARG_NUMBER, "--generation", .meta = "G",
			      .max = INT64_MAX },
	[PLAN_MAX_MOVED] = { ARG_SHARE, "--max-moved", .meta = "SHARE" },
	[PLAN_OFFLINE] = { ARG_FILE, "--offline", .meta = "SAVED" },
	{ }
};

static int plan_make(struct args *a)
{
	struct ops ops = { 0 };
	int status;

	status = ops_from_args(&ops, &a->v[PLAN_OPS], &a->v[PLAN_FILE]);
	if (!status) {
		struct hashring_change change = {
			.ring = a->v[PLAN_RING].text,
			.ops = ops.op,
			.nr_ops = ops.nr,
			.expect_generation = HASHRING_ANY,
			.max_moved = HASHRING_ANY,
			.dry_run = true,
		};

		if (a->v[PLAN_GENERATION].given)
			change.expect_generation = a->v[PLAN_GENERATION].num;
		if (a->v[PLAN_MAX_MOVED].given)
			change.max_moved = a->v[PLAN_MAX_MOVED].num;
		if (a->v[PLAN_OFFLINE].given)
			status = offline_plan(a->v[PLAN_OFFLINE].text, &change);
		else
			status = change_run(&change);
	}
	ops_release(&ops);
	return status;
}

static const struct command commands[] = {
	{ NULL, NULL, "what a change would do; nothing is changed", plan_args,
	  plan_make },
	{ }
};

const struct noun noun_plan = {
	.name = "plan",
	.help = "what a change would move",
	.commands = commands,
};
