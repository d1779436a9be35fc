// SPDX-License-Identifier: GPL-2.0-only
/*
 * The past in a report: receipts, the matrix of the last receipt, and the map
 * before the last change, if it is kept.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/slab.h>

#include "report.h"

static int compare_moves(const void *a, const void *b)
{
	const struct hashring_move *x = a;
	const struct hashring_move *y = b;
	int order;

	if (x->share != y->share)
		return x->share > y->share ? -1 : 1;
	order = strcmp(x->from, y->from);
	return order ? order : strcmp(x->to, y->to);
}

/* Callback for lists of moves; @arg is the report. */
int report_take_move(const struct hashring_move *move, void *arg)
{
	struct report *r = arg;
	struct hashring_move *more;

	more = model_grow(r->move, r->nr_moves, sizeof(*more));
	if (!more)
		return -ENOMEM;
	r->move = more;
	more[r->nr_moves++] = *move;
	return 0;
}

static void restart_moves(void *arg)
{
	struct report *r = arg;

	r->nr_moves = 0;
}

/* The largest first, equal ones by name. */
void report_sort_moves(struct report *r)
{
	if (r->nr_moves)
		qsort(r->move, r->nr_moves, sizeof(*r->move), compare_moves);
}

static int take_receipt(const struct hashring_receipt *receipt, void *arg)
{
	struct report *r = arg;
	struct hashring_receipt *more;

	more = model_grow(r->history, r->nr_history, sizeof(*more));
	if (!more)
		return -ENOMEM;
	r->history = more;
	more += r->nr_history++;
	*more = *receipt;
	more->rows = NULL;
	more->assigned = NULL;
	more->nr_rows = 0;
	more->nr_assigned = 0;
	return 0;
}

static void restart_receipts(void *arg)
{
	struct report *r = arg;

	r->nr_history = 0;
}

/* Loads the receipts that the ring keeps; 0 or a negative errno. */
int past_receipts(struct report *r)
{
	return hashring_history_list(conn(), r->about.name, take_receipt,
				     restart_receipts, r);
}

/*
 * Drops cells from the operations of the past: readers and other methods need
 * the members only.
 */
static void drop_cells(struct ops *ops)
{
	struct hashring_op *op;
	__u32 i, kept = 0;

	for (i = 0; i < ops->nr; i++) {
		op = &ops->op[i];
		free((void *)op->cells);
		op->cells = NULL;
		op->nr_cells = 0;
		op->has &= ~HASHRING_HAS(CELLS);
		if (op->kind != HASHRING_OP_SET || op->has)
			ops->op[kept++] = *op;
	}
	ops->nr = kept;
}

/* Whether the change from @before to @r->after has the receipt's figures. */
static bool is_before(const struct report *r, const struct hr_table *before)
{
	const struct hashring_receipt *receipt = &r->receipt;
	struct hr_impact impact;
	bool same;

	if (hr_impact(before, r->after, GFP_KERNEL, &impact))
		return false;
	same = impact.moved == receipt->moved && impact.arcs == receipt->arcs &&
	       impact.required == receipt->required &&
	       impact.ideal == receipt->ideal &&
	       impact.peak_before == receipt->peak_before &&
	       impact.nr_moves == receipt->nr_moves;
	hr_impact_release(&impact);
	return same;
}

/* Makes the map before the change; it is used only if the receipt matches. */
static int build_before(struct report *r, const struct ops *back)
{
	struct hr_op *list = native_ops(back->op, back->nr);
	struct hr_error error;
	int err;

	if (!list)
		return EXIT_REFUSED;
	err = hr_change_build(&r->native.config, r->after, list, back->nr,
			      U32_MAX, false, &hr_node_plain_ops, GFP_KERNEL,
			      &r->other, &error);
	native_ops_release(list);
	if (err)
		r->other = NULL;
	if (err == -ENOMEM)
		return fail_memory();
	if (!err && is_before(r, r->other)) {
		r->before = r->other;
		r->ops = r->past.nr ? &r->past : NULL;
	}
	return EXIT_DONE;
}

static bool in_migration(__u32 kind)
{
	return kind == HASHRING_RECEIPT_HELD ||
	       kind == HASHRING_RECEIPT_RELEASED ||
	       kind == HASHRING_RECEIPT_DOWN;
}

