/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Migrations: the frontier in motion, the pacer and the deadlines.
 *
 * A held change begins a migration, and steps move the frontier. A migration ends at
 * the map that it leads to or, rolled back, at the map that it began with. All of that
 * happens under the ring's lock. Each step and each transition is an event, which is
 * logged, traced and told.
 */
#ifndef HASHRING_MIGRATE_MIGRATION_H
#define HASHRING_MIGRATE_MIGRATION_H

#include "core/view_frontier.h"
#include "ring/ring.h"

#define HR_DEFAULT_QUIET	60000	/* ms */

/**
 * struct hr_migration - a migration under way
 * @info: the copy that readers get by hr_ring.migrate_info
 * @origin: the settled table, with its membership, when the migration began
 * @origin_generation: generation of @origin
 * @changes: number of changes that a rollback would undo
 * @undone: the generation after which these changes are
 * @rolling: the migration leads to @origin
 * @automatic: the migration ends by itself once everything has moved and drained
 * @at_once: the last change was in force at once, so no step goes back
 * @mode: holding, running, throttled, paused or failed; hr_migration_state()
 *	derives the state from the mode
 * @reason: why @mode was set, for operators; may be empty
 * @holder_port: port of the socket that has the lease, or 0; after the socket's close
 *	hr_migrate_catch_up_locked() sets it to 0
 * @holder: the name that the holder of the lease gave
 * @deadline: of the whole migration, for established flows, in jiffies_64; 0: none
 * @quiet: ms without an unknown segment after which the window closes
 * @progress: what has moved so far
 * @track: flow state, or NULL if established flows move
 */
struct hr_migration {
	struct hr_migrate_info *info;
	struct hr_table *origin;
	u64 origin_generation;
	u32 changes;
	u64 undone;
	bool rolling;
	bool automatic;
	bool at_once;
	u8 mode;
	char reason[HR_MAX_REASON];
	u32 holder_port;
	char holder[HR_MAX_NAME + 1];
	u64 deadline;
	u32 quiet;
	struct hr_progress progress;
	struct hr_track *track;
};

enum hr_migrate_by {
	HR_BY_POSITION,
	HR_BY_SHARE,
	HR_BY_ARCS,
	HR_BY_FLOWS,
};

/**
 * struct hr_migrate_step - a request for a step, and its result
 * @port: port of the requesting socket
 * @by: &enum hr_migrate_by
 * @amount: a frontier, a share in 2^-32, arcs or tracked flows
 * @back: step back; ignored with HR_BY_POSITION
 * @max_flows: refuse to step over more tracked flows; U32_MAX: any
 * @expect: refuse unless this epoch is in force; U64_MAX: any
 * @dry_run: work the step out, but leave the frontier
 * @done: filled in: the event that happened, or would happen
 */
struct hr_migrate_step {
	u32 port;
	enum hr_migrate_by by;
	u64 amount;
	bool back;
	u32 max_flows;
	u64 expect;
	bool dry_run;
	struct hr_migrate_event done;
};

/**
 * struct hr_migrate_terms - terms of a lease, or terms to be set without a lease
 * @port: port of the requesting socket
 * @holder: name of the lease's holder; only for a lease
 * @state: &enum hashring_migration_state to be set, or HASHRING_MIGRATION_NONE
 * @reason: for @state; NULL: none
 * @has_deadline: @deadline is given
 * @deadline: ms from now on
 * @has_quiet: @quiet is given
 * @quiet: see &struct hr_migration
 */
struct hr_migrate_terms {
	u32 port;
	const char *holder;
	u8 state;
	const char *reason;
	bool has_deadline;
	u64 deadline;
	bool has_quiet;
	u32 quiet;
};

void hr_ring_tick(struct hr_ring *ring, unsigned long delay);
void hr_migrate_init(struct hr_ring *ring);
void hr_migrate_drop_locked(struct hr_ring *ring);

/* All under hr_ring.lock, so that netlink's reply has the state of that moment. */
int hr_migrate_step_locked(struct hr_ring *ring, struct hr_migrate_step *step,
			   struct netlink_ext_ack *extack);
int hr_migrate_run_locked(struct hr_ring *ring,
			  const struct hr_migrate_terms *terms,
			  struct netlink_ext_ack *extack);
int hr_migrate_set_locked(struct hr_ring *ring,
			  const struct hr_migrate_terms *terms,
			  struct netlink_ext_ack *extack);
int hr_migrate_rollback_locked(struct hr_ring *ring, const char *reason,
			       bool now, bool all,
			       struct netlink_ext_ack *extack);
int hr_migrate_finish_locked(struct hr_ring *ring, bool force,
			     struct netlink_ext_ack *extack);
int hr_migrate_cut_locked(struct hr_ring *ring, const struct nlattr *attr,
			  struct hr_migrate_event *what,
			  struct netlink_ext_ack *extack);
void hr_migrate_catch_up_locked(struct hr_ring *ring);

void hr_migrate_release(struct net *net, u32 port);

void hr_migration_set_mode(struct hr_migration *m, u8 mode,
			   const char *reason);
u8 hr_migration_state(const struct hr_ring *ring);
u8 hr_migration_state_of(const struct hr_migration *m, u64 frontier);
void hr_migration_unpaced(struct hr_migration *m, bool at_end);
bool hr_migration_at_end(const struct hr_ring *ring);
u64 hr_migration_left(const struct hr_migration *m);
int hr_migrate_refuse(const struct hr_ring *ring, struct hr_error *err);

/* For the files of migrate/, and for held changes. */
struct hr_migration *hr_migration_get_locked(struct hr_ring *ring,
					     struct netlink_ext_ack *extack);
struct hr_migration *hr_migration_begin(struct hr_ring *ring);
void hr_migration_free(struct hr_migration *migration);
int hr_migrate_check_holder(const struct hr_ring *ring,
			    const struct hr_migration *m, u32 port,
			    struct netlink_ext_ack *extack);
void hr_migrate_changed_state_locked(struct hr_ring *ring);
void hr_migrate_progress_locked(struct hr_ring *ring);
void hr_migrate_move_locked(struct hr_ring *ring, u64 frontier);
void hr_migrate_event_locked(struct hr_ring *ring,
			     struct hr_migrate_event *what,
			     const struct hr_receipt *receipt);
struct hr_ring_view *hr_held_view(struct hr_ring *ring,
				  struct hr_migration *migration,
				  struct hr_table *map, struct hr_table *next,
				  bool stay, gfp_t gfp);
int hr_migrate_settle_locked(struct hr_ring *ring, const char *reason,
			     gfp_t gfp);

/* The migration under way, for the holder of ring->lock, or NULL. */
static inline struct hr_migration *
hr_migration_locked(const struct hr_ring *ring)
{
	lockdep_assert_held(&ring->lock);
	return ring->migration;
}

#endif
