// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <linux/slab.h>

static unsigned long allocations;
static unsigned long fail_after;

/**
 * shim_fail_after() - makes an allocation fail
 * @n: the nth one from now, counted from 1; 0 lets none fail
 */
void shim_fail_after(unsigned long n)
{
	allocations = 0;
	fail_after = n;
}

/**
 * shim_allocations() - allocations asked for since shim_fail_after()
 *
 * Return: their number, with the failed one.
 */
unsigned long shim_allocations(void)
{
	return allocations;
}

void *kvmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	void *p;

	if (!(gfp & __GFP_NOFAIL) &&
	    __atomic_add_fetch(&allocations, 1, __ATOMIC_RELAXED) == fail_after)
		return NULL;
	if (gfp & __GFP_ZERO)
		p = calloc(n, size);
	else
		p = reallocarray(NULL, n, size);
	if (!p && (gfp & __GFP_NOFAIL))
		abort();
	return p;
}

void *kvmalloc(size_t size, gfp_t gfp)
{
	return kvmalloc_array(1, size, gfp);
}

void kvfree(const void *p)
{
	free((void *)p);
}
