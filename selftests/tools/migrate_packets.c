// SPDX-License-Identifier: GPL-2.0-only
/*
 * migrate_packets - checks a moving frontier with packets
 *
 * The first thread moves the frontier of a ring's migrations, holds further
 * changes, and rolls back and ends migrations, as fast as the kernel allows.
 * The second thread sends datagrams, and the third receives them at the
 * backends. Before each move, the first thread computes the owner of each flow
 * after the move, by the core alone, and records the owners. A datagram has the
 * number of the last finished move at its sending. The datagram must arrive at
 * a node that owned the flow after that move, or after a later move that had
 * begun before the arrival.
 *
 * With -o there is only one kind of migration: a node comes into service for
 * another node, with an immediate rollback.
 *
 * The ring must exist, must be empty and attached, and its established flows
 * must move.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/slab.h>
#include <linux/string.h>

#include <hashring/migrate.h>

#include "core/change.h"
#include "core/table_build.h"
#include "core/view.h"
#include "core/view_frontier.h"

#define FLOWS		256
#define NODES_MAX	16
#define NOBODY		0xff
#define DATAGRAM	12	/* flow, move */

/* A backend: name bN has id N. */
struct backend {
	const char *netns;
	struct in_addr via;
	int fd;
};

static bool at_once;	/* one kind of migration, with an immediate rollback */
static const char *ring, *director, *client, *vip, *from;
static unsigned int port = 7100, moves = 10000, nr_backends;
static struct backend backends[NODES_MAX];

static struct hr_config config;
static __u32 positions[FLOWS];
static int sockets[FLOWS];

/* Owners by flow after each move, recorded up to @begun. */
static unsigned char (*owners)[FLOWS];
static atomic_uint begun, done;
static atomic_bool stop;
static atomic_ulong sent, received, wrong, late;

/* The kernel's view, made by the same moves. */
static struct hr_view view;
static struct hr_table *origin;
static unsigned int seed = 1;
static unsigned int held, steps, rollbacks, finished;

__attribute__((noreturn))
static void die(const char *format, ...)
{
	va_list args;

	fputs("migrate_packets: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static void enter(const char *netns)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die("namespace %s: %s", netns, strerror(errno));
	close(fd);
}

static int bound_socket(struct in_addr addr, unsigned int at)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_addr = addr, .sin_port = htons(at),
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof(to)))
		die("socket: %s", strerror(errno));
	return fd;
}

/* Gives each flow its own address, and its position. */
static void open_flows(void)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(port),
	};
	struct in_addr base, source;
	unsigned int i;

	if (!inet_aton(vip, &to.sin_addr) || !inet_aton(from, &base))
		die("--vip and --from want addresses");
	enter(client);
	for (i = 0; i < FLOWS; i++) {
		struct hr_flow flow = { .family = 4, .protocol = IPPROTO_UDP };
		unsigned int at = 20000 + i;

		source.s_addr = htonl(ntohl(base.s_addr) + 1 + i * 211);
		sockets[i] = bound_socket(source, at);
		if (connect(sockets[i], (struct sockaddr *)&to, sizeof(to)))
			die("connect: %s", strerror(errno));
		memcpy(flow.saddr, &source, sizeof(source));
		memcpy(flow.daddr, &to.sin_addr, sizeof(to.sin_addr));
		flow.sport[0] = at >> 8;
		flow.sport[1] = at;
		flow.dport[0] = port >> 8;
		flow.dport[1] = port & 0xff;
		positions[i] = hr_flow_position(&config.keys,
						HASHRING_KEY_5TUPLE, &flow);
	}
}

static void open_backends(void)
{
	struct in_addr addr;
	unsigned int i;

	inet_aton(vip, &addr);
	for (i = 0; i < nr_backends; i++) {
		enter(backends[i].netns);
		backends[i].fd = bound_socket(addr, port);
	}
}

static void *send_datagrams(void *arg)
{
	__u32 datagram[DATAGRAM / sizeof(__u32)] = { 0 };
	unsigned int i;

	while (!atomic_load(&stop)) {
		for (i = 0; i < FLOWS; i++) {
			datagram[0] = i;
			datagram[1] = atomic_load(&done);
			if (send(sockets[i], datagram, sizeof(datagram), 0) ==
			    sizeof(datagram))
				atomic_fetch_add(&sent, 1);
		}
	}
	return NULL;
}

