// SPDX-License-Identifier: GPL-2.0-only
/*
 * Long sequences of random changes, most of them accepted, on rings wide and
 * narrow: after each one everything that the core says is held against the
 * reference.
 */
#include <stdio.h>
#include <stdlib.h>

#include "ref.h"

#define CHANGES	1000
#define NAMES	14
#define ID_MAX	24

struct world {
	struct unit_ring ring;
	struct ref_ring ref;
	struct unit_random random;
	u32 accepted;
	u32 refused;
};

static void assert_owner(const struct world *w, u32 pos)
{
	const struct ref_node *want = ref_owner(&w->ref, pos);
	const struct hr_node *got = hr_table_owner(w->ring.table, pos);

	if (!want) {
		assert_null(got);
		assert_int_equal(hr_table_lookup(w->ring.table, pos),
				 HR_NO_SLOT);
		return;
	}
	assert_non_null(got);
	assert_string_equal(got->name, want->name);
}

static void check_lookup(struct world *w)
{
	u32 bounds[REF_BOUNDS], n, i;

	n = ref_bounds(&w->ref, &w->ref, bounds);
	for (i = 0; i < n; i++) {
		assert_owner(w, bounds[i] - 1);
		assert_owner(w, bounds[i]);
		assert_owner(w, bounds[i] + 1);
	}
	assert_owner(w, 0);
	assert_owner(w, U32_MAX);
	for (i = 0; i < 50; i++)
		assert_owner(w, unit_random(&w->random));
}

static void check_members(const struct world *w)
{
	const struct hr_table *t = w->ring.table;
	const struct ref_node *want;
	const struct hr_node *node;
	u64 weight = 0;
	u32 i, used = 0;

	assert_int_equal(t->nr_nodes, w->ref.n);
	for (i = 0; i < t->nr_nodes; i++) {
		node = t->by_name[i];
		want = ref_find(&w->ref, node->name);
		assert_non_null(want);
		assert_int_equal(node->id, want->id);
		assert_int_equal(node->weight, want->weight);
		assert_int_equal(node->state, want->state);
		assert_string_equal(node->seat, want->seat);
		assert_int_equal(t->share[node->slot],
				 ref_share(&w->ref, node->name));
		assert_ptr_equal(t->nodes[node->slot], node);
		assert_ptr_equal(hr_table_find(t, node->name), node);
		assert_ptr_equal(hr_table_find_seat(t, node->seat), node);
		if (node->state == HR_ACTIVE)
			weight += node->weight;
		if (i) {
			assert_true(strcmp(t->by_name[i - 1]->name,
					   t->by_name[i]->name) < 0);
			assert_true(strcmp(t->by_seat[i - 1]->seat,
					   t->by_seat[i]->seat) < 0);
		}
	}
	for (i = 0; i < t->nr_slots; i++)
		used += !!t->nodes[i];
	assert_int_equal(used, t->nr_nodes);
	assert_int_equal(t->weight, weight);
}

static void check_balance(const struct world *w)
{
	const struct hr_table *t = w->ring.table;
	u64 peak = 0, trough = U64_MAX, load;
	u32 i;

	for (i = 0; i < w->ref.n; i++) {
		const struct ref_node *node = &w->ref.nodes[i];

		if (node->state != HR_ACTIVE)
			continue;
		load = (2 * ref_share(&w->ref, node->name) * t->weight +
			node->weight) / (2 * node->weight);
		peak = load > peak ? load : peak;
		trough = load < trough ? load : trough;
	}
	assert_int_equal(hr_table_peak(t), peak);
	assert_int_equal(hr_table_trough(t), t->weight ? trough : 0);
}

static void check_arcs(const struct world *w)
{
	struct ref_arc want[REF_BOUNDS];
	const struct hr_table *t = w->ring.table;
	u32 n = ref_arcs(&w->ref, &w->ref, want), cursor = 0, i, got = 0;
	struct hr_arc arc;
	u32 last = 0;

	while (hr_table_next_arc(t, &cursor, &arc)) {
		for (i = 0; i < n; i++)
			if (n == 1 || (want[i].start == arc.start &&
				       want[i].end == arc.end))
				break;
		assert_true(i < n);
		assert_string_equal(t->nodes[arc.slot]->name,
				    want[i].from->name);
		/* The first one holds position 0, the others follow. */
		if (!got)
			assert_true(arc.start >= arc.end ||
				    arc.start == U32_MAX);
		else
			assert_int_equal(arc.start, last);
		last = arc.end;
		got++;
	}
	assert_int_equal(got, n);
}

