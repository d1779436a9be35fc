/* SPDX-License-Identifier: GPL-2.0-only */
/* How the index is sized, and how its slots are written; see table.h. */
#ifndef HASHRING_CORE_INDEX_H
#define HASHRING_CORE_INDEX_H

#include <linux/bitops.h>

#include "table.h"

#define HR_INDEX_MIN_BITS	6
#define HR_INDEX_MAX_BITS	24
#define HR_INDEX_ROOMY_BITS	16	/* 512 KiB: what a nearby cache holds */
#define HR_INDEX_FIRST		(BIT(24) - 1)
#define HR_INDEX_CLASS		58

/* Up to this class a search goes from point to point, above it bisects. */
#define HR_INDEX_LINEAR		3

/* A change of at most so large a part of the points patches the index. */
#define HR_PATCH_PART		16

/* A slot of two owners, @border the last position of the one before. */
static inline u64 hr_index_answer(u32 before, u32 after, u32 border)
{
	return (u64)after << HR_INDEX_AFTER | (u64)before << HR_INDEX_BEFORE |
	       (border & HR_INDEX_BORDER);
}

/* A slot that leaves @count points from @first on to be searched. */
static inline u64 hr_index_entry(u32 first, u32 count)
{
	return HR_INDEX_SEARCH | (u64)fls(count) << HR_INDEX_CLASS | first;
}

static inline u32 hr_index_first(u64 entry)
{
	return entry & HR_INDEX_FIRST;
}

/* A search is over fewer than 2^class points. */
static inline u32 hr_index_class(u64 entry)
{
	return (entry & ~HR_INDEX_SEARCH) >> HR_INDEX_CLASS;
}

/* The same slot when its points stand @delta places further on. */
static inline u64 hr_index_moved(u64 entry, u32 delta)
{
	if (!(entry & HR_INDEX_SEARCH))
		return entry;
	return (entry & ~HR_INDEX_FIRST) | ((entry + delta) & HR_INDEX_FIRST);
}

#endif
