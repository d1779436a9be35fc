// SPDX-License-Identifier: GPL-2.0-only
/*
 * source - sends packets of many flows into the kernel through a tap device,
 * and prints the cost of a packet in nanoseconds
 *
 * source runs in a guest whose clock counts instructions: a nanosecond is an
 * instruction. source checks this. A write to a tap device returns when the
 * kernel has finished the packet. So two reads of the clock enclose the
 * complete way of a packet: from the write over receive, hooks and route to the
 * outgoing device, and besides only the timer's ticks.
 *
 * Before the measurement, source listens on the outgoing device and counts the
 * backends (Ethernet addresses) of the flows. During the measurement, source
 * counts the outgoing packets, so that a dropped packet is an error and not a
 * cheap packet.
 *
 * Packets are UDP, or TCP of the same length: the first packet of a connection,
 * or a packet with data from its middle. Flows are the first ones, or a file
 * lists flows by their numbers.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FLOWS		2048	/* a round sends one packet of each flow */
#define ROUNDS_MAX	64
#define SEGMENT		26	/* bytes behind the IP header */
#define PORT		443
#define BACKENDS_MAX	4096
#define LOOP_STEPS	10000000	/* of two instructions */
#define LOOP_TRIES	200

struct packet {
	struct virtio_net_hdr vnet;
	struct ethhdr eth;
	union {
		struct {
			struct iphdr ip;
			uint8_t segment[SEGMENT];
		} __attribute__((packed)) v4;
		struct {
			struct ip6_hdr ip;
			uint8_t segment[SEGMENT];
		} __attribute__((packed)) v6;
	};
} __attribute__((packed));

enum kind { KIND_UDP, KIND_SYN, KIND_DATA };

static const char *in_name, *out_name, *target, *flows_name;
static enum kind kind;
static bool fresh, v6;
static FILE *listed;
static unsigned long to_list;
static unsigned int rounds = 9;
static struct packet packets[FLOWS];
static size_t packet_len;
static uint64_t next_flow;

static _Noreturn void die(const char *what)
{
	if (errno)
		fprintf(stderr, "source: %s: %s\n", what, strerror(errno));
	else
		fprintf(stderr, "source: %s\n", what);
	exit(1);
}

static uint64_t now(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t))
		die("clock_gettime");
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static uint64_t time_loop(uint64_t steps)
{
	uint64_t start = now();

	asm volatile("1: dec %0\n\tjnz 1b" : "+r" (steps) : : "cc");
	return now() - start;
}

/*
 * A loop of known length checks the unit of all figures: without the unit,
 * there are no figures. The loop takes longer on a busy processor, so it is
 * repeated.
 */
static void check_clock(void)
{
	const uint64_t instructions = 2 * LOOP_STEPS;
	uint64_t spent = 0;
	int tries;

	for (tries = 0; tries < LOOP_TRIES; tries++) {
		spent = time_loop(LOOP_STEPS);
		if (spent >= instructions && spent < instructions / 100 * 102)
			return;
	}
	fprintf(stderr, "source: %llu instructions took %llu ns\n",
		(unsigned long long)instructions, (unsigned long long)spent);
	errno = 0;
	die("this clock does not count instructions");
}

/* splitmix64: flow i is the same in every run, and unlike flow i + 1 */
static uint64_t scatter(uint64_t i)
{
	i = (i + 1) * 0x9e3779b97f4a7c15ULL;
	i = (i ^ i >> 30) * 0xbf58476d1ce4e5b9ULL;
	i = (i ^ i >> 27) * 0x94d049bb133111ebULL;
	return i ^ i >> 31;
}

static uint32_t sum(uint32_t acc, const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t i;

	for (i = 0; i < len; i++)
		acc += i & 1 ? p[i] : p[i] << 8;
	return acc;
}

static uint16_t fold(uint32_t acc)
{
	while (acc >> 16)
		acc = (acc & 0xffff) + (acc >> 16);
	acc ^= 0xffff;
	return htons(acc ? acc : 0xffff);
}

static uint32_t source4(uint64_t r)
{
	return 10 << 24 | (r & 0xffffff);
}

static uint16_t source_port(uint64_t r)
{
	return 1024 + (r >> 32) % (65536 - 1024);
}

/* acc: the pseudo-header's part of the sum */
static void fill_udp(uint8_t *segment, uint64_t r, uint32_t acc)
{
	struct udphdr udp = {
		.source = htons(source_port(r)),
		.dest = htons(PORT),
		.len = htons(SEGMENT),
	};

	udp.check = fold(sum(acc + IPPROTO_UDP, &udp, sizeof(udp)));
	memcpy(segment, &udp, sizeof(udp));
}

