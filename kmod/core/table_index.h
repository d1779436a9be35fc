/* SPDX-License-Identifier: GPL-2.0-only */
/* The size of the index, and the format of its slots; see table.h. */
#ifndef HASHRING_CORE_TABLE_INDEX_H
#define HASHRING_CORE_TABLE_INDEX_H

#include <linux/bitops.h>

#include "table.h"

#define HR_INDEX_MIN_BITS	6U
#define HR_INDEX_MAX_BITS	24U
#define HR_INDEX_ROOMY_BITS	16	/* 512 KiB: fits a near cache */
#define HR_INDEX_SINGLE_BITS	17	/* beyond this, neighbours are paired */
#define HR_INDEX_FIRST		(BIT(32) - 1)
#define HR_INDEX_CLASS		57

/* Up to this class a search is linear, above it bisects. */
#define HR_INDEX_LINEAR		3

/* A change of at most this part of the points patches the index. */
#define HR_PATCH_PART		16

/* A slot of two owners; @border is the last position of the first one. */
static inline u64 hr_index_answer(u32 before, u32 after, u32 border)
{
	return (u64)after << HR_INDEX_AFTER | (u64)before << HR_INDEX_BEFORE |
	       (border & HR_INDEX_BORDER);
}

/* The most borders that a pair of slots holds, and the places of its owners. */
#define HR_PAIR_BORDERS		4
#define HR_PAIR_OWNER_BITS	11
#define HR_PAIR_OWNER		16	/* all but the last, in the second word */
#define HR_PAIR_LAST		48	/* the last one, in the first word */

/*
 * A pair that answers by itself. Its positions differ in the low 16 bits at
 * most. A missing border is 0xffff: no position is behind it.
 */
static inline void hr_index_pair(u64 *pair, const u32 *owner, const u32 *border)
{
	u32 i;

	pair[0] = HR_INDEX_MORE | (u64)owner[4] << HR_PAIR_LAST |
		  (u64)(u16)border[2] << 32 | (u64)(u16)border[1] << 16 |
		  (u16)border[0];
	pair[1] = HR_INDEX_MORE | (u16)border[3];
	for (i = 0; i < HR_PAIR_BORDERS; i++)
		pair[1] |= (u64)owner[i] <<
			   (HR_PAIR_OWNER + i * HR_PAIR_OWNER_BITS);
}

/* The owner of @pos in such a pair, without a branch. */
static inline u32 hr_index_pair_owner(const u64 *pair, u16 pos)
{
	u64 borders = pair[0], owners = pair[1];
	u32 behind = (pos > (u16)borders) + (pos > (u16)(borders >> 16)) +
		     (pos > (u16)(borders >> 32));
	bool last = pos > (u16)owners;

	owners >>= HR_PAIR_OWNER + behind * HR_PAIR_OWNER_BITS;
	return (last ? borders >> HR_PAIR_LAST : owners) &
	       (BIT(HR_PAIR_OWNER_BITS) - 1);
}

/* A slot, or both of a pair, with @count points to search. */
static inline u64 hr_index_entry(u32 first, u32 count)
{
	return HR_INDEX_MORE | HR_INDEX_SEARCH |
	       (u64)fls(count) << HR_INDEX_CLASS | first;
}

static inline bool hr_index_searches(u64 entry)
{
	return entry >= (HR_INDEX_MORE | HR_INDEX_SEARCH);
}

static inline u32 hr_index_first(u64 entry)
{
	return entry & HR_INDEX_FIRST;
}

/* A search is over fewer than 2^class points. */
static inline u32 hr_index_class(u64 entry)
{
	return entry >> HR_INDEX_CLASS & 31;
}

/* The same slot when its points are @delta places later. */
static inline u64 hr_index_moved(u64 entry, u32 delta)
{
	if (!hr_index_searches(entry))
		return entry;
	return (entry & ~HR_INDEX_FIRST) | ((entry + delta) & HR_INDEX_FIRST);
}

/*
 * A unit is made at a time, and covers 2^hr_index_unit_shift() positions: a
 * slot, or a pair of them.
 */
static inline u32 hr_index_unit_shift(const struct hr_table *t)
{
	return t->shift + t->paired;
}

static inline u32 hr_index_units(const struct hr_table *t)
{
	return 1U << (32 - hr_index_unit_shift(t));
}

void hr_index_size(struct hr_table *t, u32 nr_points, u32 grid, u32 max_slot);
void hr_index_fill(struct hr_table *t, u32 unit, u32 end, u32 k);
void hr_index_copy(struct hr_table *t, const struct hr_table *base, u32 unit,
		   u32 end, u32 delta);

#endif
