// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a captured frame to its flow. This file removes the link's header. The
 * module's own code then reads the packet, so that a capture holds the flows
 * that the module would have seen.
 */
#include <errno.h>
#include <pcap/pcap.h>
#include <string.h>

#include <linux/skbuff.h>

#include "flow.h"
#include "frame.h"

#define ETHERTYPE_IPV4	0x0800
#define ETHERTYPE_IPV6	0x86dd
#define ETHERTYPE_VLAN	0x8100
#define ETHERTYPE_QINQ	0x88a8
#define ETHERTYPE_QINQ1	0x9100	/* from before there was a standard number */
#define ETHER_HEAD	14
#define VLAN_HEAD	4
#define SLL_HEAD	16
#define SLL2_HEAD	20
#define FAMILY_HEAD	4

static u16 load_be16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

/* Removes the first bytes. */
static int skip(struct frame *f, u32 len)
{
	if (f->captured < len || f->length < len)
		return -EINVAL;
	f->data += len;
	f->captured -= len;
	f->length -= len;
	return 0;
}

/* The packet after a header of @head bytes with an ethertype at @at. */
static int after_type(struct frame *f, u32 at, u32 head, u8 *family)
{
	u16 type;

	if (f->captured < head)
		return -EINVAL;
	type = load_be16(f->data + at);
	if (skip(f, head))
		return -EINVAL;
	while (type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ ||
	       type == ETHERTYPE_QINQ1) {
		if (f->captured < VLAN_HEAD)
			return -EINVAL;
		type = load_be16(f->data + 2);
		if (skip(f, VLAN_HEAD))
			return -EINVAL;
	}
	if (type != ETHERTYPE_IPV4 && type != ETHERTYPE_IPV6)
		return -ENOMSG;
	*family = type == ETHERTYPE_IPV4 ? 4 : 6;
	return 0;
}

/* The first digit of the packet is its family. */
static int raw_family(const struct frame *f, u8 *family)
{
	if (!f->captured)
		return -EINVAL;
	*family = f->data[0] >> 4;
	return *family == 4 || *family == 6 ? 0 : -ENOMSG;
}

/*
 * A family in the numbers and the byte order of the system that captured: IPv4
 * is 2 everywhere, IPv6 has many numbers.
 */
static int after_family(struct frame *f, u8 *family)
{
	u32 number;

	if (f->captured < FAMILY_HEAD)
		return -EINVAL;
	number = f->data[0] | f->data[1] | f->data[2] | f->data[3];
	if (skip(f, FAMILY_HEAD))
		return -EINVAL;
	switch (number) {
	case 2:
		*family = 4;
		return 0;
	case 10:	/* Linux */
	case 24:	/* NetBSD, OpenBSD */
	case 28:	/* FreeBSD */
	case 30:	/* Darwin */
		*family = 6;
		return 0;
	default:
		return -ENOMSG;
	}
}

bool frame_link_known(int link)
{
	switch (link) {
	case DLT_EN10MB:
	case DLT_RAW:
	case DLT_IPV4:
	case DLT_IPV6:
	case DLT_LINUX_SLL:
	case DLT_LINUX_SLL2:
	case DLT_NULL:
	case DLT_LOOP:
		return true;
	default:
		return false;
	}
}

/**
 * frame_to_packet() - removes the link's header of a frame
 * @link: DLT_*, which frame_link_known() accepts
 * @frame: becomes the packet, from the address header on
 * @family: set to 4 or 6
 *
 * Return: 0; -ENOMSG if the frame holds neither; -EINVAL if it is truncated.
 */
int frame_to_packet(int link, struct frame *frame, u8 *family)
{
	switch (link) {
	case DLT_EN10MB:
		return after_type(frame, ETHER_HEAD - 2, ETHER_HEAD, family);
	case DLT_LINUX_SLL:
		return after_type(frame, SLL_HEAD - 2, SLL_HEAD, family);
	case DLT_LINUX_SLL2:
		return after_type(frame, 0, SLL2_HEAD, family);
	case DLT_NULL:
	case DLT_LOOP:
		return after_family(frame, family);
	default:
		return raw_family(frame, family);
	}
}

/*
 * The packet's own length, without what the link appended. There is none if the
 * packet was too long for the field, before it was segmented.
 */
static u32 packet_length(const struct frame *f, u8 family)
{
	u32 len;

	if (family == 4) {
		len = load_be16(f->data + 2);
	} else {
		len = load_be16(f->data + 4);
		if (len)
			len += sizeof(struct ipv6hdr);
	}
	return len ? len : f->length;
}

/* Whether the capture cut the ports off. */
static bool ports_cut(const struct frame *f, u8 family)
{
	const struct iphdr *iph = (const struct iphdr *)f->data;

	if (f->captured >= f->length)
		return false;
	if (family == 6)
		return f->captured < sizeof(struct ipv6hdr) + 4;
	return !(load_be16(f->data + 6) & 0x3fff) &&
	       f->captured < iph->ihl * 4 + 4;
}

/**
 * frame_flow() - the flow of a packet
 * @packet: from frame_to_packet()
 * @family: 4 or 6
 * @policy: the key policy, for what is read of the flow
 * @flow: set
 * @bytes: set to the packet's length, from the address header on
 *
 * Return: FRAME_* flags; -EINVAL if the packet is truncated or malformed,
 * -ENOMSG if it belongs to the link.
 */
int frame_flow(const struct frame *packet, u8 family,
	       enum hashring_key_policy policy, struct hr_flow *flow,
	       u64 *bytes)
{
	static u8 copy[65536] __aligned(8);
	u32 head = family == 4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
	struct sk_buff skb = { .data = copy };
	struct frame f = *packet;
	u32 len;
	int flags;

	if (f.captured < head)
		return -EINVAL;
	len = packet_length(&f, family);
	if (len < head || len > f.length)
		return -EINVAL;
	f.length = len;
	if (f.captured > f.length)
		f.captured = f.length;
	if (f.captured > sizeof(copy))
		f.captured = sizeof(copy);
	memcpy(copy, f.data, f.captured);
	f.data = copy;
	skb.len = f.captured;

	memset(flow, 0, sizeof(*flow));
	*bytes = len;
	flags = hr_flow_parse(&skb, family == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6,
			      policy, flow);
	if (flags < 0)
		return flags;
	if (!(flags & HR_FLOW_PORTLESS))
		return 0;
	return ports_cut(&f, family) ? -EINVAL : FRAME_PORTLESS;
}
