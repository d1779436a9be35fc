// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flow state: the pool of free entries.
 *
 * A CPU takes entries of the pool in batches, so that the pool's lock is taken
 * seldom. When no more than a quarter is left, each CPU gets one at a time, and
 * entries of other CPUs are taken back once. So every entry of the pool can be
 * used, whichever CPU the packets come to.
 */
#include <linux/percpu.h>

#include "trace.h"
#include "entry.h"

#define HR_TRACK_HURRY		(HZ / 16)	/* scans, when there is need */
#define HR_POOL_BATCH		32U		/* entries that a CPU takes at once */

static void track_kick(struct hr_track *track)
{
	if (READ_ONCE(track->kicked))
		return;
	WRITE_ONCE(track->kicked, true);
	mod_delayed_work(hr_wq, &track->gc, HR_TRACK_HURRY);
}

/*
 * Takes back the entries of CPUs, for others. A CPU that takes an entry of its
 * own just now keeps the rest. Under the pool's lock.
 */
static void pool_recall(struct hr_track *track)
{
	struct hr_entry *entry, *next;
	u32 cpu, nr = 0;

	WRITE_ONCE(track->lent, false);
	for_each_possible_cpu(cpu) {
		next = xchg(&per_cpu_ptr(track->cpu, cpu)->free, NULL);
		while ((entry = next)) {
			next = entry->next;
			entry->next = track->free;
			track->free = entry;
			nr++;
		}
	}
	WRITE_ONCE(track->nr_free, track->nr_free + nr);
}

/*
 * The number of entries for a CPU that has used up its own: the fewer, the less
 * there is above the last quarter, of which CPUs hold none.
 */
static u32 pool_batch(const struct hr_track *track, u32 low)
{
	if (track->nr_free <= low)
		return 1;
	return clamp((track->nr_free - low) / (4 * num_online_cpus()), 1U,
		     HR_POOL_BATCH);
}

/* As hr_pool_take(), from the pool itself, with more for this CPU. */
static struct hr_entry *pool_refill(struct hr_track *track, bool needed)
{
	const u32 low = hr_pool_low(track);
	const u32 keep = needed ? 0 : low;
	struct hr_entry *first = NULL, *last;
	u32 i, nr;

	/* an empty pool is seen without the lock */
	if (unlikely(READ_ONCE(track->nr_free) <= keep &&
		     !READ_ONCE(track->lent)))
		goto kick;
	spin_lock(&track->lock);
	if (unlikely(track->nr_free <= low && track->lent))
		pool_recall(track);
	if (likely(track->nr_free > keep)) {
		nr = pool_batch(track, low);
		first = track->free;
		for (last = first, i = 1; i < nr; i++)
			last = last->next;
		track->free = last->next;
		last->next = NULL;
		WRITE_ONCE(track->nr_free, track->nr_free - nr);
		if (nr > 1 && !track->lent)
			WRITE_ONCE(track->lent, true);
	}
	spin_unlock(&track->lock);
kick:
	if (unlikely(READ_ONCE(track->nr_free) <= low))
		track_kick(track);
	return first;
}

/**
 * hr_pool_take() - take an entry for a flow
 * @track: the track
 * @needed: the flow may break without one; else the entry only counts the flow,
 *	and may not be of the last quarter
 *
 * Context: bottom halves off.
 * Return: an entry without other users, marked as gone, or NULL.
 */
struct hr_entry *hr_pool_take(struct hr_track *track, bool needed)
{
	struct hr_entry **own = &this_cpu_ptr(track->cpu)->free;
	struct hr_entry *entry;

	entry = xchg(own, NULL);
	if (!entry)
		entry = pool_refill(track, needed);
	if (likely(entry))
		WRITE_ONCE(*own, entry->next);
	return entry;
}

/**
 * hr_pool_put() - give back an entry that never was in the table
 * @track: the track
 * @entry: from hr_pool_take()
 *
 * Context: bottom halves off.
 */
void hr_pool_put(struct hr_track *track, struct hr_entry *entry)
{
	spin_lock(&track->lock);
	entry->next = track->free;
	track->free = entry;
	WRITE_ONCE(track->nr_free, track->nr_free + 1);
	spin_unlock(&track->lock);
}

/**
 * hr_pool_room() - the number of free entries
 * @track: the track
 *
 * If they are few, entries of CPUs are taken back first.
 *
 * Context: any but hard interrupts.
 * Return: their number, without those of CPUs.
 */
u32 hr_pool_room(struct hr_track *track)
{
	u32 room;

	spin_lock_bh(&track->lock);
	if (track->nr_free <= hr_pool_low(track))
		pool_recall(track);
	room = track->nr_free;
	spin_unlock_bh(&track->lock);
	return room;
}

/**
 * hr_track_tell() - count and trace what happened to a flow
 * @track: the track
 * @view: for the node in @slot; NULL: the node is not traced
 * @entry: the flow's entry
 * @slot: the slot of its node
 * @what: HR_TRACK_STARTED to HR_TRACK_EVICTED
 *
 * Context: under rcu_read_lock(), bottom halves off.
 */
void hr_track_tell(struct hr_track *track, const struct hr_view *view,
		   const struct hr_entry *entry, u32 slot,
		   enum hr_track_counter what)
{
	hr_track_add(track, what);
	if (trace_hashring_flow_enabled()) {
		const struct hr_node *node = NULL;

		if (view && slot < view->table->nr_slots)
			node = view->table->nodes[slot];
		trace_hashring_flow(track, entry,
				    node ? node->attrs.id : HR_NO_ID, what);
	}
}

/**
 * hr_pending_free() - free removed entries
 * @track: the track
 * @pending: empty afterwards
 *
 * Context: sleeps until no reader can hold them.
 */
void hr_pending_free(struct hr_track *track, struct hr_pending *pending)
{
	struct hr_entry *last = pending->first;

	if (!last)
		return;
	synchronize_rcu();
	while (last->next)
		last = last->next;
	spin_lock_bh(&track->lock);
	last->next = track->free;
	track->free = pending->first;
	WRITE_ONCE(track->nr_free, track->nr_free + pending->nr);
	spin_unlock_bh(&track->lock);
	*pending = (struct hr_pending){};
}
