// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flow state: where a packet goes while a migration is under way.
 *
 * A flow's rightful node is the first node that took it. Base, now and then are
 * the owners of its position: by the last settled map, by the effective map,
 * and by the map that the migration leads to.
 *
 * If all three are the same, no arc moves there, and nothing is kept.
 *
 * TCP begins with a SYN, which tells new connections from old ones. In a moved
 * arc (base and now differ) a SYN goes to now, and an entry says so before the
 * packet leaves. Without a free entry the SYN goes to base. Segments without an
 * entry belong to older connections, or to such ones: they go to base while the
 * window is open. In an arc still to move a SYN is noted, because the same
 * flow's next SYN may come after the frontier has passed.
 *
 * Other protocols have no sign of a beginning. A flow that was seen before the
 * frontier passed stays. A flow that was not seen goes to now, and stays there.
 *
 * Only the first fragment of a datagram has ports. Fragments of two ends and a
 * protocol are a flow of their own, without ports. If only the source counts
 * for the position, a first fragment goes where the flow of its ports goes, and
 * takes the others there.
 *
 * Packets can be forged. Only a segment whose numbers fit those of the connection
 * (tcp.h) changes an entry. A FIN or RST that fits closes it: its time is shorter, and
 * the next SYN begins anew. A SYN changes nothing of a live connection.
 *
 * For a while after a change that is in force at once, unknown flows of protocols
 * without a beginning go where they went before (window.c).
 */
#include "compat.h"
#include "packet.h"

/**
 * struct hr_begin - what to do with a packet whose flow has no entry
 * @slot: the slot that it goes to
 * @fallback: the slot that it goes to if it should get an entry and none is
 *	free
 * @make: it should get an entry
 * @needed: it may break without an entry
 * @made: the counter of a new entry
 * @counts: the counter of the packet; HR_TRACK_COUNTERS: none
 * @failed: the counter of a missing entry; as @counts
 */
struct hr_begin {
	u32 slot;
	u32 fallback;
	bool make;
	bool needed;
	enum hr_track_counter made;
	enum hr_track_counter counts;
	enum hr_track_counter failed;
};

/* The entry changed meanwhile: look again. Not a slot. */
#define HR_AGAIN	U32_MAX

/* The flow's entry, or NULL. An entry that is gone is not found. */
static __always_inline struct hr_entry *
entry_find(const struct hr_packet *packet)
{
	struct hr_entry *entry;

	hlist_for_each_entry_rcu(entry,
				 hr_track_chain(packet->track, packet->hash),
				 link)
		if (likely(hr_track_same(&entry->key, &packet->key)) &&
		    likely(!(READ_ONCE(entry->word) & HR_ENTRY_GONE)))
			return entry;
	return NULL;
}

/*
 * Puts a filled in entry into the table; false if the flow has got one
 * meanwhile. The entry lives once its word is set. A scan that marks it as gone
 * at once gets the chain's lock only after the insertion.
 */
static bool entry_publish(const struct hr_packet *packet,
			  struct hr_entry *entry, u64 word)
{
	spinlock_t *lock = hr_track_lock(packet->track, packet->hash);
	bool first;

	spin_lock(lock);
	first = !entry_find(packet);
	if (likely(first)) {
		/* pairs with hr_track_scan() */
		smp_store_release(&entry->word, word);
		hlist_add_head_rcu(&entry->link,
				   hr_track_chain(packet->track, packet->hash));
	}
	spin_unlock(lock);
	return first;
}

/*
 * Whether a segment, or an end, belongs to the connection of an entry, by the numbers
 * that were seen. The first segment with an ACK is believed, unless it ends the connection.
 */
static bool segment_fits(const struct hr_packet *packet, u64 seen, bool reply)
{
	if (unlikely(!seen))
		return packet->kind == HR_PACKET_SEGMENT &&
		       packet->tcp & TCPHDR_ACK;
	return hr_tcp_fits(seen, &packet->segment, packet->tcp, reply);
}

/*
 * How a packet changes the flags of its flow's entry. A segment that does not fit
 * changes nothing.
 */
