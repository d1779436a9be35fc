// SPDX-License-Identifier: GPL-2.0-only
#include <sodium.h>
#include <string.h>

#include "flow_ref.h"

/**
 * struct packet - a packet, or a packet that an ICMP error quotes
 * @at: the first byte
 * @len: number of bytes
 * @six: IPv6
 * @upper: start of the header of @protocol; may be beyond the end
 * @protocol: protocol of the payload
 * @fragment: the packet is a fragment, the first one or a later one
 * @later: the packet is a later fragment
 */
struct packet {
	const uint8_t *at;
	size_t len;
	bool six;
	size_t upper;
	uint8_t protocol;
	bool fragment;
	bool later;
};

static uint16_t be16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static bool has_ports(uint8_t protocol)
{
	return protocol == 6 || protocol == 17 || protocol == 33 ||
	       protocol == 132 || protocol == 136;
}

/* RFC 791, 3.1. */
static bool read4(struct packet *p)
{
	uint16_t fragment;

	if (p->len < 20 || p->at[0] >> 4 != 4 || (p->at[0] & 15) < 5)
		return false;
	fragment = be16(p->at + 6);
	p->protocol = p->at[9];
	p->upper = (p->at[0] & 15) * 4;
	p->later = fragment & 0x1fff;
	p->fragment = p->later || fragment & 0x2000;
	return true;
}

/* RFC 8200, 4, and RFC 4302: the headers that may come before the payload. */
static bool is_extension(uint8_t header)
{
	return header == 0 || header == 43 || header == 44 || header == 51 ||
	       header == 60;
}

static size_t extension_length(uint8_t header, uint8_t length)
{
	if (header == 44)
		return 8;
	return header == 51 ? (length + 2) * 4 : (length + 1) * 8;
}

/*
 * The protocol of a fragment is that in its fragment header, because a later
 * fragment has no other header. In a quote this holds only for later fragments:
 * a first fragment has its ports. With two fragment headers, the outer one
 * fragments the packet, and a quote ends with the inner one.
 */
static bool read6(struct packet *p, bool quoted)
{
	size_t at = 40, parts = 0;
	uint8_t next;

	if (p->len < 40 || p->at[0] >> 4 != 6)
		return false;
	for (next = p->at[6]; is_extension(next) && !p->later;) {
		uint8_t header = next;

		if (at + (header == 44 ? 4 : 2) > p->len)
			return false;
		if (header == 44) {
			p->later = be16(p->at + at + 2) & 0xfff8;
			p->fragment = be16(p->at + at + 2) & 0xfff9;
			if (!parts || quoted)
				parts = at;
		}
		next = p->at[at];
		if (!p->later)
			at += extension_length(header, p->at[at + 1]);
	}
	if (next == 59 && !p->later)
		return false;
	p->upper = at;
	p->protocol = next;
	if (quoted ? p->later : p->fragment) {
		p->protocol = p->at[parts];
		return parts + 8 <= p->len;
	}
	return true;
}

static bool read_packet(struct packet *p, bool quoted)
{
	return p->six ? read6(p, quoted) : read4(p);
}

static const uint8_t *source(const struct packet *p)
{
	return p->at + (p->six ? 8 : 12);
}

static const uint8_t *destination(const struct packet *p)
{
	return p->at + (p->six ? 24 : 16);
}

