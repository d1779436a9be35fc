// SPDX-License-Identifier: GPL-2.0-only
/* Records: what they say of a change, and that going back by them leads back. */
#include <linux/kernel.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/record.h"
#include "core/view.h"
#include "unit.h"

#define NODES	40	/* names that there may be */
#define DEPTH	24	/* changes that are undone */

/* A change of a ring with its record. */
static void change(struct unit_ring *ring, const struct hr_op *ops, u32 nr_ops,
		   bool arcs, struct hr_record *record)
{
	struct hr_table *next;
	struct hr_error err;

	assert_int_equal(hr_change_build(&ring->cfg, ring->table, ops, nr_ops,
					 U32_MAX, false, &hr_node_plain_ops,
					 GFP_KERNEL, &next, &err), 0);
	assert_int_equal(hr_record_make(record, ring->table, next, ops, nr_ops,
					arcs, GFP_KERNEL), 0);
	hr_table_put(ring->table, &hr_node_plain_ops);
	ring->table = next;
}

static void each_kind(void **state)
{
	struct hr_op first[] = {
		unit_add("b1"), unit_weight(unit_add("b2"), 3),
	};
	struct hr_op ops[] = {
		unit_replace("b1", "b3"), unit_state(unit_set("b2"), HR_DOWN),
		unit_add("b4"),
	};
	struct hr_op last[] = { unit_del("b4") };
	struct hr_record record;
	struct unit_ring ring;
	struct hr_did did;
	u32 next = 0;

	unit_ring_init(&ring, &hr_place_hash, 4, 1);
	unit_change(&ring, first, ARRAY_SIZE(first));
	ops[1].has |= HR_OP_HAS_VIA;
	ops[1].via.has6 = true;
	ops[1].via.addr6[15] = 7;
	change(&ring, ops, ARRAY_SIZE(ops), false, &record);
	assert_int_equal(record.nr_ops, 3);
	assert_null(record.arcs);

	assert_true(hr_record_next(&record, &next, &did));
	assert_int_equal(did.kind, HR_OP_REPLACE);
	assert_true(did.has_before && did.has_after);
	assert_string_equal(did.before.name, "b1");
	assert_string_equal(did.before.seat, "b1");
	assert_int_equal(did.before.id, 1);
	assert_string_equal(did.after.name, "b3");
	assert_string_equal(did.after.seat, "b1");
	assert_int_equal(did.after.id, 3);
	assert_true(next <= record.largest);

	assert_true(hr_record_next(&record, &next, &did));
	assert_int_equal(did.kind, HR_OP_SET);
	assert_int_equal(did.before.weight, 3);
	assert_int_equal(did.before.state, HR_ACTIVE);
	assert_false(did.before.via.has6);
	assert_int_equal(did.after.weight, 3);
	assert_int_equal(did.after.state, HR_DOWN);
	assert_false(did.after.via.has4);
	assert_true(did.after.via.has6);
	assert_int_equal(did.after.via.addr6[15], 7);

	assert_true(hr_record_next(&record, &next, &did));
	assert_int_equal(did.kind, HR_OP_ADD);
	assert_false(did.has_before);
	assert_string_equal(did.after.name, "b4");
	assert_false(hr_record_next(&record, &next, &did));
	hr_record_release(&record);

	next = 0;
	change(&ring, last, ARRAY_SIZE(last), false, &record);
	assert_true(hr_record_next(&record, &next, &did));
	assert_int_equal(did.kind, HR_OP_DEL);
	assert_false(did.has_after);
	assert_string_equal(did.before.name, "b4");
	hr_record_release(&record);
	next = 0;
	assert_false(hr_record_next(&record, &next, &did));
	unit_ring_free(&ring);
}

