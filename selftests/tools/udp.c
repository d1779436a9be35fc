// SPDX-License-Identifier: GPL-2.0-only
/*
 * One datagram and its answer on each flow
 *
 * A flow is a source address and port of its own. The ports are those of a few
 * sockets, the address is told with each datagram: ten thousand sockets would
 * cost more than the traffic.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "traffic.h"

#define BATCH	32

enum flow_state { FLOW_WAITS, FLOW_SENT, FLOW_ANSWERED, FLOW_LOST };

struct client {
	const struct options *opt;
	int epoll;
	int sockets[SOURCE_PORTS];
	u32 *order;	/* flows by socket, so that they go in batches */
	u8 *state;
	u32 next;		/* in @order, to be sent */
	u32 oldest;	/* in @order, perhaps not answered */
	u32 outstanding;
	u32 answered, lost, resent;
};

/* The control message that gives a datagram its source. */
union source {
	struct cmsghdr header;
	char room4[CMSG_SPACE(sizeof(struct in_pktinfo))];
	char room6[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

static size_t set_source(union source *source, const struct options *opt,
			 u32 flow)
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

/* Sends flows of one socket; what finds no room is sent again when it is quiet. */
static void send_batch(struct client *client, const u32 *flows, int n)
{
	const struct options *opt = client->opt;
	struct message messages[BATCH] = { };
	struct mmsghdr headers[BATCH] = { };
	union source sources[BATCH];
	struct iovec parts[BATCH];

	for (int i = 0; i < n; i++) {
		messages[i].magic = MESSAGE_MAGIC;
		messages[i].round = opt->round;
		messages[i].flow = flows[i];
		messages[i].kind = KIND_UDP;
		parts[i].iov_base = &messages[i];
		parts[i].iov_len = sizeof(messages[i]);
		headers[i].msg_hdr = (struct msghdr) {
			.msg_name = (void *)&opt->vip,
			.msg_namelen = opt->vip_len,
			.msg_iov = &parts[i],
			.msg_iovlen = 1,
			.msg_control = &sources[i],
			.msg_controllen = set_source(&sources[i], opt, flows[i]),
		};
	}
	for (int i = 0, sent; i < n; i += sent) {
		sent = sendmmsg(client->sockets[flow_port_index(flows[0])],
				headers + i, n - i, 0);
		if (sent > 0)
			continue;
		if (errno == EINVAL || errno == EACCES || errno == EBADF)
			die("sendmmsg");
		sent = 1;
	}
}

/* As many flows as the window takes. */
static void send_next(struct client *client)
{
	const struct options *opt = client->opt;

	while (client->next < opt->count && client->outstanding < opt->window) {
		const u32 *flows = client->order + client->next;
		unsigned int port = flow_port_index(flows[0]);
		unsigned int room = opt->window - client->outstanding;
		unsigned int n = 0;

		while (n < BATCH && n < room && client->next + n < opt->count &&
		       flow_port_index(flows[n]) == port) {
			client->state[flows[n] - opt->first] = FLOW_SENT;
			n++;
		}
		send_batch(client, flows, n);
		client->next += n;
		client->outstanding += n;
	}
}

static void send_again(struct client *client, bool give_up)
{
	for (u32 i = client->oldest; i < client->next; i++) {
		u8 *state = &client->state[client->order[i] -
						client->opt->first];

		if (*state != FLOW_SENT)
			continue;
		if (give_up) {
			*state = FLOW_LOST;
			client->outstanding--;
			client->lost++;
		} else {
			send_batch(client, &client->order[i], 1);
			client->resent++;
		}
	}
}

static void take_answer(struct client *client, const struct message *message)
{
	const struct options *opt = client->opt;
	u32 flow = message->flow - opt->first;

	/* One that comes twice, or late from the round before, is no news. */
	if (message->magic != MESSAGE_MAGIC || message->round != opt->round ||
	    flow >= opt->count || client->state[flow] != FLOW_SENT)
		return;
	client->state[flow] = FLOW_ANSWERED;
	client->answered++;
	client->outstanding--;
}

static void receive(struct client *client, int fd)
{
	static struct message messages[BATCH];
	struct mmsghdr headers[BATCH] = { };
	struct iovec parts[BATCH];
	int got;

	for (int i = 0; i < BATCH; i++) {
		parts[i].iov_base = &messages[i];
		parts[i].iov_len = sizeof(messages[i]);
		headers[i].msg_hdr.msg_iov = &parts[i];
		headers[i].msg_hdr.msg_iovlen = 1;
	}
	got = recvmmsg(fd, headers, BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < got; i++) {
		if (headers[i].msg_len == sizeof(messages[i]))
			take_answer(client, &messages[i]);
	}
}

static void open_sockets(struct client *client)
{
	const struct options *opt = client->opt;

	for (unsigned int i = 0; i < SOURCE_PORTS; i++) {
		struct sockaddr_storage any = {
			.ss_family = opt->vip.ss_family,
		};
		int fd = open_socket(any.ss_family, SOCK_DGRAM);

		/* The port has the same place in both families. */
		((struct sockaddr_in *)&any)->sin_port = htons(source_port(i));
		set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, 1 << 20);
		if (bind(fd, (struct sockaddr *)&any, opt->vip_len))
			die("bind to port %u", source_port(i));
		watch(client->epoll, fd, EPOLLIN, (void *)(intptr_t)fd);
		client->sockets[i] = fd;
	}
}

static void sort_by_socket(struct client *client)
{
	u32 starts[SOURCE_PORTS + 1] = { };
	const struct options *opt = client->opt;

	for (u32 i = 0; i < opt->count; i++)
		starts[flow_port_index(opt->first + i) + 1]++;
	for (unsigned int i = 0; i < SOURCE_PORTS; i++)
		starts[i + 1] += starts[i];
	for (u32 i = 0; i < opt->count; i++) {
		u32 flow = opt->first + i;

		client->order[starts[flow_port_index(flow)]++] = flow;
	}
}

int run_udp(const struct options *opt, int argc, char **argv)
{
	struct client client = { .opt = opt };
	struct epoll_event events[SOURCE_PORTS];
	unsigned int quiet = 0, tries = opt->tries;

	if (!opt->vip_len || !opt->from.ss_family || !opt->count)
		die("udp wants --vip, --from and --count");
	enter_netns(opt->netns);
	client.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (client.epoll < 0)
		die("epoll_create");
	client.order = allocate(opt->count, sizeof(*client.order));
	client.state = allocate(opt->count, sizeof(*client.state));
	open_sockets(&client);
	sort_by_socket(&client);

	while (client.answered + client.lost < opt->count) {
		int got;

		send_next(&client);
		got = epoll_wait(client.epoll, events, SOURCE_PORTS, QUIET_MS);
		if (got < 0 && errno != EINTR)
			die("epoll_wait");
		for (int i = 0; i < got; i++)
			receive(&client, (int)(intptr_t)events[i].data.ptr);
		if (got > 0)
			quiet = 0;
		if (got != 0)
			continue;
		if (++quiet < tries) {
			send_again(&client, false);
			continue;
		}
		/* Where nobody answers at all there is no point in patience. */
		send_again(&client, true);
		client.oldest = client.next;
		tries = 2;
		quiet = 0;
	}
	printf("round %u flows %u answered %u lost %u resent %u\n", opt->round,
	       opt->count, client.answered, client.lost, client.resent);
	return client.lost ? 1 : 0;
}
