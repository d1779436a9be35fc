// SPDX-License-Identifier: GPL-2.0-only
/*
 * Single attributes of a message. What a kernel does not send is 0.
 */
#include <errno.h>
#include <string.h>

#include <netlink/genl/genl.h>

#include "private.h"

/* An attribute that is too short counts as missing. */
__u32 attr_u32(struct nlattr *attr)
{
	return attr && nla_len(attr) >= 4 ? nla_get_u32(attr) : 0;
}

__u64 attr_u64(struct nlattr *attr)
{
	return attr && nla_len(attr) >= 8 ? nla_get_u64(attr) : 0;
}

void attr_string(char *to, size_t size, struct nlattr *attr)
{
	to[0] = '\0';
	if (attr)
		nla_strlcpy(to, attr, size);
}

/* The attributes of a whole message. */
int parse_message(struct hashring *h, struct nlmsghdr *nlh, struct nlattr **tb,
		  int max)
{
	if (genlmsg_parse(nlh, 0, tb, max, NULL) < 0)
		return hr_error(h, -EBADMSG, "a malformed message");
	return 0;
}

/* A packed array as long as its attribute; it points into the message. */
const __u32 *attr_packed(struct nlattr *attr, __u32 *nr)
{
	*nr = attr ? nla_len(attr) / sizeof(__u32) : 0;
	return *nr ? nla_data(attr) : NULL;
}

/* Packed runs of cells, likewise. */
const struct hashring_run *attr_runs(struct nlattr *attr, __u32 *nr)
{
	*nr = attr ? nla_len(attr) / sizeof(struct hashring_run) : 0;
	return *nr ? nla_data(attr) : NULL;
}
