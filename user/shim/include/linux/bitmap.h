/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HASHRING_SHIM_LINUX_BITMAP_H
#define HASHRING_SHIM_LINUX_BITMAP_H

#include <linux/bitops.h>

static inline void __set_bit(unsigned long nr, unsigned long *map)
{
	map[nr / BITS_PER_LONG] |= BIT(nr % BITS_PER_LONG);
}

static inline unsigned long find_next_zero_bit(const unsigned long *map,
					       unsigned long size,
					       unsigned long nr)
{
	while (nr < size) {
		unsigned long free = ~map[nr / BITS_PER_LONG];

		free >>= nr % BITS_PER_LONG;
		if (free) {
			nr += __builtin_ctzl(free);
			break;
		}
		nr += BITS_PER_LONG - nr % BITS_PER_LONG;
	}
	return nr < size ? nr : size;
}

#endif
