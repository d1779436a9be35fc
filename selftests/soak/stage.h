/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A ring under traffic, and the check of its packets. Before each move, the
 * owner of each flow after the move is recorded. A packet has the number of the
 * last finished move at its sending. The packet must arrive at a node that
 * owned the flow after that move, or after a later move that had begun before
 * the arrival.
 */
#ifndef SELFTESTS_SOAK_STAGE_H
#define SELFTESTS_SOAK_STAGE_H

#include "expected.h"

#include <hashring/attach.h>

#define STAGES		4
#define UDP_FLOWS	256
#define TCP_FLOWS	4096	/* no flow is used twice within a timeout */
#define UDP_LOG		8192	/* recorded moves */
#define TCP_LOG		1024
#define SAID		8		/* moves with words */
#define NOBODY		(PLAIN + 1)
#define CONNECTIONS	48	/* at a time */

/**
 * struct flow - one flow of a stage
 * @position: its position
 * @port: its source port
 * @v6: its family
 * @from: its source
 */
struct flow {
	__u32 position;
	__u16 port;
	bool v6;
	union {
		struct in_addr v4;
		struct in6_addr v6;
	} from;
};

/* Values of the counters. */
struct reading {
	bool taken, settled;
	unsigned long sent, received;
	struct hashring_attach_stats stats;
	__u64 node[BACKENDS];
	__u64 nodes;
	unsigned long at[BACKENDS + 1];
};

/**
 * struct stage - a ring under traffic
 * @number: from 0
 * @director: namespace
 * @tcp: traffic is connections, else datagrams
 * @port: of both ends
 * @vip4: destination
 * @vip6: destination
 * @expected: the ring
 * @flow: flows of the ring
 * @nr_flows: number of @flow
 * @owners: of each flow after each move, a bit for each backend
 * @log: number of recorded moves
 * @said: the last moves in words
 * @begun: number of recorded moves
 * @done: number of finished moves
 * @attached: packets go by the ring; else by the plain route
 * @turning: packets may go by either way
 * @attach: attachment of the ring
 * @cuts: incremented before and after each move that may cut connections
 * @hush: nothing is to be sent
 * @hushed: nothing is sent
 * @sent: datagrams
 * @received: messages that arrived at a backend
 * @at: the same by backend
 * @settled: every live connection was heard of after this move
 * @last: the previous reading
 * @plain_seen: of @at[PLAIN], before the module was unloaded
 */
struct stage {
	unsigned int number;
	const char *director;
	bool tcp;
	__u16 port;
	struct in_addr vip4;
	struct in6_addr vip6;
	struct expected expected;
	struct flow *flow;
	unsigned int nr_flows;
	unsigned char *owners;
	unsigned int log;
	char said[SAID][EXPECTED_WORDS];
	atomic_uint begun, done;
	bool attached, turning;
	struct hashring_attach attach;
	atomic_uint cuts;
	atomic_uint hush;
	atomic_bool hushed;
	atomic_ulong sent, received, at[BACKENDS + 1];
	atomic_uint settled;
	struct reading last;
	unsigned long plain_seen;
};

extern struct stage stages[STAGES];

/* stage.c */
void start_stages(void);
void stage_announce(void *arg, const struct hr_view *next);
const char *stage_last_moves(const struct stage *s, unsigned int high,
			     char *text, size_t size);
void stage_cut(struct stage *s);
bool stage_judge(struct stage *s, unsigned int backend, unsigned int flow,
		 unsigned int sent_after);
int stage_socket(const struct stage *s, bool v6, int type, bool backend,
		 const struct flow *flow);
void stages_hush(bool hush);

/* stage_check.c */
void stage_hush(struct stage *s, bool hush);
void stage_check(struct stage *s);
void stage_detach(struct stage *s);
void stage_attaching(struct stage *s);
void stage_attached(struct stage *s);
void stage_attach(struct stage *s);

/* udp.c, tcp.c */
void start_udp(struct stage *s);
void udp_burst(struct stage *s);
void start_tcp(struct stage *s);

#endif
