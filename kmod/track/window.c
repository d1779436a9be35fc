// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flow state: what is known of connections without an entry.
 *
 * While the window is open, segments of unknown connections go to the old
 * owner.
 *
 * A connection that began without an entry went to the old owner. If its SYN is
 * sent again, the second SYN must go there too, even if an entry is free by
 * then: the client may be about to answer the first one. So the hashes of such
 * flows are kept as bits, with losses. A false match only sends a new flow to
 * the old owner. There are two sets of bits. The older one is cleared and
 * becomes the younger one as often as half-open connections are forgotten.
 */
#include <linux/bitmap.h>

#include "entry.h"

/**
 * hr_turned_away() - whether a flow began without an entry recently
 * @track: the track
 * @hash: the flow's hash
 *
 * Context: any.
 * Return: true if it did, and rarely also if it did not.
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
 * hr_turn_away() - note that a flow began without an entry
 * @track: the track
 * @hash: the flow's hash
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

/**
 * hr_turned_age() - forget old flows that began without an entry
 * @track: the track
 *
 * Context: may sleep; one at a time.
 */
void hr_turned_age(struct hr_track *track)
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

/* The later end of a time in which unknown flows may go where they went before. */
static unsigned long grace_last(const struct hr_track *track)
{
	unsigned long end = READ_ONCE(track->grace_end);
	unsigned long older = READ_ONCE(track->grace_older);

	return time_after(older, end) ? older : end;
}

/**
 * hr_track_stepped() - the frontier is about to move
 * @track: the track
 *
 * Opens the window for segments of unknown connections, which had no time to
 * become known. Call it before the frontier moves: a packet that sees the new
 * frontier then sees the window open.
 *
 * Context: under the ring's lock.
 */
void hr_track_stepped(struct hr_track *track)
{
	WRITE_ONCE(track->since, jiffies);
	WRITE_ONCE(track->window, true);
	smp_wmb();	/* pairs with hr_window_open() */
}

/**
 * hr_track_held() - a change is about to be held
 * @track: the track
 *
 * As hr_track_stepped(). The new view does not tell any more which arcs the last change
 * moved. So in what is left of the time of the setting udp-grace, unknown flows go to
 * base. Call it before the view is published, unless it is the migration's first.
 *
 * Context: under the ring's lock.
 */
void hr_track_held(struct hr_track *track)
{
	if (track->grace)
		WRITE_ONCE(track->grace_older, grace_last(track));
	hr_track_stepped(track);
}

/**
 * hr_track_released() - a change is about to be in force at once
 * @track: the track
 *
 * As hr_track_stepped(). Flows of protocols without a beginning had no time to become
 * known either: for the time of the setting udp-grace an unknown flow goes to the node
 * before, and is known from then on. Where such times overlap, flows in arcs of earlier
 * changes go to base. Call it before the view is published.
 *
 * Context: under the ring's lock.
 */
void hr_track_released(struct hr_track *track)
{
	WRITE_ONCE(track->grace_older, track->grace ? grace_last(track) : jiffies);
	WRITE_ONCE(track->grace_end, jiffies +
		   msecs_to_jiffies(READ_ONCE(track->settings->udp_grace)));
	WRITE_ONCE(track->grace, true);
	hr_track_stepped(track);
}

/**
 * hr_grace_slot_now() - the slot of an unknown flow after a change
 * @track: the track
 * @view: the view
 * @pos: the flow's position
 * @slots: the owners of @pos
 *
 * Context: any.
 * Return: the slot of the node before, as long as that node has flows and the time is
 * not over; else @slots->now.
 */
u32 hr_grace_slot_now(const struct hr_track *track, const struct hr_view *view,
		      u32 pos, const struct hr_track_slots *slots)
{
	u32 before;

	/* a flow from before both changes may be at base, whatever moved since */
	if (time_before(jiffies, READ_ONCE(track->grace_older)))
		return slots->base;
	if (time_before(jiffies, READ_ONCE(track->grace_end))) {
		before = hr_table_lookup(view->from, pos);
		if (before != slots->now && !hr_track_dead(view, before))
			return before;
	}
	return slots->now;
}

/**
 * hr_track_grace() - the time that unknown flows still have
 * @track: the track
 *
 * Context: any.
 * Return: ms; 0: it is over.
 */
u32 hr_track_grace(const struct hr_track *track)
{
	unsigned long now = jiffies, end = grace_last(track);

	if (!READ_ONCE(track->grace))
		return 0;
	return time_before(now, end) ? jiffies_to_msecs(end - now) : 0;
}

/**
 * hr_track_joined() - the migration is about to get another view
 * @track: the track
 *
 * By the new maps, arcs that have moved may not move any more, and flows that
 * began there meanwhile stay where they began. So from now on every packet
 * looks for an entry. Call it before the view is published, unless it is the
 * migration's first.
 *
 * Context: under the ring's lock.
 */
void hr_track_joined(struct hr_track *track)
{
	WRITE_ONCE(track->strays, true);
	hr_track_stepped(track);
}

/**
 * hr_track_window_seen() - hr_track_window() for readers
 * @track: the track
 * @quiet: as there
 *
 * Does not close the window: only the holder of the ring's lock knows that no
 * step opens it at that moment.
 *
 * Context: any.
 * Return: true if the window is open.
 */
bool hr_track_window_seen(const struct hr_track *track, u32 quiet)
{
	return READ_ONCE(track->window) &&
	       time_before(jiffies, READ_ONCE(track->since) +
			   msecs_to_jiffies(quiet));
}

/**
 * hr_track_window() - whether unknown segments still go to the old owner
 * @track: the track
 * @quiet: ms without such a segment or a step after which the window closes
 *
 * It opens again after a step, and when a new connection gets no entry: its
 * next segments will be unknown.
 *
 * Context: under the ring's lock.
 * Return: true if the window is open.
 */
bool hr_track_window(struct hr_track *track, u32 quiet)
{
	if (track->grace && !hr_track_grace(track))
		WRITE_ONCE(track->grace, false);
	if (hr_track_window_seen(track, quiet))
		return true;
	if (READ_ONCE(track->window))
		WRITE_ONCE(track->window, false);
	return false;
}
