/* SPDX-License-Identifier: GPL-2.0-only */
/* A change in the making, shared by the files that make it. */
#ifndef HASHRING_CORE_CHANGE_DRAFT_H
#define HASHRING_CORE_CHANGE_DRAFT_H

#include <linux/compiler.h>

#include "change.h"
#include "sort.h"

/**
 * struct hr_op_effect - what an operation does
 * @old: the node that it changes or removes, or NULL
 * @was_leaving: @old is no member any more
 * @new: the new version, owned until it is in a table, or NULL
 * @leaving: the last version of a node that goes, likewise, or NULL
 * @seat: the seat of its node
 * @id: the id of the new version
 * @keeps: the new version takes over the old one's points
 */
struct hr_op_effect {
	struct hr_node *old;
	bool was_leaving;
	struct hr_node *new;
	struct hr_node *leaving;
	const char *seat;
	u32 id;
	bool keeps;
};

/**
 * struct hr_draft - a change in the making
 * @cfg: the ring's configuration
 * @base: the table before
 * @ops: the operations
 * @nr_ops: their number
 * @id_max: the highest id allowed
 * @leave: nodes that go keep their slots
 * @node_ops: makes and frees nodes
 * @gfp: how to allocate
 * @err: filled in when the change is refused
 * @effects: one for each operation
 * @names: the names in the operations, ascending
 * @nr_names: number of @names
 * @seats: the seats of the operations' nodes, ascending; @nr_ops of them
 * @given: explicit points, ascending; their slot is the operation's index
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

/* For a refusal of the change as a whole: its only operation, or none. */
static inline u32 hr_op_alone(const struct hr_draft *c)
{
	return c->nr_ops == 1 ? 0 : U32_MAX;
}

/* The operation, if any, that changes or removes a member. */
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
