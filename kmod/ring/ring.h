/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rings. Each network namespace has a set of rings, by name. Readers get a ring's map
 * by one RCU pointer. A change makes the next map beside the present one, and
 * publishes the next map by one store.
 *
 * Locks, outermost first:
 *	hr_net.lock	the set of rings and of attachments of a namespace
 *	hr_ring.lock	the ring's writer: view, generation, epoch, migration,
 *			settings, id_bits, dead
 *	hr_history.lock	the receipts
 *	hr_ring_view.map_lock	the effective map, as a table
 *	hr_net.lease_lock, hr_ring.info_lock, hr_ring.retired_lock
 *				(spinlocks; none is taken inside another)
 * A reader of a view takes rcu_read_lock() and nothing else. A reader that sleeps
 * pins the view. Finding a ring by its name takes no lock either.
 *
 * A command that any user may send neither takes hr_ring.lock nor waits for a holder
 * of that lock. So such a command delays neither an administrator's command nor a
 * deadline.
 */
#ifndef HASHRING_RING_RING_H
#define HASHRING_RING_RING_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

#include "core/change.h"
#include "core/impact.h"
#include "core/view.h"
#include "gfp.h"
#include "history.h"
#include "lease.h"
#include "migrate_log.h"
#include "netdev.h"
#include "settings.h"

struct hr_migration;
struct hr_migrate_info;
struct hr_track;

/**
 * struct hr_net - the state of one network namespace
 * @lock: guards all fields but the leases
 * @rings: &struct hr_ring, ascending by name; also read under RCU
 * @nr_rings: number of @rings
 * @rings_seq: counts additions and removals, for consistent dumps
 * @attachments: &struct hr_attach, ascending by id
 * @nr_attachments: number of @attachments
 * @attach_seq: as @rings_seq
 * @last_attach: the last attachment id that was given out
 * @lease_lock: guards the leases of this namespace's rings
 * @leases: &struct hr_lease that a socket has; list_empty() is read without the
 *	lock
 * @netdev: the devices that cached routes may hold
 */
struct hr_net {
	struct mutex lock;	/* all of this but the leases */
	struct list_head rings;
	u32 nr_rings;
	u32 rings_seq;
	struct list_head attachments;
	u32 nr_attachments;
	u32 attach_seq;
	u32 last_attach;
	spinlock_t lease_lock;	/* leases */
	struct list_head leases;
	struct hr_netdev netdev;
};

struct hr_net *hr_net(const struct net *net);

/**
 * struct hr_ring_view - the kernel's view: the core's view, counted and freed by RCU
 * @core: the core's view; owns a reference to each of its tables
 * @generation: number of this membership and table
 * @track: flow state of the migration, with a reference; NULL if established flows
 *	move, and without a migration
 * @track_put: gives the reference to @track back; the floor of track/ is above
 * @map_lock: guards @map, @map_frontier, @digest and @digested
 * @map: the effective map of a migration; NULL until a reader asks for the map
 * @map_frontier: the frontier that @map is of
 * @digest: of the effective map
 * @digested: @digest is valid
 * @refs: one while the view is in force, and one for each hr_ring_pin()
 * @ring: set when the view is retired, with a reference
 * @list: in hr_ring.retired while the view is retired and has its tables
 * @work: frees the view a grace period after the last reference
 */
struct hr_ring_view {
	struct hr_view core;
	u64 generation;
	struct hr_track *track;
	void (*track_put)(struct hr_track *track);
	struct mutex map_lock;	/* map, map_frontier, digest, digested */
	struct hr_table *map;
	u64 map_frontier;
	u64 digest;
	bool digested;
	refcount_t refs;
	struct hr_ring *ring;
	struct list_head list;
	struct rcu_work work;
};

