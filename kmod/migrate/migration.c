// SPDX-License-Identifier: GPL-2.0-only
/*
 * A migration: how it is allocated and freed, and its events.
 */
#include <linux/ktime.h>
#include <linux/slab.h>

#include "extack.h"
#include "ring/backend.h"
#include "ring/lease.h"
#include "ring/notify.h"
#include "migration.h"
#include "info.h"
#include "trace.h"
#include "track/track.h"

/**
 * hr_migration_begin() - allocate a migration
 * @ring: the ring
 *
 * All memory of the flow state is allocated here, so that packets allocate nothing.
 *
 * Context: ring->lock is held. May sleep.
 * Return: the migration, for hr_migration_free(), or -ENOMEM, -E2BIG (too many flows
 * are tracked, in the namespace or in all namespaces).
 */
struct hr_migration *hr_migration_begin(struct hr_ring *ring)
{
	struct hr_migration *m;
	int ret;

	ret = hr_migrate_log_prepare(&ring->migrate_log);
	if (ret)
		return ERR_PTR(ret);
	m = kzalloc(sizeof(*m), HR_GFP);
	if (!m)
		return ERR_PTR(-ENOMEM);
	m->info = kzalloc(sizeof(*m->info), HR_GFP);
	if (!m->info) {
		kfree(m);
		return ERR_PTR(-ENOMEM);
	}
	m->mode = HASHRING_MIGRATION_HOLDING;
	m->quiet = HR_DEFAULT_QUIET;
	m->origin = hr_table_get(hr_ring_view_locked(ring)->core.table);
	m->origin_generation = hr_ring_view_locked(ring)->generation;
	m->undone = m->origin_generation;
	if (ring->settings.established == HASHRING_ESTABLISHED_STAY) {
		m->track = hr_track_create(ring, &ring->settings, HR_GFP);
		if (IS_ERR(m->track)) {
			ret = PTR_ERR(m->track);
			m->track = NULL;
			hr_migration_free(m);
			return ERR_PTR(ret);
		}
	}
	return m;
}

/**
 * hr_migration_free() - free a migration that has ended, or has not begun
 * @migration: the migration; no ring has it
 *
 * Context: may sleep.
 */
void hr_migration_free(struct hr_migration *migration)
{
	hr_table_put(migration->origin, &hr_backend_ops);
	hr_track_put(migration->track);
	kfree(migration->info);
	kfree(migration);
}

/**
 * hr_migrate_event_locked() - log, trace and tell an event
 * @ring: the ring
 * @what: has the kind, and the figures of a step; the other fields are filled in
 * @receipt: of the whole migration, if it has ended; else NULL
 *
 * Context: ring->lock is held. May sleep.
 */
void hr_migrate_event_locked(struct hr_ring *ring,
			     struct hr_migrate_event *what,
			     const struct hr_receipt *receipt)
{
	const struct hr_migration *m = hr_migration_locked(ring);
	const struct hr_ring_view *view = hr_ring_view_locked(ring);

	what->epoch = ring->epoch + 1;
	what->time = ktime_get_real_ns();
	what->generation = view->generation;
	what->state = hr_migration_state(ring);
	WRITE_ONCE(ring->state, what->state);
	if (m)
		strscpy(what->reason, m->reason, sizeof(what->reason));
	hr_migrate_info_update_locked(ring, what);
	/* A reader of this epoch sees frontier and state: see hr_nl_snapshot_get(). */
	smp_store_release(&ring->epoch, what->epoch);
	trace_hashring_migration(ring, what);
	hr_ring_notify(ring, HASHRING_EVENT_MIGRATED, &(struct hashring_note){
		.receipt = receipt,
		.step = what,
	});
}

/**
 * hr_migrate_changed_state_locked() - tell a transition that moves nothing
 * @ring: the ring
 *
 * Context: ring->lock is held. May sleep.
 */
