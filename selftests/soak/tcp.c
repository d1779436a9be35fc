// SPDX-License-Identifier: GPL-2.0-only
/*
 * soak: connections with a few exchanges; for each stage one thread makes
 * connections and one serves them
 *
 * No connection may break, be silent or change its backend, unless there was a
 * cut since its beginning. Then the client gives the connection up.
 *
 * A process in fork() has all descriptors until exec(): a closed socket still
 * has events meanwhile. So each event has the id of its connection.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "stage.h"

#define EXCHANGES_MAX	12
#define SILENCE		30000	/* ms; a tick counts for its own length at most */
#define TICK		50
#define REPORTS		4		/* broken connections with a detailed report */
#define PEERS		8192	/* connections of the server */
#define LISTENER	0x8000000000000000ULL	/* set in events of listeners */

struct message {
	__u32 flow;
	__u32 move;	/* last finished move when the first SYN was sent */
	__u32 number;
	__u32 last;
	__u32 backend;	/* of an answer: the backend, from 1 */
};

struct connection {
	bool used, connecting, asked;
	int fd;
	__u32 id;
	unsigned int cuts, heard, asked_after, think, silent;
	size_t have;
	struct message ask, answer;
};

struct peer {
	int fd;
	__u32 id;
	unsigned int backend;
	size_t have;
	unsigned int idle;
	struct message message;
};

struct tcp {
	struct stage *s;
	struct worker *client, *server;
	int epoll, serving;
	unsigned int seed, next;
	__u32 begun, accepted;	/* ids of the newest connections */
	struct connection connection[CONNECTIONS];
	struct peer *peer[PEERS];
};

static struct tcp tcps[STAGES];
static atomic_uint reports;	/* connections with a detailed report */

/* Elapsed time; a leap of the clock counts as one tick. */
static unsigned int tick_ms(__u64 *last)
{
	struct timespec now;
	__u64 ms, passed;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ms = now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
	passed = *last ? ms - *last : 0;
	*last = ms;
	return passed > TICK ? TICK : passed;
}

/* The event of entry @at, which may have had another id before. */
static __u64 event_of(__u32 id, unsigned int at)
{
	return (__u64)at << 32 | id;
}

/* --- the client ------------------------------------------------------------- */

static void give_up(struct connection *c, bool reset)
{
	const struct linger now = { .l_onoff = 1 };

	if (reset)
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(c->fd);
	c->used = false;
}

/*
 * Prints the director's and the backends' data of a flow, for the report of a
 * fault.
 */
static void print_flow(const struct tcp *t, const struct connection *c)
{
	const struct stage *s = t->s;
	char command[1024];
	unsigned int i;
	int at;

	if (atomic_fetch_add(&reports, 1) >= REPORTS)
		return;
	at = snprintf(command, sizeof(command),
		      "{ %s -n %s migrate show %s; %s -n %s migrate flows %s | grep -w %u; for n in",
		      ringctl, s->director, s->expected.ring, ringctl, s->director,
		      s->expected.ring, s->flow[c->ask.flow].port);
	for (i = 0; i <= BACKENDS; i++)
		at += snprintf(command + at, sizeof(command) - at, " %s",
			       backend_ns[i]);
	snprintf(command + at, sizeof(command) - at,
		 "; do ip netns exec $n ss -Htan 'sport = :%u and dport = :%u'; done; } 2>&1 | sed 's/^/#   /'",
		 s->port, s->flow[c->ask.flow].port);
	if (system(command))
		printf("#   nothing to be had\n");
}

static void broken(struct tcp *t, struct connection *c, const char *how)
{
	unsigned int cuts = atomic_load(&t->s->cuts);
	unsigned int high = atomic_load(&t->s->begun);
	char text[SAID * (EXPECTED_WORDS + 16)];

	/* An odd number means a cut that is being made. */
	if (c->cuts == cuts && cuts % 2 == 0 && !stopped()) {
		violation("connection",
			  "stage %u: flow %u (%08x) %s after %u exchanges, at %u, begun after move %u of %u, heard %u, %s%s",
			  t->s->number, c->ask.flow,
			  t->s->flow[c->ask.flow].position, how, c->ask.number,
			  c->answer.backend, c->ask.move, high, c->heard,
			  t->s->attached ? "steered" : "not steered",
			  stage_last_moves(t->s, high, text, sizeof(text)));
		print_flow(t, c);
	} else {
		count(FIG_EXCUSED, 1);
	}
	give_up(c, true);
}

