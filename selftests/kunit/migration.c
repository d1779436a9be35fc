// SPDX-License-Identifier: GPL-2.0-only
#include "migration.h"

static struct model_nodes after;	/* the nodes after the present change */

static void put(struct hr_table *t)
{
	hr_table_put(t, &hr_node_plain_ops);
}

static void replace(struct kunit *test, struct hr_table **which,
		    struct hr_table *t)
{
	KUNIT_ASSERT_NOT_NULL(test, t);
	put(*which);
	*which = t;
}

static struct hr_table *compose(const struct migration *m)
{
	return hr_view_compose(&m->view, m->view.frontier, m->model.cfg.grid,
			       GFP_KERNEL, &hr_node_plain_ops);
}

/* A node that is down in the next table may own no position. */
static void less_down(struct migration *m, const struct hr_table *table)
{
	struct hr_table **maps[] = { &m->view.from, &m->view.base };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(maps); i++)
		replace(m->test, maps[i],
			hr_table_without(*maps[i], table, m->model.cfg.grid,
					 GFP_KERNEL, &hr_node_plain_ops));
}

void migration_init(struct kunit *test, struct migration *m,
		    enum migration_kind kind, u32 seed)
{
	struct unit_ring ring;

	memset(m, 0, sizeof(*m));
	m->test = test;
	m->random.state = seed;
	m->next_id = 1;
	switch (kind) {
	case MIGRATION_EXPLICIT:
		unit_ring_init(test, &ring, &hr_place_explicit, 1, 1);
		break;
	case MIGRATION_BALANCED:
		unit_ring_init(test, &ring, &hr_place_balanced, 0, 0);
		ring.cfg.grid = HR_MIN_GRID;
		break;
	default:
		unit_ring_init(test, &ring,
			       kind == MIGRATION_WIDE ? &hr_place_hash :
							&model_narrow[kind],
			       6, 1);
	}
	model_begin(&m->model, test, &ring.cfg);
	m->view.table = ring.table;
	m->shadow = hr_table_get(ring.table);
}

void migration_free(struct migration *m)
{
	put(m->view.table);
	put(m->view.from);
	put(m->view.base);
	put(m->origin);
	put(m->shadow);
}

static struct hr_op add_op(struct migration *m, const char *name)
{
	struct hr_op op = unit_weight(unit_id(unit_add(name), m->next_id++),
				      1 + unit_below(&m->random, 3));
	u32 n = 1 + unit_below(&m->random, 6), i;

	if (m->model.cfg.place != &hr_place_explicit)
		return op;
	op = unit_points(op, kvmalloc(n * sizeof(u32), GFP_KERNEL), n);
	for (i = 0; i < n; i++)
		op.points[i] = unit_below(&m->random, 40) * 0x06906906U +
			       unit_below(&m->random, 3) - 1;
	return op;
}

static struct hr_op set_op(struct migration *m, const char *name)
{
	char other[8];

	switch (unit_below(&m->random, 5)) {
	case 0:
		return unit_weight(unit_set(name),
				   1 + unit_below(&m->random, 3));
	case 1:
		snprintf(other, sizeof(other), "n%u",
			 unit_below(&m->random, 2 * MIGRATION_NAMES));
		return unit_id(unit_replace(name, other), m->next_id++);
	case 2:
		return unit_state(unit_set(name),
				  unit_below(&m->random, 2) ?
					  HASHRING_NODE_ACTIVE :
					  HASHRING_NODE_DRAINING);
	default:
		return unit_below(&m->random, 8) ? unit_del(name) :
						   unit_now(unit_del(name));
	}
}

static struct hr_op down_op(struct migration *m, const char *name)
{
	if (unit_below(&m->random, 2))
		return unit_now(unit_del(name));
	return unit_state(unit_set(name), HASHRING_NODE_DOWN);
}

/* On a leaving node: mostly an operation that can be done. */
static struct hr_op leaving_op(struct migration *m, const char *name)
{
	switch (unit_below(&m->random, 8)) {
	case 0:
		return add_op(m, name);
	case 1:
		return set_op(m, name);
	default:
		return down_op(m, name);
	}
}

u32 migration_ops(struct migration *m, struct hr_op *ops, u32 nr)
{
	u32 first = unit_below(&m->random, MIGRATION_NAMES), n = 0, i;
	const struct hr_node *leaving;
	char name[8];

	nr = 1 + unit_below(&m->random, nr);
	for (i = 0; i < nr || !n; i++) {
		snprintf(name, sizeof(name), "n%u",
			 (first + i) % MIGRATION_NAMES);
		leaving = hr_table_find_leaving(m->view.table, name);
		/* Every operation on a leaving node that is down is refused. */
		if (leaving && leaving->attrs.state == HASHRING_NODE_DOWN &&
		    unit_below(&m->random, 8))
			continue;
		if (leaving)
			ops[n++] = leaving_op(m, name);
		else
			ops[n++] = hr_table_find(m->view.table, name) ?
					   set_op(m, name) : add_op(m, name);
	}
	return n;
}

