// SPDX-License-Identifier: GPL-2.0-only
#include "core/table_build.h"
#include "unit.h"

/* SplitMix64. */
u32 unit_random(struct unit_random *random)
{
	u64 x = random->state += 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return (x ^ x >> 31) >> 32;
}

u32 unit_below(struct unit_random *random, u32 n)
{
	return (u64)unit_random(random) * n >> 32;
}

static void free_it(void *p)
{
	kvfree(p);
}

void *unit_alloc(struct kunit *test, size_t n, size_t size)
{
	void *p = kvcalloc(n, size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_it, p), 0);
	return p;
}

void unit_ring_init(struct kunit *test, struct unit_ring *ring,
		    const struct hr_place_ops *place, u32 points, u32 per)
{
	u32 i;

	memset(ring, 0, sizeof(*ring));
	ring->test = test;
	ring->cfg.place = place;
	ring->cfg.points = points;
	ring->cfg.per = per;
	for (i = 0; i < HR_SEED_LEN; i++)
		ring->cfg.seed[i] = 17 * i + 3;
	hr_keys_derive(&ring->cfg.keys, ring->cfg.seed);
	ring->table = hr_table_empty(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ring->table);
}

void unit_ring_free(struct unit_ring *ring)
{
	hr_table_put(ring->table, &hr_node_plain_ops);
}

/* A temporary copy of an operation, in one of several buffers in turn. */
static struct hr_op *copy_op(const struct hr_op *op)
{
	static struct hr_op ops[64];
	static u32 next;
	struct hr_op *copy = &ops[next++ % ARRAY_SIZE(ops)];

	*copy = *op;
	return copy;
}

struct hr_op *unit_op_on(u8 kind, const char *name)
{
	static const struct hr_op nothing;
	struct hr_op *op = copy_op(&nothing);

	op->kind = kind;
	strscpy(op->name, name, sizeof(op->name));
	return op;
}

struct hr_op *unit_op_replace(const char *name, const char *new_name)
{
	struct hr_op *op = unit_op_on(HASHRING_OP_REPLACE, name);

	strscpy(op->new_name, new_name, sizeof(op->new_name));
	return op;
}

struct hr_op *unit_op_weight(const struct hr_op *from, u32 weight)
{
	struct hr_op *op = copy_op(from);

	op->has |= HR_HAS_ATTR(WEIGHT);
	op->attrs.weight = weight;
	return op;
}

struct hr_op *unit_op_state(const struct hr_op *from, u8 state)
{
	struct hr_op *op = copy_op(from);

	op->has |= HR_HAS_ATTR(STATE);
	op->attrs.state = state;
	return op;
}

struct hr_op *unit_op_id(const struct hr_op *from, u32 id)
{
	struct hr_op *op = copy_op(from);

	op->has |= HR_HAS_ATTR(ID);
	op->attrs.id = id;
	return op;
}

struct hr_op *unit_op_seat(const struct hr_op *from, const char *seat)
{
	struct hr_op *op = copy_op(from);

	op->has |= HR_HAS(SEAT);
	strscpy(op->seat, seat, sizeof(op->seat));
	return op;
}

struct hr_op *unit_op_deadline(const struct hr_op *from, u64 ms)
{
	struct hr_op *op = copy_op(from);

	op->has |= HR_HAS(DEADLINE);
	op->deadline = ms;
	return op;
}

struct hr_op *unit_op_now(const struct hr_op *from)
{
	struct hr_op *op = copy_op(from);

	op->has |= HR_HAS(NOW);
	return op;
}

struct hr_op *unit_op_points(const struct hr_op *from, u32 *points, u32 n)
{
	struct hr_op *op = copy_op(from);

	op->has |= HR_HAS(POINTS);
	op->points = points;
	op->nr_points = n;
	return op;
}

struct hr_op *unit_op_cells(const struct hr_op *from, struct hr_run *cells,
			    u32 n)
{
	struct hr_op *op = copy_op(from);

	op->has |= HR_HAS(CELLS);
	op->cells = cells;
	op->nr_cells = n;
	return op;
}

