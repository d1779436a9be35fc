// SPDX-License-Identifier: GPL-2.0-only
/*
 * What readers are told of migrations.
 *
 * The writer and readers hold hr_ring.info_lock to copy a few hundred bytes. The lock
 * is a spinlock, so that a reader is not preempted while it holds the lock.
 */
#include "info.h"
#include "ring/lease.h"

/**
 * hr_migrate_info_update_locked() - give readers the present state of a migration
 * @ring: the ring
 * @what: the event that has just happened, for the log; NULL: no event
 *
 * Context: ring->lock is held.
 */
void hr_migrate_info_update_locked(struct hr_ring *ring,
				   const struct hr_migrate_event *what)
{
	const struct hr_migration *m = hr_migration_locked(ring);
	struct hr_ring_view *view = hr_ring_view_locked(ring), *old = NULL;
	struct hr_migrate_info *info = m ? m->info : NULL;

	spin_lock(&ring->info_lock);
	if (what)
		*hr_migrate_log_next(&ring->migrate_log) = *what;
	if (ring->migrate_info) {
		old = ring->migrate_info->view;
		ring->migrate_info->view = NULL;
	}
	if (info) {
		refcount_inc(&view->refs);
		info->view = view;
		info->moving = true;
		info->m = *m;
		info->frontier = view->core.frontier;
		info->state = hr_migration_state(ring);
		info->epoch = what ? what->epoch : ring->epoch;
	}
	ring->migrate_info = info;
	spin_unlock(&ring->info_lock);
	if (old)
		hr_ring_unpin(old);
}

/**
 * hr_migrate_info_get() - copy the state of a ring's migration
 * @ring: the ring; outlives @info
 * @info: filled in, for hr_migrate_info_put()
 *
 * Context: not in softirq; does not wait.
 */
void hr_migrate_info_get(struct hr_ring *ring, struct hr_migrate_info *info)
{
	const struct hr_migrate_log *log = &ring->migrate_log;

	memset(info, 0, sizeof(*info));
	spin_lock(&ring->info_lock);
	if (ring->migrate_info) {
		*info = *ring->migrate_info;
		refcount_inc(&info->view->refs);
	} else if (log->nr) {
		info->ended = true;
		info->last = log->log[(log->nr - 1) % HR_MAX_STEPS];
	}
	spin_unlock(&ring->info_lock);

	if (!info->moving) {
		info->state = info->ended ? HASHRING_MIGRATION_DONE :
					    HASHRING_MIGRATION_NONE;
		/* before the view: pairs with hr_ring_publish_locked() */
		info->epoch = smp_load_acquire(&ring->epoch);
		info->view = hr_ring_pin(ring);
	} else if (info->m.holder_port && !hr_lease_taken(ring)) {
		/* The pacer's socket is closed, and the pause is still to be made. */
		hr_migration_unpaced(&info->m, info->frontier == HR_WHOLE_RING);
		info->state = hr_migration_state_of(&info->m, info->frontier);
	}
}

/**
 * hr_migrate_info_put() - release what hr_migrate_info_get() has taken
 * @info: the copy; not to be used afterwards
 *
 * Context: any.
 */
void hr_migrate_info_put(struct hr_migrate_info *info)
{
	hr_ring_unpin(info->view);
}

/**
 * hr_migrate_info_kept() - number of events in the log
 * @ring: the ring
 * @oldest: filled in: number of events that the log has lost
 *
 * Context: not in softirq; does not wait.
 * Return: 0 to HR_MAX_STEPS.
 */
u32 hr_migrate_info_kept(struct hr_ring *ring, u64 *oldest)
{
	u32 kept;

	spin_lock(&ring->info_lock);
	kept = hr_migrate_log_kept(&ring->migrate_log);
	*oldest = ring->migrate_log.nr - kept;
	spin_unlock(&ring->info_lock);
	return kept;
}

/**
 * hr_migrate_info_event_after() - the first event after an epoch
 * @ring: the ring
 * @epoch: any
 * @what: filled in
 *
 * Context: not in softirq; does not wait.
 * Return: whether there is one.
 */
bool hr_migrate_info_event_after(struct hr_ring *ring, u64 epoch,
				 struct hr_migrate_event *what)
{
	const struct hr_migrate_event *found;

	spin_lock(&ring->info_lock);
	found = hr_migrate_log_after(&ring->migrate_log, epoch);
	if (found)
		*what = *found;
	spin_unlock(&ring->info_lock);
	return found;
}
