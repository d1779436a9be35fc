// SPDX-License-Identifier: GPL-2.0-only
/*
 * soak: rings under traffic, and the workers that move these rings
 *
 * Rings whose flows move with their arcs get all kinds of moves, as fast as
 * possible. Rings whose connections stay get migrations that break no
 * connection, and sometimes a move that does.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stage.h"

#define CLIENT_NET4	0xc6120000u	/* 198.18.0.0/16 */
#define TCP_TIMEOUT	60000		/* ms */
#define SYN_TIMEOUT	20000		/* a busy host makes the clock leap */
#define FIN_TIMEOUT	1000
#define QUIET		3000		/* packets take less time to be steered */

struct stage stages[STAGES];

static const struct {
	bool tcp;
	__u32 placement;
} kinds[STAGES] = {
	{ false, HASHRING_PLACEMENT_HASH },
	{ true, HASHRING_PLACEMENT_BALANCED },
	{ false, HASHRING_PLACEMENT_BALANCED },
	{ true, HASHRING_PLACEMENT_HASH },
};

/* --- owners --------------------------------------------------------------- */

static unsigned char *owners_after(const struct stage *s, unsigned int move)
{
	return s->owners + (size_t)(move % s->log) * s->nr_flows;
}

static unsigned char bit_of(const struct hr_node *node)
{
	return 1 << (node && node->attrs.id <= BACKENDS ? node->attrs.id - 1 :
							  NOBODY);
}

/*
 * The possible owners of a flow. Without a free entry, a new connection may
 * also go to the last settled owner.
 */
static unsigned char may_own(const struct stage *s, const struct hr_view *view,
			     __u32 position)
{
	unsigned char bits = bit_of(hr_view_owner(view, position));
	__u32 base, now, then;

	if (!s->tcp || hr_view_settled(view))
		return bits;
	hr_view_slots(view, position, &base, &now, &then);
	return bits | bit_of(hr_view_node(view, base));
}

/* Called before the move to @next, and with NULL after it. */
void stage_announce(void *arg, const struct hr_view *next)
{
	unsigned int move, i;
	struct stage *s = arg;
	unsigned char *owners;

	move = atomic_load(&s->begun) + 1;
	if (!next) {
		atomic_store(&s->done, move - 1);
		return;
	}
	owners = owners_after(s, move);
	for (i = 0; i < s->nr_flows; i++) {
		owners[i] = 0;
		if (!s->attached || s->turning)
			owners[i] |= 1 << PLAIN;
		if (s->attached || s->turning)
			owners[i] |= may_own(s, next, s->flow[i].position);
	}
	memcpy(s->said[move % SAID], s->expected.doing, EXPECTED_WORDS);
	atomic_store(&s->begun, move);
}

/* The last moves in words; the newest one may be incomplete. */
const char *stage_last_moves(const struct stage *s, unsigned int high,
			     char *text, size_t size)
{
	unsigned int i;
	size_t at = 0;

	*text = '\0';
	for (i = high < SAID ? 1 : high - SAID + 1; i <= high && at < size; i++)
		at += snprintf(text + at, size - at, ", %u: %.*s", i,
			       EXPECTED_WORDS, s->said[i % SAID]);
	return text;
}

/* Called before and after a move that may break connections. */
void stage_cut(struct stage *s)
{
	atomic_fetch_add(&s->cuts, 1);
}

/* Whether a backend may get a flow whose packet was sent after that move. */
bool stage_judge(struct stage *s, unsigned int backend, unsigned int flow,
		 unsigned int sent_after)
{
	unsigned int high = atomic_load(&s->begun), move = sent_after;
	char text[SAID * (EXPECTED_WORDS + 16)];

	atomic_fetch_add(&s->at[backend], 1);
	atomic_fetch_add(&s->received, 1);
	count(FIG_PACKETS, 1);
	count(FIG_MET, high > sent_after);
	count(FIG_DETOURS, backend == PLAIN);
	if (flow >= s->nr_flows || sent_after > high) {
		violation("owner", "stage %u: a packet that nobody sent",
			  s->number);
		return false;
	}
	/* The log does not reach back to this move. */
	if (high - move >= s->log - 1)
		return true;
	for (; move <= high; move++)
		if (owners_after(s, move)[flow] & 1 << backend)
			return true;
	violation("owner",
		  "stage %u: flow %u (%08x) at backend %u, not in %#x, sent after move %u of %u%s",
		  s->number, flow, s->flow[flow].position, backend + 1,
		  owners_after(s, high)[flow], sent_after, high,
		  stage_last_moves(s, high, text, sizeof(text)));
	return false;
}

/* --- flows ---------------------------------------------------------------- */

