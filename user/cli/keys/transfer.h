/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The transfer of data: bytes are 8 bits, and a rate is in bits.
 */
#ifndef CLI_KEYS_TRANSFER_H
#define CLI_KEYS_TRANSFER_H

#include <stdbool.h>

#include <linux/types.h>

/**
 * struct transfer - the data of all keys, and a link
 * @keys: number of keys of the whole ring
 * @key_size: bytes of each; 0: not given
 * @bandwidth: bits in a second; 0: not given
 * @efficiency: the part of @bandwidth that carries data, in 2^-32
 * @batch: keys in a step; 0: not given
 * @rate: keys in a second; 0: not given
 */
struct transfer {
	__u64 keys;
	__u64 key_size;
	__u64 bandwidth;
	__u64 efficiency;
	__u64 batch;
	__u64 rate;
};

/**
 * struct transferred - the amounts of a share of the ring
 * @keys: keys, rounded
 * @bytes: their bytes
 * @ns: time on the link
 */
struct transferred {
	__u64 keys;
	__u64 bytes;
	__u64 ns;
};

void transfer_share(const struct transfer *t, __u64 share,
		    struct transferred *to);
bool transfer_fits(const struct transfer *t);
__u64 transfer_steps(const struct transfer *t, __u64 keys);
__u64 transfer_steps_ns(const struct transfer *t, __u64 keys);
const char *transfer_class(__u64 ns);

#endif
