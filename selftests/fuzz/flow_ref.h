/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The flow of a packet by the RFCs: 791, 792, 4302, 4443, 4861, 8200, 9293. The
 * code shares nothing with the module's parser.
 */
#ifndef HASHRING_FUZZ_FLOW_REF_H
#define HASHRING_FUZZ_FLOW_REF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ref_key {
	REF_SOURCE,
	REF_5TUPLE,
	REF_5TUPLE_SYM,
};

enum ref_kind {
	REF_FLOW,
	REF_BROKEN,	/* cut short, or invalid */
	REF_LINK,	/* neighbour discovery */
};

/**
 * struct ref_flow - the flow of a packet
 * @kind: &enum ref_kind; the other members are valid only for a flow
 * @about: the packet is an ICMP error about that flow
 * @portless: the key needs ports, and the packet has none
 * @protocol: of the flow
 * @src: of the flow; only the bytes of its family
 * @dst: likewise
 * @sport: host order
 * @dport: host order
 */
struct ref_flow {
	enum ref_kind kind;
	bool about;
	bool portless;
	uint8_t protocol;
	uint8_t src[16];
	uint8_t dst[16];
	uint16_t sport;
	uint16_t dport;
};

/* @len is at least the length of the address header. */
struct ref_flow ref_flow(const uint8_t *packet, size_t len, bool six,
			 enum ref_key key);
uint32_t ref_position(const struct ref_flow *flow, bool six, enum ref_key key,
		      const uint8_t hash_key[16]);

/* The start of the packet that an ICMP error quotes; 0: none. */
size_t ref_quote(const uint8_t *packet, size_t len, bool six);

/* The numbers of a TCP segment; the length is that of sequence numbers. */
struct ref_segment {
	uint32_t seq;
	uint32_t len;
	uint32_t ack;
};

/*
 * The flags of a TCP header, and 0x100 with payload; -1: the header is cut
 * short.
 */
int ref_tcp(const uint8_t *packet, size_t len, bool six,
	    struct ref_segment *segment);

#endif
