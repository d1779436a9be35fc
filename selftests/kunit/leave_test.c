// SPDX-License-Identifier: GPL-2.0-only
/*
 * Leaving nodes: no members, but still the nodes of their slots. Also: a lack
 * of memory loses nothing.
 */
#include "core/record.h"
#include "core/view.h"
#include "suites.h"
#include "unit.h"

static const struct hr_node_ops *const plain = &hr_node_plain_ops;

static void refuse(const struct unit_ring *ring, const struct hr_op *ops,
		   u32 nr, int want, const char *text)
{
	struct kunit *test = ring->test;
	struct hr_table *next;
	struct hr_error err;

	KUNIT_ASSERT_EQ(test, unit_leave(ring, ops, nr, GFP_KERNEL, &next, &err),
			want);
	KUNIT_ASSERT_STREQ(test, err.text, text);
	KUNIT_ASSERT_NULL(test, next);
}

static int setup(struct kunit *test)
{
	struct unit_ring *ring = unit_alloc(test, 1, sizeof(*ring));
	struct hr_op ops[] = {
		unit_add("a"), unit_weight(unit_add("b"), 5), unit_add("c"),
		unit_state(unit_add("d"), HASHRING_NODE_DOWN),
	};

	unit_ring_init(test, ring, &hr_place_hash, 8, 1);
	unit_change(ring, ops, ARRAY_SIZE(ops));
	test->priv = ring;
	return 0;
}

static void teardown(struct kunit *test)
{
	if (test->priv)
		unit_ring_free(test->priv);
}

static void leaving_nodes_keep_slots(struct kunit *test)
{
	struct unit_ring *ring = test->priv;
	struct hr_op ops[] = {
		unit_del("a"), unit_replace("b", "b2"), unit_del("d"),
	};
	struct hr_op again[] = { unit_seat(unit_add("x"), "a"), unit_add("y") };
	struct hr_table *before = hr_table_get(ring->table), *t;
	const struct hr_node *a, *b, *d;

	unit_hold(ring, ops, ARRAY_SIZE(ops));
	t = ring->table;
	KUNIT_ASSERT_EQ(test, t->nr_nodes, 2);
	KUNIT_ASSERT_EQ(test, t->nr_leaving, 3);
	KUNIT_ASSERT_EQ(test, t->weight, 6);
	KUNIT_ASSERT_NULL(test, hr_table_find(t, "a"));
	KUNIT_ASSERT_NULL(test, hr_table_find_seat(t, "a"));
	KUNIT_ASSERT_NULL(test, hr_table_find(t, "b"));
	KUNIT_ASSERT_STREQ(test, hr_table_find_seat(t, "b")->name, "b2");
	a = t->nodes[unit_slot(test, before, "a")];
	b = t->nodes[unit_slot(test, before, "b")];
	d = t->nodes[unit_slot(test, before, "d")];
	KUNIT_ASSERT_STREQ(test, a->name, "a");
	KUNIT_ASSERT_EQ(test, a->attrs.state, HASHRING_NODE_LEAVING);
	KUNIT_ASSERT_EQ(test, a->attrs.id, 1);
	KUNIT_ASSERT_FALSE(test, hr_table_has(t, a));
	KUNIT_ASSERT_STREQ(test, b->name, "b");
	KUNIT_ASSERT_EQ(test, b->attrs.state, HASHRING_NODE_LEAVING);
	KUNIT_ASSERT_EQ(test, b->attrs.weight, 5);
	KUNIT_ASSERT_STREQ(test, d->name, "d");
	KUNIT_ASSERT_EQ(test, d->attrs.state, HASHRING_NODE_DOWN);
	KUNIT_ASSERT_FALSE(test, hr_table_has(t, d));
	KUNIT_ASSERT_TRUE(test, hr_table_has(t, hr_table_find(t, "c")));

	/* The seats are free at once; the last versions are unchanged. */
	unit_hold(ring, again, 2);
	KUNIT_ASSERT_EQ(test, ring->table->nr_nodes, 4);
	KUNIT_ASSERT_EQ(test, ring->table->nr_leaving, 3);
	KUNIT_ASSERT_PTR_EQ(test, ring->table->nodes[a->slot], a);
	KUNIT_ASSERT_NE(test, unit_slot(test, ring->table, "x"), a->slot);
	KUNIT_ASSERT_NE(test, unit_slot(test, ring->table, "y"), a->slot);
	hr_table_put(before, plain);
}

