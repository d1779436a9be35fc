/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the files of flow state: entries, the table that finds them, and
 * their changes.
 *
 * An entry's life:
 *
 *	free	in the pool
 *	taken	by a packet, which fills it in
 *	alive	its word says so; it is in the table, or its chain is locked for it
 *	gone	marked by a scan of the pool, never by a packet; the scan then
 *		takes it out of the table
 *	free	again, a grace period later
 *
 * Only an entry's word changes while the entry lives. The word is replaced by
 * compare and exchange: a packet cannot refresh an entry that is gone, and a
 * scan cannot remove an entry that was just refreshed. Look-ups skip entries
 * that are gone, so that no packet waits for a scan. Under RCU a found entry
 * may be read until rcu_read_unlock().
 *
 * The table is an array of chains, as many as the pool has entries or up to
 * twice as many. Its size is fixed: no packet allocates, and no entry moves.
 * Each lock guards insertions and removals of many chains. Packets take the
 * lock in softirq, so every user takes it with bottom halves off.
 */
#ifndef HASHRING_TRACK_ENTRY_H
#define HASHRING_TRACK_ENTRY_H

#include <linux/bits.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/rculist.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/u64_stats_sync.h>
#include <linux/workqueue.h>

#include "key.h"
#include "ring/backend.h"
#include "ring/ring.h"
#include "track.h"

/*
 * An entry's word: the time of its last packet, in the low half of jiffies, and
 *
 *	seen(32) - (11) gone(1) turned(1) closing(1) half-open(1) owner(17)
 */
#define HR_ENTRY_SLOT		GENMASK_ULL(16, 0)
#define HR_ENTRY_HALF_OPEN	BIT_ULL(17)
#define HR_ENTRY_CLOSING	BIT_ULL(18)
#define HR_ENTRY_TURNED		BIT_ULL(19)	/* turned in the first packet */
#define HR_ENTRY_GONE		BIT_ULL(20)	/* or free, or not yet there */
#define HR_ENTRY_SEEN		32

#define HR_TRACK_PERIOD		HZ	/* between scans for what can go */

/* Times are coarse, so that a busy flow's entry is mostly read. */
#define HR_ENTRY_GRAIN		(HZ / 8)

/**
 * struct hr_entry - a tracked flow
 * @link: link in its chain
 * @word: see above
 * @seen: of TCP, hr_tcp_seen() of the client's last fitting segment
 * @key: fixed while it lives
 * @pos: the flow's position; fixed while it lives
 * @hash: the flow's hr_track_hash(); fixed while it lives
 * @next: in a list of free entries, or of entries that wait for a grace period
 */
struct hr_entry {
	struct hlist_node link;
	u64 word;
	u64 seen;
	struct hr_track_key key;
	u32 pos;
	u32 hash;
	struct hr_entry *next;
};

/**
 * struct hr_track_cpu - a CPU's part of a track, with bottom halves off
 * @count: counters
 * @syncp: of @count
 * @free: entries that its packets take without the pool's lock. Only this CPU
 *	adds entries; any CPU takes all of them at once, by xchg()
 */
struct hr_track_cpu {
	u64_stats_t count[HR_TRACK_COUNTERS];
	struct u64_stats_sync syncp;
	struct hr_entry *free;
};

/**
 * struct hr_track - flow state of one migration
 * @pool: all entries
 * @max: number of @pool
 * @table_mask: number of chains, less one
 * @table: chains of @pool's entries, by their @hash
 * @locks: of chains
 * @lock_mask: number of @locks, less one
 * @secret: factor of hr_track_hash()
 * @settings: the ring's settings; timeouts may change
 * @cpu: parts of each CPU
 * @turned_away: hashes of flows that began without an entry, recent and older
 *	ones; see window.c
 * @turned_mask: bits of each, less one
 * @strays: entries may be where no arc moves
 * @lent: CPUs may have free entries of their own
 * @window: segments of unknown connections go to the old owner
 * @since: jiffies of the last such segment, or of the last step
 * @grace: unknown flows of protocols without a beginning may go where they went before
 * @grace_end: jiffies when that ends for the arcs of the last change
 * @grace_older: jiffies when that ends for the arcs of earlier changes
 * @turning: index of the recent set of @turned_away
 * @turned_any: whether each set has any
 * @kicked: a scan is scheduled
 * @lock: guards @free, and writers of @nr_free and @lent; bottom halves off
 * @free: free entries, without those of the CPUs
 * @nr_free: number of @free
 * @gc: scans the pool
 * @turned: jiffies when @turning changed
 * @cursor: where eviction continues
 * @refs: references of the migration's views, and of its maker
 * @ring: the ring, which outlives the track; its namespace need not
 * @netns: the namespace's number, for tracepoints
 * @net_cookie: the namespace's cookie, unique for ever
 * @list: in the list of all tracks
 * @user: the namespace belongs to a user namespace other than the first
 * @ready: its memory is allocated; under the lock of the list
 */
