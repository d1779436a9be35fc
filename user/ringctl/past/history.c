// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl history: receipts of past changes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/past/past.h"
#include "ringctl/ringctl.h"

#define MANY_OPS	8	/* more are printed only for a single receipt */

enum {
	HISTORY_RING,
	HISTORY_GENERATION,
	HISTORY_MOVES,
	HISTORY_REVERT,
	HISTORY_MAX_MOVED,
	HISTORY_DRY_RUN,
};

static const struct arg history_args[] = {
	[HISTORY_RING] = { ARG_RING, .meta = "RING", .required = true },
	[HISTORY_GENERATION] = { ARG_NUMBER, "generation", .meta = "G",
				 .max = INT64_MAX },
	[HISTORY_MOVES] = { ARG_NUMBER, "moves", .meta = "G",
			    .max = INT64_MAX },
	[HISTORY_REVERT] = { ARG_NUMBER, "revert", .meta = "G",
			     .max = INT64_MAX },
	[HISTORY_MAX_MOVED] = { ARG_SHARE, "--max-moved", .meta = "SHARE" },
	[HISTORY_DRY_RUN] = { ARG_FLAG, "--dry-run" },
	{ }
};

/* Receipts are few, and held until all are read. */
struct receipt_list {
	struct hashring_receipt *receipt;
	__u32 nr;
};

static int take_receipt(const struct hashring_receipt *receipt, void *arg)
{
	struct receipt_list *list = arg;
	struct hashring_receipt *r;

	r = model_grow(list->receipt, list->nr, sizeof(*r));
	if (!r)
		return -ENOMEM;
	list->receipt = r;
	r += list->nr++;
	*r = *receipt;
	r->assigned = NULL;
	r->nr_assigned = 0;
	r->rows = calloc(receipt->nr_rows + 1, sizeof(*r->rows));
	if (!r->rows)
		return -ENOMEM;
	if (r->nr_rows)
		memcpy(r->rows, receipt->rows, r->nr_rows * sizeof(*r->rows));
	return 0;
}

static void restart_receipts(void *arg)
{
	struct receipt_list *list = arg;

	while (list->nr)
		hashring_receipt_release(&list->receipt[--list->nr]);
}

/* Operations that are forgotten meanwhile count as never kept. */
static int load_ops(struct past_ops *ops, const struct hashring_receipt *r)
{
	int err = 0;

	memset(ops, 0, sizeof(*ops));
	if (r->kept_ops)
		err = past_ops_load(ops, r->ring, r->generation);
	return err == -ENOENT ? 0 : err;
}

static void print_line(const struct hashring_receipt *r,
		       const struct past_ops *ops)
{
	bool changed = r->kind == HASHRING_RECEIPT_CHANGE;
	char text[5][FIGURE_LEN];
	__u32 i;

	printf("%4llu %s  %s%snodes %u -> %u  moved %s  collateral %s  ideal %s  max/mean %s ",
	       r->generation, figure_time(text[0], r->time),
	       changed ? "" : hashring_enum_name(hashring_receipt_kind_name,
						 r->kind),
	       changed ? "" : "  ",
	       r->nodes_before,
	       r->nodes_after, figure_share(text[1], r->moved),
	       figure_share(text[2], r->collateral),
	       figure_share(text[3], r->ideal),
	       figure_ratio(text[4], r->peak_after));
	for (i = 0; i < ops->nr && i < MANY_OPS; i++) {
		putchar(' ');
		print_past_op(stdout, &ops->op[i]);
		putchar(i + 1 < ops->nr ? ' ' : '\n');
	}
	if (i < ops->nr)
		printf(" and %u more\n", ops->nr - i);
	else if (r->nr_ops && !ops->nr)
		printf(" operations %u, not kept\n", r->nr_ops);
	else if (!ops->nr)
		putchar('\n');
}

/* An operation in words, unless there are none left. */
static void print_one(const struct hashring_receipt *r,
		      const struct past_ops *ops)
{
	char text[FIGURE_LEN];
	__u32 i;

	print_receipt(stdout, r, false);
	printf(" time %s\n", figure_time(text, r->time));
	for (i = 0; i < ops->nr; i++) {
		putchar(' ');
		print_past_op(stdout, &ops->op[i]);
		putchar('\n');
	}
	if (r->nr_ops && !ops->nr)
		printf(" operations %u, not kept\n", r->nr_ops);
	if (r->kept_moves < r->nr_moves)
		printf(" rows %u, kept %u\n", r->nr_moves, r->kept_moves);
}

static json_t *history_to_json(const struct hashring_receipt *r,
			       const struct past_ops *ops)
{
	json_t *o = receipt_to_json(r);
	json_t *list = json_array();
	__u32 i;

	json_set_u64(o, "nr_moves", r->nr_moves);
	json_set_u64(o, "kept_moves", r->kept_moves);
	json_set_u64(o, "nr_ops", r->nr_ops);
	json_set_u64(o, "kept_ops", r->kept_ops);
	if (r->nr_arcs) {
		json_set_u64(o, "nr_arcs", r->nr_arcs);
		json_set_u64(o, "kept_arcs", r->kept_arcs);
	}
	for (i = 0; i < ops->nr; i++)
		json_array_append_new(list, past_op_to_json(&ops->op[i]));
	json_object_set_new(o, "op", list);
	return o;
}