/* Whether @node owned @flow after one of these moves. */
static bool was_owner(unsigned int node, __u32 flow, __u32 low, __u32 high)
{
	for (; low <= high; low++)
		if (owners[low][flow] == node)
			return true;
	return false;
}

static void take(unsigned int node)
{
	__u32 datagram[DATAGRAM / sizeof(__u32)];
	__u32 high;

	while (recv(backends[node].fd, datagram, sizeof(datagram),
		    MSG_DONTWAIT) == sizeof(datagram)) {
		high = atomic_load(&begun);
		atomic_fetch_add(&received, 1);
		if (high > datagram[1])
			atomic_fetch_add(&late, 1);
		if (datagram[0] >= FLOWS || datagram[1] > high ||
		    was_owner(node, datagram[0], datagram[1], high))
			continue;
		if (atomic_fetch_add(&wrong, 1) < 10)
			fprintf(stderr, "migrate_packets: flow %u at b%u, sent after move %u\n",
				datagram[0], node + 1, datagram[1]);
	}
}

static void *receive_datagrams(void *arg)
{
	struct epoll_event events[NODES_MAX];
	int epoll = epoll_create1(EPOLL_CLOEXEC), got, i;

	for (i = 0; i < (int)nr_backends; i++) {
		struct epoll_event event = { .events = EPOLLIN, .data.u32 = i };

		if (epoll_ctl(epoll, EPOLL_CTL_ADD, backends[i].fd, &event))
			die("epoll_ctl: %s", strerror(errno));
	}
	/* Packets on their way at the end arrive too. */
	while ((got = epoll_wait(epoll, events, NODES_MAX, 500)) > 0 ||
	       !atomic_load(&stop))
		for (i = 0; i < got; i++)
			take(events[i].data.u32);
	close(epoll);
	return NULL;
}

/* Records the owners after the next move. */
static void announce(void)
{
	unsigned int move = atomic_load(&begun) + 1, i;

	for (i = 0; i < FLOWS; i++) {
		const struct hr_node *node = hr_view_owner(&view, positions[i]);

		owners[move][i] = node ? node->attrs.id - 1 : NOBODY;
	}
	atomic_store(&begun, move);
}

static void carried_out(struct hashring *h, int error)
{
	if (error)
		die("move %u: %s", atomic_load(&begun), hashring_error(h));
	atomic_store(&done, atomic_load(&begun));
}

static void put(struct hr_table *table)
{
	hr_table_put(table, &hr_node_plain_ops);
}

/* Continues the view with @table, from the effective map. */
static void lead_to(struct hr_table *table)
{
	struct hr_table *map;

	if (hr_view_settled(&view)) {
		map = hr_table_get(view.table);
		put(origin);
		origin = hr_table_get(map);
	} else {
		map = hr_view_compose(&view, view.frontier, 0, GFP_KERNEL,
				      &hr_node_plain_ops);
	}
	if (!map)
		die("no memory");
	put(view.table);
	put(view.from);
	view = (struct hr_view){ .table = table, .from = map, .base = map };
}

static void hold(struct hashring *h, const struct hr_op *op, __u32 nr)
{
	struct hashring_op ops[NODES_MAX] = {};
	struct hashring_change change = {
		.ring = ring, .ops = ops, .nr_ops = nr, .hold = true,
		.expect_generation = HASHRING_ANY, .max_moved = HASHRING_ANY,
	};
	struct hashring_receipt receipt = {};
	struct hr_table *next;
	struct hr_error err;
	__u32 i;

	if (hr_change_build(&config, view.table, op, nr, U32_MAX, true,
			    &hr_node_plain_ops, GFP_KERNEL, &next, &err))
		die("%s", err.text);
	lead_to(next);
	announce();
	for (i = 0; i < nr; i++) {
		ops[i].kind = op[i].kind;
		ops[i].name = op[i].name;
		if (op[i].has & HR_HAS_ATTR(ID)) {
			ops[i].has |= HASHRING_HAS_ATTR(ID) | HASHRING_HAS_VIA;
			ops[i].attrs.id = op[i].attrs.id;
			ops[i].attrs.via.has4 = true;
			ops[i].attrs.via.addr4 =
				backends[op[i].attrs.id - 1].via;
		}
		if (op[i].has & HR_HAS_ATTR(WEIGHT)) {
			ops[i].has |= HASHRING_HAS_ATTR(WEIGHT);
			ops[i].attrs.weight = op[i].attrs.weight;
		}
		if (op[i].has & HR_HAS_ATTR(STATE)) {
			ops[i].has |= HASHRING_HAS_ATTR(STATE);
			ops[i].attrs.state = op[i].attrs.state;
		}
	}
	carried_out(h, hashring_change(h, &change, &receipt));
	hashring_receipt_release(&receipt);
	held++;
}

