/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records: what the operations of a change did, as plain data. From the members
 * after the change a record gives those before. A record holds no nodes: it
 * outlives them.
 */
#ifndef HASHRING_CORE_RECORD_H
#define HASHRING_CORE_RECORD_H

#include "change.h"

/**
 * struct hr_node_info - a node as it was
 * @name: its name
 * @seat: its seat
 * @attrs: its attributes
 * @nr_points: number of @points
 * @points: explicit positions
 * @nr_home: number of @home
 * @home: cells that it returns to
 */
struct hr_node_info {
	const char *name;
	const char *seat;
	struct hr_node_attrs attrs;
	u32 nr_points;
	const u32 *points;
	u32 nr_home;
	const struct hr_run *home;
};

/**
 * struct hr_op_record - what an operation did
 * @kind: &enum hashring_op_kind
 * @has_before: there was a node before
 * @has_after: there is a node after
 * @same_points: both have the same explicit positions
 * @before: the node before; of a replacement the node that went
 * @after: the node after
 */
struct hr_op_record {
	u8 kind;
	bool has_before;
	bool has_after;
	bool same_points;
	struct hr_node_info before;
	struct hr_node_info after;
};

/**
 * struct hr_past_arc - a piece of the ring that changed hands
 * @start: exclusive
 * @end: inclusive; start == end is the whole ring
 * @from: id of the owner before, in the membership before; HR_NO_ID: none
 * @to: id of the owner after, in the membership after; HR_NO_ID: none
 */
struct hr_past_arc {
	u32 start;
	u32 end;
	u32 from;
	u32 to;
};

/**
 * struct hr_record - what a change did
 * @nr_ops: operations of the change
 * @nr_arcs: pieces that changed hands, where the table depends on history
 * @bytes: memory of @data and @arcs
 * @size: bytes of @data
 * @largest: bytes of the largest operation, of @size
 * @data: the operations, for hr_record_next(); NULL when they are not kept
 * @arcs: @nr_arcs of them in ring order; NULL when they are not kept
 */
struct hr_record {
	u32 nr_ops;
	u32 nr_arcs;
	size_t bytes;
	u32 size;
	u32 largest;
	void *data;
	struct hr_past_arc *arcs;
};

int hr_record_make(struct hr_record *record, const struct hr_table *before,
		   const struct hr_table *after, const struct hr_op *ops,
		   u32 nr_ops, bool arcs, gfp_t gfp);
int hr_record_diff(struct hr_record *record, const struct hr_table *before,
		   const struct hr_table *after, bool arcs, gfp_t gfp);
bool hr_record_next(const struct hr_record *record, u32 *next,
		    struct hr_op_record *did);
void hr_record_release(struct hr_record *record);

#endif
