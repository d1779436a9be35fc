/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz-netlink - messages of all kinds for the hashring family
 *
 * Each worker is a process that runs one session after the other. Each session
 * has a network namespace of its own, and a few threads. Each thread sends a
 * stream of messages. At the end the state of the namespace is checked, and the
 * namespace is removed. The messages of a stream depend on the seed, the
 * worker, the session, the thread, and the kernel's answers.
 *
 *	table.py	the spec as a table
 *	draw.c		values of attributes
 *	build.c		valid messages by the spec
 *	script.c	meaningful sequences of messages
 *	spoil.c		faults in messages
 *	answer.c	compares answers with the table
 *	stream.c	sockets, with the messages to and from them
 *	session.c	a namespace with its threads
 *	settle.c	checks at the end of a session; rebuild.c: the same map, made again
 *	worker.c	workers, and a visitor to their namespaces
 *	watch.c		the kernel's log, and progress
 *	record.c	the last messages, for the case of a dead kernel
 *	show.c		prints messages
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <linux/hashring.h>

#include "table.h"

#define WORKERS		6
#define THREADS		3	/* of a session; the last one has no privilege */
#define COMMANDS_MAX	64
#define ERRORS_MAX	256

#define __printf(a, b)	__attribute__((__format__(printf, a, b)))
#define __noreturn	__attribute__((__noreturn__))
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

void die(const char *what) __noreturn;

/* Reproducible pseudorandom numbers (xorshift64*). */
struct rng {
	u64 state;
};

static inline u64 rng_next(struct rng *rng)
{
	rng->state ^= rng->state >> 12;
	rng->state ^= rng->state << 25;
	rng->state ^= rng->state >> 27;
	return rng->state * 0x2545f4914f6cdd1dULL;
}

/* Below @n, which is not 0. */
static inline u32 rng_below(struct rng *rng, u32 n)
{
	return (u32)(rng_next(rng) >> 32) % n;
}

static inline bool rng_one_in(struct rng *rng, u32 n)
{
	return !rng_below(rng, n);
}

void rng_seed(struct rng *rng, u64 seed, u32 a, u32 b, u32 c);

/* build.c */

#define MESSAGE_MAX	(96 * 1024)

/**
 * struct message - a request, or several requests
 * @len: length of @bytes
 * @sound: the message is valid by the spec, with any values
 * @bytes: the netlink messages
 */
struct message {
	u32 len;
	bool sound;
	u8 bytes[MESSAGE_MAX] __attribute__((aligned(NLMSG_ALIGNTO)));
};

void message_begin(struct message *message, u8 command, u16 flags);
void message_put(struct message *message, u16 type, const void *data, u32 len);
struct nlattr *message_nest(struct message *message, u16 type);
void message_nest_end(struct message *message, struct nlattr *nest);
void message_end(struct message *message);
void build_typed(struct source *from, struct message *message);
void message_tame(struct message *message);
const struct spec_command *message_command(const struct nlmsghdr *head);
bool message_is_dump(const struct nlmsghdr *head);

extern u16 family;	/* number of the family in this kernel */
extern u32 events;	/* number of its multicast group */

static inline u32 attr_payload(const struct nlattr *attr)
{
	return attr->nla_len - NLA_HDRLEN;
}

static inline const void *attr_data(const struct nlattr *attr)
{
	return (const u8 *)attr + NLA_HDRLEN;
}

static inline u16 attr_type(const struct nlattr *attr)
{
	return attr->nla_type & NLA_TYPE_MASK;
}

/* The attribute at @at, or NULL if it is not complete. */
static inline struct nlattr *attr_at(const u8 *at, const u8 *end)
{
	struct nlattr *attr = (struct nlattr *)at;

	if (end - at < NLA_HDRLEN || attr->nla_len < NLA_HDRLEN ||
	    attr->nla_len > end - at)
		return NULL;
	return attr;
}

static inline const u8 *attr_end(const struct nlattr *attr)
{
	return (const u8 *)attr + NLA_ALIGN(attr->nla_len);
}

/* draw.c */

/**
 * struct source - the source of values
 * @rng: random numbers
 * @wild: one value in so many is an extreme of its type
 * @ring: number of the sequence's ring name; or -1
 * @generation: the last one received
 * @epoch: the last one received
 * @attach: id of the last attachment
 */
struct source {
	struct rng rng;
	u32 wild;
	int ring;
	u64 generation;
	u64 epoch;
	u32 attach;
};

#define HUGE_RING	"huge"	/* no change names this ring, of any size */

void draw_init(void);
void draw_limit(const char *name, u64 value);
void draw_attr(struct source *from, struct message *to,
	       const struct spec_set *set, u16 type);
void draw_set(struct source *from, struct message *to,
	      const struct spec_set *set, u64 which);

/* spoil.c */
void spoil(struct source *from, struct message *message);
void build_garbage(struct source *from, struct message *message);

/* record.c */

#define RECORDS		16	/* of a stream */
#define LAST		40	/* of all, that are printed */
#define RECORD_BYTES	1000

/**
 * struct record - a message before its sending
 * @number: of all messages, from 1; 0: none
 * @worker: worker of the stream
 * @session: session of the stream
 * @thread: thread of the stream
 * @len: length of the complete message
 * @bytes: the first bytes
 */
struct record {
	u64 number;
	u32 worker;
	u32 session;
	u32 thread;
	u32 len;
	u8 bytes[RECORD_BYTES];
};

