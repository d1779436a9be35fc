// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections with permanent exchanges, and new connections beside them
 *
 * --count connections are made and kept. Each has alternating requests and
 * answers. The client knows every byte of an answer beforehand, and the backend
 * every byte of a request. A connection's backend never changes. Beside these,
 * --new connections a second are made, with flows of their own. A new
 * connection sends one request, gets one answer, and ends.
 *
 * Commands are lines on standard input. Each is answered by a line:
 *
 *	mark LABEL	figures since the last mark
 *	settle		`settled`: each connection has had an exchange that
 *			began after this line, or has ended
 *	new N		`new N`: N new connections have begun since the last mark
 *	numbers FILE	`numbers`: FILE has the flow, the sequence number and the ACK
 *			of each connection that is held
 *	stop		ends with the total figures, as the end of input does
 *
 * The first line, `mark start`, comes when each connection has had its first
 * exchange. The figures are: connections held; broken, and of these reset,
 * refused, silent and strange (with unexpected bytes); bytes sent; bytes lost
 * in requests of broken connections; bytes that either end did not expect;
 * exchanges, with p50 and p99 in microseconds; new connections that were begun,
 * answered and failed; and new connections of each backend.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stream.h"

#define EVENTS		64

static void settle(struct stream_client *client, struct connection *conn)
{
	if (conn->settling != SETTLED)
		client->unsettled--;
	conn->settling = SETTLED;
}

/* --- connections ---------------------------------------------------------- */

static bool waits(const struct connection *conn)
{
	return conn->state == CONN_CONNECTING ||
	       conn->state == CONN_GREETING || conn->state == CONN_ASKED;
}

static void end_connection(struct stream_client *client, struct connection *conn,
			   enum ending ending)
{
	if (conn->fd >= 0)
		reset_connection(conn->fd);
	conn->fd = -1;
	if (conn->fresh) {
		client->now.failed++;
		conn->state = CONN_NONE;
		return;
	}
	if (waits(conn))
		client->outstanding--;
	if (conn->state == CONN_ASKED)
		client->now.lost += sizeof(struct exchange);
	client->now.ended[ending]++;
	client->alive--;
	settle(client, conn);
	conn->state = CONN_ENDED;
}

static enum ending ending_of(int error)
{
	switch (error) {
	case ECONNREFUSED:
	case EHOSTUNREACH:
	case ENETUNREACH:
		return END_REFUSED;
	case ETIMEDOUT:
		return END_SILENT;
	default:
		return END_RESET;
	}
}

static void open_connection(struct stream_client *client, struct connection *conn,
			    u32 flow)
{
	conn->flow = flow;
	conn->have = 0;
	conn->number = 0;
	conn->marks = client->marks;
	conn->asked_tick = client->tick;
	if (!conn->fresh)
		client->outstanding++;
	conn->state = CONN_CONNECTING;
	conn->fd = connect_flow(client->opt, flow);
	if (conn->fd < 0)
		end_connection(client, conn, ending_of(errno));
	else
		watch(client->epoll, conn->fd, EPOLLOUT, conn);
}

static void greet(struct stream_client *client, struct connection *conn)
{
	struct message message = {
		.magic = MESSAGE_MAGIC,
		.round = client->opt->round,
		.flow = conn->flow,
		.kind = conn->fresh ? KIND_TCP : KIND_STREAM,
	};
	int error = connect_error(conn->fd);

	if (error) {
		end_connection(client, conn, ending_of(error));
		return;
	}
	watch(client->epoll, conn->fd, EPOLLIN, conn);
	conn->state = CONN_GREETING;
	if (send(conn->fd, &message, sizeof(message), 0) != sizeof(message))
		end_connection(client, conn, ending_of(errno));
}

/* A connection from before the last mark says nothing about later ones. */
static void count_fresh(struct stream_client *client,
			const struct connection *conn, const char *name)
{
	unsigned int i;

	for (i = 0; i < client->backends; i++) {
		if (!strcmp(client->names[i], name))
			break;
	}
	if (i == client->backends) {
		errno = 0;
		if (i == MAX_BACKENDS)
			die("more than %d backends", MAX_BACKENDS);
		memcpy(client->names[i], name, sizeof(client->names[i]));
		client->backends++;
	}
	client->now.fresh++;
	client->now.taken[i]++;
	if (conn->marks != client->marks) {
		client->marked.fresh++;
		client->marked.taken[i]++;
	}
}

