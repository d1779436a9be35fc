// SPDX-License-Identifier: GPL-2.0-only
/* The number of a balanced ring's cells that each node gets. */
#include <linux/string.h>

#include "model.h"

/* The node with the best claim to a cell; of equal ones the first seat. */
static const struct hr_node *next_due(const struct hr_table *t, const u32 *due)
{
	const struct hr_node *best = NULL;
	u64 best_s = 1, s;
	u32 i;

	for (i = 0; i < t->nr_nodes; i++) {
		const struct hr_node *node = t->by_seat[i];

		if (node->attrs.state != HASHRING_NODE_ACTIVE)
			continue;
		/* Sainte-Lague: the weight divided by 2 * cells + 1. */
		s = 2 * (u64)due[node->slot] + 1;
		if (best && node->attrs.weight * best_s <=
			    best->attrs.weight * s)
			continue;
		best = node;
		best_s = s;
	}
	return best;
}

/**
 * model_due() - gives out cells one by one
 * @t: the table with the members
 * @grid: number of cells
 * @due: set: the cells of the node in each slot; an active node has at least one
 */
void model_due(const struct hr_table *t, u32 grid, u32 *due)
{
	u32 i, left = grid;

	memset(due, 0, t->nr_slots * sizeof(*due));
	for (i = 0; i < t->nr_nodes; i++) {
		if (t->by_seat[i]->attrs.state != HASHRING_NODE_ACTIVE)
			continue;
		due[t->by_seat[i]->slot] = 1;
		left--;
	}
	for (; left && left < grid; left--)
		due[next_due(t, due)->slot]++;
}