/* Errors of RFC 792 and RFC 4443, deprecated ones too. */
static bool is_error(bool six, uint8_t type)
{
	if (six)
		return type >= 1 && type <= 4;
	return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

static void set_ends(struct ref_flow *f, const struct packet *p, bool back)
{
	size_t len = p->six ? 16 : 4;

	memcpy(f->src, back ? destination(p) : source(p), len);
	memcpy(f->dst, back ? source(p) : destination(p), len);
	f->protocol = p->protocol;
}

static void set_ports(struct ref_flow *f, const struct packet *p, bool back,
		      bool none, enum ref_key key)
{
	if (!has_ports(p->protocol) || key == REF_SOURCE)
		return;
	if (none || p->upper + 4 > p->len) {
		f->portless = true;
		return;
	}
	f->sport = be16(p->at + p->upper + (back ? 2 : 0));
	f->dport = be16(p->at + p->upper + (back ? 0 : 2));
}

/* An error that quotes a packet of its receiver is about that flow. */
static void read_icmp(struct ref_flow *f, const struct packet *p,
		      enum ref_key key)
{
	struct packet quote = { .six = p->six };
	uint8_t type;

	if (p->upper + 8 > p->len) {
		f->kind = REF_BROKEN;
		return;
	}
	type = p->at[p->upper];
	if (p->six && type >= 133 && type <= 137) {
		f->kind = REF_LINK;
		return;
	}
	if (!is_error(p->six, type))
		return;
	quote.at = p->at + p->upper + 8;
	quote.len = p->len - p->upper - 8;
	if (quote.len < (p->six ? 40 : 20) ||
	    quote.at[0] >> 4 != (p->six ? 6 : 4) ||
	    (!p->six && (quote.at[0] & 15) < 5)) {
		f->kind = REF_BROKEN;
		return;
	}
	if (memcmp(source(&quote), destination(p), p->six ? 16 : 4))
		return;
	if (!read_packet(&quote, true)) {
		f->kind = REF_BROKEN;
		return;
	}
	f->about = true;
	set_ends(f, &quote, true);
	set_ports(f, &quote, true, quote.later, key);
}

struct ref_flow ref_flow(const uint8_t *packet, size_t len, bool six,
			 enum ref_key key)
{
	struct packet p = { .at = packet, .len = len, .six = six };
	struct ref_flow f = { .kind = REF_FLOW };

	if (!read_packet(&p, false)) {
		f.kind = REF_BROKEN;
		return f;
	}
	set_ends(&f, &p, false);
	if (!p.fragment && p.protocol == (six ? 58 : 1))
		read_icmp(&f, &p, key);
	else
		set_ports(&f, &p, false, p.fragment, key);
	return f;
}

size_t ref_quote(const uint8_t *packet, size_t len, bool six)
{
	struct packet p = { .at = packet, .len = len, .six = six };
	size_t at;

	if (!read_packet(&p, false) || p.fragment ||
	    p.protocol != (six ? 58 : 1))
		return 0;
	at = p.upper + 8;
	return at + (six ? 40 : 20) <= len && is_error(six, packet[p.upper]) ?
		       at : 0;
}

static uint32_t read32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

/* RFC 9293, 3.1 and 3.4; for a packet whose flow is TCP with ports. */
int ref_tcp(const uint8_t *packet, size_t len, bool six,
	    struct ref_segment *segment)
{
	struct packet p = { .at = packet, .len = len, .six = six };
	const uint8_t *tcp;
	size_t end;

	if (!read_packet(&p, false) || p.upper + 20 > len)
		return -1;
	tcp = packet + p.upper;
	end = p.upper + (tcp[12] >> 4) * 4;
	segment->seq = read32(tcp + 4);
	segment->ack = read32(tcp + 8);
	segment->len = len > end ? len - end : 0;
	if (tcp[13] & 0x01)	/* FIN */
		segment->len++;
	if (tcp[13] & 0x02)	/* SYN */
		segment->len++;
	return tcp[13] | (len > end ? 0x100 : 0);
}

static size_t put_end(uint8_t *to, const uint8_t *address, size_t len)
{
	memcpy(to, address, len);
	return len;
}

/* Documentation/netlink.md lists the hashed bytes. */
uint32_t ref_position(const struct ref_flow *flow, bool six, enum ref_key key,
		      const uint8_t hash_key[16])
{
	size_t len = six ? 16 : 4, at = 4;
	uint8_t bytes[40] = { 1, six ? 6 : 4, flow->protocol, 0 }, hash[8];
	uint8_t from[18], to[18];
	bool turn;

	memcpy(from, flow->src, len);
	memcpy(to, flow->dst, len);
	from[len] = flow->sport >> 8;
	from[len + 1] = flow->sport;
	to[len] = flow->dport >> 8;
	to[len + 1] = flow->dport;
	turn = key == REF_5TUPLE_SYM && memcmp(from, to, len + 2) > 0;
	if (key == REF_SOURCE)
		bytes[2] = 0;
	at += put_end(bytes + at, turn ? to : from, len);
	if (key != REF_SOURCE) {
		at += put_end(bytes + at, turn ? from : to, len);
		at += put_end(bytes + at, (turn ? to : from) + len, 2);
		at += put_end(bytes + at, (turn ? from : to) + len, 2);
	}
	crypto_shorthash_siphash24(hash, bytes, at, hash_key);
	return hash[0] | hash[1] << 8 | hash[2] << 16 | (uint32_t)hash[3] << 24;
}
