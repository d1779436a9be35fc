/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the index is laid out, and what a slot of it says that does not answer
 * by itself; see table.h.
 */
#ifndef HASHRING_CORE_INDEX_H
#define HASHRING_CORE_INDEX_H

#include <linux/bitops.h>
#include <linux/types.h>

#define HR_INDEX_MIN_BITS	6
#define HR_INDEX_MAX_BITS	24
#define HR_INDEX_EXTRA_BITS	1	/* 2 to 4 slots a point */
#define HR_INDEX_FIRST_BITS	24
#define HR_INDEX_CLASS_SHIFT	26

/* Up to this class a search goes from point to point, above it bisects. */
#define HR_INDEX_LINEAR		3

/* A change of at most so large a part of the points patches the index. */
#define HR_PATCH_PART		16

static inline u32 hr_index_entry(u32 first, u32 count)
{
	return (u32)fls(count) << HR_INDEX_CLASS_SHIFT | first;
}

static inline u32 hr_index_first(u32 entry)
{
	return entry & ((1U << HR_INDEX_FIRST_BITS) - 1);
}

/* A search is over fewer than 2^class points. */
static inline u32 hr_index_class(u32 entry)
{
	return entry >> HR_INDEX_CLASS_SHIFT;
}

#endif
