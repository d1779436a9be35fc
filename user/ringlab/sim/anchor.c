// SPDX-License-Identifier: GPL-2.0-only
/*
 * AnchorHash: a fixed number of buckets, the anchor, of which some work, as in
 * "AnchorHash: A Scalable Consistent Hash" (Mendelson, Vargaftik, Barabash,
 * Lorenz, Keslassy and Orda, IEEE/ACM Transactions on Networking 29(2), 2021).
 *
 * A key in a removed bucket is hashed again, to one of the buckets that worked
 * just after the removal. The anchor has twice as many buckets as there are
 * nodes before and after the change together.
 */
#include <errno.h>
#include <stdlib.h>

#include "sim.h"

/**
 * struct anchor - the paper's arrays, by bucket unless another index is named
 * @size: number of buckets
 * @working: number of working buckets
 * @nr_removed: number of @removed
 * @room: memory of the following arrays
 * @after: number of working buckets just after the removal; 0: it works
 * @at: by position: the working buckets; further positions are history
 * @where: the bucket's last position in @at
 * @successor: the bucket that took a removed bucket's position in @at
 * @removed: a stack of removed buckets
 */
struct anchor {
	u32 size;
	u32 working;
	u32 nr_removed;
	u32 *room;
	u32 *after;
	u32 *at;
	u32 *where;
	u32 *successor;
	u32 *removed;
};

static void remove_bucket(struct anchor *a, u32 b)
{
	u32 last;

	a->removed[a->nr_removed++] = b;
	a->working--;
	last = a->at[a->working];
	a->after[b] = a->working;
	a->at[a->where[b]] = last;
	a->where[last] = a->where[b];
	a->successor[b] = last;
}

static u32 add_bucket(struct anchor *a)
{
	u32 b = a->removed[--a->nr_removed];

	a->after[b] = 0;
	a->where[a->at[a->working]] = a->working;
	a->at[a->where[b]] = b;
	a->successor[b] = b;
	a->working++;
	return b;
}

/* Begins with all buckets, and removes them, last first, down to @working. */
static void anchor_start(struct anchor *a, u32 working)
{
	u32 b;

	a->working = a->size;
	for (b = 0; b < a->size; b++) {
		a->after[b] = 0;
		a->at[b] = b;
		a->where[b] = b;
		a->successor[b] = b;
	}
	for (b = a->size; b-- > working;)
		remove_bucket(a, b);
}

static struct anchor *anchor_new(u32 size)
{
	struct anchor *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->size = size;
	a->room = calloc(size, 5 * sizeof(*a->room));
	if (!a->room) {
		free(a);
		return NULL;
	}
	a->after = a->room;
	a->at = a->after + size;
	a->where = a->at + size;
	a->successor = a->where + size;
	a->removed = a->successor + size;
	return a;
}

static int anchor_first(struct sim *s, const struct sim_change *change)
{
	struct anchor *a = anchor_new(2 * s->nodes->nr);
	u32 b;

	if (!a)
		return -ENOMEM;
	s->map = a;
	anchor_start(a, change->nr_joined);
	for (b = 0; b < a->size; b++)
		if (sim_insert(s, b, b < change->nr_joined ? change->joined[b] :
					SIM_NOBODY))
			return -ENOMEM;
	return 0;
}

/* A place is a bucket. */
static int anchor_change(struct sim *s, const struct sim_change *change)
{
	struct anchor *a = s->map;
	u32 i, b;

	if (!a)
		return anchor_first(s, change);
	sim_swap_nodes(s, change);
	for (i = 0; i < change->nr_gone; i++) {
		b = sim_place_of(s, change->gone[i]);
		remove_bucket(a, b);
		s->place[b].number = SIM_NOBODY;
	}
	for (i = 0; i < change->nr_joined; i++) {
		b = add_bucket(a);
		s->place[b].number = change->joined[i];
	}
	return 0;
}

/* One of @n buckets, by a hash of the key and of the removed bucket. */
static u32 anchor_hash(u64 key, u32 bucket, u32 n)
{
	return sim_part(sim_mix(key ^ (u64)bucket << 32) >> 32, n);
}

static u32 anchor_bucket(const struct anchor *a, u64 key)
{
	u32 b = sim_part(key >> 32, a->size), h;

	while (a->after[b]) {
		h = anchor_hash(key, b, a->after[b]);
		while (a->after[h] >= a->after[b])
			h = a->successor[h];
		b = h;
	}
	return b;
}

static void anchor_lookup(const struct sim *s, const u32 *pos, u32 *place,
			  u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		place[i] = anchor_bucket(s->map, sim_mix(pos[i]));
}

static size_t anchor_bytes(const struct sim *s)
{
	const struct anchor *a = s->map;

	return a->size * 6 * sizeof(u32);
}

static void anchor_release(struct sim *s)
{
	struct anchor *a = s->map;

	if (a)
		free(a->room);
}

const struct sim_ops sim_anchor = {
	.name = "anchor",
	.change = anchor_change,
	.lookup = anchor_lookup,
	.bytes = anchor_bytes,
	.release = anchor_release,
};