void hr_migrate_changed_state_locked(struct hr_ring *ring)
{
	u64 frontier = hr_ring_view_locked(ring)->core.frontier;
	struct hr_migrate_event what = {
		.kind = HASHRING_STEP_STATE,
		.before = frontier,
		.after = frontier,
	};

	hr_migrate_event_locked(ring, &what, NULL);
}

/**
 * hr_migrate_catch_up_locked() - handle the close of the pacer's socket
 * @ring: the ring
 *
 * The close of a socket does not wait for the lock of a ring. So a holder of the lock
 * calls this function first.
 *
 * Context: ring->lock is held. May sleep.
 */
void hr_migrate_catch_up_locked(struct hr_ring *ring)
{
	struct hr_migration *m = hr_migration_locked(ring);

	if (!m || !m->holder_port || hr_lease_taken(ring))
		return;
	hr_migration_unpaced(m, hr_migration_at_end(ring));
	hr_migrate_changed_state_locked(ring);
}

/**
 * hr_migration_get_locked() - the migration that a request is about
 * @ring: the ring
 * @extack: for the reason
 *
 * Context: ring->lock is held. May sleep.
 * Return: the migration, or -ENOENT.
 */
struct hr_migration *hr_migration_get_locked(struct hr_ring *ring,
					     struct netlink_ext_ack *extack)
{
	struct hr_migration *m = hr_migration_locked(ring);

	if (ring->dead)
		return ERR_PTR(hr_extack(extack, NULL, -ENOENT,
					 "no such ring", ": %s",
					 hr_name_shown(ring->name)));
	hr_migrate_catch_up_locked(ring);
	if (!m)
		return ERR_PTR(hr_extack(extack, NULL, -ENOENT,
					 "no migration is under way", ": %s",
					 hr_name_shown(ring->name)));
	return m;
}

/**
 * hr_migrate_progress_locked() - work out what a migration moves, and has moved
 * @ring: a ring with a migration
 *
 * After a change that was in force at once, the figures are those of all changes since
 * the last settled map. Otherwise they are those of the map that the steps lead to.
 *
 * Context: ring->lock is held. May sleep.
 */
void hr_migrate_progress_locked(struct hr_ring *ring)
{
	struct hr_migration *m = hr_migration_locked(ring);
	struct hr_view view = hr_ring_view_locked(ring)->core;

	if (m->at_once)
		view.from = view.base;
	hr_view_progress(&view, view.frontier, &m->progress);
}

/**
 * hr_migrate_move_locked() - set the frontier
 * @ring: a ring with a migration
 * @frontier: the new frontier
 *
 * The window has to be open before the first segment of the range comes. A packet
 * reads the frontier first, then the window. hr_track_stepped() opens the window, and
 * orders that before the store of the frontier.
 *
 * Context: ring->lock is held. The caller calls hr_migrate_event_locked() next: its
 * release of the epoch orders the frontier before the epoch, for readers.
 */
void hr_migrate_move_locked(struct hr_ring *ring, u64 frontier)
{
	struct hr_migration *m = hr_migration_locked(ring);
	struct hr_view *view = &hr_ring_view_locked(ring)->core;

	if (m->track)
		hr_track_stepped(m->track);
	WRITE_ONCE(view->frontier, frontier);
	hr_migrate_progress_locked(ring);
}

/**
 * hr_migrate_check_holder() - whether a socket may move the frontier
 * @ring: the ring
 * @m: the ring's migration
 * @port: port of the socket
 * @extack: for the reason
 *
 * Context: ring->lock is held.
 * Return: 0, or -EBUSY: another socket has the lease.
 */
int hr_migrate_check_holder(const struct hr_ring *ring,
			    const struct hr_migration *m, u32 port,
			    struct netlink_ext_ack *extack)
{
	if (!m->holder_port || m->holder_port == port)
		return 0;
	return hr_extack(extack, NULL, -EBUSY, "the migration is paced",
			 ": by %.40s", m->holder);
}
