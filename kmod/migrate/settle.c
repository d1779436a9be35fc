// SPDX-License-Identifier: GPL-2.0-only
/*
 * The view of a held change; rollback and end of a migration, and their views.
 */
#include <linux/slab.h>

#include "extack.h"
#include "info.h"
#include "ring/backend.h"
#include "track/track.h"

/**
 * hr_held_view() - make the view of a held change
 * @ring: the ring
 * @migration: the migration that the change begins or joins
 * @map: the effective map
 * @next: the table that the migration is to lead to; taken over unless NULL is
 *	returned
 * @stay: leave the frontier where it is: the change only takes nodes down
 * @gfp: how to allocate
 *
 * By this view only the arcs of nodes that are down move. These arcs move at once, in
 * all three maps.
 *
 * Context: ring->lock is held. May sleep.
 * Return: the view, or NULL without memory.
 */
struct hr_ring_view *hr_held_view(struct hr_ring *ring,
				  struct hr_migration *migration,
				  struct hr_table *map, struct hr_table *next,
				  bool stay, gfp_t gfp)
{
	struct hr_ring_view *old = hr_ring_view_locked(ring);
	bool settled = hr_view_settled(&old->core);
	struct hr_table *base = settled ? old->core.table : old->core.base;
	struct hr_table *from = stay ? old->core.from : map;
	const u32 grid = ring->config.grid;
	struct hr_ring_view *view;

	view = hr_view_alloc(hr_table_get(next), old->generation + 1, gfp);
	if (!view) {
		hr_table_put(next, &hr_backend_ops);
		return NULL;
	}
	view->core.base =
		hr_table_without(base, next, grid, gfp, &hr_backend_ops);
	if (!view->core.base)
		goto err_free_view;
	if (from == base)
		view->core.from = hr_table_get(view->core.base);
	else
		view->core.from = hr_table_without(from, next, grid, gfp,
						   &hr_backend_ops);
	if (!view->core.from)
		goto err_free_view;
	view->core.frontier = stay ? old->core.frontier : 0;
	if (migration->track) {
		view->track = hr_track_get(migration->track);
		view->track_put = hr_track_put;
	}
	hr_table_put(next, &hr_backend_ops);
	return view;

err_free_view:
	hr_view_free(view);
	return NULL;
}

/* The table that a rollback leads to: the origin without nodes that went down since. */
static int make_target(struct hr_ring *ring, const struct hr_migration *m,
		       const struct hr_table *table, struct hr_table **target)
{
	const gfp_t gfp = HR_GFP;
	struct hr_table *origin, *next;
	struct hr_op *ops = NULL;
	struct hr_error err;
	u32 nr_ops = 0;
	int ret;

	origin = hr_table_rollback(m->origin, table, ring->config.grid, gfp,
				   &hr_backend_ops);
	if (!origin)
		return -ENOMEM;
	ret = hr_rollback_ops(m->origin, table, &ops, &nr_ops, gfp);
	if (ret)
		goto err_put_origin;
	if (!nr_ops) {
		*target = origin;
		return 0;
	}
	ret = hr_change_build(&ring->config, origin, ops, nr_ops, U32_MAX, true,
			      &hr_backend_ops, gfp, &next, &err);
	kvfree(ops);
	if (!ret)
		*target = next;
err_put_origin:
	hr_table_put(origin, &hr_backend_ops);
	return ret;
}

/* Count the members that are added, set and removed between two tables. */
static void count_members(const struct hr_table *before,
			  const struct hr_table *after,
			  struct hr_receipt *receipt)
{
	u32 i;

	for (i = 0; i < after->nr_nodes; i++) {
		const struct hr_node *node = after->by_name[i];
		const struct hr_node *was = hr_table_find(before, node->name);

		if (!was)
			receipt->added++;
		else if (was != node)
			receipt->set++;
		cond_resched();
	}
	receipt->removed = before->nr_nodes + receipt->added -
			   after->nr_nodes;
}

