/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The key that tells flows apart, and its hash. Tests compile this file
 * natively.
 */
#ifndef HASHRING_TRACK_KEY_H
#define HASHRING_TRACK_KEY_H

#include <linux/types.h>

#include "core/key.h"

/**
 * struct hr_track_key - the key that tells flows apart
 * @family: 4 or 6
 * @protocol: IPPROTO_*
 * @policy: &enum hashring_key_policy; a flow under two policies has two
 *	positions
 * @pad: 0
 * @ports: source and destination, also if the position does not depend on them;
 *	0 for a protocol without ports, and for fragments
 * @saddr: network order, zero padded
 * @daddr: as @saddr
 * @word: the whole key, for comparison
 *
 * Where both directions are one flow, the two ends are in order.
 */
struct hr_track_key {
	union {
		struct {
			u8 family;
			u8 protocol;
			u8 policy;
			u8 pad;
			u8 ports[4];
			u8 saddr[16];
			u8 daddr[16];
		};
		u64 word[5];
	};
};

/**
 * hr_track_policy() - the key policy of a flow's hash
 * @policy: the attachment's policy
 *
 * Context: any.
 * Return: a policy for hr_flow_hash(), which also tells a client's flows apart.
 */
static inline enum hashring_key_policy
hr_track_policy(enum hashring_key_policy policy)
{
	return policy == HASHRING_KEY_SOURCE ? HASHRING_KEY_5TUPLE : policy;
}

/**
 * hr_track_hash() - the hash that finds a flow's entry
 * @hash: hr_flow_hash() of the flow by hr_track_policy(), all 64 bits
 * @secret: random and odd, of one migration
 *
 * Everything that a sender chooses goes through SipHash under a key of the
 * ring, and then through a secret factor. So a sender cannot choose flows of
 * one chain: neither with the positions of look-ups, which are half of @hash,
 * nor with the ring's seed, which gives all of it.
 *
 * Context: any.
 * Return: the hash.
 */
static inline u32 hr_track_hash(u64 hash, u64 secret)
{
	return hash * secret >> 32;
}

static inline bool hr_track_same(const struct hr_track_key *a,
				 const struct hr_track_key *b)
{
	return !((a->word[0] ^ b->word[0]) | (a->word[1] ^ b->word[1]) |
		 (a->word[2] ^ b->word[2]) | (a->word[3] ^ b->word[3]) |
		 (a->word[4] ^ b->word[4]));
}

#endif
