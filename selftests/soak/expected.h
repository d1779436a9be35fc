/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A ring in the kernel, and its expected state, made by the core with the same
 * moves.
 */
#ifndef SELFTESTS_SOAK_EXPECTED_H
#define SELFTESTS_SOAK_EXPECTED_H

#include "soak.h"

#include <hashring/migrate.h>

#include "core/change.h"
#include "core/view.h"
#include "core/view_frontier.h"

#define EXPECTED_OPS	4
#define EXPECTED_POINTS	8	/* of a node with explicit placement */
#define EXPECTED_NAMES	24
#define EXPECTED_WORDS	160

/**
 * struct expected - a ring and its expected state
 * @ring: name of the ring
 * @netns: namespace; NULL: the thread's own one
 * @h: connection
 * @worker: worker of the ring
 * @seed: of random moves
 * @names: members are b1 to this number
 * @via: by backend, or NULL
 * @polite: no node goes down, and at least one is active
 * @may_fail: the test makes allocations fail, so that moves may be refused
 * @attached: part of the attachments in the digest of the configuration
 * @arm: starts failures in the kernel before a move, and ends them after it
 * @config: configuration of the kernel's ring
 * @view: expected view of the kernel
 * @origin: settled table when the migration began
 * @origin_digest: the kernel's digest of @origin
 * @downs: a node went down since, so that a rollback does not lead to @origin
 * @rolling: the migration is in a rollback
 * @gone: a node was deleted or replaced since the last reset
 * @epoch: the kernel's epoch before a move
 * @doing: the present move, in words
 * @announce: gets the next view before a move
 * @arg: argument of @announce
 */
struct expected {
	char ring[32];
	const char *netns;
	struct hashring *h;
	struct worker *worker;
	unsigned int seed;
	unsigned int names;
	const struct hashring_via *via;
	bool polite;
	bool may_fail;
	__u64 attached;
	void (*arm)(struct expected *t, bool armed);
	struct hr_config config;
	struct hr_view view;
	struct hr_table *origin;
	__u64 origin_digest;
	bool downs;
	bool rolling;
	bool gone;
	__u64 epoch;
	char doing[EXPECTED_WORDS];
	void (*announce)(void *arg, const struct hr_view *next);
	void *arg;
};

/* The result of a move: made, refused for lack of memory, or not applicable. */
enum moved { MOVED, REFUSED, IDLE };

/* expected.c */
void expected_create(struct expected *t, __u32 placement, __u32 points,
		     const struct hashring_settings *settings, __u32 has);
void expected_create_small(struct expected *t, __u32 placement, __u32 points);
void expected_release(struct expected *t);
bool expected_again(struct expected *t, int err, const char *what);
void expected_reconnect(struct expected *t);
struct hr_table *expected_map(const struct expected *t);
enum moved expected_change(struct expected *t, unsigned int nr, bool hold);
enum moved expected_populate(struct expected *t, unsigned int nr);
enum moved expected_step(struct expected *t, enum hr_pace_by by, bool back,
			 __u64 amount);
enum moved expected_rollback(struct expected *t, bool now);
enum moved expected_finish(struct expected *t, bool force);
enum moved expected_down(struct expected *t);
void expected_pause(struct expected *t);
void expected_quiet(struct expected *t, __u64 ms);
enum moved expected_move(struct expected *t);
void expected_settle(struct expected *t);

/* expected_op.c */
void expected_op_to_kernel(const struct hr_op *op, struct hashring_op *to);
void expected_op_add(struct expected *t, unsigned int i, struct hr_op *op,
		     __u32 *points);
bool expected_op_random(struct expected *t, bool *used, struct hr_op *op, __u32 *points);
void expected_op_words(struct expected *t, const struct hr_op *op, unsigned int nr);

/* expected_check.c */
__u64 expected_kernel_digest(struct expected *t, bool config);
void expected_check_digest(struct expected *t, const char *when);
struct hashring_attach;
__u64 expected_attach_digest(const struct hashring_attach *a);
void expected_check(struct expected *t, unsigned int lookups);
void expected_check_history(struct expected *t);

static inline bool expected_settled(const struct expected *t)
{
	return !t->view.from;
}

#endif
