/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hashring for other modules: who owns a position of a ring. Import the symbol
 * namespace HASHRING.
 */
#ifndef HASHRING_HASHRING_H
#define HASHRING_HASHRING_H

#include <linux/types.h>

struct hr_ring;
struct net;

struct hr_ring *hashring_get(struct net *net, const char *name);
u32 hashring_lookup(const struct hr_ring *ring, u32 position);
void hashring_put(struct hr_ring *ring);

#endif