static void leaving_nodes_keep_ids(struct kunit *test)
{
	struct unit_ring *ring = test->priv;
	struct hr_op both[] = { unit_del("a"), unit_id(unit_add("e"), 1) };
	struct hr_op sets[] = {
		unit_id(unit_set("b"), 3), unit_id(unit_set("c"), 2),
	};
	struct hr_op op = unit_del("a");

	refuse(ring, both, 2, -EEXIST,
	       "id is taken: 1 by node a, which is leaving");
	unit_hold(ring, &op, 1);
	refuse(ring, &both[1], 1, -EEXIST,
	       "id is taken: 1 by node a, which is leaving");
	op = unit_id(unit_add("e"), 2);
	refuse(ring, &op, 1, -EEXIST, "id is taken: 2 by node b");
	op = unit_add("e");
	unit_hold(ring, &op, 1);
	KUNIT_ASSERT_EQ(test, hr_table_find(ring->table, "e")->attrs.id, 5);
	/* A member that gets another id frees its old one. */
	unit_hold(ring, sets, 2);
	KUNIT_ASSERT_EQ(test, hr_table_find(ring->table, "b")->attrs.id, 3);
	KUNIT_ASSERT_EQ(test, hr_table_find(ring->table, "c")->attrs.id, 2);
}

static void change_without_leaving_frees_ids(struct kunit *test)
{
	struct unit_ring *ring = test->priv;
	struct hr_op both[] = { unit_del("a"), unit_id(unit_add("e"), 1) };

	unit_change(ring, both, 2);
	KUNIT_ASSERT_EQ(test, ring->table->nr_leaving, 0);
	KUNIT_ASSERT_EQ(test, hr_table_find(ring->table, "e")->attrs.id, 1);
}

static void no_operation_sets_leaving(struct kunit *test)
{
	struct hr_op op = unit_state(unit_set("a"), HASHRING_NODE_LEAVING);

	refuse(test->priv, &op, 1, -EINVAL,
	       "only states active (0), draining (1) and down (2) can be set: not 3");
	op.attrs.state = 4;
	refuse(test->priv, &op, 1, -EINVAL,
	       "only states active (0), draining (1) and down (2) can be set: not 4");
}

/* Leaving nodes change neither the moved share nor the ideal. */
static void leaving_nodes_have_no_weight(struct kunit *test)
{
	struct unit_ring *ring = test->priv;
	struct hr_op ops[] = { unit_del("b"), unit_add("e") };
	struct hr_table *left = NULL, *plainly;
	struct hr_impact a, b;
	struct hr_error err;

	KUNIT_ASSERT_EQ(test, unit_leave(ring, ops, 2, GFP_KERNEL, &left, &err),
			0);
	plainly = unit_next(ring, ops, 2);
	KUNIT_ASSERT_EQ(test, hr_impact(ring->table, left, GFP_KERNEL, &a), 0);
	KUNIT_ASSERT_EQ(test, hr_impact(ring->table, plainly, GFP_KERNEL, &b),
			0);
	KUNIT_ASSERT_EQ(test, a.moved, b.moved);
	KUNIT_ASSERT_EQ(test, a.required, b.required);
	KUNIT_ASSERT_EQ(test, a.ideal, b.ideal);
	KUNIT_ASSERT_EQ(test, a.peak_after, b.peak_after);
	hr_impact_release(&a);
	hr_impact_release(&b);
	hr_table_put(left, plain);
	hr_table_put(plainly, plain);
}

/*
 * A member's old id may have a new holder. A rollback removes the new holder.
 */
static void ids_after_rollback(struct kunit *test)
{
	struct unit_ring *ring = test->priv;
	struct hr_table *origin = hr_table_get(ring->table), *t;
	struct hr_op ops[] = {
		unit_id(unit_set("a"), 9), unit_id(unit_add("e"), 1),
		unit_id(unit_add("f"), 7),
	};
	u32 i, k;

	unit_hold(ring, ops, 3);
	t = hr_table_rollback(origin, ring->table, 0, GFP_KERNEL, plain);
	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_ASSERT_EQ(test, hr_digest_members(&ring->cfg, t),
			hr_digest_members(&ring->cfg, origin));
	KUNIT_ASSERT_EQ(test, t->nr_leaving, 2);
	KUNIT_ASSERT_EQ(test, t->nodes[unit_slot(test, ring->table, "f")]->attrs.id,
			7);
	for (i = 0; i < t->nr_slots; i++)
		for (k = 0; k < i; k++)
			KUNIT_ASSERT_NE(test, t->nodes[i]->attrs.id,
					t->nodes[k]->attrs.id);
	hr_table_put(t, plain);
	hr_table_put(origin, plain);
}