/*
 * The generation before the change of the last receipt. The receipt of a whole
 * migration covers all changes that the migration held.
 */
static __u64 generation_before(const struct report *r)
{
	__u32 i = r->nr_history - 1;

	if (r->receipt.kind == HASHRING_RECEIPT_SETTLED)
		while (i && in_migration(r->history[i - 1].kind))
			i--;
	return r->history[i].generation - 1;
}

/* Makes the map before the change, which stays unknown if it is not kept. */
static int undo(struct report *r, const struct model_ring *ring,
		const struct past_source *from)
{
	const struct model none = { 0 };
	const struct model_node *node;
	struct ops back = { 0 };
	bool gone;
	int status;

	status = past_copy(&r->then, ring);
	if (!status)
		status = past_return_kept(&r->then, generation_before(r),
					  from, &gone);
	if (status || gone || past_in_the_way(ring, &r->then, &node))
		return status;
	status = model_diff(&none, ring, &r->then, &back);
	if (!status)
		status = model_diff(&none, &r->then, ring, &r->past);
	drop_cells(&r->past);
	if (!status && back.nr)
		status = build_before(r, &back);
	ops_release(&back);
	return status;
}

/**
 * past_change() - adds the last change of a ring to its report
 * @r: the report on the present ring; the receipt is filled in, if there is one
 * @ring: the loaded ring
 *
 * Return: an exit status; errors are reported.
 */
int past_change(struct report *r, const struct model_ring *ring)
{
	struct hashring *h = conn();
	int err;

	if (!r->nr_history)
		return EXIT_DONE;
	err = hashring_history_get(h, ring->name, ring->generation,
				   &r->receipt);
	if (!err)
		err = hashring_moves_list(h, ring->name, ring->generation,
					  report_take_move, restart_moves, r);
	if (err)
		return err == -ENOMEM ? fail_memory() : refused(err);
	report_sort_moves(r);
	r->kind = REPORT_DONE;
	return undo(r, ring, &past_kernel);
}

/**
 * past_printed() - adds printed history and migrations to a report
 * @r: the report
 * @p: the printed outputs
 *
 * Return: an exit status; errors are reported.
 */
int past_printed(struct report *r, const struct printed *p)
{
	size_t nr = json_array_size(p->steps), i;
	struct hashring_receipt receipt;
	int status = EXIT_DONE;

	for (i = 0; i < json_array_size(p->history) && !status; i++) {
		status = printed_receipt(p, i, &receipt);
		if (!status && take_receipt(&receipt, r))
			status = fail_memory();
		hashring_receipt_release(&receipt);
	}
	r->step = calloc(nr + 1, sizeof(*r->step));
	if (!r->step)
		return fail_memory();
	for (i = 0; i < nr && !status; i++)
		status = printed_step(p, i, &r->step[r->nr_steps++]);
	return status;
}

/* All kept rows if printed, or else the rows of the receipt. */
static int take_printed_moves(struct report *r, const struct printed *p)
{
	size_t nr = p->moves ? json_array_size(p->moves) : r->receipt.nr_rows, i;
	struct hashring_move move;
	int status = EXIT_DONE;

	if (p->moves && nr != r->receipt.kept_moves)
		return fail_usage("%s: its moves are not those of generation %llu",
				  p->file, r->receipt.generation);
	for (i = 0; i < nr && !status; i++) {
		if (p->moves)
			status = printed_move(p, i, &move);
		else
			move = r->receipt.rows[i];
		if (!status && report_take_move(&move, r))
			status = fail_memory();
	}
	report_sort_moves(r);
	return status;
}

/* Like past_change(), from printed outputs. */
int past_change_printed(struct report *r, const struct model_ring *ring,
			const struct printed *p)
{
	const struct past_source from = printed_source(p);
	int status;

	if (!r->nr_history)
		return EXIT_DONE;
	status = printed_receipt(p, r->nr_history - 1, &r->receipt);
	if (!status)
		status = take_printed_moves(r, p);
	if (status)
		return status;
	r->kind = REPORT_DONE;
	return undo(r, ring, &from);
}
