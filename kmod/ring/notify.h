/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One notifier chain has the events of all rings, each once and in order. Netlink
 * listens and tells operators. Other modules may listen as well.
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
