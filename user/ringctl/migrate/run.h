/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ringctl migrate run: what the pacer's files share.
 */
#ifndef RINGCTL_MIGRATE_RUN_H
#define RINGCTL_MIGRATE_RUN_H

#include "migrate.h"
#include "pace.h"

/**
 * struct pacer - a pacer at work
 * @ring: the ring
 * @pace: how fast
 * @health: a command that is asked before each step, or NULL
 * @health_timeout: ms that it has
 * @roll_back: if it fails roll back, instead of pausing
 * @roll_back_now: then all the way at once
 * @damp: ms within which a node should not come and go; 0: it may
 * @no_finish: leave it once all arcs have moved
 * @lease: what it asks for
 * @h: the connection that holds the lease
 * @events: the connection that listens
 * @signal_fd: readable once a signal wants the end
 * @m: the migration, as far as is known
 * @stale: something happened since
 * @meter: what has been done
 * @due: when the next step is; clock_ms()
 * @idle_since: since when a step waits for flows to end; 0: none does
 * @throttled_at: when the kernel was last told what is waited for
 * @damped_for: the generation that @damp_until is of
 * @damp_until: no step before this
 * @damp_reason: why
 * @shown: an unfinished line stands on the terminal
 */
struct pacer {
	const char *ring;
	struct pace pace;
	const char *health;
	__u64 health_timeout;
	bool roll_back;
	bool roll_back_now;
	__u64 damp;
	bool no_finish;

	struct hashring_lease lease;
	struct hashring *h;
	struct hashring *events;
	int signal_fd;

	struct hashring_migration m;
	bool stale;
	struct pace_meter meter;
	__u64 due;
	__u64 idle_since;
	__u64 throttled_at;
	__u64 damped_for;
	__u64 damp_until;
	char damp_reason[HASHRING_REASON_LEN];
	bool shown;
};

/* pacer.c */
int pacer_run(struct pacer *p);

/* progress.c */
void progress_step(struct pacer *p);
void progress_state(struct pacer *p);
void progress_end(struct pacer *p);

/* damp.c */
int damp_look(struct pacer *p);

#endif
