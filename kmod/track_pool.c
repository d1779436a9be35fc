// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flow state: a track's life, its pool of entries, and who leaves it when.
 *
 * A scan of the whole pool once a second takes out what has been idle too long;
 * when less than a quarter is free, packets ask for one at once, and it also
 * evicts what a later packet would bring back just as it was.
 *
 * A connection that began without an entry went to the old owner. Should its
 * SYN be sent again when there is an entry to be had, that one must go there
 * too: the client may be about to answer to the first. So the hashes of such
 * flows are remembered, lossily, in bits; a wrong yes only sends a new flow to
 * the old owner. There are two sets of bits, the older of which is cleared and
 * becomes the younger as often as half-open connections are forgotten.
 */
#include <linux/bitmap.h>
#include <linux/bottom_half.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

#include "trace.h"
#include "track_entry.h"

#define HR_TRACK_PERIOD		HZ
#define HR_TRACK_HURRY		(HZ / 16)	/* scans, when there is need */
#define HR_TRACK_CHUNK		512U		/* entries under one rcu_read_lock() */
#define HR_TURNED_BITS		4		/* for an entry */
#define HR_TURNED_MIN		1024U

static LIST_HEAD(hr_tracks);
static DEFINE_MUTEX(hr_tracks_lock);	/* hr_tracks, and what they hold in all */

/* With so few free entries, only flows that need one get it. */
static u32 pool_low(const struct hr_track *track)
{
	return track->max / 4;
}

static void track_kick(struct hr_track *track)
{
	if (READ_ONCE(track->kicked))
		return;
	WRITE_ONCE(track->kicked, true);
	mod_delayed_work(hr_wq, &track->gc, HR_TRACK_HURRY);
}

/**
 * hr_pool_take() - an entry for a flow
 * @track: the track
 * @needed: the flow may break without one; else it is only counted, and the
 *	last quarter is not for such
 *
 * Context: bottom halves off.
 * Return: an entry that nobody else has, marked as gone, or NULL.
 */
struct hr_entry *hr_pool_take(struct hr_track *track, bool needed)
{
	const u32 low = pool_low(track);
	struct hr_entry *entry = NULL;
	u32 left;

	spin_lock(&track->lock);
	left = track->nr_free;
	if (left > (needed ? 0 : low)) {
		entry = track->free;
		track->free = entry->next;
		WRITE_ONCE(track->nr_free, --left);
	}
	spin_unlock(&track->lock);
	if (unlikely(left <= low))
		track_kick(track);
	return entry;
}

/**
 * hr_pool_put() - give an entry back that never was in the table
 * @track: the track
 * @entry: of hr_pool_take()
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
 * hr_turned_away() - whether a flow began without an entry, lately
 * @track: the track
 * @hash: the flow's
 *
 * Context: any.
 * Return: true if it did, and rarely if it did not.
 */
bool hr_turned_away(const struct hr_track *track, u32 hash)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(track->turned_away); i++)
		if (unlikely(READ_ONCE(track->turned_any[i])) &&
		    test_bit(hash & track->turned_mask, track->turned_away[i]))
			return true;
	return false;
}

/**
 * hr_turn_away() - remember that a flow began without an entry
 * @track: the track
 * @hash: the flow's
 *
 * Context: any.
 */
void hr_turn_away(struct hr_track *track, u32 hash)
{
	u8 i = READ_ONCE(track->turning);

	set_bit(hash & track->turned_mask, track->turned_away[i]);
	if (!READ_ONCE(track->turned_any[i]))
		WRITE_ONCE(track->turned_any[i], true);
}

static void turned_age(struct hr_track *track)
{
	u8 older = !track->turning;

	if (time_before(jiffies, track->turned +
			msecs_to_jiffies(READ_ONCE(track->settings->syn_timeout))))
		return;
	if (READ_ONCE(track->turned_any[older])) {
		WRITE_ONCE(track->turned_any[older], false);
		bitmap_zero(track->turned_away[older], track->turned_mask + 1);
	}
	WRITE_ONCE(track->turning, older);
	track->turned = jiffies;
}

