// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring's views: published by one store, pinned by readers, and freed after the
 * last reader.
 */
#include <linux/slab.h>

#include "backend.h"
#include "ring.h"
#include "trace.h"

/* The references of a view: view_take() takes them, parts_put() gives them back. */
struct view_parts {
	struct hr_view core;
	struct hr_table *map;
	struct hr_track *track;
	void (*track_put)(struct hr_track *track);
};

static struct view_parts view_take(struct hr_ring_view *view)
{
	const struct view_parts parts = {
		.core = view->core, .map = view->map, .track = view->track,
		.track_put = view->track_put,
	};

	view->core = (struct hr_view){};
	view->map = NULL;
	view->track = NULL;
	return parts;
}

static void parts_put(const struct view_parts *parts)
{
	hr_table_put(parts->core.table, &hr_backend_ops);
	hr_table_put(parts->core.from, &hr_backend_ops);
	hr_table_put(parts->core.base, &hr_backend_ops);
	hr_table_put(parts->map, &hr_backend_ops);
	if (parts->track)
		parts->track_put(parts->track);
}

/* Take the parts of a retired view, unless the parts are taken already. */
static bool view_take_locked(struct hr_ring_view *view,
			     struct view_parts *parts)
{
	struct hr_ring *ring = view->ring;

	lockdep_assert_held(&ring->retired_lock);

	if (list_empty(&view->list))
		return false;
	list_del_init(&view->list);
	WRITE_ONCE(ring->nr_retired, ring->nr_retired - 1);
	*parts = view_take(view);
	return true;
}

/**
 * hr_view_free() - free a view without other users
 * @view: the view, or NULL
 *
 * Context: may sleep.
 */
void hr_view_free(struct hr_ring_view *view)
{
	struct view_parts parts;

	if (!view)
		return;
	parts = view_take(view);
	parts_put(&parts);
	mutex_destroy(&view->map_lock);
	kfree(view);
}

/* Free a retired view, a grace period after its last user. */
static void view_work(struct work_struct *work)
{
	struct hr_ring_view *view = container_of(to_rcu_work(work),
						 struct hr_ring_view, work);
	struct hr_ring *ring = view->ring;
	struct view_parts parts = {};

	spin_lock(&ring->retired_lock);
	view_take_locked(view, &parts);
	spin_unlock(&ring->retired_lock);
	parts_put(&parts);
	hr_view_free(view);
	wake_up(&ring->retired_wait);
	hr_ring_put(ring);
}

/**
 * hr_view_alloc() - a view of a settled table
 * @table: its reference is taken over
 * @generation: number of this membership and table
 * @gfp: how to allocate
 *
 * Context: may sleep.
 * Return: the view, or NULL without memory; then the caller keeps @table.
 */
struct hr_ring_view *hr_view_alloc(struct hr_table *table, u64 generation,
				   gfp_t gfp)
{
	struct hr_ring_view *view = kzalloc(sizeof(*view), gfp);

	if (!view)
		return NULL;
	view->core.table = table;
	view->generation = generation;
	mutex_init(&view->map_lock);
	refcount_set(&view->refs, 1);
	INIT_LIST_HEAD(&view->list);
	INIT_RCU_WORK(&view->work, view_work);
	return view;
}

/* Have a view freed after its last user. Does not wait. */
static void view_retire_locked(struct hr_ring *ring, struct hr_ring_view *view)
{
	lockdep_assert_held(&ring->lock);

	refcount_inc(&ring->refs);
	view->ring = ring;
	spin_lock(&ring->retired_lock);
	list_add_tail(&view->list, &ring->retired);
	WRITE_ONCE(ring->nr_retired, ring->nr_retired + 1);
	spin_unlock(&ring->retired_lock);
	hr_ring_unpin(view);
}

/**
 * hr_ring_publish_locked() - put a view in force
 * @ring: the ring, with room for one more retired view
 * @view: the next view; taken over, with all its references
 * @receipt: of the change from the view in force to @view; taken over
 *
 * Context: ring->lock is held. Does not wait, and does not fail.
 */
void hr_ring_publish_locked(struct hr_ring *ring, struct hr_ring_view *view,
			    struct hr_receipt *receipt)
{
	struct hr_ring_view *old;

	old = rcu_replace_pointer(ring->view, view,
				  lockdep_is_held(&ring->lock));
	/* A reader of this epoch sees this view: pairs with hr_nl_snapshot_get(). */
	smp_store_release(&ring->epoch, ring->epoch + 1);
	view_retire_locked(ring, old);
	trace_hashring_change(ring, receipt);
	hr_history_add(&ring->history, receipt);
}

/**
 * hr_ring_has_room_locked() - whether one more view can be retired
 * @ring: the ring
 *
 * In a burst of changes there may be no room, and ordinary grace periods are long.
 * After an expedited grace period, the tables that no reader has pinned are freed
 * here, before their work items run.
 *
 * Context: ring->lock is held. May sleep, but waits for no reader.
 * Return: whether hr_ring_make_room_locked() would return at once.
 */
