/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What happens to rings is told once, and in the order in which it happens:
 * netlink tells operators, and other modules hear it as well.
 */
#ifndef HASHRING_RING_NOTIFY_H
#define HASHRING_RING_NOTIFY_H

#include <linux/notifier.h>

#include "hashring.h"
#include "ring.h"

extern struct blocking_notifier_head hr_ring_chain;

void hr_ring_notify(struct hr_ring *ring, enum hashring_event event,
		    struct hashring_note *note);

#endif
