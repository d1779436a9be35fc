/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HASHRING_SHIM_LINUX_STRING_H
#define HASHRING_SHIM_LINUX_STRING_H

#include_next <linux/string.h>
#include <string.h>
#include <linux/errno.h>
#include <linux/types.h>

/* Copies what fits and always ends it with NUL. */
static inline ssize_t strscpy(char *to, const char *from, size_t size)
{
	size_t len = strnlen(from, size);

	if (!size)
		return -E2BIG;
	if (len == size) {
		memcpy(to, from, size - 1);
		to[size - 1] = '\0';
		return -E2BIG;
	}
	memcpy(to, from, len + 1);
	return len;
}

static inline void *memset32(u32 *to, u32 value, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		to[i] = value;
	return to;
}

#endif
