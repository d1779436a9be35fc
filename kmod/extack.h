/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Refusals: why something was not done, for a person, with the attribute.
 */
#ifndef HASHRING_EXTACK_H
#define HASHRING_EXTACK_H

#include <linux/netlink.h>

__printf(4, 5)
int hr_extack(struct netlink_ext_ack *extack, const struct nlattr *attr,
	      int error, const char *format, ...);
void hr_extack_exit(void);

#endif
