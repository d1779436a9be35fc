/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HASHRING_SHIM_LINUX_IN_H
#define HASHRING_SHIM_LINUX_IN_H

/* The C library's header: the two do not go together in this order. */
#include <netinet/in.h>

#endif
