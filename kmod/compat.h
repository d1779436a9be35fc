/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every difference between kernel versions, and only those.
 */
#ifndef HASHRING_COMPAT_H
#define HASHRING_COMPAT_H

#include <linux/version.h>

/* 6.5 moved GSO out of skbuff.h. Sparse does not know __has_include(). */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#include <net/gso.h>
#endif

#endif
