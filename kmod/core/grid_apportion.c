// SPDX-License-Identifier: GPL-2.0-only
/*
 * Apportionment by a divisor method: Webster's, which is Sainte-Lague's, with a
 * floor of one cell a node. One cell after another goes to the node with the
 * largest weight for its cells: w / (s + 1/2), or without bound while it has
 * none. Unlike largest remainders such a method is monotone: no node gains
 * because another joined, or loses because another left. See M. L. Balinski and
 * H. P. Young, Fair Representation (1982), on both.
 *
 * Nodes of one weight are alike except for the last cells, so that the work is
 * done by weights and not by nodes.
 */
#include <linux/errno.h>
#include <linux/math64.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "grid_apportion.h"

/**
 * struct weight_class - all active nodes of one weight
 * @nodes: number of nodes
 * @cells: number of cells of each
 * @tied: no other weight has a better claim to the next cell
 */
struct weight_class {
	u32 nodes;
	u32 cells;
	bool tied;
};

struct weight_classes {
	struct weight_class of[HR_MAX_WEIGHT + 1];
};

/*
 * The estimate: each weight gets @grid / @weight of it, rounded, except for
 * those that the floor lifts. Their cells and weights are left out, from the
 * lightest on. Returns the number of cells.
 */
static u64 estimate(struct weight_classes *classes, u32 grid, u64 weight)
{
	struct weight_class *c;
	u64 left = grid, total = 0;
	u32 w;

	for (w = 1; w <= HR_MAX_WEIGHT; w++) {
		c = &classes->of[w];
		if (!c->nodes)
			continue;
		if (2 * left * w >= weight)
			break;
		left -= c->nodes;
		weight -= (u64)c->nodes * w;
	}
	for (w = 1; w <= HR_MAX_WEIGHT; w++) {
		c = &classes->of[w];
		c->cells = div64_u64(2 * left * w + weight, 2 * weight);
		c->cells += !c->cells;
		total += (u64)c->nodes * c->cells;
	}
	return total;
}

/*
 * Marks the weights that are first to get one more cell, or else first to give
 * one back, which are those that got it last. Returns their number of nodes.
 */
static u64 mark_tied(struct weight_classes *classes, bool get)
{
	u64 best_w = 0, best_s = 1, nodes = 0, s;
	struct weight_class *c;
	u32 w;

	for (w = 1; w <= HR_MAX_WEIGHT; w++) {
		c = &classes->of[w];
		c->tied = false;
		/* A node keeps its last cell. */
		if (!c->nodes || (!get && c->cells == 1))
			continue;
		s = 2 * (u64)c->cells + (get ? 1 : -1);
		if (best_w && (get ? w * best_s < best_w * s :
				     w * best_s > best_w * s))
			continue;
		if (w * best_s != best_w * s)
			nodes = 0;
		c->tied = true;
		nodes += c->nodes;
		best_w = w;
		best_s = s;
	}
	/* Marked earlier, but not as good as the last one. */
	for (w = 1; w <= HR_MAX_WEIGHT; w++) {
		c = &classes->of[w];
		s = 2 * (u64)c->cells + (get ? 1 : -1);
		c->tied &= w * best_s == best_w * s;
	}
	return nodes;
}

static void add_to_tied(struct weight_classes *classes, int cells)
{
	u32 w;

	for (w = 1; w <= HR_MAX_WEIGHT; w++)
		if (classes->of[w].tied)
			classes->of[w].cells += cells;
}

/*
 * Goes from an estimate of @total cells to @grid cells. Returns how many of the
 * tied nodes get one more than their weight's @cells.
 */
static u32 settle(struct weight_classes *classes, u32 grid, u64 total)
{
	u64 nodes;

	while (total > grid) {
		total -= mark_tied(classes, false);
		add_to_tied(classes, -1);
		cond_resched();
	}
	while (total < grid) {
		nodes = mark_tied(classes, true);
		if (nodes > grid - total)
			return grid - total;
		total += nodes;
		add_to_tied(classes, 1);
		cond_resched();
	}
	return 0;
}

/**
 * hr_apportion() - share the cells of a grid out by weight
 * @members: the nodes, ascending by seat: of nodes with an equal claim to the
 *	last cells the first ones get them
 * @nr: their number
 * @grid: number of cells, at least that of active nodes
 * @due: filled in by slot for active nodes; the others are unchanged
 * @gfp: how to allocate
 *
 * Every active node is due at least one cell, and all together are due @grid.
 * Nodes of equal weight differ by one at most. The result is a function of
 * seats and weights alone.
 *
 * Context: process; sleeps.
 * Return: 0 or -ENOMEM.
 */
int hr_apportion(struct hr_node *const *members, u32 nr, u32 grid, u32 *due,
		 gfp_t gfp)
{
	struct weight_classes *classes;
	u64 weight = 0;
	u32 i, more;

	classes = kvzalloc(sizeof(*classes), gfp);
	if (!classes)
		return -ENOMEM;
	for (i = 0; i < nr; i++) {
		if (members[i]->attrs.state != HASHRING_NODE_ACTIVE)
			continue;
		classes->of[members[i]->attrs.weight].nodes++;
		weight += members[i]->attrs.weight;
	}
	more = weight ? settle(classes, grid, estimate(classes, grid, weight)) :
			0;
	for (i = 0; i < nr; i++) {
		const struct weight_class *c =
			&classes->of[members[i]->attrs.weight];

		if (members[i]->attrs.state != HASHRING_NODE_ACTIVE)
			continue;
		due[members[i]->slot] = c->cells;
		if (more && c->tied) {
			due[members[i]->slot]++;
			more--;
		}
		if (!(i & 0xfff))
			cond_resched();
	}
	kvfree(classes);
	return 0;
}
