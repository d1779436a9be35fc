// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flow state: counts and lists, for a migration's steps and for users.
 *
 * All figures come from a scan of the pool while packets go on. Each flow is
 * judged by one state of it and of the frontier, but all flows not by the same.
 */
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/sched.h>

#include "core/impact.h"
#include "core/sort.h"
#include "entry.h"

/**
 * struct read_scan - a scan that counts
 * @scan: the walk
 * @counts: see hr_track_count(); NULL: not wanted
 * @flows: by slot; NULL: not wanted
 * @pinned: by slot, with @flows
 */
struct read_scan {
	struct hr_scan scan;
	struct hr_track_counts *counts;
	u32 *flows;
	u32 *pinned;
};

static void count_visit(struct hr_scan *scan, struct hr_track *track,
			struct hr_entry *entry, u64 word)
{
	struct read_scan *read = container_of(scan, struct read_scan, scan);
	struct hr_track_slots slots;
	u32 slot;

	if (hr_entry_expired(track, entry, word))
		return;
	hr_track_slots(scan->view, entry->pos, &slots);
	slot = hr_track_goes(scan->view, hr_entry_slot(word), slots.now);
	if (read->flows && slot < scan->view->table->nr_slots) {
		read->flows[slot]++;
		read->pinned[slot] += slot != slots.now;
	}
	if (read->counts) {
		read->counts->entries++;
		read->counts->pinned += slot != slots.now;
		read->counts->noted += slots.now != slots.then;
		read->counts->half_open += !!(word & HR_ENTRY_HALF_OPEN);
		read->counts->closing += !!(word & HR_ENTRY_CLOSING);
	}
}

/**
 * hr_track_count() - count live flows
 * @view: pinned, with a track
 * @counts: filled in
 *
 * Context: may sleep.
 */
void hr_track_count(const struct hr_ring_view *view,
		    struct hr_track_counts *counts)
{
	struct read_scan read = {
		.scan	= { .visit = count_visit, .view = &view->core },
		.counts	= counts,
	};

	*counts = (struct hr_track_counts){};
	hr_track_scan(view->track, &read.scan);
}

/**
 * hr_track_nodes() - count the flows of each node
 * @view: pinned, with a track
 * @flows: added to: live flows, by the slot where they stay; as many as the
 *	view's table has slots
 * @pinned: as @flows: of these, flows whose position another node owns now
 *
 * Context: may sleep.
 */
void hr_track_nodes(const struct hr_ring_view *view, u32 *flows, u32 *pinned)
{
	struct read_scan read = {
		.scan	= { .visit = count_visit, .view = &view->core },
		.flows	= flows,
		.pinned	= pinned,
	};

	hr_track_scan(view->track, &read.scan);
}

/**
 * struct node_scan - a scan for the flows that stay at one node
 * @scan: the walk
 * @slot: the node's slot
 * @nr: number of flows
 */
struct node_scan {
	struct hr_scan scan;
	u32 slot;
	u32 nr;
};

static void node_visit(struct hr_scan *scan, struct hr_track *track,
		       struct hr_entry *entry, u64 word)
{
	struct node_scan *node = container_of(scan, struct node_scan, scan);
	struct hr_track_slots slots;

	if (hr_entry_slot(word) != node->slot ||
	    hr_entry_expired(track, entry, word))
		return;
	hr_track_slots(scan->view, entry->pos, &slots);
	node->nr += hr_track_goes(scan->view, node->slot, slots.now) !=
		    slots.now;
}

/**
 * hr_track_pinned() - count the flows that stay at a node that does not own them
 * @view: pinned, with a track
 * @slot: the node's slot
 *
 * Context: may sleep.
 * Return: number of live flows.
 */
u32 hr_track_pinned(const struct hr_ring_view *view, u32 slot)
{
	struct node_scan node = {
		.scan	= { .visit = node_visit, .view = &view->core },
		.slot	= slot,
	};

	hr_track_scan(view->track, &node.scan);
	return node.nr;
}

/**
 * hr_track_waits() - whether unknown flows may be left at their old nodes
 * @view: pinned, with the frontier at its end
 *
 * None is, once every node that has lost an arc is down or past its deadline.
 *
 * Context: may sleep. Takes a time of O(points) at most.
 * Return: true if an arc has moved from a node that may have flows.
 */
