// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets without a socket, one for each flow. The flows differ as little as a
 * sender likes, to test whether chosen flows collide.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "traffic.h"

#define BATCH	64
#define PAYLOAD	20	/* a TCP header; for other protocols, ports and zeros */

struct packet {
	union {
		struct iphdr ip4;
		struct ip6_hdr ip6;
	};
	u8 payload[PAYLOAD];
};

static u32 mixed(u32 x)
{
	x ^= x >> 16;
	x *= 0x85ebca6b;
	x ^= x >> 13;
	x *= 0xc2b2ae35;
	return x ^ x >> 16;
}

/* Offsets of a flow by the pattern: of addresses, and of ports. */
struct flow {
	u32 saddr;
	u32 daddr;
	u32 ports;
};

static struct flow flow_of(const struct options *opt, u32 i)
{
	struct flow flow = { .ports = 5555u << 16 | 7000 };

	switch (opt->kind) {
	case 'd':
		flow.daddr = i;
		break;
	case 'p':
		flow.ports = i;
		break;
	default:	/* 24 bits of each address, so that no two flows are equal */
		flow.saddr = mixed(i) >> 8;
		flow.daddr = i;
		flow.ports = mixed(~i);
	}
	return flow;
}

/* Returns the length. The place of the payload depends on the family. */
static size_t fill(struct packet *packet, const struct options *opt, u32 i)
{
	const struct sockaddr_in6 *from6 = (const void *)&opt->from;
	const struct sockaddr_in6 *vip6 = (const void *)&opt->vip;
	const struct sockaddr_in *from4 = (const void *)&opt->from;
	const struct sockaddr_in *vip4 = (const void *)&opt->vip;
	const struct flow flow = flow_of(opt, i);
	const u32 ports = htonl(flow.ports);
	u8 *payload;

	memset(packet, 0, sizeof(*packet));
	if (opt->vip.ss_family == AF_INET6) {
		packet->ip6.ip6_flow = htonl(6u << 28);
		packet->ip6.ip6_plen = htons(PAYLOAD);
		packet->ip6.ip6_nxt = opt->protocol;
		packet->ip6.ip6_hlim = 64;
		packet->ip6.ip6_src = from6->sin6_addr;
		packet->ip6.ip6_src.s6_addr32[3] ^= htonl(flow.saddr);
		packet->ip6.ip6_dst = vip6->sin6_addr;
		packet->ip6.ip6_dst.s6_addr32[3] ^= htonl(flow.daddr);
		payload = (u8 *)(&packet->ip6 + 1);
	} else {
		packet->ip4.version = 4;
		packet->ip4.ihl = sizeof(packet->ip4) / 4;
		packet->ip4.tot_len = htons(sizeof(packet->ip4) + PAYLOAD);
		packet->ip4.ttl = 64;
		packet->ip4.protocol = opt->protocol;
		packet->ip4.saddr = from4->sin_addr.s_addr ^ htonl(flow.saddr);
		packet->ip4.daddr = vip4->sin_addr.s_addr ^ htonl(flow.daddr);
		payload = (u8 *)(&packet->ip4 + 1);
	}
	if (opt->protocol == IPPROTO_ICMP)
		payload[0] = 8;		/* echo request */
	else if (opt->protocol == IPPROTO_ICMPV6)
		payload[0] = 128;	/* echo request */
	else
		memcpy(payload, &ports, sizeof(ports));
	if (opt->protocol == IPPROTO_UDP)
		payload[5] = PAYLOAD;
	if (opt->protocol == IPPROTO_TCP) {
		payload[12] = 0x50;
		payload[13] = TH_SYN;
	}
	return payload + PAYLOAD - (u8 *)packet;
}

int run_flood(const struct options *opt, int argc, char **argv)
{
	static struct packet packets[BATCH];
	struct mmsghdr headers[BATCH] = { };
	struct sockaddr_storage to[BATCH];
	struct iovec parts[BATCH];
	u64 start;
	int fd;

	if (!opt->vip_len || !opt->from.ss_family || !opt->count)
		die("flood wants --vip, --from and --count");
	enter_netns(opt->netns);
	fd = socket(opt->vip.ss_family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (fd < 0)
		die("raw socket");
	if (opt->mark)
		set_option(fd, SOL_SOCKET, SO_MARK, opt->mark);
	start = clock_us();
	for (u32 i = 0; i < opt->count;) {
		int n = 0, sent;

		for (; n < BATCH && i < opt->count; n++, i++) {
			parts[n].iov_base = &packets[n];
			parts[n].iov_len = fill(&packets[n], opt,
						opt->first + i);
			to[n] = opt->vip;
			/* A raw socket takes a port for the protocol's number. */
			((struct sockaddr_in *)&to[n])->sin_port = 0;
			if (opt->vip.ss_family == AF_INET6)
				((struct sockaddr_in6 *)&to[n])->sin6_addr =
					packets[n].ip6.ip6_dst;
			else
				((struct sockaddr_in *)&to[n])->sin_addr.s_addr =
					packets[n].ip4.daddr;
			headers[n].msg_hdr = (struct msghdr) {
				.msg_name = &to[n],
				.msg_namelen = opt->vip_len,
				.msg_iov = &parts[n],
				.msg_iovlen = 1,
			};
		}
		for (int j = 0; j < n; j += sent) {
			sent = sendmmsg(fd, headers + j, n - j, 0);
			if (sent <= 0)
				die("flow %u", opt->first + i - n + j);
		}
	}
	printf("flows %u ms %llu\n", opt->count,
	       (unsigned long long)(clock_us() - start) / 1000);
	return 0;
}
