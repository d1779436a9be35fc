// SPDX-License-Identifier: GPL-2.0-only
/*
 * Jump: a number of buckets and nothing else, as in "A Fast, Minimal Memory,
 * Consistent Hash Algorithm" (Lamping and Veach, 2014).
 *
 * Only the last bucket can be removed. When another node leaves, the node of
 * the last bucket takes over the leaving node's bucket, and the last bucket is
 * removed: twice as much moves.
 */
#include <errno.h>

#include "sim.h"

static int jump_change(struct sim *s, const struct sim_change *change)
{
	u32 i;

	sim_swap_nodes(s, change);
	for (i = 0; i < change->nr_gone; i++) {
		s->place[sim_place_of(s, change->gone[i])] =
			s->place[s->nr - 1];
		s->nr--;
	}
	for (i = 0; i < change->nr_joined; i++)
		if (sim_insert(s, s->nr, change->joined[i]))
			return -ENOMEM;
	return 0;
}

/*
 * A key that is in bucket b with b + 1 buckets jumps next when there are more
 * than (b + 1) / r buckets. r is the key's next random number in (0, 1].
 */
static u32 jump(u64 key, u32 buckets)
{
	u64 next = 0, bucket;

	do {
		bucket = next;
		key = key * 2862933555777941757ULL + 1;
		next = (bucket + 1) * ((double)(1ULL << 31) / ((key >> 33) + 1));
	} while (next < buckets);
	return bucket;
}

static void jump_lookup(const struct sim *s, const u32 *pos, u32 *place, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		place[i] = jump(sim_mix(pos[i]), s->nr);
}

static size_t jump_bytes(const struct sim *s)
{
	return s->nr * sizeof(u32);
}

const struct sim_ops sim_jump = {
	.name = "jump",
	.change = jump_change,
	.lookup = jump_lookup,
	.bytes = jump_bytes,
};
