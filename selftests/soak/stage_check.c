// SPDX-License-Identifier: GPL-2.0-only
/*
 * soak: checks of a ring without motion and traffic; detaches a ring from
 * traffic, and attaches it again
 */
#include <string.h>

#include "stage.h"

#define STILL	30	/* naps of 20 ms without a packet: no packet is on its way */
#define AWAIT	3000	/* naps of 20 ms until packets have arrived */

/* Stops the traffic, and waits for all packets; or continues the traffic. */
void stage_hush(struct stage *s, bool hush)
{
	unsigned long seen, still = 0;

	if (!hush) {
		atomic_fetch_sub(&s->hush, 1);
		return;
	}
	atomic_store(&s->hushed, false);
	atomic_fetch_add(&s->hush, 1);
	while (!atomic_load(&s->hushed) && !stopped())
		nap_ms(2);
	while (still < 10 && !stopped()) {
		seen = atomic_load(&s->received);
		nap_ms(10);
		still = seen == atomic_load(&s->received) ? still + 1 : 0;
	}
}

static int take_node(const struct hashring_node *node, void *arg)
{
	struct reading *r = arg;

	if (node->attrs.id > BACKENDS)
		return 0;
	r->node[node->attrs.id - 1] = node->packets;
	r->nodes += node->packets;
	return 0;
}

static void drop_nodes(void *arg)
{
	struct reading *r = arg;

	memset(r->node, 0, sizeof(r->node));
	r->nodes = 0;
}

static bool take_reading(struct stage *s, struct reading *r)
{
	struct hashring_attach attach;
	struct expected *t = &s->expected;
	unsigned int i;

	memset(r, 0, sizeof(*r));
	if (hashring_attach_get(t->h, s->attach.id, &attach) ||
	    hashring_node_list(t->h, t->ring, false, take_node, drop_nodes, r)) {
		if (!stopped())
			violation("state", "%s: no counters: %s", t->ring,
				  hashring_error(t->h));
		return false;
	}
	r->stats = attach.stats;
	r->sent = atomic_load(&s->sent);
	r->received = atomic_load(&s->received);
	for (i = 0; i <= BACKENDS; i++)
		r->at[i] = atomic_load(&s->at[i]);
	r->taken = true;
	/* No list has a leaving node's packets. */
	r->settled = expected_settled(t);
	return true;
}

/*
 * Reads the counters when all packets since @since have arrived; without
 * @since, when the counters stand still. The wait for lost packets is limited.
 */
static bool await_reading(struct stage *s, const struct reading *since,
			  struct reading *now)
{
	unsigned int naps, still = 0;
	__u64 before = 0;

	for (naps = 0; naps < AWAIT && !stopped(); naps++) {
		if (!take_reading(s, now))
			return false;
		if (since && !s->tcp &&
		    now->sent - since->sent ==
		    now->stats.packets - since->stats.packets &&
		    now->received - since->received ==
		    now->stats.forwarded - since->stats.forwarded)
			return true;
		still = now->stats.packets == before ? still + 1 : 0;
		if (still == STILL && (!since || s->tcp))
			return true;
		before = now->stats.packets;
		got_on(s->expected.worker);
		nap_ms(20);
	}
	return !stopped();
}

static void must_equal(const struct stage *s, const char *what,
		       unsigned long long wanted, unsigned long long seen)
{
	count(FIG_COUNTERS, 1);
	if (wanted != seen && !stopped())
		violation("counters", "stage %u: %s: %llu instead of %llu",
			  s->number, what, seen, wanted);
}

/* Compares two readings of one attachment, with any moves in between. */
static void compare_readings(const struct stage *s, const struct reading *a,
			     const struct reading *b)
{
	const struct hashring_attach_stats *was = &a->stats, *is = &b->stats;

	must_equal(s, "packets, by what became of them", is->packets,
		   is->steered + is->passed + is->dropped + is->already_set +
		   is->malformed);
	if (!s->tcp) {
		must_equal(s, "packets, as were sent", b->sent - a->sent,
			   is->packets - was->packets);
		must_equal(s, "datagrams at backends, as were forwarded",
			   is->forwarded - was->forwarded,
			   b->received - a->received);
	}
	if (a->settled && b->settled && !s->expected.gone)
		must_equal(s, "the nodes' packets, as were steered",
			   is->steered - was->steered, b->nodes - a->nodes);
}

