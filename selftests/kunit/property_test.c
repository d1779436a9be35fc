// SPDX-License-Identifier: GPL-2.0-only
/*
 * Long sequences of random changes, most of them accepted, on wide and narrow
 * rings: after each change the complete state of the core is compared with the
 * model.
 */
#include "model/model.h"
#include "suites.h"
#include "unit.h"

#define CHANGES	UNIT_ROUNDS(1000)
#define NAMES	14
#define ID_MAX	24

struct world {
	struct unit_ring ring;
	struct model_ring model;
	struct unit_random random;
	u32 accepted;
	u32 refused;
	/* Too large for a kernel's stack. */
	struct model_nodes after;
	struct model_map to;
	u32 uid_of_slot[MODEL_SLOTS];
	struct hr_op ops[4];
};

static void check_table(struct world *w)
{
	const struct hr_view view = { .table = w->ring.table };
	u32 i;

	model_check(&w->model, &view);
	for (i = 0; i < 50; i++)
		model_check_at(&w->model, &view, view.table,
			       unit_random(&w->random));
	model_check_anew(&w->model, view.table, unit_random(&w->random));
}

/* Checks the figures of a change and of its reversal. */
static void check_impact(struct world *w, const struct hr_table *was,
			 const struct hr_table *next, struct hr_impact *impact)
{
	struct kunit *test = w->ring.test;
	const struct model_change back = {
		.before = next, .after = was, .from = &w->to,
		.to = &w->model.to, .uid_of_slot = w->uid_of_slot,
		.old = &w->after, .new = &w->model.nodes,
	};

	model_make_map(&w->after, &w->to);
	model_name_slots(&w->model, &w->after, next, w->uid_of_slot);
	KUNIT_ASSERT_EQ(test, hr_impact(next, was, GFP_KERNEL, impact), 0);
	model_check_impact(test, &back, impact);
	hr_impact_release(impact);
	KUNIT_ASSERT_EQ(test, hr_impact(was, next, GFP_KERNEL, impact), 0);
	model_check_change(&w->model, 0, &w->after, was, next, impact);
}

/* Checks what a change must not touch, and must do without collateral. */
static void check_promises(struct kunit *test, const struct hr_table *was,
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
		if (ops[i].kind == HASHRING_OP_REPLACE)
			replaced += was->share[unit_slot(test, was,
							 ops[i].name)];
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

/* Mostly possible operations: on names that exist, or do not. */
static bool plausible(const struct world *w, const struct hr_op *op)
{
	return !model_find(&w->model.nodes, op->name) ==
	       (op->kind == HASHRING_OP_ADD);
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
	enum model_verdict verdict;
	int ret;

	for (i = 0; i < n; i++)
		do
			random_op(w, &ops[i], points[i]);
		while (!plausible(w, &ops[i]) && unit_below(&w->random, 20));
	verdict = model_apply(&w->model.nodes, ops, n, ID_MAX, false,
			      &w->after);
	KUNIT_ASSERT_NE(test, verdict, MODEL_TOO_MUCH);
	ret = hr_change_build(&w->ring.cfg, was, ops, n, ID_MAX, false,
			      &hr_node_plain_ops, GFP_KERNEL, &next, &err);
	if (verdict == MODEL_BAD) {
		KUNIT_ASSERT_NE(test, ret, 0);
		KUNIT_ASSERT_NULL(test, next);
		KUNIT_ASSERT_TRUE(test, err.op < n && err.text[0]);
		w->refused++;
		return;
	}
	if (ret)
		KUNIT_FAIL_AND_ABORT(test, "operation %u: %s", err.op,
				     err.text);
	check_impact(w, was, next, &impact);
	check_promises(test, was, next, ops, n, &impact);
	hr_impact_release(&impact);

	hr_table_put(w->ring.table, &hr_node_plain_ops);
	w->ring.table = next;
	model_publish(&w->model, &w->after, next);
	w->accepted++;
	check_table(w);
}

static void walk(struct kunit *test, const struct hr_place_ops *place,
		 u32 points, u32 per, u64 seed)
{
	struct world *w = unit_alloc(test, 1, sizeof(*w));
	u32 i;

	w->random.state = seed;
	unit_ring_init(test, &w->ring, place, points, per);
	model_begin(&w->model, test, &w->ring.cfg);
	for (i = 0; i < CHANGES; i++) {
		step(w);
		cond_resched();
	}
	/* A sequence with refusals only, or without any, tests little. */
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
	walk(test, &model_narrow[MODEL_LOW], 8, 1, 3);
}

static void high_positions(struct kunit *test)
{
	walk(test, &model_narrow[MODEL_HIGH], 8, 1, 4);
}

static void sixteen_positions(struct kunit *test)
{
	walk(test, &model_narrow[MODEL_TOP], 4, 1, 5);
}

static void one_position(struct kunit *test)
{
	walk(test, &model_narrow[MODEL_ONE], 2, 1, 6);
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
