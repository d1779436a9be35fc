/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libhashring: migrations (migrate.c), their steps and the flows that they
 * track (tracked.c).
 */
#ifndef HASHRING_MIGRATE_H
#define HASHRING_MIGRATE_H

#include <hashring/hashring.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HASHRING_REASON_LEN	96	/* with the NUL, as in the kernel; longer ones are cut */

/**
 * struct hashring_step - one step or transition of a migration
 * @epoch: the epoch after it
 * @time: ns since 1970
 * @generation: the generation in force
 * @kind: &enum hashring_step_kind
 * @state: &enum hashring_migration_state, after it
 * @reason: the reason for @state, or empty
 * @frontier_before: the frontier before
 * @frontier: the frontier after
 * @moved: share whose owner changed
 * @arcs: number of pieces
 * @flows: live tracked flows in these pieces
 */
struct hashring_step {
	__u64 epoch;
	__u64 time;
	__u64 generation;
	__u32 kind;
	__u32 state;
	char reason[HASHRING_REASON_LEN];
	__u64 frontier_before;
	__u64 frontier;
	__u64 moved;
	__u32 arcs;
	__u32 flows;
};

/**
 * struct hashring_track_stats - what became of flows since a migration began
 * @started: entries of flows that began
 * @seen: entries of flows that had begun before
 * @ended: entries removed after FIN or RST
 * @half_open: entries removed because the flow was never established
 * @idle: entries removed because nothing came for the timeout
 * @expired: flows cut by a deadline, or because their node went down
 * @evicted: entries removed for room; only the count depended on them
 * @no_entry: new flows sent to the old owner, because no entry was free
 * @not_noted: flows in arcs still to move, without a free entry
 * @unknown: segments of unknown connections in moved arcs, sent to the old
 *	owner
 * @unknown_late: the same after the window closed, sent to the new owner
 */
struct hashring_track_stats {
	__u64 started;
	__u64 seen;
	__u64 ended;
	__u64 half_open;
	__u64 idle;
	__u64 expired;
	__u64 evicted;
	__u64 no_entry;
	__u64 not_noted;
	__u64 unknown;
	__u64 unknown_late;
};

/**
 * struct hashring_node_flows - tracked flows of a node
 * @name: the node
 * @flows: live flows
 * @pinned: of these, in arcs that another node owns now
 * @leaving: the node is deleted, and goes when the migration ends
 * @has_deadline: whether there is @deadline
 * @deadline: ms until the node's established flows are cut
 */
struct hashring_node_flows {
	char name[HASHRING_NAME_LEN];
	__u32 flows;
	__u32 pinned;
	bool leaving;
	bool has_deadline;
	__u64 deadline;
};

/**
 * struct hashring_migration - a migration as the kernel describes it
 * @ring: the ring
 * @state: &enum hashring_migration_state
 * @reason: the reason for @state, or empty
 * @generation: the generation in force
 * @origin: the generation that was settled when the migration began
 * @epoch: counts changes, steps and transitions
 * @changes: number of changes that a rollback would undo
 * @undone: a rollback would undo the changes of the generations after this one
 * @frontier: positions below it go by the map that the migration leads to; 0 to
 *	2^32
 * @total: share that differs between the two maps
 * @released: of this, the share below @frontier
 * @arcs: pieces that differ
 * @arcs_released: of these, pieces below @frontier
 * @back: the migration goes back
 * @holder: the holder of the lease, or empty
 * @has_deadline: whether there is @deadline
 * @deadline: ms that are left
 * @quiet: ms without an unknown segment after which the window closes
 * @window: segments of unknown connections still go to the old owner
 * @grace: ms during which unknown flows of other protocols still go to the old owner
 * @max_entries: flows that can be tracked; 0 where established flows move
 * @entries: flows that are tracked
 * @pinned: of these, live flows at a node that does not own their arc
 * @noted: of these, flows in arcs still to move
 * @has_stats: whether there are @stats
 * @stats: what became of flows
 * @nr_nodes: number of @nodes
 * @nodes: nodes that have tracked flows, a deadline, or are leaving
 * @has_step: whether there is @step
 * @step: the step that the reply or event is about
 * @has_receipt: whether there is @receipt
 * @receipt: of the whole migration, when it ended
 */
struct hashring_migration {
	char ring[HASHRING_NAME_LEN];
	__u32 state;
	char reason[HASHRING_REASON_LEN];
	__u64 generation;
	__u64 origin;
	__u64 epoch;
	__u32 changes;
	__u64 undone;
	__u64 frontier;
	__u64 total;
	__u64 released;
	__u32 arcs;
	__u32 arcs_released;
	bool back;
	char holder[HASHRING_REASON_LEN];
	bool has_deadline;
	__u64 deadline;
	__u64 quiet;
	bool window;
	__u64 grace;
	__u32 max_entries;
	__u32 entries;
	__u32 pinned;
	__u32 noted;
	bool has_stats;
	struct hashring_track_stats stats;
	__u32 nr_nodes;
	struct hashring_node_flows *nodes;
	bool has_step;
	struct hashring_step step;
	bool has_receipt;
	struct hashring_receipt receipt;
};

