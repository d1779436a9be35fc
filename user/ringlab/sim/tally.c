// SPDX-License-Identifier: GPL-2.0-only
/*
 * The effect of a change on keys: exact, from the pieces of two maps, or
 * counted key by key.
 */
#include <errno.h>
#include <linux/minmax.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define BATCH	256

/**
 * sim_tally_init() - begins a tally
 * @tally: filled in; to be released with sim_tally_release()
 * @nr_nodes: number of all nodes before or after the change
 *
 * Return: 0 or -ENOMEM.
 */
int sim_tally_init(struct sim_tally *tally, u32 nr_nodes)
{
	memset(tally, 0, sizeof(*tally));
	tally->before = calloc(nr_nodes, sizeof(*tally->before));
	tally->after = calloc(nr_nodes, sizeof(*tally->after));
	if (tally->before && tally->after)
		return 0;
	sim_tally_release(tally);
	return -ENOMEM;
}

/**
 * sim_tally_release() - frees a tally
 * @tally: the tally
 */
void sim_tally_release(struct sim_tally *tally)
{
	free(tally->before);
	free(tally->after);
	memset(tally, 0, sizeof(*tally));
}

/**
 * sim_tally_add() - adds one tally to another
 * @to: the sum
 * @from: the addend
 * @nr_nodes: number of nodes of both
 */
void sim_tally_add(struct sim_tally *to, const struct sim_tally *from,
		   u32 nr_nodes)
{
	u32 i;

	to->whole += from->whole;
	to->moved += from->moved;
	to->moved_bytes += from->moved_bytes;
	for (i = 0; i < nr_nodes; i++) {
		to->before[i] += from->before[i];
		to->after[i] += from->after[i];
	}
}

/**
 * sim_required() - the least that any method moves for the same loads
 * @tally: the tally of a change
 * @nr_nodes: its number of nodes
 *
 * Return: the sum over nodes of max(0, after - before), in keys.
 */
u64 sim_required(const struct sim_tally *tally, u32 nr_nodes)
{
	u64 required = 0;
	u32 i;

	for (i = 0; i < nr_nodes; i++)
		if (tally->after[i] > tally->before[i])
			required += tally->after[i] - tally->before[i];
	return required;
}

/**
 * sim_is_exact() - whether a method needs no samples
 * @ops: the method
 *
 * Return: whether sim_exact() supports the method.
 */
bool sim_is_exact(const struct sim_ops *ops)
{
	return ops->piece || ops->exact;
}

static void tally_keys(struct sim_tally *tally, u32 from, u32 to, u64 keys)
{
	if (from != to)
		tally->moved += keys;
	if (from != SIM_NOBODY)
		tally->before[from] += keys;
	if (to != SIM_NOBODY)
		tally->after[to] += keys;
}

static void tally_pieces(const struct sim *before, const struct sim *after,
			 struct sim_tally *tally)
{
	const struct sim *side[] = { before, after };
	struct sim_piece piece[2];
	u64 cursor[2] = {}, next = 0;
	u32 i, end;

	for (i = 0; i < 2; i++)
		side[i]->ops->piece(side[i], &cursor[i], &piece[i]);
	for (;;) {
		end = min(piece[0].end, piece[1].end);
		/* Points that share a position: the first one owns it. */
		if (end >= next)
			tally_keys(tally, sim_number(before, piece[0].place),
				   sim_number(after, piece[1].place),
				   (u64)end + 1 - next);
		next = (u64)end + 1;
		if (next == SIM_WHOLE)
			return;
		for (i = 0; i < 2; i++)
			if (piece[i].end == end)
				side[i]->ops->piece(side[i], &cursor[i],
						    &piece[i]);
	}
}

/**
 * sim_exact() - the effect of a change on all positions
 * @before: the map before the change
 * @after: the map after the change, of the same method
 * @tally: the effect is added to it
 *
 * Return: 0 or -ENOMEM.
 */
int sim_exact(const struct sim *before, const struct sim *after,
	      struct sim_tally *tally)
{
	tally->whole += SIM_WHOLE;
	if (before->ops->exact)
		return before->ops->exact(before, after, tally);
	tally_pieces(before, after, tally);
	return 0;
}

static void count_some(const struct sim *before, const struct sim *after,
		       const u32 *pos, const u64 *bytes, u32 n,
		       struct sim_tally *tally)
{
	u32 place[2][BATCH], i, from, to;

	before->ops->lookup(before, pos, place[0], n);
	after->ops->lookup(after, pos, place[1], n);
	for (i = 0; i < n; i++) {
		from = sim_number(before, place[0][i]);
		to = sim_number(after, place[1][i]);
		tally_keys(tally, from, to, 1);
		if (bytes && from != to)
			tally->moved_bytes += bytes[i];
	}
	tally->whole += n;
}

/**
 * sim_count() - the effect of a change on given keys
 * @before: the map before the change
 * @after: the map after the change, of the same method
 * @keys: the keys
 * @tally: the effect is added to it
 */
void sim_count(const struct sim *before, const struct sim *after,
	       const struct sim_keys *keys, struct sim_tally *tally)
{
	u64 done;
	u32 n;

	for (done = 0; done < keys->nr; done += n) {
		n = min(keys->nr - done, (u64)BATCH);
		count_some(before, after, keys->pos + done,
			   keys->bytes ? keys->bytes + done : NULL, n, tally);
	}
}

/**
 * sim_sample() - the effect of a change on keys that are drawn at random
 * @before: the map before the change
 * @after: the map after the change, of the same method
 * @state: state of the generator: another state is another sample
 * @n: number of keys
 * @tally: the effect is added to it
 */
void sim_sample(const struct sim *before, const struct sim *after, u64 state,
		u32 n, struct sim_tally *tally)
{
	u32 pos[BATCH], done, some, i;

	for (done = 0; done < n; done += some) {
		some = min(n - done, (u32)BATCH);
		for (i = 0; i < some; i++)
			pos[i] = sim_mix(sim_mix(state) + done + i) >> 32;
		count_some(before, after, pos, NULL, some, tally);
	}
}
