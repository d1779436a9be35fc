// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receipts: worked out from two tables. A ring keeps its last receipts.
 */
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "history.h"

#define HR_NO_NAME	U32_MAX

/* Whether @a is the lesser row: a smaller share, or of equal shares, larger slots. */
static bool row_less(const struct hr_move *a, const struct hr_move *b)
{
	if (a->share != b->share)
		return a->share < b->share;
	if (a->from != b->from)
		return a->from > b->from;
	return a->to > b->to;
}

/* Restore the heap (the least row on top) below @i. */
static void heap_sink(struct hr_move *rows, u32 nr, u32 i)
{
	u32 child;

	while ((child = 2 * i + 1) < nr) {
		if (child + 1 < nr && row_less(&rows[child + 1], &rows[child]))
			child++;
		if (!row_less(&rows[child], &rows[i]))
			return;
		swap(rows[i], rows[child]);
		i = child;
	}
}

/*
 * Bring the @keep largest of @nr rows to the front, largest first. A heap is used
 * and not sort(): a matrix can have millions of rows, and sort() does not call
 * cond_resched().
 */
static void rows_select(struct hr_move *rows, u32 nr, u32 keep)
{
	u32 i;

	for (i = keep / 2; i-- > 0;)
		heap_sink(rows, keep, i);
	for (i = keep; i < nr; i++) {
		if (row_less(&rows[0], &rows[i])) {
			swap(rows[0], rows[i]);
			heap_sink(rows, keep, 0);
		}
		if (!(i % 4096))
			cond_resched();
	}
	for (i = keep; i-- > 1;) {
		swap(rows[0], rows[i]);
		heap_sink(rows, i, 0);
		if (!(i % 4096))
			cond_resched();
	}
}

/* A slot that is in both tables is one node: see &struct hr_node. */
static const struct hr_node *slot_node(const struct hr_table *before,
				       const struct hr_table *after, u32 slot)
{
	if (slot < after->nr_slots && after->nodes[slot])
		return after->nodes[slot];
	return before->nodes[slot];
}

/*
 * Copy the largest rows of the matrix, with names in place of slots. @offsets has an
 * element for each slot.
 */
static int receipt_rows(struct hr_receipt *receipt,
			const struct hr_table *before,
			const struct hr_table *after, u32 *offsets, gfp_t gfp)
{
	const struct hr_move *rows = receipt->impact.moves;
	u32 nr_slots = max(before->nr_slots, after->nr_slots);
	size_t size = 0;
	u32 i, j;

	memset32(offsets, HR_NO_NAME, nr_slots);
	for (i = 0; i < receipt->nr_kept; i++) {
		const u32 slots[] = { rows[i].from, rows[i].to };

		for (j = 0; j < ARRAY_SIZE(slots); j++) {
			if (offsets[slots[j]] != HR_NO_NAME)
				continue;
			offsets[slots[j]] = size;
			size += strlen(slot_node(before, after,
						 slots[j])->name) + 1;
		}
	}

	receipt->moves = kvmalloc_array(receipt->nr_kept,
					sizeof(*receipt->moves), gfp);
	receipt->names = kvmalloc(size, gfp);
	if (!receipt->moves || !receipt->names)
		return -ENOMEM;
	receipt->bytes = receipt->nr_kept * sizeof(*receipt->moves) + size;

	/* Not strscpy(), which writes whole words: over the names that follow. */
	for (i = 0; i < nr_slots; i++) {
		const char *name;

		if (offsets[i] == HR_NO_NAME)
			continue;
		name = slot_node(before, after, i)->name;
		memcpy(receipt->names + offsets[i], name, strlen(name) + 1);
	}
	for (i = 0; i < receipt->nr_kept; i++) {
		receipt->moves[i].from = offsets[rows[i].from];
		receipt->moves[i].to = offsets[rows[i].to];
		receipt->moves[i].arcs = rows[i].arcs;
		receipt->moves[i].share = rows[i].share;
	}
	return 0;
}

/**
 * hr_receipt_make() - work out the receipt of a change between two tables
 * @before: the table in force
 * @after: the next one
 * @gfp: for the receipt
 *
 * Fills in all fields but kind, generation, the numbers of operations, build_ns and
 * the record.
 *
 * Context: may sleep; the caller holds both tables.
 * Return: the receipt, for hr_receipt_free(), or NULL without memory.
 */
struct hr_receipt *hr_receipt_make(const struct hr_table *before,
				   const struct hr_table *after, gfp_t gfp)
{
	u32 nr_slots = max(before->nr_slots, after->nr_slots);
	u64 start = ktime_get_ns();
	struct hr_receipt *receipt;
	u32 *offsets;
	int ret;

	receipt = kzalloc(sizeof(*receipt), gfp);
	if (!receipt)
		return NULL;
	if (hr_impact(before, after, gfp, &receipt->impact))
		goto err_free_receipt;

	receipt->time = ktime_get_real_ns();
	receipt->nodes_before = before->nr_nodes;
	receipt->nodes_after = after->nr_nodes;
	receipt->bytes_before = before->bytes;
	receipt->bytes_after = after->bytes;
	receipt->nr_moves = receipt->impact.nr_moves;
	receipt->nr_kept = min_t(u32, receipt->nr_moves, HR_MAX_MOVES);
	if (receipt->nr_kept) {
		rows_select(receipt->impact.moves, receipt->nr_moves,
			    receipt->nr_kept);
		offsets = kvmalloc_array(nr_slots, sizeof(*offsets), gfp);
		if (!offsets)
			goto err_free_receipt;
		ret = receipt_rows(receipt, before, after, offsets, gfp);
		kvfree(offsets);
		if (ret)
			goto err_free_receipt;
	}
	hr_impact_release(&receipt->impact);
	receipt->impact_ns = ktime_get_ns() - start;
	return receipt;

err_free_receipt:
	hr_receipt_free(receipt);
	return NULL;
}