static void take_greeting(struct stream_client *client, struct connection *conn)
{
	const struct message *message = &conn->answer.message;

	if (message->magic != MESSAGE_MAGIC || message->flow != conn->flow ||
	    message->round != client->opt->round ||
	    !memchr(message->backend, '\0', sizeof(message->backend))) {
		client->now.wrong += sizeof(*message);
		end_connection(client, conn, END_STRANGE);
		return;
	}
	if (conn->fresh) {
		count_fresh(client, conn, message->backend);
		reset_connection(conn->fd);
		conn->fd = -1;
		conn->state = CONN_NONE;
		return;
	}
	memcpy(conn->backend, message->backend, sizeof(conn->backend));
	client->outstanding--;
	conn->state = CONN_READY;
}

static void begin_exchange(struct stream_client *client, struct connection *conn)
{
	struct exchange request;

	stream_fill(&request, conn->flow, conn->number, NULL);
	client->outstanding++;
	conn->state = CONN_ASKED;
	conn->have = 0;
	conn->asked_tick = client->tick;
	conn->asked_us = clock_us();
	if (conn->settling == UNSETTLED)
		conn->settling = SETTLING;
	client->now.sent += sizeof(request);
	if (send(conn->fd, &request, sizeof(request), 0) != sizeof(request))
		end_connection(client, conn, ending_of(errno));
}

static void count_latency(struct stream_client *client, u64 us)
{
	u32 at = client->now.exchanges++;

	if (at == client->room) {
		client->room = client->room ? 2 * client->room : 65536;
		client->latencies = realloc(client->latencies,
					    (size_t)client->room *
					    sizeof(*client->latencies));
		if (!client->latencies)
			die("%u latencies", client->room);
	}
	client->latencies[at] = us > UINT32_MAX ? UINT32_MAX : us;
}

static void take_exchange(struct stream_client *client, struct connection *conn)
{
	const struct exchange *answer = &conn->answer.exchange;
	struct exchange expected;
	u32 wrong;

	stream_fill(&expected, conn->flow, conn->number, conn->backend);
	expected.wrong = answer->wrong;
	wrong = answer->wrong + stream_differ(answer, &expected);
	if (wrong) {
		client->now.wrong += wrong;
		end_connection(client, conn, END_STRANGE);
		return;
	}
	count_latency(client, clock_us() - conn->asked_us);
	client->outstanding--;
	conn->number++;
	conn->state = CONN_READY;
	if (conn->settling == SETTLING)
		settle(client, conn);
}

static void receive(struct stream_client *client, struct connection *conn)
{
	size_t size = conn->state == CONN_GREETING ?
		sizeof(conn->answer.message) : sizeof(conn->answer.exchange);
	ssize_t got;

	if (conn->state == CONN_READY)
		conn->have = 0;		/* no exchange is due */
	got = recv(conn->fd, (char *)&conn->answer + conn->have,
		   size - conn->have, 0);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		end_connection(client, conn, got ? ending_of(errno) : END_RESET);
		return;
	}
	if (conn->state == CONN_READY) {
		client->now.wrong += got;
		end_connection(client, conn, END_STRANGE);
		return;
	}
	conn->have += got;
	if (conn->have < size)
		return;
	if (conn->state == CONN_GREETING)
		take_greeting(client, conn);
	else
		take_exchange(client, conn);
}

/* --- what is due ---------------------------------------------------------- */

static void open_held(struct stream_client *client)
{
	const struct options *opt = client->opt;

	while (client->opened < opt->count &&
	       client->outstanding < opt->window) {
		open_connection(client, &client->held[client->opened],
				opt->first + client->opened);
		client->opened++;
	}
	if (client->opened == opt->count && !client->outstanding)
		begin_settling(client, START);
}

