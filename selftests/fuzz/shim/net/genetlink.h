/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HASHRING_FUZZ_NET_GENETLINK_H
#define HASHRING_FUZZ_NET_GENETLINK_H

#include <linux/genetlink.h>
#include <net/netlink.h>

struct genl_info;
struct sk_buff;
struct netlink_callback;

struct genl_ops {
	u8 cmd;
	int (*doit)(struct sk_buff *skb, struct genl_info *info);
	int (*start)(struct netlink_callback *cb);
	int (*dumpit)(struct sk_buff *skb, struct netlink_callback *cb);
	int (*done)(struct netlink_callback *cb);
	const struct nla_policy *policy;
	u16 maxattr;
	u8 flags;
};

struct genl_multicast_group {
	const char *name;
};

#endif