/* A socket of the client, or of a backend, in the present namespace. */
int stage_socket(const struct stage *s, bool v6, int type, bool backend,
		 const struct flow *flow)
{
	struct sockaddr_in at4 = { .sin_family = AF_INET };
	struct sockaddr_in6 at6 = { .sin6_family = AF_INET6 };
	int on = 1, fd, size = 4 << 20;

	fd = socket(v6 ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK,
		    0);
	if (fd < 0)
		die("socket: %s", strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof(on));
	if (backend)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	at4.sin_port = htons(backend ? s->port : flow->port);
	at6.sin6_port = at4.sin_port;
	at4.sin_addr = backend ? s->vip4 : flow->from.v4;
	if (v6)
		at6.sin6_addr = backend ? s->vip6 : flow->from.v6;
	if (bind(fd, v6 ? (struct sockaddr *)&at6 : (struct sockaddr *)&at4,
		 v6 ? sizeof(at6) : sizeof(at4)))
		die("stage %u: bind: %s", s->number, strerror(errno));
	return fd;
}

static void make_flows(struct stage *s)
{
	unsigned int i;

	s->flow = calloc(s->nr_flows, sizeof(*s->flow));
	if (!s->flow)
		die("no memory");
	for (i = 0; i < s->nr_flows; i++) {
		struct hr_flow key = {
			.family = i % 2 ? 6 : 4,
			.protocol = s->tcp ? IPPROTO_TCP : IPPROTO_UDP,
		};
		struct flow *flow = &s->flow[i];
		char address[64];

		flow->v6 = i % 2;
		flow->port = 20000 + i;
		snprintf(address, sizeof(address), "2001:db8:c::%x:%x",
			 s->number + 1, i + 1);
		if (flow->v6) {
			inet_pton(AF_INET6, address, &flow->from.v6);
			memcpy(key.saddr, &flow->from.v6, 16);
			memcpy(key.daddr, &s->vip6, 16);
		} else {
			flow->from.v4.s_addr = htonl(CLIENT_NET4 + 1 +
						     i * 211 % 65000);
			memcpy(key.saddr, &flow->from.v4, 4);
			memcpy(key.daddr, &s->vip4, 4);
		}
		key.sport[0] = flow->port >> 8;
		key.sport[1] = flow->port;
		key.dport[0] = s->port >> 8;
		key.dport[1] = s->port;
		flow->position = hr_flow_position(&s->expected.config.keys,
						  HASHRING_KEY_5TUPLE, &key);
	}
}

/* --- movers --------------------------------------------------------------- */

/* Makes moves of all kinds, as fast as possible. */
static void *move_freely(void *arg)
{
	struct stage *s = arg;
	struct expected *t = &s->expected;
	unsigned int life = atomic_load(&shared->life), moves = 0;

	while (!stopped()) {
		if (gate_closed()) {
			expected_settle(t);
			gate_park(t->worker);
			continue;
		}
		if (life != atomic_load(&shared->life)) {
			life = atomic_load(&shared->life);
			expected_reconnect(t);
		}
		expected_move(t);
		got_on(t->worker);
		if (++moves % 256 == 0)
			stage_check(s);
	}
	return NULL;
}

static bool goes_on(const struct stage *s)
{
	got_on(s->expected.worker);
	return !stopped() && !gate_closed();
}

/*
 * Waits until each connection was heard of since the last move: then those that
 * move have entries, and no earlier SYN is on its way.
 */
static void wait_settled(struct stage *s)
{
	unsigned int move = atomic_load(&s->done);

	while (goes_on(s) && atomic_load(&s->settled) < move)
		nap_ms(5);
}

/* Makes a move that may break connections. */
static void make_cut(struct stage *s)
{
	struct expected *t = &s->expected;
	unsigned int dice = below(&t->seed, 3);

	stage_cut(s);
	if (dice == 0)
		expected_down(t);
	else if (dice == 1)
		expected_finish(t, true);
	else
		expected_rollback(t, true);
	stage_cut(s);
}

static void walk(struct stage *s)
{
	struct expected *t = &s->expected;
	unsigned int steps = below(&t->seed, 6), dice;

	while (steps-- && goes_on(s) && !expected_settled(t)) {
		dice = below(&t->seed, 100);
		if (dice < 10) {
			if (expected_change(t, 1 + below(&t->seed, 2), true) ==
			    MOVED)
				wait_settled(s);
		} else if (dice < 20) {
			expected_rollback(t, false);
		} else if (dice < 25) {
			expected_pause(t);
		} else if (dice < 27) {
			make_cut(s);
		} else {
			expected_step(t, HR_PACE_SHARE, dice < 35,
				      1 + rand_r(&t->seed) / 4);
		}
		nap_ms(below(&t->seed, 100));
	}
}

