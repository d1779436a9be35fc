/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What it takes to move data: bytes are 8 bits, and a rate is of bits.
 */
#ifndef CLI_KEYS_TRANSFER_H
#define CLI_KEYS_TRANSFER_H

#include <stdbool.h>

#include <linux/types.h>

/**
 * struct transfer - data that keys stand for, and a link
 * @keys: number of keys, of all the ring
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
 * struct transferred - what a share of the ring comes to
 * @keys: keys, to the nearest
 * @bytes: that they stand for
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
