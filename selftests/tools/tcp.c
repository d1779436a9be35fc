// SPDX-License-Identifier: GPL-2.0-only
/*
 * A request and its answer on each TCP connection
 *
 * `tcp` makes new connections and resets them after their answers. So neither
 * end keeps state, and the next round may use the same addresses and ports.
 * `hold` keeps its connections from round to round, and prints the number of
 * live connections.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "traffic.h"

#define EVENTS	64

enum state {
	CONN_NEW,
	CONN_CONNECTING,
	CONN_ASKED,
	CONN_READY,		/* established and answered */
	CONN_CUT,		/* reset, refused or closed by the other end */
	CONN_SILENT,		/* no answer */
};

struct connection {
	enum state state;
	int fd;
	u32 flow;
	size_t have;
	struct message reply;
};

struct client {
	const struct options *opt;
	struct connection *all;
	int epoll;
	u32 round;
	char kind;
	u32 next, outstanding;
	u32 open, answered, cut, silent;
};

static void end_connection(struct client *client, struct connection *conn,
			   enum state state)
{
	if (conn->state == CONN_ASKED || conn->state == CONN_CONNECTING)
		client->outstanding--;
	if (state == CONN_CUT)
		client->cut++;
	if (state == CONN_SILENT)
		client->silent++;
	conn->state = state;
	if (conn->fd >= 0)
		reset_connection(conn->fd);
	conn->fd = -1;
}

static void ask(struct client *client, struct connection *conn)
{
	struct message request = {
		.magic = MESSAGE_MAGIC,
		.round = client->round,
		.flow = conn->flow,
		.kind = client->kind,
	};

	conn->have = 0;
	if (send(conn->fd, &request, sizeof(request), 0) != sizeof(request))
		end_connection(client, conn, CONN_CUT);
	else
		conn->state = CONN_ASKED;
}

static void start(struct client *client, struct connection *conn)
{
	if (conn->state == CONN_READY) {
		client->outstanding++;
		conn->state = CONN_ASKED;
		client->open++;
		ask(client, conn);
		return;
	}
	if (conn->state != CONN_NEW)
		return;
	client->open++;
	client->outstanding++;
	conn->state = CONN_CONNECTING;
	conn->fd = connect_flow(client->opt, conn->flow);
	if (conn->fd < 0)
		end_connection(client, conn, CONN_CUT);
	else
		watch(client->epoll, conn->fd, EPOLLOUT, conn);
}

static void connected(struct client *client, struct connection *conn)
{
	if (connect_error(conn->fd)) {
		end_connection(client, conn, CONN_CUT);
		return;
	}
	watch(client->epoll, conn->fd, EPOLLIN, conn);
	ask(client, conn);
}

static void receive(struct client *client, struct connection *conn, bool keep)
{
	ssize_t got = recv(conn->fd, (char *)&conn->reply + conn->have,
			   sizeof(conn->reply) - conn->have, 0);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		end_connection(client, conn, CONN_CUT);
		return;
	}
	conn->have += got;
	if (conn->have < sizeof(conn->reply))
		return;
	errno = 0;
	if (conn->state != CONN_ASKED || conn->reply.flow != conn->flow ||
	    conn->reply.round != client->round)
		die("flow %u: an answer to another request", conn->flow);
	client->answered++;
	client->outstanding--;
	conn->state = CONN_READY;
	if (!keep)
		end_connection(client, conn, CONN_NEW);
}

static void give_up(struct client *client)
{
	for (u32 i = 0; i < client->next; i++) {
		struct connection *conn = &client->all[i];

		if (conn->state == CONN_ASKED || conn->state == CONN_CONNECTING)
			end_connection(client, conn, CONN_SILENT);
	}
}

/*
 * One request on every live connection, or on a new connection of every flow.
 */
static void run_round(struct client *client, bool keep)
{
	const struct options *opt = client->opt;
	struct epoll_event events[EVENTS];
	unsigned int quiet = 0;

	client->next = 0;
	client->open = 0;
	client->answered = 0;
	client->cut = 0;
	client->silent = 0;
	while (client->next < opt->count || client->outstanding) {
		int got;

		while (client->next < opt->count &&
		       client->outstanding < opt->window)
			start(client, &client->all[client->next++]);
		if (!client->outstanding)
			continue;
		got = epoll_wait(client->epoll, events, EVENTS, QUIET_MS);
		if (got < 0 && errno != EINTR)
			die("epoll_wait");
		for (int i = 0; i < got; i++) {
			struct connection *conn = events[i].data.ptr;

			/*
			 * An earlier event of this batch may have ended this
			 * connection.
			 */
			if (conn->state == CONN_CONNECTING)
				connected(client, conn);
			else if (conn->fd >= 0)
				receive(client, conn, keep);
		}
		if (got > 0)
			quiet = 0;
		else if (!got && ++quiet >= opt->tries)
			give_up(client);
	}
	printf("round %u open %u answered %u cut %u silent %u\n", client->round,
	       client->open, client->answered, client->cut, client->silent);
	fflush(stdout);
}

static void open_client(struct client *client, const struct options *opt,
			char kind)
{
	if (!opt->vip_len || !opt->from.ss_family || !opt->count)
		die("wants --vip, --from and --count");
	enter_netns(opt->netns);
	more_files(opt->count + 64);
	client->opt = opt;
	client->kind = kind;
	client->round = opt->round;
	client->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (client->epoll < 0)
		die("epoll_create");
	client->all = allocate(opt->count, sizeof(*client->all));
	for (u32 i = 0; i < opt->count; i++) {
		client->all[i].flow = opt->first + i;
		client->all[i].fd = -1;
	}
}

int run_tcp(const struct options *opt, int argc, char **argv)
{
	struct client client = { };

	open_client(&client, opt, KIND_TCP);
	run_round(&client, false);
	return client.answered == opt->count ? 0 : 1;
}

int run_hold(const struct options *opt, int argc, char **argv)
{
	struct client client = { };
	char line[32];

	open_client(&client, opt, KIND_HOLD);
	run_round(&client, true);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		client.round = number(line, "round");
		run_round(&client, true);
	}
	for (u32 i = 0; i < opt->count; i++) {
		if (client.all[i].fd >= 0)
			end_connection(&client, &client.all[i], CONN_NEW);
	}
	return 0;
}
