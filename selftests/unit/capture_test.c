// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flows from captures. The tests write the captures packet by packet.
 */
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <linux/kernel.h>

#include "flows/flows.h"
#include "unit.h"

#define TCP	6
#define UDP	17
#define ICMP4	1
#define ICMP6	58
#define FRAGMENT	44
#define OPTIONS	60

static const struct hr_keys keys = { { { 1, 2 } }, { { 3, 4 } } };
static const u8 client4[4] = { 198, 51, 100, 7 };
static const u8 server4[4] = { 192, 0, 2, 1 };
static const u8 client6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 7 };
static const u8 server6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };
static char path[64];

/* Bytes of a packet. */
struct bytes {
	u8 at[2048];
	u32 len;
};

static void put(struct bytes *b, const void *from, u32 len)
{
	memcpy(b->at + b->len, from, len);
	b->len += len;
}

static void put8(struct bytes *b, u8 value)
{
	put(b, &value, 1);
}

static void put16(struct bytes *b, u16 value)
{
	put8(b, value >> 8);
	put8(b, value);
}

static void put_zeros(struct bytes *b, u32 len)
{
	while (len--)
		put8(b, 0);
}

static void head4(struct bytes *b, u8 protocol, const u8 *from, const u8 *to,
		  u16 fragment, u16 payload)
{
	put16(b, 0x4500);
	put16(b, 20 + payload);
	put16(b, 1);
	put16(b, fragment);
	put8(b, 64);
	put8(b, protocol);
	put16(b, 0);
	put(b, from, 4);
	put(b, to, 4);
}

static void head6(struct bytes *b, u8 next, const u8 *from, const u8 *to,
		  u16 payload)
{
	put16(b, 0x6000);
	put16(b, 0);
	put16(b, payload);
	put8(b, next);
	put8(b, 64);
	put(b, from, 16);
	put(b, to, 16);
}

/* Appends ports, and the rest of a header. */
static void ports(struct bytes *b, u16 sport, u16 dport)
{
	put16(b, sport);
	put16(b, dport);
	put_zeros(b, 16);
}

static struct bytes tcp4(u16 sport)
{
	struct bytes b = { .len = 0 };

	head4(&b, TCP, client4, server4, 0, 20);
	ports(&b, sport, 80);
	return b;
}

static struct bytes tcp6(u16 sport)
{
	struct bytes b = { .len = 0 };

	head6(&b, TCP, client6, server6, 20);
	ports(&b, sport, 80);
	return b;
}

/* A capture file for writing. */
struct capture {
	pcap_t *pcap;
	pcap_dumper_t *dumper;
};

static struct capture begin(int link)
{
	struct capture c;

	c.pcap = pcap_open_dead(link, 65535);
	assert_non_null(c.pcap);
	c.dumper = pcap_dump_open(c.pcap, path);
	assert_non_null(c.dumper);
	return c;
}

static void dump_cut(struct capture *c, const struct bytes *b, u32 captured)
{
	const struct pcap_pkthdr head = { .caplen = captured, .len = b->len };

	pcap_dump((u_char *)c->dumper, &head, b->at);
}

static void dump(struct capture *c, const struct bytes *b)
{
	dump_cut(c, b, b->len);
}

static void end(struct capture *c)
{
	pcap_dump_close(c->dumper);
	pcap_close(c->pcap);
}

static void read_set(struct flow_set *s, enum hashring_key_policy policy)
{
	flow_set_init(s, &keys, policy);
	assert_int_equal(flows_from_pcap(s, path), 0);
	flow_set_settle(s);
}

/* Reads a capture of one raw packet. */
static void read_one(struct flow_set *s, const struct bytes *b,
		     enum hashring_key_policy policy)
{
	struct capture c = begin(DLT_RAW);

	dump(&c, b);
	end(&c);
	read_set(s, policy);
}

static void is_flow(const struct flow_set *s, const char *wanted)
{
	char text[FLOW_TEXT];

	assert_int_equal(s->nr, 1);
	assert_string_equal(flow_to_text(text, &s->flow[0].tuple), wanted);
	assert_int_equal(s->flow[0].position,
			 hr_flow_position(&keys, s->policy, &s->flow[0].tuple));
}

/* The link header of an IPv4 or IPv6 packet. */
static struct bytes link_head(int link, bool six, u32 tags, bool swapped)
{
	struct bytes b = { .len = 0 };
	u16 type = six ? 0x86dd : 0x0800;
	u8 family = six ? 30 : 2;

