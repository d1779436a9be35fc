// SPDX-License-Identifier: GPL-2.0-only
/* Extreme tables: one node, points side by side, and the maximum of points. */
#include "core/table_index.h"
#include "suites.h"
#include "unit.h"

static void one_point(struct kunit *test)
{
	static const u32 positions[] = { 0, 1, 0x80000000, U32_MAX - 1, U32_MAX };
	struct hr_arc arc;
	u32 i, cursor;

	for (i = 0; i < ARRAY_SIZE(positions); i++) {
		u32 point = positions[i];
		struct unit_ring ring;

		unit_ring_init(test, &ring, &hr_place_explicit, 1, 1);
		unit_change_one(&ring, unit_points(unit_add("p"), &point, 1));
		KUNIT_ASSERT_EQ(test, ring.table->share[0], HR_WHOLE_RING);
		KUNIT_ASSERT_EQ(test, hr_table_lookup(ring.table, point), 0);
		KUNIT_ASSERT_EQ(test, hr_table_lookup(ring.table, point + 1),
				0);
		KUNIT_ASSERT_EQ(test, hr_table_lookup(ring.table, point - 1),
				0);
		cursor = 0;
		KUNIT_ASSERT_TRUE(test,
				  hr_table_next_arc(ring.table, &cursor, &arc));
		KUNIT_ASSERT_EQ(test, arc.start, arc.end);
		KUNIT_ASSERT_FALSE(test, hr_table_next_arc(ring.table, &cursor,
							   &arc));
		unit_ring_free(&ring);
	}
}

/* A point owns its own position and the positions before it. */
static void edges_of_arcs(struct kunit *test)
{
	u32 a[] = { 0, 1000 }, b[] = { 500, U32_MAX };
	struct unit_ring ring;
	struct hr_op ops[] = { unit_points(unit_add("a"), a, 2),
			       unit_points(unit_add("b"), b, 2) };

	unit_ring_init(test, &ring, &hr_place_explicit, 1, 1);
	unit_change(&ring, ops, 2);
	KUNIT_ASSERT_EQ(test, hr_table_lookup(ring.table, 0), 0);
	KUNIT_ASSERT_EQ(test, hr_table_lookup(ring.table, 1), 1);
	KUNIT_ASSERT_EQ(test, hr_table_lookup(ring.table, 500), 1);
	KUNIT_ASSERT_EQ(test, hr_table_lookup(ring.table, 501), 0);
	KUNIT_ASSERT_EQ(test, hr_table_lookup(ring.table, 1000), 0);
	KUNIT_ASSERT_EQ(test, hr_table_lookup(ring.table, 1001), 1);
	KUNIT_ASSERT_EQ(test, hr_table_lookup(ring.table, U32_MAX), 1);
	KUNIT_ASSERT_EQ(test, ring.table->share[0], 501);
	KUNIT_ASSERT_EQ(test, ring.table->share[1], HR_WHOLE_RING - 501);
	unit_ring_free(&ring);
}

/* All points of two nodes alternate within one slot of the index. */
static void points_in_one_slot(struct kunit *test)
{
	const u32 first = 0x34560000, n = HR_MAX_NODE_POINTS;
	u32 *even = unit_alloc(test, n, sizeof(*even));
	u32 *odd = unit_alloc(test, n, sizeof(*odd));
	struct unit_ring ring;
	struct hr_op ops[2];
	u64 entry;
	u32 i;

	for (i = 0; i < n; i++) {
		even[i] = first + 2 * i;
		odd[i] = first + 2 * i + 1;
	}
	ops[0] = unit_points(unit_add("even"), even, n);
	ops[1] = unit_points(unit_add("odd"), odd, n);
	unit_ring_init(test, &ring, &hr_place_explicit, 1, 1);
	unit_change(&ring, ops, 2);
	for (i = 0; i < 2 * n; i++)
		KUNIT_ASSERT_EQ(test, hr_table_lookup(ring.table, first + i),
				i & 1);
	KUNIT_ASSERT_EQ(test, hr_table_lookup(ring.table, first + 2 * n), 0);
	KUNIT_ASSERT_EQ(test, hr_table_lookup(ring.table, first - 1), 0);

	/* The search covers all points of the slot, and at most twice as many. */
	entry = ring.table->index[first >> ring.table->shift];
	KUNIT_ASSERT_TRUE(test, entry & HR_INDEX_SEARCH);
	KUNIT_ASSERT_EQ(test, hr_index_first(entry), 0);
	KUNIT_ASSERT_GE(test, 1U << hr_index_class(entry), 2 * n);
	KUNIT_ASSERT_LE(test, 1U << hr_index_class(entry), 4 * n);
	unit_ring_free(&ring);
}