struct hr_table *unit_next(const struct unit_ring *ring,
			   const struct hr_op *ops, u32 nr_ops)
{
	struct kunit *test = ring->test;
	struct hr_table *next = NULL;
	struct hr_error err;
	int ret;

	cond_resched();
	ret = hr_change_build(&ring->cfg, ring->table, ops, nr_ops, U32_MAX, false,
			      &hr_node_plain_ops, GFP_KERNEL, &next, &err);
	if (ret)
		KUNIT_FAIL_AND_ABORT(test, "operation %u: %s (%d)", err.op,
				     err.text, ret);
	return next;
}

void unit_change_impact(struct unit_ring *ring, const struct hr_op *ops,
			u32 nr_ops, struct hr_impact *impact)
{
	struct kunit *test = ring->test;
	struct hr_table *next = unit_next(ring, ops, nr_ops);

	if (impact)
		KUNIT_ASSERT_EQ(test,
				hr_impact(ring->table, next, GFP_KERNEL,
					  impact),
				0);
	hr_table_put(ring->table, &hr_node_plain_ops);
	ring->table = next;
}

void unit_change(struct unit_ring *ring, const struct hr_op *ops, u32 nr_ops)
{
	unit_change_impact(ring, ops, nr_ops, NULL);
}

void unit_change_one(struct unit_ring *ring, struct hr_op op)
{
	unit_change(ring, &op, 1);
}

int unit_leave(const struct unit_ring *ring, const struct hr_op *ops,
	       u32 nr_ops, gfp_t gfp, struct hr_table **next,
	       struct hr_error *err)
{
	*next = NULL;
	return hr_change_build(&ring->cfg, ring->table, ops, nr_ops, U32_MAX, true,
			       &hr_node_plain_ops, gfp, next, err);
}

u32 unit_refs(const struct hr_table *t)
{
	u32 i, n = refcount_read(&t->refs);

	for (i = 0; i < t->nr_slots; i++)
		n += t->nodes[i] ? refcount_read(&t->nodes[i]->refs) : 0;
	return n;
}

void unit_leave_without_memory(const struct unit_ring *ring,
			       const struct hr_op *ops, u32 nr_ops)
{
	struct kunit *test = ring->test;
	u32 refs = unit_refs(ring->table), n = 0;
	struct hr_table *next = NULL;
	struct hr_error err;
	bool failed;
	int ret;

	do {
		hr_table_put(next, &hr_node_plain_ops);
		KUNIT_ASSERT_EQ(test, unit_refs(ring->table), refs);
		unit_fail_nth(++n);
		ret = unit_leave(ring, ops, nr_ops, GFP_KERNEL, &next, &err);
		failed = unit_failed();
		if (failed && !(UNIT_OTHER_WAYS && !ret)) {
			KUNIT_ASSERT_EQ(test, ret, -ENOMEM);
			KUNIT_ASSERT_NULL(test, next);
		}
	} while (failed);
	KUNIT_ASSERT_EQ(test, ret, 0);
	KUNIT_ASSERT_GT(test, n, 10);
	hr_table_put(next, &hr_node_plain_ops);
	KUNIT_ASSERT_EQ(test, unit_refs(ring->table), refs);
}

void unit_hold(struct unit_ring *ring, const struct hr_op *ops, u32 nr_ops)
{
	struct kunit *test = ring->test;
	struct hr_table *next;
	struct hr_error err;

	if (unit_leave(ring, ops, nr_ops, GFP_KERNEL, &next, &err))
		KUNIT_FAIL_AND_ABORT(test, "%s", err.text);
	hr_table_put(ring->table, &hr_node_plain_ops);
	ring->table = next;
}

void unit_add_many(struct unit_ring *ring, const char *format, u32 n)
{
	struct kunit *test = ring->test;
	struct hr_op *ops = kvcalloc(n, sizeof(*ops), GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, ops);
	for (i = 0; i < n; i++) {
		ops[i].kind = HASHRING_OP_ADD;
		snprintf(ops[i].name, sizeof(ops[i].name), format, i);
	}
	unit_change(ring, ops, n);
	kvfree(ops);
}