/* A receipt, with the record of the differences from the membership in force. */
static struct hr_receipt *make_receipt(struct hr_ring *ring,
				       const struct hr_table *before,
				       const struct hr_table *after,
				       enum hashring_receipt_kind kind,
				       gfp_t gfp)
{
	struct hr_ring_view *old = hr_ring_view_locked(ring);
	struct hr_receipt *receipt;

	receipt = hr_receipt_make(before, after, gfp);
	if (!receipt)
		return NULL;
	receipt->generation = old->generation + 1;
	receipt->kind = kind;
	if (hr_record_diff(&receipt->record, old->core.table, after,
			   ring->config.grid, gfp)) {
		hr_receipt_free(receipt);
		return NULL;
	}
	return receipt;
}

/* Clear the deadlines of active nodes, or with @all of all nodes. */
static void forget_deadlines(const struct hr_table *t, bool all)
{
	u32 i;

	for (i = 0; i < t->nr_nodes; i++) {
		struct hr_shared *shared = hr_backend(t->by_name[i])->shared;

		if (t->by_name[i]->attrs.state != HASHRING_NODE_ACTIVE && !all)
			continue;
		WRITE_ONCE(shared->deadline, 0);
		WRITE_ONCE(shared->expired, false);
		cond_resched();
	}
}

/*
 * With @now the frontier is at its end when the view is published. Otherwise the arcs
 * of a node that goes down by the rollback would be at a third node for a moment.
 */
static int rollback_begin(struct hr_ring *ring, struct hr_migration *m,
			  bool now)
{
	struct hr_ring_view *old = hr_ring_view_locked(ring), *view;
	struct hr_table *target, *map;
	struct hr_receipt *receipt;
	int ret;

	map = hr_ring_map_locked(ring, HR_GFP);
	if (!map)
		return -ENOMEM;
	ret = make_target(ring, m, old->core.table, &target);
	if (ret)
		goto put_map;
	ret = hr_backends_prepare(old->core.table, target, HR_GFP);
	if (ret)
		goto err_put_target;
	ret = -ENOMEM;
	receipt =
		make_receipt(ring, map, target, HASHRING_RECEIPT_HELD, HR_GFP);
	if (!receipt)
		goto err_put_target;
	count_members(old->core.table, target, receipt);
	view = hr_held_view(ring, m, map, target, false, HR_GFP);
	if (!view) {
		hr_receipt_free(receipt);
		goto err_put_target;
	}
	ret = hr_ring_make_room_locked(ring);
	if (ret) {
		hr_view_free(view);
		hr_receipt_free(receipt);
		goto put_map;
	}
	if (m->track) {
		hr_track_joined(m->track);
		hr_track_held(m->track);
	}
	m->rolling = true;
	m->at_once = false;
	m->changes = 0;
	m->undone = receipt->generation;
	if (now)
		view->core.frontier = HR_WHOLE_RING;
	hr_view_progress(&view->core, view->core.frontier, &m->progress);
	hr_ring_publish_locked(ring, view, receipt);
	forget_deadlines(view->core.table, false);
	goto put_map;

err_put_target:
	hr_table_put(target, &hr_backend_ops);
put_map:
	hr_table_put(map, &hr_backend_ops);
	return ret;
}

/**
 * hr_migrate_rollback_locked() - roll a migration back
 * @ring: the ring
 * @reason: for operators; NULL: none
 * @now: go back in one step, and cut off flows that are at another node then
 * @all: undo more than one change
 * @extack: for the reason of a refusal
 *
 * The migration then leads from the effective map to the map that it began with. The
 * rollback itself moves no flow, unless @now is set.
 *
 * Context: ring->lock is held. May sleep.
 * Return: 0, -ENOENT (no migration), -EALREADY (a rollback is under way), -EINPROGRESS
 * (more than one change would be undone), -ENOMEM, -EINTR.
 */
