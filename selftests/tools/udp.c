// SPDX-License-Identifier: GPL-2.0-only
/*
 * One datagram on each flow, with or without an answer
 *
 * A flow is a source address and port. The ports are those of a few sockets,
 * and each datagram has its own address: ten thousand sockets would cost more
 * than the traffic.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

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
	u32 oldest;	/* in @order, the first without an answer perhaps */
	u32 outstanding;
	u32 answered, lost, resent;
	char kind;
};

/* Sends flows of one socket. Returns the number of datagrams with room. */
static int send_batch(struct client *client, const u32 *flows, int n)
{
	const struct options *opt = client->opt;
	struct message messages[BATCH] = { };
	struct mmsghdr headers[BATCH] = { };
	union source sources[BATCH];
	struct iovec parts[BATCH];
	int room = n;

	for (int i = 0; i < n; i++) {
		messages[i].magic = MESSAGE_MAGIC;
		messages[i].round = opt->round;
		messages[i].flow = flows[i];
		messages[i].kind = client->kind;
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
		room--;
	}
	return room;
}

/* Number of next flows of one socket, at most a batch. */
static int next_batch(struct client *client, unsigned int room)
{
	const u32 *flows = client->order + client->next;
	u32 left = client->opt->count - client->next;
	unsigned int port = flow_port_index(flows[0]);
	unsigned int n = 0;

	while (n < BATCH && n < room && n < left &&
	       flow_port_index(flows[n]) == port)
		n++;
	return n;
}

/* Sends as many flows as the window allows. */
static void send_next(struct client *client)
{
	const struct options *opt = client->opt;

	while (client->next < opt->count && client->outstanding < opt->window) {
		const u32 *flows = client->order + client->next;
		int n = next_batch(client, opt->window - client->outstanding);

		for (int i = 0; i < n; i++)
			client->state[flows[i] - opt->first] = FLOW_SENT;
		/* A datagram without room is sent again after a silence. */
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

	/* A second answer, or an answer of an earlier round, does not count. */
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
	for (unsigned int i = 0; i < SOURCE_PORTS; i++) {
		int fd = open_datagrams(client->opt, i);

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

static void open_client(struct client *client, const struct options *opt,
			char kind)
{
	if (!opt->vip_len || !opt->from.ss_family || !opt->count)
		die("wants --vip, --from and --count");
	enter_netns(opt->netns);
	client->opt = opt;
	client->kind = kind;
	client->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (client->epoll < 0)
		die("epoll_create");
	client->order = allocate(opt->count, sizeof(*client->order));
	client->state = allocate(opt->count, sizeof(*client->state));
	open_sockets(client);
	sort_by_socket(client);
}

int run_udp(const struct options *opt, int argc, char **argv)
{
	unsigned int quiet = 0, tries = opt->tries;
	struct epoll_event events[SOURCE_PORTS];
	struct client client = { };

	open_client(&client, opt, KIND_UDP);
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
		/* If no node answers at all, there is no point in waiting. */
		send_again(&client, true);
		client.oldest = client.next;
		tries = 2;
		quiet = 0;
	}
	printf("round %u flows %u answered %u lost %u resent %u\n", opt->round,
	       opt->count, client.answered, client.lost, client.resent);
	return client.lost ? 1 : 0;
}

/* One datagram a flow, at a rate: only the backends know the arrived ones. */
int run_oneway(const struct options *opt, int argc, char **argv)
{
	const struct timespec nap = { .tv_nsec = PACE_MS * 1000000 };
	struct pace pace = { .rate = opt->rate };
	struct client client = { };
	u64 start, took;
	u32 sent = 0;

	open_client(&client, opt, KIND_ONEWAY);
	start = clock_us();
	while (client.next < opt->count) {
		u32 due = opt->rate ? pace_due(&pace) : opt->count;

		while (due && client.next < opt->count) {
			int n = next_batch(&client, due);

			sent += send_batch(&client, client.order + client.next,
					   n);
			client.next += n;
			due -= n;
		}
		if (opt->rate && client.next < opt->count)
			nanosleep(&nap, NULL);
	}
	took = clock_us() - start;
	printf("round %u flows %u sent %u rate %.0f\n", opt->round, opt->count,
	       sent, sent * 1e6 / (took ? took : 1));
	return sent == opt->count ? 0 : 1;
}
