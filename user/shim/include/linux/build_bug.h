/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HASHRING_SHIM_LINUX_BUILD_BUG_H
#define HASHRING_SHIM_LINUX_BUILD_BUG_H

#include <assert.h>

#endif