static u64 flags_after(const struct hr_packet *packet, u64 flags, u64 seen,
		       bool reply, bool moved)
{
	switch (packet->kind) {
	case HR_PACKET_SYN:
		/* a client that begins anew, because its node is gone */
		if (moved)
			flags = (flags | HR_ENTRY_HALF_OPEN) & ~HR_ENTRY_CLOSING;
		return flags;
	case HR_PACKET_END:
		return (flags | HR_ENTRY_CLOSING) & ~HR_ENTRY_HALF_OPEN;
	case HR_PACKET_SEGMENT:
		if (flags & HR_ENTRY_CLOSING &&
		    hr_tcp_reopens(seen, &packet->segment, packet->tcp, reply))
			flags &= ~HR_ENTRY_CLOSING;
		if (!(packet->tcp & TCPHDR_SYN))
			flags &= ~HR_ENTRY_HALF_OPEN;
		return flags;
	default:
		return flags;
	}
}

/*
 * Note the numbers of the client's segment. While the connection seems to end, the
 * numbers of its end stay: see hr_tcp_reopens(). An end that is not exactly the next
 * segment may be forged: with its numbers, later data would seem older than the end.
 */
static void note_numbers(const struct hr_packet *packet, struct hr_entry *entry,
			 u64 seen, u64 flags)
{
	u64 now = hr_tcp_seen(&packet->segment);

	if (now == seen)
		return;
	if (packet->kind == HR_PACKET_END ?
		    packet->segment.seq != (u32)(seen >> 32) :
		    flags & HR_ENTRY_CLOSING)
		return;
	WRITE_ONCE(entry->seen, now);
}

/* Whether a packet changes at most the time in its entry's word, as most packets do. */
static __always_inline bool goes_on(const struct hr_packet *packet, u64 word)
{
	u32 slot = hr_entry_slot(word);

	/* if the node is base, hr_track_slots() has checked the node */
	return (packet->kind == HR_PACKET_SEGMENT ||
		packet->kind == HR_PACKET_OTHER) &&
	       !(word & (HR_ENTRY_CLOSING | HR_ENTRY_HALF_OPEN)) &&
	       (slot == packet->slots.base || slot == packet->slots.now);
}

/* Bring the time of a word up to date; false if the word has changed. */
static __always_inline bool entry_refresh(struct hr_entry *entry, u64 word)
{
	return likely(hr_entry_idle(word) < HR_ENTRY_GRAIN) ||
	       try_cmpxchg64(&entry->word, &word, hr_entry_word((u32)word, 0));
}

/*
 * A packet of a flow with a live entry: the slot that it goes to, HR_NO_SLOT,
 * or HR_AGAIN when the entry is gone.
 */
static u32 packet_known(const struct hr_packet *packet, struct hr_entry *entry,
			u64 word)
{
	bool reply = packet->turned != !!(word & HR_ENTRY_TURNED);
	u64 seen = READ_ONCE(entry->seen);
	bool fits;

	if (likely(goes_on(packet, word)) && likely(entry_refresh(entry, word))) {
		if (packet->kind == HR_PACKET_SEGMENT && !reply &&
		    seen != hr_tcp_seen(&packet->segment) &&
		    packet->tcp & TCPHDR_ACK &&
		    segment_fits(packet, seen, reply))
			note_numbers(packet, entry, seen, word);
		return hr_entry_slot(word);
	}
	fits = (packet->kind == HR_PACKET_SEGMENT || packet->kind == HR_PACKET_END) &&
	       segment_fits(packet, seen, reply);
	for (;;) {
		u32 slot = hr_entry_slot(word);
		u32 goes = slot;
		u64 flags, next;
		bool ended;

		/* if that is base, hr_track_slots() has checked */
		if (slot != packet->slots.base)
			goes = hr_track_goes(packet->view, slot,
					     packet->slots.now);
		if (goes == HR_NO_SLOT || packet->kind == HR_PACKET_ABOUT)
			return goes;
		/* A SYN that is sent all the time does not keep a flow at its node. */
		if (packet->kind == HR_PACKET_SYN && goes == slot &&
		    word & HR_ENTRY_HALF_OPEN)
			return goes;
		flags = word & (HR_ENTRY_TURNED | HR_ENTRY_CLOSING |
				HR_ENTRY_HALF_OPEN);
		if (fits || packet->kind == HR_PACKET_SYN)
			flags = flags_after(packet, flags, seen, reply,
					    goes != slot);
		ended = goes != slot && (packet->kind == HR_PACKET_SEGMENT ||
					 packet->kind == HR_PACKET_END);
		if (unlikely(ended))
			flags = (flags | HR_ENTRY_CLOSING) & ~HR_ENTRY_HALF_OPEN;
		next = hr_entry_word(flags, goes);
		if (likely((u32)next == (u32)word &&
			   hr_entry_idle(word) < HR_ENTRY_GRAIN) ||
		    try_cmpxchg64(&entry->word, &word, next)) {
			if (unlikely(goes != slot))
				hr_track_tell(packet->track, packet->view,
					      entry, slot, HR_TRACK_EXPIRED);
			/* No other node knows the connection: nothing fits now. */
			if (unlikely(ended))
				WRITE_ONCE(entry->seen, seen ^ HR_TCP_FAR);
			else if (fits && !reply && packet->tcp & TCPHDR_ACK)
				note_numbers(packet, entry, seen, flags);
			return goes;
		}
		if (word & HR_ENTRY_GONE)
			return HR_AGAIN;
	}
}

