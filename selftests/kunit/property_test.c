// SPDX-License-Identifier: GPL-2.0-only
/*
 * Long sequences of random changes, most of them accepted, on rings wide and
 * narrow: after each one everything that the core says is held against the
 * reference.
 */
#include "core/table_build.h"
#include "ref.h"
#include "suites.h"
#include "unit.h"

#define CHANGES	UNIT_ROUNDS(1000)
#define NAMES	14
#define ID_MAX	24

struct world {
	struct unit_ring ring;
	struct ref_ring ref;
	struct unit_random random;
	u32 accepted;
	u32 refused;
	/* What is too much for a kernel's stack. */
	struct ref_ring after;
	struct ref_arc arcs[REF_BOUNDS];
	u32 bounds[REF_BOUNDS];
	struct hr_op ops[REF_NODES];
};

static void assert_owner(const struct world *w, u32 pos)
{
	struct kunit *test = w->ring.test;
	const struct ref_node *want = ref_owner(&w->ref, pos);
	const struct hr_node *got = hr_table_owner(w->ring.table, pos);

	if (!want) {
		KUNIT_ASSERT_NULL(test, got);
		KUNIT_ASSERT_EQ(test, hr_table_lookup(w->ring.table, pos),
				HR_NO_SLOT);
		return;
	}
	KUNIT_ASSERT_NOT_NULL(test, got);
	KUNIT_ASSERT_STREQ(test, got->name, want->name);
}

static void check_lookup(struct world *w)
{
	u32 *bounds = w->bounds, n, i;

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
	struct kunit *test = w->ring.test;
	const struct hr_table *t = w->ring.table;
	const struct ref_node *want;
	const struct hr_node *node;
	u64 weight = 0;
	u32 i, used = 0;

	KUNIT_ASSERT_EQ(test, t->nr_nodes, w->ref.n);
	for (i = 0; i < t->nr_nodes; i++) {
		node = t->by_name[i];
		want = ref_find(&w->ref, node->name);
		KUNIT_ASSERT_NOT_NULL(test, want);
		KUNIT_ASSERT_EQ(test, node->attrs.id, want->id);
		KUNIT_ASSERT_EQ(test, node->attrs.weight, want->weight);
		KUNIT_ASSERT_EQ(test, node->attrs.state, want->state);
		KUNIT_ASSERT_STREQ(test, node->seat, want->seat);
		KUNIT_ASSERT_EQ(test, t->share[node->slot],
				ref_share(&w->ref, node->name));
		KUNIT_ASSERT_PTR_EQ(test, t->nodes[node->slot], node);
		KUNIT_ASSERT_PTR_EQ(test, hr_table_find(t, node->name), node);
		KUNIT_ASSERT_PTR_EQ(test, hr_table_find_seat(t, node->seat),
				    node);
		if (node->attrs.state == HASHRING_NODE_ACTIVE)
			weight += node->attrs.weight;
		if (i) {
			KUNIT_ASSERT_TRUE(test,
					  strcmp(t->by_name[i - 1]->name,
						 t->by_name[i]->name) < 0);
			KUNIT_ASSERT_TRUE(test,
					  strcmp(t->by_seat[i - 1]->seat,
						 t->by_seat[i]->seat) < 0);
		}
	}
	for (i = 0; i < t->nr_slots; i++)
		used += !!t->nodes[i];
	KUNIT_ASSERT_EQ(test, used, t->nr_nodes);
	KUNIT_ASSERT_EQ(test, t->weight, weight);
}

static void check_balance(const struct world *w)
{
	struct kunit *test = w->ring.test;
	const struct hr_table *t = w->ring.table;
	u64 peak = 0, trough = U64_MAX, load;
	u32 i;

	for (i = 0; i < w->ref.n; i++) {
		const struct ref_node *node = &w->ref.nodes[i];

		if (node->state != HASHRING_NODE_ACTIVE)
			continue;
		load = (2 * ref_share(&w->ref, node->name) * t->weight +
			node->weight) / (2 * node->weight);
		peak = load > peak ? load : peak;
		trough = load < trough ? load : trough;
	}
	KUNIT_ASSERT_EQ(test, hr_table_peak(t), peak);
	KUNIT_ASSERT_EQ(test, hr_table_trough(t), t->weight ? trough : 0);
}