static void fill_tcp(uint8_t *segment, uint64_t r, uint32_t acc)
{
	struct tcphdr tcp = {
		.source = htons(source_port(r)),
		.dest = htons(PORT),
		.seq = htonl(r),
		.doff = sizeof(tcp) / 4,
		.syn = kind == KIND_SYN,
		.ack = kind == KIND_DATA,
		.psh = kind == KIND_DATA,
		.ack_seq = kind == KIND_DATA ? htonl(r >> 8) : 0,
		.window = htons(1024),
	};

	tcp.check = fold(sum(acc + IPPROTO_TCP, &tcp, sizeof(tcp)));
	memcpy(segment, &tcp, sizeof(tcp));
}

static void fill(struct packet *p, uint64_t flow, const uint8_t mac[ETH_ALEN],
		 const void *to)
{
	const uint8_t protocol = kind == KIND_UDP ? IPPROTO_UDP : IPPROTO_TCP;
	uint64_t r = scatter(flow);
	uint8_t *segment;
	uint32_t acc;

	memset(p, 0, sizeof(*p));
	/* Like a packet from a card that has verified the checksum. */
	p->vnet.flags = VIRTIO_NET_HDR_F_DATA_VALID;
	memcpy(p->eth.h_dest, mac, ETH_ALEN);
	p->eth.h_source[0] = 2;
	if (v6) {
		uint32_t from[4] = { htonl(0x20010db8), htonl(0xc0000),
				     htonl(r >> 16), htonl(r) };

		p->eth.h_proto = htons(ETH_P_IPV6);
		p->v6.ip.ip6_flow = htonl(6 << 28);
		p->v6.ip.ip6_plen = htons(SEGMENT);
		p->v6.ip.ip6_nxt = protocol;
		p->v6.ip.ip6_hlim = 64;
		memcpy(&p->v6.ip.ip6_src, from, 16);
		memcpy(&p->v6.ip.ip6_dst, to, 16);
		acc = sum(SEGMENT, &p->v6.ip.ip6_src, 32);
		segment = p->v6.segment;
	} else {
		p->eth.h_proto = htons(ETH_P_IP);
		p->v4.ip.version = 4;
		p->v4.ip.ihl = 5;
		p->v4.ip.tot_len = htons(sizeof(p->v4.ip) + SEGMENT);
		p->v4.ip.ttl = 64;
		p->v4.ip.protocol = protocol;
		p->v4.ip.saddr = htonl(source4(r));
		memcpy(&p->v4.ip.daddr, to, 4);
		p->v4.ip.check = fold(sum(0, &p->v4.ip, sizeof(p->v4.ip)));
		acc = sum(SEGMENT, &p->v4.ip.saddr, 8);
		segment = p->v4.segment;
	}
	if (kind == KIND_UDP)
		fill_udp(segment, r, acc);
	else
		fill_tcp(segment, r, acc);
}

/* Prints the first flows, in the format of `ringctl lookup RING flow`. */
static void list_flows(void)
{
	char from[INET_ADDRSTRLEN];
	unsigned long i;

	for (i = 0; i < to_list; i++) {
		uint64_t r = scatter(i);
		uint32_t saddr = htonl(source4(r));

		inet_ntop(AF_INET, &saddr, from, sizeof(from));
		printf("%s %s %u %s %u\n", kind == KIND_UDP ? "udp" : "tcp",
		       from, source_port(r), target, PORT);
	}
}

static uint64_t take_flow(void)
{
	unsigned long long flow;

	if (!listed)
		return next_flow++;
	if (fscanf(listed, "%llu", &flow) != 1) {
		errno = 0;
		die("too few flows are listed");
	}
	return flow;
}

static int open_tap(uint8_t mac[ETH_ALEN])
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
	int fd = open("/dev/net/tun", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		die("/dev/net/tun");
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", in_name);
	if (ioctl(fd, TUNSETIFF, &ifr) || ioctl(fd, SIOCGIFHWADDR, &ifr))
		die(in_name);
	memcpy(mac, ifr.ifr_hwaddr.sa_data, ETH_ALEN);
	return fd;
}

static int open_tail(void)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(out_name),
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof(to)))
		die(out_name);
	return fd;
}

/* Number of packets that left by the outgoing device, from its text file. */
static uint64_t left(void)
{
	char line[512], name[64];
	unsigned long long sent;
	FILE *f = fopen("/proc/self/net/dev", "re");

	if (!f)
		die("/proc/self/net/dev");
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, " %63[^:]: %*u %*u %*u %*u %*u %*u %*u %*u %*u %llu",
			   name, &sent) == 2 && !strcmp(name, out_name)) {
			fclose(f);
			return sent;
		}
	}
	errno = ENODEV;
	die(out_name);
}

