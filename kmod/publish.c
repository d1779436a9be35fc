// SPDX-License-Identifier: GPL-2.0-only
/*
 * A change of a ring: everything that can fail, then one store.
 */
#include <linux/ktime.h>
#include <linux/slab.h>

#include "member.h"
#include "ring.h"
#include "trace.h"

/* An error of the whole change rather than of one operation. */
__printf(3, 4)
static int change_refuse(struct hr_error *err, int error, const char *format,
			 ...)
{
	va_list args;

	err->op = U32_MAX;
	err->culprit = HR_BAD_OP;
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

/* Node versions that are new get what packets need. */
static int members_prepare(const struct hr_table *before,
			   const struct hr_table *after, gfp_t gfp)
{
	u32 slot;
	int ret;

	for (slot = 0; slot < after->nr_slots; slot++) {
		struct hr_node *node = after->nodes[slot];

		if (!node || (slot < before->nr_slots &&
			      before->nodes[slot] == node))
			continue;
		ret = hr_member_prepare(hr_member(node), gfp);
		if (ret)
			return ret;
		cond_resched();
	}
	return 0;
}

static void receipt_count(struct hr_receipt *receipt,
			  const struct hr_change *change)
{
	u32 i;

	for (i = 0; i < change->nr_ops; i++) {
		switch (change->ops[i].kind) {
		case HR_OP_ADD:
			receipt->added++;
			break;
		case HR_OP_SET:
			receipt->set++;
			break;
		case HR_OP_DEL:
			receipt->removed++;
			break;
		case HR_OP_REPLACE:
			receipt->replaced++;
			break;
		}
	}
}

static int ring_change_locked(struct hr_ring *ring, struct hr_change *change,
			      struct hr_error *err)
{
	struct hr_ring_view *old, *view;
	struct hr_receipt *receipt;
	struct hr_table *next;
	gfp_t gfp;
	u64 start;
	int ret;

	lockdep_assert_held(&ring->lock);

	if (ring->dead)
		return change_refuse(err, -ENOENT, "no such ring");
	old = hr_ring_view_locked(ring);
	if (change->expect != U64_MAX && change->expect != old->generation)
		return change_refuse(err, -ESTALE,
				     "generation is %llu, not %llu",
				     old->generation, change->expect);

	/* What only takes away must not fail for want of memory. */
	gfp = GFP_KERNEL_ACCOUNT;
	if (hr_change_only_removes(change->ops, change->nr_ops))
		gfp |= __GFP_NOFAIL;

	start = ktime_get_ns();
	ret = hr_change_build(&ring->config, old->core.table, change->ops,
			      change->nr_ops, ring_id_max_locked(ring), false,
			      &hr_member_ops, gfp, &next, err);
	if (ret)
		return ret;
	ret = members_prepare(old->core.table, next, gfp);
	if (ret)
		goto err_free_table;
	start = ktime_get_ns() - start;

	ret = -ENOMEM;
	receipt = hr_receipt_make(old->core.table, next, gfp);
	if (!receipt)
		goto err_free_table;
	receipt->generation = old->generation + 1;
	receipt->build_ns = start;
	receipt_count(receipt, change);
	ret = hr_impact_check(&receipt->impact, change->max_moved, err);
	if (ret)
		goto err_free_receipt;
	if (change->prepare) {
		ret = change->prepare(change, receipt, next);
		if (ret)
			goto err_free_receipt;
	}
	ret = 0;
	if (change->dry_run)
		goto err_free_receipt;

	/* Where the table depends on history, it alone does not tell the past. */
	ret = hr_record_make(&receipt->record, old->core.table, next,
			     change->ops, change->nr_ops, ring->config.grid,
			     gfp);
	if (ret)
		goto err_free_receipt;
	ret = -ENOMEM;
	view = hr_view_alloc(next, receipt->generation, gfp);
	if (!view)
		goto err_free_receipt;
	ret = hr_ring_make_room_locked(ring);
	if (ret)
		goto err_free_view;

	/* Here it happens. Nothing fails any more. */
	rcu_replace_pointer(ring->view, view, lockdep_is_held(&ring->lock));
	hr_view_retire_locked(ring, old);
	trace_hashring_change(ring, receipt);
	hr_history_add(&ring->history, receipt);
	if (change->published)
		change->published(change);
	return 0;

err_free_view:
	kfree(view);
err_free_receipt:
	hr_receipt_free(receipt);
err_free_table:
	hr_table_put(next, &hr_member_ops);
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
	err->culprit = HR_BAD_OP;
	err->text[0] = '\0';
	ret = mutex_lock_killable(&ring->lock);
	if (ret)
		return ret;
	ret = ring_change_locked(ring, change, err);
	mutex_unlock(&ring->lock);
	return ret;
}
