// SPDX-License-Identifier: GPL-2.0-only
/*
 * Leases: the sockets that pace migrations.
 *
 * hr_lease_lose() is called for each generic netlink socket of the machine that
 * closes. Most namespaces have no lease, and so an empty list. A lease is lost when
 * its socket closes, under a spinlock. The migration then has to pause, under the
 * lock of its ring. A change may hold that lock for seconds, so the next holder of
 * the lock makes the pause.
 */
#include "lease.h"
#include "ring.h"

/**
 * hr_lease_init() - make a ring's lease ready
 * @lease: the ring's lease
 */
void hr_lease_init(struct hr_lease *lease)
{
	INIT_LIST_HEAD(&lease->list);
}

/**
 * hr_lease_take_locked() - a socket gets a ring's lease
 * @ring: the ring; is listed, and no other socket has its lease
 * @port: port of the socket; a socket is open as long as its request lasts
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
 * hr_lease_give_locked() - end a ring's lease
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
 * hr_lease_taken() - whether an open socket has a ring's lease
 * @ring: the ring
 *
 * Context: any.
 * Return: true if there is such a socket.
 */
bool hr_lease_taken(const struct hr_ring *ring)
{
	return READ_ONCE(ring->lease.port);
}

/**
 * hr_lease_lose() - end one lease of a socket that closes
 * @hn: state of the socket's namespace
 * @port: port of the socket
 *
 * Context: not in softirq; does not wait.
 * Return: the ring of that lease, with a reference, or NULL: no lease is left.
 */
struct hr_ring *hr_lease_lose(struct hr_net *hn, u32 port)
{
	struct hr_ring *ring;

	/* Without the lock: a lease of this socket was listed before the close. */
	if (list_empty(&hn->leases))
		return NULL;
	spin_lock(&hn->lease_lock);
	list_for_each_entry(ring, &hn->leases, lease.list) {
		if (ring->lease.port != port)
			continue;
		/* A listed lease has a live ring: a removal ends the lease first. */
		refcount_inc(&ring->refs);
		lease_lose(hn, &ring->lease);
		spin_unlock(&hn->lease_lock);
		return ring;
	}
	spin_unlock(&hn->lease_lock);
	return NULL;
}