/* The same members, added at once in any order, make the same map. */
static void check_history(struct world *w)
{
	struct hr_op ops[REF_NODES], swap;
	struct unit_ring anew;
	u32 n = w->ref.n, i, k;

	for (i = 0; i < n; i++) {
		struct ref_node *node = &w->ref.nodes[i];

		ops[i] = unit_seat(unit_add(node->name), node->seat);
		ops[i] = unit_id(ops[i], node->id);
		ops[i] = unit_weight(ops[i], node->weight);
		ops[i] = unit_state(ops[i], node->state);
		if (w->ring.cfg.place->takes_points)
			ops[i] = unit_points(ops[i], node->points,
					     node->nr_points);
	}
	for (i = n; i > 1; i--) {
		k = unit_below(&w->random, i);
		swap = ops[k];
		ops[k] = ops[i - 1];
		ops[i - 1] = swap;
	}
	anew = w->ring;
	anew.table = hr_table_empty(GFP_KERNEL);
	assert_non_null(anew.table);
	if (n)
		unit_change(&anew, ops, n);
	assert_int_equal(hr_digest_map(anew.table),
			 hr_digest_map(w->ring.table));
	assert_int_equal(hr_digest_members(&anew.cfg, anew.table),
			 hr_digest_members(&w->ring.cfg, w->ring.table));
	unit_ring_free(&anew);
}

static const char *slot_name(const struct hr_table *t, u32 slot)
{
	if (slot == HR_NO_SLOT)
		return "";
	assert_true(slot < t->nr_slots);
	return t->nodes[slot]->name;
}

static const char *ref_name(const struct ref_node *node)
{
	return node ? node->name : "";
}

static bool is_moved(const struct ref_arc *arc)
{
	return strcmp(ref_name(arc->from), ref_name(arc->to));
}

static void check_walk(const struct hr_table *before,
		       const struct hr_table *after, const struct ref_arc *want,
		       u32 n)
{
	struct hr_walk walk = { .before = before, .after = after };
	struct hr_moved_arc arc;
	u32 moved = 0, got = 0, i, last = 0;

	for (i = 0; i < n; i++)
		moved += is_moved(&want[i]);
	while (hr_walk_next(&walk, &arc)) {
		for (i = 0; i < n; i++)
			if (is_moved(&want[i]) &&
			    ((want[i].start == arc.start &&
			      want[i].end == arc.end) ||
			     (n == 1 && arc.start == arc.end)))
				break;
		assert_true(i < n);
		assert_string_equal(slot_name(before, arc.from),
				    ref_name(want[i].from));
		assert_string_equal(slot_name(after, arc.to),
				    ref_name(want[i].to));
		if (got++)
			assert_true(arc.start >= last);
		last = arc.end;
	}
	assert_int_equal(got, moved);
	assert_false(hr_walk_next(&walk, &arc));
}

static void check_row(const struct hr_table *before,
		      const struct hr_table *after, const struct hr_move *row,
		      const struct ref_arc *want, u32 n)
{
	u64 share = 0;
	u32 arcs = 0, i;

	for (i = 0; i < n; i++)
		if (!strcmp(slot_name(before, row->from),
			    ref_name(want[i].from)) &&
		    !strcmp(slot_name(after, row->to), ref_name(want[i].to))) {
			share += ref_arc_share(&want[i]);
			arcs++;
		}
	assert_int_not_equal(row->from, row->to);
	assert_int_equal(row->share, share);
	assert_int_equal(row->arcs, arcs);
}

static u64 ref_required(const struct ref_ring *before,
			const struct ref_ring *after)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < after->n; i++) {
		u64 has = ref_share(after, after->nodes[i].name);
		u64 had = ref_share(before, after->nodes[i].name);

		sum += has > had ? has - had : 0;
	}
	return sum;
}