/*
 * Counts around the change of the search's method, at either end of the ring.
 */
static void counts_in_a_slot(struct kunit *test)
{
	u32 points[2][20], n, i;
	static const u32 starts[] = { 0, 0x40000000, U32_MAX - 79 };
	struct hr_op ops[2];
	u32 k, owner;

	for (k = 0; k < ARRAY_SIZE(starts); k++) {
		for (n = 1; n <= 20; n++) {
			struct unit_ring ring;

			for (i = 0; i < n; i++) {
				points[0][i] = starts[k] + 4 * i + 1;
				points[1][i] = starts[k] + 4 * i + 3;
			}
			ops[0] = unit_points(unit_add("a"), points[0], n);
			ops[1] = unit_points(unit_add("b"), points[1], n);
			unit_ring_init(test, &ring, &hr_place_explicit, 1, 1);
			unit_change(&ring, ops, 2);
			for (i = 0; i < 4 * n; i++) {
				owner = hr_table_lookup(ring.table,
							starts[k] + i);
				KUNIT_ASSERT_EQ(test, owner, i % 4 > 1);
			}
			KUNIT_ASSERT_EQ(test,
					hr_table_lookup(ring.table,
							starts[k] + 4 * n),
					0);
			unit_ring_free(&ring);
		}
	}
}

static u32 bisect(const struct hr_table *t, u32 pos)
{
	u32 low = 0, high = t->nr_points;

	while (low < high) {
		u32 mid = (low + high) / 2;

		if (t->points[mid].pos < pos)
			low = mid + 1;
		else
			high = mid;
	}
	return t->points[low].slot;
}

static void assert_bisects_at(struct kunit *test, const struct hr_table *t,
			      u32 pos)
{
	KUNIT_ASSERT_EQ(test, hr_table_lookup(t, pos), bisect(t, pos));
}

/* Around each point, and at both ends of each index slot. */
static void assert_bisects(struct kunit *test, const struct hr_table *t)
{
	u32 i;

	for (i = 0; i < t->nr_points; i += UNIT_LESS) {
		assert_bisects_at(test, t, t->points[i].pos - 1);
		assert_bisects_at(test, t, t->points[i].pos);
		assert_bisects_at(test, t, t->points[i].pos + 1);
		cond_resched();
	}
	for (i = 0; i < BIT_ULL(32 - t->shift); i += UNIT_LESS) {
		assert_bisects_at(test, t, i << t->shift);
		assert_bisects_at(test, t, (i << t->shift) - 1);
		cond_resched();
	}
}

/* Every form of the index, on either side of each change of form. */
static void sizes_of_the_index(struct kunit *test)
{
	static const struct {
		u32 nodes, points;
		bool paired;
	} sizes[] = {
		{ 2, 1, false }, { 2, 16, false }, { 64, 512, false },
		{ 2, 65535, false }, { 2, 65536, true }, { 3, 65536, true },
		{ 1000, 160, true }, { 2048, 64, true }, { 2049, 64, false },
		{ 2048, 400, true }, { 2049, 400, false },
	};
	struct unit_ring ring;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (sizes[i].nodes * sizes[i].points > UNIT_POINTS)
			continue;
		unit_ring_init(test, &ring, &hr_place_hash, sizes[i].points, 1);
		unit_add_many(&ring, "n%u", sizes[i].nodes);
		KUNIT_ASSERT_EQ(test, ring.table->paired, sizes[i].paired);
		assert_bisects(test, ring.table);
		unit_ring_free(&ring);
	}
}

