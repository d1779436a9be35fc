/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HASHRING_KUNIT_NATIVE_SORT_H
#define HASHRING_KUNIT_NATIVE_SORT_H

#include <stdlib.h>
#include <linux/types.h>

/* Only the swapping that is the default. */
static inline void sort(void *base, size_t n, size_t size,
			int (*compare)(const void *, const void *), void *swap)
{
	qsort(base, n, size, compare);
}

#endif
