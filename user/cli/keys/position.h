/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Positions of keys, computed here: by the ring's own hash, which is the
 * module's code compiled a second time, or by MD5.
 */
#ifndef CLI_KEYS_POSITION_H
#define CLI_KEYS_POSITION_H

#include <hashring/hashring.h>

#include "core/key.h"

enum position_hash {
	POSITION_SIPHASH,	/* the ring's own */
	POSITION_MD5,		/* MD5 of the key, the last 32 bits */
};

/* The words of enum position_hash, ended by NULL. */
const char *position_hashes(__u32 value);

/**
 * struct positioner - the hash for positions of keys
 * @hash: &enum position_hash
 * @keys: keys of the ring; not for MD5
 */
struct positioner {
	enum position_hash hash;
	struct hr_keys keys;
};

int positioner_init(struct positioner *p, enum position_hash hash,
		    const char *ring);
__u32 position_of(const struct positioner *p, const void *key, size_t len);

#endif
