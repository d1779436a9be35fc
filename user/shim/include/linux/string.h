/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HASHRING_SHIM_LINUX_STRING_H
#define HASHRING_SHIM_LINUX_STRING_H

#include_next <linux/string.h>
#include <string.h>

#endif