/**
 * hr_track_tell() - count and trace what became of a flow
 * @track: the track
 * @view: to tell the node by its slot; NULL: not told
 * @entry: the flow's
 * @slot: where it was or stays
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
				    node ? node->id : HR_NO_ID, what);
	}
}

/**
 * hr_entry_remove() - take an entry out, unless it has changed
 * @track: the track
 * @view: as for hr_track_tell()
 * @entry: the entry
 * @word: what it was judged by
 * @cause: what it counts as
 * @limbo: takes it
 *
 * Context: under rcu_read_lock(), bottom halves off.
 * Return: whether it was removed.
 */
bool hr_entry_remove(struct hr_track *track, const struct hr_view *view,
		     struct hr_entry *entry, u64 word,
		     enum hr_track_counter cause, struct hr_limbo *limbo)
{
	struct hlist_bl_head *chain = hr_track_chain(track, entry->hash);

	if (!try_cmpxchg64(&entry->word, &word, word | HR_ENTRY_GONE))
		return false;
	hlist_bl_lock(chain);
	hlist_bl_del_rcu(&entry->link);
	hlist_bl_unlock(chain);
	entry->next = limbo->first;
	limbo->first = entry;
	limbo->nr++;
	hr_track_tell(track, view, entry, hr_entry_slot(word), cause);
	return true;
}

/**
 * hr_limbo_free() - make removed entries free
 * @track: the track
 * @limbo: empty afterwards
 *
 * Context: sleeps until nobody can have them any more.
 */
void hr_limbo_free(struct hr_track *track, struct hr_limbo *limbo)
{
	struct hr_entry *last = limbo->first;

	if (!last)
		return;
	synchronize_rcu();
	while (last->next)
		last = last->next;
	spin_lock_bh(&track->lock);
	last->next = track->free;
	track->free = limbo->first;
	WRITE_ONCE(track->nr_free, track->nr_free + limbo->nr);
	spin_unlock_bh(&track->lock);
	*limbo = (struct hr_limbo){};
}

/**
 * hr_track_scan() - visit all entries that live
 * @track: the track
 * @scan: what to do; with its view, if any, in the hands of the caller
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
 * struct gc_scan - a scan for what can go
 * @scan: the walk
 * @limbo: what went
 * @wanted: how many more to evict
 */
struct gc_scan {
	struct hr_scan scan;
	struct hr_limbo limbo;
	u32 wanted;
};

static void expire_visit(struct hr_scan *scan, struct hr_track *track,
			 struct hr_entry *entry, u64 word)
{
	struct gc_scan *gc = container_of(scan, struct gc_scan, scan);

	if (hr_entry_expired(track, entry, word))
		hr_entry_remove(track, NULL, entry, word, hr_entry_cause(word),
				&gc->limbo);
}

/*
 * Whether a flow goes the same way without its entry: no arc moves there any
 * more; or it is an established connection at its old owner, which segments of
 * unknown ones go to as well.
 */
static bool evictable(const struct hr_track *track, const struct hr_view *view,
		      const struct hr_entry *entry, u64 word)
{
	u32 slot = hr_entry_slot(word);
	struct hr_track_slots slots;

	hr_track_slots(view, entry->pos, &slots);
	if (slot != slots.base)
		return false;
	if (hr_track_still(&slots))
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

	/* One that nobody has any more keeps its view to the grace period. */
	if (!refcount_read(&track->ring->refs)) {
		scan->stop = true;
		return;
	}
	/* it may be another one for the next entry */
	view = hr_ring_view(track->ring);
	if (view->track != track) {
		scan->stop = true;
		return;
	}
	if (!evictable(track, &view->core, entry, word) ||
	    !hr_entry_remove(track, &view->core, entry, word, HR_TRACK_EVICTED,
			     &gc->limbo))
		return;
	if (!--gc->wanted)
		scan->stop = true;
}

