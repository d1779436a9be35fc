/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A comparison of a ring of the kernel or of a file.
 */
#ifndef RINGLAB_COMPARE_RING_H
#define RINGLAB_COMPARE_RING_H

#include "compare.h"
#include "cli/model/model.h"

/**
 * struct compare_ring - a ring and a change, with the arrays of a case
 * @live: the kernel's ring
 * @saved: the rings of the file
 * @ring: the ring, in one of @live and @saved
 * @native: its table before the change, made here
 * @ops: the change
 * @nr_ops: number of @ops
 * @after: the table after the change, made here
 * @from: the ring before the change: @native, or the caller's
 * @to: the table after the change: @after, or the caller's
 * @list: numbers and points, by slot
 * @name: names, by slot
 * @weight_before: weights before the change, by slot
 * @weight_after: weights after the change, by slot
 * @member: slots of the nodes that are active before the change
 * @gone: slots of the nodes that stop being active
 * @joined: slots of the nodes that become active
 * @swap: slots of replaced nodes and of the nodes that replace them
 * @taken: by slot: whether the node replaces another one
 */
struct compare_ring {
	struct model_ring live;
	struct model saved;
	const struct model_ring *ring;
	struct native_ring native;
	struct hr_op *ops;
	__u32 nr_ops;
	struct hr_table *after;
	const struct native_ring *from;
	const struct hr_table *to;
	struct compare_list list;
	const char **name;
	__u32 *weight_before;
	__u32 *weight_after;
	__u32 *member;
	__u32 *gone;
	__u32 *joined;
	struct sim_swap *swap;
	bool *taken;
};

int compare_ring_begin(struct compare_ring *r, const char *name,
		       const char *offline, const struct ops *ops,
		       struct compare *c);
int compare_ring_case(struct compare_ring *r, const char *name,
		      struct compare *c);
void compare_ring_release(struct compare_ring *r);

#endif