static void check_impact(const struct ref_ring *ref_before,
			 const struct ref_ring *ref_after,
			 const struct hr_table *before,
			 const struct hr_table *after, struct hr_impact *impact)
{
	struct ref_arc want[REF_BOUNDS];
	u32 n = ref_arcs(ref_before, ref_after, want);
	u64 moved = 0, gained = 0, lost = 0, rows = 0;
	u32 arcs = 0, i;

	for (i = 0; i < n; i++) {
		if (!is_moved(&want[i]))
			continue;
		if (!want[i].from) {
			gained += ref_arc_share(&want[i]);
		} else if (!want[i].to) {
			lost += ref_arc_share(&want[i]);
		} else {
			moved += ref_arc_share(&want[i]);
			arcs++;
		}
	}
	assert_int_equal(hr_impact(before, after, GFP_KERNEL, impact), 0);
	assert_int_equal(impact->moved, moved);
	assert_int_equal(impact->gained, gained);
	assert_int_equal(impact->lost, lost);
	assert_int_equal(impact->arcs, arcs);
	assert_int_equal(impact->required,
			 ref_required(ref_before, ref_after) - gained);
	assert_int_equal(impact->collateral, moved - impact->required);
	assert_int_equal(impact->ideal, ref_ideal(ref_before, ref_after));
	assert_int_equal(impact->peak_before, hr_table_peak(before));
	assert_int_equal(impact->peak_after, hr_table_peak(after));
	for (i = 0; i < impact->nr_moves; i++) {
		const struct hr_move *row = &impact->moves[i];

		check_row(before, after, row, want, n);
		rows += row->share;
		if (i)
			assert_true(row[-1].from < row->from ||
				    (row[-1].from == row->from &&
				     row[-1].to < row->to));
	}
	assert_int_equal(rows, moved);
	check_walk(before, after, want, n);
}

/* What a change must not touch, and what it must do without collateral. */
static void check_promises(const struct ref_ring *before,
			   const struct hr_table *was,
			   const struct hr_table *is, const struct hr_op *ops,
			   u32 n, const struct hr_impact *impact)
{
	bool adds = true, replaces = true;
	u64 replaced = 0;
	u32 i, k;

	for (i = 0; i < n; i++) {
		adds &= ops[i].kind == HR_OP_ADD;
		replaces &= ops[i].kind == HR_OP_REPLACE &&
			    !(ops[i].has & ~(HR_OP_HAS_ID | HR_OP_HAS_VIA));
		replaced += ref_share(before, ops[i].name);
	}
	if (adds || hr_change_only_removes(ops, n))
		assert_int_equal(impact->collateral, 0);
	if (replaces) {
		assert_int_equal(impact->collateral, 0);
		assert_int_equal(impact->moved, replaced);
	}
	for (i = 0; i < was->nr_slots; i++) {
		const struct hr_node *old = was->nodes[i];
		const struct hr_node *new = i < is->nr_slots ? is->nodes[i] :
							       NULL;

		if (!old)
			continue;
		if (new)
			assert_string_equal(old->name, new->name);
		for (k = 0; k < n; k++)
			if (!strcmp(ops[k].name, old->name))
				break;
		if (k == n)
			assert_ptr_equal(old, new);
	}
}

static void random_name(struct world *w, char *name)
{
	sprintf(name, "n%u", unit_below(&w->random, NAMES));
}

static void random_op(struct world *w, struct hr_op *op, u32 *points)
{
	struct unit_random *r = &w->random;
	u32 kind = unit_below(r, 10), i;

	memset(op, 0, sizeof(*op));
	op->kind = kind < 4 ? HR_OP_ADD : kind < 6 ? HR_OP_DEL :
		   kind < 8 ? HR_OP_SET : HR_OP_REPLACE;
	random_name(w, op->name);
	do
		random_name(w, op->new_name);
	while (!strcmp(op->name, op->new_name));
	if (op->kind == HR_OP_DEL)
		return;
	if (!unit_below(r, 4))
		*op = unit_id(*op, 1 + unit_below(r, ID_MAX));
	if (!unit_below(r, 3))
		*op = unit_weight(*op, 1 + unit_below(r, 6));
	if (!unit_below(r, 3))
		*op = unit_state(*op, unit_below(r, 4) ? HR_ACTIVE :
						1 + unit_below(r, 2));
	if (op->kind == HR_OP_ADD && !unit_below(r, 8)) {
		op->has |= HR_OP_HAS_SEAT;
		random_name(w, op->seat);
	}
	if (w->ring.cfg.place->takes_points &&
	    (op->kind == HR_OP_ADD || !unit_below(r, 3))) {
		*op = unit_points(*op, points, 1 + unit_below(r, 3));
		for (i = 0; i < op->nr_points; i++)
			points[i] = unit_below(r, 400) * 0x01010101;
	}
	if (op->kind == HR_OP_SET && !op->has)
		*op = unit_weight(*op, 1 + unit_below(r, 6));
}