	switch (link) {
	case DLT_EN10MB:
		put_zeros(&b, 12);
		for (; tags; tags--) {
			put16(&b, tags == 2 ? 0x88a8 : 0x8100);
			put16(&b, 42);
		}
		put16(&b, type);
		break;
	case DLT_LINUX_SLL:
		put_zeros(&b, 14);
		put16(&b, type);
		break;
	case DLT_LINUX_SLL2:
		put16(&b, type);
		put_zeros(&b, 18);
		break;
	case DLT_NULL:
	case DLT_LOOP:
		put8(&b, swapped ? 0 : family);
		put_zeros(&b, 2);
		put8(&b, swapped ? family : 0);
		break;
	}
	return b;
}

static void links(void **state)
{
	static const struct {
		int link;
		u32 tags;
		bool swapped;
	} cases[] = {
		{ DLT_EN10MB, 0, false }, { DLT_EN10MB, 1, false },
		{ DLT_EN10MB, 2, false }, { DLT_RAW, 0, false },
		{ DLT_LINUX_SLL, 0, false }, { DLT_LINUX_SLL2, 0, false },
		{ DLT_NULL, 0, false }, { DLT_NULL, 0, true },
		{ DLT_LOOP, 0, true },
	};
	u32 i;

	for (i = 0; i < 2 * ARRAY_SIZE(cases); i++) {
		bool six = i & 1;
		struct capture c = begin(cases[i / 2].link);
		struct bytes b = link_head(cases[i / 2].link, six,
					   cases[i / 2].tags,
					   cases[i / 2].swapped);
		struct bytes ip = six ? tcp6(1234) : tcp4(1234);
		struct flow_set s;

		put(&b, ip.at, ip.len);
		/* The padding of a frame is no part of the packet. */
		put_zeros(&b, 6);
		dump(&c, &b);
		end(&c);
		read_set(&s, HASHRING_KEY_5TUPLE);
		is_flow(&s, six ? "tcp 2001:db8::7 1234 2001:db8::1 80" :
				  "tcp 198.51.100.7 1234 192.0.2.1 80");
		assert_int_equal(s.flow[0].packets, 1);
		assert_int_equal(s.flow[0].bytes, six ? 60 : 40);
		flow_set_release(&s);
	}
}

static void packets_of_a_flow(void **state)
{
	struct bytes one = tcp4(1), two = tcp4(2), back = { .len = 0 };
	struct capture c = begin(DLT_RAW);
	struct flow_set s;
	u32 i;

	head4(&back, TCP, server4, client4, 0, 20);
	ports(&back, 80, 1);
	for (i = 0; i < 3; i++)
		dump(&c, &one);
	dump(&c, &two);
	dump(&c, &back);
	end(&c);

	read_set(&s, HASHRING_KEY_5TUPLE);
	assert_int_equal(s.nr, 3);
	flow_set_release(&s);

	read_set(&s, HASHRING_KEY_5TUPLE_SYM);
	assert_int_equal(s.nr, 2);
	i = s.flow[0].packets == 4 ? 0 : 1;
	assert_int_equal(s.flow[i].packets, 4);
	assert_int_equal(s.flow[i].bytes, 160);
	assert_int_equal(s.flow[!i].packets, 1);
	flow_set_release(&s);

	flow_set_init(&s, &keys, HASHRING_KEY_5TUPLE);
	assert_int_equal(flow_filter_parse(&s.filter, "192.0.2.0/24:80"), 0);
	assert_int_equal(flows_from_pcap(&s, path), 0);
	flow_set_settle(&s);
	assert_int_equal(s.nr, 2);
	assert_int_equal(s.left.filtered, 1);
	flow_set_release(&s);
}

static void fragments(void **state)
{
	struct bytes first = { .len = 0 }, six = { .len = 0 };
	struct flow_set s;

	head4(&first, UDP, client4, server4, 0x2000, 20);
	ports(&first, 5, 6);
	read_one(&s, &first, HASHRING_KEY_5TUPLE);
	is_flow(&s, "udp 198.51.100.7 0 192.0.2.1 0");
	assert_int_equal(s.portless, 1);
	flow_set_release(&s);
	read_one(&s, &first, HASHRING_KEY_SOURCE);
	assert_int_equal(s.portless, 0);
	flow_set_release(&s);

	/* A later fragment: its bytes may look like another protocol. */
	head6(&six, FRAGMENT, client6, server6, 28);
	put16(&six, UDP << 8);
	put16(&six, 8 << 3);
	put_zeros(&six, 4);
	ports(&six, 5, 6);
	read_one(&s, &six, HASHRING_KEY_5TUPLE);
	is_flow(&s, "udp 2001:db8::7 0 2001:db8::1 0");
	assert_int_equal(s.portless, 1);
	flow_set_release(&s);

	/* A fragment that is the whole packet. */
	six.at[43] = 0;
	six.at[42] = 0;
	read_one(&s, &six, HASHRING_KEY_5TUPLE);
	is_flow(&s, "udp 2001:db8::7 5 2001:db8::1 6");
	assert_int_equal(s.portless, 0);
	flow_set_release(&s);
}

