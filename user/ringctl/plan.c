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

/*
 * One node for another that is just like it: taking the old one's seat spares
 * what else moves.
 */
static const struct hashring_op *
find_pair(const struct hashring_change *change, const struct hashring_op **add)
{
	const struct hashring_op *del = &change->ops[1];

	*add = &change->ops[0];
	if (change->nr_ops != 2)
		return NULL;
	if ((*add)->kind == HASHRING_OP_KIND_DEL) {
		*add = &change->ops[1];
		del = &change->ops[0];
	}
	if ((*add)->kind != HASHRING_OP_KIND_ADD ||
	    del->kind != HASHRING_OP_KIND_DEL || (*add)->seat ||
	    (*add)->has & ~(HASHRING_OP_ID | HASHRING_OP_VIA))
		return NULL;
	return del;
}

/* What a replacement would move; silent where there is none to be had. */
static void print_hint(const struct hashring_change *change)
{
	char moved[FIGURE_LEN], collateral[FIGURE_LEN];
	struct hashring_change instead = *change;
	const struct hashring_op *add, *del;
	struct hashring_receipt receipt;
	struct hashring_op op;

	del = find_pair(change, &add);
	if (!del)
		return;
	op = *add;
	op.kind = HASHRING_OP_KIND_REPLACE;
	op.name = del->name;
	op.new_name = add->name;
	instead.ops = &op;
	instead.nr_ops = 1;
	instead.max_moved = HASHRING_ANY;
	if (hashring_change(conn(), &instead, &receipt))
		return;
	printf(" hint: node replace %s %s moves %s, collateral %s\n",
	       op.name, op.new_name, figure_share(moved, receipt.moved),
	       figure_share(collateral, receipt.collateral));
	hashring_receipt_release(&receipt);
}

static int plan_online(const struct hashring_change *change)
{
	struct hashring_receipt receipt;
	int status;

	status = change_ask(change, &receipt);
	if (status)
		return status;
	if (receipt.collateral && !opt.json)
		print_hint(change);
	hashring_receipt_release(&receipt);
	return 0;
}

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
			status = plan_online(&change);
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