bool hr_ring_has_room_locked(struct hr_ring *ring)
{
	struct view_parts parts[HR_RETIRED_MAX];
	struct hr_ring_view *view, *next;
	u32 nr = 0;

	lockdep_assert_held(&ring->lock);

	if (READ_ONCE(ring->nr_retired) < HR_RETIRED_MAX)
		return true;
	synchronize_rcu_expedited();
	spin_lock(&ring->retired_lock);
	list_for_each_entry_safe(view, next, &ring->retired, list)
		if (!refcount_read(&view->refs) &&
		    view_take_locked(view, &parts[nr]))
			nr++;
	spin_unlock(&ring->retired_lock);
	while (nr)
		parts_put(&parts[--nr]);
	return READ_ONCE(ring->nr_retired) < HR_RETIRED_MAX;
}

/**
 * hr_ring_make_room_locked() - wait until one more view can be retired
 * @ring: the ring
 *
 * Waits for readers of older views. A reader holds a view for one message at most,
 * and a retired view cannot be pinned again.
 *
 * Context: ring->lock is held. May sleep.
 * Return: 0, or -EINTR: the process was killed while a reader had a view pinned.
 */
int hr_ring_make_room_locked(struct hr_ring *ring)
{
	if (hr_ring_has_room_locked(ring))
		return 0;
	if (wait_event_killable(ring->retired_wait,
				READ_ONCE(ring->nr_retired) < HR_RETIRED_MAX))
		return -EINTR;
	return 0;
}

/**
 * hr_ring_pin() - take a reference to the view in force
 * @ring: the ring; the caller's reference must outlive the pin
 *
 * For readers that sleep, or take longer than RCU allows. A writer may wait for such
 * a reader: see hr_ring_make_room_locked(). So a reader with a pinned view must not
 * wait for hr_net.lock or hr_ring.lock.
 *
 * Context: any.
 * Return: the view, for hr_ring_unpin().
 */
struct hr_ring_view *hr_ring_pin(struct hr_ring *ring)
{
	struct hr_ring_view *view;

	rcu_read_lock();
	do {
		view = rcu_dereference(ring->view);
	} while (!refcount_inc_not_zero(&view->refs));
	rcu_read_unlock();
	return view;
}

/**
 * hr_ring_unpin() - release a view
 * @view: of hr_ring_pin()
 *
 * Context: any.
 */
void hr_ring_unpin(struct hr_ring_view *view)
{
	if (refcount_dec_and_test(&view->refs))
		queue_rcu_work(hr_wq, &view->work);
}

/**
 * hr_view_bytes() - memory of a view's tables
 * @view: the view
 *
 * Context: any; the caller keeps the view alive.
 * Return: bytes.
 */
u64 hr_view_bytes(const struct hr_ring_view *view)
{
	const struct hr_view *core = &view->core;
	u64 bytes = core->table->bytes;

	if (hr_view_settled(core))
		return bytes;
	bytes += core->from->bytes;
	return core->base == core->from ? bytes : bytes + core->base->bytes;
}

/* The effective map, kept until the frontier moves; NULL without memory. */
static struct hr_table *map_get_locked(const struct hr_ring *ring,
				       struct hr_ring_view *view, gfp_t gfp)
{
	u64 frontier = READ_ONCE(view->core.frontier);
	struct hr_table *map;

	lockdep_assert_held(&view->map_lock);

	if (!view->map || view->map_frontier != frontier) {
		map = hr_view_compose(&view->core, frontier, ring->config.grid,
				      gfp, &hr_backend_ops);
		if (!map)
			return NULL;
		hr_table_put(view->map, &hr_backend_ops);
		view->map = map;
		view->map_frontier = frontier;
		view->digested = false;
	}
	return hr_table_get(view->map);
}

/**
 * hr_ring_map() - the effective map, as a table
 * @ring: the ring
 * @view: a view of @ring, pinned
 * @gfp: how to allocate
 * @at: filled in: the frontier that the map is of
 *
 * While a migration is under way, the map is made for the present frontier and kept
 * until the frontier moves.
 *
 * Context: may sleep.
 * Return: the table, for hr_table_put(), or NULL without memory.
 */
struct hr_table *hr_ring_map(const struct hr_ring *ring,
			     struct hr_ring_view *view, gfp_t gfp, u64 *at)
{
	struct hr_table *map;

	*at = HR_WHOLE_RING;
	if (hr_view_settled(&view->core))
		return hr_table_get(view->core.table);
	mutex_lock(&view->map_lock);
	map = map_get_locked(ring, view, gfp);
	if (map)
		*at = view->map_frontier;
	mutex_unlock(&view->map_lock);
	return map;
}

/**
 * hr_ring_map_locked() - the effective map of the view in force, for a change
 * @ring: the ring
 * @gfp: how to allocate; with __GFP_NOFAIL the function does not fail
 *
 * A reader may hold map_lock to make the map, or to work the digest out. A change
 * does not wait for a reader, and then makes a map of its own.
 *
 * Context: ring->lock is held. May sleep.
 * Return: the table, for hr_table_put(), or NULL without memory.
 */
struct hr_table *hr_ring_map_locked(const struct hr_ring *ring, gfp_t gfp)
{
	struct hr_ring_view *view = hr_ring_view_locked(ring);
	struct hr_table *map;

	if (hr_view_settled(&view->core))
		return hr_table_get(view->core.table);
	if (!mutex_trylock(&view->map_lock))
		return hr_view_compose(&view->core, view->core.frontier,
				       ring->config.grid, gfp, &hr_backend_ops);
	map = map_get_locked(ring, view, gfp);
	mutex_unlock(&view->map_lock);
	return map;
}
