/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A ring in migration, as a test holds it: the view that the core makes, and
 * beside it the three maps said again as lists of points that are searched one
 * by one. Nodes are told by their ids, none of which is given twice.
 */
#ifndef HASHRING_KUNIT_MOVING_H
#define HASHRING_KUNIT_MOVING_H

#include "core/view.h"
#include "core/view_frontier.h"
#include "unit.h"

#define MOVING_NAMES	10
#define MOVING_POINTS	8192

/* One position and the id of who holds it; ascending. */
struct moving_point {
	u32 pos;
	u32 id;
};

struct moving_map {
	u32 n;
	struct moving_point points[MOVING_POINTS];
};

enum moving_kind {
	MOVING_WIDE,
	MOVING_LOW,
	MOVING_HIGH,
	MOVING_TOP,
	MOVING_ONE,
	MOVING_EXPLICIT,
	MOVING_BALANCED,
	MOVING_KINDS
};

/**
 * struct moving - a ring in migration
 * @test: the case
 * @cfg: the ring's
 * @random: where all comes from
 * @view: what the core says
 * @origin: the table when the migration began; NULL while settled
 * @shadow: the members without those that are leaving, by changes that left none
 * @base: what must be
 * @from: likewise
 * @to: likewise
 * @next_id: the id that the next node gets
 * @changes: how many the migration carries
 * @down: ids that have been declared down in the migration
 * @nr_down: number of @down
 */
struct moving {
	struct kunit *test;
	struct hr_config cfg;
	struct unit_random random;
	struct hr_view view;
	struct hr_table *origin;
	struct hr_table *shadow;
	struct moving_map base;
	struct moving_map from;
	struct moving_map to;
	u32 next_id;
	u32 changes;
	u32 down[64];
	u32 nr_down;
};

void moving_init(struct kunit *test, struct moving *m, enum moving_kind kind,
		 u32 seed);
void moving_free(struct moving *m);

/* Random operations on up to @nr names, not declaring anything down. */
u32 moving_ops(struct moving *m, struct hr_op *ops, u32 nr);
void moving_ops_free(struct hr_op *ops, u32 nr);

/* Holds a change; false if it was refused. */
bool moving_hold(struct moving *m, const struct hr_op *ops, u32 nr);
/* Takes a member down, in a migration or without one. */
void moving_down(struct moving *m, const char *name);
/* Publishes a change without a migration; false if it was refused. */
bool moving_change(struct moving *m, const struct hr_op *ops, u32 nr);
/* Begins the way back by a new view; the frontier is at 0. */
void moving_recall(struct moving *m);
/* The frontier is at either end: the migration is over. */
void moving_settle(struct moving *m);

/* Holds everything against the lists, at many positions. */
void moving_check(struct moving *m);

u32 moving_owner(const struct moving_map *map, u32 pos);
void moving_copy(struct kunit *test, struct moving_map *map,
		 const struct hr_table *t);

/* All positions where an owner may change in @a or @b, ascending; 2^32 last. */
u32 moving_ends(const struct moving_map *a, const struct moving_map *b,
		u64 *ends);

#endif