bool hr_track_waits(const struct hr_ring_view *view)
{
	struct hr_walk walk = {
		.before = view->core.base, .after = view->core.table,
	};
	struct hr_moved_arc arc;
	u32 n = 0;

	while (hr_walk_next(&walk, &arc)) {
		if (!hr_track_dead(&view->core, arc.from))
			return true;
		if (!(++n & (HR_CHUNK - 1)))
			cond_resched();
	}
	return false;
}

/**
 * struct range_scan - a scan for flows whose position changes hands
 * @scan: the walk
 * @low: the first position
 * @high: the position after the last
 * @nr: number of flows found
 * @found: their positions, as far as they fit; NULL: not wanted
 * @size: number of elements of @found
 */
struct range_scan {
	struct hr_scan scan;
	u64 low;
	u64 high;
	u32 nr;
	u32 *found;
	u32 size;
};

static void range_visit(struct hr_scan *scan, struct hr_track *track,
			struct hr_entry *entry, u64 word)
{
	struct range_scan *range = container_of(scan, struct range_scan, scan);
	const struct hr_view *view = scan->view;

	if (entry->pos < range->low || entry->pos >= range->high ||
	    hr_entry_expired(track, entry, word) ||
	    hr_table_lookup(view->from, entry->pos) ==
	    hr_table_lookup(view->table, entry->pos))
		return;
	if (range->found && range->nr < range->size)
		range->found[range->nr] = entry->pos;
	range->nr++;
}

/**
 * hr_track_between() - count the flows that a step passes
 * @view: pinned, with a track
 * @low: the lower frontier
 * @high: the higher frontier
 *
 * Context: may sleep.
 * Return: the live flows at positions between these, where the migration
 * changes the owner.
 */
u32 hr_track_between(const struct hr_ring_view *view, u64 low, u64 high)
{
	struct range_scan range = {
		.scan	= { .visit = range_visit, .view = &view->core },
		.low	= low,
		.high	= high,
	};

	hr_track_scan(view->track, &range.scan);
	return range.nr;
}

/*
 * The element at index @nth, from 0, once @pos is sorted: digit by digit from
 * the highest, in a time that does not depend on the senders' choice.
 */
static u32 nth_position(const u32 *pos, u32 nr, u32 nth)
{
	u32 found = 0, shift = 32;

	while (shift) {
		u32 count[256] = {};
		u32 i, digit = 0;

		shift -= 8;
		for (i = 0; i < nr; i++) {
			/* the digits above are those found */
			if (!((u64)(pos[i] ^ found) >> (shift + 8)))
				count[pos[i] >> shift & 255]++;
			if (!(i & (HR_CHUNK - 1)))
				cond_resched();
		}
		while (nth >= count[digit])
			nth -= count[digit++];
		found |= digit << shift;
	}
	return found;
}

/**
 * hr_track_nth() - the frontier after a step over a number of flows
 * @view: pinned, with a track
 * @frontier: the frontier before the step
 * @n: number of flows, see hr_track_between(); at least 1
 * @back: the step goes back
 * @after: set to the frontier right behind the last of these flows; with fewer
 *	flows to 2^32, or to 0 when the step goes back
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int hr_track_nth(const struct hr_ring_view *view, u64 frontier, u32 n,
		 bool back, u64 *after)
{
	struct range_scan range = {
		.scan	= { .visit = range_visit, .view = &view->core },
		.low	= back ? 0 : frontier,
		.high	= back ? frontier : HR_WHOLE_RING,
		.size	= view->track->max,
	};
	u32 nr;

	*after = back ? 0 : HR_WHOLE_RING;
	range.found = kvmalloc_array(range.size, sizeof(*range.found),
				     HR_GFP);
	if (!range.found)
		return -ENOMEM;
	hr_track_scan(view->track, &range.scan);
	nr = min(range.nr, range.size);
	if (n <= nr) {
		*after = back ? nth_position(range.found, nr, nr - n) :
				nth_position(range.found, nr, n - 1) + 1ULL;
	}
	kvfree(range.found);
	return 0;
}

/**
 * struct close_scan - a scan for flows that are to be cut
 * @scan: the walk
 * @pending: removed entries
 */
struct close_scan {
	struct hr_scan scan;
	struct hr_pending pending;
};

static void close_visit(struct hr_scan *scan, struct hr_track *track,
			struct hr_entry *entry, u64 word)
{
	struct close_scan *close = container_of(scan, struct close_scan, scan);
	struct hr_track_slots slots;