static void begin_syn(const struct hr_packet *packet, struct hr_begin *begin)
{
	const struct hr_track_slots *slots = &packet->slots;

	begin->slot = slots->now;
	begin->fallback = slots->base;
	begin->make = true;
	begin->needed = true;
	begin->made = HR_TRACK_STARTED;
	begin->failed = HR_TRACK_NOT_NOTED;
	if (slots->now != slots->base) {
		begin->failed = HR_TRACK_NO_ENTRY;
		if (hr_turned_away(packet->track, packet->hash))
			begin->slot = slots->base;
	}
}

static void begin_segment(const struct hr_packet *packet,
			  struct hr_begin *begin)
{
	const struct hr_track_slots *slots = &packet->slots;

	begin->slot = slots->base;
	begin->fallback = slots->base;
	begin->make = packet->kind != HR_PACKET_END;
	begin->made = HR_TRACK_SEEN;
	if (slots->now == slots->base)
		return;
	begin->counts = HR_TRACK_UNKNOWN;
	if (!hr_window_open(packet->track)) {
		begin->slot = slots->now;
		begin->make = false;
		begin->counts = HR_TRACK_UNKNOWN_LATE;
	}
}

static void begin_other(const struct hr_packet *packet, struct hr_begin *begin)
{
	const struct hr_track_slots *slots = &packet->slots;
	bool moved = slots->now != slots->base;

	begin->slot = hr_grace_slot(packet->track, packet->view, packet->pos,
				    slots);
	begin->fallback = slots->now;
	begin->make = true;
	begin->needed = true;
	begin->made = begin->slot != slots->base ? HR_TRACK_STARTED : HR_TRACK_SEEN;
	begin->failed = moved ? HR_TRACK_NO_ENTRY : HR_TRACK_NOT_NOTED;
}

static void begin_about(const struct hr_packet *packet, struct hr_begin *begin)
{
	const struct hr_track_slots *slots = &packet->slots;

	if (packet->key.protocol != IPPROTO_TCP)
		begin->slot = hr_grace_slot(packet->track, packet->view,
					    packet->pos, slots);
	else
		begin->slot = hr_window_open(packet->track) ? slots->base :
							      slots->now;
}

/* @again: the flow has an entry, which does not count any more. */
static void packet_begin(const struct hr_packet *packet, bool again,
			 struct hr_begin *begin)
{
	*begin = (struct hr_begin){
		.counts	= HR_TRACK_COUNTERS,
		.failed	= HR_TRACK_COUNTERS,
	};
	/* An entry would send the segments after a SYN elsewhere: it is written anew. */
	if (packet->slots.still &&
	    !(again && packet->kind == HR_PACKET_SYN)) {
		begin->slot = packet->slots.now;
		return;
	}
	switch (packet->kind) {
	case HR_PACKET_SYN:
		begin_syn(packet, begin);
		break;
	case HR_PACKET_SEGMENT:
	case HR_PACKET_END:
		begin_segment(packet, begin);
		break;
	case HR_PACKET_OTHER:
		begin_other(packet, begin);
		break;
	case HR_PACKET_ABOUT:
		begin_about(packet, begin);
		break;
	}
}

/* The numbers of the first packet of an entry, see hr_tcp_seen(). */
static u64 first_numbers(const struct hr_packet *packet)
{
	if (packet->kind != HR_PACKET_SEGMENT || !(packet->tcp & TCPHDR_ACK))
		return 0;
	return hr_tcp_seen(&packet->segment);
}

/* Fills in and publishes an entry. NULL: none is free; or -EEXIST. */
static struct hr_entry *entry_make(const struct hr_packet *packet,
				   const struct hr_begin *begin, u64 word)
{
	struct hr_entry *entry;

	entry = hr_pool_take(packet->track, begin->needed);
	if (unlikely(!entry))
		return NULL;
	entry->key = packet->key;
	entry->pos = packet->pos;
	entry->hash = packet->hash;
	entry->seen = first_numbers(packet);
	if (likely(entry_publish(packet, entry, word)))
		return entry;
	hr_pool_put(packet->track, entry);
	return ERR_PTR(-EEXIST);
}

