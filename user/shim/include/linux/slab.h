/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's allocator names over malloc(), with an allocation that fails on
 * a test's demand.
 */
#ifndef HASHRING_SHIM_LINUX_SLAB_H
#define HASHRING_SHIM_LINUX_SLAB_H

#include <linux/types.h>

#define __GFP_ZERO		0x1U
#define __GFP_NOFAIL		0x2U
#define GFP_KERNEL		0x4U
#define GFP_KERNEL_ACCOUNT	(GFP_KERNEL | 0x8U)

void *kvmalloc(size_t size, gfp_t gfp);
void *kvmalloc_array(size_t n, size_t size, gfp_t gfp);
void kvfree(const void *p);

static inline void *kvzalloc(size_t size, gfp_t gfp)
{
	return kvmalloc(size, gfp | __GFP_ZERO);
}

static inline void *kvcalloc(size_t n, size_t size, gfp_t gfp)
{
	return kvmalloc_array(n, size, gfp | __GFP_ZERO);
}

void shim_fail_after(unsigned long n);
unsigned long shim_allocations(void);

#endif
