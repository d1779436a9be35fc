/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A comparison of a ring that is there.
 */
#ifndef RINGLAB_COMPARE_RING_H
#define RINGLAB_COMPARE_RING_H

#include "compare.h"
#include "cli/model/model.h"

/**
 * struct compare_ring - a ring, a change of it, and both as a case has them
 * @live: the ring, if it is the kernel's
 * @saved: the file that it stands in, if it is not
 * @ring: one of these
 * @native: its table before the change
 * @ops: the change
 * @nr_ops: number of @ops
 * @after: the table after it
 * @from: the ring before the change: @native, or one that is there already
 * @to: the table after it: @after, or one that is there already
 * @list: numbers and points, by slot
 * @name: by slot
 * @weight_before: by slot
 * @weight_after: by slot
 * @member: slots of the nodes that are active before
 * @gone: slots of those that are not any more
 * @joined: slots of those that become so
 * @swap: slots of those that take others' places
 * @taken: by slot: a node that takes another's place
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
