// SPDX-License-Identifier: GPL-2.0-only
/*
 * A change of a ring: everything that can fail, then one store.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "change.h"
#include "migrate/migration.h"
#include "ring/backend.h"
#include "ring/notify.h"
#include "track/track.h"

/* The largest id that fits the masks of all attachments. */
static u32 ring_id_max_locked(const struct hr_ring *ring)
{
	int bits;

	lockdep_assert_held(&ring->lock);

	for (bits = 0; bits < 32; bits++)
		if (ring->id_bits[bits])
			return BIT(bits) - 1;
	return U32_MAX;
}

/* A leaving node that is deleted at once was removed before. */
static void receipt_count(struct hr_receipt *receipt,
			  const struct hr_change *change,
			  const struct hr_table *before)
{
	u32 i;

	for (i = 0; i < change->nr_ops; i++) {
		switch (change->ops[i].kind) {
		case HASHRING_OP_ADD:
			receipt->added++;
			break;
		case HASHRING_OP_SET:
			receipt->set++;
			break;
		case HASHRING_OP_DEL:
			if (hr_table_find(before, change->ops[i].name))
				receipt->removed++;
			else
				receipt->set++;
			break;
		case HASHRING_OP_REPLACE:
			receipt->replaced++;
			break;
		}
	}
}

/*
 * Whether a change leaves the arcs of nodes that are not down where they are: nodes
 * go down, or get other addresses or another zone. Such a change is in force at once,
 * wherever the frontier is.
 */
static bool keeps_arcs(const struct hr_change *change)
{
	u32 i;

	for (i = 0; i < change->nr_ops; i++) {
		const struct hr_op *op = &change->ops[i];

		if (!hr_op_downs(op) &&
		    (op->kind != HASHRING_OP_SET ||
		     op->has & ~(HR_HAS_VIA | HR_HAS_ATTR(ZONE))))
			return false;
	}
	return true;
}

/* Whether an operation only gives a node a deadline, or takes it away. */
static bool keeps_state(const struct hr_op *op, const struct hr_table *before)
{
	const struct hr_node *node = hr_table_find(before, op->name);

	return op->kind == HASHRING_OP_SET && node &&
	       op->attrs.state == node->attrs.state &&
	       !(op->has & ~(HR_HAS_ATTR(STATE) | HR_HAS(DEADLINE)));
}

/* Whether a rollback undoes the change: a node that went down stays down. */
static bool is_undone(const struct hr_change *change,
		      const struct hr_table *before)
{
	u32 i;

	for (i = 0; i < change->nr_ops; i++) {
		const struct hr_op *op = &change->ops[i];

		if (keeps_state(op, before))
			continue;
		if (!hr_op_downs(op) || (op->kind == HASHRING_OP_DEL &&
					 hr_table_find(before, op->name)))
			return true;
	}
	return false;
}

static bool has_deadline(const struct hr_change *change)
{
	u32 i;

	for (i = 0; i < change->nr_ops; i++)
		if (change->ops[i].has & HR_HAS(DEADLINE))
			return true;
	return false;
}

/* Whether an operation takes a node down, whatever else it does. */
static bool takes_down(const struct hr_op *op)
{
	return hr_op_downs(op) || (op->kind == HASHRING_OP_SET &&
				   op->has & HR_HAS_ATTR(STATE) &&
				   op->attrs.state == HASHRING_NODE_DOWN);
}

/* A node goes down at once, so it cannot go down by a change that moves nothing. */
static int check_hold(const struct hr_change *change, struct hr_error *err)
{
	u32 i;

	for (i = 0; i < change->nr_ops; i++) {
		const struct hr_op *op = &change->ops[i];

		if (takes_down(op))
			return hr_refuse(err, i,
					 op->kind == HASHRING_OP_DEL ?
						 HR_PART(NOW) : HR_ATTR(STATE),
					 -EINVAL,
					 "a node that goes down is not held",
					 ": %s", hr_name_shown(op->name));
	}
	return 0;
}

/*
 * While a migration is under way, flows may stay at their old nodes. Packets of these
 * flows carry the ids of those nodes. A rollback gives ids back. So no id may change.
 */
static int check_ids(const struct hr_change *change, const struct hr_table *t,
		     struct hr_error *err)
{
	const struct hr_node *node;
	u32 i;

	for (i = 0; i < change->nr_ops; i++) {
		const struct hr_op *op = &change->ops[i];

		if (op->kind != HASHRING_OP_SET || !(op->has & HR_HAS_ATTR(ID)))
			continue;
		node = hr_table_find(t, op->name);
		if (!node || node->attrs.id == op->attrs.id)
			continue;
		return hr_refuse(err, i, HR_ATTR(ID), -EBUSY,
				 "id cannot change during a migration",
				 ": that of node %s", hr_name_shown(op->name));
	}
	return 0;
}