/*
 * A packet of a flow without an entry, or with one that has expired or ended and that
 * begins anew: as packet_known().
 */
static u32 packet_unknown(const struct hr_packet *packet,
			  struct hr_entry *entry, u64 old)
{
	struct hr_track *track = packet->track;
	struct hr_begin begin;
	u64 word;

	packet_begin(packet, entry, &begin);
	if (unlikely(begin.slot == HR_NO_SLOT))
		return HR_NO_SLOT;
	if (!begin.make)
		goto count;

	word = hr_entry_word((packet->turned ? HR_ENTRY_TURNED : 0) |
			     (packet->kind == HR_PACKET_SYN ?
				HR_ENTRY_HALF_OPEN : 0), begin.slot);
	if (entry) {
		if (!try_cmpxchg64(&entry->word, &old, word))
			return HR_AGAIN;
		WRITE_ONCE(entry->seen, first_numbers(packet));
		hr_track_tell(track, packet->view, entry, hr_entry_slot(old),
			      hr_entry_cause(old));
	} else {
		entry = entry_make(packet, &begin, word);
		if (IS_ERR(entry))
			return HR_AGAIN;
	}
	if (entry) {
		hr_track_tell(track, packet->view, entry, begin.slot,
			      begin.made);
	} else if (begin.failed != HR_TRACK_COUNTERS) {
		hr_track_add(track, begin.failed);
		begin.slot = begin.fallback;
		if (packet->kind == HR_PACKET_SYN) {
			hr_turn_away(track, packet->hash);
			/* its segments will be unknown, and must follow it */
			if (begin.failed == HR_TRACK_NO_ENTRY)
				hr_window_hold(track);
		}
	}
count:
	if (begin.counts != HR_TRACK_COUNTERS)
		hr_track_add(track, begin.counts);
	if (begin.counts == HR_TRACK_UNKNOWN)
		hr_window_hold(track);
	return begin.slot;
}

/*
 * Whether a packet belongs to the flow of an entry. A SYN after the end of a connection
 * begins another one from the same port.
 */
static bool entry_counts(const struct hr_packet *packet,
			 const struct hr_entry *entry, u64 word)
{
	if (unlikely(word & HR_ENTRY_CLOSING) && packet->kind == HR_PACKET_SYN)
		return false;
	return !hr_entry_expired(packet->track, entry, word);
}

static u32 packet_slot(const struct hr_packet *packet)
{
	struct hr_entry *entry;
	u32 slot;
	u64 word;

	do {
		word = 0;
		entry = entry_find(packet);
		if (entry) {
			word = READ_ONCE(entry->word);
			if (unlikely(word & HR_ENTRY_GONE)) {
				slot = HR_AGAIN;
				continue;
			}
		}
		if (entry && likely(entry_counts(packet, entry, word)))
			slot = packet_known(packet, entry, word);
		else
			slot = packet_unknown(packet, entry, word);
	} while (unlikely(slot == HR_AGAIN));
	return slot;
}

/* From now on fragments without ports go to @slot. */
static void fragments_follow(struct hr_packet *packet, u32 slot)
{
	const struct hr_begin begin = { .needed = true };
	const u64 next = hr_entry_word(0, slot);
	struct hr_entry *entry = entry_find(packet);

	if (entry) {
		u64 word = READ_ONCE(entry->word);

		while (!(word & HR_ENTRY_GONE))
			if (((u32)word == (u32)next &&
			     hr_entry_idle(word) < HR_ENTRY_GRAIN) ||
			    try_cmpxchg64(&entry->word, &word, next))
				return;
	}
	if (packet->slots.still && slot == packet->slots.now)
		return;
	entry = entry_make(packet, &begin, next);
	if (!IS_ERR_OR_NULL(entry))
		hr_track_tell(packet->track, packet->view, entry, slot,
			      HR_TRACK_SEEN);
	else if (!entry)
		hr_track_add(packet->track, HR_TRACK_NOT_NOTED);
}