static void points(void **state)
{
	u32 first[] = { 10, 20, 30 }, second[] = { 5, 7 };
	struct hr_op op = unit_points(unit_add("p"), first, 3);
	struct hr_record record;
	struct unit_ring ring;
	struct hr_did did;
	u32 next = 0, size;

	unit_ring_init(&ring, &hr_place_explicit, 1, 1);
	change(&ring, &op, 1, false, &record);
	size = record.size;
	hr_record_release(&record);

	/* Those that stay are kept once. */
	op = unit_weight(unit_set("p"), 9);
	change(&ring, &op, 1, false, &record);
	assert_true(record.size < 2 * size);
	assert_true(hr_record_next(&record, &next, &did));
	assert_true(did.same_points);
	assert_int_equal(did.after.nr_points, 3);
	assert_ptr_equal(did.after.points, did.before.points);
	assert_memory_equal(did.before.points, first, sizeof(first));
	hr_record_release(&record);

	next = 0;
	op = unit_points(unit_replace("p", "q"), second, 2);
	change(&ring, &op, 1, false, &record);
	assert_true(hr_record_next(&record, &next, &did));
	assert_false(did.same_points);
	assert_memory_equal(did.before.points, first, sizeof(first));
	assert_int_equal(did.after.nr_points, 2);
	assert_memory_equal(did.after.points, second, sizeof(second));
	hr_record_release(&record);
	unit_ring_free(&ring);
}

/* Cells that a node returns to, which no placement gives it here. */
static void homes(void **state)
{
	struct hr_run home[] = { { 1, 2 }, { 9, 1 } };
	struct hr_op op = unit_add("b");
	struct hr_record record;
	struct unit_ring ring;
	struct hr_did did;
	struct hr_node *node;
	u32 next = 0;

	unit_ring_init(&ring, &hr_place_hash, 4, 1);
	unit_change_one(&ring, op);
	node = hr_table_find(ring.table, "b");
	node->home = kvmalloc(sizeof(home), GFP_KERNEL);
	memcpy(node->home, home, sizeof(home));
	node->nr_home = 2;
	op = unit_del("b");
	change(&ring, &op, 1, false, &record);
	assert_true(hr_record_next(&record, &next, &did));
	assert_int_equal(did.before.nr_home, 2);
	assert_memory_equal(did.before.home, home, sizeof(home));
	assert_string_equal(did.before.name, "b");
	hr_record_release(&record);
	unit_ring_free(&ring);
}

static void arcs(void **state)
{
	struct hr_op first[] = { unit_add("b1"), unit_add("b2") };
	struct hr_op op = unit_id(unit_replace("b2", "b3"), 7);
	struct hr_record record;
	struct unit_ring ring;
	u64 share = 0;
	u32 i;

	unit_ring_init(&ring, &hr_place_hash, 8, 1);
	change(&ring, first, 2, true, &record);
	assert_true(record.nr_arcs > 0);
	for (i = 0; i < record.nr_arcs; i++) {
		assert_int_equal(record.arcs[i].from, HR_NO_ID);
		share += record.arcs[i].end - record.arcs[i].start;
	}
	assert_int_equal(share, HR_WHOLE_RING);
	hr_record_release(&record);

	/* By the ids of either side. */
	change(&ring, &op, 1, true, &record);
	assert_true(record.nr_arcs > 0);
	for (i = 0, share = 0; i < record.nr_arcs; i++) {
		assert_int_equal(record.arcs[i].from, 2);
		assert_int_equal(record.arcs[i].to, 7);
		share += record.arcs[i].end - record.arcs[i].start;
	}
	assert_int_equal(share, ring.table->share[unit_slot(ring.table, "b3")]);
	hr_record_release(&record);
	unit_ring_free(&ring);
}

/* More than may be kept is not kept, and its number is told. */
static void too_much(void **state)
{
	u32 n = HR_MAX_NODE_POINTS, nr = HR_MAX_HISTORY / (4 * n) + 1;
	struct hr_op *ops = calloc(nr, sizeof(*ops));
	u32 *list = calloc((size_t)nr * n, sizeof(*list));
	struct hr_record record;
	struct unit_ring ring;
	char name[16];
	u32 i;

	assert_non_null(ops);
	assert_non_null(list);
	unit_ring_init(&ring, &hr_place_explicit, 1, 1);
	/* No two neighbouring points are of one node. */
	for (i = 0; i < nr * n; i++)
		list[i] = 7 * (i % n * nr + i / n);
	for (i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "b%u", i);
		ops[i] = unit_points(unit_add(name), list + i * n, n);
	}
	change(&ring, ops, nr - 1, true, &record);
	assert_non_null(record.data);
	assert_null(record.arcs);
	assert_true(record.nr_arcs > 0);
	assert_true(record.bytes <= HR_MAX_HISTORY);
	hr_record_release(&record);
	unit_ring_free(&ring);

	unit_ring_init(&ring, &hr_place_explicit, 1, 1);
	change(&ring, ops, nr, true, &record);
	assert_null(record.data);
	assert_int_equal(record.nr_ops, nr);
	assert_int_equal(record.bytes, 0);
	hr_record_release(&record);
	unit_ring_free(&ring);
	free(list);
	free(ops);
}

