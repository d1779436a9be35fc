/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A change: one atomic step from one table to the next, of one or many node
 * operations. Computing the next table leaves the present one as it is, so that
 * a plan is a change whose table is thrown away.
 */
#ifndef HASHRING_CORE_CHANGE_H
#define HASHRING_CORE_CHANGE_H

#include <uapi/linux/hashring.h>

#include "config.h"
#include "table.h"

/**
 * struct hr_op - an operation on one node
 * @kind: &enum hashring_op_kind
 * @has: HR_HAS() and HR_HAS_ATTR() of what is given. Defaults of a new node are
 *	the lowest free id, weight 1 and state active; those of a replacement
 *	are the lowest free id, and the rest of the old node
 * @attrs: as given, unchecked; addresses replace all of the node's
 * @name: the node; with HASHRING_OP_REPLACE the node that goes
 * @new_name: with HASHRING_OP_REPLACE the node that takes the seat
 * @seat: with HASHRING_OP_ADD, to restore a ring: the seat
 * @nr_points: number of @points
 * @points: explicit placement only; in any order
 * @nr_cells: number of @cells
 * @cells: balanced placement only, to restore a table: exactly the cells that
 *	the node gets, as many as it is due, ascending and disjoint; of a node
 *	that is not active the cells that it returns to
 * @deadline: with HASHRING_OP_SET to draining: ms until established flows are
 *	cut, 1 to HR_MAX_DEADLINE; the table does not depend on it
 *
 * HR_HAS(NOW), with HASHRING_OP_DEL: established flows go at once, too.
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
 * @op: index of the refused operation, from 0; U32_MAX if it is none alone
 * @part: the wrong part: HR_PART_ALL, HR_PART() or HR_ATTR()
 * @what: the part of @text that is the same in all cases, a constant
 * @text: a sentence for a person; empty with -ENOMEM
 */
struct hr_error {
	u32 op;
	u32 part;
	const char *what;
	char text[80];
};

__printf(6, 7)
int hr_refuse_as(struct hr_error *err, u32 op, u32 part, int ret,
		 const char *what, const char *fmt, ...);

/* Of a literal, and where there are details a format that goes on and arguments. */
#define HR_WHAT(what, ...)	what
#define HR_TEXT(what, ...)	"" what __VA_ARGS__

#define hr_refuse(err, op, part, ret, ...)				\
	hr_refuse_as(err, op, part, ret, HR_WHAT(__VA_ARGS__),		\
		     HR_TEXT(__VA_ARGS__))

int hr_change_build(const struct hr_config *cfg, const struct hr_table *base,
		    const struct hr_op *ops, u32 nr_ops, u32 id_max,
		    bool leave, const struct hr_node_ops *node_ops, gfp_t gfp,
		    struct hr_table **next, struct hr_error *err);
bool hr_op_downs(const struct hr_op *op);
bool hr_change_only_removes(const struct hr_op *ops, u32 nr_ops);

#endif
