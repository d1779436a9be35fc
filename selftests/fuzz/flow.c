// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets: the flow of the module's parser is that of the RFCs, for any pieces
 * of the packet in memory, and the flow's position is that of the key.
 */
#include <errno.h>
#include <string.h>

#include <flow.h>
#include "flow_ref.h"
#include "fuzz.h"

/* Flags at the beginning of an input, before the packet. */
#define FLAG_SIX	0x01
#define FLAG_KEY	0x06
#define FLAG_VERSION	0x08	/* the packet's version is set right */
#define FLAG_PIECES	0x10	/* a part of the packet is not linear */
#define FLAG_QUOTE	0x20	/* an error quotes a packet of its receiver */

static const struct hr_keys keys = { .flow = { { 0x0706050403020100ULL,
						 0x0f0e0d0c0b0a0908ULL } } };
static const uint8_t hash_key[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
				      13, 14, 15 };

/* A copy with exact size, so that ASan finds reads beyond the end. */
static uint8_t *copy(const uint8_t *from, size_t len)
{
	uint8_t *to = malloc(len ? len : 1);

	CHECK(to);
	memcpy(to, from, len);
	return to;
}

static void check_flow(const struct ref_flow *ref, const struct hr_flow *flow,
		       int flags, bool six, enum hashring_key_policy key)
{
	size_t len = six ? 16 : 4;

	CHECK(flags >= 0);
	CHECK(ref->about == !!(flags & HR_FLOW_ICMP_ERROR));
	CHECK(ref->portless == !!(flags & HR_FLOW_PORTLESS));
	CHECK(flow->family == (six ? 6 : 4));
	CHECK(flow->protocol == ref->protocol);
	CHECK(!memcmp(flow->saddr, ref->src, len));
	CHECK(!memcmp(flow->daddr, ref->dst, len));
	if (key != HASHRING_KEY_SOURCE) {
		CHECK((flow->sport[0] << 8 | flow->sport[1]) == ref->sport);
		CHECK((flow->dport[0] << 8 | flow->dport[1]) == ref->dport);
	}
	CHECK(hr_flow_position(&keys, key, flow) ==
	      ref_position(ref, six, (enum ref_key)key, hash_key));
}

/* Both directions of a flow have one position, if the key is symmetric. */
static void check_back(const struct hr_flow *flow)
{
	struct hr_flow back = *flow;

	memcpy(back.saddr, flow->daddr, sizeof(back.saddr));
	memcpy(back.daddr, flow->saddr, sizeof(back.daddr));
	memcpy(back.sport, flow->dport, sizeof(back.sport));
	memcpy(back.dport, flow->sport, sizeof(back.dport));
	CHECK(hr_flow_position(&keys, HASHRING_KEY_5TUPLE_SYM, flow) ==
	      hr_flow_position(&keys, HASHRING_KEY_5TUPLE_SYM, &back));
}

static void check_tcp(const struct sk_buff *skb, const uint8_t *packet, bool six)
{
	struct hr_segment segment;
	struct ref_segment ref;
	int want = ref_tcp(packet, skb->len, six, &ref);
	int is = hr_flow_tcp(skb, six ? NFPROTO_IPV6 : NFPROTO_IPV4, &segment);

	if (want < 0) {
		CHECK(is == -EINVAL);
		return;
	}
	CHECK(is == want);
	CHECK(segment.seq == ref.seq);
	CHECK(segment.ack == ref.ack);
	CHECK(segment.end - segment.seq == ref.len);
}

static void check_packet(const struct sk_buff *skb, const uint8_t *packet,
			 bool six, enum hashring_key_policy key)
{
	struct ref_flow ref = ref_flow(packet, skb->len, six, (enum ref_key)key);
	u8 pf = six ? NFPROTO_IPV6 : NFPROTO_IPV4;
	struct hr_flow flow = {};
	int flags = hr_flow_parse(skb, pf, key, &flow);

	switch (ref.kind) {
	case REF_BROKEN:
		CHECK(flags == -EINVAL);
		return;
	case REF_LINK:
		CHECK(flags == -ENOMSG);
		return;
	case REF_FLOW:
		break;
	}
	check_flow(&ref, &flow, flags, six, key);
	check_back(&flow);
	if (key != HASHRING_KEY_SOURCE && !flags &&
	    flow.protocol == IPPROTO_TCP)
		check_tcp(skb, packet, six);
}

/* Sets fields that chance hardly ever sets right. */
static void mend(uint8_t *packet, size_t len, u8 flags)
{
	bool six = flags & FLAG_SIX;
	size_t at;

	if (flags & FLAG_VERSION)
		packet[0] = (six ? 0x60 : 0x40) | (packet[0] & 0x0f);
	if (!(flags & FLAG_QUOTE))
		return;
	at = ref_quote(packet, len, six);
	if (!at)
		return;
	packet[at] = (six ? 0x60 : 0x40) | (packet[at] & 0x0f);
	memcpy(packet + at + (six ? 8 : 12), packet + (six ? 24 : 16),
	       six ? 16 : 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = { data, size };
	u8 flags = take8(&b), cut = flags & FLAG_PIECES ? take8(&b) : 0;
	bool six = flags & FLAG_SIX;
	size_t head = six ? 40 : 20;
	struct sk_buff skb = { .len = b.left, .headlen = b.left };
	uint8_t *packet, *near, *far;

	/*
	 * Netfilter's hooks always have an address header in the linear area.
	 */
	if (b.left < head || b.left > 65535 || (flags & FLAG_KEY) == FLAG_KEY)
		return -1;
	if (flags & FLAG_PIECES && head + cut < b.left)
		skb.headlen = head + cut;
	packet = copy(b.at, b.left);
	mend(packet, skb.len, flags);
	near = copy(packet, skb.headlen);
	far = copy(packet + skb.headlen, skb.len - skb.headlen);
	skb.data = near;
	skb.rest = far;
	check_packet(&skb, packet, six, (flags & FLAG_KEY) >> 1);
	free(far);
	free(near);
	free(packet);
	return 0;
}