/* The slot that a fragment of a protocol with ports goes to. */
static noinline u32 fragment_slot(struct hr_packet *packet,
				  enum hashring_key_policy policy,
				  const struct sk_buff *skb, u8 pf,
				  const struct hr_flow *flow, int flags)
{
	struct hr_flow whole = *flow;
	u32 slot = HR_NO_SLOT;

	/*
	 * under other policies the flow of its ports has another position and
	 * other nodes
	 */
	if (policy == HASHRING_KEY_SOURCE && !(flags & HR_FLOW_ICMP_ERROR) &&
	    hr_flow_first_ports(skb, pf, &whole)) {
		packet_flow(packet, policy, &whole);
		packet_kind(packet, skb, pf, 0);
		slot = packet_slot(packet);
	}
	packet_flow(packet, policy, flow);
	if (slot == HR_NO_SLOT) {
		packet_kind(packet, skb, pf, flags);
		return packet_slot(packet);
	}
	fragments_follow(packet, slot);
	return slot;
}

/* A packet whose arc moves, or has moved. */
static __always_inline struct hr_node *
track_owner(struct hr_packet *packet, enum hashring_key_policy policy,
	    const struct sk_buff *skb, u8 pf, const struct hr_flow *flow,
	    int flags)
{
	struct hr_flow whole __uninitialized;	/* hr_flow_parse() fills it */

	/* A client's connections are flows of their own under any policy. */
	if (unlikely(policy == HASHRING_KEY_SOURCE)) {
		flags = hr_flow_parse(skb, pf, HASHRING_KEY_5TUPLE, &whole);
		flow = &whole;
	}
	if (unlikely(flags < 0))
		return hr_view_node(packet->view, packet->slots.now);
	if (unlikely(flags & HR_FLOW_PORTLESS))
		return hr_view_node(packet->view,
				    fragment_slot(packet, policy, skb, pf, flow,
						  flags));
	if (unlikely(policy == HASHRING_KEY_SOURCE))
		packet_flow(packet, policy, flow);
	else
		packet_key(packet, policy, flow);
	packet_kind(packet, skb, pf, flags);
	return hr_view_node(packet->view, packet_slot(packet));
}

/**
 * hr_track_owner() - the node that a packet goes to in a migration
 * @view: the view, which has a track
 * @policy: the attachment's policy
 * @skb: the packet
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 * @flow: from hr_flow_parse() with @policy
 * @flags: its return value
 * @hash: hr_flow_hash() of @flow; its low half is the flow's position
 *
 * Context: under rcu_read_lock(), in softirq or with bottom halves off, because
 * chains are locked and this CPU's free entries are taken. Allocates nothing.
 * Return: the node, or NULL without an owner.
 */
struct hr_node *hr_track_owner(const struct hr_ring_view *view,
			       enum hashring_key_policy policy,
			       const struct sk_buff *skb, u8 pf,
			       const struct hr_flow *flow, int flags, u64 hash)
{
	struct hr_packet packet __uninitialized;

	lockdep_assert_in_softirq();
	packet.track = view->track;
	packet.view = &view->core;
	packet.pos = hash;
	packet.tcp = 0;
	hr_track_slots(packet.view, packet.pos, &packet.slots);
	if (likely(packet.slots.still) &&
	    likely(!READ_ONCE(view->track->strays)))
		return hr_view_node(packet.view, packet.slots.now);
	packet.hash = hr_track_hash(hash, packet.track->secret);
	return track_owner(&packet, policy, skb, pf, flow, flags);
}

/**
 * hr_track_find() - the node where a flow stays
 * @view: pinned, with a track
 * @policy: an attachment's policy
 * @flow: the flow of a packet; with its ports, whatever @policy
 * @pos: its position
 *
 * Context: not in a packet's path: the answer is of one moment only.
 * Return: the node, valid as long as @view; NULL: the flow is not tracked.
 */
const struct hr_node *hr_track_find(const struct hr_ring_view *view,
				    enum hashring_key_policy policy,
				    const struct hr_flow *flow, u32 pos)
{
	struct hr_packet packet = {
		.track = view->track, .view = &view->core, .pos = pos,
	};
	const struct hr_node *node = NULL;
	struct hr_entry *entry;
	u64 word;

	packet_flow(&packet, policy, flow);
	hr_track_slots(packet.view, pos, &packet.slots);
	rcu_read_lock();
	entry = entry_find(&packet);
	if (entry) {
		word = READ_ONCE(entry->word);
		if (!(word & HR_ENTRY_GONE) &&
		    !hr_entry_expired(packet.track, entry, word))
			node = hr_view_node(packet.view,
					    hr_track_goes(packet.view,
							  hr_entry_slot(word),
							  packet.slots.now));
	}
	rcu_read_unlock();
	return node;
}