/**
 * struct hr_ring - a ring
 * @view: the map in force; written under @lock, read under RCU
 * @config: fixed when the ring is created
 * @name: fixed when the ring is created
 * @net: the namespace; valid while the ring is listed or attached
 * @refs: one each for the list, an attachment, a retired view and a user
 * @list: in hr_net.rings, under hr_net.lock
 * @lock: held by writers
 * @settings: how the ring treats established flows; written under @lock
 * @epoch: counts changes, steps and transitions; written under @lock
 * @migration: the migration under way, or NULL; under @lock
 * @lease: the socket that paces @migration
 * @state: &enum hashring_migration_state after the last step or transition
 * @migrate_info: @migration after its last step or transition, for readers; NULL
 *	without a migration
 * @migrate_log: the last events of migrations
 * @info_lock: guards @migrate_info and @migrate_log, which are written under
 *	@lock as well
 * @tick: handles the deadlines and the window of @migration; has a reference while
 *	queued
 * @history: receipts
 * @attachments: number of attachments that steer by the ring; under hr_net.lock
 * @id_bits: number of attachments, by the bits of their node masks; under @lock
 * @dead: the ring is removed: no more changes; written under hr_net.lock and @lock
 * @retired: views that were replaced and still have their tables
 * @nr_retired: number of @retired, at most HR_RETIRED_MAX
 * @retired_lock: guards @retired and @nr_retired
 * @retired_wait: where a writer waits while @nr_retired is at its limit
 * @work: frees the ring a grace period after the last reference
 */
struct hr_ring {
	struct hr_ring_view __rcu *view;
	struct hr_config config;
	char name[HR_MAX_NAME + 1];
	struct net *net;
	refcount_t refs;
	struct list_head list;
	struct mutex lock;	/* writers */
	struct hr_settings settings;
	u64 epoch;
	struct hr_migration *migration;
	struct hr_lease lease;
	u8 state;
	struct hr_migrate_info *migrate_info;
	struct hr_migrate_log migrate_log;
	spinlock_t info_lock; /* migrate_info, migrate_log */
	struct delayed_work tick;
	struct hr_history history;
	u32 attachments;
	u32 id_bits[33];
	bool dead;
	struct list_head retired;
	u32 nr_retired;
	spinlock_t retired_lock;	/* retired views */
	wait_queue_head_t retired_wait;
	struct rcu_work work;
};

#define HR_RETIRED_MAX	2

extern unsigned int hr_net_id;
extern struct workqueue_struct *hr_wq;	/* frees, and scheduled work */

/* _locked: hr_net.lock is held. The others need no lock. */
struct hr_ring *hr_ring_find_locked(struct hr_net *hn, const char *name);
struct hr_ring *hr_ring_get(struct net *net, const char *name);
struct hr_ring *hr_ring_get_nth(struct net *net, u32 n);
void hr_ring_put(struct hr_ring *ring);

/* Attachments: the ids of all nodes must fit. Both under hr_net.lock. */
int hr_ring_attach(struct hr_ring *ring, u32 id_max,
		   struct netlink_ext_ack *extack);
void hr_ring_detach(struct hr_ring *ring, u32 id_max);

struct hr_ring_view *hr_ring_pin(struct hr_ring *ring);
void hr_ring_unpin(struct hr_ring_view *view);

struct hr_table *hr_ring_map(const struct hr_ring *ring,
			     struct hr_ring_view *view, gfp_t gfp, u64 *at);
struct hr_table *hr_ring_map_locked(const struct hr_ring *ring, gfp_t gfp);

/* For writers, under hr_ring.lock. */
struct hr_ring_view *hr_view_alloc(struct hr_table *table, u64 generation,
				   gfp_t gfp);
u64 hr_view_bytes(const struct hr_ring_view *view);
void hr_view_free(struct hr_ring_view *view);
bool hr_ring_has_room_locked(struct hr_ring *ring);
int hr_ring_make_room_locked(struct hr_ring *ring);
void hr_ring_publish_locked(struct hr_ring *ring, struct hr_ring_view *view,
			    struct hr_receipt *receipt);

/**
 * hr_ring_view() - the view in force
 * @ring: the ring
 *
 * Context: under rcu_read_lock().
 * Return: the view, valid until rcu_read_unlock().
 */
static inline const struct hr_ring_view *hr_ring_view(const struct hr_ring *ring)
{
	return rcu_dereference(ring->view);
}

/* The view for the holder of ring->lock. */
static inline struct hr_ring_view *hr_ring_view_locked(const struct hr_ring *ring)
{
	return rcu_dereference_protected(ring->view,
					 lockdep_is_held(&ring->lock));
}

/* The node that owns @pos, or NULL. Context as hr_ring_view(). */
static inline struct hr_node *hr_ring_owner(const struct hr_ring *ring, u32 pos)
{
	return hr_view_owner(&hr_ring_view(ring)->core, pos);
}

#endif