static void check_arcs(struct world *w)
{
	struct kunit *test = w->ring.test;
	struct ref_arc *want = w->arcs;
	const struct hr_table *t = w->ring.table;
	u32 n = ref_arcs(&w->ref, &w->ref, want), cursor = 0, i, got = 0;
	struct hr_arc arc;
	u32 last = 0;

	while (hr_table_next_arc(t, &cursor, &arc)) {
		for (i = 0; i < n; i++)
			if (n == 1 || (want[i].start == arc.start &&
				       want[i].end == arc.end))
				break;
		KUNIT_ASSERT_TRUE(test, i < n);
		KUNIT_ASSERT_STREQ(test, t->nodes[arc.slot]->name,
				   want[i].from->name);
		/* The first one holds position 0, the others follow. */
		if (!got)
			KUNIT_ASSERT_TRUE(test, arc.start >= arc.end ||
					  arc.start == U32_MAX);
		else
			KUNIT_ASSERT_EQ(test, arc.start, last);
		last = arc.end;
		got++;
	}
	KUNIT_ASSERT_EQ(test, got, n);
}

/* The same members, added at once in any order, make the same map. */
static void check_history(struct world *w)
{
	struct kunit *test = w->ring.test;
	struct hr_op *ops = w->ops, swap;
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
	KUNIT_ASSERT_NOT_NULL(test, anew.table);
	if (n)
		unit_change(&anew, ops, n);
	KUNIT_ASSERT_EQ(test, hr_digest_map(anew.table),
			hr_digest_map(w->ring.table));
	KUNIT_ASSERT_EQ(test, hr_digest_members(&anew.cfg, anew.table),
			hr_digest_members(&w->ring.cfg, w->ring.table));
	unit_ring_free(&anew);
}

static const char *slot_name(struct kunit *test, const struct hr_table *t,
			     u32 slot)
{
	if (slot == HR_NO_SLOT)
		return "";
	KUNIT_ASSERT_TRUE(test, slot < t->nr_slots);
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

static void check_walk(struct kunit *test, const struct hr_table *before,
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
		KUNIT_ASSERT_TRUE(test, i < n);
		KUNIT_ASSERT_STREQ(test, slot_name(test, before, arc.from),
				   ref_name(want[i].from));
		KUNIT_ASSERT_STREQ(test, slot_name(test, after, arc.to),
				   ref_name(want[i].to));
		if (got++)
			KUNIT_ASSERT_TRUE(test, arc.start >= last);
		last = arc.end;
	}
	KUNIT_ASSERT_EQ(test, got, moved);
	KUNIT_ASSERT_FALSE(test, hr_walk_next(&walk, &arc));
}

