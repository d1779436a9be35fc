// SPDX-License-Identifier: GPL-2.0-only
/*
 * Migrations over netlink: messages with the state and the steps of a migration.
 */
#include <linux/jiffies.h>
#include <linux/skbuff.h>

#include "common.h"
#include "compat.h"
#include "migrate/info.h"
#include "migrate/migration.h"
#include "ring/backend.h"
#include "track/track.h"

/* Nodes in one message, at most. */
#define HR_TOLD_NODES	64

/**
 * hr_nl_ms_until() - the time until a moment
 * @moment: in jiffies_64
 *
 * Return: milliseconds; 0 if the moment has passed.
 */
u64 hr_nl_ms_until(u64 moment)
{
	u64 now = get_jiffies_64();

	return time_before64(now, moment) ?
		jiffies64_to_msecs(moment - now) : 0;
}

/**
 * hr_nl_put_step() - put a step or a transition into a message
 * @skb: the message
 * @type: the attribute
 * @what: the event
 *
 * Return: 0 or -EMSGSIZE.
 */
int hr_nl_put_step(struct sk_buff *skb, int type,
		   const struct hr_migrate_event *what)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest ||
	    hr_nl_put_u64(skb, HASHRING_A_STEP_EPOCH, what->epoch) ||
	    hr_nl_put_u64(skb, HASHRING_A_STEP_TIME, what->time) ||
	    hr_nl_put_u64(skb, HASHRING_A_STEP_GENERATION, what->generation) ||
	    nla_put_u32(skb, HASHRING_A_STEP_KIND, what->kind) ||
	    nla_put_u32(skb, HASHRING_A_STEP_STATE, what->state) ||
	    nla_put_string(skb, HASHRING_A_STEP_REASON, what->reason) ||
	    hr_nl_put_u64(skb, HASHRING_A_STEP_FRONTIER_BEFORE, what->before) ||
	    hr_nl_put_u64(skb, HASHRING_A_STEP_FRONTIER, what->after) ||
	    hr_nl_put_u64(skb, HASHRING_A_STEP_MOVED, what->moved) ||
	    nla_put_u32(skb, HASHRING_A_STEP_ARCS, what->arcs) ||
	    nla_put_u32(skb, HASHRING_A_STEP_FLOWS, what->flows))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_progress(struct sk_buff *skb, const struct hr_progress *progress)
{
	if (hr_nl_put_u64(skb, HASHRING_A_MIGRATION_TOTAL, progress->share) ||
	    hr_nl_put_u64(skb, HASHRING_A_MIGRATION_RELEASED,
			  progress->share_released) ||
	    nla_put_u32(skb, HASHRING_A_MIGRATION_ARCS, progress->arcs) ||
	    nla_put_u32(skb, HASHRING_A_MIGRATION_ARCS_RELEASED,
			progress->arcs_released))
		return -EMSGSIZE;
	return 0;
}

static int put_stats(struct sk_buff *skb, const struct hr_track *track)
{
	u64 stats[HR_TRACK_COUNTERS];
	struct nlattr *nest;
	u32 i;

	hr_track_stats(track, stats);
	nest = nla_nest_start(skb, HASHRING_A_MIGRATION_STATS);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < HR_TRACK_COUNTERS; i++)
		if (hr_nl_put_u64(skb, HASHRING_A_TRACK_STATS_STARTED + i,
				  stats[i]))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_tracked(struct sk_buff *skb, const struct hr_migrate_info *info)
{
	const struct hr_track *track = info->view->track;
	struct hr_track_counts counts = {};

	if (track)
		hr_track_count(info->view, &counts);
	if (nla_put_u32(skb, HASHRING_A_MIGRATION_MAX_ENTRIES,
			track ? hr_track_max(track) : 0) ||
	    nla_put_u32(skb, HASHRING_A_MIGRATION_ENTRIES, counts.entries) ||
	    nla_put_u32(skb, HASHRING_A_MIGRATION_PINNED, counts.pinned) ||
	    nla_put_u32(skb, HASHRING_A_MIGRATION_NOTED, counts.noted))
		return -EMSGSIZE;
	if (!track)
		return 0;
	if (hr_track_window_seen(track, info->m.quiet) &&
	    nla_put_flag(skb, HASHRING_A_MIGRATION_WINDOW))
		return -EMSGSIZE;
	if (hr_track_grace(track) &&
	    hr_nl_put_u64(skb, HASHRING_A_MIGRATION_GRACE,
			  hr_track_grace(track)))
		return -EMSGSIZE;
	return put_stats(skb, track);
}

