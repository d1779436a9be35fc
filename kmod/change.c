// SPDX-License-Identifier: GPL-2.0-only
/*
 * A change of a ring: everything that can fail, then one store.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/slab.h>

#include "migrate/migration.h"
#include "ring/backend.h"
#include "track/track.h"

/* An error of the whole change rather than of one operation. */
__printf(3, 4)
static int change_refuse(struct hr_error *err, int error, const char *format,
			 ...)
{
	va_list args;

	err->op = U32_MAX;
	err->part = HR_PART_ALL;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return error;
}

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

static void receipt_count(struct hr_receipt *receipt,
			  const struct hr_change *change)
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
			receipt->removed++;
			break;
		case HASHRING_OP_REPLACE:
			receipt->replaced++;
			break;
		}
	}
}

static bool has_deadline(const struct hr_change *change)
{
	u32 i;

	for (i = 0; i < change->nr_ops; i++)
		if (change->ops[i].has & HR_HAS(DEADLINE))
			return true;
	return false;
}

/* Whether a change does nothing but take nodes down: that is never put off. */
static bool only_downs(const struct hr_change *change)
{
	u32 i;

	for (i = 0; i < change->nr_ops; i++)
		if (change->ops[i].kind != HASHRING_OP_SET ||
		    change->ops[i].has != HR_HAS_ATTR(STATE) ||
		    change->ops[i].attrs.state != HASHRING_NODE_DOWN)
			return false;
	return true;
}

/*
 * Packets of flows that stay where they are carry their node's id as long as a
 * migration is under way, and a rollback gives ids back.
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
		change_refuse(err, -EBUSY,
			      "the id of node %s cannot change while a migration is under way",
			      op->name);
		err->op = i;
		err->part = HR_ATTR(ID);
		return -EBUSY;
	}
	return 0;
}

/* Until when flows may stay at nodes that a change is about. */
static void set_deadlines(const struct hr_change *change,
			  const struct hr_table *next,
			  struct hr_migration *m)
{
	u32 i;

	for (i = 0; i < change->nr_ops; i++) {
		const struct hr_op *op = &change->ops[i];
		struct hr_shared *shared;

		if (op->kind != HASHRING_OP_SET || !(op->has & HR_HAS_ATTR(STATE)))
			continue;
		shared = hr_member(hr_table_find(next, op->name))->shared;
		WRITE_ONCE(shared->expired, false);
		WRITE_ONCE(shared->deadline, 0);
		if (!(op->has & HR_HAS(DEADLINE)))
			continue;
		WRITE_ONCE(shared->deadline, get_jiffies_64() +
			   msecs_to_jiffies(op->deadline));
		/* Nobody paces what begins so: it ends with its last deadline. */
		if (m && m->automatic)
			m->deadline = max(m->deadline, shared->deadline);
	}
}

/**
 * struct hr_making - a change in the making
 * @held: it begins a migration, or joins one
 * @stay: the frontier stays where it is
 * @release: all its arcs move at once
 * @gfp: how to allocate
 * @map: the effective map
 * @next: the table that it leads to
 * @receipt: what it does
 * @migration: what it begins, or joins
 */
struct hr_making {
	bool held;
	bool stay;
	bool release;
	gfp_t gfp;
	struct hr_table *map;
	struct hr_table *next;
	struct hr_receipt *receipt;
	struct hr_migration *migration;
};

static void making_begin(struct hr_making *making, const struct hr_ring *ring,
			 const struct hr_change *change)
{
	const struct hr_migration *m = hr_migration_locked(ring);

	making->held = change->hold || m || has_deadline(change);
	making->stay = m && only_downs(change);
	making->release = !m && !change->hold && making->held;

	/* What only takes away must not fail for want of memory. */
	making->gfp = HR_GFP;
	if ((m || !making->held) &&
	    hr_change_only_removes(change->ops, change->nr_ops))
		making->gfp = HR_GFP_NOFAIL;
}

/* The next table, and the receipt of what lies between. */
static int make_next(struct hr_ring *ring, struct hr_change *change,
		     struct hr_making *making, struct hr_error *err)
{
	struct hr_ring_view *old = hr_ring_view_locked(ring);
	u64 start = ktime_get_ns();
	int ret;

	ret = hr_change_build(&ring->config, old->core.table, change->ops,
			      change->nr_ops, ring_id_max_locked(ring),
			      making->held, &hr_member_ops, making->gfp,
			      &making->next, err);
	if (ret)
		return ret;
	ret = hr_members_prepare(old->core.table, making->next, making->gfp);
	if (ret)
		return ret;
	start = ktime_get_ns() - start;
	making->map = hr_ring_map_locked(ring, making->gfp);
	if (!making->map)
		return -ENOMEM;
	making->receipt = hr_receipt_make(making->map, making->next,
					  making->gfp);
	if (!making->receipt)
		return -ENOMEM;
	making->receipt->generation = old->generation + 1;
	making->receipt->kind = making->held ? HASHRING_RECEIPT_HELD :
					       HASHRING_RECEIPT_CHANGE;
	making->receipt->build_ns = start;
	receipt_count(making->receipt, change);
	ret = hr_impact_check(&making->receipt->impact, change->max_moved, err);
	if (ret)
		return ret;
	return change->prepare ?
		change->prepare(change, making->receipt, making->next) : 0;
}

