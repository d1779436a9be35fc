// SPDX-License-Identifier: GPL-2.0-only
#include <linux/sort.h>

#include "moving.h"
#include "ref.h"

u32 moving_owner(const struct moving_map *map, u32 pos)
{
	u32 i;

	for (i = 0; i < map->n; i++)
		if (map->points[i].pos >= pos)
			return map->points[i].id;
	return map->n ? map->points[0].id : HR_NO_ID;
}

void moving_copy(struct kunit *test, struct moving_map *map,
		 const struct hr_table *t)
{
	u32 i;

	KUNIT_ASSERT_TRUE(test, t->nr_points <= MOVING_POINTS);
	map->n = t->nr_points;
	for (i = 0; i < t->nr_points; i++)
		map->points[i] = (struct moving_point) {
			.pos = t->points[i].pos,
			.id = t->nodes[t->points[i].slot]->attrs.id,
		};
}

static void add_point(struct kunit *test, struct moving_map *map, u32 pos,
		      u32 id)
{
	KUNIT_ASSERT_TRUE(test, map->n < MOVING_POINTS);
	map->points[map->n++] = (struct moving_point) { .pos = pos, .id = id };
}

/* What is in force, which becomes what the next change comes from. */
static void compose(struct moving *m)
{
	struct kunit *test = m->test;
	static struct moving_map map;
	u64 f = m->view.frontier;
	u32 i;

	map.n = 0;
	for (i = 0; i < m->to.n; i++)
		if (m->to.points[i].pos < f)
			map.points[map.n++] = m->to.points[i];
	if (f)
		add_point(test, &map, f - 1, moving_owner(&m->to, f - 1));
	for (i = 0; i < m->from.n; i++)
		if (m->from.points[i].pos >= f)
			add_point(test, &map, m->from.points[i].pos,
				  m->from.points[i].id);
	if (f <= U32_MAX)
		add_point(test, &map, U32_MAX, moving_owner(&m->from, U32_MAX));
	m->from = map;
}

static void take_down(struct moving_map *map, u32 id)
{
	u32 i, n = 0;

	for (i = 0; i < map->n; i++)
		if (map->points[i].id != id)
			map->points[n++] = map->points[i];
	map->n = n;
}

static void become(struct kunit *test, struct hr_table **which,
		   struct hr_table *t)
{
	KUNIT_ASSERT_NOT_NULL(test, t);
	hr_table_put(*which, &hr_node_plain_ops);
	*which = t;
}

/* Nobody that is down in the next table may own anything. */
static void less_down(struct moving *m, const struct hr_table *table)
{
	struct kunit *test = m->test;
	struct hr_table *less;
	u32 i;

	less = hr_table_without(m->view.from, table, m->cfg.grid, GFP_KERNEL,
				&hr_node_plain_ops);
	become(test, &m->view.from, less);
	less = hr_table_without(m->view.base, table, m->cfg.grid, GFP_KERNEL,
				&hr_node_plain_ops);
	become(test, &m->view.base, less);
	for (i = 0; i < table->nr_slots; i++) {
		if (!table->nodes[i] ||
		    table->nodes[i]->attrs.state != HASHRING_NODE_DOWN)
			continue;
		take_down(&m->from, table->nodes[i]->attrs.id);
		take_down(&m->base, table->nodes[i]->attrs.id);
	}
}

static int by_pos(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return (x > y) - (x < y);
}

u32 moving_ends(const struct moving_map *a, const struct moving_map *b,
		u64 *ends)
{
	u32 n = 0, i, k = 0;

	for (i = 0; i < a->n; i++)
		ends[n++] = (u64)a->points[i].pos + 1;
	for (i = 0; i < b->n; i++)
		ends[n++] = (u64)b->points[i].pos + 1;
	ends[n++] = HR_WHOLE_RING;
	sort(ends, n, sizeof(*ends), by_pos, NULL);
	for (i = 0; i < n; i++)
		if (!k || ends[k - 1] != ends[i])
			ends[k++] = ends[i];
	return k;
}