static void extension_headers(void **state)
{
	struct bytes b = { .len = 0 };
	struct flow_set s;

	head6(&b, 0, client6, server6, 8 + 16 + 20);
	put16(&b, OPTIONS << 8);
	put_zeros(&b, 6);
	put16(&b, TCP << 8 | 1);
	put_zeros(&b, 14);
	ports(&b, 77, 80);
	read_one(&s, &b, HASHRING_KEY_5TUPLE);
	is_flow(&s, "tcp 2001:db8::7 77 2001:db8::1 80");
	flow_set_release(&s);
}

/* A router's ICMP error about a packet of the server, or of another sender. */
static struct bytes error4(const u8 *quoted_source)
{
	static const u8 router[4] = { 203, 0, 113, 9 };
	struct bytes b = { .len = 0 };

	head4(&b, ICMP4, router, server4, 0, 8 + 40);
	put16(&b, 0x0301);
	put_zeros(&b, 6);
	head4(&b, TCP, quoted_source, client4, 0, 20);
	ports(&b, 80, 1234);
	return b;
}

static void icmp_errors(void **state)
{
	static const u8 router[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 9 };
	struct bytes b = error4(server4), six = { .len = 0 };
	struct flow_set s;

	read_one(&s, &b, HASHRING_KEY_5TUPLE);
	is_flow(&s, "tcp 198.51.100.7 1234 192.0.2.1 80");
	flow_set_release(&s);

	/*
	 * A quote that ends before the ports is complete, if ports do not
	 * count.
	 */
	b.len -= 20;
	b.at[3] -= 20;
	read_one(&s, &b, HASHRING_KEY_5TUPLE);
	is_flow(&s, "tcp 198.51.100.7 0 192.0.2.1 0");
	assert_int_equal(s.portless, 1);
	flow_set_release(&s);
	read_one(&s, &b, HASHRING_KEY_SOURCE);
	assert_int_equal(s.portless, 0);
	flow_set_release(&s);

	b = error4(client4);
	read_one(&s, &b, HASHRING_KEY_5TUPLE);
	is_flow(&s, "icmp 203.0.113.9 0 192.0.2.1 0");
	flow_set_release(&s);

	head6(&six, ICMP6, router, server6, 8 + 60);
	put16(&six, 0x0200);
	put_zeros(&six, 6);
	head6(&six, TCP, server6, client6, 20);
	ports(&six, 80, 1234);
	read_one(&s, &six, HASHRING_KEY_5TUPLE);
	is_flow(&s, "tcp 2001:db8::7 1234 2001:db8::1 80");
	flow_set_release(&s);

	six.len -= 20;
	six.at[5] -= 20;
	read_one(&s, &six, HASHRING_KEY_5TUPLE);
	assert_int_equal(s.portless, 1);
	flow_set_release(&s);
	read_one(&s, &six, HASHRING_KEY_SOURCE);
	assert_int_equal(s.portless, 0);
	flow_set_release(&s);
}

static void what_is_no_flow(void **state)
{
	struct bytes arp = { .len = 0 }, discovery = link_head(DLT_EN10MB, true, 0, 0);
	struct bytes short_frame = { .len = 0 }, lies, tcp = tcp4(9);
	struct capture c = begin(DLT_EN10MB);
	struct flow_set s;

	put_zeros(&arp, 12);
	put16(&arp, 0x0806);
	put_zeros(&arp, 46);
	dump(&c, &arp);

	head6(&discovery, ICMP6, client6, server6, 24);
	put16(&discovery, 135 << 8);
	put_zeros(&discovery, 22);
	dump(&c, &discovery);

	put_zeros(&short_frame, 13);
	dump(&c, &short_frame);

	/* A length beyond the frame, and a header with length 0. */
	lies = link_head(DLT_EN10MB, false, 0, 0);
	put(&lies, tcp.at, tcp.len);
	lies.at[14 + 2] = 9;
	dump(&c, &lies);
	lies.at[14 + 2] = 0;
	lies.at[14] = 0x41;
	dump(&c, &lies);
	lies.at[14] = 0x45;
	/*
	 * Captured with too short a length: without ports, and without any
	 * header.
	 */
	dump_cut(&c, &lies, 14 + 22);
	dump_cut(&c, &lies, 14 + 19);
	dump_cut(&c, &lies, 14 + 24);
	end(&c);

	read_set(&s, HASHRING_KEY_5TUPLE);
	is_flow(&s, "tcp 198.51.100.7 9 192.0.2.1 80");
	assert_int_equal(s.flow[0].bytes, 40);
	assert_int_equal(s.left.foreign, 2);
	assert_int_equal(s.left.broken, 5);
	flow_set_release(&s);
}