struct hr_track {
	struct hr_entry *pool;
	u32 max;
	u32 table_mask;
	struct hlist_head *table;
	spinlock_t *locks;	/* of chains */
	unsigned int lock_mask;
	u64 secret;
	const struct hr_settings *settings;
	struct hr_track_cpu __percpu *cpu;
	unsigned long *turned_away[2];
	u32 turned_mask;
	bool strays;
	bool lent;

	/* written by packets, seldom */
	bool window ____cacheline_aligned_in_smp;
	unsigned long since;
	bool grace;
	unsigned long grace_end;
	unsigned long grace_older;
	u8 turning;
	bool turned_any[2];
	bool kicked;
	spinlock_t lock;	/* the pool */
	struct hr_entry *free;
	u32 nr_free;

	struct delayed_work gc;
	unsigned long turned;
	u32 cursor;
	refcount_t refs;
	struct hr_ring *ring;
	unsigned int netns;
	u64 net_cookie;
	struct list_head list;
	bool user;
	bool ready;
};

static inline u32 hr_entry_slot(u64 word)
{
	return word & HR_ENTRY_SLOT;
}

static inline u64 hr_entry_word(u64 flags, u32 slot)
{
	u64 now = (u32)jiffies;

	return now << HR_ENTRY_SEEN | flags | slot;
}

/*
 * Jiffies since its last packet; another CPU's clock may be ahead of this one.
 */
static inline u32 hr_entry_idle(u64 word)
{
	u32 now = jiffies;
	s32 idle = now - (u32)(word >> HR_ENTRY_SEEN);

	return idle < 0 ? 0 : idle;
}

/* The timeout of an entry in ms. */
static inline u32 hr_entry_timeout(const struct hr_track *track,
				   const struct hr_entry *entry, u64 word)
{
	const struct hr_settings *settings = track->settings;

	if (entry->key.protocol != IPPROTO_TCP)
		return READ_ONCE(settings->udp_timeout);
	if (word & HR_ENTRY_CLOSING)
		return READ_ONCE(settings->fin_timeout);
	if (word & HR_ENTRY_HALF_OPEN)
		return READ_ONCE(settings->syn_timeout);
	return READ_ONCE(settings->tcp_timeout);
}

static inline bool hr_entry_expired(const struct hr_track *track,
				    const struct hr_entry *entry, u64 word)
{
	return hr_entry_idle(word) >=
	       msecs_to_jiffies(hr_entry_timeout(track, entry, word));
}

/* The chain that a flow's entry is in. */
static inline struct hlist_head *hr_track_chain(const struct hr_track *track,
						u32 hash)
{
	return &track->table[hash & track->table_mask];
}

/* Its lock; bottom halves off. */
static inline spinlock_t *hr_track_lock(const struct hr_track *track, u32 hash)
{
	return &track->locks[hash & track->lock_mask];
}

/* The counter of an entry that expired. */
static inline enum hr_track_counter hr_entry_cause(u64 word)
{
	if (word & HR_ENTRY_CLOSING)
		return HR_TRACK_ENDED;
	return word & HR_ENTRY_HALF_OPEN ? HR_TRACK_HALF_OPEN : HR_TRACK_IDLE;
}

/**
 * struct hr_track_slots - the owners of a position
 * @base: by the last settled map; @now, if that node has no flows any more
 * @now: by the effective map
 * @then: by the map that the migration leads to
 * @still: no arc moves there
 * @lost: the owner by the last settled map has no flows any more
 */
struct hr_track_slots {
	u32 base;
	u32 now;
	u32 then;
	bool still;
	bool lost;
};

/*
 * Whether a flow cannot stay at a node, which is down or past its deadline.
 * Every slot that the migration names has a node until the end.
 */