/* Set or clear the deadlines of nodes whose state the change sets. */
static void set_deadlines(const struct hr_change *change,
			  const struct hr_table *next)
{
	u32 i;

	for (i = 0; i < change->nr_ops; i++) {
		const struct hr_op *op = &change->ops[i];
		struct hr_shared *shared;
		struct hr_node *node = NULL;

		if (op->kind == HASHRING_OP_SET &&
		    op->has & HR_HAS_ATTR(STATE))
			node = hr_table_find(next, op->name);
		if (!node)
			continue;
		shared = hr_backend(node)->shared;
		WRITE_ONCE(shared->expired, false);
		WRITE_ONCE(shared->deadline, 0);
		if (op->has & HR_HAS(DEADLINE))
			WRITE_ONCE(shared->deadline, get_jiffies_64() +
				   msecs_to_jiffies(op->deadline));
	}
}

/**
 * struct hr_change_draft - a change in the making
 * @held: the change begins a migration, or joins one
 * @stay: the frontier stays where it is
 * @release: all arcs of the change move at once, and established flows stay
 * @undone: a rollback undoes the change
 * @gfp: how to allocate
 * @map: the effective map
 * @next: the table that the change leads to
 * @receipt: what the change does
 * @migration: the migration that the change begins, or joins
 */
struct hr_change_draft {
	bool held;
	bool stay;
	bool release;
	bool undone;
	gfp_t gfp;
	struct hr_table *map;
	struct hr_table *next;
	struct hr_receipt *receipt;
	struct hr_migration *migration;
};

/*
 * A change is in force at once, or it is held because that was asked for, or it is
 * refused. Which of these does not depend on the operator's memory: while a part of
 * an earlier change has still to move, a change that does not say "hold" would have
 * to be held, or would move that part too.
 */
static int draft_begin(struct hr_change_draft *draft,
		       const struct hr_ring *ring,
		       const struct hr_change *change, struct hr_error *err)
{
	const struct hr_migration *m = hr_migration_locked(ring);
	bool hold = change->terms.hold;
	int ret;

	ret = hold ? check_hold(change, err) : 0;
	if (ret)
		return ret;
	/* Addresses and zones move no arc: there is nothing to hold. */
	hold = hold && !keeps_arcs(change);
	draft->held = hold || m || has_deadline(change);
	draft->stay = m && keeps_arcs(change);
	draft->release = draft->held && !hold && !draft->stay;
	if (m && draft->release && !hr_migration_at_end(ring))
		return hr_migrate_refuse(ring, err);

	/* A change that only removes must not fail for want of memory. */
	draft->gfp = HR_GFP;
	if ((m || !draft->held) &&
	    hr_change_only_removes(change->ops, change->nr_ops))
		draft->gfp = HR_GFP_NOFAIL;
	return 0;
}

static enum hashring_receipt_kind
receipt_kind(const struct hr_change_draft *draft)
{
	if (!draft->held)
		return HASHRING_RECEIPT_CHANGE;
	if (draft->stay)
		return HASHRING_RECEIPT_DOWN;
	return draft->release ? HASHRING_RECEIPT_RELEASED :
				HASHRING_RECEIPT_HELD;
}

/*
 * Make the receipt of a change. A change that only takes nodes down moves their arcs in
 * the effective map, wherever the frontier is.
 */
static int make_receipt(struct hr_ring *ring, struct hr_change_draft *draft)
{
	struct hr_table *after;

	if (draft->stay)
		after = hr_table_without(draft->map, draft->next,
					 ring->config.grid, draft->gfp,
					 &hr_backend_ops);
	else
		after = hr_table_get(draft->next);
	if (!after)
		return -ENOMEM;
	draft->receipt = hr_receipt_make(draft->map, after, draft->gfp);
	hr_table_put(after, &hr_backend_ops);
	if (!draft->receipt)
		return -ENOMEM;
	draft->receipt->nodes_after = draft->next->nr_nodes;
	return 0;
}

/* Count the tracked flows at nodes that go down: these flows are cut. */
static int count_cut(struct hr_ring *ring, const struct hr_change *change,
		     struct hr_change_draft *draft)
{
	const struct hr_ring_view *view = hr_ring_view_locked(ring);
	const struct hr_table *t = view->core.table;
	u32 *flows, i;

