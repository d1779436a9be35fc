// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes of rings that the kernel does not have, computed by the kernel's own
 * code, with the kernel's figures.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <core/impact.h>
#include <linux/slab.h>

#include "model.h"

/* As many rows as in the kernel's receipt. */
#define TOLD_ROWS	64
#define TOLD_IDS	64

static __u64 now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* The largest first, then in the order of the nodes, as in the kernel. */
static int compare_moves(const void *a, const void *b)
{
	const struct hr_move *x = a;
	const struct hr_move *y = b;

	if (x->share != y->share)
		return x->share > y->share ? -1 : 1;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return x->to < y->to ? -1 : x->to > y->to;
}

/**
 * struct step - a change that was computed
 * @before: the table before
 * @after: the table after
 * @change: the change as requested
 * @generation: the generation before
 * @build_ns: time to make the table
 */
struct step {
	const struct hr_table *before;
	const struct hr_table *after;
	const struct hashring_change *change;
	__u64 generation;
	__u64 build_ns;
};

/* A slot that both tables have is the same node in both. */
static const char *name_of(const struct step *s, __u32 slot)
{
	const struct hr_table *t = s->after;

	if (slot >= t->nr_slots || !t->nodes[slot])
		t = s->before;
	return t->nodes[slot]->name;
}

static int take_rows(const struct step *s, struct hr_impact *impact,
		     struct hashring_receipt *r)
{
	__u32 i;

	r->nr_moves = impact->nr_moves;
	if (!impact->nr_moves)
		return 0;
	qsort(impact->moves, impact->nr_moves, sizeof(*impact->moves),
	      compare_moves);
	r->nr_rows = r->nr_moves < TOLD_ROWS ? r->nr_moves : TOLD_ROWS;
	r->rows = calloc(r->nr_rows, sizeof(*r->rows));
	if (!r->rows)
		return -ENOMEM;
	for (i = 0; i < r->nr_rows; i++) {
		const struct hr_move *move = &impact->moves[i];

		strcpy(r->rows[i].from, name_of(s, move->from));
		strcpy(r->rows[i].to, name_of(s, move->to));
		r->rows[i].share = move->share;
		r->rows[i].arcs = move->arcs;
	}
	return 0;
}

/* The name of a node whose id the core chooses, or NULL. */
static const char *assigned_name(const struct hashring_op *op)
{
	if (op->has & HASHRING_HAS_ATTR(ID))
		return NULL;
	if (op->kind == HASHRING_OP_ADD)
		return op->name;
	return op->kind == HASHRING_OP_REPLACE ? op->new_name : NULL;
}

static int take_assigned(const struct step *s, struct hashring_receipt *r)
{
	const struct hashring_change *change = s->change;
	__u32 nr = 0, i;

	for (i = 0; i < change->nr_ops; i++)
		nr += !!assigned_name(&change->ops[i]);
	if (!nr || nr > TOLD_IDS)
		return 0;
	r->assigned = calloc(nr, sizeof(*r->assigned));
	if (!r->assigned)
		return -ENOMEM;
	for (i = 0; i < change->nr_ops; i++) {
		const char *name = assigned_name(&change->ops[i]);
		struct hashring_assigned *to;

		if (!name)
			continue;
		to = &r->assigned[r->nr_assigned++];
		strcpy(to->name, name);
		to->id = hr_table_find(s->after, name)->attrs.id;
	}
	return 0;
}

static void count_ops(const struct hashring_change *change,
		      struct hashring_receipt *r)
{
	__u32 i;

	for (i = 0; i < change->nr_ops; i++) {
		switch (change->ops[i].kind) {
		case HASHRING_OP_ADD:
			r->added++;
			break;
		case HASHRING_OP_SET:
			r->set++;
			break;
		case HASHRING_OP_DEL:
			r->removed++;
			break;
		default:
			r->replaced++;
		}
	}
}

/* As the kernel's receipt of a ring that does not migrate. */
static __u32 receipt_kind(const struct hashring_change *change)
{
	__u32 i;

	if (change->hold)
		return HASHRING_RECEIPT_HELD;
	for (i = 0; i < change->nr_ops; i++)
		if (change->ops[i].has & HASHRING_HAS(DEADLINE))
			return HASHRING_RECEIPT_RELEASED;
	return HASHRING_RECEIPT_CHANGE;
}

