/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's names for types, natively. This folder has the kernel names that
 * kmod/core and kmod/flow.c need, and no others, so that the same sources
 * compile into the module and into programs. If the system has a header of the
 * same name, it is included.
 */
#ifndef HASHRING_SHIM_LINUX_TYPES_H
#define HASHRING_SHIM_LINUX_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include_next <linux/types.h>
#include <linux/compiler.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;
typedef unsigned int gfp_t;

#define U16_MAX	((u16)~0U)
#define U32_MAX	((u32)~0U)
#define U64_MAX	((u64)~0ULL)

#endif
