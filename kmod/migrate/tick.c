// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tick: a work item for a migration's window, deadlines and end.
 */
#include <linux/jiffies.h>

#include "info.h"
#include "migration.h"
#include "ring/backend.h"
#include "ring/lease.h"
#include "track/track.h"

/* The interval of the tick. */
#define HR_TICK		(HZ / 5)

/**
 * hr_ring_tick() - queue the tick of a ring's migration
 * @ring: the ring
 * @delay: jiffies until then
 *
 * Context: ring->lock is held.
 */
void hr_ring_tick(struct hr_ring *ring, unsigned long delay)
{
	lockdep_assert_held(&ring->lock);

	refcount_inc(&ring->refs);
	if (mod_delayed_work(hr_wq, &ring->tick, delay))
		hr_ring_put(ring);	/* queued before, with a reference */
}

/**
 * hr_ring_try_lock() - take the ring's lock, or queue the tick again
 * @ring: the ring, with the work item's reference
 * @delay: jiffies until then
 *
 * The holder of the lock may wait for work items on the same queue, which free older
 * tables. Work items that waited for the lock could take all places of the queue.
 *
 * Context: hr_ring.tick.
 * Return: true: ring->lock is held. false: the reference has been dropped.
 */
static bool hr_ring_try_lock(struct hr_ring *ring, unsigned long delay)
{
	if (mutex_trylock(&ring->lock))
		return true;
	refcount_inc(&ring->refs);	/* for the queued tick */
	if (!queue_delayed_work(hr_wq, &ring->tick, delay))
		hr_ring_put(ring);	/* queued before, with a reference */
	/* Either @dead is seen here, or hr_migrate_drop_locked() sees the work. */
	smp_mb();
	if (READ_ONCE(ring->dead) && cancel_delayed_work(&ring->tick))
		hr_ring_put(ring);
	hr_ring_put(ring);
	return false;
}

/* Nodes whose deadline has passed keep their flows no longer. */
static void expire_nodes(struct hr_ring *ring, u64 now)
{
	const struct hr_table *t = hr_ring_view_locked(ring)->core.table;
	u64 frontier = hr_ring_view_locked(ring)->core.frontier;
	struct hr_migrate_event what = {
		.kind = HASHRING_STEP_EXPIRED,
		.before = frontier,
		.after = frontier,
	};
	bool any = false;
	u32 i;

	for (i = 0; i < t->nr_slots; i++) {
		struct hr_shared *shared;

		if (!t->nodes[i])
			continue;
		shared = hr_backend(t->nodes[i])->shared;
		if (!shared->deadline || READ_ONCE(shared->expired) ||
		    time_before64(now, shared->deadline))
			continue;
		WRITE_ONCE(shared->expired, true);
		any = true;
	}
	if (any)
		hr_migrate_event_locked(ring, &what, NULL);
}

/* The tick does not wait for readers of older views: the next tick tries again. */
static void settle(struct hr_ring *ring, const char *why)
{
	if (hr_ring_has_room_locked(ring))
		hr_migrate_settle_locked(ring, why, HR_GFP);
}

/* Whether the migration ends by itself once no flow is left at its old node. */
static bool about_to_end(struct hr_ring *ring, const struct hr_migration *m)
{
	return m->automatic && hr_migration_at_end(ring);
}

static void tick_ring(struct hr_ring *ring)
{
	static const char why[] = "the deadline has passed";
	struct hr_migration *m = hr_migration_locked(ring);
	u64 now = get_jiffies_64();

	hr_migrate_catch_up_locked(ring);
	expire_nodes(ring, now);
	if (m->track)
		hr_track_window(m->track, m->quiet);	/* may close now */
	if (!m->deadline || time_before64(now, m->deadline))
		return;
	if (hr_migration_at_end(ring)) {
		if (m->track)
			hr_track_close(hr_ring_view_locked(ring));
		/* Without memory the next tick tries again. */
		settle(ring, why);
	} else {
		m->deadline = 0;
		hr_migration_set_mode(m, HASHRING_MIGRATION_PAUSED, why);
		hr_migrate_changed_state_locked(ring);
	}
}

/*
 * End a migration if no flow is left at its old node: none is known, and none may be
 * left unknown. The flows are counted without the lock, because a change would have to
 * wait for the lock.
 */
static void settle_drained(struct hr_ring *ring, struct hr_ring_view *view,
			   bool window, u64 epoch)
{
	struct hr_track_counts counts = {};
	struct hr_migration *m;

	if (window && hr_track_waits(view))
		return;
	if (view->track)
		hr_track_count(view, &counts);
	if (counts.pinned || !mutex_trylock(&ring->lock))
		return;
	m = hr_migration_locked(ring);
	if (m && ring->epoch == epoch && about_to_end(ring, m))
		settle(ring, "drained");
	mutex_unlock(&ring->lock);
}

static void tick(struct work_struct *work)
{
	struct hr_ring *ring = container_of(to_delayed_work(work),
					    struct hr_ring, tick);
	struct hr_ring_view *view = NULL;
	struct hr_migration *m;
	bool window = false;
	u64 epoch;

	if (!hr_ring_try_lock(ring, HR_TICK))
		return;
	if (hr_migration_locked(ring))
		tick_ring(ring);
	m = hr_migration_locked(ring);
	if (m) {
		if (about_to_end(ring, m)) {
			view = hr_ring_pin(ring);
			window = m->track && hr_track_unknown(m->track, m->quiet);
		}
		epoch = ring->epoch;
		hr_ring_tick(ring, HR_TICK);
	}
	mutex_unlock(&ring->lock);
	if (view) {
		settle_drained(ring, view, window, epoch);
		hr_ring_unpin(view);
	}
	hr_ring_put(ring);
}

/**
 * hr_migrate_init() - make a ring ready for migrations
 * @ring: the ring
 */
void hr_migrate_init(struct hr_ring *ring)
{
	INIT_DELAYED_WORK(&ring->tick, tick);
}

/**
 * hr_migrate_drop_locked() - drop the migration of a ring that is removed
 * @ring: the ring
 *
 * The tick is cancelled, also the tick of a migration that has just ended.
 *
 * Context: ring->lock is held.
 */
void hr_migrate_drop_locked(struct hr_ring *ring)
{
	struct hr_migration *m = hr_migration_locked(ring);

	if (m) {
		hr_lease_give_locked(ring);
		ring->migration = NULL;
		hr_migrate_info_update_locked(ring, NULL);
		hr_migration_free(m);
	}
	if (cancel_delayed_work(&ring->tick))
		hr_ring_put(ring);
}