int hr_migrate_rollback_locked(struct hr_ring *ring, const char *reason,
			       bool now, bool all,
			       struct netlink_ext_ack *extack)
{
	struct hr_migration *m = hr_migration_get_locked(ring, extack);
	struct hr_migrate_event what = { .kind = HASHRING_STEP_ROLLBACK };
	struct hr_track_counts counts;
	u64 before = 0;
	int ret;

	if (IS_ERR(m))
		return PTR_ERR(m);
	if (m->rolling && !now)
		return hr_extack(extack, NULL, -EALREADY,
				 "the migration goes back already");
	/* the changes since a rollback began stay */
	if (!m->rolling && m->changes > 1 && !all)
		return hr_extack(extack, NULL, -EINPROGRESS,
				 "more than one change would be undone",
				 ": %u", m->changes);
	if (!m->rolling) {
		what.before = hr_ring_view_locked(ring)->core.frontier;
		ret = rollback_begin(ring, m, now);
		if (ret)
			return ret;
		hr_migrate_log_text(m->reason, reason ?: "", sizeof(m->reason));
		m->mode = m->holder_port ? HASHRING_MIGRATION_RUNNING :
					   HASHRING_MIGRATION_HOLDING;
		hr_migrate_event_locked(ring, &what, NULL);
	} else {
		before = hr_ring_view_locked(ring)->core.frontier;
		hr_migrate_move_locked(ring, HR_WHOLE_RING);
	}
	if (!now)
		return 0;

	/* Flows at a node that does not own them by the origin's map are cut off. */
	what = (struct hr_migrate_event){
		.kind = HASHRING_STEP_STEP,
		.before = before,
		.after = HR_WHOLE_RING,
	};
	hr_view_between(&hr_ring_view_locked(ring)->core, before,
			HR_WHOLE_RING, &what.moved, &what.arcs);
	if (m->track) {
		hr_track_count(hr_ring_view_locked(ring), &counts);
		what.flows = counts.pinned;
		hr_track_close(hr_ring_view_locked(ring));
	}
	hr_migrate_event_locked(ring, &what, NULL);

	/* Like a removal, the end must not fail for want of memory. */
	return hr_migrate_settle_locked(ring, "rolled back at once",
					HR_GFP_NOFAIL);
}

/**
 * hr_migrate_settle_locked() - end a migration at the map that it leads to
 * @ring: a ring with a migration, wherever the frontier is
 * @reason: for operators
 * @gfp: how to allocate; with __GFP_NOFAIL there is no -ENOMEM
 *
 * Context: ring->lock is held. May sleep.
 * Return: 0, or -ENOMEM, -EINTR and the migration goes on.
 */
int hr_migrate_settle_locked(struct hr_ring *ring, const char *reason,
			     gfp_t gfp)
{
	struct hr_migration *m = hr_migration_locked(ring);
	struct hr_ring_view *old = hr_ring_view_locked(ring), *view;
	struct hr_migrate_event what = {
		.kind = m->rolling ? HASHRING_STEP_UNDONE :
				     HASHRING_STEP_FINISH,
		.before = old->core.frontier,
		.after = HR_WHOLE_RING,
	};
	struct hr_receipt *receipt;
	struct hr_table *settled;
	int ret = -ENOMEM;

	settled = hr_table_settle(old->core.table, ring->config.grid, gfp,
				  &hr_backend_ops);
	if (!settled)
		return -ENOMEM;
	receipt = make_receipt(ring, m->origin, settled,
			       HASHRING_RECEIPT_SETTLED, gfp);
	if (!receipt)
		goto err_put_table;
	count_members(m->origin, settled, receipt);
	view = hr_view_alloc(settled, receipt->generation, gfp);
	if (!view)
		goto err_free_receipt;
	ret = hr_ring_make_room_locked(ring);
	if (ret) {
		hr_view_free(view);
		settled = NULL;
		goto err_free_receipt;
	}
	hr_view_between(&old->core, what.before, what.after, &what.moved,
			&what.arcs);
	strscpy(what.reason, reason, sizeof(what.reason));
	hr_lease_give_locked(ring);
	hr_ring_publish_locked(ring, view, receipt);
	ring->migration = NULL;
	forget_deadlines(settled, true);
	hr_migrate_event_locked(ring, &what, receipt);
	hr_migration_free(m);
	return 0;

err_free_receipt:
	hr_receipt_free(receipt);
err_put_table:
	hr_table_put(settled, &hr_backend_ops);
	return ret;
}