static inline bool hr_track_dead(const struct hr_view *view, u32 slot)
{
	struct hr_node *node;

	if (slot >= view->table->nr_slots)
		return true;
	node = view->table->nodes[slot];
	return !node || node->attrs.state == HASHRING_NODE_DOWN ||
	       READ_ONCE(hr_backend(node)->shared->expired);
}

static inline void hr_track_slots(const struct hr_view *view, u32 pos,
				  struct hr_track_slots *slots)
{
	hr_view_slots(view, pos, &slots->base, &slots->now, &slots->then);
	slots->still = slots->base == slots->now && slots->now == slots->then;
	slots->lost = false;
	if (slots->base != slots->now && hr_track_dead(view, slots->base)) {
		/* a later change may move the arc: its flows need entries */
		slots->lost = true;
		slots->base = slots->now;
	}
}

/* The slot of an entry's flow, or HR_NO_SLOT. */
static inline u32 hr_track_goes(const struct hr_view *view, u32 slot, u32 now)
{
	return slot != now && hr_track_dead(view, slot) ? now : slot;
}

/* Context: bottom halves off. */
static inline void hr_track_add(const struct hr_track *track,
				enum hr_track_counter what)
{
	struct hr_track_cpu *cpu = this_cpu_ptr(track->cpu);

	u64_stats_update_begin(&cpu->syncp);
	u64_stats_inc(&cpu->count[what]);
	u64_stats_update_end(&cpu->syncp);
}

/**
 * struct hr_scan - a walk over all live entries
 * @visit: called for each, under rcu_read_lock() and with bottom halves off
 * @view: the view for @visit; see hr_track_scan()
 * @first: index of the first entry; the walk wraps
 * @stop: set by @visit to end the walk
 */
struct hr_scan {
	void (*visit)(struct hr_scan *scan, struct hr_track *track,
		      struct hr_entry *entry, u64 word);
	const struct hr_view *view;
	u32 first;
	bool stop;
};

/* Removed entries that wait for a grace period. */
struct hr_pending {
	struct hr_entry *first;
	u32 nr;
};

/* With so few free entries, only flows that need one get one. */
static inline u32 hr_pool_low(const struct hr_track *track)
{
	return track->max / 4;
}

/* pool.c */
struct hr_entry *hr_pool_take(struct hr_track *track, bool needed);
void hr_pool_put(struct hr_track *track, struct hr_entry *entry);
u32 hr_pool_room(struct hr_track *track);
void hr_pending_free(struct hr_track *track, struct hr_pending *pending);
void hr_track_tell(struct hr_track *track, const struct hr_view *view,
		   const struct hr_entry *entry, u32 slot,
		   enum hr_track_counter what);

/*
 * A step opens the window before the frontier moves: pairs with
 * hr_track_stepped().
 */
static inline bool hr_window_open(const struct hr_track *track)
{
	smp_rmb();	/* the frontier was read first */
	return READ_ONCE(track->window);
}

/* An unknown flow went to base: others like it will follow. */
static inline void hr_window_hold(struct hr_track *track)
{
	unsigned long now = jiffies;

	if (READ_ONCE(track->since) != now)
		WRITE_ONCE(track->since, now);
	if (unlikely(!READ_ONCE(track->window)))
		WRITE_ONCE(track->window, true);
}

/* window.c */
u32 hr_grace_slot_now(const struct hr_track *track, const struct hr_view *view,
		      u32 pos, const struct hr_track_slots *slots);

/* The slot of an unknown flow of a protocol without a beginning. */
static inline u32 hr_grace_slot(const struct hr_track *track,
				const struct hr_view *view, u32 pos,
				const struct hr_track_slots *slots)
{
	if (likely(!READ_ONCE(track->grace)))
		return slots->now;
	return hr_grace_slot_now(track, view, pos, slots);
}

bool hr_turned_away(const struct hr_track *track, u32 hash);
void hr_turn_away(struct hr_track *track, u32 hash);
void hr_turned_age(struct hr_track *track);

/* scan.c */
void hr_track_gc(struct work_struct *work);
bool hr_entry_remove(struct hr_track *track, const struct hr_view *view,
		     struct hr_entry *entry, u64 word,
		     enum hr_track_counter cause, struct hr_pending *pending);
void hr_track_scan(struct hr_track *track, struct hr_scan *scan);

#endif