u32 unit_slot(struct kunit *test, const struct hr_table *t, const char *name)
{
	const struct hr_node *node = hr_table_find(t, name);

	KUNIT_ASSERT_NOT_NULL(test, node);
	return node->slot;
}

#if !defined(__KERNEL__)
static u32 failing;

void unit_fail_nth(u32 nth)
{
	failing = nth;
	shim_fail_after(nth);
}

bool unit_failed(void)
{
	bool failed = shim_allocations() >= failing;

	shim_fail_after(0);
	return failed;
}
#elif defined(CONFIG_FAULT_INJECTION)
void unit_fail_nth(u32 nth)
{
	current->fail_nth = nth;
}

bool unit_failed(void)
{
	bool failed = !current->fail_nth;

	current->fail_nth = 0;
	return failed;
}
#else
void unit_fail_nth(u32 nth)
{
}

bool unit_failed(void)
{
	return false;
}
#endif

static int build(const struct unit_ring *ring, const struct hr_op *ops,
		 u32 nr_ops, gfp_t gfp, struct hr_table **next,
		 struct hr_error *err)
{
	*next = NULL;
	return hr_change_build(&ring->cfg, ring->table, ops, nr_ops, U32_MAX,
			       false, &hr_node_plain_ops, gfp, next, err);
}

static void check_failure(const struct unit_ring *ring,
			  const struct hr_table *next,
			  const struct hr_error *err)
{
	const struct hr_table *t = ring->table;
	struct kunit *test = ring->test;
	u32 i;

	KUNIT_ASSERT_STREQ(test, err->text, "");
	KUNIT_ASSERT_EQ(test, err->op, U32_MAX);
	KUNIT_ASSERT_NULL(test, next);
	for (i = 0; i < t->nr_nodes; i++)
		KUNIT_ASSERT_EQ(test, refcount_read(&t->by_name[i]->refs), 1);
}

static void fail_impact(const struct unit_ring *ring, struct hr_table *next)
{
	struct kunit *test = ring->test;
	struct hr_impact impact;
	bool failed;
	u32 n = 0;
	int ret;

	do {
		unit_fail_nth(++n);
		ret = hr_impact(ring->table, next, GFP_KERNEL, &impact);
		failed = unit_failed();
		if (failed && !(UNIT_OTHER_WAYS && !ret)) {
			KUNIT_ASSERT_EQ(test, ret, -ENOMEM);
			KUNIT_ASSERT_NULL(test, impact.moves);
			continue;
		}
		KUNIT_ASSERT_EQ(test, ret, 0);
		hr_impact_release(&impact);
	} while (failed);
}

void unit_fail_each(const struct unit_ring *ring, const struct hr_op *ops,
		    u32 nr_ops)
{
	struct hr_table *next = NULL, *again = NULL;
	u64 map = hr_digest_map(ring->table);
	struct kunit *test = ring->test;
	struct hr_error err;
	bool failed;
	u32 n = 0;
	int ret;

	do {
		hr_table_put(next, &hr_node_plain_ops);
		unit_fail_nth(++n);
		ret = build(ring, ops, nr_ops, GFP_KERNEL, &next, &err);
		failed = unit_failed();
		if (failed && !(UNIT_OTHER_WAYS && !ret)) {
			KUNIT_ASSERT_EQ(test, ret, -ENOMEM);
			check_failure(ring, next, &err);
			continue;
		}
		KUNIT_ASSERT_EQ(test, ret, 0);
	} while (failed);
	/* A smaller number means that no allocation has failed. */
	KUNIT_ASSERT_GT(test, n, 8);
	fail_impact(ring, next);
	unit_fail_nth(1);
	ret = build(ring, ops, nr_ops, GFP_KERNEL | __GFP_NOFAIL, &again, &err);
	unit_failed();
	KUNIT_ASSERT_EQ(test, ret, 0);
	KUNIT_ASSERT_EQ(test, hr_digest_map(again), hr_digest_map(next));
	hr_table_put(again, &hr_node_plain_ops);
	hr_table_put(next, &hr_node_plain_ops);
	KUNIT_ASSERT_EQ(test, hr_digest_map(ring->table), map);
}
