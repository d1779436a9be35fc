/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes of rings. */
#ifndef HASHRING_CHANGE_H
#define HASHRING_CHANGE_H

#include "ring/ring.h"

/**
 * struct hr_change - a change as asked for
 * @ops: the operations
 * @nr_ops: number of @ops
 * @expect: refuse unless this generation is in force; U64_MAX: any
 * @max_moved: see hr_impact_check(); U64_MAX: any
 * @hold: begin a migration; while one is under way all changes are held
 * @dry_run: work the receipt out and publish nothing
 * @prepare: called with the receipt and the next table before anything has
 *	happened; an error refuses the change. NULL: not wanted
 * @published: called when the change is in force. NULL: not wanted
 *
 * Both are called under the ring's lock, so that what they tell the world
 * comes in the order of the generations.
 */
struct hr_change {
	struct hr_op *ops;
	u32 nr_ops;
	u64 expect;
	u64 max_moved;
	bool hold;
	bool dry_run;
	int (*prepare)(struct hr_change *change,
		       const struct hr_receipt *receipt,
		       const struct hr_table *next);
	void (*published)(struct hr_change *change);
};

int hr_ring_change(struct hr_ring *ring, struct hr_change *change,
		   struct hr_error *err);

#endif
