// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl history: receipts of past changes.
 */
#include <stdlib.h>
#include <time.h>

#include "output.h"

enum { HISTORY_RING, HISTORY_GENERATION, HISTORY_MOVES };

static const struct arg history_args[] = {
	[HISTORY_RING] = { ARG_RING, .meta = "RING", .required = true },
	[HISTORY_GENERATION] = { ARG_NUMBER, "generation", .meta = "G",
				 .max = INT64_MAX },
	[HISTORY_MOVES] = { ARG_NUMBER, "moves", .meta = "G",
			    .max = INT64_MAX },
	{ }
};

static const char *figure_time(char text[FIGURE_LEN], __u64 ns)
{
	time_t seconds = ns / 1000000000;
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) ||
	    !strftime(text, FIGURE_LEN, "%Y-%m-%dT%H:%M:%SZ", &tm))
		snprintf(text, FIGURE_LEN, "-");
	return text;
}

/* A line for each; they are few, and held until all are there. */
struct receipt_list {
	struct hashring_receipt *receipt;
	size_t nr;
	size_t room;
};

static int take_receipt(const struct hashring_receipt *receipt, void *arg)
{
	struct receipt_list *list = arg;
	struct hashring_receipt *r;

	if (list->nr == list->room) {
		size_t room = list->room ? 2 * list->room : 64;
		struct hashring_receipt *more;

		more = realloc(list->receipt, room * sizeof(*more));
		if (!more)
			return EXIT_REFUSED;
		list->receipt = more;
		list->room = room;
	}
	/* Rows stay behind: they are asked for one receipt at a time. */
	r = &list->receipt[list->nr++];
	*r = *receipt;
	r->rows = NULL;
	r->assigned = NULL;
	r->nr_rows = 0;
	r->nr_assigned = 0;
	return 0;
}

static void restart_receipts(void *arg)
{
	struct receipt_list *list = arg;

	list->nr = 0;
}

static void print_line(const struct hashring_receipt *r)
{
	char text[5][FIGURE_LEN];

	printf("%4llu %s  nodes %u -> %u  moved %s  collateral %s  ideal %s  max/mean %s\n",
	       r->generation, figure_time(text[0], r->time), r->nodes_before,
	       r->nodes_after, figure_share(text[1], r->moved),
	       figure_share(text[2], r->collateral),
	       figure_share(text[3], r->ideal),
	       figure_ratio(text[4], r->peak_after));
}

static int show_all(struct hashring *h, const char *ring)
{
	struct receipt_list list = { 0 };
	int status = 0;
	size_t i;
	int err;

	err = hashring_history_list(h, ring, take_receipt, restart_receipts,
				    &list);
	if (err) {
		status = err < 0 ? refused(err) : fail_memory();
		goto out;
	}
	if (opt.json)
		json_list_begin();
	for (i = 0; i < list.nr; i++) {
		if (opt.json)
			json_list_item(receipt_to_json(&list.receipt[i]));
		else
			print_line(&list.receipt[i]);
	}
	if (opt.json)
		json_list_end();
out:
	free(list.receipt);
	return status;
}

static int show_one(struct hashring *h, const char *ring, __u64 generation)
{
	struct hashring_receipt receipt;
	char text[FIGURE_LEN];
	int err;

	err = hashring_history_get(h, ring, generation, &receipt);
	if (err)
		return refused(err);
	if (opt.json) {
		json_print(receipt_to_json(&receipt));
	} else {
		print_receipt(stdout, &receipt, false);
		printf(" time %s\n", figure_time(text, receipt.time));
	}
	hashring_receipt_release(&receipt);
	return 0;
}

/* The rows of a matrix, held so that a list may begin again. */
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

static int history_show(struct args *a)
{
	const char *ring = a->v[HISTORY_RING].text;
	struct hashring *h;

	if (a->v[HISTORY_GENERATION].given && a->v[HISTORY_MOVES].given)
		return fail_usage("one of generation and moves, not both");
	h = conn();
	if (!h)
		return EXIT_REFUSED;
	if (a->v[HISTORY_GENERATION].given)
		return show_one(h, ring, a->v[HISTORY_GENERATION].num);
	if (a->v[HISTORY_MOVES].given)
		return show_moves(h, ring, a->v[HISTORY_MOVES].num);
	return show_all(h, ring);
}

static const struct command commands[] = {
	{ NULL, NULL, "receipts of past changes, oldest first; one; its moves",
	  history_args, history_show },
	{ }
};

const struct noun noun_history = {
	.name = "history",
	.help = "receipts of past changes",
	.commands = commands,
};