void moving_init(struct kunit *test, struct moving *m, enum moving_kind kind,
		 u32 seed)
{
	struct unit_ring ring;

	memset(m, 0, sizeof(*m));
	m->test = test;
	m->random.state = seed;
	m->next_id = 1;
	switch (kind) {
	case MOVING_EXPLICIT:
		unit_ring_init(test, &ring, &hr_place_explicit, 1, 1);
		break;
	case MOVING_BALANCED:
		unit_ring_init(test, &ring, &hr_place_balanced, 0, 0);
		ring.cfg.grid = HR_MIN_GRID;
		break;
	default:
		unit_ring_init(test, &ring,
			       kind == MOVING_WIDE ? &hr_place_hash :
						     &ref_place[kind],
			       6, 1);
	}
	m->cfg = ring.cfg;
	m->view.table = ring.table;
	m->shadow = hr_table_get(ring.table);
}

void moving_free(struct moving *m)
{
	hr_table_put(m->view.table, &hr_node_plain_ops);
	hr_table_put(m->view.from, &hr_node_plain_ops);
	hr_table_put(m->view.base, &hr_node_plain_ops);
	hr_table_put(m->origin, &hr_node_plain_ops);
	hr_table_put(m->shadow, &hr_node_plain_ops);
}

static struct hr_op add_op(struct moving *m, const char *name)
{
	struct hr_op op = unit_weight(unit_id(unit_add(name), m->next_id++),
				      1 + unit_below(&m->random, 3));
	u32 n = 1 + unit_below(&m->random, 6), i;

	if (m->cfg.place != &hr_place_explicit)
		return op;
	op = unit_points(op, kvmalloc(n * sizeof(u32), GFP_KERNEL), n);
	for (i = 0; i < n; i++)
		op.points[i] = unit_below(&m->random, 40) * 0x06906906U +
			       unit_below(&m->random, 3) - 1;
	return op;
}

static struct hr_op set_op(struct moving *m, const char *name)
{
	char other[8];

	switch (unit_below(&m->random, 5)) {
	case 0:
		return unit_weight(unit_set(name),
				   1 + unit_below(&m->random, 3));
	case 1:
		snprintf(other, sizeof(other), "n%u",
			 unit_below(&m->random, 2 * MOVING_NAMES));
		return unit_id(unit_replace(name, other), m->next_id++);
	case 2:
		return unit_state(unit_set(name),
				  unit_below(&m->random, 2) ?
					  HASHRING_NODE_ACTIVE :
					  HASHRING_NODE_DRAINING);
	default:
		return unit_del(name);
	}
}

u32 moving_ops(struct moving *m, struct hr_op *ops, u32 nr)
{
	u32 first = unit_below(&m->random, MOVING_NAMES), i;
	char name[8];

	nr = 1 + unit_below(&m->random, nr);
	for (i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "n%u", (first + i) % MOVING_NAMES);
		ops[i] = hr_table_find(m->view.table, name) ?
				 set_op(m, name) : add_op(m, name);
	}
	return nr;
}

void moving_ops_free(struct hr_op *ops, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		kvfree(ops[i].points);
}

/* The next table; refused alike with and without nodes that are leaving. */
static struct hr_table *build(struct moving *m, const struct hr_op *ops, u32 nr,
			      bool leave)
{
	struct kunit *test = m->test;
	struct hr_table *next = NULL, *plain = NULL;
	struct hr_error err;
	int ret;

	ret = hr_change_build(&m->cfg, m->view.table, ops, nr, U32_MAX, leave,
			      &hr_node_plain_ops, GFP_KERNEL, &next, &err);
	KUNIT_ASSERT_EQ(test,
			hr_change_build(&m->cfg, m->shadow, ops, nr, U32_MAX,
					false, &hr_node_plain_ops, GFP_KERNEL,
					&plain, &err),
			ret);
	if (ret)
		return NULL;
	hr_table_put(m->shadow, &hr_node_plain_ops);
	m->shadow = plain;
	return next;
}

static bool is_down(const struct moving *m, u32 slot)
{
	return m->view.table->nodes[slot]->attrs.state == HASHRING_NODE_DOWN;
}

