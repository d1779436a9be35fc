// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events of rings, told to all listeners.
 */
#include "notify.h"

BLOCKING_NOTIFIER_HEAD(hr_ring_chain);

/**
 * hr_ring_notify() - tell all listeners of an event of a ring
 * @ring: the ring
 * @event: what has happened
 * @note: has ops, receipt and step, as far as @event has them; the other fields are
 *	filled in
 *
 * Context: the lock that orders events of this kind is held: see
 * &enum hashring_event. May sleep.
 */
void hr_ring_notify(struct hr_ring *ring, enum hashring_event event,
		    struct hashring_note *note)
{
	note->net = ring->net;
	note->ring = ring;
	note->name = ring->name;
	rcu_read_lock();
	note->generation = hr_ring_view(ring)->generation;
	rcu_read_unlock();
	note->epoch = READ_ONCE(ring->epoch);
	blocking_notifier_call_chain(&hr_ring_chain, event, note);
}
