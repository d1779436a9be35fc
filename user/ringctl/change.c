// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl change: all of many operations or none, in one new generation.
 */
#include "ringctl/plan/token.h"
#include "cli/print/output.h"
#include "ringctl/ringctl.h"

enum {
	CHANGE_RING,
	CHANGE_OPS,
	CHANGE_FILE,
	CHANGE_GENERATION,
	CHANGE_MAX_MOVED,
	CHANGE_DRY_RUN,
	CHANGE_PLAN,
	CHANGE_HOLD,
};

static const struct arg change_args[] = {
	[CHANGE_RING] = { ARG_RING, .meta = "RING", .required = true },
	[CHANGE_OPS] = { ARG_OPS, .meta = "'{ OPERATION; ... }'" },
	[CHANGE_FILE] = { ARG_FILE, "-f", "--file", .meta = "FILE" },
	[CHANGE_GENERATION] = { ARG_NUMBER, "--generation", .meta = "G",
				.max = INT64_MAX },
	[CHANGE_MAX_MOVED] = { ARG_SHARE, "--max-moved", .meta = "SHARE" },
	[CHANGE_DRY_RUN] = { ARG_FLAG, "--dry-run" },
	[CHANGE_PLAN] = { ARG_TEXT, "--plan", .meta = "TOKEN" },
	[CHANGE_HOLD] = { ARG_FLAG, "--hold" },
	{ }
};

/**
 * check_plan() - compares a ring with the state that a plan was made on
 * @ring: the ring
 * @word: the plan's token
 * @expect: set to the generation; the kernel refuses the change if another
 *	generation is in force by then
 *
 * Return: an exit status; errors are reported.
 */
int check_plan(const char *ring, const char *word, __u64 *expect)
{
	__u64 digest, generation;
	struct token token;
	int err;

	if (token_parse(word, &token))
		return fail_usage("--plan \"%s\": expected a token of plan, such as 5-8f2c31d0",
				  word);
	if (!conn())
		return EXIT_REFUSED;
	err = hashring_digest(conn(), ring, false, &digest, &generation);
	if (err)
		return refused(err);
	if (generation != token.generation)
		return fail(EXIT_STALE,
			    "plan %s is stale: generation of %s is %llu, not %llu",
			    word, ring, generation, token.generation);
	if (digest >> 32 != token.digest)
		return fail(EXIT_STALE,
			    "plan %s is of another ring: digest of %s in generation %llu is %016llx",
			    word, ring, generation, digest);
	*expect = generation;
	return EXIT_DONE;
}

static int change_make(struct args *a)
{
	struct ops ops = { 0 };
	int status;

	if (a->v[CHANGE_PLAN].given && a->v[CHANGE_GENERATION].given)
		return fail_usage("--plan names a generation already");
	status = ops_from_args(&ops, &a->v[CHANGE_OPS], &a->v[CHANGE_FILE]);
	if (!status) {
		struct hashring_change change = {
			.ring = a->v[CHANGE_RING].text,
			.ops = ops.op,
			.nr_ops = ops.nr,
			.expect_generation = HASHRING_ANY,
			.max_moved = HASHRING_ANY,
			.dry_run = a->v[CHANGE_DRY_RUN].given,
			.hold = a->v[CHANGE_HOLD].given,
		};

		if (a->v[CHANGE_GENERATION].given)
			change.expect_generation = a->v[CHANGE_GENERATION].num;
		if (a->v[CHANGE_MAX_MOVED].given)
			change.max_moved = a->v[CHANGE_MAX_MOVED].num;
		if (a->v[CHANGE_PLAN].given)
			status = check_plan(change.ring,
					    a->v[CHANGE_PLAN].text,
					    &change.expect_generation);
		if (!status)
			status = change_run(&change);
	}
	ops_release(&ops);
	return status;
}

static const struct command commands[] = {
	{ NULL, NULL, "carry out all of the operations, or none", change_args,
	  change_make },
	{ }
};

const struct noun noun_change = {
	.name = "change",
	.help = "many operations on nodes in one step",
	.commands = commands,
};