static void gc_work(struct work_struct *work)
{
	struct hr_track *track = container_of(to_delayed_work(work),
					      struct hr_track, gc);
	struct gc_scan gc = { .scan = { .visit = expire_visit } };
	u32 room;

	hr_track_scan(track, &gc.scan);
	room = READ_ONCE(track->nr_free) + gc.limbo.nr;
	if (room <= pool_low(track)) {
		/* enough that the next one is some time away */
		gc.wanted = pool_low(track) + track->max / 8 + 1 - room;
		gc.scan.visit = evict_visit;
		gc.scan.first = track->cursor;
		hr_track_scan(track, &gc.scan);
		track->cursor = gc.scan.first;
	}
	hr_limbo_free(track, &gc.limbo);
	turned_age(track);
	/* where there is nothing more to evict, haste is of no use */
	WRITE_ONCE(track->kicked, gc.wanted);
	queue_delayed_work(hr_wq, &track->gc, HR_TRACK_PERIOD);
}

static void forget_visit(struct hr_scan *scan, struct hr_track *track,
			 struct hr_entry *entry, u64 word)
{
	struct gc_scan *gc = container_of(scan, struct gc_scan, scan);

	hr_entry_remove(track, NULL, entry, word, HR_TRACK_EVICTED,
			&gc->limbo);
}

/**
 * hr_track_forget() - lose all flows, to see what breaks
 * @track: the track
 *
 * Context: may sleep.
 */
void hr_track_forget(struct hr_track *track)
{
	struct gc_scan gc = { .scan = { .visit = forget_visit } };

	hr_track_scan(track, &gc.scan);
	hr_limbo_free(track, &gc.limbo);
}

static int forget_set(const char *value, const struct kernel_param *param)
{
	struct hr_track *track;
	bool forget;
	int ret;

	ret = kstrtobool(value, &forget);
	if (ret || !forget)
		return ret;
	mutex_lock(&hr_tracks_lock);
	list_for_each_entry(track, &hr_tracks, list)
		if (track->ready)
			hr_track_forget(track);
	mutex_unlock(&hr_tracks_lock);
	return 0;
}

static const struct kernel_param_ops forget_ops = {
	.set = forget_set,
};

module_param_cb(forget_flows, &forget_ops, NULL, 0200);
MODULE_PARM_DESC(forget_flows,
		 "for tests: when written, all rings lose the flows that they track (counted as evicted)");

static int pool_alloc(struct hr_track *track, gfp_t gfp)
{
	u32 bits = max(roundup_pow_of_two(track->max * HR_TURNED_BITS),
		       HR_TURNED_MIN);
	u32 chains = roundup_pow_of_two(track->max);
	u32 i;

	track->pool = kvcalloc(track->max, sizeof(*track->pool), gfp);
	track->table = kvcalloc(chains, sizeof(*track->table), gfp);
	track->cpu = alloc_percpu_gfp(struct hr_track_cpu, gfp);
	if (!track->pool || !track->table || !track->cpu)
		return -ENOMEM;
	track->table_mask = chains - 1;
	for (i = 0; i < ARRAY_SIZE(track->turned_away); i++) {
		track->turned_away[i] = kvcalloc(BITS_TO_LONGS(bits),
						 sizeof(long), gfp);
		if (!track->turned_away[i])
			return -ENOMEM;
	}
	track->turned_mask = bits - 1;
	for_each_possible_cpu(i)
		u64_stats_init(&per_cpu_ptr(track->cpu, i)->syncp);
	/* the first ones last, so that they are the first to be taken */
	for (i = track->max; i--;) {
		struct hr_entry *entry = &track->pool[i];

		entry->word = HR_ENTRY_GONE;
		entry->next = track->free;
		track->free = entry;
		if (!(i % 4096))
			cond_resched();
	}
	track->nr_free = track->max;
	return 0;
}

static void track_free(struct hr_track *track)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(track->turned_away); i++)
		kvfree(track->turned_away[i]);
	free_percpu(track->cpu);
	kvfree(track->table);
	kvfree(track->pool);
	kfree(track);
}

