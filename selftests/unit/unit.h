/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests share: cmocka, random numbers, rings and operations. */
#ifndef HASHRING_UNIT_H
#define HASHRING_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/slab.h>
#include <linux/string.h>
#include <errno.h>

#include "core/change.h"
#include "core/digest.h"
#include "core/impact.h"

/* A ring as a test holds it: its configuration and the table in force. */
struct unit_ring {
	struct hr_config cfg;
	struct hr_table *table;
};

/* A generator of numbers that gives the same ones at every run. */
struct unit_random {
	u64 state;
};

u32 unit_random(struct unit_random *random);
u32 unit_below(struct unit_random *random, u32 n);

void unit_ring_init(struct unit_ring *ring, const struct hr_place_ops *place,
		    u32 points, u32 per);
void unit_ring_free(struct unit_ring *ring);

struct hr_op unit_add(const char *name);
struct hr_op unit_del(const char *name);
struct hr_op unit_set(const char *name);
struct hr_op unit_replace(const char *name, const char *new_name);
struct hr_op unit_weight(struct hr_op op, u32 weight);
struct hr_op unit_state(struct hr_op op, u8 state);
struct hr_op unit_id(struct hr_op op, u32 id);
struct hr_op unit_seat(struct hr_op op, const char *seat);
struct hr_op unit_points(struct hr_op op, u32 *points, u32 n);
struct hr_op unit_cells(struct hr_op op, struct hr_run *cells, u32 n);

/* The table that a change leads to, to be freed; it must be accepted. */
struct hr_table *unit_next(const struct unit_ring *ring,
			   const struct hr_op *ops, u32 nr_ops);

/* Builds and publishes; the change must be accepted. */
void unit_change(struct unit_ring *ring, const struct hr_op *ops, u32 nr_ops);
void unit_change_one(struct unit_ring *ring, struct hr_op op);

/* As unit_change(), and fills in what it moved. */
void unit_change_impact(struct unit_ring *ring, const struct hr_op *ops,
			u32 nr_ops, struct hr_impact *impact);

/* Lets each allocation of a change and of its impact fail in turn. */
void unit_fail_each(const struct unit_ring *ring, const struct hr_op *ops,
		    u32 nr_ops);

/* Adds n nodes of weight 1, named by a format with one %u, from 0. */
void unit_add_many(struct unit_ring *ring, const char *format, u32 n);

u32 unit_slot(const struct hr_table *t, const char *name);

#endif
