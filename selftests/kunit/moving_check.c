// SPDX-License-Identifier: GPL-2.0-only
/* All that a view says, against the lists. */
#include "moving.h"

static u32 id_at(const struct moving *m, u32 slot)
{
	struct kunit *test = m->test;

	if (slot == HR_NO_SLOT)
		return HR_NO_ID;
	KUNIT_ASSERT_TRUE(test, slot < m->view.table->nr_slots);
	KUNIT_ASSERT_NOT_NULL(test, m->view.table->nodes[slot]);
	return m->view.table->nodes[slot]->attrs.id;
}

static void check_at(const struct moving *m, const struct hr_table *composed,
		     u32 pos)
{
	struct kunit *test = m->test;
	bool settled = hr_view_settled(&m->view);
	u32 then_id = moving_owner(&m->to, pos);
	u32 base_id = settled ? then_id : moving_owner(&m->base, pos);
	u32 now_id = settled || pos < m->view.frontier ? then_id :
		     moving_owner(&m->from, pos);
	struct hr_node *node = hr_view_owner(&m->view, pos);
	u32 base, now, then;

	KUNIT_ASSERT_EQ(test, node ? node->attrs.id : HR_NO_ID, now_id);
	hr_view_slots(&m->view, pos, &base, &now, &then);
	KUNIT_ASSERT_EQ(test, id_at(m, base), base_id);
	KUNIT_ASSERT_EQ(test, id_at(m, now), now_id);
	KUNIT_ASSERT_EQ(test, id_at(m, then), then_id);
	KUNIT_ASSERT_EQ(test, id_at(m, hr_table_lookup(composed, pos)), now_id);
}

static void check_around(const struct moving *m,
			 const struct hr_table *composed,
			 const struct moving_map *map)
{
	u32 i;

	for (i = 0; i < map->n; i++) {
		check_at(m, composed, map->points[i].pos - 1);
		check_at(m, composed, map->points[i].pos);
		check_at(m, composed, map->points[i].pos + 1);
	}
}

/* Shares and arcs of the composed table are what its look-ups say. */
static void check_arcs(const struct moving *m, const struct hr_table *composed)
{
	struct kunit *test = m->test;
	static u64 ends[2 * MOVING_POINTS + 1];
	static u64 share[256], arcs[256];
	u32 n, i, cursor = 0;
	struct hr_arc arc;
	u64 low = 0;

	KUNIT_ASSERT_LE(test, composed->nr_slots, ARRAY_SIZE(share));
	memset(share, 0, sizeof(share));
	memset(arcs, 0, sizeof(arcs));
	n = moving_ends(&m->from, &m->to, ends);
	if (hr_view_settled(&m->view))
		n = moving_ends(&m->to, &m->to, ends);
	for (i = 0; i < n; i++) {
		/* The frontier may lie within; owners differ on its sides. */
		u64 cut = m->view.frontier, at[2] = { ends[i], ends[i] };
		u32 k, slot;

		if (!hr_view_settled(&m->view) && cut > low && cut < ends[i])
			at[0] = cut;
		for (k = 0; k < 2; k++) {
			if (at[k] == low)
				continue;
			slot = hr_table_lookup(composed, at[k] - 1);
			if (slot != HR_NO_SLOT)
				share[slot] += at[k] - low;
			low = at[k];
		}
	}
	while (hr_table_next_arc(composed, &cursor, &arc)) {
		KUNIT_ASSERT_EQ(test, hr_table_lookup(composed, arc.end),
				arc.slot);
		KUNIT_ASSERT_EQ(test, hr_table_lookup(composed, arc.start + 1),
				arc.slot);
		arcs[arc.slot] += arc.start == arc.end ? HR_WHOLE_RING :
				  (u32)(arc.end - arc.start);
	}
	for (i = 0; i < composed->nr_slots; i++) {
		KUNIT_ASSERT_EQ(test, composed->share[i], share[i]);
		KUNIT_ASSERT_EQ(test, arcs[i], share[i]);
	}
}

static void check_members(const struct moving *m)
{
	struct kunit *test = m->test;
	const struct hr_table *t = m->view.table;
	u32 i, k, leaving = 0, nr = 0;

	KUNIT_ASSERT_EQ(test, t->nr_nodes, m->shadow->nr_nodes);
	KUNIT_ASSERT_EQ(test, t->weight, m->shadow->weight);
	KUNIT_ASSERT_EQ(test, hr_digest_map(t), hr_digest_map(m->shadow));
	KUNIT_ASSERT_EQ(test, hr_digest_members(&m->cfg, t),
			hr_digest_members(&m->cfg, m->shadow));
	for (i = 0; i < t->nr_slots; i++) {
		const struct hr_node *node = t->nodes[i];

		if (!node)
			continue;
		nr++;
		KUNIT_ASSERT_EQ(test, node->slot, i);
		for (k = 0; k < i; k++)
			if (t->nodes[k])
				KUNIT_ASSERT_NE(test, t->nodes[k]->attrs.id,
						node->attrs.id);
		if (hr_table_has(t, node))
			continue;
		leaving++;
		if (node->attrs.state != HASHRING_NODE_DOWN)
			KUNIT_ASSERT_EQ(test, node->attrs.state,
					HASHRING_NODE_LEAVING);
		KUNIT_ASSERT_EQ(test, t->share[i], 0);
	}
	KUNIT_ASSERT_EQ(test, t->nr_leaving, leaving);
	KUNIT_ASSERT_EQ(test, t->nr_nodes + leaving, nr);
	for (i = 0; i < t->nr_nodes; i++) {
		KUNIT_ASSERT_TRUE(test, t->by_name[i]->attrs.state !=
						HASHRING_NODE_LEAVING);
		KUNIT_ASSERT_PTR_EQ(test, t->nodes[t->by_name[i]->slot],
				    t->by_name[i]);
	}
	/* What went down owns nothing, in none of the maps. */
	for (i = 0; i < t->nr_slots; i++) {
		for (k = 0; t->nodes[i] && k < m->nr_down; k++) {
			if (t->nodes[i]->attrs.id != m->down[k])
				continue;
			KUNIT_ASSERT_TRUE(test, i >= m->view.from->nr_slots ||
					  !m->view.from->share[i]);
			KUNIT_ASSERT_TRUE(test, i >= m->view.base->nr_slots ||
					  !m->view.base->share[i]);
		}
	}
}

void moving_check(struct moving *m)
{
	struct kunit *test = m->test;
	struct hr_table *composed;
	u32 i;

	composed = hr_view_compose(&m->view, m->view.frontier, m->cfg.grid,
				   GFP_KERNEL, &hr_node_plain_ops);
	KUNIT_ASSERT_NOT_NULL(test, composed);
	cond_resched();
	check_members(m);
	check_arcs(m, composed);
	check_around(m, composed, &m->to);
	if (!hr_view_settled(&m->view)) {
		check_around(m, composed, &m->from);
		check_around(m, composed, &m->base);
		for (i = 0; i < 3; i++)
			check_at(m, composed, m->view.frontier - 1 + i);
	}
	check_at(m, composed, 0);
	check_at(m, composed, U32_MAX);
	for (i = 0; i < 100; i++)
		check_at(m, composed, unit_random(&m->random));
	hr_table_put(composed, &hr_node_plain_ops);
}
