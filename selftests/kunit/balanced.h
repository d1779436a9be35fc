/* SPDX-License-Identifier: GPL-2.0-only */
/* The shared parts of the tests of balanced rings. */
#ifndef HASHRING_KUNIT_BALANCED_H
#define HASHRING_KUNIT_BALANCED_H

#include "core/grid.h"
#include "unit.h"

void balanced_init(struct kunit *test, struct unit_ring *ring, u32 grid);

/* Compares look-ups at both ends of every cell with the points, one by one. */
void balanced_check_lookup(const struct unit_ring *ring);

/* As unit_change(), and checks that only required cells move. */
void balanced_change(struct unit_ring *ring, const struct hr_op *ops,
		     u32 nr_ops);
void balanced_change_one(struct unit_ring *ring, struct hr_op op);

/* Up to @nr operations on different nodes of @names, at least 2 * @nr. */
u32 balanced_ops(const struct unit_ring *ring, struct unit_random *random,
		 u32 names, bool weights, struct hr_op *ops, u32 nr);
u32 balanced_weight(struct unit_random *random);

#endif