/* Mostly what can be: a change of names that are there, or are not. */
static bool plausible(const struct world *w, const struct hr_op *op)
{
	return !ref_find(&w->ref, op->name) == (op->kind == HR_OP_ADD);
}

static void step(struct world *w)
{
	struct hr_op ops[4];
	u32 points[4][4], n = 1 + unit_below(&w->random, 4), i;
	const struct hr_table *was = w->ring.table;
	struct hr_table *next = NULL;
	struct ref_ring after;
	struct hr_impact impact;
	struct hr_error err;
	bool want;
	int ret;

	for (i = 0; i < n; i++)
		do
			random_op(w, &ops[i], points[i]);
		while (!plausible(w, &ops[i]) && unit_below(&w->random, 20));
	want = ref_apply(&w->ref, ops, n, ID_MAX, &after);
	ret = hr_change_build(&w->ring.cfg, was, ops, n, ID_MAX, false,
			      &hr_node_plain_ops, GFP_KERNEL, &next, &err);
	if (!want) {
		assert_int_not_equal(ret, 0);
		assert_null(next);
		assert_true(err.op < n && err.text[0]);
		w->refused++;
		return;
	}
	if (ret)
		fail_msg("operation %u: %s", err.op, err.text);
	check_impact(&w->ref, &after, was, next, &impact);
	check_promises(&w->ref, was, next, ops, n, &impact);
	hr_impact_release(&impact);
	check_impact(&after, &w->ref, next, was, &impact);
	hr_impact_release(&impact);
	check_lookup(w);

	hr_table_put(w->ring.table, &hr_node_plain_ops);
	w->ring.table = next;
	w->ref = after;
	w->accepted++;
	check_members(w);
	check_balance(w);
	check_arcs(w);
	check_history(w);
}

static void walk(const struct hr_place_ops *place, u32 points, u32 per,
		 u64 seed)
{
	struct world w = { .random.state = seed };
	u32 i;

	unit_ring_init(&w.ring, place, points, per);
	w.ref.cfg = &w.ring.cfg;
	for (i = 0; i < CHANGES; i++)
		step(&w);
	check_lookup(&w);
	/* A sequence that is refused, or accepted, throughout tests little. */
	assert_in_range(w.accepted, CHANGES / 8, CHANGES);
	assert_in_range(w.refused, CHANGES / 20, CHANGES);
	unit_ring_free(&w.ring);
}

static void hashed(void **state)
{
	walk(&hr_place_hash, 5, 1, 1);
}

static void hashed_by_fractions(void **state)
{
	walk(&hr_place_hash, 7, 3, 2);
}

static void low_positions(void **state)
{
	walk(&ref_place[REF_LOW], 8, 1, 3);
}

static void high_positions(void **state)
{
	walk(&ref_place[REF_HIGH], 8, 1, 4);
}

static void sixteen_positions(void **state)
{
	walk(&ref_place[REF_TOP], 4, 1, 5);
}

static void one_position(void **state)
{
	walk(&ref_place[REF_ONE], 2, 1, 6);
}

static void explicit_points(void **state)
{
	walk(&hr_place_explicit, 1, 1, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashed),
		cmocka_unit_test(hashed_by_fractions),
		cmocka_unit_test(low_positions),
		cmocka_unit_test(high_positions),
		cmocka_unit_test(sixteen_positions),
		cmocka_unit_test(one_position),
		cmocka_unit_test(explicit_points),
	};

	return cmocka_run_group_tests_name("property", tests, NULL, NULL);
}
