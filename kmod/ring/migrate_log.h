/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The log of a ring's migrations: steps and transitions, bounded in number.
 */
#ifndef HASHRING_RING_MIGRATE_LOG_H
#define HASHRING_RING_MIGRATE_LOG_H

#include <linux/types.h>

#include <uapi/linux/hashring.h>

#define HR_MAX_REASON	96	/* bytes, with the NUL */

/**
 * struct hr_migrate_event - a step or a transition
 * @epoch: epoch after the event
 * @time: ns since 1970
 * @generation: generation after the event
 * @kind: &enum hashring_step_kind
 * @state: &enum hashring_migration_state after the event
 * @reason: a text for operators; may be empty
 * @before: frontier before
 * @after: frontier after
 * @moved: share that changed its owner, in 2^-32
 * @arcs: number of pieces that changed their owner
 * @flows: live tracked flows between @before and @after
 */
struct hr_migrate_event {
	u64 epoch;
	u64 time;
	u64 generation;
	u8 kind;
	u8 state;
	char reason[HR_MAX_REASON];
	u64 before;
	u64 after;
	u64 moved;
	u32 arcs;
	u32 flows;
};

/**
 * struct hr_migrate_log - the last steps and transitions of a ring
 * @log: ring buffer of HR_MAX_STEPS events; NULL before the first migration
 * @nr: number of all events so far, also of the lost ones
 */
struct hr_migrate_log {
	struct hr_migrate_event *log;
	u64 nr;
};

void hr_migrate_log_text(char *to, const char *from, size_t size);
int hr_migrate_log_prepare(struct hr_migrate_log *log);
void hr_migrate_log_release(struct hr_migrate_log *log);
struct hr_migrate_event *hr_migrate_log_next(struct hr_migrate_log *log);
u32 hr_migrate_log_kept(const struct hr_migrate_log *log);
const struct hr_migrate_event *
hr_migrate_log_after(const struct hr_migrate_log *log, u64 epoch);

#endif