struct record_file {
	u64 seed;
	struct record record[WORKERS + 1][THREADS][RECORDS];
};

void record_open(const char *path, u64 seed);
void record_keep(u32 worker, u32 session, u32 thread,
		 const struct message *message);
void record_say(FILE *to, u32 last);
void record_show(const char *path, u32 last);

/* show.c */
void show_message(FILE *to, const void *bytes, u32 len);

/* stream.c, script.c, answer.c */

#define SOCKETS		3	/* of a stream */
#define BATCH_BYTES	100000	/* in one send, without the last message */
#define ASKED		64	/* requests of a socket with a possible answer */

/**
 * struct asked - a request that may get an answer
 * @seq: sequence number
 * @command: the command for the kernel; NULL: none of the family
 * @dump: the request is a dump
 * @sound: see &struct message
 * @request: the kernel takes the message for a request
 * @crowded: the answer may have found no room
 * @len: length of the request
 */
struct asked {
	u32 seq;
	const struct spec_command *command;
	bool dump;
	bool sound;
	bool request;
	bool crowded;
	u32 len;
};

struct hearing {
	int fd;
	u32 port;
	bool lazy;	/* received messages visited unread for now */
	struct asked asked[ASKED];
};

/**
 * struct stream - the messages of one thread
 * @worker: number of the worker
 * @session: number of the session
 * @thread: number of the thread in the session
 * @messages: number of messages to send
 * @privileged: has all capabilities
 * @unleased: never paces a migration
 * @source: source of values
 * @script: remaining part of a sequence
 * @begun: number of rings that the first sequences have made
 * @socket: number of the sequence's socket
 * @hearing: sockets
 * @listener: receives events, and reads them
 * @deaf: receives events, and never reads; -1: none
 * @udp: sends packets; -1: none
 * @number: number of sent messages, and the last seq
 * @message: the message under construction
 * @batch: messages of the next send
 */
struct stream {
	u32 worker;
	u32 session;
	u32 thread;
	u32 messages;
	bool privileged;
	bool unleased;
	struct source source;
	const char *script;
	u32 begun;
	u32 socket;
	struct hearing hearing[SOCKETS];
	struct hearing listener;
	int deaf;
	int udp;
	u32 number;
	struct message message;
	u8 batch[BATCH_BYTES + MESSAGE_MAX] __attribute__((aligned(NLMSG_ALIGNTO)));
};

struct stream *stream_new(u64 seed, u32 worker, u32 session, u32 thread,
			  u32 messages);
void stream_open(struct stream *stream);
void stream_round(struct stream *stream);
bool stream_ended(const struct stream *stream);
void stream_close(struct stream *stream);

void script_next(struct stream *stream, struct message *message);
void script_any(struct stream *stream, struct message *message);

void answer_check(struct stream *stream, struct hearing *hearing,
		  const struct nlmsghdr *head);

/* session.c, worker.c, settle.c, rebuild.c */

/**
 * struct play - the selected part of a run
 * @seed: seed of the run
 * @messages: stop after so many messages; 0: no limit
 * @seconds: stop after so many seconds; 0: no limit
 * @worker: run only this worker, in one thread; -1: all
 * @session: run only this session of @worker
 */
struct play {
	u64 seed;
	u64 messages;
	u32 seconds;
	int worker;
	u32 session;
};

void session_run(const struct play *play, u32 worker, u32 session,
		 bool in_turn);
void traffic_round(struct stream *stream);
int traffic_open(void);
int workers_run(const struct play *play);
void settle(struct stream *stream);

void watch_begin(void);
const char *watch(void);

/**
 * struct totals - counts of all processes
 * @sent: messages
 * @heard: answers
 * @events: received events
 * @unread: dumps that were not read to the end
 * @interrupted: dumps that were interrupted by a change
 * @overruns: sockets with a reported loss
 * @packets: packets that streams sent
 * @sessions: finished sessions
 * @visits: of the visitor
 * @settled: rings with a successful check at the end of a session
 * @rebuilt: of @settled, rings that were made again with the same digest
 * @violations: failed checks
 * @accepted: by command, without completed dumps
 * @dumped: completed dumps, by command
 * @refused: by command
 * @errors: by errno
 * @stop: the run ends, after enough messages or a fault
 * @session_pid: process of each worker's session; 0: none
 * @visit_lock: held during a visit, and during the final checks
 */
struct totals {
	u64 sent;
	u64 heard;
	u64 events;
	u64 unread;
	u64 interrupted;
	u64 overruns;
	u64 packets;
	u64 sessions;
	u64 visits;
	u64 settled;
	u64 rebuilt;
	u64 violations;
	u64 accepted[COMMANDS_MAX];
	u64 dumped[COMMANDS_MAX];
	u64 refused[COMMANDS_MAX];
	u64 errors[ERRORS_MAX];
	bool stop;
	int session_pid[WORKERS];
	pthread_mutex_t visit_lock[WORKERS];
};

extern struct totals *totals;

static inline void count(u64 *counter)
{
	__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

static inline u64 counted(const u64 *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

static inline bool stopped(void)
{
	return __atomic_load_n(&totals->stop, __ATOMIC_RELAXED);
}

void violation(const struct stream *stream, const void *bytes, u32 len,
	       const char *format, ...) __printf(4, 5);

#endif
