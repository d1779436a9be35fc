// SPDX-License-Identifier: GPL-2.0-only
/*
 * A set of flows: an array that is sorted, and merged where flows repeat,
 * whenever it is full and at the end. So a capture takes the memory of its
 * flows, not of its packets.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"

#define FIRST_ROOM	65536

/**
 * flow_set_init() - begins a set
 * @s: set
 * @keys: of the ring
 * @policy: what of a flow makes its position
 *
 * The caller may set filter and watch afterwards; both are none at first.
 */
void flow_set_init(struct flow_set *s, const struct hr_keys *keys,
		   enum hashring_key_policy policy)
{
	memset(s, 0, sizeof(*s));
	s->keys = *keys;
	s->policy = policy;
	s->what = "flows";
	s->has_packets = true;
	s->has_bytes = true;
}

void flow_set_release(struct flow_set *s)
{
	free(s->flow);
	free(s->text);
	memset(s, 0, sizeof(*s));
}

/* The reason of the last error. */
const char *flow_set_error(const struct flow_set *s)
{
	return s->error;
}

int flow_fail(struct flow_set *s, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->error, sizeof(s->error), fmt, ap);
	va_end(ap);
	return err;
}

int flow_fail_memory(struct flow_set *s)
{
	return flow_fail(s, -ENOMEM, "out of memory");
}

/* -EINTR when the watch ends the work. */
int flow_tick(struct flow_set *s, u64 done, u64 all)
{
	if (!s->watch.tick || s->watch.tick(s->watch.arg, done, all))
		return 0;
	return flow_fail(s, -EINTR, "interrupted");
}

/* The bytes of a key, flow->key_len of them. */
const void *flow_key(const struct flow_set *s, const struct flow *flow)
{
	return s->text + flow->key;
}

/* By position first, which is cheap, and helps later look-ups. */
static int compare_flows(const void *a, const void *b, void *arg)
{
	const struct flow *x = a;
	const struct flow *y = b;

	if (x->position != y->position)
		return x->position < y->position ? -1 : 1;
	if (x->key_len != y->key_len)
		return x->key_len < y->key_len ? -1 : 1;
	if (x->key_len)
		return memcmp(flow_key(arg, x), flow_key(arg, y), x->key_len);
	return memcmp(&x->tuple, &y->tuple, sizeof(x->tuple));
}

/**
 * flow_set_settle() - ends the filling of a set: every flow is in it once
 * @s: the set
 */
void flow_set_settle(struct flow_set *s)
{
	u64 i, n = 0;

	if (!s->nr)
		return;
	qsort_r(s->flow, s->nr, sizeof(*s->flow), compare_flows, s);
	for (i = 1; i < s->nr; i++) {
		if (compare_flows(&s->flow[n], &s->flow[i], s)) {
			s->flow[++n] = s->flow[i];
			continue;
		}
		s->flow[n].packets += s->flow[i].packets;
		s->flow[n].bytes += s->flow[i].bytes;
	}
	s->nr = n + 1;
}

/*
 * Makes room for one more flow; allocates only if merging does not make enough.
 */
static int make_room(struct flow_set *s)
{
	struct flow *more;
	u64 room;

	if (s->nr < s->room)
		return 0;
	flow_set_settle(s);
	if (s->room && s->nr < s->room / 2)
		return 0;
	if (s->nr >= FLOW_SET_MAX)
		return flow_fail(s, -E2BIG, "more than %llu %s", FLOW_SET_MAX,
				 s->what);
	room = s->room ? 2 * s->room : FIRST_ROOM;
	more = realloc(s->flow, room * sizeof(*more));
	if (!more)
		return flow_fail_memory(s);
	s->flow = more;
	s->room = room;
	return 0;
}

static bool prefix_is(const u8 *addr, const struct flow_filter *f)
{
	u8 whole = f->len / 8;
	u8 rest = f->len % 8;

	if (memcmp(addr, f->addr, whole))
		return false;
	return !rest || !((addr[whole] ^ f->addr[whole]) >> (8 - rest));
}

