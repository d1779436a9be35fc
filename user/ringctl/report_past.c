// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a report tells of the past: receipts, the last one's matrix, and the map
 * before the last change where it follows from these.
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

/* For lists of moves; @arg is the report. */
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

/* The largest first, and then by name. */
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

/* Receipts that the ring keeps; 0 or a negative errno. */
int past_receipts(struct report *r)
{
	return hashring_history_list(conn(), r->about.name, take_receipt,
				     restart_receipts, r);
}

/*
 * A map of hashed or explicit points follows from who is a member, and a
 * receipt tells that when nodes were added only, since all that moved went to
 * them, or replaced only, since each gave all that it had to its successor.
 * Whatever else was done cannot be undone without knowing what was before.
 */
static bool can_undo(const struct report *r)
{
	const struct hashring_receipt *receipt = &r->receipt;

	if (r->about.placement != HASHRING_PLACEMENT_HASH &&
	    r->about.placement != HASHRING_PLACEMENT_EXPLICIT)
		return false;
	return !receipt->removed && !receipt->set && receipt->moved &&
	       !receipt->added != !receipt->replaced &&
	       r->nr_moves == receipt->nr_moves;
}

static bool has_op_on(const struct ops *ops, const char *name)
{
	__u32 i;

	for (i = 0; i < ops->nr; i++)
		if (!strcmp(ops->op[i].name, name))
			return true;
	return false;
}

/* What was done, and what undoes it: the same nodes the other way round. */
static int list_ops(struct report *r, struct ops *undo)
{
	__u32 i;

	for (i = 0; i < r->nr_moves; i++) {
		const struct hashring_move *move = &r->move[i];
		struct hashring_op *did, *back;

		if (has_op_on(undo, move->to))
			continue;
		did = ops_add(&r->past);
		back = ops_add(undo);
		if (!did || !back)
			return fail_memory();
		if (r->receipt.added) {
			did->kind = HASHRING_OP_KIND_ADD;
			did->name = move->to;
			back->kind = HASHRING_OP_KIND_DEL;
		} else {
			did->kind = HASHRING_OP_KIND_REPLACE;
			did->name = move->from;
			did->new_name = move->to;
			back->kind = HASHRING_OP_KIND_REPLACE;
			back->new_name = move->from;
		}
		back->name = move->to;
	}
	return EXIT_DONE;
}

/* Whether the change from @before is the one of the receipt. */
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

/* Makes the map before the change, or leaves it unknown. */
static int undo(struct report *r)
{
	struct ops ops = { 0 };
	struct hr_op *list = NULL;
	struct hr_error error;
	int status = list_ops(r, &ops);
	int err;

	if (!status) {
		list = native_ops(ops.op, ops.nr);
		status = list ? EXIT_DONE : EXIT_REFUSED;
	}
	/* One that was given nothing is not known by name. */
	if (status || ops.nr != r->receipt.added + r->receipt.replaced)
		goto out;
	err = hr_change_build(&r->native.config, r->after, list, ops.nr,
			      r->native.id_max, &hr_node_plain_ops, GFP_KERNEL,
			      &r->other, &error);
	if (err)
		r->other = NULL;
	if (err == -ENOMEM)
		status = fail_memory();
	if (!err && is_before(r, r->other)) {
		r->before = r->other;
		r->ops = &r->past;
	}
out:
	native_ops_release(list);
	ops_release(&ops);
	return status;
}

/**
 * past_change() - the last change of a ring, by its receipt
 * @r: the ring as it is; the receipt is filled in, if there is one
 *
 * Return: an exit status, after telling what is wrong.
 */
int past_change(struct report *r)
{
	__u64 generation = r->about.generation;
	struct hashring *h = conn();
	int err;

	if (!r->nr_history)
		return EXIT_DONE;
	err = hashring_history_get(h, r->about.name, generation, &r->receipt);
	if (!err)
		err = hashring_moves_list(h, r->about.name, generation,
					  report_take_move, restart_moves, r);
	if (err)
		return err == -ENOMEM ? fail_memory() : refused(err);
	report_sort_moves(r);
	r->kind = REPORT_DONE;
	return can_undo(r) ? undo(r) : EXIT_DONE;
}