/**
 * hr_migrate_finish_locked() - end a migration that has moved and drained
 * @ring: the ring
 * @force: end the migration in any case
 * @extack: for the reason
 *
 * Context: ring->lock is held. May sleep.
 * Return: 0, -ENOENT, -EBUSY (arcs or flows are left, or the window is open),
 * -ENOMEM, -EINTR.
 */
int hr_migrate_finish_locked(struct hr_ring *ring, bool force,
			     struct netlink_ext_ack *extack)
{
	struct hr_migration *m = hr_migration_get_locked(ring, extack);
	struct hr_track_counts counts;
	u64 left;

	if (IS_ERR(m))
		return PTR_ERR(m);
	if (force)
		return hr_migrate_settle_locked(ring, "finished by force",
						HR_GFP);
	if (!hr_migration_at_end(ring)) {
		left = hr_migration_left(m);
		return hr_extack(extack, NULL, -EBUSY,
				 "a part has still to move", ": %llu.%03llu%%",
				 left / 1000, left % 1000);
	}
	if (m->track) {
		hr_track_count(hr_ring_view_locked(ring), &counts);
		if (counts.pinned)
			return hr_extack(extack, NULL, -EBUSY,
					 "flows are still where they were",
					 ": %u", counts.pinned);
		if (hr_track_unknown(m->track, m->quiet) &&
		    hr_track_waits(hr_ring_view_locked(ring)))
			return hr_extack(extack, NULL, -EBUSY,
					 "unknown connections may be left",
					 ": %u ms without one have not passed",
					 m->quiet);
	}
	return hr_migrate_settle_locked(ring, "finished", HR_GFP);
}

/**
 * hr_migrate_cut_locked() - cut the flows that stay at one node
 * @ring: the ring
 * @attr: the name of the node, which is draining or leaving
 * @what: filled in: the event that happened, with the number of these flows
 * @extack: for the reason
 *
 * The flows go to the owners of their positions with their next packets. The
 * migration goes on.
 *
 * Context: ring->lock is held. May sleep.
 * Return: 0, -ENOENT (no migration, no such node), -EBUSY (the node is active),
 * -EINVAL (no flows are tracked).
 */
int hr_migrate_cut_locked(struct hr_ring *ring, const struct nlattr *attr,
			  struct hr_migrate_event *what,
			  struct netlink_ext_ack *extack)
{
	struct hr_migration *m = hr_migration_get_locked(ring, extack);
	struct hr_ring_view *view = hr_ring_view_locked(ring);
	const struct hr_table *t = view->core.table;
	const char *name = nla_data(attr);
	struct hr_node *node;

	if (IS_ERR(m))
		return PTR_ERR(m);
	node = hr_table_find(t, name) ?: hr_table_find_leaving(t, name);
	if (!node)
		return hr_extack(extack, attr, -ENOENT, "no such node", ": %s",
				 hr_name_shown(name));
	if (node->attrs.state == HASHRING_NODE_ACTIVE && hr_table_find(t, name))
		return hr_extack(extack, attr, -EBUSY,
				 "the node is in service", ": %s",
				 hr_name_shown(name));
	if (!m->track)
		return hr_extack(extack, NULL, -EINVAL,
				 "no flows are tracked: established flows move");
	*what = (struct hr_migrate_event){
		.kind = HASHRING_STEP_CUT,
		.before = view->core.frontier,
		.after = view->core.frontier,
		.flows = hr_track_pinned(view, node->slot),
	};
	WRITE_ONCE(hr_backend(node)->shared->expired, true);
	hr_migrate_event_locked(ring, what, NULL);
	return 0;
}
