// SPDX-License-Identifier: GPL-2.0-only
/*
 * Synthetic flows: TCP from many clients to one address. The same seed makes
 * the same flows, and all of them differ.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "private.h"

#define PORT_BITS	15	/* of ephemeral ports, from FIRST_PORT on */
#define FIRST_PORT	32768
#define CLIENT_BITS	24
#define ALL_BITS	(CLIENT_BITS + PORT_BITS)
#define ALL_MASK	((1ULL << ALL_BITS) - 1)
#define MOST_PACKETS	1e12

/* In the ranges for documentation and for private networks. */
static const u8 client4[4] = { 10 };
static const u8 server4[4] = { 192, 0, 2, 1 };
static const u8 client6[16] = { 0x20, 0x01, 0x0d, 0xb8 };

/* The finish of splitmix64: neighbouring seeds come far apart. */
static u64 mix(u64 x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

/*
 * Every step can be undone, so that different numbers stay different: sums, odd
 * factors and shifts.
 */
static u64 scatter(u64 number, u64 seed)
{
	int i;

	for (i = 1; i <= 3; i++) {
		number = (number + mix(seed + i * 0x9e3779b97f4a7c15ULL)) &
			 ALL_MASK;
		number ^= number >> (ALL_BITS / 2);
		number = number * 0xbf58476d1ce4e5b9ULL & ALL_MASK;
		number ^= number >> (ALL_BITS / 2 + 1);
	}
	return number;
}

static void make_tuple(const struct flow_set *s, u64 number,
		       struct hr_flow *tuple)
{
	const struct flow_filter *f = &s->filter;
	u32 client = number >> PORT_BITS;
	u16 sport = FIRST_PORT + (number & ((1 << PORT_BITS) - 1));
	u16 dport = f->has_port ? f->port : 80;
	u8 *last;

	memset(tuple, 0, sizeof(*tuple));
	tuple->family = f->family == 6 ? 6 : 4;
	tuple->protocol = 6;
	memcpy(tuple->saddr, tuple->family == 4 ? client4 : client6,
	       tuple->family == 4 ? sizeof(client4) : sizeof(client6));
	last = tuple->saddr + (tuple->family == 4 ? 1 : 13);
	last[0] = client >> 16;
	last[1] = client >> 8;
	last[2] = client;
	if (f->family)
		memcpy(tuple->daddr, f->addr, sizeof(f->addr));
	else
		memcpy(tuple->daddr, server4, sizeof(server4));
	tuple->sport[0] = sport >> 8;
	tuple->sport[1] = sport;
	tuple->dport[0] = dport >> 8;
	tuple->dport[1] = dport;
}

/**
 * flows_from_synthetic() - adds synthetic flows
 * @s: the set
 * @how: how many and which; with a zipf exponent the last flow has one packet,
 *	and the packets of the others follow from their ranks
 *
 * Return: 0; -EINTR; -ENOMEM; -EINVAL for a number out of range.
 */
int flows_from_synthetic(struct flow_set *s, const struct flow_synthetic *how)
{
	double most = fmin(pow(how->nr, how->zipf), MOST_PACKETS);
	struct hr_flow tuple;
	u64 i, packets;
	int err;

	if (!how->nr || how->nr > FLOW_SET_MAX)
		return flow_fail(s, -EINVAL, "the number of synthetic flows is 1 to %llu",
				 FLOW_SET_MAX);
	if (!(how->zipf >= 0 && how->zipf <= 10))
		return flow_fail(s, -EINVAL, "the exponent is 0 to 10");
	s->has_packets = how->zipf > 0;
	s->has_bytes = false;
	for (i = 0; i < how->nr; i++) {
		packets = 0;
		if (s->has_packets)
			packets = fmax(1, round(most * pow(i + 1, -how->zipf)));
		make_tuple(s, scatter(i, how->seed), &tuple);
		err = flow_set_add(s, &tuple, packets, 0);
		if (!err && i % FLOW_TICK == 0)
			err = flow_tick(s, i, how->nr);
		if (err)
			return err;
	}
	return 0;
}
