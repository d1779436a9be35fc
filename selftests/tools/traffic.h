/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * traffic - sends real flows through a director, and compares the backends'
 * logs
 *
 * A client sends one request for each flow and round. The backend writes a line
 * of its own log for the request, and answers with the backend's name. The logs
 * of two rounds show the moved flows.
 */
#ifndef TRAFFIC_H
#define TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#include <netinet/in.h>
#include <sys/socket.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;

#define __printf(a, b)	__attribute__((__format__(printf, a, b)))
#define __noreturn	__attribute__((__noreturn__))

#define MESSAGE_MAGIC	0x68726e67

/* Request and answer, both ends on one machine: host byte order. */
struct message {
	u32 magic;
	u32 round;
	u32 flow;
	char kind;		/* one of the KIND_* */
	char backend[64];	/* of an answer: the answering backend */
};

#define KIND_UDP	'u'
#define KIND_TCP	't'	/* a new connection each round */
#define KIND_HOLD	'h'	/* a connection kept over rounds */
#define KIND_STREAM	's'	/* a connection with exchanges */
#define KIND_ONEWAY	'w'	/* a datagram without an answer */

/*
 * After its first message a connection of KIND_STREAM has exchanges in both
 * directions, numbered from 0, with one request at a time. Each end knows every
 * byte of the next message, see stream_fill().
 */
struct exchange {
	u32 magic;
	u32 flow;
	u32 number;
	u32 wrong;		/* unexpected bytes at the backend */
	char backend[64];	/* of an answer: the answering backend */
	u32 pattern[44];
};

/**
 * struct options - options of all subcommands
 * @netns: namespace to send from; NULL: the present one
 * @vip: virtual address and port
 * @vip_len: length of @vip
 * @from: sources are the addresses with the same first 16 (IPv4) or 64 (IPv6)
 *	bits
 * @log: folder of the backends' logs
 * @first: number of the first flow
 * @count: number of flows
 * @round: number of the round
 * @window: maximum of unanswered requests
 * @tries: number of silent tries before a flow counts as lost
 * @kind: of the flows to compare, or to flood with
 * @joined: the only node that flows may move to
 * @left: the only node that flows may move from
 * @share: the expected share of moves, in 2^-32; negative: none
 * @rate: exchanges or datagrams a second, over all flows; 0: no limit
 * @fresh: new connections a second
 * @flags: of the TCP segments to forge
 * @times: number of copies of each segment
 * @numbers: file with the sequence numbers of live connections; NULL: made up
 * @seq: distance of a forged sequence number from the right one
 * @ack: the same of the ACK
 * @protocol: of the packets to flood with
 * @mark: of the packets to flood with
 */
struct options {
	const char *netns;
	struct sockaddr_storage vip;
	socklen_t vip_len;
	struct sockaddr_storage from;
	const char *log;
	u32 first;
	u32 count;
	u32 round;
	unsigned int window;
	unsigned int tries;
	char kind;
	const char *joined;
	const char *left;
	s64 share;
	u32 rate;
	u32 fresh;
	const char *flags;
	u32 times;
	const char *numbers;
	u32 seq;
	u32 ack;
	u8 protocol;
	u32 mark;
};

#define QUIET_MS	200	/* then unanswered requests are sent again */

void die(const char *format, ...) __printf(1, 2) __noreturn;
void *allocate(size_t number, size_t size);
u32 number(const char *text, const char *what);
void parse_address(const char *text, u16 port, struct sockaddr_storage *to,
		   socklen_t *len);

void enter_netns(const char *name);
int open_socket(int family, int type);
void set_option(int fd, int level, int name, int value);
void more_files(unsigned int wanted);
void watch(int epoll, int fd, u32 events, void *tag);
u64 clock_us(void);

/**
 * struct pace - a rate
 * @rate: events a second
 * @last: time of the last call, in us
 * @credit: part of an event that is not due yet, in 1/1,000,000
 */
struct pace {
	u32 rate;
	u64 last;
	u64 credit;
};

#define PACE_MS		2	/* interval between useful calls */

u32 pace_due(struct pace *pace);

/* The control message with the source of a datagram. */
union source {
	struct cmsghdr header;
	char room4[CMSG_SPACE(sizeof(struct in_pktinfo))];
	char room6[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

#define SOURCE_PORTS	64	/* different ports, over all flows */

unsigned int flow_port_index(u32 flow);
u16 source_port(unsigned int index);
void flow_address(const struct options *opt, u32 flow,
		  struct sockaddr_storage *source);
size_t set_source(union source *source, const struct options *opt, u32 flow);
int open_datagrams(const struct options *opt, unsigned int port_index);

int connect_flow(const struct options *opt, u32 flow);
int connect_error(int fd);
void reset_connection(int fd);

void stream_fill(struct exchange *exchange, u32 flow, u32 number,
		 const char *backend);
u32 stream_differ(const struct exchange *a, const struct exchange *b);

int run_sink(const struct options *opt, int argc, char **argv);
int run_udp(const struct options *opt, int argc, char **argv);
int run_tcp(const struct options *opt, int argc, char **argv);
int run_hold(const struct options *opt, int argc, char **argv);
int run_stream(const struct options *opt, int argc, char **argv);
int run_oneway(const struct options *opt, int argc, char **argv);
int run_forge(const struct options *opt, int argc, char **argv);
int run_flood(const struct options *opt, int argc, char **argv);
int run_list(const struct options *opt, int argc, char **argv);
int run_compare(const struct options *opt, int argc, char **argv);
int run_count(const struct options *opt, int argc, char **argv);

#endif