static int make_receipt(const struct step *s, struct native_change *c,
			struct hr_error *error)
{
	__u64 start = now_ns(CLOCK_MONOTONIC);
	struct hr_impact *impact = &c->impact;
	struct hashring_receipt *r = &c->receipt;
	int err;

	err = hr_impact(s->before, s->after, GFP_KERNEL, impact);
	if (err)
		return err;
	err = hr_impact_check(impact, s->change->max_moved, error);
	if (err)
		return err;
	r->kind = receipt_kind(s->change);
	snprintf(r->ring, sizeof(r->ring), "%s", s->change->ring);
	r->generation = s->generation + 1;
	r->time = now_ns(CLOCK_REALTIME);
	count_ops(s->change, r);
	r->nodes_before = s->before->nr_nodes;
	r->nodes_after = s->after->nr_nodes;
	r->moved = impact->moved;
	r->gained = impact->gained;
	r->lost = impact->lost;
	r->required = impact->required;
	r->collateral = impact->collateral;
	r->ideal = impact->ideal;
	r->peak_before = impact->peak_before;
	r->peak_after = impact->peak_after;
	r->arcs = impact->arcs;
	r->bytes_before = s->before->bytes;
	r->bytes_after = s->after->bytes;
	r->build_ns = s->build_ns;
	err = take_rows(s, impact, r);
	if (!err)
		err = take_assigned(s, r);
	r->impact_ns = now_ns(CLOCK_MONOTONIC) - start;
	return err;
}

/**
 * native_refused_change() - reports why a change was refused
 * @err: what native_change_make() returned
 * @change: the change
 * @error: the reason
 *
 * In the kernel's words.
 *
 * Return: an exit status.
 */
int native_refused_change(int err, const struct hashring_change *change,
			  const struct hr_error *error)
{
	if (err == -ENOMEM)
		return fail_memory();
	if (err == -EDQUOT)
		return fail(EXIT_BUDGET, "%s", error->text);
	if (change->nr_ops > 1 && error->op < change->nr_ops)
		return fail(EXIT_REFUSED, "operation %u: %s", error->op + 1,
			    error->text);
	return fail(EXIT_REFUSED, "%s", error->text);
}

/**
 * native_change_make() - computes a change of a ring
 * @c: set, to be released with native_change_release() also after an error
 * @n: the ring
 * @generation: the ring's generation
 * @change: the change
 * @error: set to the reason of a refusal
 *
 * Return: 0; -EDQUOT when more would move than allowed; another negative errno.
 * Nothing is printed.
 */
int native_change_make(struct native_change *c, const struct native_ring *n,
		       __u64 generation, const struct hashring_change *change,
		       struct hr_error *error)
{
	struct hr_op *ops = native_ops(change->ops, change->nr_ops);
	struct step s = {
		.before = n->table,
		.change = change,
		.generation = generation,
	};
	int err;

	memset(c, 0, sizeof(*c));
	if (!ops)
		return -ENOMEM;
	s.build_ns = now_ns(CLOCK_MONOTONIC);
	err = hr_change_build(&n->config, n->table, ops, change->nr_ops,
			      n->id_max, false, &hr_node_plain_ops, GFP_KERNEL,
			      &c->after, error);
	s.build_ns = now_ns(CLOCK_MONOTONIC) - s.build_ns;
	native_ops_release(ops);
	if (err) {
		c->after = NULL;
		return err;
	}
	s.after = c->after;
	return make_receipt(&s, c, error);
}

void native_change_release(struct native_change *c)
{
	hr_impact_release(&c->impact);
	hashring_receipt_release(&c->receipt);
	if (c->after)
		hr_table_put(c->after, &hr_node_plain_ops);
	c->after = NULL;
}

/**
 * native_plan() - what a change of a ring would do
 * @n: the ring
 * @generation: the ring's generation
 * @change: the change
 * @receipt: set, to be released with hashring_receipt_release()
 *
 * Return: an exit status; errors are reported.
 */
int native_plan(const struct native_ring *n, __u64 generation,
		const struct hashring_change *change,
		struct hashring_receipt *receipt)
{
	struct native_change c;
	struct hr_error error;
	int err;

	err = native_change_make(&c, n, generation, change, &error);
	*receipt = c.receipt;
	if (!err)
		memset(&c.receipt, 0, sizeof(c.receipt));
	else
		memset(receipt, 0, sizeof(*receipt));
	native_change_release(&c);
	return err ? native_refused_change(err, change, &error) : EXIT_DONE;
}
