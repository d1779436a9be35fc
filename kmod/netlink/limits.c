// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands about limits.
 */
#include "common.h"
#include "compat.h"

/* The table of limits, with names and descriptions. */
static const struct {
	const char *name;
	u64 value;
	const char *what;
} hr_nl_limits[] = {
#define HR_LIMIT_ROW(constant, number, label, about)			\
	{ .name = (label), .value = (number), .what = (about) },
	HR_LIMITS(HR_LIMIT_ROW)
#undef HR_LIMIT_ROW
};

static int limit_fill(struct sk_buff *skb, const struct hr_nl_to *to, u32 i)
{
	void *head;

	head = hr_nl_begin(skb, to);
	if (!head)
		return -EMSGSIZE;
	if (nla_put_string(skb, HASHRING_A_LIMIT_NAME, hr_nl_limits[i].name) ||
	    hr_nl_put_u64(skb, HASHRING_A_LIMIT_VALUE,
			  hr_nl_limits[i].value) ||
	    nla_put_string(skb, HASHRING_A_LIMIT_WHAT, hr_nl_limits[i].what)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

int hashring_nl_limits_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *name = info->attrs[HASHRING_A_LIMIT_NAME];
	const struct hr_nl_to to = hr_nl_reply(info);
	struct sk_buff *reply;
	u32 i;

	if (!name)
		return hr_nl_missing(info->extack, NULL, HASHRING_A_LIMIT_NAME,
				     "name");
	for (i = 0; i < ARRAY_SIZE(hr_nl_limits); i++)
		if (!nla_strcmp(name, hr_nl_limits[i].name))
			break;
	if (i == ARRAY_SIZE(hr_nl_limits))
		return hr_extack(info->extack, name, -ENOENT, "no such limit",
				 ": %s", hr_name_shown(nla_data(name)));
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	if (limit_fill(reply, &to, i)) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	return genlmsg_reply(reply, info);
}

int hashring_nl_limits_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb)
{
	const struct hr_nl_to to = hr_nl_dump(cb);
	u32 *next = (u32 *)cb->ctx;

	if (hr_dump_attrs(cb)[HASHRING_A_LIMIT_NAME])
		return hr_extack(cb->extack,
				 hr_dump_attrs(cb)[HASHRING_A_LIMIT_NAME],
				 -EINVAL, "a dump is of all limits");
	for (; *next < ARRAY_SIZE(hr_nl_limits); (*next)++)
		if (limit_fill(skb, &to, *next))
			return skb->len;
	return 0;
}
