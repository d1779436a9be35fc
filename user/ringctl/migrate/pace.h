/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pace of a migration: the size of a step, the time of the next one, and
 * what is left. It uses no clock and no kernel: times are arguments, in ms.
 */
#ifndef RINGCTL_MIGRATE_PACE_H
#define RINGCTL_MIGRATE_PACE_H

#include <stdbool.h>

#include <hashring/migrate.h>

#define PACE_BATCH	(HASHRING_WHOLE / 100)	/* the default */
#define PACE_INTERVAL	100			/* ms, the default */

/**
 * struct pace - settings
 * @by: the unit of @batch: &HASHRING_STEP_SHARE or &HASHRING_STEP_FLOWS
 * @batch: the size of a step
 * @rate: flows in a second; 0: no limit but @interval
 * @interval: ms between steps, at least
 * @budget: share that all steps together may move; HASHRING_ANY
 * @wait_idle: whether a step waits until few flows are in its range
 * @idle_flows: the number of these flows
 * @idle_wait: ms that it waits; HASHRING_ANY: for ever
 */
struct pace {
	enum hashring_step_by by;
	__u64 batch;
	__u32 rate;
	__u64 interval;
	__u64 budget;
	bool wait_idle;
	__u32 idle_flows;
	__u64 idle_wait;
};

/**
 * struct pace_meter - what was done so far
 * @begun: when pacing began
 * @steps: number of steps
 * @moved: share that moved
 * @flows: tracked flows that were alive in it
 * @spent: share that counts for the budget: also from before a pause
 */
struct pace_meter {
	__u64 begun;
	__u64 steps;
	__u64 moved;
	__u64 flows;
	__u64 spent;
};

int pace_batch(const char *word, struct pace *pace);
int pace_wait_idle(const char *word, struct pace *pace);
void pace_begin(struct pace_meter *meter, __u64 now);
void pace_count(struct pace_meter *meter, const struct hashring_step *step);
__u64 pace_delay(const struct pace *pace, const struct hashring_step *step);
__u64 pace_allowed(const struct pace *pace, const struct pace_meter *meter);
double pace_rate(const struct pace_meter *meter, __u64 now);
__u64 pace_left(const struct pace *pace, const struct pace_meter *meter,
		const struct hashring_migration *m, __u64 now);

#endif