static void too_many(struct kunit *test)
{
	struct hr_op *ops = unit_alloc(test, HR_MAX_NODES, sizeof(*ops));
	struct hr_op one[] = { unit_add("x"), unit_replace("m7", "x") };
	struct unit_ring ring;
	u32 i;

	unit_ring_init(test, &ring, &hr_place_hash, 1, HR_MAX_WEIGHT);
	for (i = 0; i < HR_MAX_NODES; i++) {
		ops[i].kind = HASHRING_OP_ADD;
		snprintf(ops[i].name, sizeof(ops[i].name), "n%u", i);
	}
	unit_change(&ring, ops, HR_MAX_NODES);
	for (i = 0; i < HR_MAX_NODES; i++) {
		ops[i].kind = HASHRING_OP_REPLACE;
		snprintf(ops[i].new_name, sizeof(ops[i].new_name), "m%u", i);
	}
	unit_hold(&ring, ops, HR_MAX_NODES);
	KUNIT_ASSERT_EQ(test, ring.table->nr_leaving, HR_MAX_NODES);
	KUNIT_ASSERT_EQ(test, ring.table->nr_slots, 2 * HR_MAX_NODES);
	refuse(&ring, &one[1], 1, -E2BIG,
	       "too many nodes, with leaving ones, in the ring: 131071 (at most 131070)");
	one[1] = unit_del("m7");
	unit_hold(&ring, &one[1], 1);
	refuse(&ring, one, 1, -E2BIG,
	       "too many nodes, with leaving ones, in the ring: 131071 (at most 131070)");
	unit_ring_free(&ring);
}

/* A view in the middle of a migration, with an operation of each kind. */
struct fixture {
	struct kunit *test;
	struct hr_config cfg;
	struct hr_table *origin;
	struct hr_view view;
};

static void fixture_init(struct kunit *test, struct fixture *f,
			 const struct hr_place_ops *place, u32 grid)
{
	struct hr_op ops[] = {
		unit_del("n1"), unit_add("x"), unit_replace("n2", "y"),
		unit_state(unit_set("n3"), HASHRING_NODE_DOWN),
	};
	struct unit_ring ring;

	unit_ring_init(test, &ring, place, 8, 1);
	ring.cfg.grid = grid;
	unit_add_many(&ring, "n%u", 6);
	unit_change_one(&ring, unit_state(unit_set("n4"), HASHRING_NODE_DOWN));
	f->test = test;
	f->cfg = ring.cfg;
	f->origin = hr_table_get(ring.table);
	unit_hold(&ring, ops, ARRAY_SIZE(ops));
	f->view = (struct hr_view) {
		.table = ring.table, .from = hr_table_get(f->origin),
		.base = hr_table_get(f->origin), .frontier = 1U << 31,
	};
}

static void fixture_free(struct fixture *f)
{
	hr_table_put(f->view.table, plain);
	hr_table_put(f->view.from, plain);
	hr_table_put(f->view.base, plain);
	hr_table_put(f->origin, plain);
}

static struct hr_table *make(const struct fixture *f, u32 what, gfp_t gfp)
{
	u32 grid = f->cfg.grid;

	switch (what) {
	case 0:
		return hr_view_compose(&f->view, f->view.frontier, grid, gfp,
				       plain);
	case 1:
		return hr_table_without(f->view.from, f->view.table, grid, gfp,
					plain);
	case 2:
		return hr_table_settle(f->view.table, grid, gfp, plain);
	default:
		return hr_table_rollback(f->origin, f->view.table, grid, gfp,
					 plain);
	}
}

static u32 fixture_refs(const struct fixture *f)
{
	return unit_refs(f->view.table) + unit_refs(f->origin);
}

