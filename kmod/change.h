/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes of rings. */
#ifndef HASHRING_CHANGE_H
#define HASHRING_CHANGE_H

#include "ring/ring.h"

/**
 * struct hr_change - a change as asked for
 * @ops: the operations
 * @nr_ops: number of @ops
 * @terms: the conditions
 * @prepare: called under the ring's lock with the receipt and the next table, before
 *	the change happens, and also in a dry run, to make the requester's answer; an
 *	error refuses the change. NULL: not wanted
 *
 * All other listeners are told of the change by hr_ring_notify().
 */
struct hr_change {
	const struct hr_op *ops;
	u32 nr_ops;
	struct hr_change_terms terms;
	int (*prepare)(struct hr_change *change,
		       const struct hr_receipt *receipt,
		       const struct hr_table *next);
};

int hr_ring_change(struct hr_ring *ring, struct hr_change *change,
		   struct hr_error *err);

#endif