/* Every allocation fails once: an error, and nothing is lost. */
static void memory_fails(void **state)
{
	struct hr_op ops[] = { unit_add("b1"), unit_add("b2") };
	struct hr_table *next;
	struct hr_record record;
	struct unit_ring ring;
	struct hr_error err;
	u32 i;

	unit_ring_init(&ring, &hr_place_hash, 8, 1);
	assert_int_equal(hr_change_build(&ring.cfg, ring.table, ops, 2, U32_MAX, false,
					 &hr_node_plain_ops, GFP_KERNEL, &next,
					 &err), 0);
	for (i = 1; i <= 2; i++) {
		shim_fail_after(i);
		assert_int_equal(hr_record_make(&record, ring.table, next, ops,
						2, true, GFP_KERNEL), -ENOMEM);
		assert_null(record.data);
		assert_null(record.arcs);
	}
	shim_fail_after(0);
	assert_int_equal(hr_record_make(&record, ring.table, next, ops, 2, true,
					GFP_KERNEL | __GFP_NOFAIL), 0);
	hr_record_release(&record);
	hr_table_put(next, &hr_node_plain_ops);
	unit_ring_free(&ring);
}

/* What one member is, as an operation that would make it. */
static struct hr_op op_of(const struct hr_was *was)
{
	struct hr_op op = unit_seat(unit_add(was->name), was->seat);

	op = unit_state(unit_weight(unit_id(op, was->id), was->weight),
			was->state);
	op.has |= HR_OP_HAS_VIA;
	op.via = was->via;
	return op;
}

/* Members as operations that make them of nothing. */
struct members {
	struct hr_op op[NODES];
	u32 nr;
};

static u32 find(const struct members *m, const char *name)
{
	u32 i;

	for (i = 0; i < m->nr; i++)
		if (!strcmp(m->op[i].name, name))
			return i;
	fail_msg("%s is no member", name);
	return 0;
}

static void undo(struct members *m, const struct hr_record *record)
{
	struct hr_did did;
	u32 next;

	for (next = 0; hr_record_next(record, &next, &did);)
		if (did.has_after) {
			u32 i = find(m, did.after.name);

			m->op[i] = m->op[--m->nr];
		}
	for (next = 0; hr_record_next(record, &next, &did);)
		if (did.has_before)
			m->op[m->nr++] = op_of(&did.before);
}

static struct members members_of(const struct hr_table *t)
{
	struct members m = { 0 };
	u32 i;

	for (i = 0; i < t->nr_nodes; i++) {
		const struct hr_node *node = t->by_name[i];
		struct hr_was was = {
			.name = node->name, .seat = node->seat, .id = node->id,
			.weight = node->weight, .state = node->state,
			.via = node->via,
		};

		m.op[m.nr++] = op_of(&was);
	}
	return m;
}

static void random_ops(struct unit_random *random, const struct hr_table *t,
		       struct hr_op *ops, u32 *nr)
{
	u32 i;

	*nr = 0;
	for (i = 0; i < NODES && *nr < 5; i++) {
		char name[8], other[8];

		if (unit_below(random, 6))
			continue;
		snprintf(name, sizeof(name), "b%u", i);
		snprintf(other, sizeof(other), "c%u", i);
		if (!hr_table_find(t, name) && !hr_table_find(t, other))
			ops[(*nr)++] = unit_weight(unit_add(name),
						   1 + unit_below(random, 9));
		else if (!hr_table_find(t, name))
			ops[(*nr)++] = unit_replace(other, name);
		else if (unit_below(random, 3) == 0)
			ops[(*nr)++] = unit_replace(name, other);
		else if (unit_below(random, 2))
			ops[(*nr)++] = unit_state(unit_set(name),
						  unit_below(random, 3));
		else
			ops[(*nr)++] = unit_del(name);
	}
}