static int show_listed(const struct receipt_list *list)
{
	struct past_ops ops;
	__u32 i;
	int err;

	for (i = 0; i < list->nr; i++) {
		err = load_ops(&ops, &list->receipt[i]);
		if (!err && opt.json)
			json_list_item(history_to_json(&list->receipt[i],
						       &ops));
		else if (!err)
			print_line(&list->receipt[i], &ops);
		past_ops_release(&ops);
		if (err)
			return err;
	}
	return 0;
}

static int show_all(struct hashring *h, const char *ring)
{
	struct receipt_list list = { 0 };
	int err;

	err = hashring_history_list(h, ring, take_receipt, restart_receipts,
				    &list);
	if (!err) {
		if (opt.json)
			json_list_begin();
		err = show_listed(&list);
		if (opt.json)
			json_list_end();
	}
	restart_receipts(&list);
	free(list.receipt);
	if (err)
		return err == -ENOMEM ? fail_memory() : refused(err);
	return EXIT_DONE;
}

static int show_one(struct hashring *h, const char *ring, __u64 generation)
{
	struct hashring_receipt receipt;
	struct past_ops ops;
	int err;

	err = hashring_history_get(h, ring, generation, &receipt);
	if (err)
		return refused(err);
	err = load_ops(&ops, &receipt);
	if (!err && opt.json)
		json_print(history_to_json(&receipt, &ops));
	else if (!err)
		print_one(&receipt, &ops);
	past_ops_release(&ops);
	hashring_receipt_release(&receipt);
	if (err)
		return err == -ENOMEM ? fail_memory() : refused(err);
	return EXIT_DONE;
}

/* The rows of a matrix, held because a list may begin again. */
struct move_list {
	struct hashring_move *move;
	size_t nr;
	size_t room;
};

static int take_move(const struct hashring_move *move, void *arg)
{
	struct move_list *list = arg;

	if (list->nr == list->room) {
		size_t room = list->room ? 2 * list->room : 64;
		struct hashring_move *more;

		more = realloc(list->move, room * sizeof(*more));
		if (!more)
			return EXIT_REFUSED;
		list->move = more;
		list->room = room;
	}
	list->move[list->nr++] = *move;
	return 0;
}

static void restart_moves(void *arg)
{
	struct move_list *list = arg;

	list->nr = 0;
}

static int show_moves(struct hashring *h, const char *ring, __u64 generation)
{
	struct move_list list = { 0 };
	__u32 kept, all;
	int status = 0;
	size_t i;
	int err;

	err = hashring_moves_count(h, ring, generation, &kept, &all);
	if (!err)
		err = hashring_moves_list(h, ring, generation, take_move,
					  restart_moves, &list);
	if (err) {
		status = err < 0 ? refused(err) : fail_memory();
		goto out;
	}
	if (opt.json)
		json_list_begin();
	for (i = 0; i < list.nr; i++) {
		if (opt.json)
			json_list_item(move_to_json(&list.move[i]));
		else
			print_move(stdout, &list.move[i]);
	}
	if (opt.json)
		json_list_end();
	if (kept < all)
		warn("%u of %u rows are kept, the largest", kept, all);
out:
	free(list.move);
	return status;
}

static int check_words(const struct args *a)
{
	const struct value *v = a->v;

	if (v[HISTORY_GENERATION].given + v[HISTORY_MOVES].given +
	    v[HISTORY_REVERT].given > 1)
		return fail_usage("generation, moves and revert exclude each other");
	if (v[HISTORY_REVERT].given)
		return EXIT_DONE;
	if (v[HISTORY_MAX_MOVED].given)
		return fail_usage("--max-moved wants revert");
	if (v[HISTORY_DRY_RUN].given)
		return fail_usage("--dry-run wants revert");
	return EXIT_DONE;
}

static int history(struct args *a)
{
	const char *ring = a->v[HISTORY_RING].text;
	int status = check_words(a);
	struct hashring *h;

	if (status)
		return status;
	h = conn();
	if (!h)
		return EXIT_REFUSED;
	if (a->v[HISTORY_REVERT].given)
		return history_revert(ring, a->v[HISTORY_REVERT].num,
				      a->v[HISTORY_MAX_MOVED].given ?
					a->v[HISTORY_MAX_MOVED].num :
					HASHRING_ANY,
				      a->v[HISTORY_DRY_RUN].given);
	if (a->v[HISTORY_GENERATION].given)
		return show_one(h, ring, a->v[HISTORY_GENERATION].num);
	if (a->v[HISTORY_MOVES].given)
		return show_moves(h, ring, a->v[HISTORY_MOVES].num);
	return show_all(h, ring);
}

static const struct command commands[] = {
	{ NULL, NULL,
	  "receipts of past changes, oldest first; one receipt; its moves; or revert",
	  history_args, history },
	{ }
};

const struct noun noun_history = {
	.name = "history",
	.help = "receipts of past changes, and a return to them",
	.commands = commands,
};