static int put_node(struct sk_buff *skb, struct hr_node *node, u32 flows,
		    u32 pinned)
{
	u64 deadline = READ_ONCE(hr_backend(node)->shared->deadline);
	struct nlattr *nest;

	nest = nla_nest_start(skb, HASHRING_A_MIGRATION_NODE);
	if (!nest ||
	    nla_put_string(skb, HASHRING_A_NODE_FLOWS_NAME, node->name) ||
	    nla_put_u32(skb, HASHRING_A_NODE_FLOWS_FLOWS, flows) ||
	    nla_put_u32(skb, HASHRING_A_NODE_FLOWS_PINNED, pinned) ||
	    (node->attrs.state == HASHRING_NODE_LEAVING &&
	     nla_put_flag(skb, HASHRING_A_NODE_FLOWS_LEAVING)) ||
	    (deadline &&
	     nla_put_u64_64bit(skb, HASHRING_A_NODE_FLOWS_DEADLINE,
			       hr_nl_ms_until(deadline),
			       HASHRING_A_NODE_FLOWS_PAD)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* The nodes with flows or a deadline, and the leaving nodes. */
static int put_nodes(struct sk_buff *skb, const struct hr_ring_view *view,
		     gfp_t gfp)
{
	const struct hr_table *t = view->core.table;
	u32 *flows, i, info = 0;
	int ret = 0;

	flows = kvcalloc(t->nr_slots, 2 * sizeof(*flows), gfp);
	if (!flows)
		return -ENOMEM;
	if (view->track)
		hr_track_nodes(view, flows, flows + t->nr_slots);
	for (i = 0; i < t->nr_slots && info < HR_TOLD_NODES && !ret; i++) {
		struct hr_node *node = t->nodes[i];

		if (!node ||
		    (!flows[i] && node->attrs.state != HASHRING_NODE_LEAVING &&
		     !READ_ONCE(hr_backend(node)->shared->deadline)))
			continue;
		ret = put_node(skb, node, flows[i], flows[t->nr_slots + i]);
		info++;
	}
	kvfree(flows);
	return ret;
}

static int put_migration(struct sk_buff *skb,
			 const struct hr_migrate_info *info)
{
	const struct hr_migration *m = &info->m;

	if (nla_put_string(skb, HASHRING_A_MIGRATION_REASON, m->reason) ||
	    hr_nl_put_u64(skb, HASHRING_A_MIGRATION_ORIGIN,
			  m->origin_generation) ||
	    nla_put_u32(skb, HASHRING_A_MIGRATION_CHANGES, m->changes) ||
	    hr_nl_put_u64(skb, HASHRING_A_MIGRATION_UNDONE, m->undone) ||
	    hr_nl_put_u64(skb, HASHRING_A_MIGRATION_FRONTIER, info->frontier) ||
	    put_progress(skb, &m->progress) ||
	    (m->rolling && nla_put_flag(skb, HASHRING_A_MIGRATION_BACK)) ||
	    (m->holder_port &&
	     nla_put_string(skb, HASHRING_A_MIGRATION_HOLDER, m->holder)) ||
	    (m->deadline && hr_nl_put_u64(skb, HASHRING_A_MIGRATION_DEADLINE,
					  hr_nl_ms_until(m->deadline))) ||
	    hr_nl_put_u64(skb, HASHRING_A_MIGRATION_QUIET, m->quiet))
		return -EMSGSIZE;
	return put_tracked(skb, info);
}

/**
 * hr_nl_migration_fill() - fill in a message with the state of a migration
 * @skb: the buffer
 * @to: the addressee
 * @cb: the dump that the message is a part of, or NULL
 * @ring: the ring
 * @info: the state of the migration
 * @what: the event that has just happened, or would happen; NULL: none
 * @receipt: of the whole migration, if it has ended; or NULL
 * @done: the reply to a command that has done its work: there is no -ENOMEM
 *
 * Flows are counted here, by two scans of the pool.
 *
 * Context: may sleep; needs no lock.
 * Return: 0, -EMSGSIZE or -ENOMEM.
 */
int hr_nl_migration_fill(struct sk_buff *skb, const struct hr_nl_to *to,
			 struct netlink_callback *cb,
			 const struct hr_ring *ring,
			 const struct hr_migrate_info *info,
			 const struct hr_migrate_event *what,
			 const struct hr_receipt *receipt, bool done)
{
	int ret = -EMSGSIZE;
	void *head;

	head = hr_nl_begin(skb, to);
	if (!head)
		return ret;
	if (cb)
		genl_dump_check_consistent(cb, head);
	if (nla_put_string(skb, HASHRING_A_MIGRATION_RING, ring->name) ||
	    nla_put_u32(skb, HASHRING_A_MIGRATION_STATE, info->state) ||
	    hr_nl_put_u64(skb, HASHRING_A_MIGRATION_GENERATION,
			  info->view->generation) ||
	    hr_nl_put_u64(skb, HASHRING_A_MIGRATION_EPOCH, info->epoch) ||
	    (info->moving && put_migration(skb, info)) ||
	    (what && hr_nl_put_step(skb, HASHRING_A_MIGRATION_STEP, what)) ||
	    (receipt && hr_nl_put_receipt(skb, HASHRING_A_MIGRATION_RECEIPT,
					  receipt, false)))
		goto err_cancel;
	if (info->moving) {
		ret = put_nodes(skb, info->view, done ? HR_GFP_NOFAIL : HR_GFP);
		if (ret)
			goto err_cancel;
	}
	genlmsg_end(skb, head);
	return 0;

err_cancel:
	genlmsg_cancel(skb, head);
	return ret;
}