static void begin(struct tcp *t, struct connection *c)
{
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in to4 = { .sin_family = AF_INET };
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT };
	struct stage *s = t->s;
	const struct flow *flow;

	memset(c, 0, sizeof(*c));
	c->id = ++t->begun;
	c->cuts = atomic_load(&s->cuts);
	c->ask.flow = t->next++ % s->nr_flows;
	c->ask.move = atomic_load(&s->done);
	c->heard = c->ask.move;
	c->ask.last = 2 + below(&t->seed, EXCHANGES_MAX);
	flow = &s->flow[c->ask.flow];
	to4.sin_port = htons(s->port);
	to4.sin_addr = s->vip4;
	to6.sin6_port = htons(s->port);
	to6.sin6_addr = s->vip6;
	c->fd = stage_socket(s, flow->v6, SOCK_STREAM, false, flow);
	c->used = true;
	c->connecting = true;
	if (connect(c->fd, flow->v6 ? (struct sockaddr *)&to6 :
				      (struct sockaddr *)&to4,
		    flow->v6 ? sizeof(to6) : sizeof(to4)) &&
	    errno != EINPROGRESS) {
		/* The flow's last connection may still use the address. */
		if (errno == EADDRNOTAVAIL)
			give_up(c, false);
		else
			broken(t, c, strerror(errno));
		return;
	}
	event.data.u64 = event_of(c->id, c - t->connection);
	if (epoll_ctl(t->epoll, EPOLL_CTL_ADD, c->fd, &event))
		die("epoll: %s", strerror(errno));
	count(FIG_CONNECTIONS, 1);
}

static void ask(struct tcp *t, struct connection *c)
{
	c->asked_after = atomic_load(&t->s->done);
	c->asked = true;
	c->silent = 0;
	if (send(c->fd, &c->ask, sizeof(c->ask), MSG_NOSIGNAL) !=
	    sizeof(c->ask)) {
		broken(t, c, "takes no request");
		return;
	}
}

static void take_answer(struct tcp *t, struct connection *c)
{
	unsigned int before = c->ask.number ? c->ask.backend : 0;

	c->have = 0;
	c->asked = false;
	c->silent = 0;
	c->heard = c->asked_after;
	c->think = below(&t->seed, 60);
	if (c->answer.flow != c->ask.flow ||
	    c->answer.number != c->ask.number || !c->answer.backend ||
	    (before && before != c->answer.backend)) {
		broken(t, c, "has another's answer");
		return;
	}
	c->ask.backend = c->answer.backend;
	c->ask.number++;
	count(FIG_EXCHANGES, 1);
}

static void hear(struct tcp *t, const struct epoll_event *heard)
{
	struct connection *c = &t->connection[heard->data.u64 >> 32];
	unsigned int events = heard->events;
	ssize_t got;

	if (!c->used || c->id != (__u32)heard->data.u64)
		return;
	if (c->connecting && events & EPOLLOUT && !(events & EPOLLERR)) {
		struct epoll_event event = {
			.events = EPOLLIN, .data = heard->data,
		};

		epoll_ctl(t->epoll, EPOLL_CTL_MOD, c->fd, &event);
		c->connecting = false;
		ask(t, c);
		return;
	}
	got = recv(c->fd, (char *)&c->answer + c->have,
		   sizeof(c->answer) - c->have, 0);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (!got && c->ask.number > c->ask.last) {
		give_up(c, false);	/* closed by the server, as asked */
		return;
	}
	if (got <= 0) {
		broken(t, c, got ? strerror(errno) : "is closed");
		return;
	}
	c->have += got;
	if (c->have == sizeof(c->answer))
		take_answer(t, c);
}

static void tick_ring(struct tcp *t, struct connection *c, unsigned int ms,
		      bool hush)
{
	if (!c->used) {
		if (!hush)
			begin(t, c);
		return;
	}
	if (c->cuts != atomic_load(&t->s->cuts)) {
		broken(t, c, "");
		return;
	}
	c->silent += ms;
	if (c->silent > SILENCE && (c->asked || c->connecting)) {
		broken(t, c, c->connecting ? "does not begin" : "is silent");
		return;
	}
	if (c->connecting || c->asked || hush || c->ask.number > c->ask.last)
		return;
	c->think -= ms < c->think ? ms : c->think;
	if (!c->think)
		ask(t, c);
}

static void *make_connections(void *arg)
{
	struct epoll_event events[CONNECTIONS];
	struct tcp *t = arg;
	struct stage *s = t->s;
	unsigned int i, ms, settled, waiting;
	__u64 last = 0;
	bool hush;
	int got;

	enter_netns(client);
	while (!stopped()) {
		got_on(t->client);
		got = epoll_wait(t->epoll, events, CONNECTIONS, 5);
		for (i = 0; got > 0 && i < (unsigned int)got; i++)
			hear(t, &events[i]);
		hush = atomic_load(&s->hush);
		ms = tick_ms(&last);
		settled = atomic_load(&s->done);
		waiting = 0;
		for (i = 0; i < CONNECTIONS; i++) {
			struct connection *c = &t->connection[i];

			tick_ring(t, c, ms, hush);
			waiting += c->used && (c->asked || c->connecting);
			if (c->used && c->heard < settled &&
			    c->ask.number <= c->ask.last)
				settled = c->heard;
		}
		atomic_store(&s->settled, settled);
		atomic_store(&s->hushed, hush && !waiting);
	}
	return NULL;
}