static void refused(const char *wanted)
{
	struct flow_set s;

	flow_set_init(&s, &keys, HASHRING_KEY_5TUPLE);
	assert_int_equal(flows_from_pcap(&s, path), -EINVAL);
	if (!strstr(flow_set_error(&s), wanted))
		fail_msg("'%s' is not in '%s'", wanted, flow_set_error(&s));
	assert_non_null(strstr(flow_set_error(&s), path));
	flow_set_release(&s);
}

static void bad_files(void **state)
{
	struct bytes b = tcp4(1);
	struct capture c = begin(DLT_RAW);
	FILE *f;
	u32 i;

	for (i = 0; i < 3; i++)
		dump(&c, &b);
	end(&c);
	/*
	 * Cuts the last packet's end, then its header, then the file's header.
	 */
	assert_int_equal(truncate(path, 24 + 3 * (16 + 40) - 1), 0);
	refused("packet 3: truncated dump file");
	assert_int_equal(truncate(path, 24 + 2 * (16 + 40) + 5), 0);
	refused("packet 3: truncated dump file");
	assert_int_equal(truncate(path, 11), 0);
	refused("not a capture");
	assert_int_equal(truncate(path, 0), 0);
	refused("not a capture");

	c = begin(DLT_USB_LINUX);
	dump(&c, &b);
	end(&c);
	refused("link type USB_LINUX (USB with Linux header) is not read");

	f = fopen(path, "w");
	assert_non_null(f);
	for (i = 0; i < 10000; i++)
		fputs("no capture at all\n", f);
	fclose(f);
	refused("not a capture that can be read: unknown file format");
	unlink(path);
	refused("No such file or directory");
}

static bool enough(void *arg, u64 done, u64 all)
{
	*(u64 *)arg = all;
	return false;
}

static void interrupted(void **state)
{
	struct bytes b = tcp4(1);
	struct capture c = begin(DLT_RAW);
	struct flow_set s;
	u64 all = 0;

	dump(&c, &b);
	end(&c);
	flow_set_init(&s, &keys, HASHRING_KEY_5TUPLE);
	s.watch.tick = enough;
	s.watch.arg = &all;
	assert_int_equal(flows_from_pcap(&s, path), -EINTR);
	assert_string_equal(flow_set_error(&s), "interrupted");
	assert_int_equal(all, 24 + 16 + 40);
	flow_set_release(&s);
}

/* Any packet counts exactly once. */
static void nonsense(void **state)
{
	static const int link[] = {
		DLT_EN10MB, DLT_RAW, DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_NULL,
	};
	struct unit_random random = { 7 };
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(link); i++) {
		struct capture c = begin(link[i]);
		struct flow_set s;
		u64 packets = 0;

		for (k = 0; k < 20000; k++) {
			struct bytes b = { .len = 0 };
			struct bytes ip = error4(server4);
			u32 n;

			if (unit_below(&random, 2)) {
				ip.len = 0;
				head6(&ip, unit_below(&random, 2) ? FRAGMENT :
				      ICMP6, client6, server6, 60);
				put_zeros(&ip, 80);
			}
			b = link_head(link[i], ip.at[0] >> 4 == 6, 0, false);
			put(&b, ip.at, ip.len);
			for (n = unit_below(&random, 8); n; n--)
				b.at[unit_below(&random, b.len)] =
					unit_random(&random);
			b.len = unit_below(&random, b.len + 1);
			dump_cut(&c, &b, unit_below(&random, b.len + 1));
		}
		end(&c);
		read_set(&s, HASHRING_KEY_5TUPLE);
		for (k = 0; k < s.nr; k++)
			packets += s.flow[k].packets;
		assert_int_equal(packets + s.left.foreign + s.left.broken,
				 20000);
		assert_true(packets > 100);
		flow_set_release(&s);
	}
}

static int make_path(void **state)
{
	int fd;

	snprintf(path, sizeof(path), "/tmp/hashring-capture.XXXXXX");
	fd = mkstemp(path);
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int drop_path(void **state)
{
	unlink(path);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links),
		cmocka_unit_test(packets_of_a_flow),
		cmocka_unit_test(fragments),
		cmocka_unit_test(extension_headers),
		cmocka_unit_test(icmp_errors),
		cmocka_unit_test(what_is_no_flow),
		cmocka_unit_test(bad_files),
		cmocka_unit_test(interrupted),
		cmocka_unit_test(nonsense),
	};

	return cmocka_run_group_tests_name("capture", tests, make_path,
					   drop_path);
}