static void step(struct hashring *h, __u64 frontier)
{
	struct hashring_step_ask ask = {
		.ring = ring, .by = HASHRING_STEP_TO, .amount = frontier,
		.expect_epoch = HASHRING_ANY,
	};

	view.frontier = frontier;
	announce();
	carried_out(h, hashring_migrate_step(h, &ask, NULL));
	steps++;
}

static void rollback_begin(struct hashring *h)
{
	struct hr_table *target;

	target = hr_table_rollback(origin, view.table, 0, GFP_KERNEL,
				   &hr_node_plain_ops);
	if (!target)
		die("no memory");
	lead_to(target);
	announce();
	carried_out(h, hashring_migrate_rollback(h, ring, NULL, false, true, NULL));
	rollbacks++;
}

/* Ends the view with @table, if not NULL. */
static void end_at(const struct hr_table *table)
{
	struct hr_table *settled = NULL;

	if (table)
		settled = hr_table_settle((struct hr_table *)table, 0,
					  GFP_KERNEL, &hr_node_plain_ops);
	if (!settled)
		die("no memory");
	put(view.table);
	put(view.from);
	view = (struct hr_view){ .table = settled };
	announce();
}

static void finish(struct hashring *h)
{
	end_at(view.table);
	carried_out(h, hashring_migrate_finish(h, ring, true, NULL));
	finished++;
}

static void rollback_at_once(struct hashring *h)
{
	struct hr_table *target;

	target = hr_table_rollback(origin, view.table, 0, GFP_KERNEL,
				   &hr_node_plain_ops);
	end_at(target);
	put(target);
	carried_out(h, hashring_migrate_rollback(h, ring, NULL, true, true, NULL));
	rollbacks++;
}

/* Adds, deletes or changes one of the nodes; at least one stays. */
static void hold_something(struct hashring *h)
{
	unsigned int i = rand_r(&seed) % nr_backends;
	struct hr_op op = { .attrs.id = i + 1,
			    .attrs.weight = 1 + rand_r(&seed) % 3 };

	snprintf(op.name, sizeof(op.name), "b%u", i + 1);
	if (!hr_table_find(view.table, op.name)) {
		/* A leaving node may still have this id. */
		for (i = 0; i < view.table->nr_slots; i++)
			if (view.table->nodes[i] &&
			    view.table->nodes[i]->attrs.id == op.attrs.id)
				return;
		op.kind = HASHRING_OP_ADD;
		op.has = HR_HAS_ATTR(ID) | HR_HAS_ATTR(WEIGHT);
	} else if (view.table->nr_nodes > 1 && rand_r(&seed) % 2) {
		op.kind = HASHRING_OP_DEL;
	} else {
		op.kind = HASHRING_OP_SET;
		op.has = HR_HAS_ATTR(WEIGHT);
	}
	hold(h, &op, 1);
}

static void migrate_packets(struct hashring *h)
{
	bool rolling = false;

	while (atomic_load(&begun) < moves) {
		unsigned int dice = rand_r(&seed) % 100;
		unsigned int before = held;

		if (hr_view_settled(&view) || dice < 10) {
			hold_something(h);
			rolling = rolling && held == before;
		} else if (dice < 13) {
			finish(h);
			rolling = false;
		} else if (dice < 16 && !rolling) {
			rollback_begin(h);
			rolling = true;
		} else {
			step(h, dice < 20 ? HR_WHOLE_RING :
					    (__u32)rand_r(&seed) << 8);
		}
	}
}

/*
 * The last backend comes into service for the first one, with an immediate
 * rollback: the flows go back to their earlier owners, and to no other node in
 * between.
 */
