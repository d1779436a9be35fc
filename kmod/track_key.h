/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What tells a flow from others, and its hash. Tests compile this file natively.
 */
#ifndef HASHRING_TRACK_KEY_H
#define HASHRING_TRACK_KEY_H

#include <linux/siphash.h>
#include <linux/types.h>

/**
 * struct hr_track_key - what tells a flow from others
 * @family: 4 or 6
 * @protocol: IPPROTO_*
 * @policy: &enum hr_key_policy; a flow that two policies look at has two
 *	positions
 * @pad: 0
 * @ports: source and destination, also where they do not count for the
 *	position; 0 for a protocol without, and for fragments
 * @saddr: network order, zero padded
 * @daddr: as @saddr
 * @half: all of it
 * @word: all of it
 *
 * Where both directions are one flow, its ends are in order. The words are
 * only compared and hashed as a whole: the machine's byte order does not matter.
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
		u32 half[10];
		u64 word[5];
	};
};

/**
 * hr_track_hash() - where a flow's entry is found
 * @key: the flow's
 * @secret: random, of one migration
 *
 * All that a sender chooses goes through it, and nobody is told of @secret: so
 * nobody can choose flows that meet. The position would not do. It leaves out
 * what the policy leaves out, and a lookup tells it to every local user.
 *
 * Context: any.
 * Return: the hash.
 */
static inline u32 hr_track_hash(const struct hr_track_key *key,
				const hsiphash_key_t *secret)
{
	/* the bytes that are not there in IPv4 are 0 and need no rounds */
	if (likely(key->family == 4))
		return hsiphash_4u32(key->half[0], key->half[1], key->half[2],
				     key->half[6], secret);
	return hsiphash(key->word, sizeof(key->word), secret);
}

static inline bool hr_track_same(const struct hr_track_key *a,
				 const struct hr_track_key *b)
{
	return !((a->word[0] ^ b->word[0]) | (a->word[1] ^ b->word[1]) |
		 (a->word[2] ^ b->word[2]) | (a->word[3] ^ b->word[3]) |
		 (a->word[4] ^ b->word[4]));
}

#endif