void migration_ops_free(struct hr_op *ops, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		kvfree(ops[i].points);
}

/*
 * The change for a ring without leaving nodes, in @to: without operations that take a
 * leaving node down. False if another operation uses the name of a leaving node.
 */
static bool ops_of_shadow(const struct migration *m, const struct hr_op *ops,
			  u32 nr, struct hr_op *to, u32 *nr_to)
{
	const struct hr_table *t = m->view.table;
	const struct hr_node *leaving;
	u32 i;

	*nr_to = 0;
	for (i = 0; i < nr; i++) {
		leaving = hr_table_find_leaving(t, ops[i].name);
		if (leaving && (leaving->attrs.state == HASHRING_NODE_DOWN ||
				!model_downs_only(&ops[i])))
			return false;
		if (ops[i].kind == HASHRING_OP_REPLACE &&
		    hr_table_find_leaving(t, ops[i].new_name))
			return false;
		if (!leaving)
			to[(*nr_to)++] = ops[i];
	}
	return true;
}

/* The same change of the ring without leaving nodes has the same result. */
static void change_shadow(struct migration *m, const struct hr_op *ops, u32 nr,
			  int want)
{
	static struct hr_op rest[MIGRATION_NAMES];
	struct kunit *test = m->test;
	struct hr_table *next = NULL;
	struct hr_error err;

	if (!ops_of_shadow(m, ops, nr, rest, &nr)) {
		KUNIT_ASSERT_TRUE(test, want);
		return;
	}
	if (!nr) {
		KUNIT_ASSERT_EQ(test, want, 0);
		return;
	}
	KUNIT_ASSERT_EQ(test,
			hr_change_build(&m->model.cfg, m->shadow, rest, nr,
					U32_MAX, false, &hr_node_plain_ops,
					GFP_KERNEL, &next, &err),
			want);
	if (!want)
		replace(test, &m->shadow, next);
}

/*
 * The next table, with the nodes after the change; NULL if the change is
 * refused. The model must agree, and the result must be the same with and
 * without leaving nodes, but for the names of leaving nodes.
 */
static struct hr_table *build(struct migration *m, const struct hr_op *ops,
			      u32 nr, bool leave)
{
	const struct hr_config *cfg = &m->model.cfg;
	struct kunit *test = m->test;
	struct hr_table *next = NULL;
	enum model_verdict verdict;
	struct hr_error err;
	int ret;

	verdict = model_apply(&m->model.nodes, ops, nr, U32_MAX, leave, &after);
	ret = hr_change_build(cfg, m->view.table, ops, nr, U32_MAX, leave,
			      &hr_node_plain_ops, GFP_KERNEL, &next, &err);
	KUNIT_ASSERT_EQ(test, verdict, ret ? MODEL_BAD : MODEL_GOOD);
	change_shadow(m, ops, nr, ret);
	return next;
}

/* @stay: the map before stays, and the frontier too. */
static void publish(struct migration *m, struct hr_table *next, bool stay)
{
	struct kunit *test = m->test;

	model_hold(&m->model, m->view.frontier, stay);
	if (hr_view_settled(&m->view)) {
		m->origin = hr_table_get(m->view.table);
		m->view.base = hr_table_get(m->view.table);
		m->view.from = hr_table_get(m->view.table);
	} else if (!stay) {
		replace(test, &m->view.from, compose(m));
	}
	replace(test, &m->view.table, next);
	if (!stay)
		m->view.frontier = 0;
	less_down(m, next);
	model_publish(&m->model, &after, next);
}

bool migration_hold(struct migration *m, const struct hr_op *ops, u32 nr)
{
	struct hr_table *next = build(m, ops, nr, true);

	if (!next)
		return false;
	publish(m, next, false);
	m->changes++;
	return true;
}

bool migration_release(struct migration *m, const struct hr_op *ops, u32 nr)
{
	struct kunit *test = m->test;
	struct hr_table *next = build(m, ops, nr, true);

	KUNIT_ASSERT_EQ(test, m->view.frontier, HR_WHOLE_RING);
	if (!next)
		return false;
	publish(m, next, true);
	m->changes++;
	return true;
}

