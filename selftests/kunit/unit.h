/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The shared parts of tests: random numbers, rings, operations, failing memory.
 */
#ifndef HASHRING_KUNIT_UNIT_H
#define HASHRING_KUNIT_UNIT_H

#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core/change.h"
#include "core/digest.h"
#include "core/impact.h"

/*
 * Programs are quick, and are the place to search for faults. In a kernel,
 * emulated and perhaps with sanitizers, a part of the rounds shows that results
 * are the same. The number of points is limited by time.
 */
#ifndef __KERNEL__
#define UNIT_LESS	1
#define UNIT_POINTS	HR_MAX_POINTS
#elif defined(CONFIG_KASAN) || defined(CONFIG_KCSAN)
#define UNIT_LESS	32
#define UNIT_POINTS	100000
#else
#define UNIT_LESS	8
#define UNIT_POINTS	HR_MAX_POINTS
#endif
#define UNIT_ROUNDS(n)	(((n) + UNIT_LESS - 1) / UNIT_LESS)

/* A ring of a test: its configuration and the table in force. */
struct unit_ring {
	struct kunit *test;
	struct hr_config cfg;
	struct hr_table *table;
};

/* A generator with the same numbers in every run. */
struct unit_random {
	u64 state;
};

u32 unit_random(struct unit_random *random);
u32 unit_below(struct unit_random *random, u32 n);

/* Zeroed memory of any size, until the case ends. */
void *unit_alloc(struct kunit *test, size_t n, size_t size);

void unit_ring_init(struct kunit *test, struct unit_ring *ring,
		    const struct hr_place_ops *place, u32 points, u32 per);
void unit_ring_free(struct unit_ring *ring);

/*
 * Operations. They are made in buffers outside of the stack, because a kernel's
 * stack is too small for all intermediate values of an expression. The buffers
 * are reused, so copy an operation before many others are made.
 */
#define unit_add(name)		(*unit_op_on(HASHRING_OP_ADD, name))
#define unit_del(name)		(*unit_op_on(HASHRING_OP_DEL, name))
#define unit_set(name)		(*unit_op_on(HASHRING_OP_SET, name))
#define unit_replace(name, new)	(*unit_op_replace(name, new))
#define unit_weight(op, weight)	(*unit_op_weight(&(op), weight))
#define unit_state(op, state)	(*unit_op_state(&(op), state))
#define unit_id(op, id)		(*unit_op_id(&(op), id))
#define unit_seat(op, seat)	(*unit_op_seat(&(op), seat))
#define unit_deadline(op, ms)	(*unit_op_deadline(&(op), ms))
#define unit_now(op)		(*unit_op_now(&(op)))
#define unit_points(op, points, n)	(*unit_op_points(&(op), points, n))
#define unit_cells(op, cells, n)	(*unit_op_cells(&(op), cells, n))

struct hr_op *unit_op_on(u8 kind, const char *name);
struct hr_op *unit_op_replace(const char *name, const char *new_name);
struct hr_op *unit_op_weight(const struct hr_op *op, u32 weight);
struct hr_op *unit_op_state(const struct hr_op *op, u8 state);
struct hr_op *unit_op_id(const struct hr_op *op, u32 id);
struct hr_op *unit_op_seat(const struct hr_op *op, const char *seat);
struct hr_op *unit_op_deadline(const struct hr_op *op, u64 ms);
struct hr_op *unit_op_now(const struct hr_op *op);
struct hr_op *unit_op_points(const struct hr_op *op, u32 *points, u32 n);
struct hr_op *unit_op_cells(const struct hr_op *op, struct hr_run *cells,
			    u32 n);

/* The next table after a change, to be freed; the change must be accepted. */
struct hr_table *unit_next(const struct unit_ring *ring,
			   const struct hr_op *ops, u32 nr_ops);

/* Builds and publishes; the change must be accepted. */
void unit_change(struct unit_ring *ring, const struct hr_op *ops, u32 nr_ops);
void unit_change_one(struct unit_ring *ring, struct hr_op op);

/* As hr_change_build() with leaving nodes; @next is NULL after an error. */
int unit_leave(const struct unit_ring *ring, const struct hr_op *ops,
	       u32 nr_ops, gfp_t gfp, struct hr_table **next,
	       struct hr_error *err);

/* The references to a table and to its nodes. */
u32 unit_refs(const struct hr_table *t);

/* Each allocation of the change fails once, and nothing has changed then. */
void unit_leave_without_memory(const struct unit_ring *ring,
			       const struct hr_op *ops, u32 nr_ops);

/* As unit_change(), but nodes that go are leaving. */
void unit_hold(struct unit_ring *ring, const struct hr_op *ops, u32 nr_ops);

/* As unit_change(), and sets the impact. */
void unit_change_impact(struct unit_ring *ring, const struct hr_op *ops,
			u32 nr_ops, struct hr_impact *impact);

/* First in a case: skips the case if the kernel cannot inject failures. */
#if defined(__KERNEL__) && !defined(CONFIG_FAULT_INJECTION)
#define unit_want_failures(test)	\
	kunit_skip(test, "this kernel has no fault injection")
#else
#define unit_want_failures(test)	do { } while (0)
#endif

/* Lets the @nth allocation from this call fail. */
void unit_fail_nth(u32 nth);

/* Whether the @nth allocation was reached. Ends the failures. */
bool unit_failed(void);

/* A kernel has a second way to large memory after a failure. */
#ifdef __KERNEL__
#define UNIT_OTHER_WAYS	true
#else
#define UNIT_OTHER_WAYS	false
#endif

/* Lets each allocation of a change and of its impact fail once. */
void unit_fail_each(const struct unit_ring *ring, const struct hr_op *ops,
		    u32 nr_ops);

/* Adds n nodes of weight 1, with names from a format with one %u, from 0. */
void unit_add_many(struct unit_ring *ring, const char *format, u32 n);

u32 unit_slot(struct kunit *test, const struct hr_table *t, const char *name);

#endif
