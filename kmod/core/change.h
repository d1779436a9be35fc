/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A change: one atomic step from one table to the next, of one or many node
 * operations. Computing the next table touches nothing of the present one, so
 * that a plan is a change whose table is thrown away.
 */
#ifndef HASHRING_CORE_CHANGE_H
#define HASHRING_CORE_CHANGE_H

#include <uapi/linux/hashring.h>

#include "table.h"

/**
 * struct hr_op - an operation on one node
 * @kind: &enum hashring_op_kind
 * @has: HR_HAS() and HR_HAS_ATTR() of what was given. A node that is added
 *	without an id takes the lowest free one, without a weight 1, without a
 *	state active; a replacement takes the lowest free id too, and for the
 *	rest what the old node has
 * @attrs: as given, unchecked; addresses replace all those of the node
 * @name: the node; with HASHRING_OP_REPLACE the one that goes
 * @new_name: with HASHRING_OP_REPLACE the one that takes its seat
 * @seat: with HASHRING_OP_ADD, where a saved ring is restored: the seat
 * @nr_points: number of @points
 * @points: explicit placement only; in any order
 * @nr_cells: number of @cells
 * @cells: balanced placement only: exactly the cells that the node gets, as many
 *	as are its due, ascending and apart from each other; of a node that is
 *	not active those that it returns to. Where a table is restored
 * @deadline: with HASHRING_OP_SET to draining: ms that established flows have, 1 to
 *	HR_MAX_DEADLINE; the table does not depend on it
 *
 * A change names a node at most once, so that the order of its operations
 * does not matter.
 */
struct hr_op {
	u8 kind;
	u64 has;
	struct hr_node_attrs attrs;
	char name[HR_MAX_NAME + 1];
	char new_name[HR_MAX_NAME + 1];
	char seat[HR_MAX_NAME + 1];
	u32 nr_points;
	u32 *points;
	u32 nr_cells;
	struct hr_run *cells;
	u64 deadline;
};

/**
 * struct hr_change_terms - what is asked of a change besides its operations
 * @expect: refuse unless this generation is in force; U64_MAX: any
 * @max_moved: see hr_impact_check(); U64_MAX: any
 * @hold: begin a migration; while one is under way all changes are held
 * @dry_run: work out what the change would do, and change nothing
 */
struct hr_change_terms {
	u64 expect;
	u64 max_moved;
	bool hold;
	bool dry_run;
};

#define HR_MAX_DEADLINE	0x7fffffff	/* ms: nearly 25 days */

/**
 * struct hr_error - why a change was refused
 * @op: index of the operation that was refused, from 0; U32_MAX if none alone
 * @part: what of it: HR_PART_ALL, HR_PART() or HR_ATTR()
 * @text: a sentence for a person; empty with -ENOMEM
 */
struct hr_error {
	u32 op;
	u32 part;
	char text[192];
};

int hr_change_build(const struct hr_config *cfg, const struct hr_table *base,
		    const struct hr_op *ops, u32 nr_ops, u32 id_max,
		    bool leave, const struct hr_node_ops *node_ops, gfp_t gfp,
		    struct hr_table **next, struct hr_error *err);
bool hr_change_only_removes(const struct hr_op *ops, u32 nr_ops);

#endif
