/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A change: one atomic step from one table to the next, of one or many node
 * operations. Computing the next table touches nothing of the present one, so
 * that a plan is a change whose table is thrown away.
 */
#ifndef HASHRING_CORE_CHANGE_H
#define HASHRING_CORE_CHANGE_H

#include <linux/bits.h>

#include <uapi/linux/hashring.h>

#include "table.h"

/* Which members of an operation were given. */
#define HR_OP_HAS_ID		BIT(0)
#define HR_OP_HAS_WEIGHT	BIT(1)
#define HR_OP_HAS_STATE		BIT(2)
#define HR_OP_HAS_VIA		BIT(3)
#define HR_OP_HAS_POINTS	BIT(4)
#define HR_OP_HAS_SEAT		BIT(5)
#define HR_OP_HAS_CELLS		BIT(6)
#define HR_OP_HAS_DEADLINE	BIT(7)

/**
 * struct hr_op - an operation on one node
 * @kind: &enum hashring_op_kind
 * @has: HR_OP_HAS_*: what of the following was given. A node that is added
 *	without an id takes the lowest free one, without a weight 1, without a
 *	state active; a replacement takes the lowest free id too, and for the
 *	rest what the old node has
 * @name: the node; with HASHRING_OP_REPLACE the one that goes
 * @new_name: with HASHRING_OP_REPLACE the one that takes its seat
 * @seat: with HASHRING_OP_ADD, where a saved ring is restored: the seat
 * @id: see &struct hr_node
 * @weight: as given, unchecked
 * @state: as given, unchecked
 * @via: replaces all addresses of the node
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
	u8 has;
	u8 state;
	char name[HR_MAX_NAME + 1];
	char new_name[HR_MAX_NAME + 1];
	char seat[HR_MAX_NAME + 1];
	u32 id;
	u32 weight;
	struct hr_via via;
	u32 nr_points;
	u32 *points;
	u32 nr_cells;
	struct hr_run *cells;
	u64 deadline;
};

#define HR_MAX_DEADLINE	0x7fffffff	/* ms: nearly 25 days */

/* Which attribute of an operation an error is about. */
enum hr_culprit {
	HR_BAD_OP,
	HR_BAD_NAME,
	HR_BAD_NEW_NAME,
	HR_BAD_SEAT,
	HR_BAD_ID,
	HR_BAD_WEIGHT,
	HR_BAD_STATE,
	HR_BAD_POINTS,
	HR_BAD_CELLS,
	HR_BAD_DEADLINE,
};

/**
 * struct hr_error - why a change was refused
 * @op: index of the operation that was refused, from 0; U32_MAX if none alone
 * @culprit: what of it
 * @text: a sentence for a person; empty with -ENOMEM
 */
struct hr_error {
	u32 op;
	enum hr_culprit culprit;
	char text[192];
};

int hr_change_build(const struct hr_config *cfg, const struct hr_table *base,
		    const struct hr_op *ops, u32 nr_ops, u32 id_max,
		    bool leave, const struct hr_node_ops *node_ops, gfp_t gfp,
		    struct hr_table **next, struct hr_error *err);
bool hr_change_only_removes(const struct hr_op *ops, u32 nr_ops);

#endif