/* Nothing has moved, but what is at nodes that are down. */
static void assert_unmoved(const struct moving *m, const struct hr_view *was)
{
	struct kunit *test = m->test;
	static u64 ends[2 * MOVING_POINTS + 1];
	u32 n = moving_ends(&m->from, &m->to, ends), i, d;

	for (i = 0; i < n; i++) {
		for (d = 0; d < 3; d++) {
			u32 pos = ends[i] - 2 + d;
			struct hr_node *old = hr_view_owner(was, pos);
			struct hr_node *new = hr_view_owner(&m->view, pos);

			if (new)
				KUNIT_ASSERT_TRUE(test,
						  new->attrs.state !=
							  HASHRING_NODE_DOWN);
			if (old && is_down(m, old->slot))
				continue;
			KUNIT_ASSERT_EQ(test, !old, !new);
			if (old)
				KUNIT_ASSERT_EQ(test, old->attrs.id,
						new->attrs.id);
		}
	}
}

/* What is set to another state is not down any more. */
static void note_up(struct moving *m, const struct hr_op *ops, u32 nr)
{
	const struct hr_node *node;
	u32 i, k, n = 0;

	for (i = 0; i < nr; i++) {
		if (ops[i].kind != HASHRING_OP_SET ||
		    !(ops[i].has & HR_HAS_ATTR(STATE)))
			continue;
		node = hr_table_find(m->view.table, ops[i].name);
		for (k = 0, n = 0; k < m->nr_down; k++)
			if (m->down[k] != node->attrs.id)
				m->down[n++] = m->down[k];
		m->nr_down = n;
	}
}

bool moving_hold(struct moving *m, const struct hr_op *ops, u32 nr)
{
	struct kunit *test = m->test;
	struct hr_view was = m->view;
	struct hr_table *next = build(m, ops, nr, true);
	gfp_t gfp = GFP_KERNEL;

	if (!next)
		return false;
	if (!was.from) {
		m->origin = hr_table_get(was.table);
		m->view.base = hr_table_get(was.table);
		m->view.from = hr_table_get(was.table);
		m->base = m->to;
		m->from = m->to;
	} else {
		m->view.from = hr_view_compose(&was, was.frontier, m->cfg.grid,
					       gfp, &hr_node_plain_ops);
		KUNIT_ASSERT_NOT_NULL(test, m->view.from);
		compose(m);
	}
	m->view.table = next;
	m->view.frontier = 0;
	moving_copy(test, &m->to, next);
	note_up(m, ops, nr);
	m->changes++;
	assert_unmoved(m, &was);
	if (was.from)
		hr_table_put(was.from, &hr_node_plain_ops);
	hr_table_put(was.table, &hr_node_plain_ops);
	return true;
}

bool moving_change(struct moving *m, const struct hr_op *ops, u32 nr)
{
	struct kunit *test = m->test;
	struct hr_table *next = build(m, ops, nr, false);

	KUNIT_ASSERT_TRUE(test, hr_view_settled(&m->view));
	if (!next)
		return false;
	become(test, &m->view.table, next);
	moving_copy(test, &m->to, next);
	return true;
}

void moving_down(struct moving *m, const char *name)
{
	struct kunit *test = m->test;
	struct hr_node *node = hr_table_find(m->view.table, name);
	struct hr_op op = unit_state(unit_set(name), HASHRING_NODE_DOWN);
	struct hr_view was = m->view;
	u32 id;

	KUNIT_ASSERT_NOT_NULL(test, node);
	id = node->attrs.id;
	if (hr_view_settled(&was)) {
		KUNIT_ASSERT_TRUE(test, moving_change(m, &op, 1));
		return;
	}
	m->view.table = build(m, &op, 1, true);
	KUNIT_ASSERT_NOT_NULL(test, m->view.table);
	hr_table_get(was.from);
	less_down(m, m->view.table);
	moving_copy(test, &m->to, m->view.table);
	assert_unmoved(m, &was);
	KUNIT_ASSERT_TRUE(test, m->nr_down < ARRAY_SIZE(m->down));
	m->down[m->nr_down++] = id;
	hr_table_put(was.table, &hr_node_plain_ops);
	hr_table_put(was.from, &hr_node_plain_ops);
}

/* What the way back has to lead to: less what is down, of what was not. */
static struct hr_table *origin_less_down(const struct moving *m)
{
	struct kunit *test = m->test;
	static struct hr_op ops[64];
	struct hr_table *t = NULL;
	struct hr_error err;
	u32 i, k, n = 0;