	for (i = 0; i < change->nr_ops; i++)
		if (takes_down(&change->ops[i]))
			break;
	if (!draft->held || (!draft->stay && i == change->nr_ops))
		return 0;
	draft->receipt->has_cut = view->track || draft->release;
	if (!view->track)
		return 0;
	flows = kvcalloc(t->nr_slots, 2 * sizeof(*flows), draft->gfp);
	if (!flows)
		return -ENOMEM;
	hr_track_nodes(view, flows, flows + t->nr_slots);
	for (i = 0; i < change->nr_ops; i++) {
		const char *name = change->ops[i].name;
		const struct hr_node *node = NULL;

		if (takes_down(&change->ops[i]))
			node = hr_table_find(t, name) ?:
			       hr_table_find_leaving(t, name);
		if (node)
			draft->receipt->cut += flows[node->slot];
	}
	kvfree(flows);
	return 0;
}

/* Make the next table, and the receipt of the change. */
static int make_next(struct hr_ring *ring, struct hr_change *change,
		     struct hr_change_draft *draft, struct hr_error *err)
{
	struct hr_ring_view *old = hr_ring_view_locked(ring);
	u64 start = ktime_get_ns();
	int ret;

	ret = hr_change_build(&ring->config, old->core.table, change->ops,
			      change->nr_ops, ring_id_max_locked(ring),
			      draft->held, &hr_backend_ops, draft->gfp,
			      &draft->next, err);
	if (ret)
		return ret;
	ret = hr_backends_prepare(old->core.table, draft->next, draft->gfp);
	if (ret)
		return ret;
	start = ktime_get_ns() - start;
	draft->map = hr_ring_map_locked(ring, draft->gfp);
	if (!draft->map)
		return -ENOMEM;
	ret = make_receipt(ring, draft);
	if (!ret)
		ret = count_cut(ring, change, draft);
	if (ret)
		return ret;
	draft->receipt->generation = old->generation + 1;
	draft->receipt->kind = receipt_kind(draft);
	draft->receipt->build_ns = start;
	draft->undone = is_undone(change, old->core.table);
	receipt_count(draft->receipt, change, old->core.table);
	ret = hr_impact_check(&draft->receipt->impact, change->terms.max_moved, err);
	if (ret)
		return ret;
	if (!change->prepare)
		return 0;
	return change->prepare(change, draft->receipt, draft->next);
}

/*
 * Make the view that is to be published. A change that is in force at once leaves the
 * frontier at its end, and leads there from the map that was in force before.
 */
static struct hr_ring_view *make_view(struct hr_ring *ring,
				      struct hr_change_draft *draft)
{
	struct hr_table *next = hr_table_get(draft->next);
	struct hr_ring_view *view;

	if (draft->held)
		view = hr_held_view(ring, draft->migration, draft->map, next,
				    draft->stay, draft->gfp);
	else
		view = hr_view_alloc(next, draft->receipt->generation,
				     draft->gfp);
	if (!view)
		hr_table_put(next, &hr_backend_ops);
	else if (draft->release)
		view->core.frontier = HR_WHOLE_RING;
	return view;
}

/* Begin a migration with the view that has been published, or go on with one. */
static void held(struct hr_ring *ring, struct hr_change_draft *draft)
{
	const struct hr_view *view = &hr_ring_view_locked(ring)->core;
	struct hr_migration *m = draft->migration;
	struct hr_migrate_event what = {
		.kind = HASHRING_STEP_HELD,
		.before = view->frontier,
		.after = view->frontier,
	};

	if (!hr_migration_locked(ring)) {
		ring->migration = m;
		hr_ring_tick(ring, HZ);
	}
	m->changes += draft->undone;
	if (draft->stay) {
		what.kind = HASHRING_STEP_DOWN;
		what.moved = draft->receipt->impact.moved;
		what.arcs = draft->receipt->impact.arcs;
		what.flows = draft->receipt->cut;
	} else {
		/* The reason of a rollback is not the reason of this change. */
		if (m->mode == HASHRING_MIGRATION_HOLDING ||
		    m->mode == HASHRING_MIGRATION_RUNNING)
			m->reason[0] = '\0';
		m->rolling = false;
		m->at_once = draft->release;
	}
	if (draft->release) {
		what.kind = HASHRING_STEP_RELEASED;
		what.moved = draft->receipt->impact.moved;
		what.arcs = draft->receipt->impact.arcs;
		m->automatic = true;
	}
	hr_migrate_progress_locked(ring);
	hr_migrate_event_locked(ring, &what, NULL);
}