/* The view that is to be in force. */
static struct hr_ring_view *make_view(struct hr_ring *ring,
				      struct hr_making *making)
{
	struct hr_table *next = hr_table_get(making->next);
	struct hr_ring_view *view;

	if (making->held)
		view = hr_held_view(ring, making->migration, making->map, next,
				    making->stay, making->gfp);
	else
		view = hr_view_alloc(next, making->receipt->generation,
				     making->gfp);
	if (!view)
		hr_table_put(next, &hr_member_ops);
	else if (making->release)
		view->core.frontier = HR_WHOLE_RING;
	return view;
}

/* The migration goes on from the view that has just been published. */
static void held(struct hr_ring *ring, const struct hr_change *change,
		 struct hr_making *making)
{
	const struct hr_view *view = &hr_ring_view_locked(ring)->core;
	struct hr_migration *m = making->migration;
	struct hr_happened what = {
		.kind = making->stay ? HASHRING_STEP_DOWN : HASHRING_STEP_HELD,
		.before = view->frontier, .after = view->frontier,
	};

	if (!hr_migration_locked(ring)) {
		ring->migration = m;
		hr_ring_tick(ring, HZ);
	}
	if (making->release) {
		what.before = 0;
		hr_view_between(view, 0, view->frontier, &what.moved,
				&what.arcs);
	}
	m->changes++;
	m->automatic |= making->release;
	if (!making->stay)
		m->rolling = false;
	hr_view_way(view, view->frontier, &m->way);
	set_deadlines(change, view->table, m);
	hr_migrate_happened_locked(ring, &what, NULL);
}

static int publish(struct hr_ring *ring, struct hr_change *change,
		   struct hr_making *making, struct hr_error *err)
{
	struct hr_ring_view *old = hr_ring_view_locked(ring), *view;
	int ret;

	/* Where the table depends on history, it alone does not tell the past. */
	ret = hr_record_make(&making->receipt->record, old->core.table,
			     making->next, change->ops, change->nr_ops,
			     ring->config.grid, making->gfp);
	if (ret)
		return ret;
	if (making->held) {
		making->migration = hr_migration_locked(ring);
		if (!making->migration)
			making->migration = hr_migration_begin(ring);
		if (IS_ERR(making->migration)) {
			ret = PTR_ERR(making->migration);
			making->migration = NULL;
			if (ret == -E2BIG)
				change_refuse(err, ret,
					      "too many flows are tracked already");
			return ret;
		}
	}
	view = make_view(ring, making);
	if (!view)
		return -ENOMEM;
	ret = hr_ring_make_room_locked(ring);
	if (ret) {
		hr_view_free(view);
		return ret;
	}

	/* Here it happens. Nothing fails any more. */
	if (making->held && making->migration->track) {
		if (hr_migration_locked(ring))
			hr_track_joined(making->migration->track);
		if (!making->stay)
			hr_track_stepped(making->migration->track);
	}
	hr_ring_publish_locked(ring, view, making->receipt);
	making->receipt = NULL;
	if (change->published)
		change->published(change);
	if (making->held)
		held(ring, change, making);
	else
		set_deadlines(change, making->next, NULL);
	return 0;
}

static int ring_change_locked(struct hr_ring *ring, struct hr_change *change,
			      struct hr_error *err)
{
	struct hr_ring_view *old = hr_ring_view_locked(ring);
	struct hr_making making = {};
	int ret;

	if (ring->dead)
		return change_refuse(err, -ENOENT, "no such ring");
	hr_migrate_catch_up_locked(ring);
	if (change->expect != U64_MAX && change->expect != old->generation)
		return change_refuse(err, -ESTALE,
				     "generation is %llu, not %llu",
				     old->generation, change->expect);
	making_begin(&making, ring, change);
	if (making.held) {
		ret = check_ids(change, old->core.table, err);
		if (ret)
			return ret;
	}
	ret = make_next(ring, change, &making, err);
	if (!ret && !change->dry_run)
		ret = publish(ring, change, &making, err);

	if (making.migration && making.migration != hr_migration_locked(ring))
		hr_migration_free(making.migration);
	if (making.receipt)
		hr_receipt_free(making.receipt);
	hr_table_put(making.next, &hr_member_ops);
	hr_table_put(making.map, &hr_member_ops);
	return ret;
}

/**
 * hr_ring_change() - carry a change out, or work out what it would do
 * @ring: the ring
 * @change: the change
 * @err: why it was refused; its text is empty when there is no more to say
 *	than the error
 *
 * All of the change happens or nothing of it. Readers see either the old map
 * or the new one. At most HR_RETIRED_MAX old maps wait to be freed; with as
 * many, this waits for the first of them to go before it publishes.
 *
 * Context: may sleep; takes ring->lock.
 * Return: 0, or a negative error and nothing has changed: -ENOENT (the ring is
 * gone), -ESTALE, -EDQUOT (too much would move), -EINTR (killed while waiting
 * for the ring or for old maps), -ENOMEM (never when the change only removes
 * nodes), hr_change_build()'s, or what @change's prepare() said.
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
