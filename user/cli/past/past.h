/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The past: what the operations of past changes did, and rings as they were.
 */
#ifndef CLI_PAST_PAST_H
#define CLI_PAST_PAST_H

#include <core/record.h>
#include <hashring/migrate.h>
#include <hashring/past.h>

#include "cli/model/model.h"
#include "cli/print/output.h"

/**
 * struct past_op - what an operation did
 * @kind: &enum hashring_op_kind
 * @has_before: whether there is @before
 * @has_after: whether there is @after
 * @before: the node before; of its cells only the home cells
 * @after: the node after; the same
 */
struct past_op {
	__u32 kind;
	bool has_before;
	bool has_after;
	struct model_node before;
	struct model_node after;
};

/**
 * struct past_ops - what all operations of a change did
 * @op: the operations, which own their arrays
 * @nr: number of @op
 */
struct past_ops {
	struct past_op *op;
	__u32 nr;
};

/**
 * struct past_source - a source of past operations
 * @load: fills in the operations of the change that led to the ring's
 *	generation, or reports that they are gone; returns an exit status;
 *	errors are reported
 * @arg: for @load
 */
struct past_source {
	int (*load)(struct past_ops *ops, const struct model_ring *r,
		    bool *gone, const void *arg);
	const void *arg;
};

extern const struct past_source past_kernel;

/* past_ops.c */
int past_ops_load(struct past_ops *ops, const char *ring, __u64 generation);
void past_ops_release(struct past_ops *ops);
bool past_same_member(const struct model_node *a, const struct model_node *b);
void print_past_op(FILE *f, const struct past_op *op);
json_t *past_op_to_json(const struct past_op *op);

/* past.c: all return an exit status; errors are reported. */
int past_copy(struct model_ring *to, const struct model_ring *from);
int past_return(struct model_ring *r, __u64 generation);
int past_return_kept(struct model_ring *r, __u64 generation,
		     const struct past_source *from, bool *gone);
int past_check(const struct model_ring *now, __u64 generation);
int past_seats(const struct model_ring *now, const struct model_ring *then);
const struct model_node *past_in_the_way(const struct model_ring *now,
					 const struct model_ring *then,
					 const struct model_node **also);

/**
 * struct past_id - a node whose id changed
 * @after: its id after
 * @before: its id before
 */
struct past_id {
	__u32 after;
	__u32 before;
};

/**
 * struct past_grid - a balanced ring's grid as it was
 * @owner: ids by cell, 0 for none; NULL with other placements
 * @nr: number of @owner
 */
struct past_grid {
	__u32 *owner;
	__u32 nr;
};

/* past_grid.c; all return an exit status; errors are reported. */
int past_grid_take(struct past_grid *g, const struct model_ring *r);
int past_grid_return(struct past_grid *g, const struct model_ring *r,
		     const struct past_ops *ops, bool *gone);
int past_grid_settle(const struct past_grid *g, struct model_ring *r);
void past_grid_release(struct past_grid *g);

/* past_cells.c */
int past_cells_return(__u32 *cells, __u32 grid, const struct hr_past_arc *arcs,
		      __u32 nr_arcs, const struct past_id *ids, __u32 nr_ids);

/**
 * struct step_list - steps and transitions of a ring
 * @step: oldest first
 * @nr: number of @step
 */
struct step_list {
	struct hashring_step *step;
	__u32 nr;
};

/* steps.c */
int steps_load(struct hashring *h, const char *ring, struct step_list *list);
json_t *step_to_json(const struct hashring_step *step);

#endif