static void fail_each(const struct fixture *f)
{
	struct kunit *test = f->test;
	u32 refs = fixture_refs(f), what, n;
	struct hr_table *t, *again;
	bool failed;

	for (what = 0; what < 4; what++) {
		t = NULL;
		n = 0;
		do {
			hr_table_put(t, plain);
			KUNIT_ASSERT_EQ(test, fixture_refs(f), refs);
			unit_fail_nth(++n);
			t = make(f, what, GFP_KERNEL);
			failed = unit_failed();
			KUNIT_ASSERT_TRUE(test, !failed || !t || UNIT_OTHER_WAYS);
		} while (failed);
		KUNIT_ASSERT_NOT_NULL(test, t);
		KUNIT_ASSERT_GT(test, n, 6);
		unit_fail_nth(1);
		again = make(f, what, GFP_KERNEL | __GFP_NOFAIL);
		unit_failed();
		KUNIT_ASSERT_NOT_NULL(test, again);
		KUNIT_ASSERT_EQ(test, hr_digest_map(t), hr_digest_map(again));
		hr_table_put(t, plain);
		hr_table_put(again, plain);
		KUNIT_ASSERT_EQ(test, fixture_refs(f), refs);
	}
}

static void memory_fails(struct kunit *test)
{
	struct fixture f;
	struct hr_op *ops;
	int ret;
	u32 nr;

	unit_want_failures(test);
	fixture_init(test, &f, &hr_place_hash, 0);
	fail_each(&f);
	unit_fail_nth(1);
	ret = hr_rollback_ops(f.origin, f.view.table, &ops, &nr, GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, unit_failed());
	KUNIT_ASSERT_EQ(test, ret, -ENOMEM);
	KUNIT_ASSERT_NULL(test, ops);
	KUNIT_ASSERT_EQ(test, nr, 0);
	ret = hr_rollback_ops(f.origin, f.view.table, &ops, &nr, GFP_KERNEL);
	KUNIT_ASSERT_EQ(test, ret, 0);
	KUNIT_ASSERT_EQ(test, nr, 1);
	KUNIT_ASSERT_STREQ(test, ops[0].name, "n3");
	KUNIT_ASSERT_EQ(test, ops[0].attrs.state, HASHRING_NODE_DOWN);
	kvfree(ops);
	fixture_free(&f);

	fixture_init(test, &f, &hr_place_balanced, HR_MIN_GRID);
	fail_each(&f);
	fixture_free(&f);
}

static void memory_fails_a_change(struct kunit *test)
{
	struct hr_op ops[] = {
		unit_del("a"), unit_replace("b", "e"), unit_add("f"),
	};

	unit_want_failures(test);
	unit_leave_without_memory(test->priv, ops, ARRAY_SIZE(ops));
}

/* Tables without a leaving node to remove are shared. */
static void shared(struct kunit *test)
{
	struct unit_ring *ring = test->priv;
	struct hr_view view = { .table = ring->table };
	struct hr_table *t[3];
	u32 i;

	t[0] = hr_table_settle(ring->table, 0, GFP_KERNEL, plain);
	t[1] = hr_table_without(ring->table, ring->table, 0, GFP_KERNEL, plain);
	t[2] = hr_view_compose(&view, 5, 0, GFP_KERNEL, plain);
	for (i = 0; i < 3; i++) {
		KUNIT_ASSERT_PTR_EQ(test, t[i], ring->table);
		hr_table_put(t[i], plain);
	}
	KUNIT_ASSERT_EQ(test, refcount_read(&ring->table->refs), 1);
}

static struct kunit_case leave_cases[] = {
	KUNIT_CASE(leaving_nodes_keep_slots),
	KUNIT_CASE(leaving_nodes_keep_ids),
	KUNIT_CASE(change_without_leaving_frees_ids),
	KUNIT_CASE(no_operation_sets_leaving),
	KUNIT_CASE(leaving_nodes_have_no_weight),
	KUNIT_CASE(ids_after_rollback),
	KUNIT_CASE(memory_fails_a_change),
	KUNIT_CASE(shared),
	KUNIT_CASE(too_many),
	KUNIT_CASE(memory_fails),
	{}
};

struct kunit_suite leave_suite = {
	.name = "hashring_leave",
	.init = setup,
	.exit = teardown,
	.test_cases = leave_cases,
};
