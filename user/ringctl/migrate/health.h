/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A command that says whether all is well. Whatever it does, it ends: at its
 * timeout it is killed, with all that it began.
 */
#ifndef RINGCTL_MIGRATE_HEALTH_H
#define RINGCTL_MIGRATE_HEALTH_H

#include <stddef.h>

#include <linux/types.h>

enum health {
	HEALTH_GOOD,
	HEALTH_BAD,
	HEALTH_STOPPED,		/* nobody wants to know any more */
};

enum health health_run(const char *command, __u64 timeout, int stop_fd,
		       char *reason, size_t size);

#endif