/* --- the server ------------------------------------------------------------- */

static void end_peer(struct tcp *t, unsigned int i)
{
	close(t->peer[i]->fd);
	free(t->peer[i]);
	t->peer[i] = NULL;
}

static void accept_peer(struct tcp *t, int listener, unsigned int backend)
{
	struct epoll_event event = { .events = EPOLLIN };
	unsigned int i = 0;
	struct peer *p;
	int fd;

	while ((fd = accept4(listener, NULL, NULL,
			     SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		while (i < PEERS && t->peer[i])
			i++;
		p = i < PEERS ? calloc(1, sizeof(*p)) : NULL;
		if (!p)
			die("too many connections");
		p->fd = fd;
		p->id = ++t->accepted;
		p->backend = backend;
		t->peer[i] = p;
		event.data.u64 = event_of(p->id, i);
		if (epoll_ctl(t->serving, EPOLL_CTL_ADD, fd, &event))
			die("epoll: %s", strerror(errno));
	}
}

static void serve(struct tcp *t, unsigned int i)
{
	struct peer *p = t->peer[i];
	struct message *m = &p->message;
	ssize_t got;

	got = recv(p->fd, (char *)m + p->have, sizeof(*m) - p->have, 0);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		end_peer(t, i);
		return;
	}
	p->idle = 0;
	p->have += got;
	if (p->have < sizeof(*m))
		return;
	p->have = 0;
	if (!m->number)
		stage_judge(t->s, p->backend, m->flow, m->move);
	else
		atomic_fetch_add(&t->s->received, 1);
	m->backend = p->backend + 1;
	if (send(p->fd, m, sizeof(*m), MSG_NOSIGNAL) != sizeof(*m) ||
	    m->number >= m->last)
		end_peer(t, i);
}

/* Closes connections whose clients are gone without notice. */
static void sweep(struct tcp *t, unsigned int ms)
{
	unsigned int i;

	for (i = 0; i < PEERS; i++) {
		if (!t->peer[i])
			continue;
		t->peer[i]->idle += ms;
		if (t->peer[i]->idle > SILENCE + SILENCE / 2)
			end_peer(t, i);
	}
}

static void open_backends(struct tcp *t)
{
	struct epoll_event event = { .events = EPOLLIN };
	int i, fd;

	for (i = 0; i < 2 * (BACKENDS + 1); i++) {
		enter_netns(backend_ns[i / 2]);
		fd = stage_socket(t->s, i % 2, SOCK_STREAM, true, NULL);
		event.data.u64 = LISTENER | event_of(fd, i / 2);
		if (listen(fd, 1024) ||
		    epoll_ctl(t->serving, EPOLL_CTL_ADD, fd, &event))
			die("listen: %s", strerror(errno));
	}
}

static void *serve_connections(void *arg)
{
	struct epoll_event events[64];
	struct tcp *t = arg;
	__u64 last = 0;
	int got, i;

	while (!stopped()) {
		got = epoll_wait(t->serving, events, 64, TICK);
		got_on(t->server);
		for (i = 0; i < got; i++) {
			unsigned int at = (events[i].data.u64 & ~LISTENER) >> 32;
			__u32 id = events[i].data.u64;

			if (events[i].data.u64 & LISTENER)
				accept_peer(t, id, at);
			else if (t->peer[at] && t->peer[at]->id == id)
				serve(t, at);
		}
		sweep(t, tick_ms(&last));
	}
	return NULL;
}

void start_tcp(struct stage *s)
{
	struct tcp *t = &tcps[s->number];
	char name[32];

	t->s = s;
	t->seed = run_seed + 100 + s->number;
	t->epoll = epoll_create1(EPOLL_CLOEXEC);
	t->serving = epoll_create1(EPOLL_CLOEXEC);
	if (t->epoll < 0 || t->serving < 0)
		die("epoll: %s", strerror(errno));
	open_backends(t);
	snprintf(name, sizeof(name), "stage%u client", s->number);
	t->client = new_worker(name, false);
	snprintf(name, sizeof(name), "stage%u server", s->number);
	t->server = new_worker(name, false);
	start_worker(t->server, serve_connections, t);
	start_worker(t->client, make_connections, t);
}
