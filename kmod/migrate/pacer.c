// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pacer: the socket that has a migration's lease, and the terms of the lease.
 */
#include <linux/jiffies.h>

#include "extack.h"
#include "info.h"
#include "migration.h"
#include "ring/lease.h"

static int set_terms(struct hr_migration *m,
		     const struct hr_migrate_terms *terms,
		     struct netlink_ext_ack *extack)
{
	if (terms->has_deadline && !terms->deadline)
		return hr_extack(extack, NULL, -ERANGE,
				 "a deadline of 0 ms has passed already");
	if (terms->has_deadline) {
		m->deadline = get_jiffies_64() +
			      msecs_to_jiffies(min_t(u64, terms->deadline,
						     HR_MAX_DEADLINE));
		m->automatic = true;
	}
	if (terms->has_quiet)
		m->quiet = terms->quiet;
	return 0;
}

/**
 * hr_migrate_run_locked() - take the lease
 * @ring: the ring
 * @terms: the socket, and the terms of the lease
 * @extack: for the reason
 *
 * A paused migration runs again.
 *
 * Context: ring->lock is held. May sleep.
 * Return: 0, -ENOENT, -EBUSY (another socket has the lease), -ERANGE.
 */
int hr_migrate_run_locked(struct hr_ring *ring,
			  const struct hr_migrate_terms *terms,
			  struct netlink_ext_ack *extack)
{
	struct hr_migration *m = hr_migration_get_locked(ring, extack);
	int ret;

	if (IS_ERR(m))
		return PTR_ERR(m);
	ret = hr_migrate_check_holder(ring, m, terms->port, extack);
	if (ret)
		return ret;
	ret = set_terms(m, terms, extack);
	if (ret)
		return ret;
	hr_lease_take_locked(ring, terms->port);
	m->holder_port = terms->port;
	hr_migrate_log_text(m->holder, terms->holder, sizeof(m->holder));
	hr_migration_set_mode(m, HASHRING_MIGRATION_RUNNING, NULL);
	hr_migrate_changed_state_locked(ring);
	return 0;
}

/**
 * hr_migrate_set_locked() - pause or resume a migration, or change its terms
 * @ring: the ring
 * @terms: what to set
 * @extack: for the reason
 *
 * Context: ring->lock is held. May sleep.
 * Return: 0, -ENOENT, -EBUSY (only the holder of the lease may), -EINVAL, -ERANGE.
 */
int hr_migrate_set_locked(struct hr_ring *ring,
			  const struct hr_migrate_terms *terms,
			  struct netlink_ext_ack *extack)
{
	struct hr_migration *m = hr_migration_get_locked(ring, extack);
	int ret;

	if (IS_ERR(m))
		return PTR_ERR(m);
	switch (terms->state) {
	case HASHRING_MIGRATION_NONE:
	case HASHRING_MIGRATION_PAUSED:
	case HASHRING_MIGRATION_FAILED:
	case HASHRING_MIGRATION_RUNNING:
	case HASHRING_MIGRATION_HOLDING:
		break;
	case HASHRING_MIGRATION_THROTTLED:
		if (m->holder_port == terms->port)
			break;
		return hr_extack(extack, NULL, -EBUSY,
				 "only its pacer can throttle a migration");
	default:
		return hr_extack(extack, NULL, -EINVAL,
				 "a migration cannot be set to that state");
	}
	ret = set_terms(m, terms, extack);
	if (ret)
		return ret;
	if (terms->state == HASHRING_MIGRATION_NONE) {
		hr_migrate_info_update_locked(ring, NULL);
		return 0;
	}
	if (terms->state == HASHRING_MIGRATION_RUNNING ||
	    terms->state == HASHRING_MIGRATION_HOLDING)
		hr_migration_set_mode(m,
				      m->holder_port ?
					      HASHRING_MIGRATION_RUNNING :
					      HASHRING_MIGRATION_HOLDING,
				      NULL);
	else
		hr_migration_set_mode(m, terms->state, terms->reason);
	hr_migrate_changed_state_locked(ring);
	return 0;
}

/**
 * hr_migrate_release() - end all leases of a socket that closes
 * @net: the namespace
 * @port: port of the socket; afterwards another socket may get this port, without
 *	these leases
 *
 * Does not wait for the lock of a ring. If another thread has that lock, the next
 * command about the migration makes the pause, or at the latest the tick. Readers are
 * told of the pause at once.
 *
 * Context: may sleep.
 */
void hr_migrate_release(struct net *net, u32 port)
{
	struct hr_net *hn = hr_net(net);
	struct hr_ring *ring;

	while ((ring = hr_lease_lose(hn, port))) {
		if (mutex_trylock(&ring->lock)) {
			hr_migrate_catch_up_locked(ring);
			mutex_unlock(&ring->lock);
		}
		hr_ring_put(ring);
	}
}
