/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table: one immutable sorted array of points with its index, and the
 * members that own the points. The array is the truth; the index over the top
 * bits of a position makes it fast.
 */
#ifndef HASHRING_CORE_TABLE_H
#define HASHRING_CORE_TABLE_H

#include <linux/bits.h>
#include <linux/compiler.h>

#include "place.h"

#define HR_WHOLE_RING	BIT_ULL(32)	/* the share of all positions */

/*
 * An index slot is one of equal parts of the ring. If at most one border
 * between owners lies in it, it answers by itself: it has the owners on both
 * sides, and the low bits of the last position before the border. Otherwise it
 * says where to continue in the array, and over how many points.
 *
 * The index of a large table with few enough nodes is paired: it has half as
 * many slots, and two neighbours share their two words for up to four borders.
 * So it is half as large, and leaves fewer look-ups to the array.
 *
 *	0 after(17) before(17) - (3) border(26)
 *	1 1 class(5) - (25) first(32)
 *	1 0 - (3) owner 4(11) border 2(16) border 1(16) border 0(16)
 *	1 0 - (2) owner 3(11) owner 2(11) owner 1(11) owner 0(11) border 3(16)
 */
#define HR_INDEX_MORE		BIT_ULL(63)
#define HR_INDEX_SEARCH		BIT_ULL(62)
#define HR_INDEX_AFTER		46
#define HR_INDEX_BEFORE		29
#define HR_INDEX_BORDER		(BIT(26) - 1)

/**
 * struct hr_table - an immutable map from positions to nodes
 * @cells: the owner of each of 2^(32 - @shift) equal cells, instead of @index,
 *	if every border is between two cells and slots are few enough
 * @index: one word for each of 2^(32 - @shift) equal slots of the ring
 * @points: ascending by (pos, seat), then a copy of the first one at position
 *	2^32 - 1, which ends every search and wraps it. Points that share a
 *	position are all here: the first one owns, and its removal restores the
 *	next
 * @shift: 8 to 26; with @cells 12 to 22
 * @paired: index slots are paired; @shift is at most 15
 * @nr_points: points without the copy; 0 to HR_MAX_POINTS
 * @nodes: by slot; NULL where the slot is free
 * @nr_slots: number of @nodes
 * @nr_nodes: members: 0 to HR_MAX_NODES
 * @nr_leaving: nodes in @nodes that are no members any more: see
 *	hr_change_build(); with the members at most 2 * HR_MAX_NODES
 * @refs: one for each user of the table
 * @by_name: members ascending by name, and behind them leaving nodes ascending
 *	by name
 * @by_seat: members ascending by seat
 * @share: by slot, the share that the node owns, in 2^-32 of the ring
 * @weight: sum of the active members' weights
 * @bytes: memory of the table, without its nodes
 *
 * A member that is not active, or holds no points, is in @nodes and owns
 * nothing. Only hr_view_compose() makes points of HR_NO_SLOT, whose positions
 * have no owner.
 */
struct hr_table {
	u16 *cells;
	u64 *index;
	const struct hr_point *points;
	u8 shift;
	bool paired;
	u32 nr_points;
	struct hr_node **nodes;
	u32 nr_slots;
	u32 nr_nodes;
	u32 nr_leaving;
	refcount_t refs;
	struct hr_node **by_name;
	struct hr_node **by_seat;
	u64 *share;
	u64 weight;
	size_t bytes;
};

u32 hr_table_search(const struct hr_table *t, u32 pos, u64 entry);

/**
 * hr_table_lookup() - the slot of the node that owns a position
 * @t: the table
 * @pos: any position
 *
 * One load if the index answers by itself; else a second one and a short
 * search, bounded by bisection of the slot's points however they cluster.
 *
 * Context: any; the caller keeps the table alive.
 * Return: a slot, or HR_NO_SLOT when the table has no points.
 */
static inline u32 hr_table_lookup(const struct hr_table *t, u32 pos)
{
	u64 entry;
	bool after;

	if (t->cells)
		return t->cells[pos >> t->shift];
	entry = t->index[pos >> t->shift];
	after = (pos & HR_INDEX_BORDER) > (entry & HR_INDEX_BORDER);
	if (unlikely(entry & HR_INDEX_MORE))
		return hr_table_search(t, pos, entry);
	return entry >> (after ? HR_INDEX_AFTER : HR_INDEX_BEFORE) & HR_NO_SLOT;
}

/* The node that owns @pos, or NULL. Context as hr_table_lookup(). */
static inline struct hr_node *hr_table_owner(const struct hr_table *t, u32 pos)
{
	u32 slot = hr_table_lookup(t, pos);
	struct hr_node *node;

	if (unlikely(slot == HR_NO_SLOT))
		return NULL;
	node = t->nodes[slot];
	/* A slot of a point is never free, so that callers need no check. */
	if (!node)
		__builtin_unreachable();
	return node;
}

struct hr_node *hr_table_find(const struct hr_table *t, const char *name);
struct hr_node *hr_table_find_leaving(const struct hr_table *t,
				      const char *name);
struct hr_node *hr_table_find_seat(const struct hr_table *t, const char *seat);
/*
 * Index of the first of @n members, ascending by the string at @offset, whose
 * string is not below @key, from number @from on; fast when it is near @from.
 */
u32 hr_members_seek(struct hr_node *const *members, u32 from, u32 n,
		    const char *key, size_t offset);

static inline const char *hr_member_key(const struct hr_node *node,
					size_t offset)
{
	return (const char *)node + offset;
}

bool hr_table_has(const struct hr_table *t, const struct hr_node *node);

/* Takes a reference. Context: any. */
static inline struct hr_table *hr_table_get(struct hr_table *t)
{
	refcount_inc(&t->refs);
	return t;
}

void hr_table_put(struct hr_table *t, const struct hr_node_ops *ops);
u64 hr_table_peak(const struct hr_table *t);
u64 hr_table_trough(const struct hr_table *t);

/**
 * struct hr_arc - positions that one node owns
 * @start: the position before the first, exclusive
 * @end: the last position, inclusive; start == end is the whole ring
 * @slot: the owner
 */
struct hr_arc {
	u32 start;
	u32 end;
	u32 slot;
};

/*
 * Arcs in ring order, neighbours of one owner merged, from the arc that holds
 * position 0 on, which may wrap. *cursor starts at 0. Returns false at the end.
 * Positions without an owner are a piece, and no arc.
 */
bool hr_table_next_piece(const struct hr_table *t, u32 *cursor,
			 struct hr_arc *piece);
bool hr_table_next_arc(const struct hr_table *t, u32 *cursor,
		       struct hr_arc *arc);

#endif
