/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pace of a migration: how far a step goes, when the next one is due, and
 * what is left. No clock and no kernel: times are given, in milliseconds.
 */
#ifndef RINGCTL_MIGRATE_PACE_H
#define RINGCTL_MIGRATE_PACE_H

#include <stdbool.h>

#include <hashring/migrate.h>

#define PACE_BATCH	(HASHRING_WHOLE / 100)	/* if nothing is given */
#define PACE_INTERVAL	100			/* ms, likewise */

/**
 * struct pace - what is wanted
 * @by: what @batch is: &HASHRING_STEP_SHARE or &HASHRING_STEP_FLOWS
 * @batch: how far a step goes
 * @rate: flows in a second; 0: as fast as @interval allows
 * @interval: ms between steps, at least
 * @budget: share that all steps together may move; HASHRING_ANY
 * @wait_idle: whether a step waits until few flows are in its way
 * @idle_flows: how many these are
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
 * struct pace_meter - what has been done
 * @begun: when pacing began
 * @steps: how many
 * @moved: share
 * @flows: tracked flows that were alive in it
 * @spent: share, as far as the budget counts it: also before a pause
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
