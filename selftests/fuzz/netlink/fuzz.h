/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz-netlink - messages of all kinds for the hashring family
 *
 * A house is a process that lives one life after the other. Each life has a
 * network namespace of its own, in which a few threads each send a stream of
 * messages; at its end what is left there is checked, and goes with it. What
 * a stream sends follows from the seed, the house, the life and the thread,
 * and from what the kernel answers.
 *
 *	table.py	what the spec says, as a table
 *	draw.c		values of attributes
 *	build.c		messages that are what the spec wants
 *	script.c	sequences of them that make sense
 *	spoil.c		and what is wrong with others
 *	answer.c	answers, held against the table
 *	stream.c	sockets, and what is sent and heard on them
 *	life.c		a namespace with its threads
 *	settle.c	what must hold at its end; rebuild.c: the same map, made anew
 *	house.c		lives in turn, and an outsider who comes and goes
 *	watch.c		the kernel's log, and whether anything moves
 *	record.c	the last messages, for whoever finds the kernel dead
 *	show.c		messages for people
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

#define HOUSES		6
#define THREADS		3	/* of a life; the last one has no privilege */
#define COMMANDS_MAX	64
#define ERRORS_MAX	256

#define __printf(a, b)	__attribute__((__format__(printf, a, b)))
#define __noreturn	__attribute__((__noreturn__))
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

void die(const char *what) __noreturn;

/* Numbers that look random, and are the same again (xorshift64*). */
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
 * struct message - a request, or several in one
 * @len: of it
 * @sound: it is what the spec wants, whatever its values are
 * @bytes: netlink's
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

extern u16 family;	/* its number in this kernel */
extern u32 events;	/* and that of its group */

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

/* The attribute that begins at @at, or NULL where there is not all of one. */
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
 * struct source - what values come from
 * @rng: chance
 * @wild: one value in so many is drawn from the ends of its type
 * @ring: which of the rings' names, where a sequence keeps to one; or -1
 * @generation: the last one that was told
 * @epoch: and this
 * @attach: and the last attachment's id
 */
struct source {
	struct rng rng;
	u32 wild;
	int ring;
	u64 generation;
	u64 epoch;
	u32 attach;
};

#define HUGE_RING	"huge"	/* no change names it: its sizes may be anything */

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
#define LAST		40	/* of all, that are said */
#define RECORD_BYTES	1000

/**
 * struct record - a message that is being sent
 * @number: of all messages, from 1; 0: none
 * @house: whose it is
 * @life: and when
 * @thread: and of which stream
 * @len: of all of it
 * @bytes: its beginning
 */
struct record {
	u64 number;
	u32 house;
	u32 life;
	u32 thread;
	u32 len;
	u8 bytes[RECORD_BYTES];
};

struct record_file {
	u64 seed;
	struct record record[HOUSES + 1][THREADS][RECORDS];
};

void record_open(const char *path, u64 seed);
void record_keep(u32 house, u32 life, u32 thread, const struct message *message);
void record_say(FILE *to, u32 last);
void record_show(const char *path, u32 last);

/* show.c */
void show_message(FILE *to, const void *bytes, u32 len);

/* stream.c, script.c, answer.c */

#define SOCKETS		3	/* of a stream */
#define BATCH_BYTES	100000	/* in one send, but the last message: sockets have bounds */
#define ASKED		64	/* messages of a socket whose answer may come */

/**
 * struct asked - a request whose answer may come
 * @seq: its number
 * @command: what the kernel takes it for; NULL: for nothing of ours
 * @dump: it asks for a dump
 * @sound: see &struct message
 * @request: the kernel takes it for a request
 * @crowded: there may have been no room for the answer
 * @len: of it
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
	bool lazy;	/* what comes is left unread for now */
	struct asked asked[ASKED];
};

/**
 * struct stream - one thread's messages
 * @house: which house
 * @life: which of its lives
 * @thread: which of the life's threads
 * @messages: how many to send
 * @privileged: may do everything
 * @unleased: never paces a migration
 * @source: values
 * @script: what is left of a sequence
 * @begun: rings that its first sequences have made
 * @socket: the one that the sequence is sent on
 * @hearing: sockets
 * @listener: hears of events, and reads
 * @deaf: hears of events, and never reads; -1: none
 * @udp: sends packets; -1: none
 * @number: messages sent so far, and the last one's seq
 * @message: the one that is put together
 * @batch: what is sent at once
 */
struct stream {
	u32 house;
	u32 life;
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

struct stream *stream_new(u64 seed, u32 house, u32 life, u32 thread,
			  u32 messages);
void stream_open(struct stream *stream);
void stream_round(struct stream *stream);
bool stream_ended(const struct stream *stream);
void stream_close(struct stream *stream);

void script_next(struct stream *stream, struct message *message);
void script_any(struct stream *stream, struct message *message);

void answer_check(struct stream *stream, struct hearing *hearing,
		  const struct nlmsghdr *head);

/* life.c, house.c, settle.c, rebuild.c */

/**
 * struct play - which part of a run is to be played
 * @seed: of all
 * @messages: end when so many were sent; 0: no end
 * @seconds: end after so many; 0: no end
 * @house: play this one alone, in one thread; -1: all
 * @life: and this one of its lives
 */
struct play {
	u64 seed;
	u64 messages;
	u32 seconds;
	int house;
	u32 life;
};

void life_live(const struct play *play, u32 house, u32 life, bool in_turn);
void traffic_round(struct stream *stream);
int traffic_open(void);
int houses_run(const struct play *play);
void settle(struct stream *stream);

void watch_begin(void);
const char *watch(void);

/**
 * struct totals - what all processes count together
 * @sent: messages
 * @heard: answers
 * @events: and events
 * @unread: dumps that were left
 * @interrupted: dumps that were cut short by a change
 * @overruns: sockets that heard of a loss
 * @packets: sent meanwhile
 * @lives: ended
 * @visits: of the outsider
 * @settled: rings that were found well at the end of a life
 * @rebuilt: of these, made anew with the same digest
 * @violations: of what must hold
 * @accepted: by command; dumps that came to their end apart
 * @dumped: the same
 * @refused: by command
 * @errors: by errno
 * @stop: enough was sent, or something is wrong
 * @living: the process of a house's life; 0: none
 * @door: held while somebody is in a house who may change what is checked
 */
struct totals {
	u64 sent;
	u64 heard;
	u64 events;
	u64 unread;
	u64 interrupted;
	u64 overruns;
	u64 packets;
	u64 lives;
	u64 visits;
	u64 settled;
	u64 rebuilt;
	u64 violations;
	u64 accepted[COMMANDS_MAX];
	u64 dumped[COMMANDS_MAX];
	u64 refused[COMMANDS_MAX];
	u64 errors[ERRORS_MAX];
	bool stop;
	int living[HOUSES];
	pthread_mutex_t door[HOUSES];
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
