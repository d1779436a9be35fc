/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HASHRING_SHIM_ASM_BYTEORDER_H
#define HASHRING_SHIM_ASM_BYTEORDER_H

#include_next <asm/byteorder.h>

#ifndef le32_to_cpu
#define cpu_to_le32	__cpu_to_le32
#define cpu_to_le64	__cpu_to_le64
#define le32_to_cpu	__le32_to_cpu
#define le64_to_cpu	__le64_to_cpu
#endif

#endif
