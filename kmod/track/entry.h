/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of flow state share: entries, the table that finds them, and
 * what changes in them.
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
 * All that changes while an entry lives is its word. The word is replaced by
 * compare and exchange: a packet cannot refresh what is gone, and a scan cannot
 * remove what has just been refreshed. Look-ups pass over entries that are gone,
 * so that no packet waits for a scan. Under RCU all of an entry that was found
 * may be read until rcu_read_unlock().
 *
 * The table is an array of chains, as many as the pool has entries or up to
 * twice as many. Its size is fixed: no packet allocates, and nothing is ever
 * moved. Each lock guards the insertions and removals of many chains. Packets
 * take it in softirq, so everybody takes it with bottom halves off.
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
 * An entry's word: when its last packet came, in the low half of jiffies, and
 *
 *	seen(32) - (11) gone(1) turned(1) closing(1) half-open(1) owner(17)
 */
#define HR_ENTRY_SLOT		GENMASK_ULL(16, 0)
#define HR_ENTRY_HALF_OPEN	BIT_ULL(17)
#define HR_ENTRY_CLOSING	BIT_ULL(18)
#define HR_ENTRY_TURNED		BIT_ULL(19)	/* the key is, of the first packet */
#define HR_ENTRY_GONE		BIT_ULL(20)	/* or free, or not yet there */
#define HR_ENTRY_SEEN		32

#define HR_TRACK_PERIOD		HZ	/* between scans for what can go */

/* Times are written no finer, so that a busy flow's entry is mostly read. */
#define HR_ENTRY_GRAIN		(HZ / 8)

/**
 * struct hr_entry - a tracked flow
 * @link: in its chain
 * @word: see above
 * @key: fixed while it lives
 * @pos: the flow's position; fixed while it lives
 * @hash: the flow's hr_track_hash(); fixed while it lives
 * @next: in a list of free ones, or among those that wait for their grace period
 */
struct hr_entry {
	struct hlist_node link;
	u64 word;
	struct hr_track_key key;
	u32 pos;
	u32 hash;
	struct hr_entry *next;
};

/**
 * struct hr_track_cpu - what a CPU has of a track, with bottom halves off
 * @count: counters
 * @syncp: of @count
 * @free: entries that its packets take without the pool's lock. Only this CPU
 *	puts any there; every CPU takes them away, all at once, by xchg()
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
 * @secret: of hr_track_hash()
 * @settings: the ring's; timeouts may change
 * @cpu: each CPU's
 * @turned_away: flows that began without an entry, by their hash, lately and
 *	before; see pool.c
 * @turned_mask: bits of each, less one
 * @strays: entries may lie where no arc moves
 * @lent: CPUs may have free entries of their own
 * @window: segments of unknown connections go to the old owner
 * @since: jiffies of the last such segment, or of the last step
 * @turning: which of @turned_away is the recent one
 * @turned_any: in which of them there is anything
 * @kicked: a scan is on its way
 * @lock: guards @free, and writers of @nr_free and @lent; bottom halves off
 * @free: entries to be had, without those of the CPUs
 * @nr_free: number of @free
 * @gc: scans the pool
 * @turned: jiffies when @turning changed
 * @cursor: where eviction goes on
 * @refs: of the migration's views, and of its maker
 * @ring: outlives it; its namespace need not
 * @netns: the namespace's number, for tracepoints
 * @net_cookie: the namespace's, unique for ever
 * @list: of all tracks
 * @user: the namespace is one that a user has made for himself
 * @ready: it has its memory; under the lock of the list
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

	/* what packets write, seldom */
	bool window ____cacheline_aligned_in_smp;
	unsigned long since;
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

/* Jiffies since its last packet; another CPU's clock may be ahead of ours. */
static inline u32 hr_entry_idle(u64 word)
{
	u32 now = jiffies;
	s32 idle = now - (u32)(word >> HR_ENTRY_SEEN);

	return idle < 0 ? 0 : idle;
}

/* Milliseconds that it may be idle. */
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

/* What an entry that expired counts as. */
static inline enum hr_track_counter hr_entry_cause(u64 word)
{
	if (word & HR_ENTRY_CLOSING)
		return HR_TRACK_ENDED;
	return word & HR_ENTRY_HALF_OPEN ? HR_TRACK_HALF_OPEN : HR_TRACK_IDLE;
}

/**
 * struct hr_track_slots - who owns a position
 * @base: by the last settled map; the same as @now where that node has none of
 *	its flows any more
 * @now: at this moment
 * @then: by the map that the migration leads to
 */
struct hr_track_slots {
	u32 base;
	u32 now;
	u32 then;
};

/*
 * Whether a flow cannot stay at a node: it is down, or its deadline has passed.
 * Every slot that the migration names is filled to its end.
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
	if (slots->base != slots->now && hr_track_dead(view, slots->base))
		slots->base = slots->now;
}

/* No arc moves there. */
static inline bool hr_track_still(const struct hr_track_slots *slots)
{
	return slots->base == slots->now && slots->now == slots->then;
}

/* Where an entry's flow goes: HR_NO_SLOT: nowhere. */
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
 * struct hr_scan - a walk over all entries that live
 * @visit: called for each, under rcu_read_lock() and with bottom halves off
 * @view: what it sees; see hr_track_scan()
 * @first: index of the entry to begin at; the walk wraps
 * @stop: set by @visit to end it
 */
struct hr_scan {
	void (*visit)(struct hr_scan *scan, struct hr_track *track,
		      struct hr_entry *entry, u64 word);
	const struct hr_view *view;
	u32 first;
	bool stop;
};

/* Entries that are gone and wait for a grace period. */
struct hr_pending {
	struct hr_entry *first;
	u32 nr;
};

/* With so few free entries, only flows that need one get it. */
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

/* A step opens it before the frontier moves: pairs with hr_track_stepped(). */
static inline bool hr_window_open(const struct hr_track *track)
{
	smp_rmb();	/* the frontier was read first */
	return READ_ONCE(track->window);
}

/* A flow went to base because it is not known: others like it will come. */
static inline void hr_window_hold(struct hr_track *track)
{
	unsigned long now = jiffies;

	if (READ_ONCE(track->since) != now)
		WRITE_ONCE(track->since, now);
	if (unlikely(!READ_ONCE(track->window)))
		WRITE_ONCE(track->window, true);
}

/* window.c */
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
