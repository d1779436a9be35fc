/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A health check is a command. It always ends: at its timeout it is killed,
 * with its children.
 */
#ifndef RINGCTL_MIGRATE_HEALTH_H
#define RINGCTL_MIGRATE_HEALTH_H

#include <stddef.h>

#include <linux/types.h>

enum health {
	HEALTH_GOOD,
	HEALTH_BAD,
	HEALTH_STOPPED,		/* the result is not wanted any more */
};

enum health health_run(const char *command, __u64 timeout, int stop_fd,
		       char *reason, size_t size);

#endif
