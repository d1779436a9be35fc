// SPDX-License-Identifier: GPL-2.0-only
/*
 * Leases: the sockets that pace migrations.
 *
 * Each generic netlink socket of the machine that is closed is looked for here,
 * most of them in an empty list. A lease is lost at that moment, under a
 * spinlock; what follows for the migration needs its ring's lock, which a change
 * may hold for seconds, and is done by the next one that has that lock.
 */
#include "lease.h"
#include "ring.h"

/**
 * hr_lease_init() - make a ring's lease ready
 * @lease: the ring's
 */
void hr_lease_init(struct hr_lease *lease)
{
	INIT_LIST_HEAD(&lease->list);
}

/**
 * hr_lease_take_locked() - a socket gets a ring's lease
 * @ring: listed; no other socket has its lease
 * @port: the socket's, which cannot be closed meanwhile: it is the one that asks
 *
 * Context: ring->lock is held.
 */
void hr_lease_take_locked(struct hr_ring *ring, u32 port)
{
	struct hr_net *hn = hr_net(ring->net);

	lockdep_assert_held(&ring->lock);

	spin_lock(&hn->lease_lock);
	if (list_empty(&ring->lease.list))
		list_add(&ring->lease.list, &hn->leases);
	WRITE_ONCE(ring->lease.port, port);
	spin_unlock(&hn->lease_lock);
}

static void lease_lose(struct hr_net *hn, struct hr_lease *lease)
{
	lockdep_assert_held(&hn->lease_lock);

	list_del_init(&lease->list);
	WRITE_ONCE(lease->port, 0);
}

/**
 * hr_lease_give_locked() - a ring is paced no longer
 * @ring: the ring
 *
 * Context: ring->lock is held.
 */
void hr_lease_give_locked(struct hr_ring *ring)
{
	struct hr_net *hn = hr_net(ring->net);

	lockdep_assert_held(&ring->lock);

	spin_lock(&hn->lease_lock);
	lease_lose(hn, &ring->lease);
	spin_unlock(&hn->lease_lock);
}

/**
 * hr_lease_taken() - whether a socket that is still open has a ring's lease
 * @ring: the ring
 *
 * Context: any.
 * Return: whether it does.
 */
bool hr_lease_taken(const struct hr_ring *ring)
{
	return READ_ONCE(ring->lease.port);
}

/**
 * hr_lease_lose() - a socket is closed: so is one of its leases
 * @hn: the namespace's
 * @port: the socket's
 *
 * Context: not in softirq; does not wait.
 * Return: the ring that it was of, with a reference, or NULL: there is no more.
 */
struct hr_ring *hr_lease_lose(struct hr_net *hn, u32 port)
{
	struct hr_ring *ring;

	/* Whatever this socket has taken is seen here: it took it before. */
	if (list_empty(&hn->leases))
		return NULL;
	spin_lock(&hn->lease_lock);
	list_for_each_entry(ring, &hn->leases, lease.list) {
		if (ring->lease.port != port)
			continue;
		/* A ring that goes gives its lease back first. */
		refcount_inc(&ring->refs);
		lease_lose(hn, &ring->lease);
		spin_unlock(&hn->lease_lock);
		return ring;
	}
	spin_unlock(&hn->lease_lock);
	return NULL;
}
