// SPDX-License-Identifier: GPL-2.0-only
/*
 * A stream: sockets, with the messages to and from them. The kernel answers
 * during send, so that all answers are there afterwards. Only a dump continues
 * with each read.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "fuzz.h"

#define BATCH_MAX	4	/* messages in one send */
#define HEAR_BYTES	(64 * 1024)	/* an answer, or a message of a dump */

static int open_socket(u32 *port)
{
	struct sockaddr_nl self = { .nl_family = AF_NETLINK };
	socklen_t len = sizeof(self);
	int fd, one = 1;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (fd < 0 || bind(fd, (struct sockaddr *)&self, sizeof(self)) ||
	    getsockname(fd, (struct sockaddr *)&self, &len) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one)))
		die("a netlink socket");
	*port = self.nl_pid;
	return fd;
}

static int open_listener(u32 *port)
{
	int fd = open_socket(port);

	if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &events,
		       sizeof(events)))
		die("to listen to events");
	return fd;
}

/* Replaces the socket, with its dump, staged change and lease. */
static void open_again(struct hearing *hearing)
{
	if (hearing->fd >= 0)
		close(hearing->fd);
	memset(hearing, 0, sizeof(*hearing));
	hearing->fd = open_socket(&hearing->port);
}

struct stream *stream_new(u64 seed, u32 worker, u32 session, u32 thread,
			  u32 messages)
{
	static const u32 wild[THREADS] = { 60, 12, 8 };
	struct stream *stream = calloc(1, sizeof(*stream));
	u32 i;

	if (!stream)
		die("a stream");
	stream->worker = worker;
	stream->session = session;
	stream->thread = thread;
	stream->messages = messages;
	stream->privileged = thread != THREADS - 1;
	stream->script = "";
	stream->source.wild = wild[thread];
	stream->source.ring = -1;
	stream->source.attach = 1;
	stream->deaf = -1;
	stream->udp = -1;
	for (i = 0; i < SOCKETS; i++)
		stream->hearing[i].fd = -1;
	rng_seed(&stream->source.rng, seed, worker, session, thread);
	return stream;
}

void stream_open(struct stream *stream)
{
	u32 i, port;

	for (i = 0; i < SOCKETS; i++)
		open_again(&stream->hearing[i]);
	stream->listener.fd = open_listener(&stream->listener.port);
	stream->deaf = open_listener(&port);
	stream->udp = traffic_open();
}

void stream_close(struct stream *stream)
{
	u32 i;

	for (i = 0; i < SOCKETS; i++)
		close(stream->hearing[i].fd);
	close(stream->listener.fd);
	close(stream->deaf);
	if (stream->udp >= 0)
		close(stream->udp);
	free(stream);
}

bool stream_ended(const struct stream *stream)
{
	return stream->number >= stream->messages || stopped();
}

/* Reads received messages, at most @times. */
static void hear(struct stream *stream, struct hearing *hearing, u32 times)
{
	u8 bytes[HEAR_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));

	while (times--) {
		ssize_t len = recv(hearing->fd, bytes, sizeof(bytes),
				   MSG_DONTWAIT);
		struct nlmsghdr *head = (struct nlmsghdr *)bytes;
		int left = len;

		if (len < 0 && errno == ENOBUFS) {
			count(&totals->overruns);
			continue;
		}
		if (len < 0)
			return;
		for (; NLMSG_OK(head, left); head = NLMSG_NEXT(head, left))
			answer_check(stream, hearing, head);
		if (left > 0)
			violation(stream, bytes, len, "%d bytes too many", left);
	}
}

static void build(struct stream *stream)
{
	/* percentage of meaningful messages, by thread */
	static const u32 sensible[THREADS] = { 90, 50, 50 };
	struct message *message = &stream->message;
	struct source *source = &stream->source;
	int ring = source->ring;

	if (rng_below(&source->rng, 100) < sensible[stream->thread]) {
		script_next(stream, message);
		return;
	}
	source->ring = -1;
	switch (rng_below(&source->rng, 16)) {
	case 0:
		build_garbage(source, message);
		break;
	case 1 ... 3:
		build_typed(source, message);
		spoil(source, message);
		break;
	case 4 ... 8:
		script_any(stream, message);
		spoil(source, message);
		break;
	default:
		build_typed(source, message);
	}
	source->ring = ring;
}

/* A visitor's lease would look like a lease of a closed socket. */
static bool withheld(const struct stream *stream)
{
	return stream->unleased &&
	       message_command((void *)stream->message.bytes) ==
		       &spec_commands[HASHRING_CMD_MIGRATE_RUN];
}

/* Numbers a request, and keeps it until its answer. */
static void ask(struct stream *stream, struct hearing *hearing)
{
	struct message *message = &stream->message;
	struct nlmsghdr *head = (struct nlmsghdr *)message->bytes;
	struct asked *asked;

	count(&totals->sent);
	stream->number++;
	if (message->len < NLMSG_HDRLEN)
		return;
	head->nlmsg_seq = stream->number;
	asked = &hearing->asked[stream->number % ASKED];
	asked->seq = stream->number;
	asked->command = message_command(head);
	asked->dump = message_is_dump(head);
	asked->sound = message->sound;
	asked->request = head->nlmsg_flags & NLM_F_REQUEST;
	asked->crowded = hearing->lazy;
	asked->len = message->len;
}

/* Builds messages and sends them; returns whether one of them is a dump. */
static bool send_some(struct stream *stream, struct hearing *hearing)
{
	struct rng *rng = &stream->source.rng;
	u32 n = rng_one_in(rng, 4) ? 2 + rng_below(rng, BATCH_MAX - 1) : 1;
	struct message *message = &stream->message;
	u8 *batch = stream->batch;
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	bool dump = false, broken = false;
	u32 len = 0;

	while (n-- && len < BATCH_BYTES && !broken && !stream_ended(stream)) {
		build(stream);
		message_tame(message);
		if (withheld(stream))
			continue;
		ask(stream, hearing);
		record_keep(stream->worker, stream->session, stream->thread,
			    message);
		dump |= message->len >= NLMSG_HDRLEN &&
			message_is_dump((void *)message->bytes);
		/* The bytes behind a broken message are no intended message. */
		broken = !message->sound;
		memcpy(batch + len, message->bytes, message->len);
		len += message->len;
	}
	if (len && sendto(hearing->fd, batch, len, 0,
			  (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		violation(stream, batch, len, "cannot send: %s",
			  strerror(errno));
	return dump;
}

void stream_round(struct stream *stream)
{
	struct rng *rng = &stream->source.rng;
	struct hearing *hearing;
	bool dump;
	u32 port;

	hearing = &stream->hearing[*stream->script ? stream->socket :
						     rng_below(rng, SOCKETS)];
	dump = send_some(stream, hearing);
	if (dump && rng_one_in(rng, 8)) {
		/* the first part of the dump, and perhaps later the rest */
		hear(stream, hearing, rng_below(rng, 2));
		hearing->lazy = true;
		count(&totals->unread);
	} else if (hearing->lazy && !rng_one_in(rng, 4)) {
		;
	} else {
		hear(stream, hearing, ~0U);
		hearing->lazy = rng_one_in(rng, 100);
	}
	if (rng_one_in(rng, 100))
		open_again(&stream->hearing[rng_below(rng, SOCKETS)]);
	if (rng_one_in(rng, 10))
		hear(stream, &stream->listener, ~0U);
	if (rng_one_in(rng, 300)) {
		close(stream->deaf);
		stream->deaf = open_listener(&port);
	}
	if (rng_one_in(rng, 8))
		traffic_round(stream);
}