	for (i = 0; i < m->origin->nr_nodes; i++) {
		struct hr_node *node = m->origin->by_name[i];

		for (k = 0; k < m->nr_down; k++) {
			if (m->down[k] != node->attrs.id ||
			    node->attrs.state == HASHRING_NODE_DOWN)
				continue;
			ops[n++] = unit_state(unit_set(node->name),
					      HASHRING_NODE_DOWN);
			break;
		}
	}
	if (!n)
		return hr_table_get(m->origin);
	KUNIT_ASSERT_EQ(test,
			hr_change_build(&m->cfg, m->origin, ops, n, U32_MAX,
					false, &hr_node_plain_ops, GFP_KERNEL,
					&t, &err),
			0);
	return t;
}

void moving_recall(struct moving *m)
{
	struct kunit *test = m->test;
	struct hr_table *to, *want = origin_less_down(m);
	struct hr_view was = m->view;
	struct hr_error err;
	struct hr_op *ops;
	u32 nr;

	to = hr_table_rollback(m->origin, was.table, m->cfg.grid, GFP_KERNEL,
			       &hr_node_plain_ops);
	KUNIT_ASSERT_NOT_NULL(test, to);
	KUNIT_ASSERT_EQ(test,
			hr_rollback_ops(m->origin, was.table, &ops, &nr,
					GFP_KERNEL),
			0);
	KUNIT_ASSERT_EQ(test, !nr, !ops);
	if (nr) {
		struct hr_table *less = NULL;

		KUNIT_ASSERT_EQ(test,
				hr_change_build(&m->cfg, to, ops, nr, U32_MAX,
						true, &hr_node_plain_ops,
						GFP_KERNEL, &less, &err),
				0);
		become(test, &to, less);
		kvfree(ops);
	}
	KUNIT_ASSERT_EQ(test, hr_digest_map(to), hr_digest_map(want));
	KUNIT_ASSERT_EQ(test, hr_digest_members(&m->cfg, to),
			hr_digest_members(&m->cfg, want));
	m->view.from = hr_view_compose(&was, was.frontier, m->cfg.grid,
				       GFP_KERNEL, &hr_node_plain_ops);
	KUNIT_ASSERT_NOT_NULL(test, m->view.from);
	compose(m);
	less_down(m, to);
	m->view.table = to;
	m->view.frontier = 0;
	moving_copy(test, &m->to, to);
	become(test, &m->shadow, want);
	m->changes++;
	assert_unmoved(m, &was);
	hr_table_put(was.table, &hr_node_plain_ops);
	hr_table_put(was.from, &hr_node_plain_ops);
}

void moving_settle(struct moving *m)
{
	struct kunit *test = m->test;
	struct hr_view was = m->view;
	struct hr_table *t;

	if (!was.frontier) {
		/* The way back by the frontier: one change, nothing down. */
		KUNIT_ASSERT_EQ(test, m->changes, 1);
		KUNIT_ASSERT_EQ(test, m->nr_down, 0);
		t = hr_table_get(m->origin);
		become(test, &m->shadow, hr_table_get(t));
	} else {
		KUNIT_ASSERT_EQ(test, was.frontier, HR_WHOLE_RING);
		t = hr_table_settle(was.table, m->cfg.grid, GFP_KERNEL,
				    &hr_node_plain_ops);
		KUNIT_ASSERT_NOT_NULL(test, t);
		KUNIT_ASSERT_EQ(test, t == was.table, !was.table->nr_leaving);
	}
	KUNIT_ASSERT_EQ(test, t->nr_leaving, 0);
	m->view = (struct hr_view) { .table = t };
	moving_copy(test, &m->to, t);
	if (was.frontier)
		assert_unmoved(m, &was);
	m->changes = 0;
	m->nr_down = 0;
	hr_table_put(was.table, &hr_node_plain_ops);
	hr_table_put(was.from, &hr_node_plain_ops);
	hr_table_put(was.base, &hr_node_plain_ops);
	hr_table_put(m->origin, &hr_node_plain_ops);
	m->origin = NULL;
}
