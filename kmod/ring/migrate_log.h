/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What happened to a ring's migrations: each step and each transition, bounded
 * in number.
 */
#ifndef HASHRING_RING_MIGRATE_LOG_H
#define HASHRING_RING_MIGRATE_LOG_H

#include <linux/types.h>

#include <uapi/linux/hashring.h>

#define HR_MAX_REASON	96	/* bytes, with the NUL */

/**
 * struct hr_happened - a step or a transition
 * @epoch: after it
 * @time: ns since 1970
 * @generation: after it
 * @kind: &enum hashring_step_kind
 * @state: &enum hashring_migration_state, after it
 * @reason: for a person; may be empty
 * @before: frontier
 * @after: frontier
 * @moved: share that changed its owner, in 2^-32
 * @arcs: in how many pieces
 * @flows: tracked ones that were alive in there
 */
struct hr_happened {
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
 * struct hr_steps - the last steps and transitions of a ring
 * @log: HR_MAX_STEPS of them, in turn; NULL before the first migration
 * @nr: how many there ever were
 */
struct hr_steps {
	struct hr_happened *log;
	u64 nr;
};

void hr_steps_words(char *to, const char *from, size_t size);
int hr_steps_prepare(struct hr_steps *steps);
void hr_steps_release(struct hr_steps *steps);
struct hr_happened *hr_steps_next(struct hr_steps *steps);
u32 hr_steps_kept(const struct hr_steps *steps);
const struct hr_happened *hr_steps_after(const struct hr_steps *steps,
					 u64 epoch);

#endif
