// SPDX-License-Identifier: GPL-2.0-only
/*
 * What other methods would move for the same change, exactly: over all keys,
 * none sampled. Nodes stand in the order of their ids, and have parts by
 * weight.
 *
 * modulo: W slots, a key's is its hash mod W. By the Chinese remainder theorem
 * it is in slot x before and in slot y after for one in lcm(W, W') hashes if
 * x = y mod gcd(W, W'), and never if not.
 *
 * range: all keys in order, cut anew into parts of just the right size.
 */
#include <stdlib.h>

#include "report.h"

/* Sums of weights are below 2^26, products of two below 2^52. */
#define u128 unsigned __int128

/**
 * struct part - an active node's part of all slots
 * @slot: the node's, in its table: the same node in both
 * @id: its order
 * @first: the weights before it
 * @weight: its own
 */
struct part {
	__u32 slot;
	__u32 id;
	__u64 first;
	__u64 weight;
};

static int compare_parts(const void *a, const void *b)
{
	const struct part *x = a;
	const struct part *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static struct part *parts_of(const struct hr_table *t, __u32 *nr)
{
	struct part *part = calloc((size_t)t->nr_nodes + 1, sizeof(*part));
	__u64 first = 0;
	__u32 i;

	*nr = 0;
	for (i = 0; part && i < t->nr_nodes; i++) {
		const struct hr_node *node = t->by_name[i];

		if (node->state != HR_ACTIVE)
			continue;
		part[*nr].slot = node->slot;
		part[*nr].id = node->id;
		part[(*nr)++].weight = node->weight;
	}
	if (part)
		qsort(part, *nr, sizeof(*part), compare_parts);
	for (i = 0; i < *nr; i++) {
		part[i].first = first;
		first += part[i].weight;
	}
	return part;
}

static __u64 common_divisor(__u64 a, __u64 b)
{
	while (b) {
		__u64 rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* What two intervals have in common, given where each begins and ends. */
static __s64 common(__s64 a, __s64 a_end, __s64 b, __s64 b_end)
{
	__s64 first = a > b ? a : b;
	__s64 end = a_end < b_end ? a_end : b_end;

	return end > first ? end - first : 0;
}

/* Pairs of slots, one of each part, that are equal modulo @g. */
static __u64 equal_pairs(const struct part *a, const struct part *b, __u64 g)
{
	__u64 rest_a = a->weight % g, rest_b = b->weight % g;
	__s64 at_a = a->first % g, at_b = b->first % g;
	__u64 pairs;
	int turn;

	pairs = a->weight / g * b->weight + b->weight / g * rest_a;
	for (turn = -1; turn <= 1; turn++)
		pairs += common(at_a, at_a + rest_a, at_b + turn * (__s64)g,
				at_b + turn * (__s64)g + rest_b);
	return pairs;
}

/* @part / @whole of a ring, rounded to nearest. */
static __u64 share_of(u128 part, u128 whole)
{
	return ((part << 32) + whole / 2) / whole;
}

/**
 * struct rivalry - both sides of a change
 * @before: parts, in order
 * @nr_before: number of @before
 * @after: parts, in order
 * @nr_after: number of @after
 * @now: by slot: the part after, or NULL
 * @w: sum of weights before
 * @w_after: and after
 */
struct rivalry {
	struct part *before;
	__u32 nr_before;
	struct part *after;
	__u32 nr_after;
	const struct part **now;
	__u64 w;
	__u64 w_after;
};

static __u64 moved_by_modulo(const struct rivalry *v)
{
	__u64 g = common_divisor(v->w, v->w_after);
	__u64 stays = 0;
	__u32 i;

	for (i = 0; i < v->nr_before; i++) {
		const struct part *now = v->now[v->before[i].slot];

		if (now)
			stays += equal_pairs(&v->before[i], now, g);
	}
	return HASHRING_WHOLE - share_of(stays, (u128)v->w / g * v->w_after);
}

static __u64 moved_by_range(const struct rivalry *v)
{
	__u64 stays = 0;
	__u32 i;

	for (i = 0; i < v->nr_before; i++) {
		const struct part *was = &v->before[i];
		const struct part *now = v->now[was->slot];

		if (now)
			stays += common(was->first * v->w_after,
					(was->first + was->weight) * v->w_after,
					now->first * v->w,
					(now->first + now->weight) * v->w);
	}
	return HASHRING_WHOLE - share_of(stays, (u128)v->w * v->w_after);
}

/* Loads are by weight before and after. */
static __u64 required_by_weight(const struct rivalry *v)
{
	__u64 stays = 0;
	__u32 i;

	for (i = 0; i < v->nr_before; i++) {
		const struct part *was = &v->before[i];
		const struct part *now = v->now[was->slot];

		if (now)
			stays += common(0, was->weight * v->w_after, 0,
					now->weight * v->w);
	}
	return HASHRING_WHOLE - share_of(stays, (u128)v->w * v->w_after);
}

static int rivalry_make(struct rivalry *v, const struct hr_table *before,
			const struct hr_table *after)
{
	__u32 slots = before->nr_slots > after->nr_slots ? before->nr_slots :
							   after->nr_slots;
	__u32 i;

	v->w = before->weight;
	v->w_after = after->weight;
	v->before = parts_of(before, &v->nr_before);
	v->after = parts_of(after, &v->nr_after);
	v->now = calloc((size_t)slots + 1, sizeof(*v->now));
	if (!v->before || !v->after || !v->now)
		return -1;
	for (i = 0; i < v->nr_after; i++)
		v->now[v->after[i].slot] = &v->after[i];
	return 0;
}

/**
 * rivals_make() - what other methods would move
 * @before: the map before
 * @after: the map after
 * @rival: filled in
 *
 * Return: the number of @rival that were filled in: 0 when nothing is active
 * on one of the sides; -1 without memory, which has been told.
 */
int rivals_make(const struct hr_table *before, const struct hr_table *after,
		struct rival rival[RIVALS])
{
	struct rivalry v = { 0 };
	int nr = 0;

	if (!before->weight || !after->weight)
		return 0;
	if (rivalry_make(&v, before, after)) {
		fail_memory();
		nr = -1;
		goto out;
	}
	rival[nr++] = (struct rival){
		.key = "modulo",
		.name = "modulo",
		.note = "hash mod n, a slot for each unit of weight, in the order of ids",
		.moved = moved_by_modulo(&v),
		.required = required_by_weight(&v),
	};
	rival[nr++] = (struct rival){
		.key = "range",
		.name = "range, cut anew",
		.note = "ranges of exactly the right size, in the order of ids",
		.moved = moved_by_range(&v),
		.required = required_by_weight(&v),
	};
out:
	free(v.now);
	free(v.after);
	free(v.before);
	return nr;
}
