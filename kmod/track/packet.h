/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A packet, and what flow state knows about it.
 */
#ifndef HASHRING_TRACK_PACKET_H
#define HASHRING_TRACK_PACKET_H

#include <net/tcp.h>

#include "entry.h"
#include "flow.h"
#include "tcp.h"

/* The kind of a packet, for flow state. */
enum hr_packet_kind {
	HR_PACKET_SYN,		/* begins a TCP connection */
	HR_PACKET_SEGMENT,	/* of a TCP connection that has begun */
	HR_PACKET_END,		/* the same, with FIN or RST */
	HR_PACKET_OTHER,	/* of another protocol, or a fragment */
	HR_PACKET_ABOUT,	/* about a flow, and part of none */
};

/**
 * struct hr_packet - a packet and what is known about it
 * @track: the track
 * @view: the view that it sees
 * @key: its flow
 * @hash: hr_track_hash() of @key
 * @pos: its position
 * @turned: the flow's ends in @key are in the other order than the packet's
 * @slots: the owners of @pos
 * @kind: its kind
 * @tcp: TCPHDR_* and HR_FLOW_TCP_DATA, for TCP
 * @segment: its numbers, for TCP
 */
struct hr_packet {
	struct hr_track *track;
	const struct hr_view *view;
	struct hr_track_key key;
	u32 hash;
	u32 pos;
	bool turned;
	struct hr_track_slots slots;
	enum hr_packet_kind kind;
	int tcp;
	struct hr_segment segment;
};

/* Constant lengths for the compiler: most packets are IPv4's. */
static inline void key_ends(struct hr_track_key *key, const u8 *saddr, const u8 *daddr)
{
	if (likely(key->family == 4)) {
		memcpy(key->saddr, saddr, 4);
		memcpy(key->daddr, daddr, 4);
	} else {
		memcpy(key->saddr, saddr, 16);
		memcpy(key->daddr, daddr, 16);
	}
}

static __always_inline void packet_key(struct hr_packet *packet,
				       enum hashring_key_policy policy,
				       const struct hr_flow *flow)
{
	struct hr_track_key *key = &packet->key;

	packet->turned = policy == HASHRING_KEY_5TUPLE_SYM &&
			 hr_flow_turns(flow);
	*key = (struct hr_track_key){
		.family		= flow->family,
		.protocol	= flow->protocol,
		.policy		= policy,
	};
	if (unlikely(packet->turned)) {
		memcpy(key->ports, flow->dport, 2);
		memcpy(key->ports + 2, flow->sport, 2);
		key_ends(key, flow->daddr, flow->saddr);
	} else {
		memcpy(key->ports, flow->ports, 4);
		key_ends(key, flow->saddr, flow->daddr);
	}
}

/* The same without the hash at hand. */
static inline void packet_flow(struct hr_packet *packet,
			       enum hashring_key_policy policy,
			       const struct hr_flow *flow)
{
	const struct hr_track *track = packet->track;
	u64 hash = hr_flow_hash(&track->ring->config.keys,
				hr_track_policy(policy), flow);

	packet->hash = hr_track_hash(hash, track->secret);
	packet_key(packet, policy, flow);
}

static inline void packet_kind(struct hr_packet *packet,
			       const struct sk_buff *skb, u8 pf, int flags)
{
	if (unlikely(flags & HR_FLOW_ICMP_ERROR)) {
		packet->kind = HR_PACKET_ABOUT;
	} else if (packet->key.protocol != IPPROTO_TCP) {
		packet->kind = HR_PACKET_OTHER;
	} else if (unlikely(flags & HR_FLOW_PORTLESS)) {
		packet->kind = HR_PACKET_SEGMENT;
	} else {
		packet->tcp = hr_flow_tcp(skb, pf, &packet->segment);
		if (unlikely(packet->tcp < 0))
			packet->kind = HR_PACKET_ABOUT;
		else if (packet->tcp & (TCPHDR_FIN | TCPHDR_RST))
			packet->kind = HR_PACKET_END;
		else if ((packet->tcp & (TCPHDR_SYN | TCPHDR_ACK)) ==
			 TCPHDR_SYN)
			packet->kind = HR_PACKET_SYN;
		else
			packet->kind = HR_PACKET_SEGMENT;
	}
}

#endif
