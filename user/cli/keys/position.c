// SPDX-License-Identifier: GPL-2.0-only
/*
 * Positions of keys.
 */
#include <md5.h>

#include "position.h"
#include "cli/cli.h"

const char *position_hashes(__u32 value)
{
	static const char *const words[] = {
		[POSITION_SIPHASH] = "siphash",
		[POSITION_MD5] = "md5",
	};

	return word_at(words, sizeof(words) / sizeof(*words), value);
}

/**
 * positioner_init() - prepares to compute positions
 * @p: set
 * @hash: &enum position_hash
 * @ring: the ring of the keys
 *
 * Return: an exit status; errors are reported.
 */
int positioner_init(struct positioner *p, enum position_hash hash,
		    const char *ring)
{
	struct hashring_ring info;
	struct hashring *h;
	int err;

	p->hash = hash;
	h = conn();
	if (!h)
		return EXIT_REFUSED;
	err = hashring_ring_get(h, ring, &info);
	if (err)
		return refused(err);
	if (hash == POSITION_MD5)
		return 0;
	if (info.algorithm != HR_ALGORITHM)
		return fail(EXIT_REFUSED,
			    "the module hashes by version %u, this program by %u",
			    info.algorithm, HR_ALGORITHM);
	if (!info.has_seed)
		return fail(EXIT_REFUSED,
			    "the seed of %s needs CAP_NET_ADMIN",
			    ring);
	hr_keys_derive(&p->keys, info.seed);
	return 0;
}

__u32 position_of(const struct positioner *p, const void *key, size_t len)
{
	__u8 sum[MD5_DIGEST_LENGTH];
	MD5_CTX md5;

	if (p->hash == POSITION_SIPHASH)
		return hr_key_position(&p->keys, key, len);
	MD5Init(&md5);
	MD5Update(&md5, key, len);
	MD5Final(sum, &md5);
	return (__u32)sum[12] << 24 | sum[13] << 16 | sum[14] << 8 | sum[15];
}