static void check_row(struct kunit *test, const struct hr_table *before,
		      const struct hr_table *after, const struct hr_move *row,
		      const struct ref_arc *want, u32 n)
{
	u64 share = 0;
	u32 arcs = 0, i;

	for (i = 0; i < n; i++)
		if (!strcmp(slot_name(test, before, row->from),
			    ref_name(want[i].from)) &&
		    !strcmp(slot_name(test, after, row->to),
			    ref_name(want[i].to))) {
			share += ref_arc_share(&want[i]);
			arcs++;
		}
	KUNIT_ASSERT_NE(test, row->from, row->to);
	KUNIT_ASSERT_EQ(test, row->share, share);
	KUNIT_ASSERT_EQ(test, row->arcs, arcs);
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

static void check_impact(struct world *w, const struct ref_ring *ref_before,
			 const struct ref_ring *ref_after,
			 const struct hr_table *before,
			 const struct hr_table *after, struct hr_impact *impact)
{
	struct kunit *test = w->ring.test;
	struct ref_arc *want = w->arcs;
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
	KUNIT_ASSERT_EQ(test, hr_impact(before, after, GFP_KERNEL, impact), 0);
	KUNIT_ASSERT_EQ(test, impact->moved, moved);
	KUNIT_ASSERT_EQ(test, impact->gained, gained);
	KUNIT_ASSERT_EQ(test, impact->lost, lost);
	KUNIT_ASSERT_EQ(test, impact->arcs, arcs);
	KUNIT_ASSERT_EQ(test, impact->required,
			ref_required(ref_before, ref_after) - gained);
	KUNIT_ASSERT_EQ(test, impact->collateral, moved - impact->required);
	KUNIT_ASSERT_EQ(test, impact->ideal, ref_ideal(ref_before, ref_after));
	KUNIT_ASSERT_EQ(test, impact->peak_before, hr_table_peak(before));
	KUNIT_ASSERT_EQ(test, impact->peak_after, hr_table_peak(after));
	for (i = 0; i < impact->nr_moves; i++) {
		const struct hr_move *row = &impact->moves[i];

		check_row(test, before, after, row, want, n);
		rows += row->share;
		if (i)
			KUNIT_ASSERT_TRUE(test, row[-1].from < row->from ||
					  (row[-1].from == row->from &&
					   row[-1].to < row->to));
	}
	KUNIT_ASSERT_EQ(test, rows, moved);
	check_walk(test, before, after, want, n);
}

/* What a change must not touch, and what it must do without collateral. */
static void check_promises(struct kunit *test, const struct ref_ring *before,
			   const struct hr_table *was,
			   const struct hr_table *is, const struct hr_op *ops,
			   u32 n, const struct hr_impact *impact)
{
	bool adds = true, replaces = true;
	u64 replaced = 0;
	u32 i, k;

	for (i = 0; i < n; i++) {
		adds &= ops[i].kind == HASHRING_OP_ADD;
		replaces &= ops[i].kind == HASHRING_OP_REPLACE &&
			    !(ops[i].has & ~(HR_HAS_ATTR(ID) | HR_HAS_VIA));
		replaced += ref_share(before, ops[i].name);
	}
	if (adds || hr_change_only_removes(ops, n))
		KUNIT_ASSERT_EQ(test, impact->collateral, 0);
	if (replaces) {
		KUNIT_ASSERT_EQ(test, impact->collateral, 0);
		KUNIT_ASSERT_EQ(test, impact->moved, replaced);
	}
	for (i = 0; i < was->nr_slots; i++) {
		const struct hr_node *old = was->nodes[i];
		const struct hr_node *new = i < is->nr_slots ? is->nodes[i] :
							       NULL;

		if (!old)
			continue;
		if (new)
			KUNIT_ASSERT_STREQ(test, old->name, new->name);
		for (k = 0; k < n; k++)
			if (!strcmp(ops[k].name, old->name))
				break;
		if (k == n)
			KUNIT_ASSERT_PTR_EQ(test, old, new);
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
	op->kind = kind < 4 ? HASHRING_OP_ADD : kind < 6 ? HASHRING_OP_DEL :
		   kind < 8 ? HASHRING_OP_SET : HASHRING_OP_REPLACE;
	random_name(w, op->name);
	do
		random_name(w, op->new_name);
	while (!strcmp(op->name, op->new_name));
	if (op->kind == HASHRING_OP_DEL)
		return;
	if (!unit_below(r, 4))
		*op = unit_id(*op, 1 + unit_below(r, ID_MAX));
	if (!unit_below(r, 3))
		*op = unit_weight(*op, 1 + unit_below(r, 6));
	if (!unit_below(r, 3))
		*op = unit_state(*op, unit_below(r, 4) ? HASHRING_NODE_ACTIVE :
						1 + unit_below(r, 2));
	if (op->kind == HASHRING_OP_ADD && !unit_below(r, 8)) {
		op->has |= HR_HAS(SEAT);
		random_name(w, op->seat);
	}
	if (w->ring.cfg.place->takes_points &&
	    (op->kind == HASHRING_OP_ADD || !unit_below(r, 3))) {
		*op = unit_points(*op, points, 1 + unit_below(r, 3));
		for (i = 0; i < op->nr_points; i++)
			points[i] = unit_below(r, 400) * 0x01010101;
	}
	if (op->kind == HASHRING_OP_SET && !op->has)
		*op = unit_weight(*op, 1 + unit_below(r, 6));
}

/* Mostly what can be: a change of names that are there, or are not. */
static bool plausible(const struct world *w, const struct hr_op *op)
{
	return !ref_find(&w->ref, op->name) == (op->kind == HASHRING_OP_ADD);
}

static void step(struct world *w)
{
	struct kunit *test = w->ring.test;
	struct hr_op *ops = w->ops;
	u32 points[4][4], n = 1 + unit_below(&w->random, 4), i;
	const struct hr_table *was = w->ring.table;
	struct hr_table *next = NULL;
	struct hr_impact impact;
	struct hr_error err;
	int want, ret;

	for (i = 0; i < n; i++)
		do
			random_op(w, &ops[i], points[i]);
		while (!plausible(w, &ops[i]) && unit_below(&w->random, 20));
	want = ref_apply(&w->ref, ops, n, ID_MAX, &w->after);
	KUNIT_ASSERT_NE(test, want, -ENOSPC);
	ret = hr_change_build(&w->ring.cfg, was, ops, n, ID_MAX, false,
			      &hr_node_plain_ops, GFP_KERNEL, &next, &err);
	if (want) {
		KUNIT_ASSERT_NE(test, ret, 0);
		KUNIT_ASSERT_NULL(test, next);
		KUNIT_ASSERT_TRUE(test, err.op < n && err.text[0]);
		w->refused++;
		return;
	}
	if (ret)
		KUNIT_FAIL_AND_ABORT(test, "operation %u: %s", err.op,
				     err.text);
	check_impact(w, &w->ref, &w->after, was, next, &impact);
	check_promises(test, &w->ref, was, next, ops, n, &impact);
	hr_impact_release(&impact);
	check_impact(w, &w->after, &w->ref, next, was, &impact);
	hr_impact_release(&impact);
	check_lookup(w);

	hr_table_put(w->ring.table, &hr_node_plain_ops);
	w->ring.table = next;
	w->ref = w->after;
	w->accepted++;
	check_members(w);
	check_balance(w);
	check_arcs(w);
	check_history(w);
}

static void walk(struct kunit *test, const struct hr_place_ops *place,
		 u32 points, u32 per, u64 seed)
{
	struct world *w = unit_alloc(test, 1, sizeof(*w));
	u32 i;

	w->random.state = seed;
	unit_ring_init(test, &w->ring, place, points, per);
	w->ref.cfg = &w->ring.cfg;
	for (i = 0; i < CHANGES; i++) {
		step(w);
		cond_resched();
	}
	check_lookup(w);
	/* A sequence that is refused, or accepted, throughout tests little. */
	KUNIT_ASSERT_GE(test, w->accepted, CHANGES / 8);
	KUNIT_ASSERT_LE(test, w->accepted, CHANGES);
	KUNIT_ASSERT_GE(test, w->refused, CHANGES / 20);
	KUNIT_ASSERT_LE(test, w->refused, CHANGES);
	unit_ring_free(&w->ring);
}

static void hashed(struct kunit *test)
{
	walk(test, &hr_place_hash, 5, 1, 1);
}

static void hashed_by_fractions(struct kunit *test)
{
	walk(test, &hr_place_hash, 7, 3, 2);
}

static void low_positions(struct kunit *test)
{
	walk(test, &ref_place[REF_LOW], 8, 1, 3);
}

static void high_positions(struct kunit *test)
{
	walk(test, &ref_place[REF_HIGH], 8, 1, 4);
}

static void sixteen_positions(struct kunit *test)
{
	walk(test, &ref_place[REF_TOP], 4, 1, 5);
}

static void one_position(struct kunit *test)
{
	walk(test, &ref_place[REF_ONE], 2, 1, 6);
}

static void explicit_points(struct kunit *test)
{
	walk(test, &hr_place_explicit, 1, 1, 7);
}

static struct kunit_case property_cases[] = {
	KUNIT_CASE(hashed),
	KUNIT_CASE(hashed_by_fractions),
	KUNIT_CASE(low_positions),
	KUNIT_CASE(high_positions),
	KUNIT_CASE(sixteen_positions),
	KUNIT_CASE(one_position),
	KUNIT_CASE(explicit_points),
	{}
};

struct kunit_suite property_suite = {
	.name = "hashring_property",
	.test_cases = property_cases,
};