	hr_track_slots(scan->view, entry->pos, &slots);
	while (hr_track_goes(scan->view, hr_entry_slot(word), slots.now) !=
	       slots.now) {
		enum hr_track_counter cause = HR_TRACK_EXPIRED;

		if (hr_entry_expired(track, entry, word))
			cause = hr_entry_cause(word);
		if (hr_entry_remove(track, scan->view, entry, word, cause,
				    &close->pending))
			return;
		/* a packet came; it does not save the flow */
		word = READ_ONCE(entry->word);
		if (word & HR_ENTRY_GONE)
			return;
	}
}

/**
 * hr_track_close() - send flows to the owners of their positions, at a deadline
 * @view: pinned, with a track
 *
 * Closes the window, and cuts the flows at other nodes.
 *
 * Context: under the ring's lock. May sleep.
 */
void hr_track_close(const struct hr_ring_view *view)
{
	struct close_scan close = {
		.scan	= { .visit = close_visit, .view = &view->core },
	};

	WRITE_ONCE(view->track->window, false);
	WRITE_ONCE(view->track->grace, false);
	hr_track_scan(view->track, &close.scan);
	hr_pending_free(view->track, &close.pending);
}

static void tracked_fill(struct hr_tracked *tracked, const struct hr_track *track,
			 const struct hr_entry *entry, u64 word)
{
	const struct hr_track_key *key = &entry->key;
	const bool turned = word & HR_ENTRY_TURNED;
	u64 timeout = hr_entry_timeout(track, entry, word);

	tracked->flow = (struct hr_flow){
		.family		= key->family,
		.protocol	= key->protocol,
	};
	memcpy(turned ? tracked->flow.dport : tracked->flow.sport,
	       key->ports, 2);
	memcpy(turned ? tracked->flow.sport : tracked->flow.dport,
	       key->ports + 2, 2);
	memcpy(tracked->flow.saddr, turned ? key->daddr : key->saddr, 16);
	memcpy(tracked->flow.daddr, turned ? key->saddr : key->daddr, 16);
	tracked->policy = key->policy;
	tracked->half_open = word & HR_ENTRY_HALF_OPEN;
	tracked->closing = word & HR_ENTRY_CLOSING;
	tracked->pos = entry->pos;
	tracked->idle = jiffies_to_msecs(hr_entry_idle(word));
	tracked->left = timeout > tracked->idle ? timeout - tracked->idle : 0;
}

/**
 * hr_track_next() - list flows, one after the other
 * @view: pinned, with a track
 * @next: 0 at first; the place of the walk
 * @tracked: filled in
 *
 * Context: may sleep.
 * Return: false when there are no more.
 */
bool hr_track_next(const struct hr_ring_view *view, u32 *next,
		   struct hr_tracked *tracked)
{
	const struct hr_track *track = view->track;
	const struct hr_view *core = &view->core;

	for (; *next < track->max; (*next)++) {
		const struct hr_entry *entry = &track->pool[*next];
		struct hr_track_slots slots;
		u64 word;
		u32 slot;

		if (!(*next % 4096))
			cond_resched();
		rcu_read_lock();
		word = smp_load_acquire(&entry->word); /* then the key is there */
		if (word & HR_ENTRY_GONE ||
		    hr_entry_expired(track, entry, word)) {
			rcu_read_unlock();
			continue;
		}
		tracked_fill(tracked, track, entry, word);
		rcu_read_unlock();
		hr_track_slots(core, tracked->pos, &slots);
		slot = hr_track_goes(core, hr_entry_slot(word), slots.now);
		tracked->node = hr_view_node(core, slot);
		tracked->owner = hr_view_node(core, slots.now);
		(*next)++;
		return true;
	}
	return false;
}

/**
 * hr_track_stats() - the counters of a track
 * @track: the track
 * @stats: filled in, by &enum hr_track_counter
 *
 * Context: any.
 */
void hr_track_stats(const struct hr_track *track, u64 stats[HR_TRACK_COUNTERS])
{
	u32 i, what;

	memset(stats, 0, HR_TRACK_COUNTERS * sizeof(*stats));
	for_each_possible_cpu(i) {
		const struct hr_track_cpu *cpu = per_cpu_ptr(track->cpu, i);
		u64 count[HR_TRACK_COUNTERS];
		unsigned int start;

		do {
			start = u64_stats_fetch_begin(&cpu->syncp);
			for (what = 0; what < HR_TRACK_COUNTERS; what++)
				count[what] = u64_stats_read(&cpu->count[what]);
		} while (u64_stats_fetch_retry(&cpu->syncp, start));
		for (what = 0; what < HR_TRACK_COUNTERS; what++)
			stats[what] += count[what];
	}
}
