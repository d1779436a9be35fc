/* SPDX-License-Identifier: GPL-2.0-only */
/* The part of the kernel's netlink that generated policies need, natively. */
#ifndef HASHRING_FUZZ_NET_NETLINK_H
#define HASHRING_FUZZ_NET_NETLINK_H

#include <linux/types.h>

enum {
	NLA_UNSPEC,
	NLA_U8,
	NLA_U16,
	NLA_U32,
	NLA_U64,
	NLA_S32,
	NLA_FLAG,
	NLA_NUL_STRING,
	NLA_BINARY,
	NLA_NESTED,
};

struct nla_policy {
	u8 type;
	u16 len;
	bool exact;
	u32 max;
	const struct nla_policy *nested;
};

#define NLA_POLICY_MAX(kind, most)	{ .type = (kind), .max = (most) }
#define NLA_POLICY_EXACT_LEN(size)	\
	{ .type = NLA_BINARY, .len = (size), .exact = true }
#define NLA_POLICY_NESTED(policy)		\
	{ .type = NLA_NESTED, .nested = (policy) }

#endif