static bool end_matches(const struct flow_filter *f, const u8 *addr,
			const u8 *port)
{
	if (f->family && !prefix_is(addr, f))
		return false;
	return !f->has_port || (port[0] << 8 | port[1]) == f->port;
}

/* Whether a flow passes the filter. */
bool flow_counts(const struct flow_set *s, const struct hr_flow *tuple)
{
	const struct flow_filter *f = &s->filter;

	if (f->family && f->family != tuple->family)
		return false;
	if (end_matches(f, tuple->daddr, tuple->dport))
		return true;
	/* A symmetric flow has no direction. */
	return s->policy == HASHRING_KEY_5TUPLE_SYM &&
	       end_matches(f, tuple->saddr, tuple->sport);
}

/* One form for both directions. */
static void turn_lower_first(struct hr_flow *t)
{
	struct hr_flow turned = *t;
	int order = memcmp(t->saddr, t->daddr, sizeof(t->saddr));

	if (!order)
		order = memcmp(t->sport, t->dport, sizeof(t->sport));
	if (order <= 0)
		return;
	memcpy(turned.saddr, t->daddr, sizeof(t->saddr));
	memcpy(turned.daddr, t->saddr, sizeof(t->daddr));
	memcpy(turned.sport, t->dport, sizeof(t->sport));
	memcpy(turned.dport, t->sport, sizeof(t->dport));
	*t = turned;
}

/**
 * flow_set_add() - adds a flow, or adds to its packets and bytes
 * @s: the set
 * @tuple: the flow; unused bytes are zero
 * @packets: its packets, or 0
 * @bytes: its bytes, or 0
 *
 * A flow that does not pass the filter is counted and left out.
 *
 * Return: 0, -ENOMEM or -E2BIG.
 */
int flow_set_add(struct flow_set *s, const struct hr_flow *tuple, u64 packets,
		 u64 bytes)
{
	struct flow *flow;
	int err;

	if (!flow_counts(s, tuple)) {
		s->left.filtered++;
		return 0;
	}
	err = make_room(s);
	if (err)
		return err;
	flow = &s->flow[s->nr++];
	memset(flow, 0, sizeof(*flow));
	flow->tuple.family = tuple->family;
	flow->tuple.protocol = tuple->protocol;
	memcpy(flow->tuple.ports, tuple->ports, sizeof(tuple->ports));
	memcpy(flow->tuple.saddr, tuple->saddr, sizeof(tuple->saddr));
	memcpy(flow->tuple.daddr, tuple->daddr, sizeof(tuple->daddr));
	if (s->policy == HASHRING_KEY_5TUPLE_SYM)
		turn_lower_first(&flow->tuple);
	flow->position = hr_flow_position(&s->keys, s->policy, &flow->tuple);
	flow->packets = packets;
	flow->bytes = bytes;
	return 0;
}

static int keep_text(struct flow_set *s, const void *text, size_t len)
{
	u64 room = s->text_room ? s->text_room : 1 << 20;
	u8 *more;

	while (s->text_len + len > room)
		room *= 2;
	if (room != s->text_room) {
		more = realloc(s->text, room);
		if (!more)
			return flow_fail_memory(s);
		s->text = more;
		s->text_room = room;
	}
	memcpy(s->text + s->text_len, text, len);
	s->text_len += len;
	return 0;
}

/**
 * flow_set_add_key() - adds a key, unless the set has it
 * @s: the set
 * @key: its bytes
 * @len: their number, 1 to FLOW_KEY_MAX
 * @position: its position
 *
 * Return: 0, -ENOMEM or -E2BIG.
 */
int flow_set_add_key(struct flow_set *s, const void *key, size_t len,
		     u32 position)
{
	struct flow *flow;
	int err;

	err = make_room(s);
	if (!err)
		err = keep_text(s, key, len);
	if (err)
		return err;
	flow = &s->flow[s->nr++];
	memset(flow, 0, sizeof(*flow));
	flow->key = s->text_len - len;
	flow->key_len = len;
	flow->position = position;
	return 0;
}