/* Sends one datagram of each flow: each node gets the flows that it owns. */
static void check_burst(struct stage *s, struct reading *before)
{
	unsigned long due[NOBODY + 1] = {};
	struct expected *t = &s->expected;
	struct reading after;
	unsigned int i;
	char what[64];

	udp_burst(s);
	if (!await_reading(s, before, &after))
		return;
	for (i = 0; i < s->nr_flows; i++) {
		const struct hr_node *node = hr_view_owner(&t->view,
							   s->flow[i].position);

		due[node ? node->attrs.id - 1 : NOBODY]++;
	}
	for (i = 0; i < BACKENDS && !stopped(); i++) {
		snprintf(what, sizeof(what), "a burst's at backend %u", i + 1);
		must_equal(s, what, due[i], after.at[i] - before->at[i]);
		snprintf(what, sizeof(what), "a burst's of node %u", i + 1);
		if (after.settled && after.node[i])
			must_equal(s, what, due[i],
				   after.node[i] - before->node[i]);
	}
	must_equal(s, "a burst's dropped", due[NOBODY],
		   after.stats.dropped - before->stats.dropped);
	*before = after;
}

void stage_check(struct stage *s)
{
	struct reading now;

	stage_hush(s, true);
	if (await_reading(s, s->last.taken ? &s->last : NULL, &now)) {
		if (s->last.taken)
			compare_readings(s, &s->last, &now);
		expected_check(&s->expected, 1024);
		if (!s->tcp)
			check_burst(s, &now);
		s->last = now;
		s->expected.gone = false;
	}
	stage_hush(s, false);
}

/* Allows both ways during the change of ways, and then one. */
static void turn(struct stage *s, bool turning, bool attached)
{
	s->turning = turning;
	s->attached = attached;
	stage_announce(s, &s->expected.view);
}

/* From this call packets go by the plain route. */
void stage_detach(struct stage *s)
{
	struct expected *t = &s->expected;

	stage_cut(s);
	turn(s, true, true);
	if (hashring_attach_del(t->h, s->attach.id) && !stopped())
		violation("state", "%s: not detached: %s", t->ring,
			  hashring_error(t->h));
	stage_announce(s, NULL);
	turn(s, false, false);
	stage_announce(s, NULL);
	stage_cut(s);
	s->plain_seen = atomic_load(&s->at[PLAIN]);
}

static int find_attach(const struct hashring_attach *a, void *arg)
{
	struct stage *s = arg;

	if (strcmp(a->ring, s->expected.ring))
		return 0;
	s->attach.id = a->id;
	s->expected.attached = expected_attach_digest(a);
	return 0;
}

/* Called before the ring is attached again. */
void stage_attaching(struct stage *s)
{
	stage_cut(s);
	turn(s, true, false);
}

/* Called after that: packets go by the ring. */
void stage_attached(struct stage *s)
{
	struct expected *t = &s->expected;

	stage_announce(s, NULL);
	expected_reconnect(t);
	s->attach.id = 0;
	if ((hashring_attach_list(t->h, find_attach, NULL, s) ||
	     !s->attach.id) && !stopped())
		violation("state", "%s: not attached", t->ring);
	turn(s, false, true);
	stage_announce(s, NULL);
	stage_cut(s);
	memset(&s->last, 0, sizeof(s->last));
}

void stage_attach(struct stage *s)
{
	struct hashring_attach made;
	struct expected *t = &s->expected;

	stage_attaching(s);
	if (hashring_attach_add(t->h, t->ring, &s->attach, &made))
		die("%s: not attached: %s", t->ring, hashring_error(t->h));
	stage_attached(s);
}
