/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The counts of ringctl measure, for its printer.
 */
#ifndef RINGCTL_MEASURE_MEASURE_H
#define RINGCTL_MEASURE_MEASURE_H

#include "cli/keys/flows.h"

#define NOBODY	UINT32_MAX

/**
 * struct counted_node - a node that owned keys before or after
 * @name: its name
 * @before: keys before the change
 * @after: keys after the change
 * @share: its share after the change
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
 * @keys: number of keys
 */
struct counted_row {
	__u32 from;
	__u32 to;
	__u64 keys;
};

/**
 * struct counted - all counts
 * @ring: the ring
 * @keys: number of mapped keys
 * @generation: the generation before the change
 * @node: nodes, ascending by name
 * @nr_nodes: number of @node
 * @row: the from-to matrix, largest first
 * @nr_rows: number of @row
 * @moved: keys whose owner differs
 * @gained: keys that had no owner and have one
 * @lost: keys that had an owner and have none
 * @set: flows of the user, which are counted instead of keys, or NULL; with
 *	them only the names of @node are set above
 * @flows: figures of @set
 * @receipt: receipt of the change
 * @has_back: the change was taken back; only then the rest is set
 * @differ: keys whose owner then was not the owner before the change
 * @back: receipt of the change back
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
