// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plans: the kernel computes its receipt in a dry run. The details are computed
 * here, from a snapshot of the ring. Both must agree.
 */
#include <string.h>
#include <unistd.h>

#include <core/digest.h>
#include <linux/slab.h>

#include "plan.h"

#define TRIES	10
#define LARGE	1000000	/* points; beyond these a plan takes a second */

void plan_release(struct plan *p)
{
	native_change_release(&p->next);
	native_ring_release(&p->ring);
}

/* The name of a node; a slot is the same node in both tables. */
const char *plan_name(const struct plan *p, __u32 slot)
{
	const struct hr_table *t = p->next.after;

	if (slot == HR_NO_SLOT)
		return "-";
	if (slot >= t->nr_slots || !t->nodes[slot])
		t = p->ring.table;
	return t->nodes[slot]->name;
}

/* The approximate number of points, or cells, of the ring's table. */
static __u64 points_of(const struct model_ring *r)
{
	__u64 each = r->points ? r->points : HR_DEFAULT_POINTS;
	__u64 points = 0;
	__u32 i;

	if (r->placement == HASHRING_PLACEMENT_BALANCED)
		return r->grid ? r->grid : HR_DEFAULT_GRID;
	for (i = 0; i < r->nr_nodes; i++)
		points += model_hashes(r) ?
			  each * r->node[i].attrs.weight : r->node[i].nr_points;
	return r->per ? points / r->per : points;
}

/* Progress on a terminal; without a text the line goes. */
static void progress(const char *what, const struct model_ring *r)
{
	if (points_of(r) >= LARGE && isatty(STDERR_FILENO))
		fprintf(stderr, "\r%-24s\r", what);
}

/* The details of a change of @p's ring; @file: the file of the ring. */
static int work_out(struct plan *p, const struct model *file,
		    const struct model_ring *r)
{
	struct hr_error error;
	int status, err;

	p->has_seed = r->has_seed;
	p->has_generation = r->has_generation;
	p->generation = r->generation;
	progress("computing the plan", r);
	status = native_ring_make(&p->ring, file, r);
	if (status)
		return status;
	err = native_change_make(&p->next, &p->ring, p->generation, p->change,
				 &error);
	if (err)
		return native_refused_change(err, p->change, &error);
	p->digest = hr_digest_map(p->ring.table);
	balance_of(p->ring.table, &p->before);
	balance_of(p->next.after, &p->after);
	progress("", r);
	return EXIT_DONE;
}

static bool same_figures(const struct hashring_receipt *a,
			 const struct hashring_receipt *b)
{
	return a->added == b->added && a->removed == b->removed &&
	       a->set == b->set && a->replaced == b->replaced &&
	       a->nodes_before == b->nodes_before &&
	       a->nodes_after == b->nodes_after && a->moved == b->moved &&
	       a->gained == b->gained && a->lost == b->lost &&
	       a->required == b->required && a->collateral == b->collateral &&
	       a->ideal == b->ideal && a->peak_before == b->peak_before &&
	       a->peak_after == b->peak_after && a->arcs == b->arcs &&
	       a->nr_moves == b->nr_moves;
}

/* Whether a row of the kernel is among those computed here. */
static bool has_row(const struct plan *p, const struct hashring_move *row)
{
	const struct hr_impact *impact = &p->next.impact;
	__u32 low = 0, high = impact->nr_moves;

	/* The first row whose share is not larger. */
	while (low < high) {
		__u32 mid = low + (high - low) / 2;

		if (impact->moves[mid].share > row->share)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < impact->nr_moves; low++) {
		const struct hr_move *move = &impact->moves[low];

		if (move->share != row->share)
			return false;
		if (move->arcs == row->arcs &&
		    !strcmp(plan_name(p, move->from), row->from) &&
		    !strcmp(plan_name(p, move->to), row->to))
			return true;
	}
	return false;
}

static bool agrees(const struct plan *p, const struct hashring_receipt *r)
{
	__u32 i;

	if (!same_figures(&p->next.receipt, r))
		return false;
	for (i = 0; i < r->nr_rows; i++)
		if (!has_row(p, &r->rows[i]))
			return false;
	return true;
}

/*
 * Details for the kernel's receipt, which replaces the one computed here. Sets
 * *again when the ring was changed meanwhile.
 */
static int add_details(struct plan *p, struct hashring_receipt *receipt,
		       bool *again)
{
	const struct model none = { 0 };
	struct model_ring r;
	__u64 digest, generation;
	int status, err;

	status = model_ring_from_kernel(&r, p->change->ring);
	if (!status && r.generation + 1 != receipt->generation) {
		*again = true;
		goto out;
	}
	if (!status)
		status = work_out(p, &none, &r);
	if (status)
		goto out;
	err = hashring_digest(conn(), p->change->ring, false, &digest,
			      &generation);
	if (err) {
		status = refused(err);
	} else if (generation != p->generation) {
		*again = true;
	} else if (digest != p->digest || !agrees(p, receipt)) {
		status = fail(EXIT_ABORTED,
			      "the kernel's figures of %s differ from those computed here",
			      p->change->ring);
	} else {
		hashring_receipt_release(&p->next.receipt);
		p->next.receipt = *receipt;
		memset(receipt, 0, sizeof(*receipt));
	}
out:
	model_ring_release(&r);
	return status;
}

/**
 * plan_online() - plans a change of a ring of the kernel
 * @p: set; to be released also after an error
 * @change: the change
 *
 * Return: an exit status; errors are reported.
 */
int plan_online(struct plan *p, const struct hashring_change *change)
{
	struct hashring_receipt receipt;
	int tries, status, err;
	bool again;

	memset(p, 0, sizeof(*p));
	if (!conn())
		return EXIT_REFUSED;
	for (tries = 0; tries < TRIES; tries++) {
		plan_release(p);
		p->change = change;
		again = false;
		err = hashring_change(conn(), change, &receipt);
		if (err)
			return refused(err);
		status = add_details(p, &receipt, &again);
		hashring_receipt_release(&receipt);
		if (!again)
			return status;
	}
	return fail(EXIT_STALE, "ring %s changes all the time", change->ring);
}

static int plan_model(struct plan *p, const struct model *m,
		      const struct model_ring *r)
{
	const struct hashring_change *change = p->change;

	if (!r->has_seed && model_hashes(r))
		return fail_at(m, r->at, "ring %s has no seed here: what moves depends on it",
			       r->name);
	if (change->expect_generation != HASHRING_ANY &&
	    change->expect_generation != r->generation)
		return fail(EXIT_STALE, "generation does not match: %llu, not %llu",
			    r->generation, change->expect_generation);
	return work_out(p, m, r);
}

/**
 * plan_offline() - plans a change of a ring in a file
 * @p: set; to be released also after an error
 * @file: the file
 * @change: the change
 *
 * Return: an exit status; errors are reported.
 */
int plan_offline(struct plan *p, const char *file,
		 const struct hashring_change *change)
{
	const struct model_ring *r;
	struct model m;
	int status;

	memset(p, 0, sizeof(*p));
	p->change = change;
	status = model_read(&m, file);
	if (!status) {
		r = model_ring_find(&m, change->ring);
		if (r)
			status = plan_model(p, &m, r);
		else
			status = fail_usage("%s: there is no ring %s", m.file,
					    change->ring);
	}
	model_release(&m);
	return status;
}