/* The unit of a step. */
enum hashring_step_by {
	HASHRING_STEP_TO,	/* a frontier, 0 to HASHRING_WHOLE */
	HASHRING_STEP_SHARE,	/* more share */
	HASHRING_STEP_ARCS,	/* more pieces */
	HASHRING_STEP_FLOWS,	/* tracked flows that are alive */
};

/**
 * struct hashring_step_ask - a step as requested
 * @ring: the ring
 * @by: the unit of @amount
 * @amount: how far to step
 * @has_max_flows: whether there is @max_flows
 * @max_flows: refuse (-EAGAIN) a step over more tracked flows
 * @back: step back
 * @dry_run: say what the step would do
 * @expect_epoch: refuse (-ESTALE) another epoch; HASHRING_ANY
 */
struct hashring_step_ask {
	const char *ring;
	enum hashring_step_by by;
	__u64 amount;
	bool has_max_flows;
	__u32 max_flows;
	bool back;
	bool dry_run;
	__u64 expect_epoch;
};

/**
 * struct hashring_lease - what a pacer sets
 * @holder: name of the pacer
 * @deadline: ms from now on, after which pinned flows are cut at the end, and a
 *	migration before its end is paused; HASHRING_ANY: unchanged
 * @quiet: ms, see &struct hashring_migration; HASHRING_ANY: unchanged
 */
struct hashring_lease {
	const char *holder;
	__u64 deadline;
	__u64 quiet;
};

#define HASHRING_STATE_KEPT	(~0U)

/**
 * struct hashring_migrate_set - what is changed of a migration
 * @state: &enum hashring_migration_state, or HASHRING_STATE_KEPT
 * @reason: the reason for @state, or NULL
 * @deadline: as in &struct hashring_lease
 * @quiet: likewise
 */
struct hashring_migrate_set {
	__u32 state;
	const char *reason;
	__u64 deadline;
	__u64 quiet;
};

typedef int (*hashring_migration_cb)(const struct hashring_migration *m,
				     void *arg);

/*
 * All of these set @m, if it is not NULL, to the migration after the call. The
 * caller releases @m, which is empty after an error.
 */
int hashring_migrate_get(struct hashring *h, const char *ring,
			 struct hashring_migration *m);
int hashring_migrate_run(struct hashring *h, const char *ring,
			 const struct hashring_lease *lease,
			 struct hashring_migration *m);
int hashring_migrate_step(struct hashring *h,
			  const struct hashring_step_ask *ask,
			  struct hashring_migration *m);
int hashring_migrate_set(struct hashring *h, const char *ring,
			 const struct hashring_migrate_set *set,
			 struct hashring_migration *m);
int hashring_migrate_rollback(struct hashring *h, const char *ring,
			      const char *reason, bool now, bool all,
			      struct hashring_migration *m);
int hashring_migrate_cut(struct hashring *h, const char *ring, const char *node,
			 struct hashring_migration *m);
int hashring_migrate_finish(struct hashring *h, const char *ring, bool force,
			    struct hashring_migration *m);
void hashring_migration_release(struct hashring_migration *m);

int hashring_migrate_list(struct hashring *h, hashring_migration_cb cb,
			  hashring_restart_cb restart, void *arg);

/**
 * struct hashring_tracked - a flow that a migration tracks
 * @flow: the flow
 * @position: its position
 * @node: the node where it stays
 * @owner: the node that owns its arc now
 * @half_open: only a SYN came
 * @closing: a FIN or RST came
 * @idle: ms since its last packet
 * @left: ms until its entry is removed
 */
struct hashring_tracked {
	struct hashring_flow flow;
	__u32 position;
	char node[HASHRING_NAME_LEN];
	char owner[HASHRING_NAME_LEN];
	bool half_open;
	bool closing;
	__u64 idle;
	__u64 left;
};

typedef int (*hashring_step_cb)(const struct hashring_step *step, void *arg);
typedef int (*hashring_tracked_cb)(const struct hashring_tracked *flow,
				   void *arg);

int hashring_steps_list(struct hashring *h, const char *ring,
			hashring_step_cb cb, hashring_restart_cb restart,
			void *arg);
int hashring_tracked_list(struct hashring *h, const char *ring,
			  hashring_tracked_cb cb, hashring_restart_cb restart,
			  void *arg);

#ifdef __cplusplus
}
#endif

#endif