/* The maximum of points; then one more node is refused. */
static void maximum_of_points(struct kunit *test)
{
	struct unit_random random = { 21 };
	struct unit_ring ring;
	struct hr_table *next = NULL;
	struct hr_error err;
	struct hr_op op = unit_add("one-more");
	const struct hr_table *t;
	u64 share = 0;
	u32 i, pos;

	if (UNIT_POINTS < HR_MAX_POINTS)
		kunit_skip(test, "with sanitizers it takes too long");
	unit_ring_init(test, &ring, &hr_place_hash, HR_MAX_POINTS / 4, 1);
	unit_add_many(&ring, "n%u", 4);
	t = ring.table;
	KUNIT_ASSERT_EQ(test, t->nr_points, HR_MAX_POINTS);
	KUNIT_ASSERT_EQ(test, 32 - t->shift, HR_INDEX_MAX_BITS);
	for (i = 0; i < 4; i++)
		share += t->share[i];
	KUNIT_ASSERT_EQ(test, share, HR_WHOLE_RING);
	for (i = 0; i < UNIT_ROUNDS(200000); i++) {
		pos = unit_random(&random);
		KUNIT_ASSERT_EQ(test, hr_table_lookup(t, pos), bisect(t, pos));
	}
	for (i = 1; i < t->nr_points; i++)
		if (t->points[i - 1].pos > t->points[i].pos)
			KUNIT_FAIL_AND_ABORT(test, "point %u is out of order",
					     i);
	KUNIT_ASSERT_EQ(test, hr_table_lookup(t, U32_MAX), bisect(t, U32_MAX));
	KUNIT_ASSERT_EQ(test,
			hr_change_build(&ring.cfg, t, &op, 1, U32_MAX, false,
					&hr_node_plain_ops, GFP_KERNEL, &next,
					&err),
			-E2BIG);
	unit_ring_free(&ring);
}

static void reported_memory(struct kunit *test)
{
	struct unit_ring ring;
	const struct hr_table *t;

	unit_ring_init(test, &ring, &hr_place_hash, 160, 1);
	unit_add_many(&ring, "n%u", 100);
	t = ring.table;
	KUNIT_ASSERT_EQ(test, t->bytes,
			sizeof(*t) + 16001 * sizeof(struct hr_point) +
				(sizeof(u64) << (32 - t->shift)) +
				100 * (3 * sizeof(void *) + sizeof(u64)));
	unit_ring_free(&ring);
}

static u64 lone_digest(struct kunit *test, const char *name, u32 point)
{
	struct unit_ring ring;
	u64 digest;

	unit_ring_init(test, &ring, &hr_place_explicit, 1, 1);
	unit_change_one(&ring, unit_points(unit_add(name), &point, 1));
	digest = hr_digest_map(ring.table);
	unit_ring_free(&ring);
	return digest;
}

static u64 pair_digest(struct kunit *test, const char *first, u32 at,
		       const char *second, u32 then, u32 id)
{
	struct hr_op ops[] = { unit_points(unit_add(first), &at, 1),
			       unit_points(unit_id(unit_add(second), id),
					   &then, 1) };
	struct unit_ring ring;
	u64 digest;

	unit_ring_init(test, &ring, &hr_place_explicit, 1, 1);
	unit_change(&ring, ops, 2);
	digest = hr_digest_map(ring.table);
	unit_ring_free(&ring);
	return digest;
}

/* Digests are equal for equal maps, and only for equal maps. */
static void digests_of_maps(struct kunit *test)
{
	u64 pair = pair_digest(test, "a", 5, "b", 9, 2);

	KUNIT_ASSERT_EQ(test, lone_digest(test, "a", 5),
			lone_digest(test, "a", U32_MAX));
	KUNIT_ASSERT_NE(test, lone_digest(test, "a", 5),
			lone_digest(test, "b", 5));
	KUNIT_ASSERT_EQ(test, pair, pair_digest(test, "b", 9, "a", 5, 77));
	KUNIT_ASSERT_NE(test, pair, pair_digest(test, "b", 5, "a", 9, 2));
	KUNIT_ASSERT_NE(test, pair, pair_digest(test, "a", 5, "b", 10, 2));
	KUNIT_ASSERT_NE(test, pair, pair_digest(test, "a", 5, "c", 9, 2));
	KUNIT_ASSERT_NE(test, pair, lone_digest(test, "a", 5));
}