/* Makes one migration that breaks no connection; waits for those that stay. */
static void migrate_without_cut(struct stage *s)
{
	struct expected *t = &s->expected;
	unsigned int tries = 0;

	if (expected_change(t, 1 + below(&t->seed, 2), true) != MOVED)
		return;
	expected_quiet(t, QUIET);
	wait_settled(s);
	walk(s);
	/* The gate does not wait for connections: the end may break some. */
	if (!goes_on(s))
		return;
	expected_step(t, HR_PACE_POSITION, false, HR_WHOLE_RING);
	while (goes_on(s) && !expected_settled(t) &&
	       expected_finish(t, false) == IDLE) {
		nap_ms(100);
		if (++tries == 1200)
			violation("stuck", "%s: a migration does not end",
				  t->ring);
	}
}

static void *move_gently(void *arg)
{
	struct stage *s = arg;
	struct expected *t = &s->expected;
	unsigned int life = atomic_load(&shared->life);

	while (!stopped()) {
		if (gate_closed()) {
			stage_cut(s);
			expected_settle(t);
			stage_cut(s);
			gate_park(t->worker);
			continue;
		}
		if (life != atomic_load(&shared->life)) {
			life = atomic_load(&shared->life);
			expected_reconnect(t);
		}
		migrate_without_cut(s);
		if (expected_settled(t) && below(&t->seed, 2))
			stage_check(s);
	}
	return NULL;
}

static void make_stage(struct stage *s, unsigned int number)
{
	const struct hashring_settings settings = {
		.established = HASHRING_ESTABLISHED_MOVE,
		.tcp_timeout = TCP_TIMEOUT, .syn_timeout = SYN_TIMEOUT,
		.fin_timeout = FIN_TIMEOUT, .max_entries = TCP_FLOWS * 2,
	};
	__u32 has = HASHRING_SET_TCP_TIMEOUT | HASHRING_SET_SYN_TIMEOUT |
		    HASHRING_SET_FIN_TIMEOUT | HASHRING_SET_MAX_ENTRIES;
	struct expected *t = &s->expected;
	char text[64];

	s->number = number;
	s->director = directors[number % 2];
	s->tcp = kinds[number].tcp;
	s->port = 7100 + number;
	snprintf(text, sizeof(text), "192.0.2.%u", 20 + number);
	inet_pton(AF_INET, text, &s->vip4);
	snprintf(text, sizeof(text), "2001:db8:a::%u", 20 + number);
	inet_pton(AF_INET6, text, &s->vip6);
	s->nr_flows = s->tcp ? TCP_FLOWS : UDP_FLOWS;
	s->log = s->tcp ? TCP_LOG : UDP_LOG;
	s->owners = calloc((size_t)s->log * s->nr_flows, 1);
	if (!s->owners)
		die("no memory");
	s->attach = (struct hashring_attach){
		.has = HASHRING_ATTACH_NODE_MASK | HASHRING_ATTACH_NONE,
		.hook = HASHRING_HOOK_PREROUTING,
		.mark = (number + 1) << 8, .mark_mask = 0xff00,
		.node_mask = 0xff0000,
		.key_policy = HASHRING_KEY_5TUPLE,
		.none_policy = HASHRING_NONE_POLICY_DROP,
	};
	snprintf(t->ring, sizeof(t->ring), "stage%u", number);
	t->netns = s->director;
	t->seed = run_seed + number;
	t->names = BACKENDS;
	t->via = backend_via;
	t->polite = s->tcp;
	snprintf(text, sizeof(text), "%s %s", t->ring, s->tcp ? "TCP" : "UDP");
	t->worker = new_worker(text, true);
	expected_create(t, kinds[number].placement, 40, &settings,
			has | (s->tcp ? 0 : HASHRING_SET_ESTABLISHED));
	make_flows(s);
	t->announce = stage_announce;
	t->arg = s;
	expected_populate(t, BACKENDS - 1);
	stage_attach(s);
}

void start_stages(void)
{
	unsigned int i;

	for (i = 0; i < STAGES; i++)
		make_stage(&stages[i], i);
	for (i = 0; i < STAGES; i++) {
		struct stage *s = &stages[i];

		if (s->tcp)
			start_tcp(s);
		else
			start_udp(s);
		start_worker(s->expected.worker, s->tcp ? move_gently : move_freely,
			     s);
	}
}

void stages_hush(bool hush)
{
	unsigned int i;

	for (i = 0; i < STAGES; i++)
		stage_hush(&stages[i], hush);
}
