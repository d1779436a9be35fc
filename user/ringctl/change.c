// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl change: all of many operations or none, in one new generation.
 */
#include "output.h"

enum {
	CHANGE_RING,
	CHANGE_OPS,
	CHANGE_FILE,
	CHANGE_GENERATION,
	CHANGE_MAX_MOVED,
	CHANGE_DRY_RUN,
};

static const struct arg change_args[] = {
	[CHANGE_RING] = { ARG_RING, .meta = "RING", .required = true },
	[CHANGE_OPS] = { ARG_OPS, .meta = "'{ OPERATION; ... }'" },
	[CHANGE_FILE] = { ARG_FILE, "-f", "--file", .meta = "FILE" },
	[CHANGE_GENERATION] = { ARG_NUMBER, "--generation", .meta = "G",
				.max = INT64_MAX },
	[CHANGE_MAX_MOVED] = { ARG_SHARE, "--max-moved", .meta = "SHARE" },
	[CHANGE_DRY_RUN] = { ARG_FLAG, "--dry-run" },
	{ }
};

/**
 * change_ask() - asks the kernel for a change and prints the receipt
 * @change: the change, which may be a dry run
 * @receipt: set; to be released if all went well
 *
 * Return: an exit status; errors are told.
 */
int change_ask(const struct hashring_change *change,
	       struct hashring_receipt *receipt)
{
	struct hashring *h = conn();
	int err;

	if (!h)
		return EXIT_REFUSED;
	err = hashring_change(h, change, receipt);
	if (err)
		return refused(err);
	if (opt.json)
		json_print(receipt_to_json(receipt));
	else
		print_receipt(stdout, receipt, change->dry_run);
	return 0;
}

/* As change_ask(), for who needs no more of the receipt. */
int change_run(const struct hashring_change *change)
{
	struct hashring_receipt receipt;
	int status;

	status = change_ask(change, &receipt);
	if (!status)
		hashring_receipt_release(&receipt);
	return status;
}

static int change_make(struct args *a)
{
	struct ops ops = { 0 };
	int status;

	status = ops_from_args(&ops, &a->v[CHANGE_OPS], &a->v[CHANGE_FILE]);
	if (!status) {
		struct hashring_change change = {
			.ring = a->v[CHANGE_RING].text,
			.ops = ops.op,
			.nr_ops = ops.nr,
			.expect_generation = HASHRING_ANY,
			.max_moved = HASHRING_ANY,
			.dry_run = a->v[CHANGE_DRY_RUN].given,
		};

		if (a->v[CHANGE_GENERATION].given)
			change.expect_generation = a->v[CHANGE_GENERATION].num;
		if (a->v[CHANGE_MAX_MOVED].given)
			change.max_moved = a->v[CHANGE_MAX_MOVED].num;
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
