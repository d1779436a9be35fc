// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>

#include "balance.h"

/**
 * balance_of() - the balance of the active nodes' shares
 * @t: the table
 * @b: set; all 0 when no node is active
 */
void balance_of(const struct hr_table *t, struct balance *b)
{
	double sum = 0;
	__u32 i;

	b->peak = hr_table_peak(t);
	b->trough = hr_table_trough(t);
	b->deviation = 0;
	if (!t->weight)
		return;
	for (i = 0; i < t->nr_nodes; i++) {
		const struct hr_node *node = t->by_name[i];
		double due, off;

		if (node->attrs.state != HASHRING_NODE_ACTIVE)
			continue;
		due = (double)node->attrs.weight / t->weight * HR_WHOLE_RING;
		off = t->share[node->slot] / due - 1;
		sum += node->attrs.weight * off * off;
	}
	b->deviation = sqrt(sum / t->weight) * HR_WHOLE_RING + 0.5;
}

/**
 * localization_ratio() - what moves over what ideally moves
 * @moved: share that moves
 * @ideal: share that a perfectly balanced method moves
 *
 * Return: the ratio in 2^-32; 0 when @ideal is 0, which has none.
 */
__u64 localization_ratio(__u64 moved, __u64 ideal)
{
	__uint128_t scaled = (__uint128_t)moved << 32;

	return ideal ? (scaled + ideal / 2) / ideal : 0;
}

/* From a half to 2 is good, from a quarter to 4 acceptable. */
const char *localization_word(__u64 ratio)
{
	if (ratio >= HR_WHOLE_RING / 2 && ratio <= HR_WHOLE_RING * 2)
		return "Good";
	if (ratio >= HR_WHOLE_RING / 4 && ratio <= HR_WHOLE_RING * 4)
		return "Acceptable";
	return "Poor";
}
