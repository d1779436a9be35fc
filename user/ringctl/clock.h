/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The clock of waits: milliseconds, never set, running through suspension.
 */
#ifndef RINGCTL_CLOCK_H
#define RINGCTL_CLOCK_H

#include <limits.h>
#include <time.h>

#include <linux/types.h>

#define CLOCK_NEVER	(~0ULL)

static inline __u64 clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}

/* The time left until @end, for poll(): -1 for ever. */
static inline int clock_left(__u64 end)
{
	__u64 now = clock_ms();

	if (end == CLOCK_NEVER)
		return -1;
	if (end <= now)
		return 0;
	return end - now < INT_MAX ? end - now : INT_MAX;
}

#endif
