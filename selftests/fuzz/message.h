/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks messages by the kernel's policies, which are generated from the spec.
 */
#ifndef HASHRING_FUZZ_MESSAGE_H
#define HASHRING_FUZZ_MESSAGE_H

#include <linux/netlink.h>

#include "fuzz.h"

/* Crashes unless the kernel would parse the message. */
void message_check(const struct nlmsghdr *nlh);

struct hashring_change;

/* Crashes unless the operations of a message are those of a small change. */
void message_check_change(const struct nlmsghdr *nlh,
			  const struct hashring_change *change);

#endif