static void begin_exchanges(struct stream_client *client, u32 due)
{
	const struct options *opt = client->opt;

	for (u32 seen = 0; due && seen < opt->count; seen++) {
		struct connection *conn = &client->held[client->next_held];

		client->next_held = (client->next_held + 1) % opt->count;
		if (conn->state != CONN_READY)
			continue;
		begin_exchange(client, conn);
		due--;
	}
}

static void open_fresh(struct stream_client *client, u32 due)
{
	const struct options *opt = client->opt;

	for (u32 seen = 0; due && seen < opt->window; seen++) {
		struct connection *conn = &client->fresh[client->next_fresh];

		client->next_fresh = (client->next_fresh + 1) % opt->window;
		if (conn->state != CONN_NONE)
			continue;
		open_connection(client, conn, client->next_flow++);
		due--;
	}
}

/* A clock that leaps, or a guest that stood still, is no silence. */
static void tick(struct stream_client *client)
{
	const struct options *opt = client->opt;
	u64 now = clock_us();

	if (now - client->tick_us < QUIET_MS * 1000)
		return;
	client->tick_us = now;
	client->tick++;
	for (u32 i = 0; i < opt->count + opt->window; i++) {
		struct connection *conn = i < opt->count ? &client->held[i] :
					  &client->fresh[i - opt->count];

		if (waits(conn) &&
		    client->tick - conn->asked_tick >= opt->tries)
			end_connection(client, conn, END_SILENT);
	}
}

/* --- main loop ------------------------------------------------------------ */

static void serve(struct stream_client *client, int timeout)
{
	struct epoll_event events[EVENTS];
	int got = epoll_wait(client->epoll, events, EVENTS, timeout);

	if (got < 0 && errno != EINTR)
		die("epoll_wait");
	for (int i = 0; i < got; i++) {
		struct connection *conn = events[i].data.ptr;

		if (!conn)
			read_lines(client);
		else if (conn->state == CONN_CONNECTING)
			greet(client, conn);
		else if (conn->fd >= 0)
			receive(client, conn);
	}
}

static void open_client(struct stream_client *client, const struct options *opt)
{
	if (!opt->vip_len || !opt->from.ss_family || !opt->count)
		die("stream wants --vip, --from and --count");
	if (opt->window < 1)
		die("stream wants a window");
	enter_netns(opt->netns);
	more_files(opt->count + opt->window + 64);
	client->opt = opt;
	client->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (client->epoll < 0)
		die("epoll_create");
	watch(client->epoll, STDIN_FILENO, EPOLLIN, NULL);
	client->held = allocate(opt->count, sizeof(*client->held));
	client->fresh = allocate(opt->window, sizeof(*client->fresh));
	for (u32 i = 0; i < opt->count; i++)
		client->held[i].fd = -1;
	for (u32 i = 0; i < opt->window; i++) {
		client->fresh[i].fd = -1;
		client->fresh[i].fresh = true;
	}
	client->alive = opt->count;
	client->next_flow = opt->first + opt->count;
	client->tick_us = clock_us();
}

int run_stream(const struct options *opt, int argc, char **argv)
{
	struct pace exchanges = { .rate = opt->rate };
	struct pace fresh = { .rate = opt->fresh };
	static const struct figures none;
	static struct stream_client client;
	bool begun = false;

	open_client(&client, opt);
	while (!client.stopped) {
		if (!begun) {
			open_held(&client);
			begun = client.command == START;
		} else if (opt->rate) {
			begin_exchanges(&client, pace_due(&exchanges));
		} else if (client.outstanding < opt->window) {
			begin_exchanges(&client,
					opt->window - client.outstanding);
		}
		if (begun)
			open_fresh(&client, pace_due(&fresh));
		serve(&client, begun ? PACE_MS : QUIET_MS);
		tick(&client);
		finish_command(&client);
		if (begun)
			obey_lines(&client);
	}
	printf("end");
	print_figures(&client, &none);
	for (u32 i = 0; i < opt->count; i++) {
		if (client.held[i].fd >= 0)
			reset_connection(client.held[i].fd);
	}
	return 0;
}
