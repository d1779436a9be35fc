/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A ring in migration for tests: the core's view, and the model beside it. Each
 * node gets an id that no other node had.
 */
#ifndef HASHRING_KUNIT_MIGRATION_H
#define HASHRING_KUNIT_MIGRATION_H

#include "model/model.h"
#include "unit.h"

#define MIGRATION_NAMES	10

enum migration_kind {
	MIGRATION_LOW = MODEL_LOW,
	MIGRATION_HIGH = MODEL_HIGH,
	MIGRATION_TOP = MODEL_TOP,
	MIGRATION_ONE = MODEL_ONE,
	MIGRATION_WIDE,
	MIGRATION_EXPLICIT,
	MIGRATION_BALANCED,
	MIGRATION_KINDS
};

/**
 * struct migration - a ring in migration
 * @test: the case
 * @model: the expected state
 * @random: source of all choices
 * @view: the core's state
 * @origin: the table when the migration began; NULL while settled
 * @shadow: the members without leaving nodes, by changes without leaving nodes
 * @next_id: the id of the next node
 * @changes: number of changes in the migration
 */
struct migration {
	struct kunit *test;
	struct model_ring model;
	struct unit_random random;
	struct hr_view view;
	struct hr_table *origin;
	struct hr_table *shadow;
	u32 next_id;
	u32 changes;
};

void migration_init(struct kunit *test, struct migration *m,
		    enum migration_kind kind, u32 seed);
void migration_free(struct migration *m);

/*
 * Random operations on up to @nr names, also those of leaving nodes. No operation takes
 * a node down that stays a member.
 */
u32 migration_ops(struct migration *m, struct hr_op *ops, u32 nr);
void migration_ops_free(struct hr_op *ops, u32 nr);

/* Holds a change; false if the change was refused. */
bool migration_hold(struct migration *m, const struct hr_op *ops, u32 nr);
/* The same while the frontier is at its end: the change is in force at once. */
bool migration_release(struct migration *m, const struct hr_op *ops, u32 nr);
/*
 * Takes a member or a leaving node down that is not down, in a migration. The node may
 * be deleted thereby.
 */
void migration_down(struct migration *m, const char *name);
/* Publishes a change without a migration; false if the change was refused. */
bool migration_change(struct migration *m, const struct hr_op *ops, u32 nr);
/* Begins a rollback by a new view; the frontier is at 0. */
void migration_rollback(struct migration *m);
/* Ends the migration, with the frontier at either end. */
void migration_settle(struct migration *m);

/* Compares everything with the model, at many positions. */
void migration_check(struct migration *m);

#endif