/* Each change of a member or of the ring changes the digest. */
static void digests_of_members(struct kunit *test)
{
	struct hr_op *ops = unit_alloc(test, 6, sizeof(*ops));
	struct unit_ring ring;
	u64 seen[16];
	u32 n = 0, i;

	unit_ring_init(test, &ring, &hr_place_hash, 4, 1);
	unit_add_many(&ring, "n%u", 3);
	seen[n++] = hr_digest_members(&ring.cfg, ring.table);
	ops[0] = unit_weight(unit_set("n1"), 2);
	ops[1] = unit_id(unit_set("n1"), 9);
	ops[2] = unit_state(unit_set("n1"), HASHRING_NODE_DOWN);
	ops[3] = unit_set("n1");
	ops[3].has = HR_HAS_VIA;
	ops[3].attrs.via.has4 = true;
	ops[4] = unit_set("n1");
	ops[4].has = HR_HAS_VIA;
	ops[4].attrs.via.has6 = true;
	ops[5] = unit_del("n0");
	for (i = 0; i < 6; i++) {
		unit_change_one(&ring, ops[i]);
		seen[n++] = hr_digest_members(&ring.cfg, ring.table);
	}
	ring.cfg.points = 5;
	seen[n++] = hr_digest_members(&ring.cfg, ring.table);
	ring.cfg.per = 2;
	seen[n++] = hr_digest_members(&ring.cfg, ring.table);
	ring.cfg.seed[15]++;
	seen[n++] = hr_digest_members(&ring.cfg, ring.table);
	ring.cfg.place = &hr_place_explicit;
	seen[n++] = hr_digest_members(&ring.cfg, ring.table);
	while (n--)
		for (i = 0; i < n; i++)
			KUNIT_ASSERT_NE(test, seen[i], seen[n]);
	unit_ring_free(&ring);
}

/* Three of four points of a node adjoin: arcs are merged. */
static void arcs_that_adjoin(struct kunit *test)
{
	u32 a[] = { 10, 20, 4000000000U }, b[] = { 30 };
	struct hr_op ops[] = { unit_points(unit_add("a"), a, 3),
			       unit_points(unit_add("b"), b, 1) };
	struct unit_ring ring;
	struct hr_arc arc;
	u32 cursor = 0;

	unit_ring_init(test, &ring, &hr_place_explicit, 1, 1);
	unit_change(&ring, ops, 2);
	KUNIT_ASSERT_TRUE(test, hr_table_next_arc(ring.table, &cursor, &arc));
	KUNIT_ASSERT_EQ(test, arc.start, 30);
	KUNIT_ASSERT_EQ(test, arc.end, 20);
	KUNIT_ASSERT_TRUE(test, hr_table_next_arc(ring.table, &cursor, &arc));
	KUNIT_ASSERT_EQ(test, arc.start, 20);
	KUNIT_ASSERT_EQ(test, arc.end, 30);
	KUNIT_ASSERT_FALSE(test, hr_table_next_arc(ring.table, &cursor, &arc));
	unit_ring_free(&ring);
}

static struct kunit_case table_cases[] = {
	KUNIT_CASE(one_point),
	KUNIT_CASE(edges_of_arcs),
	KUNIT_CASE(points_in_one_slot),
	KUNIT_CASE(counts_in_a_slot),
	KUNIT_CASE(sizes_of_the_index),
	KUNIT_CASE(maximum_of_points),
	KUNIT_CASE(reported_memory),
	KUNIT_CASE(arcs_that_adjoin),
	KUNIT_CASE(digests_of_maps),
	KUNIT_CASE(digests_of_members),
	{}
};

struct kunit_suite table_suite = {
	.name = "hashring_table",
	.test_cases = table_cases,
};
