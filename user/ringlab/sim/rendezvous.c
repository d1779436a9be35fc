// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rendezvous, or highest random weight: each node has a hash of its name and
 * the key, and the node of the highest hash owns the key, as in "Using
 * Name-Based Mappings to Increase Hit Rates" (Thaler and Ravishankar, IEEE/ACM
 * Transactions on Networking 6(1), 1998). A look-up computes the hashes of all
 * nodes.
 */
#include <errno.h>
#include <stdlib.h>

#include "sim.h"

#define RENDEZVOUS_KEY	3

/* The map holds a hash of each place's name. */
static int rendezvous_change(struct sim *s, const struct sim_change *change)
{
	u64 *hash;
	u32 i;

	if (sim_list_change(s, change))
		return -ENOMEM;
	hash = reallocarray(s->map, s->nr, sizeof(*hash));
	if (!hash)
		return -ENOMEM;
	s->map = hash;
	for (i = 0; i < s->nr; i++)
		hash[i] = sim_name_hash(s, s->place[i].seat, RENDEZVOUS_KEY);
	return 0;
}

static u32 highest(const u64 *hash, u32 nr, u64 key)
{
	u64 most = sim_mix(hash[0] ^ key), draw;
	u32 place = 0, i;

	for (i = 1; i < nr; i++) {
		draw = sim_mix(hash[i] ^ key);
		if (draw > most) {
			most = draw;
			place = i;
		}
	}
	return place;
}

static void rendezvous_lookup(const struct sim *s, const u32 *pos, u32 *place,
			      u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		place[i] = highest(s->map, s->nr, sim_mix(pos[i]));
}

static size_t rendezvous_bytes(const struct sim *s)
{
	return s->nr * (sizeof(u64) + sizeof(u32));
}

const struct sim_ops sim_rendezvous = {
	.name = "rendezvous",
	.change = rendezvous_change,
	.lookup = rendezvous_lookup,
	.bytes = rendezvous_bytes,
};
