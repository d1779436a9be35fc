/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What other methods move by their definition alone: exact for keys whose
 * hashes are spread evenly, and computed from numbers and weights of nodes
 * without any key. Shares are in 2^-32 of the keys, rounded to the nearest.
 */
#ifndef HASHRING_SIM_SHARES_H
#define HASHRING_SIM_SHARES_H

#include <linux/types.h>

u64 sim_modulo_share(u64 before, u64 after, u64 kept);
u64 sim_split_share(u32 nodes, u32 gone, u32 come);
u64 sim_recut_share(const u32 *before, const u32 *after, u32 nr);

#endif
