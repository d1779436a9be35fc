/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What other methods move by their definition alone: exact for keys whose
 * hashes are spread evenly, and computed from numbers and weights of nodes
 * without any key. Shares are in 2^-32 of the keys, rounded to the nearest.
 */
#ifndef RINGCTL_PLAN_SHARES_H
#define RINGCTL_PLAN_SHARES_H

#include <linux/types.h>

u64 modulo_share(u64 before, u64 after, u64 kept);
u64 split_share(u32 nodes, u32 gone, u32 come);
u64 recut_share(const u32 *before, const u32 *after, u32 nr);

#endif
