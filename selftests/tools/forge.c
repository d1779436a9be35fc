// SPDX-License-Identifier: GPL-2.0-only
/*
 * TCP segments without a socket
 *
 * The segments have the addresses and ports of flows, live or not. A made up
 * sequence number matches a live connection only by chance. So endpoints ignore
 * the segments, but a director cannot know. With the numbers of live connections
 * (`numbers` of stream.c) the distance from the right numbers is chosen. All
 * segments of a flow are equal, like retransmissions.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "traffic.h"

static u8 parse_flags(const char *text)
{
	static const char letters[] = "FSR A";	/* in the order of their bits */
	const char *at;
	u8 flags = 0;

	for (; *text; text++) {
		at = *text == ' ' ? NULL : strchr(letters, *text);
		if (!at)
			die("'%s' are no flags of TCP: S, R, F, A", text);
		flags |= 1 << (at - letters);
	}
	return flags;
}

static u32 sum_words(u32 sum, const void *data, size_t len)
{
	const u16 *words = data;

	for (size_t i = 0; i < len / 2; i++)
		sum += words[i];
	return sum;
}

static u16 checksum(const struct tcphdr *tcp,
		    const struct sockaddr_storage *from,
		    const struct sockaddr_storage *to)
{
	u32 sum = htons(IPPROTO_TCP) + htons(sizeof(*tcp));

	if (from->ss_family == AF_INET6) {
		sum = sum_words(sum, &((struct sockaddr_in6 *)from)->sin6_addr,
				sizeof(struct in6_addr));
		sum = sum_words(sum, &((struct sockaddr_in6 *)to)->sin6_addr,
				sizeof(struct in6_addr));
	} else {
		sum = sum_words(sum, &((struct sockaddr_in *)from)->sin_addr,
				sizeof(struct in_addr));
		sum = sum_words(sum, &((struct sockaddr_in *)to)->sin_addr,
				sizeof(struct in_addr));
	}
	sum = sum_words(sum, tcp, sizeof(*tcp));
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static void send_segment(int fd, const struct options *opt, u32 flow, u8 flags,
			 u32 seq, u32 ack)
{
	struct sockaddr_storage from, to = opt->vip;
	union source source;
	struct tcphdr tcp = {
		.th_seq = htonl(seq),
		.th_off = sizeof(tcp) / 4,
		.th_flags = flags,
		.th_win = htons(65535),
	};
	struct iovec part = { .iov_base = &tcp, .iov_len = sizeof(tcp) };
	struct msghdr header = {
		.msg_name = &to,
		.msg_namelen = opt->vip_len,
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &source,
	};

	flow_address(opt, flow, &from);
	if (flags & TH_ACK)
		tcp.th_ack = htonl(ack);
	/* Ports have the same place in both families. */
	tcp.th_sport = ((struct sockaddr_in *)&from)->sin_port;
	tcp.th_dport = ((struct sockaddr_in *)&to)->sin_port;
	tcp.th_sum = checksum(&tcp, &from, &to);
	/* A raw socket takes a port for the protocol's number. */
	((struct sockaddr_in *)&to)->sin_port = 0;
	header.msg_controllen = set_source(&source, opt, flow);
	for (u32 i = 0; i < opt->times;) {
		if (sendmsg(fd, &header, 0) == sizeof(tcp))
			i++;
		else if (errno == ENOBUFS)
			usleep(1000);	/* the device's queue is full */
		else
			die("segment of flow %u", flow);
	}
}

/* Returns the number of flows in the file. */
static u32 send_numbered(int fd, const struct options *opt, u8 flags)
{
	FILE *file = fopen(opt->numbers, "re");
	u32 flow, seq, ack, flows = 0;

	if (!file)
		die("%s", opt->numbers);
	for (; fscanf(file, "%u %u %u", &flow, &seq, &ack) == 3; flows++)
		send_segment(fd, opt, flow, flags, seq + opt->seq,
			     ack + opt->ack);
	fclose(file);
	return flows;
}

int run_forge(const struct options *opt, int argc, char **argv)
{
	u32 flows = opt->count;
	u8 flags;
	int fd;

	if (!opt->vip_len || !opt->from.ss_family || !opt->flags ||
	    !opt->count == !opt->numbers)
		die("forge wants --vip, --from, --flags, and --count or --numbers");
	flags = parse_flags(opt->flags);
	enter_netns(opt->netns);
	fd = socket(opt->vip.ss_family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_TCP);
	if (fd < 0)
		die("raw socket");
	if (opt->vip.ss_family == AF_INET6)
		set_option(fd, IPPROTO_IPV6, IPV6_FREEBIND, 1);
	if (opt->numbers)
		flows = send_numbered(fd, opt, flags);
	for (u32 i = 0; i < opt->count; i++) {
		u32 flow = opt->first + i;

		send_segment(fd, opt, flow, flags, flow * 0x9e3779b1u ^ 0x5eed5eed,
			     flow * 0x85ebca6bu ^ 0x5eed5eed);
	}
	printf("flows %u segments %u\n", flows, flows * opt->times);
	return 0;
}
