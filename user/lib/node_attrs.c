// SPDX-License-Identifier: GPL-2.0-only
/*
 * The attributes of a node, into messages and out of them.
 */
#include <errno.h>
#include <string.h>

#include "private.h"

/* An address of zeroes stands for no address at all. */
static void request_via(struct request *req, const struct hashring_via *via)
{
	if (via->has4 || !via->has6)
		request_data(req, HASHRING_A_NODE_ATTRS_VIA4, &via->addr4,
			     sizeof(via->addr4));
	if (via->has6)
		request_data(req, HASHRING_A_NODE_ATTRS_VIA6, &via->addr6,
			     sizeof(via->addr6));
}

/* The given attributes; @has is an operation's. */
void request_attrs(struct request *req, int type,
		   const struct hashring_node_attrs *attrs, __u64 has)
{
	struct nest nest;

	if (!(has / HASHRING_HAS_ATTR_OF(0)))
		return;
	request_nest(req, &nest, type);
	if (has & HASHRING_HAS_ATTR(ID))
		request_u32(req, HASHRING_A_NODE_ATTRS_ID, attrs->id);
	if (has & HASHRING_HAS_ATTR(WEIGHT))
		request_u32(req, HASHRING_A_NODE_ATTRS_WEIGHT, attrs->weight);
	if (has & HASHRING_HAS_ATTR(STATE))
		request_u32(req, HASHRING_A_NODE_ATTRS_STATE, attrs->state);
	if (has & HASHRING_HAS_VIA)
		request_via(req, &attrs->via);
	if (has & HASHRING_HAS_ATTR(ZONE))
		request_u32(req, HASHRING_A_NODE_ATTRS_ZONE, attrs->zone);
	request_nest_end(req, &nest);
}

static void decode_via(struct hashring_via *via, struct nlattr *via4,
		       struct nlattr *via6)
{
	if (via4 && nla_len(via4) >= (int)sizeof(via->addr4)) {
		memcpy(&via->addr4, nla_data(via4), sizeof(via->addr4));
		via->has4 = true;
	}
	if (via6 && nla_len(via6) >= (int)sizeof(via->addr6)) {
		memcpy(&via->addr6, nla_data(via6), sizeof(via->addr6));
		via->has6 = true;
	}
}

/* @attrs is zeroed. Without the nest all attributes stay 0. */
int decode_attrs(struct nlattr *nest, struct hashring_node_attrs *attrs)
{
	struct nlattr *tb[HASHRING_A_NODE_ATTRS_MAX + 1];

	if (!nest)
		return 0;
	if (nla_parse_nested(tb, HASHRING_A_NODE_ATTRS_MAX, nest, NULL) < 0)
		return -EBADMSG;
	attrs->id = attr_u32(tb[HASHRING_A_NODE_ATTRS_ID]);
	attrs->weight = attr_u32(tb[HASHRING_A_NODE_ATTRS_WEIGHT]);
	attrs->state = attr_u32(tb[HASHRING_A_NODE_ATTRS_STATE]);
	decode_via(&attrs->via, tb[HASHRING_A_NODE_ATTRS_VIA4],
		   tb[HASHRING_A_NODE_ATTRS_VIA6]);
	attrs->zone = attr_u32(tb[HASHRING_A_NODE_ATTRS_ZONE]);
	return 0;
}
