/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flow state of a migration: the node that first took a flow, kept only where
 * arcs move and only while they move.
 *
 * One track serves a migration from its first change to its end; each of the
 * migration's views holds a reference. All its memory is allocated at the
 * start: a packet allocates nothing. A flow without a free entry goes where its
 * later packets will go too.
 */
#ifndef HASHRING_TRACK_TRACK_H
#define HASHRING_TRACK_TRACK_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>

#include "core/key.h"
#include "ring/settings.h"

struct hr_node;
struct hr_ring;
struct hr_ring_view;
struct hr_track;

/* Counters of a track, in the order of the spec's track-stats. */
enum hr_track_counter {
	HR_TRACK_STARTED,
	HR_TRACK_SEEN,
	HR_TRACK_ENDED,
	HR_TRACK_HALF_OPEN,
	HR_TRACK_IDLE,
	HR_TRACK_EXPIRED,
	HR_TRACK_EVICTED,
	HR_TRACK_NO_ENTRY,
	HR_TRACK_NOT_NOTED,
	HR_TRACK_UNKNOWN,
	HR_TRACK_UNKNOWN_LATE,
	HR_TRACK_COUNTERS
};

/**
 * struct hr_track_counts - the live flows of a track
 * @entries: all of them
 * @pinned: of these, flows at a node that does not own their position
 * @noted: of these, flows whose position the frontier has still to pass
 * @half_open: TCP connections of which only a SYN was seen
 * @closing: TCP connections after FIN or RST
 */
struct hr_track_counts {
	u32 entries;
	u32 pinned;
	u32 noted;
	u32 half_open;
	u32 closing;
};

/**
 * struct hr_tracked - a flow of a track
 * @flow: the flow of its first packet
 * @policy: &enum hashring_key_policy
 * @half_open: see &struct hr_track_counts
 * @closing: as @half_open
 * @pos: its position
 * @node: the node where it stays
 * @owner: the owner of its position now; NULL: none
 * @idle: ms since its last packet, to an eighth of a second
 * @left: ms until its entry is removed
 */
struct hr_tracked {
	struct hr_flow flow;
	u8 policy;
	bool half_open;
	bool closing;
	u32 pos;
	const struct hr_node *node;
	const struct hr_node *owner;
	u64 idle;
	u64 left;
};

/* life.c */
void hr_track_init(void);
void hr_track_exit(void);
struct hr_track *hr_track_create(struct hr_ring *ring,
				 const struct hr_settings *settings, gfp_t gfp);
struct hr_track *hr_track_get(struct hr_track *track);
void hr_track_put(struct hr_track *track);
u32 hr_track_max(const struct hr_track *track);

/* scan.c: removal */
void hr_track_forget(struct hr_track *track);

/* track.c: packets */
struct hr_node *hr_track_owner(const struct hr_ring_view *view,
			       enum hashring_key_policy policy,
			       const struct sk_buff *skb, u8 pf,
			       const struct hr_flow *flow, int flags, u64 hash);
const struct hr_node *hr_track_find(const struct hr_ring_view *view,
				    enum hashring_key_policy policy,
				    const struct hr_flow *flow, u32 pos);

/* window.c: packets of unknown connections */
void hr_track_stepped(struct hr_track *track);
void hr_track_held(struct hr_track *track);
void hr_track_released(struct hr_track *track);
u32 hr_track_grace(const struct hr_track *track);
void hr_track_joined(struct hr_track *track);
bool hr_track_window(struct hr_track *track, u32 quiet);
bool hr_track_window_seen(const struct hr_track *track, u32 quiet);

/* Whether unknown flows may still go to their old nodes. Context: any. */
static inline bool hr_track_unknown(const struct hr_track *track, u32 quiet)
{
	return hr_track_window_seen(track, quiet) || hr_track_grace(track);
}

/* read.c: counts and lists; views are pinned and have a track */
u32 hr_track_pinned(const struct hr_ring_view *view, u32 slot);
bool hr_track_waits(const struct hr_ring_view *view);
void hr_track_close(const struct hr_ring_view *view);
void hr_track_count(const struct hr_ring_view *view,
		    struct hr_track_counts *counts);
void hr_track_nodes(const struct hr_ring_view *view, u32 *flows, u32 *pinned);
u32 hr_track_between(const struct hr_ring_view *view, u64 low, u64 high);
int hr_track_nth(const struct hr_ring_view *view, u64 frontier, u32 n,
		 bool back, u64 *after);
bool hr_track_next(const struct hr_ring_view *view, u32 *next,
		   struct hr_tracked *tracked);
void hr_track_stats(const struct hr_track *track,
		    u64 stats[HR_TRACK_COUNTERS]);

#endif