static int publish(struct hr_ring *ring, struct hr_change *change,
		   struct hr_change_draft *draft, struct hr_error *err)
{
	struct hr_ring_view *old = hr_ring_view_locked(ring), *view;
	int ret;

	/* The map of a grid depends on history: the record has the pieces, too. */
	ret = hr_record_make(&draft->receipt->record, old->core.table,
			     draft->next, change->ops, change->nr_ops,
			     ring->config.grid, draft->gfp);
	if (ret)
		return ret;
	if (draft->held) {
		draft->migration = hr_migration_locked(ring);
		if (!draft->migration)
			draft->migration = hr_migration_begin(ring);
		if (IS_ERR(draft->migration)) {
			ret = PTR_ERR(draft->migration);
			draft->migration = NULL;
			if (ret == -E2BIG)
				hr_refuse(err, U32_MAX, HR_PART_ALL, ret,
					  "too many flows are tracked already");
			return ret;
		}
	}
	view = make_view(ring, draft);
	if (!view)
		return -ENOMEM;
	ret = hr_ring_make_room_locked(ring);
	if (ret) {
		hr_view_free(view);
		return ret;
	}

	/* From here on the change happens, and nothing fails. */
	if (draft->held && draft->migration->track) {
		if (hr_migration_locked(ring))
			hr_track_joined(draft->migration->track);
		if (draft->release)
			hr_track_released(draft->migration->track);
		else if (!draft->stay)
			hr_track_held(draft->migration->track);
	}
	hr_ring_publish_locked(ring, view, draft->receipt);
	hr_ring_notify(ring, HASHRING_EVENT_CHANGED, &(struct hashring_note){
		.ops = change->ops,
		.nr_ops = change->nr_ops,
		.receipt = draft->receipt,
	});
	set_deadlines(change, draft->next);
	if (draft->held)
		held(ring, draft);
	draft->receipt = NULL;
	return 0;
}

static int ring_change_locked(struct hr_ring *ring, struct hr_change *change,
			      struct hr_error *err)
{
	struct hr_ring_view *old = hr_ring_view_locked(ring);
	struct hr_change_draft draft = {};
	int ret;

	if (ring->dead)
		return hr_refuse(err, U32_MAX, HR_PART_ALL, -ENOENT,
				 "no such ring", ": %s",
				 hr_name_shown(ring->name));
	hr_migrate_catch_up_locked(ring);
	if (change->terms.expect != U64_MAX && change->terms.expect != old->generation)
		return hr_refuse(err, U32_MAX, HR_PART_ALL, -ESTALE,
				 "generation does not match", ": %llu, not %llu",
				 old->generation, change->terms.expect);
	ret = draft_begin(&draft, ring, change, err);
	if (ret)
		return ret;
	if (draft.held) {
		ret = check_ids(change, old->core.table, err);
		if (ret)
			return ret;
	}
	ret = make_next(ring, change, &draft, err);
	if (!ret && !change->terms.dry_run)
		ret = publish(ring, change, &draft, err);

	if (draft.migration && draft.migration != hr_migration_locked(ring))
		hr_migration_free(draft.migration);
	if (draft.receipt)
		hr_receipt_free(draft.receipt);
	hr_table_put(draft.next, &hr_backend_ops);
	hr_table_put(draft.map, &hr_backend_ops);
	return ret;
}

/**
 * hr_ring_change() - carry a change out, or work out what it would do
 * @ring: the ring
 * @change: the change
 * @err: why the change is refused; the text is empty if the error says all
 *
 * The change happens as a whole, or not at all. A reader sees either the old map or
 * the new map. At most HR_RETIRED_MAX old views wait to be freed. A change that would
 * exceed this number waits for one of these views, before the publication.
 *
 * Context: may sleep; takes ring->lock.
 * Return: 0, or a negative error and nothing has changed: -ENOENT (the ring is
 * removed), -ESTALE (another generation), -EINVAL (a node that goes down is to be
 * held), -EINPROGRESS (a migration has still to move), -EDQUOT (too much would move),
 * -EINTR (killed while waiting for the ring or for old views), -ENOMEM (never if the
 * change only removes nodes), an error of hr_change_build() or of @change's prepare().
 */
int hr_ring_change(struct hr_ring *ring, struct hr_change *change,
		   struct hr_error *err)
{
	int ret;

	err->op = U32_MAX;
	err->part = HR_PART_ALL;
	err->text[0] = '\0';
	ret = mutex_lock_killable(&ring->lock);
	if (ret)
		return ret;
	ret = ring_change_locked(ring, change, err);
	mutex_unlock(&ring->lock);
	return ret;
}
