/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What ringctl measure counted, for its printer.
 */
#ifndef RINGCTL_MEASURE_MEASURE_H
#define RINGCTL_MEASURE_MEASURE_H

#include "cli/keys/flows.h"

#define NOBODY	UINT32_MAX

/**
 * struct counted_node - a node that owned keys before or after
 * @name: its name
 * @before: keys before the change
 * @after: and after
 * @share: what it owns after the change
 */
struct counted_node {
	const char *name;
	__u64 before;
	__u64 after;
	__u64 share;
};

/**
 * struct counted_row - keys that went from one node to another
 * @from: index of the node, or NOBODY
 * @to: as @from
 * @keys: how many
 */
struct counted_row {
	__u32 from;
	__u32 to;
	__u64 keys;
};

/**
 * struct counted - what was counted
 * @ring: the ring
 * @keys: how many were mapped
 * @generation: before the change
 * @node: nodes, ascending by name
 * @nr_nodes: number of @node
 * @row: the from-to matrix, largest first
 * @nr_rows: number of @row
 * @moved: keys whose owner differs
 * @gained: keys that had no owner and have one
 * @lost: keys that had an owner and have none
 * @set: flows of the user's own, which are counted instead of made up keys, or
 *	NULL; of what is above then only the names of @node are set
 * @flows: of @set
 * @receipt: of the change
 * @has_back: the change was taken back, and the following is told
 * @differ: keys that had another owner then than before the change
 * @back: of the change back
 */
struct counted {
	const char *ring;
	__u64 keys;
	__u64 generation;
	struct counted_node *node;
	__u32 nr_nodes;
	struct counted_row *row;
	__u32 nr_rows;
	__u64 moved;
	__u64 gained;
	__u64 lost;
	const struct flow_set *set;
	struct flow_figures flows;
	struct hashring_receipt receipt;
	bool has_back;
	__u64 differ;
	struct hashring_receipt back;
};

void print_counted(const struct counted *c);

#endif
