// SPDX-License-Identifier: GPL-2.0-only
/* The figures of a change, counted piece by piece. */
#include <linux/math64.h>

#include "model.h"

static struct model_arcs arcs;	/* of the checked change */

static u64 length(const struct model_arc *arc)
{
	return arc->high - arc->low;
}

static u64 weight_of(const struct model_nodes *nodes, u32 uid)
{
	const struct model_node *node = model_node(nodes, uid);

	return node && node->member && node->state == HASHRING_NODE_ACTIVE ?
		       node->weight : 0;
}

static u64 weight_sum(const struct model_nodes *nodes)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < nodes->n; i++)
		sum += weight_of(nodes, nodes->node[i].uid);
	return sum;
}

/* No sum overflows: the weights of MODEL_NODES nodes are too small. */
static u64 ideal(const struct model_nodes *old, const struct model_nodes *new)
{
	u64 all_before = weight_sum(old), all_after = weight_sum(new);
	u64 whole = all_before * all_after, sum = 0;
	u32 i;

	if (!whole)
		return 0;
	for (i = 0; i < new->n; i++) {
		u64 had = weight_of(old, new->node[i].uid) * all_after;
		u64 has = weight_of(new, new->node[i].uid) * all_before;

		if (has > had)
			sum += has - had;
	}
	return div64_u64((sum << 32) + whole / 2, whole);
}

/* The sum of all nodes' gains. */
static u64 more(const struct model_nodes *nodes)
{
	u64 sum = 0;
	u32 i, k;

	for (i = 0; i < nodes->n; i++) {
		u64 had = 0, has = 0;

		for (k = 0; k < arcs.n; k++) {
			const struct model_arc *arc = &arcs.arc[k];

			if (arc->from == nodes->node[i].uid)
				had += length(arc);
			if (arc->to == nodes->node[i].uid)
				has += length(arc);
		}
		if (has > had)
			sum += has - had;
	}
	return sum;
}

static u32 uid_at(const struct model_change *change, u32 slot)
{
	return slot == HR_NO_SLOT ? MODEL_NOBODY : change->uid_of_slot[slot];
}

static bool ascend(const struct hr_move *a, const struct hr_move *b)
{
	return a->from < b->from || (a->from == b->from && a->to < b->to);
}

static void check_rows(struct kunit *test, const struct model_change *change,
		       const struct hr_impact *impact)
{
	u64 rows = 0;
	u32 i, k;

	for (i = 0; i < impact->nr_moves; i++) {
		const struct hr_move *row = &impact->moves[i];
		u32 from = uid_at(change, row->from);
		u32 to = uid_at(change, row->to), n = 0;
		u64 share = 0;

		for (k = 0; k < arcs.n; k++) {
			if (arcs.arc[k].from != from || arcs.arc[k].to != to)
				continue;
			share += length(&arcs.arc[k]);
			n++;
		}
		MODEL_CHECK(test, from != to);
		MODEL_CHECK(test, row->share == share && row->arcs == n);
		MODEL_CHECK(test, !i || ascend(&row[-1], row));
		rows += row->share;
	}
	MODEL_CHECK(test, rows == impact->moved);
}

/* The walk over both tables gives the moving pieces in ring order. */
static void check_walk(struct kunit *test, const struct model_change *change)
{
	struct hr_walk walk = {
		.before = change->before, .after = change->after,
	};
	struct hr_moved_arc got;
	u32 i;

	for (i = 0; i < arcs.n; i++) {
		const struct model_arc *arc = &arcs.arc[i];

		if (arc->from == arc->to)
			continue;
		MODEL_CHECK(test, hr_walk_next(&walk, &got));
		MODEL_CHECK(test, uid_at(change, got.from) == arc->from);
		MODEL_CHECK(test, uid_at(change, got.to) == arc->to);
		if (length(arc) == HR_WHOLE_RING) {
			MODEL_CHECK(test, got.start == got.end);
			continue;
		}
		MODEL_CHECK(test, got.start == (u32)(arc->low - 1));
		MODEL_CHECK(test, got.end == (u32)(arc->high - 1));
	}
	MODEL_CHECK(test, !hr_walk_next(&walk, &got));
	MODEL_CHECK(test, !hr_walk_next(&walk, &got));
}

/**
 * model_check_impact() - compares the figures of a change with the pieces
 * @test: for MODEL_CHECK()
 * @change: the change
 * @impact: its figures
 */
void model_check_impact(struct kunit *test, const struct model_change *change,
			const struct hr_impact *impact)
{
	u64 moved = 0, gained = 0, lost = 0;
	u32 n = 0, i;

	model_arcs(change->from, change->to, &arcs);
	model_join_ends(&arcs);
	for (i = 0; i < arcs.n; i++) {
		const struct model_arc *arc = &arcs.arc[i];

		if (arc->from == arc->to)
			continue;
		if (arc->from == MODEL_NOBODY) {
			gained += length(arc);
		} else if (arc->to == MODEL_NOBODY) {
			lost += length(arc);
		} else {
			moved += length(arc);
			n++;
		}
	}
	MODEL_CHECK(test, impact->moved == moved);
	MODEL_CHECK(test, impact->gained == gained);
	MODEL_CHECK(test, impact->lost == lost);
	MODEL_CHECK(test, impact->arcs == n);
	MODEL_CHECK(test, impact->required == more(change->new) - gained);
	MODEL_CHECK(test, impact->collateral == moved - impact->required);
	MODEL_CHECK(test, impact->ideal == ideal(change->old, change->new));
	MODEL_CHECK(test, impact->peak_before == hr_table_peak(change->before));
	MODEL_CHECK(test, impact->peak_after == hr_table_peak(change->after));
	check_rows(test, change, impact);
	check_walk(test, change);
}

/**
 * model_check_change() - checks the figures of a ring's next change
 * @ring: the ring before the change
 * @frontier: the frontier, in a migration
 * @after: the nodes after the change
 * @before: the effective table before the change
 * @next: the core's table that the change leads to
 * @impact: the figures
 */
void model_check_change(const struct model_ring *ring, u64 frontier,
			const struct model_nodes *after,
			const struct hr_table *before,
			const struct hr_table *next,
			const struct hr_impact *impact)
{
	static u32 uid_of_slot[MODEL_SLOTS];
	static struct model_map from, to;
	const struct model_change change = {
		.before = before, .after = next, .uid_of_slot = uid_of_slot,
		.from = &from, .to = &to, .old = &ring->nodes, .new = after,
	};

	MODEL_CHECK(ring->test, model_effective(ring, frontier, &from));
	model_name_slots(ring, after, next, uid_of_slot);
	model_map_of(ring, after, next, uid_of_slot, &to);
	model_check_impact(ring->test, &change, impact);
}
