// SPDX-License-Identifier: GPL-2.0-only
/*
 * soak: datagrams; for each stage one thread sends and one receives
 */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stage.h"

#define WINDOW	(2 * UDP_FLOWS)	/* maximum on their way */
#define PATIENCE	250		/* naps until datagrams count as lost */

struct datagram {
	__u32 flow;
	__u32 move;	/* last finished move at the sending */
};

struct udp {
	struct stage *s;
	struct worker *sender, *receiver;
	int epoll, fd[UDP_FLOWS];
	atomic_ulong lost;
};

static struct udp udps[STAGES];

static void send_flow(struct udp *u, unsigned int i)
{
	struct datagram datagram = {
		.flow = i, .move = atomic_load(&u->s->done),
	};

	if (send(u->fd[i], &datagram, sizeof(datagram), 0) == sizeof(datagram))
		atomic_fetch_add(&u->s->sent, 1);
}

static unsigned long under_way(const struct udp *u)
{
	return atomic_load(&u->s->sent) - atomic_load(&u->s->received) -
	       atomic_load(&u->lost);
}

/* Waits for room in the window; datagrams without an owner are dropped. */
static void wait_for_room(struct udp *u, unsigned long room)
{
	unsigned long seen = 0, now, still = 0;

	while ((long)under_way(u) > (long)room && still < PATIENCE &&
	       !stopped()) {
		now = atomic_load(&u->s->received);
		still = now == seen ? still + 1 : 0;
		seen = now;
		nap_ms(1);
	}
	if (still == PATIENCE)
		atomic_fetch_add(&u->lost, under_way(u));
}

static void open_flows(struct udp *u)
{
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in to4 = { .sin_family = AF_INET };
	struct stage *s = u->s;
	unsigned int i;

	to4.sin_port = htons(s->port);
	to4.sin_addr = s->vip4;
	to6.sin6_port = htons(s->port);
	to6.sin6_addr = s->vip6;
	enter_netns(client);
	for (i = 0; i < UDP_FLOWS; i++) {
		bool v6 = s->flow[i].v6;

		u->fd[i] = stage_socket(s, v6, SOCK_DGRAM, false, &s->flow[i]);
		if (connect(u->fd[i], v6 ? (struct sockaddr *)&to6 :
					   (struct sockaddr *)&to4,
			    v6 ? sizeof(to6) : sizeof(to4)))
			die("connect: %s", strerror(errno));
	}
}

static void *send_datagrams(void *arg)
{
	struct udp *u = arg;
	struct stage *s = u->s;
	unsigned int i;

	while (!stopped()) {
		got_on(u->sender);
		if (atomic_load(&s->hush)) {
			atomic_store(&s->hushed, true);
			nap_ms(2);
			continue;
		}
		atomic_store(&s->hushed, false);
		for (i = 0; i < UDP_FLOWS; i++)
			send_flow(u, i);
		wait_for_room(u, WINDOW - UDP_FLOWS);
		nap_ms(1);
	}
	return NULL;
}

/* Sends one datagram of each flow, without waiting for room. */
void udp_burst(struct stage *s)
{
	struct udp *u = &udps[s->number];
	unsigned int i;

	atomic_fetch_add(&u->lost, under_way(u));
	for (i = 0; i < UDP_FLOWS; i++)
		send_flow(u, i);
}

static void open_backends(struct udp *u)
{
	struct epoll_event event = { .events = EPOLLIN };
	int i, fd;

	u->epoll = epoll_create1(EPOLL_CLOEXEC);
	for (i = 0; i < 2 * (BACKENDS + 1); i++) {
		enter_netns(backend_ns[i / 2]);
		fd = stage_socket(u->s, i % 2, SOCK_DGRAM, true, NULL);
		event.data.u64 = (__u64)(i / 2) << 32 | fd;
		if (epoll_ctl(u->epoll, EPOLL_CTL_ADD, fd, &event))
			die("epoll: %s", strerror(errno));
	}
}

static void *receive_datagrams(void *arg)
{
	struct epoll_event events[16];
	struct datagram datagram;
	struct udp *u = arg;
	struct stage *s = u->s;
	int got, i;

	while (!stopped()) {
		got = epoll_wait(u->epoll, events, 16, 100);
		got_on(u->receiver);
		for (i = 0; i < got; i++) {
			int fd = (int)events[i].data.u64;

			while (recv(fd, &datagram, sizeof(datagram), 0) ==
			       sizeof(datagram))
				stage_judge(s, events[i].data.u64 >> 32,
					    datagram.flow, datagram.move);
		}
	}
	return NULL;
}

void start_udp(struct stage *s)
{
	struct udp *u = &udps[s->number];
	char name[32];

	u->s = s;
	open_flows(u);
	open_backends(u);
	snprintf(name, sizeof(name), "stage%u send", s->number);
	u->sender = new_worker(name, false);
	snprintf(name, sizeof(name), "stage%u receive", s->number);
	u->receiver = new_worker(name, false);
	start_worker(u->receiver, receive_datagrams, u);
	start_worker(u->sender, send_datagrams, u);
}
