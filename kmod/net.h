/* SPDX-License-Identifier: GPL-2.0-only */
/* The rings of a namespace. */
#ifndef HASHRING_NET_H
#define HASHRING_NET_H

#include "ring/ring.h"

int hr_rings_init(void);
void hr_rings_exit(void);

/* Under hr_net.lock. */
struct hr_ring *hr_ring_create_locked(struct net *net, const char *name,
				      const struct hr_config *config,
				      const struct hr_settings *settings,
				      struct netlink_ext_ack *extack);
int hr_ring_remove_locked(struct net *net, struct hr_ring *ring,
			  struct netlink_ext_ack *extack);

#endif
