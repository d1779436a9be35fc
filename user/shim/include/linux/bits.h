/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HASHRING_SHIM_LINUX_BITS_H
#define HASHRING_SHIM_LINUX_BITS_H

#define BITS_PER_LONG		(8 * (unsigned int)sizeof(long))
#define BIT(nr)			(1UL << (nr))
#define BIT_ULL(nr)		(1ULL << (nr))
#define BITS_TO_LONGS(nr)	(((nr) + BITS_PER_LONG - 1) / BITS_PER_LONG)

#endif
