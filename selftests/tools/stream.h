/* SPDX-License-Identifier: GPL-2.0-only */
/* Connections of `stream` in stream.c, commands and figures in stream_say.c. */
#ifndef STREAM_H
#define STREAM_H

#include "traffic.h"

#define MAX_BACKENDS	64

enum state {
	CONN_NONE,
	CONN_CONNECTING,
	CONN_GREETING,		/* the first message is on its way */
	CONN_READY,
	CONN_ASKED,		/* an exchange is under way */
	CONN_ENDED,
};

enum ending {
	END_RESET,		/* or closed by the other end */
	END_REFUSED,		/* or there was no way */
	END_SILENT,
	END_STRANGE,		/* bytes that were not expected */
	ENDINGS
};

enum settling { SETTLED, UNSETTLED, SETTLING };

enum command { NO_COMMAND, START, SETTLE, NEW };

struct connection {
	enum state state;
	bool fresh;		/* one that ends with its first answer */
	int fd;
	u32 flow;
	u32 number;		/* of its next exchange */
	u32 marks;		/* there were when it began */
	u32 asked_tick;
	u64 asked_us;
	enum settling settling;
	size_t have;
	char backend[64];
	union {
		struct message message;
		struct exchange exchange;
	} answer;
};

struct figures {
	u64 sent, lost, wrong;
	u32 exchanges;
	u32 ended[ENDINGS];
	u32 fresh, failed;
	u32 taken[MAX_BACKENDS];
};

/**
 * struct stream_client - all of it
 * @opt: as on the command line
 * @epoll: connections, and standard input without a tag
 * @held: connections that are kept
 * @fresh: room for new ones that are under way
 * @next_held: where to look for one that has nothing under way
 * @next_fresh: where to look for room
 * @next_flow: of a new connection
 * @opened: how many of @held have been tried
 * @outstanding: how many of @held wait for something
 * @alive: how many of @held have not ended
 * @unsettled: how many of these the command waits for
 * @now: figures since the beginning
 * @marked: what they were at the last mark
 * @marks: how many there were
 * @latencies: of all exchanges, in us
 * @room: of @latencies
 * @names: of backends that took new connections, in the order of @now.taken
 * @backends: how many
 * @tick: time that has passed, in QUIET_MS, of which never two pass at once
 * @tick_us: when the last one did
 * @command: that waits for its answer
 * @wanted: what NEW waits for
 * @stopped: no command follows
 * @line: what was read and not obeyed
 * @line_len: its length
 */
struct stream_client {
	const struct options *opt;
	int epoll;
	struct connection *held, *fresh;
	u32 next_held, next_fresh;
	u32 next_flow;
	u32 opened, outstanding;
	u32 alive, unsettled;
	struct figures now, marked;
	u32 marks;
	u32 *latencies, room;
	char names[MAX_BACKENDS][64];
	unsigned int backends;
	u32 tick;
	u64 tick_us;
	enum command command;
	u32 wanted;
	bool stopped;
	char line[64];
	size_t line_len;
};

void begin_settling(struct stream_client *client, enum command command);
void read_lines(struct stream_client *client);
void obey_lines(struct stream_client *client);
void finish_command(struct stream_client *client);
void print_figures(const struct stream_client *client,
		   const struct figures *since);

#endif
