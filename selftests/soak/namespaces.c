// SPDX-License-Identifier: GPL-2.0-only
/*
 * soak: rings in namespaces of their own, without the traffic of stages
 *
 * For each placement a worker moves a ring as fast as possible. Another worker
 * makes namespaces with rings, attachments, migrations and staged changes, and
 * removes each namespace with all of these.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "expected.h"

#include <hashring/attach.h>

#define MARK		0x100
#define DATAGRAMS	20
#define HERE		"10.9.9.9"	/* of the loopback: packets to it come back */

static struct expected placement_rings[3];

static void *move_ring(void *arg)
{
	struct expected *t = arg;
	unsigned int life = 0, moves = 0;
	bool there = false;

	new_netns();
	while (!stopped()) {
		if (gate_closed()) {
			/*
			 * A module that is unloaded removes the ring in any
			 * state.
			 */
			gate_park(t->worker);
			continue;
		}
		if (!there || life != atomic_load(&shared->life)) {
			life = atomic_load(&shared->life);
			expected_create_small(t, hr_place_kind(t->config.place), 40);
			expected_populate(t, 5);
			there = true;
		}
		expected_move(t);
		got_on(t->worker);
		if (++moves % 64 == 0)
			expected_check(t, 2048);
		if (moves % 256 == 0)
			expected_check_history(t);
	}
	expected_release(t);
	hashring_close(t->h);
	return NULL;
}

/* --- namespaces ------------------------------------------------------------- */

/* Sends packets by a ring: the ring counts each packet once. */
static void send_some(struct expected *t)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	struct ifreq request = { .ifr_name = "lo" };
	struct hashring_attach attach = {
		.has = HASHRING_ATTACH_MODE, .hook = HASHRING_HOOK_OUTPUT,
		.mark = MARK, .mark_mask = MARK,
		.key_policy = HASHRING_KEY_5TUPLE,
		.mode = HASHRING_ATTACH_MODE_OBSERVE,
	}, made;
	unsigned int i, sent = 0;
	int fd, mark = MARK;

	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	inet_pton(AF_INET, HERE, &to.sin_addr);
	memcpy(&request.ifr_addr, &to, sizeof(to));
	if (fd < 0 || ioctl(fd, SIOCSIFADDR, &request) ||
	    setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)))
		die("loopback: %s", strerror(errno));
	if (hashring_attach_add(t->h, t->ring, &attach, &made)) {
		violation("state", "%s: not attached: %s", t->ring,
			  hashring_error(t->h));
		close(fd);
		return;
	}
	for (i = 0; i < DATAGRAMS; i++)
		sent += sendto(fd, "", 1, 0, (struct sockaddr *)&to,
			       sizeof(to)) == 1;
	close(fd);
	if (hashring_attach_get(t->h, made.id, &attach))
		violation("state", "%s: no counters: %s", t->ring,
			  hashring_error(t->h));
	else if (attach.stats.packets != sent ||
		 attach.stats.steered + attach.stats.passed != sent)
		violation("counters", "%s: %llu packets of %u", t->ring,
			  attach.stats.packets, sent);
	count(FIG_COUNTERS, 1);
	if (below(&t->seed, 2))
		hashring_attach_del(t->h, made.id);
	else
		t->attached = expected_attach_digest(&made);
}

/* Takes a pacer's lease, which the socket holds. */
static void take_lease(struct expected *t)
{
	const struct hashring_lease lease = {
		.holder = "soak", .deadline = HASHRING_ANY,
		.quiet = HASHRING_ANY,
	};

	if (!expected_settled(t))
		hashring_migrate_run(t->h, t->ring, &lease, NULL);
}

static void one_ring(struct expected *t, unsigned int number)
{
	unsigned int moves = below(&t->seed, 30);

	snprintf(t->ring, sizeof(t->ring), "ring%u", number);
	expected_create_small(t, below(&t->seed, 3), 10);
	expected_populate(t, 3);
	if (!number)
		send_some(t);
	while (moves-- && !stopped() && !gate_closed())
		expected_move(t);
	expected_check(t, 512);
	if (below(&t->seed, 2))
		take_lease(t);
}

/* Makes a namespace; it ends before, or together with, its connections. */
static void one_namespace(struct worker *w, unsigned int *seed)
{
	struct expected rings[3] = {};
	unsigned int n = 1 + below(seed, 3), i;
	bool early = below(seed, 2);

	new_netns();
	for (i = 0; i < n; i++) {
		rings[i].worker = w;
		rings[i].seed = *seed + i;
		rings[i].names = 8;
		one_ring(&rings[i], i);
		got_on(w);
		if (below(seed, 4) == 0)
			hashring_ring_del(rings[i].h, rings[i].ring);
	}
	if (early)
		enter_netns("/proc/1/ns/net");
	for (i = 0; i < n; i++) {
		expected_release(&rings[i]);
		hashring_close(rings[i].h);
	}
	if (!early)
		enter_netns("/proc/1/ns/net");
	count(FIG_NAMESPACES, 1);
}

static void *make_namespaces(void *arg)
{
	unsigned int seed = run_seed + 300;
	struct worker *w = arg;

	while (!stopped()) {
		if (gate_closed()) {
			gate_park(w);
			continue;
		}
		one_namespace(w, &seed);
		got_on(w);
		nap_ms(below(&seed, 200));
	}
	return NULL;
}

void start_namespaces(void)
{
	unsigned int i;

	for (i = 0; i < 3; i++) {
		struct expected *t = &placement_rings[i];
		char name[32];

		t->config.place = hr_place_by_kind(i);
		snprintf(t->ring, sizeof(t->ring), "alone");
		t->seed = run_seed + 200 + i;
		t->names = EXPECTED_NAMES;
		snprintf(name, sizeof(name), "ring %s", t->config.place->name);
		t->worker = new_worker(name, true);
		start_worker(t->worker, move_ring, t);
	}
	start_alone("namespaces", true, make_namespaces);
}