/*
 * Take as many entries as a track is to have, if they may be had here and in
 * all. Namespaces of the first user namespace are the machine's own: to what
 * they can have the others leave enough.
 */
static bool tracks_reserve(struct hr_track *new)
{
	const struct hr_track *track;
	u64 all = new->max, here = new->max, users = new->user ? new->max : 0;
	bool room;

	mutex_lock(&hr_tracks_lock);
	list_for_each_entry(track, &hr_tracks, list) {
		all += track->max;
		if (track->net_cookie == new->net_cookie)
			here += track->max;
		if (new->user && track->user)
			users += track->max;
	}
	room = all <= HR_MAX_ALL_ENTRIES && here <= HR_MAX_NET_ENTRIES &&
	       users <= HR_MAX_USER_ENTRIES;
	if (room)
		list_add_tail(&new->list, &hr_tracks);
	mutex_unlock(&hr_tracks_lock);
	return room;
}

/* Its entries may be had by others. */
static void track_unlist(struct hr_track *track)
{
	mutex_lock(&hr_tracks_lock);
	list_del(&track->list);
	mutex_unlock(&hr_tracks_lock);
}

/**
 * hr_track_create() - make ready to track a migration's flows
 * @ring: the ring; outlives the track
 * @settings: the ring's, as @ring; max_entries is at least 1, and what it is
 *	now counts
 * @gfp: for all of it
 *
 * Context: may sleep.
 * Return: the track with one reference, or -ENOMEM; -E2BIG when all that are
 * tracked, or those of the namespace, would be more than may be.
 */
struct hr_track *hr_track_create(struct hr_ring *ring,
				 const struct hr_settings *settings, gfp_t gfp)
{
	struct hr_track *track;
	int ret;

	track = kzalloc(sizeof(*track), gfp);
	if (!track)
		return ERR_PTR(-ENOMEM);
	track->ring = ring;
	track->settings = settings;
	track->max = READ_ONCE(settings->max_entries);
	track->user = ring->net->user_ns != &init_user_ns;
	track->netns = ring->net->ns.inum;
	track->net_cookie = ring->net->net_cookie;
	get_random_bytes(&track->secret, sizeof(track->secret));
	track->window = true;
	track->since = jiffies;
	track->turned = jiffies;
	spin_lock_init(&track->lock);
	refcount_set(&track->refs, 1);
	INIT_DELAYED_WORK(&track->gc, gc_work);

	ret = -E2BIG;
	if (!tracks_reserve(track))
		goto err_free;
	/* It may take long, where memory is short: nobody waits for it. */
	ret = pool_alloc(track, gfp);
	if (ret)
		goto err_unlist;
	mutex_lock(&hr_tracks_lock);
	track->ready = true;
	mutex_unlock(&hr_tracks_lock);
	queue_delayed_work(hr_wq, &track->gc, HR_TRACK_PERIOD);
	return track;

err_unlist:
	track_unlist(track);
err_free:
	track_free(track);
	return ERR_PTR(ret);
}

/**
 * hr_track_get() - one more reference
 * @track: the track, or NULL
 *
 * Context: any.
 * Return: @track.
 */
struct hr_track *hr_track_get(struct hr_track *track)
{
	if (track)
		refcount_inc(&track->refs);
	return track;
}

/**
 * hr_track_put() - give a reference back
 * @track: the track, or NULL
 *
 * Context: may sleep. A view gives its reference back when nobody has the view
 * any more, a grace period after it was replaced, and before its ring goes.
 */
void hr_track_put(struct hr_track *track)
{
	if (!track || !refcount_dec_and_test(&track->refs))
		return;
	track_unlist(track);
	cancel_delayed_work_sync(&track->gc);
	track_free(track);
}

/**
 * hr_track_max() - how many flows can be tracked
 * @track: the track
 *
 * Context: any.
 * Return: the number of its entries.
 */
u32 hr_track_max(const struct hr_track *track)
{
	return track->max;
}
