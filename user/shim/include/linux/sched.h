/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HASHRING_SHIM_LINUX_SCHED_H
#define HASHRING_SHIM_LINUX_SCHED_H

#include_next <linux/sched.h>

/* The system preempts a program by itself. */
static inline int cond_resched(void)
{
	return 0;
}

#endif
