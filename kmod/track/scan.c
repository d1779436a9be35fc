// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flow state: scans of the pool, and the entries that they remove.
 *
 * A scan of the whole pool once a second removes idle entries. When less than a
 * quarter is free, packets ask for a scan at once. It also evicts entries that
 * a later packet would bring back as they were.
 */
#include <linux/bottom_half.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/sched.h>

#include "entry.h"

#define HR_TRACK_CHUNK		512U		/* entries under one rcu_read_lock() */

/**
 * hr_track_scan() - visit all live entries
 * @track: the track
 * @scan: what to do; its view, if any, is pinned by the caller
 *
 * Entries that have expired are visited too, until they are removed.
 *
 * Context: may sleep.
 */
void hr_track_scan(struct hr_track *track, struct hr_scan *scan)
{
	u32 done = 0, i = scan->first < track->max ? scan->first : 0;

	while (done < track->max && !scan->stop) {
		u32 end = done + min(track->max - done, HR_TRACK_CHUNK);

		rcu_read_lock();
		local_bh_disable();
		for (; done < end && !scan->stop; done++) {
			struct hr_entry *entry = &track->pool[i];
			/* pairs with entry_publish(): the key is there */
			u64 word = smp_load_acquire(&entry->word);

			if (!(word & HR_ENTRY_GONE))
				scan->visit(scan, track, entry, word);
			i = i + 1 < track->max ? i + 1 : 0;
		}
		local_bh_enable();
		rcu_read_unlock();
		cond_resched();
	}
	scan->first = i;
}

/**
 * hr_entry_remove() - remove an entry, unless it has changed
 * @track: the track
 * @view: as in hr_track_tell()
 * @entry: the entry
 * @word: the word that it was judged by
 * @cause: its counter
 * @pending: gets the entry
 *
 * Context: under rcu_read_lock(), bottom halves off.
 * Return: whether it was removed.
 */
bool hr_entry_remove(struct hr_track *track, const struct hr_view *view,
		     struct hr_entry *entry, u64 word,
		     enum hr_track_counter cause, struct hr_pending *pending)
{
	spinlock_t *lock = hr_track_lock(track, entry->hash);

	if (!try_cmpxchg64(&entry->word, &word, word | HR_ENTRY_GONE))
		return false;
	spin_lock(lock);
	hlist_del_rcu(&entry->link);
	spin_unlock(lock);
	entry->next = pending->first;
	pending->first = entry;
	pending->nr++;
	hr_track_tell(track, view, entry, hr_entry_slot(word), cause);
	return true;
}

/**
 * struct gc_scan - a scan for entries that can go
 * @scan: the walk
 * @pending: removed entries
 * @wanted: number of entries still to evict
 */
struct gc_scan {
	struct hr_scan scan;
	struct hr_pending pending;
	u32 wanted;
};

static void expire_visit(struct hr_scan *scan, struct hr_track *track,
			 struct hr_entry *entry, u64 word)
{
	struct gc_scan *gc = container_of(scan, struct gc_scan, scan);

	if (hr_entry_expired(track, entry, word))
		hr_entry_remove(track, NULL, entry, word, hr_entry_cause(word),
				&gc->pending);
}

/*
 * Whether a flow goes the same way without its entry. Either no arc moves there
 * any more, or the flow is an established connection at its old owner, where
 * segments of unknown connections go too.
 */
static bool evictable(const struct hr_track *track, const struct hr_view *view,
		      const struct hr_entry *entry, u64 word)
{
	u32 slot = hr_entry_slot(word);
	struct hr_track_slots slots;

	hr_track_slots(view, entry->pos, &slots);
	if (slot != slots.base || slots.lost)
		return false;
	if (slots.still)
		return true;
	return entry->key.protocol == IPPROTO_TCP &&
	       !(word & HR_ENTRY_HALF_OPEN) &&
	       (slots.now == slots.base || READ_ONCE(track->window));
}

static void evict_visit(struct hr_scan *scan, struct hr_track *track,
			struct hr_entry *entry, u64 word)
{
	struct gc_scan *gc = container_of(scan, struct gc_scan, scan);
	const struct hr_ring_view *view;

	/* A ring without references keeps its view for a grace period. */
	if (!refcount_read(&track->ring->refs)) {
		scan->stop = true;
		return;
	}
	/* the next entry may have another view */
	view = hr_ring_view(track->ring);
	if (view->track != track) {
		scan->stop = true;
		return;
	}
	if (!evictable(track, &view->core, entry, word) ||
	    !hr_entry_remove(track, &view->core, entry, word, HR_TRACK_EVICTED,
			     &gc->pending))
		return;
	if (!--gc->wanted)
		scan->stop = true;
}

/**
 * hr_track_gc() - remove entries that can go; the work of &hr_track.gc
 * @work: the work
 *
 * Context: process; sleeps. The track stays until the work is cancelled, its
 * ring too; the ring's namespace may go.
 */
void hr_track_gc(struct work_struct *work)
{
	struct hr_track *track = container_of(to_delayed_work(work),
					      struct hr_track, gc);
	struct gc_scan gc = { .scan = { .visit = expire_visit } };
	u32 room;

	hr_track_scan(track, &gc.scan);
	room = hr_pool_room(track) + gc.pending.nr;
	if (room <= hr_pool_low(track)) {
		/* enough that the next scan can wait */
		gc.wanted = hr_pool_low(track) + track->max / 8 + 1 - room;
		gc.scan.visit = evict_visit;
		gc.scan.first = track->cursor;
		hr_track_scan(track, &gc.scan);
		track->cursor = gc.scan.first;
	}
	hr_pending_free(track, &gc.pending);
	hr_turned_age(track);
	/* without anything left to evict, haste does not help */
	WRITE_ONCE(track->kicked, gc.wanted);
	queue_delayed_work(hr_wq, &track->gc, HR_TRACK_PERIOD);
}

static void forget_visit(struct hr_scan *scan, struct hr_track *track,
			 struct hr_entry *entry, u64 word)
{
	struct gc_scan *gc = container_of(scan, struct gc_scan, scan);

	hr_entry_remove(track, NULL, entry, word, HR_TRACK_EVICTED,
			&gc->pending);
}

/**
 * hr_track_forget() - lose all flows, for tests
 * @track: the track
 *
 * Context: may sleep.
 */
void hr_track_forget(struct hr_track *track)
{
	struct gc_scan gc = { .scan = { .visit = forget_visit } };

	hr_track_scan(track, &gc.scan);
	hr_pending_free(track, &gc.pending);
}