bool migration_change(struct migration *m, const struct hr_op *ops, u32 nr)
{
	struct kunit *test = m->test;
	struct hr_table *next = build(m, ops, nr, false);

	KUNIT_ASSERT_TRUE(test, hr_view_settled(&m->view));
	if (!next)
		return false;
	replace(test, &m->view.table, next);
	model_publish(&m->model, &after, next);
	return true;
}

void migration_down(struct migration *m, const char *name)
{
	struct hr_op op = down_op(m, name);
	struct kunit *test = m->test;
	struct hr_table *next = build(m, &op, 1, true);

	KUNIT_ASSERT_NOT_NULL(test, next);
	publish(m, next, true);
}

/* Operations that take down in @t the nodes that are down in the model. */
static u32 down_ops(const struct hr_table *t, struct hr_op *ops)
{
	u32 i, n = 0;

	for (i = 0; i < t->nr_nodes; i++) {
		const char *name = t->by_name[i]->name;

		if (model_find(&after, name)->state != t->by_name[i]->attrs.state)
			ops[n++] = unit_state(unit_set(name),
					      HASHRING_NODE_DOWN);
	}
	return n;
}

static void change_table(struct migration *m, struct hr_table **t,
			 const struct hr_op *ops, u32 nr, bool leave)
{
	struct kunit *test = m->test;
	struct hr_table *next = NULL;
	struct hr_error err;

	if (!nr)
		return;
	KUNIT_ASSERT_EQ(test,
			hr_change_build(&m->model.cfg, *t, ops, nr, U32_MAX,
					leave, &hr_node_plain_ops, GFP_KERNEL,
					&next, &err),
			0);
	replace(test, t, next);
}

void migration_rollback(struct migration *m)
{
	static struct hr_op downs[MIGRATION_NAMES];
	struct hr_table *to, *want = hr_table_get(m->origin);
	struct kunit *test = m->test;
	struct hr_op *ops;
	u32 nr;

	model_rollback(&m->model, &after);
	change_table(m, &want, downs, down_ops(m->origin, downs), false);
	to = hr_table_rollback(m->origin, m->view.table, m->model.cfg.grid,
			       GFP_KERNEL, &hr_node_plain_ops);
	KUNIT_ASSERT_NOT_NULL(test, to);
	KUNIT_ASSERT_EQ(test,
			hr_rollback_ops(m->origin, m->view.table, &ops, &nr,
					GFP_KERNEL),
			0);
	KUNIT_ASSERT_EQ(test, !nr, !ops);
	change_table(m, &to, ops, nr, true);
	if (nr)
		kvfree(ops);
	model_hold(&m->model, m->view.frontier, false);
	replace(test, &m->view.from, compose(m));
	less_down(m, to);
	replace(test, &m->view.table, to);
	m->view.frontier = 0;
	model_publish(&m->model, &after, to);
	replace(test, &m->shadow, want);
	m->changes++;
}

void migration_settle(struct migration *m)
{
	bool back = !m->view.frontier;
	struct kunit *test = m->test;
	struct hr_table *t;

	if (back) {
		/* A rollback by the frontier: one change, no node down. */
		KUNIT_ASSERT_EQ(test, m->changes, 1);
		KUNIT_ASSERT_EQ(test, model_downs(&m->model), 0);
		t = hr_table_get(m->origin);
		replace(test, &m->shadow, hr_table_get(t));
	} else {
		KUNIT_ASSERT_EQ(test, m->view.frontier, HR_WHOLE_RING);
		t = hr_table_settle(m->view.table, m->model.cfg.grid,
				    GFP_KERNEL, &hr_node_plain_ops);
		KUNIT_ASSERT_NOT_NULL(test, t);
		KUNIT_ASSERT_EQ(test, t == m->view.table,
				!m->view.table->nr_leaving);
	}
	put(m->view.table);
	put(m->view.from);
	put(m->view.base);
	put(m->origin);
	m->view = (struct hr_view) { .table = t };
	m->origin = NULL;
	m->changes = 0;
	model_settle(&m->model, back, t);
}

void migration_check(struct migration *m)
{
	const struct hr_table *t = m->view.table;
	struct kunit *test = m->test;
	struct hr_table *composed = compose(m);
	u32 i;

	cond_resched();
	model_check(&m->model, &m->view);
	KUNIT_ASSERT_EQ(test, hr_digest_map(t), hr_digest_map(m->shadow));
	KUNIT_ASSERT_EQ(test, hr_digest_members(&m->model.cfg, t),
			hr_digest_members(&m->model.cfg, m->shadow));
	KUNIT_ASSERT_NOT_NULL(test, composed);
	for (i = 0; i < 100; i++)
		model_check_at(&m->model, &m->view, composed,
			       unit_random(&m->random));
	put(composed);
}
