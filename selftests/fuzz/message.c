// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's validation of attributes, by the policies that it has: strictly,
 * nothing unknown, no lengths that are nearly right.
 */
#include <linux/genetlink.h>
#include <linux/kernel.h>
#include <net/netlink.h>
#include <string.h>

#include "message.h"
#include "netlink_gen.h"

static void check_attrs(const uint8_t *at, size_t len,
			const struct nla_policy *policy, uint16_t max);

static void check_attr(const struct nla_policy *p, bool nested,
		       const uint8_t *data, size_t len)
{
	static const size_t sizes[] = {
		[NLA_U8] = 1, [NLA_U16] = 2, [NLA_U32] = 4, [NLA_U64] = 8,
		[NLA_S32] = 4, [NLA_FLAG] = 0,
	};
	uint32_t value;

	switch (p->type) {
	case NLA_NUL_STRING:
		CHECK(len && !data[len - 1]);
		CHECK(!p->len || strlen((const char *)data) <= p->len);
		return;
	case NLA_BINARY:
		CHECK(p->exact ? len == p->len : !p->len || len <= p->len);
		return;
	case NLA_NESTED:
		CHECK(nested);
		check_attrs(data, len, p->nested,
			    p->nested == hashring_op_nl_policy ?
				    ARRAY_SIZE(hashring_op_nl_policy) - 1 :
				    ARRAY_SIZE(hashring_flow_nl_policy) - 1);
		return;
	default:
		CHECK(p->type != NLA_UNSPEC && len == sizes[p->type]);
	}
	if (!p->max)
		return;
	CHECK(len == sizeof(value));
	memcpy(&value, data, sizeof(value));
	CHECK(value <= p->max);
}

static void check_attrs(const uint8_t *at, size_t len,
			const struct nla_policy *policy, uint16_t max)
{
	struct nlattr attr;
	size_t step;

	while (len) {
		CHECK(len >= sizeof(attr));
		memcpy(&attr, at, sizeof(attr));
		CHECK(attr.nla_len >= sizeof(attr) && attr.nla_len <= len);
		CHECK((attr.nla_type & NLA_TYPE_MASK) &&
		      (attr.nla_type & NLA_TYPE_MASK) <= max);
		check_attr(&policy[attr.nla_type & NLA_TYPE_MASK],
			   attr.nla_type & NLA_F_NESTED, at + sizeof(attr),
			   attr.nla_len - sizeof(attr));
		step = NLA_ALIGN(attr.nla_len);
		if (step > len)
			step = len;
		at += step;
		len -= step;
	}
}

void message_check(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = NLMSG_DATA(nlh);
	const size_t head = NLMSG_LENGTH(GENL_HDRLEN);
	size_t i;

	CHECK(nlh->nlmsg_len >= head && nlh->nlmsg_flags & NLM_F_REQUEST);
	for (i = 0; i < ARRAY_SIZE(hashring_nl_ops); i++)
		if (hashring_nl_ops[i].cmd == genl->cmd)
			break;
	CHECK(i < ARRAY_SIZE(hashring_nl_ops));
	check_attrs((const uint8_t *)nlh + head, nlh->nlmsg_len - head,
		    hashring_nl_ops[i].policy, hashring_nl_ops[i].maxattr);
}