static void make_flows(const uint8_t mac[ETH_ALEN], const void *to)
{
	unsigned int i;

	for (i = 0; i < FLOWS; i++)
		fill(&packets[i], take_flow(), mac, to);
}

static inline void send_one(int fd, const struct packet *p)
{
	if (write(fd, p, packet_len) != (ssize_t)packet_len)
		die("write");
}

/* Sends every flow once, and counts the destination addresses. */
static unsigned int count_backends(int fd)
{
	static uint8_t seen[BACKENDS_MAX][ETH_ALEN];
	unsigned int nr = 0, i, j;
	int tail = open_tail();
	uint8_t frame[2048];

	for (i = 0; i < FLOWS; i++) {
		send_one(fd, &packets[i]);
		while (recv(tail, frame, sizeof(frame), MSG_DONTWAIT) >= ETH_HLEN) {
			for (j = 0; j < nr; j++)
				if (!memcmp(seen[j], frame, ETH_ALEN))
					break;
			if (j == nr && nr < BACKENDS_MAX)
				memcpy(seen[nr++], frame, ETH_ALEN);
		}
	}
	close(tail);
	return nr;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void usage(void)
{
	fputs("usage: source --in TAP --out DEVICE --to ADDRESS [--tcp syn|data]\n"
	      "	[--rounds N] [--fresh] [--flows FILE]\n"
	      "prints: backends seen, median, lowest and highest round, ns a packet\n"
	      "source --list N --to ADDRESS [--tcp syn|data] prints the first flows\n",
	      stderr);
	exit(1);
}

static void parse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "in", required_argument, NULL, 'i' },
		{ "out", required_argument, NULL, 'o' },
		{ "to", required_argument, NULL, 't' },
		{ "rounds", required_argument, NULL, 'r' },
		{ "fresh", no_argument, NULL, 'f' },
		{ "tcp", required_argument, NULL, 'T' },
		{ "flows", required_argument, NULL, 'F' },
		{ "list", required_argument, NULL, 'l' },
		{ }
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'i':
			in_name = optarg;
			break;
		case 'o':
			out_name = optarg;
			break;
		case 't':
			target = optarg;
			break;
		case 'r':
			rounds = strtoul(optarg, NULL, 10);
			break;
		case 'f':
			fresh = true;
			break;
		case 'T':
			if (!strcmp(optarg, "syn"))
				kind = KIND_SYN;
			else if (!strcmp(optarg, "data"))
				kind = KIND_DATA;
			else
				usage();
			break;
		case 'F':
			flows_name = optarg;
			break;
		case 'l':
			to_list = strtoul(optarg, NULL, 10);
			break;
		default:
			usage();
		}
	}
	if (!target || optind != argc || rounds < 1 || rounds > ROUNDS_MAX)
		usage();
	if (!to_list && (!in_name || !out_name))
		usage();
}

int main(int argc, char **argv)
{
	double cost[ROUNDS_MAX];
	uint8_t mac[ETH_ALEN];
	unsigned int backends, r, i;
	uint8_t to[16];
	uint64_t before;
	int fd;

	parse(argc, argv);
	v6 = strchr(target, ':');
	if (inet_pton(v6 ? AF_INET6 : AF_INET, target, to) != 1) {
		errno = 0;
		die("--to wants an address");
	}
	if (to_list) {
		list_flows();
		return 0;
	}
	if (flows_name) {
		listed = fopen(flows_name, "re");
		if (!listed)
			die(flows_name);
	}
	packet_len = offsetof(struct packet, v4) +
		     (v6 ? sizeof(packets->v6) : sizeof(packets->v4));
	if (mlockall(MCL_CURRENT))
		die("mlockall");
	check_clock();
	fd = open_tap(mac);

	make_flows(mac, to);
	backends = count_backends(fd);

	before = left();
	for (r = 0; r < rounds; r++) {
		uint64_t start;

		if (fresh)
			make_flows(mac, to);
		start = now();
		for (i = 0; i < FLOWS; i++)
			send_one(fd, &packets[i]);
		cost[r] = (double)(now() - start) / FLOWS;
	}
	before = left() - before;
	if (before != (uint64_t)rounds * FLOWS) {
		errno = 0;
		fprintf(stderr, "source: %llu of %llu packets left by %s\n",
			(unsigned long long)before,
			(unsigned long long)rounds * FLOWS, out_name);
		die("this is not the cost of forwarding");
	}

	qsort(cost, rounds, sizeof(*cost), by_size);
	printf("%u\t%.1f\t%.1f\t%.1f\n", backends, cost[rounds / 2], cost[0],
	       cost[rounds - 1]);
	return 0;
}
