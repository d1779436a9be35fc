/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Leases: the sockets that pace migrations, found by their ports.
 */
#ifndef HASHRING_RING_LEASE_H
#define HASHRING_RING_LEASE_H

#include <linux/list.h>
#include <linux/types.h>

struct hr_net;
struct hr_ring;

/**
 * struct hr_lease - a ring's lease
 * @list: in hr_net.leases while a socket has the lease
 * @port: port of that socket; 0: no socket has the lease. Written under
 *	hr_net.lease_lock, also read without that lock
 */
struct hr_lease {
	struct list_head list;
	u32 port;
};

void hr_lease_init(struct hr_lease *lease);
void hr_lease_take_locked(struct hr_ring *ring, u32 port);
void hr_lease_give_locked(struct hr_ring *ring);
bool hr_lease_taken(const struct hr_ring *ring);
struct hr_ring *hr_lease_lose(struct hr_net *hn, u32 port);

#endif
