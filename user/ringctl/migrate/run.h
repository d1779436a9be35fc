/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ringctl migrate run: what the pacer's files share.
 */
#ifndef RINGCTL_MIGRATE_RUN_H
#define RINGCTL_MIGRATE_RUN_H

#include "migrate.h"
#include "pace.h"

/**
 * struct pacer - a running pacer
 * @ring: the ring
 * @pace: its pace
 * @health: the health check before each step, or NULL
 * @health_timeout: ms that the check may take
 * @roll_back: roll back after a failure, instead of pausing
 * @roll_back_now: roll back at once
 * @damp: ms within which a node should not come and go; 0: no damping
 * @no_finish: stop once all arcs have moved
 * @lease: what it sets
 * @h: the connection that holds the lease
 * @events: the connection for events
 * @signal_fd: readable once a signal has come
 * @m: the migration, as last known
 * @stale: an event came since
 * @meter: what was done so far
 * @due: the time of the next step, by clock_ms()
 * @idle_since: since when a step waits for flows to end; 0: none waits
 * @throttled_at: when the kernel last got the reason of a wait
 * @damped_for: the generation that @damp_until belongs to
 * @damp_until: no step before this
 * @damp_reason: the reason
 * @shown: the terminal shows an unfinished line
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