static void receipt_free_rows(struct hr_receipt *receipt)
{
	kvfree(receipt->moves);
	kvfree(receipt->names);
	receipt->moves = NULL;
	receipt->names = NULL;
	receipt->nr_kept = 0;
	receipt->bytes = 0;
}

/**
 * hr_receipt_free() - free a receipt that is in no history
 * @receipt: the receipt
 *
 * Context: may sleep.
 */
void hr_receipt_free(struct hr_receipt *receipt)
{
	hr_impact_release(&receipt->impact);
	receipt_free_rows(receipt);
	hr_record_release(&receipt->record);
	kfree(receipt);
}

/**
 * hr_history_init() - an empty history
 * @history: the history
 */
void hr_history_init(struct hr_history *history)
{
	mutex_init(&history->lock);
	INIT_LIST_HEAD(&history->receipts);
}

/* Add what a receipt keeps beside its figures to the history's totals, or subtract. */
static void history_count_locked(struct hr_history *history,
				 const struct hr_receipt *receipt)
{
	history->nr_moves += receipt->nr_kept;
	history->bytes += receipt->bytes + receipt->record.bytes;
}

static void history_discount_locked(struct hr_history *history,
				    const struct hr_receipt *receipt)
{
	history->nr_moves -= receipt->nr_kept;
	history->bytes -= receipt->bytes + receipt->record.bytes;
}

/* Free the oldest matrices and records past the limits; the matrix goes first. */
static void history_trim_locked(struct hr_history *history)
{
	struct hr_receipt *old;

	list_for_each_entry(old, &history->receipts, list) {
		if (history->nr_moves <= HR_MAX_MOVES &&
		    history->bytes <= HR_MAX_HISTORY)
			return;
		history_discount_locked(history, old);
		receipt_free_rows(old);
		if (history->bytes + old->record.bytes > HR_MAX_HISTORY)
			hr_record_release(&old->record);
		history_count_locked(history, old);
	}
}

/**
 * hr_history_add() - keep a receipt
 * @history: the history
 * @receipt: taken over; newer than all receipts that are kept
 *
 * Past the limits, the oldest receipt and the oldest matrices and records are freed.
 *
 * Context: may sleep.
 */
void hr_history_add(struct hr_history *history, struct hr_receipt *receipt)
{
	struct hr_receipt *old;

	mutex_lock(&history->lock);
	if (history->nr == HR_MAX_RECEIPTS) {
		old = list_first_entry(&history->receipts, struct hr_receipt,
				       list);
		list_del(&old->list);
		history_discount_locked(history, old);
		hr_receipt_free(old);
	} else {
		WRITE_ONCE(history->nr, history->nr + 1);
	}
	list_add_tail(&receipt->list, &history->receipts);
	history->newest = receipt->generation;
	history_count_locked(history, receipt);
	history_trim_locked(history);
	mutex_unlock(&history->lock);
}

/**
 * hr_history_next_locked() - the first receipt after a generation
 * @history: the history
 * @generation: any
 *
 * Context: history->lock is held.
 * Return: the receipt, valid until the lock is released, or NULL.
 */
struct hr_receipt *hr_history_next_locked(struct hr_history *history,
					  u64 generation)
{
	struct hr_receipt *receipt;

	lockdep_assert_held(&history->lock);

	list_for_each_entry(receipt, &history->receipts, list)
		if (receipt->generation > generation)
			return receipt;
	return NULL;
}

/**
 * hr_history_find_locked() - the receipt of a generation
 * @history: the history
 * @generation: the generation that the change led to
 *
 * Context: history->lock is held.
 * Return: the receipt, valid until the lock is released, or NULL.
 */
struct hr_receipt *hr_history_find_locked(struct hr_history *history,
					  u64 generation)
{
	struct hr_receipt *receipt;

	lockdep_assert_held(&history->lock);

	list_for_each_entry(receipt, &history->receipts, list)
		if (receipt->generation == generation)
			return receipt;
	return NULL;
}

/**
 * hr_history_release() - free all receipts
 * @history: the history; not to be used afterwards
 *
 * Context: the caller has the last reference to the ring. May sleep.
 */
void hr_history_release(struct hr_history *history)
{
	struct hr_receipt *receipt, *next;

	list_for_each_entry_safe(receipt, next, &history->receipts, list)
		hr_receipt_free(receipt);
	mutex_destroy(&history->lock);
}
