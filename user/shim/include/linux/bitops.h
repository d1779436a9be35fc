/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HASHRING_SHIM_LINUX_BITOPS_H
#define HASHRING_SHIM_LINUX_BITOPS_H

#include <linux/bits.h>
#include <linux/types.h>

/* The number of the highest bit that is set, from 1; 0 for 0. */
static inline int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

#endif
