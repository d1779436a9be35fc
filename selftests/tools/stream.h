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
	END_STRANGE,		/* unexpected bytes */
	ENDINGS
};

enum settling { SETTLED, UNSETTLED, SETTLING };

enum command { NO_COMMAND, START, SETTLE, NEW };

struct connection {
	enum state state;
	bool fresh;		/* ends with its first answer */
	int fd;
	u32 flow;
	u32 number;		/* of the next exchange */
	u32 marks;		/* number of marks when the connection began */
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
 * struct stream_client - the state of a stream
 * @opt: options of the command line
 * @epoll: connections, and standard input without a tag
 * @held: connections that are kept
 * @fresh: places of new connections
 * @next_held: where to look for an idle connection
 * @next_fresh: where to look for a free place
 * @next_flow: flow of the next new connection
 * @opened: number of @held that were tried
 * @outstanding: number of @held that wait
 * @alive: number of @held that have not ended
 * @unsettled: number of @held that the command waits for
 * @now: figures since the beginning
 * @marked: figures at the last mark
 * @marks: number of marks
 * @latencies: of all exchanges, in us
 * @room: size of @latencies
 * @names: backends with new connections, in the order of @now.taken
 * @backends: number of @names
 * @tick: elapsed time, in QUIET_MS, one at most at a time
 * @tick_us: time of the last tick
 * @command: the command that waits for its answer
 * @wanted: the number that NEW waits for
 * @stopped: no command follows
 * @line: input that was read and not carried out
 * @line_len: length of @line
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
