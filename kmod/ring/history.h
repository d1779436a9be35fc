/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Receipts of past changes, bounded in number, in rows and in bytes.
 */
#ifndef HASHRING_RING_HISTORY_H
#define HASHRING_RING_HISTORY_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include <uapi/linux/hashring.h>

#include "core/impact.h"
#include "core/record.h"

/**
 * struct hr_receipt_move - a row of a receipt's from-to matrix
 * @from: offset of a name in the receipt's names
 * @to: as @from
 * @arcs: number of pieces
 * @share: in 2^-32
 */
struct hr_receipt_move {
	u32 from;
	u32 to;
	u32 arcs;
	u64 share;
};

/**
 * struct hr_receipt - what a change did
 * @list: in the history, oldest first
 * @kind: &enum hashring_receipt_kind
 * @generation: after the change
 * @time: ns since 1970
 * @added: number of nodes added
 * @removed: number of nodes removed
 * @set: number of nodes set
 * @replaced: number of nodes replaced
 * @nodes_before: number of members before
 * @nodes_after: number of members after
 * @impact: what moves, without the rows of the matrix
 * @bytes_before: memory of the table before
 * @bytes_after: memory of the table after
 * @build_ns: time to make the table
 * @impact_ns: time to work @impact out
 * @has_cut: @cut is known
 * @cut: number of established flows that the change cuts
 * @nr_moves: rows of the whole matrix
 * @nr_kept: rows in @moves
 * @bytes: memory of @moves and @names
 * @moves: rows of the matrix, the largest shares first
 * @names: of the nodes in @moves, each NUL-terminated; names and not nodes, because
 *	a receipt outlives its nodes
 * @record: what the operations did
 */
struct hr_receipt {
	struct list_head list;
	u8 kind;
	u64 generation;
	u64 time;
	u32 added;
	u32 removed;
	u32 set;
	u32 replaced;
	u32 nodes_before;
	u32 nodes_after;
	struct hr_impact impact;
	u64 bytes_before;
	u64 bytes_after;
	u64 build_ns;
	u64 impact_ns;
	bool has_cut;
	u32 cut;
	u32 nr_moves;
	u32 nr_kept;
	size_t bytes;
	struct hr_receipt_move *moves;
	char *names;
	struct hr_record record;
};

/**
 * struct hr_history - the receipts of a ring
 * @lock: guards all fields; not held while a change is worked out, so that a reader
 *	of the history does not wait for a change
 * @receipts: &struct hr_receipt, oldest first
 * @nr: number of @receipts, at most HR_MAX_RECEIPTS
 * @nr_moves: rows of all receipts, at most HR_MAX_MOVES: the oldest matrices go
 *	first
 * @bytes: memory of all rows and records, at most HR_MAX_HISTORY: the oldest go
 *	first
 * @newest: generation of the last receipt
 */
struct hr_history {
	struct mutex lock;	/* all of this */
	struct list_head receipts;
	u32 nr;
	u32 nr_moves;
	size_t bytes;
	u64 newest;
};

void hr_history_init(struct hr_history *history);
void hr_history_add(struct hr_history *history, struct hr_receipt *receipt);
struct hr_receipt *hr_history_find_locked(struct hr_history *history,
					  u64 generation);
struct hr_receipt *hr_history_next_locked(struct hr_history *history,
					  u64 generation);
void hr_history_release(struct hr_history *history);

struct hr_receipt *hr_receipt_make(const struct hr_table *before,
				   const struct hr_table *after, gfp_t gfp);
void hr_receipt_free(struct hr_receipt *receipt);

#endif