static void come_and_go(struct hashring *h)
{
	struct hr_op join = {
		.kind = HASHRING_OP_ADD,
		.attrs.id = nr_backends,
		.attrs.weight = 1,
		.has = HR_HAS_ATTR(ID) | HR_HAS_ATTR(WEIGHT) |
		       HR_HAS_ATTR(STATE),
		.attrs.state = HASHRING_NODE_DOWN,
	};
	struct hr_op ops[] = {
		{ .kind = HASHRING_OP_SET, .has = HR_HAS_ATTR(STATE),
		  .attrs.state = HASHRING_NODE_ACTIVE },
		{ .kind = HASHRING_OP_DEL, .name = "b1" },
	};

	snprintf(join.name, sizeof(join.name), "b%u", nr_backends);
	strscpy(ops[0].name, join.name, sizeof(ops[0].name));
	hold(h, &join, 1);
	finish(h);
	while (atomic_load(&begun) + 3 <= moves) {
		hold(h, ops, 2);
		step(h, HR_WHOLE_RING);
		rollback_at_once(h);
	}
}

/* Adds all backends except the last one. */
static void populate(struct hashring *h)
{
	struct hr_op ops[NODES_MAX] = {};
	unsigned int i;

	view.table = hr_table_empty(GFP_KERNEL);
	if (!view.table)
		die("no memory");
	for (i = 0; i + 1 < nr_backends; i++) {
		ops[i].kind = HASHRING_OP_ADD;
		ops[i].has = HR_HAS_ATTR(ID) | HR_HAS_ATTR(WEIGHT);
		ops[i].attrs.id = i + 1;
		ops[i].attrs.weight = 1;
		snprintf(ops[i].name, sizeof(ops[i].name), "b%u", i + 1);
	}
	hold(h, ops, nr_backends - 1);
	finish(h);
}

static void get_options(int argc, char **argv)
{
	int i, c;

	while ((c = getopt(argc, argv, "r:d:c:v:f:n:o")) != -1) {
		switch (c) {
		case 'r':
			ring = optarg;
			break;
		case 'd':
			director = optarg;
			break;
		case 'c':
			client = optarg;
			break;
		case 'v':
			vip = optarg;
			break;
		case 'f':
			from = optarg;
			break;
		case 'n':
			moves = strtoul(optarg, NULL, 0);
			break;
		case 'o':
			at_once = true;
			break;
		default:
			die("-r RING -d NETNS -c NETNS -v VIP -f FROM [-n MOVES] [-o] NS=VIA...");
		}
	}
	for (i = optind; i < argc && nr_backends < NODES_MAX; i++) {
		char *via = strchr(argv[i], '=');

		if (!via)
			die("'%s' is not NETNS=VIA", argv[i]);
		*via++ = '\0';
		backends[nr_backends].netns = argv[i];
		if (!inet_aton(via, &backends[nr_backends++].via))
			die("'%s' is no address", via);
	}
	if (!ring || !director || !client || !vip || !from || nr_backends < 3)
		die("wants all of -r, -d, -c, -v and -f, and three backends");
}

int main(int argc, char **argv)
{
	pthread_t sender, receiver;
	struct hashring_ring born;
	struct hashring *h;

	get_options(argc, argv);
	if (hashring_open(&h, director) || hashring_ring_get(h, ring, &born))
		die("%s", hashring_error(h));
	config.place = &hr_place_hash;
	config.points = born.points;
	config.per = born.per;
	memcpy(config.seed, born.seed, sizeof(config.seed));
	hr_keys_derive(&config.keys, config.seed);
	owners = calloc(moves + 16, sizeof(*owners));
	if (!owners)
		die("no memory");
	memset(owners[0], NOBODY, sizeof(owners[0]));
	open_flows();
	open_backends();
	populate(h);

	if (pthread_create(&receiver, NULL, receive_datagrams, NULL) ||
	    pthread_create(&sender, NULL, send_datagrams, NULL))
		die("no threads");
	if (at_once)
		come_and_go(h);
	else
		migrate_packets(h);
	atomic_store(&stop, true);
	pthread_join(sender, NULL);
	pthread_join(receiver, NULL);
	printf("moves %u\nsteps %u\nheld %u\nrollbacks %u\nfinished %u\n",
	       atomic_load(&done), steps, held, rollbacks, finished);
	printf("sent %lu\nreceived %lu\nmet %lu\nwrong %lu\n",
	       atomic_load(&sent), atomic_load(&received), atomic_load(&late),
	       atomic_load(&wrong));
	put(view.table);
	put(view.from);
	put(origin);
	hashring_close(h);
	return atomic_load(&wrong) ? 1 : 0;
}
