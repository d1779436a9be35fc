/* SPDX-License-Identifier: GPL-2.0-only */
/* A change in the making, shared by the files that make it. */
#ifndef HASHRING_CORE_CHANGE_DRAFT_H
#define HASHRING_CORE_CHANGE_DRAFT_H

#include <linux/compiler.h>

#include "change.h"
#include "sort.h"

/**
 * struct hr_op_effect - what an operation comes to
 * @old: the member that it changes or takes away, or NULL
 * @new: the version that comes, owned until it stands in a table, or NULL
 * @leaving: the last version of one that goes, likewise, or NULL
 * @seat: the seat that it is about
 * @id: of the version that comes
 * @keeps: the version that comes takes over the old one's points
 */
struct hr_op_effect {
	struct hr_node *old;
	struct hr_node *new;
	struct hr_node *leaving;
	const char *seat;
	u32 id;
	bool keeps;
};

/**
 * struct hr_draft - a change in the making
 * @cfg: the ring's
 * @base: the table before
 * @ops: the operations
 * @nr_ops: their number
 * @id_max: the highest id that may be given
 * @leave: nodes that go keep their slots
 * @node_ops: who makes nodes
 * @gfp: how to allocate
 * @err: filled in when the change is refused
 * @effects: one for each operation
 * @names: what the operations name, ascending
 * @nr_names: number of @names
 * @seats: the seats that the operations are about, ascending; @nr_ops of them
 * @given: explicit points, ascending; their slot is the operation
 * @nr_given: number of @given
 */
struct hr_draft {
	const struct hr_config *cfg;
	const struct hr_table *base;
	const struct hr_op *ops;
	u32 nr_ops;
	u32 id_max;
	bool leave;
	const struct hr_node_ops *node_ops;
	gfp_t gfp;
	struct hr_error *err;
	struct hr_op_effect *effects;
	struct hr_item *names;
	u32 nr_names;
	struct hr_item *seats;
	struct hr_point *given;
	u32 nr_given;
};

/* Fills in the error; returns @ret. */
__printf(5, 6)
int hr_refuse(struct hr_draft *c, u32 op, u32 part, int ret,
	      const char *fmt, ...);

/* For what a change is refused as a whole: its only operation, or none. */
static inline u32 hr_op_alone(const struct hr_draft *c)
{
	return c->nr_ops == 1 ? 0 : U32_MAX;
}

/* The operation, if any, that changes or takes away a member. */
const struct hr_op *hr_op_on(const struct hr_draft *c,
			     const struct hr_node *node);

int hr_check_ops(struct hr_draft *c);
int hr_resolve_names(struct hr_draft *c);
int hr_resolve_seats(struct hr_draft *c);
int hr_resolve_ids(struct hr_draft *c);
int hr_resolve_points(struct hr_draft *c);

static inline const char *hr_name_after(const struct hr_op *op)
{
	return op->kind == HASHRING_OP_REPLACE ? op->new_name : op->name;
}

#endif
