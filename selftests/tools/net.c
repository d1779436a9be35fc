// SPDX-License-Identifier: GPL-2.0-only
/* Namespaces, sockets and the flows' addresses */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "traffic.h"

void die(const char *format, ...)
{
	int saved = errno;
	va_list args;

	fputs("traffic: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	if (saved)
		fprintf(stderr, ": %s", strerror(saved));
	fputc('\n', stderr);
	exit(1);
}

void *allocate(size_t number, size_t size)
{
	void *memory = calloc(number, size);

	if (!memory)
		die("%zu times %zu bytes", number, size);
	return memory;
}

u32 number(const char *text, const char *what)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 0);
	if (errno || *end || end == text || value > UINT32_MAX) {
		errno = 0;
		die("'%s' is no %s", text, what);
	}
	return value;
}

void parse_address(const char *text, u16 port, struct sockaddr_storage *to,
		   socklen_t *len)
{
	struct sockaddr_in6 *to6 = (struct sockaddr_in6 *)to;
	struct sockaddr_in *to4 = (struct sockaddr_in *)to;

	memset(to, 0, sizeof(*to));
	if (inet_pton(AF_INET, text, &to4->sin_addr) == 1) {
		to4->sin_family = AF_INET;
		to4->sin_port = htons(port);
		*len = sizeof(*to4);
	} else if (inet_pton(AF_INET6, text, &to6->sin6_addr) == 1) {
		to6->sin6_family = AF_INET6;
		to6->sin6_port = htons(port);
		*len = sizeof(*to6);
	} else {
		die("'%s' is no address", text);
	}
}

void enter_netns(const char *name)
{
	char path[PATH_MAX];
	int fd;

	if (!name)
		return;
	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die("namespace %s", name);
	close(fd);
}

void set_option(int fd, int level, int name, int value)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)))
		die("setsockopt %d %d", level, name);
}

/*
 * The client binds to addresses that are local only by a local route. IPv6
 * needs a socket option for this.
 */
int open_socket(int family, int type)
{
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket");
	set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (family == AF_INET6) {
		set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
		set_option(fd, IPPROTO_IPV6, IPV6_FREEBIND, 1);
	}
	return fd;
}

void more_files(unsigned int wanted)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		die("getrlimit");
	if (limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = wanted;
	if (limit.rlim_max < wanted)
		limit.rlim_max = wanted;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		die("%u open files", wanted);
}

void watch(int epoll, int fd, u32 events, void *tag)
{
	struct epoll_event event = { .events = events, .data.ptr = tag };

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) &&
	    (errno != EEXIST || epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event)))
		die("epoll_ctl");
}

u64 clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000ull + now.tv_nsec / 1000;
}

/*
 * The number of due packets. After a late call this is at most the number of a
 * tenth of a second.
 */
u32 pace_due(struct pace *pace)
{
	u64 now = clock_us(), most = (pace->rate / 10 + 1) * 1000000ull;
	u32 due;

	if (pace->last)
		pace->credit += (now - pace->last) * pace->rate;
	pace->last = now;
	if (pace->credit > most)
		pace->credit = most;
	due = pace->credit / 1000000;
	pace->credit -= due * 1000000ull;
	return due;
}

/*
 * Scatters sources, because some balancers add address and port: consecutive
 * flows would have equal sums. 65,536 consecutive flows have 65,536 addresses.
 * Flows with the same address have different ports.
 */
static u16 scatter(u16 x)
{
	x ^= x >> 7;
	x *= 0x9e5d;
	x ^= x >> 9;
	x *= 0xb4ab;
	x ^= x >> 8;
	return x;
}

unsigned int flow_port_index(u32 flow)
{
	u32 mixed = (flow & 0xffff) * 0x9e3779b1u;

	return ((mixed >> 16) + (flow >> 16)) % SOURCE_PORTS;
}

u16 source_port(unsigned int index)
{
	/* Coprime factor and modulus: different indices, different ports. */
	return 10000 + index * 20479u % 50000;
}

void flow_address(const struct options *opt, u32 flow,
		  struct sockaddr_storage *source)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)source;
	struct sockaddr_in *in4 = (struct sockaddr_in *)source;
	u16 host = scatter(flow);
	u16 port = source_port(flow_port_index(flow));

	*source = opt->from;
	if (source->ss_family == AF_INET6) {
		in6->sin6_addr.s6_addr[14] = host >> 8;
		in6->sin6_addr.s6_addr[15] = host;
		in6->sin6_port = htons(port);
	} else {
		in4->sin_addr.s_addr &= htonl(0xffff0000);
		in4->sin_addr.s_addr |= htonl(host);
		in4->sin_port = htons(port);
	}
}

size_t set_source(union source *source, const struct options *opt, u32 flow)
{
	struct sockaddr_storage address;
	struct cmsghdr *header = &source->header;

	memset(source, 0, sizeof(*source));
	flow_address(opt, flow, &address);
	if (address.ss_family == AF_INET6) {
		struct in6_pktinfo info = {
			.ipi6_addr = ((struct sockaddr_in6 *)&address)->sin6_addr,
		};

		header->cmsg_level = IPPROTO_IPV6;
		header->cmsg_type = IPV6_PKTINFO;
		header->cmsg_len = CMSG_LEN(sizeof(info));
		memcpy(CMSG_DATA(header), &info, sizeof(info));
		return sizeof(source->room6);
	}
	struct in_pktinfo info = {
		.ipi_spec_dst = ((struct sockaddr_in *)&address)->sin_addr,
	};

	header->cmsg_level = IPPROTO_IP;
	header->cmsg_type = IP_PKTINFO;
	header->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(header), &info, sizeof(info));
	return sizeof(source->room4);
}

/* A socket that sends from one of the source ports, from any address. */
int open_datagrams(const struct options *opt, unsigned int port_index)
{
	struct sockaddr_storage any = { .ss_family = opt->vip.ss_family };
	int fd = open_socket(any.ss_family, SOCK_DGRAM);

	/* Both families have the port at the same place. */
	((struct sockaddr_in *)&any)->sin_port = htons(source_port(port_index));
	set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, 1 << 20);
	if (bind(fd, (struct sockaddr *)&any, opt->vip_len))
		die("bind to port %u", source_port(port_index));
	return fd;
}

/* Begins a connection of this flow; -1: refused. */
int connect_flow(const struct options *opt, u32 flow)
{
	int fd = open_socket(opt->vip.ss_family, SOCK_STREAM);
	struct sockaddr_storage source;

	set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	flow_address(opt, flow, &source);
	if (bind(fd, (struct sockaddr *)&source, opt->vip_len))
		die("bind of flow %u", flow);
	if (!connect(fd, (const struct sockaddr *)&opt->vip, opt->vip_len) ||
	    errno == EINPROGRESS)
		return fd;
	close(fd);
	return -1;
}

/* The result of a connection that was not ready at once. */
int connect_error(int fd)
{
	socklen_t len = sizeof(int);
	int error;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len))
		die("SO_ERROR");
	return error;
}

/* Resets a connection: neither end keeps any state. */
void reset_connection(int fd)
{
	struct linger reset = { .l_onoff = 1 };

	if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)))
		die("SO_LINGER");
	close(fd);
}