static void leads_back(void **state)
{
	struct unit_random random = { 11 };
	u64 map[DEPTH], config[DEPTH];
	struct hr_record record[DEPTH];
	struct unit_ring ring, again;
	struct members m;
	u32 i;

	unit_ring_init(&ring, &hr_place_hash, 16, 1);
	for (i = 0; i < DEPTH;) {
		struct hr_op ops[NODES];
		u32 nr;

		random_ops(&random, ring.table, ops, &nr);
		if (!nr)
			continue;
		map[i] = hr_digest_map(ring.table);
		config[i] = hr_digest_members(&ring.cfg, ring.table);
		change(&ring, ops, nr, false, &record[i++]);
	}
	m = members_of(ring.table);
	while (i--) {
		undo(&m, &record[i]);
		unit_ring_init(&again, &hr_place_hash, 16, 1);
		if (m.nr)
			unit_change(&again, m.op, m.nr);
		assert_int_equal(hr_digest_map(again.table), map[i]);
		assert_int_equal(hr_digest_members(&again.cfg, again.table),
				 config[i]);
		unit_ring_free(&again);
		hr_record_release(&record[i]);
	}
	assert_int_equal(m.nr, 0);
	unit_ring_free(&ring);
}

static void assert_kinds(const struct hr_record *record)
{
	struct hr_did did;
	u32 next = 0, n = 0;

	while (hr_record_next(record, &next, &did)) {
		n++;
		if (did.has_before && did.has_after) {
			assert_int_equal(did.kind, HR_OP_SET);
			assert_string_equal(did.before.name, did.after.name);
			assert_string_equal(did.before.seat, did.after.seat);
		} else {
			assert_int_equal(did.kind, did.has_after ? HR_OP_ADD :
								   HR_OP_DEL);
		}
	}
	assert_int_equal(record->nr_ops, n);
}

/* From one table to another one, some changes on, and back at once. */
static void leads_back_at_once(void **state)
{
	struct hr_table *was, *next, *settled;
	struct unit_random random = { 12 };
	struct unit_ring ring, again;
	struct hr_record record;
	struct hr_op ops[NODES];
	struct hr_error err;
	struct members m;
	u32 round, i, nr;

	unit_ring_init(&ring, &hr_place_hash, 16, 1);
	for (round = 0; round < 200; round++) {
		was = hr_table_get(ring.table);
		for (i = unit_below(&random, 5); i; i--) {
			random_ops(&random, ring.table, ops, &nr);
			if (!nr)
				continue;
			assert_int_equal(hr_change_build(&ring.cfg, ring.table,
							 ops, nr, U32_MAX, true,
							 &hr_node_plain_ops,
							 GFP_KERNEL, &next,
							 &err), 0);
			hr_table_put(ring.table, &hr_node_plain_ops);
			ring.table = next;
		}
		settled = hr_table_settle(ring.table, 0, GFP_KERNEL,
					  &hr_node_plain_ops);
		/* Whether they are leaving or gone: they are no members. */
		assert_int_equal(hr_record_diff(&record, was,
						round & 1 ? settled : ring.table,
						true, GFP_KERNEL), 0);
		assert_kinds(&record);
		m = members_of(settled);
		undo(&m, &record);
		unit_ring_init(&again, &hr_place_hash, 16, 1);
		if (m.nr)
			unit_change(&again, m.op, m.nr);
		assert_int_equal(hr_digest_map(again.table),
				 hr_digest_map(was));
		assert_int_equal(hr_digest_members(&ring.cfg, again.table),
				 hr_digest_members(&ring.cfg, was));
		if (was == settled) {
			assert_int_equal(record.nr_ops, 0);
			assert_int_equal(record.nr_arcs, 0);
		}
		unit_ring_free(&again);
		hr_record_release(&record);
		hr_table_put(was, &hr_node_plain_ops);
		hr_table_put(ring.table, &hr_node_plain_ops);
		ring.table = settled;
	}
	unit_ring_free(&ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind),
		cmocka_unit_test(points),
		cmocka_unit_test(homes),
		cmocka_unit_test(arcs),
		cmocka_unit_test(too_much),
		cmocka_unit_test(memory_fails),
		cmocka_unit_test(leads_back),
		cmocka_unit_test(leads_back_at_once),
	};

	return cmocka_run_group_tests_name("records", tests, NULL, NULL);
}
