/* SPDX-License-Identifier: GPL-2.0-only */
/* What an index slot that does not answer by itself says; see table.h. */
#ifndef HASHRING_CORE_INDEX_H
#define HASHRING_CORE_INDEX_H

#include <linux/bitops.h>
#include <linux/types.h>

#define HR_INDEX_MIN_BITS	6
#define HR_INDEX_MAX_BITS	24
#define HR_INDEX_FIRST_BITS	24
#define HR_INDEX_CLASS_SHIFT	26

/* Up to this class a search goes from point to point, above it bisects. */
#define HR_INDEX_LINEAR		3

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
