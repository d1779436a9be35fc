// SPDX-License-Identifier: GPL-2.0-only
/*
 * The attributes of a node: out of messages, and into messages.
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <net/ipv6.h>

#include "common.h"

static int get_via4(struct hr_op *op, const struct nlattr *attr,
		    struct netlink_ext_ack *extack)
{
	__be32 addr = nla_get_in_addr(attr);

	if (ipv4_is_multicast(addr) || ipv4_is_lbcast(addr))
		return hr_extack(extack, attr, -EINVAL,
				 "not the address of a host", ": %pI4", &addr);
	op->attrs.via.has4 = addr != htonl(INADDR_ANY);
	memcpy(op->attrs.via.addr4, &addr, sizeof(op->attrs.via.addr4));
	return 0;
}

static int get_via6(struct hr_op *op, const struct nlattr *attr,
		    struct netlink_ext_ack *extack)
{
	struct in6_addr addr = nla_get_in6_addr(attr);

	if (ipv6_addr_is_multicast(&addr) || ipv6_addr_v4mapped(&addr))
		return hr_extack(extack, attr, -EINVAL,
				 "not the address of a host", ": %pI6c", &addr);
	if (ipv6_addr_type(&addr) & IPV6_ADDR_LINKLOCAL)
		return hr_extack(extack, attr, -EINVAL,
				 "link-local, give a global address", ": %pI6c",
				 &addr);
	op->attrs.via.has6 = !ipv6_addr_any(&addr);
	memcpy(op->attrs.via.addr6, &addr, sizeof(op->attrs.via.addr6));
	return 0;
}

/**
 * hr_nl_get_attrs() - read the node attributes of an operation
 * @op: the operation; its attrs and has are added to
 * @nest: the nest; validated by the request's policy
 * @extack: for the reason
 *
 * Context: a request.
 * Return: 0, or a negative error.
 */
int hr_nl_get_attrs(struct hr_op *op, const struct nlattr *nest,
		    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[HASHRING_A_NODE_ATTRS_MAX + 1];
	u32 i;
	int ret;

	ret = nla_parse_nested(tb, HASHRING_A_NODE_ATTRS_MAX, nest, NULL,
			       extack);
	if (ret)
		return ret;
	for (i = 1; i <= HASHRING_A_NODE_ATTRS_MAX; i++)
		if (tb[i])
			op->has |= BIT_ULL(HR_ATTR_OF(i));
	if (tb[HASHRING_A_NODE_ATTRS_ID])
		op->attrs.id = nla_get_u32(tb[HASHRING_A_NODE_ATTRS_ID]);
	if (tb[HASHRING_A_NODE_ATTRS_WEIGHT])
		op->attrs.weight =
			nla_get_u32(tb[HASHRING_A_NODE_ATTRS_WEIGHT]);
	if (tb[HASHRING_A_NODE_ATTRS_STATE])
		op->attrs.state = nla_get_u32(tb[HASHRING_A_NODE_ATTRS_STATE]);
	if (tb[HASHRING_A_NODE_ATTRS_ZONE])
		op->attrs.zone = nla_get_u32(tb[HASHRING_A_NODE_ATTRS_ZONE]);
	if (tb[HASHRING_A_NODE_ATTRS_VIA4]) {
		ret = get_via4(op, tb[HASHRING_A_NODE_ATTRS_VIA4], extack);
		if (ret)
			return ret;
	}
	if (tb[HASHRING_A_NODE_ATTRS_VIA6])
		return get_via6(op, tb[HASHRING_A_NODE_ATTRS_VIA6], extack);
	return 0;
}

/**
 * hr_nl_put_attrs() - put the attributes of a node into a message
 * @skb: the message
 * @type: the attribute that is the nest
 * @attrs: the node's attributes
 *
 * Context: any.
 * Return: 0, or -EMSGSIZE; then the caller cancels the message.
 */
int hr_nl_put_attrs(struct sk_buff *skb, int type,
		    const struct hr_node_attrs *attrs)
{
	const struct hr_via *via = &attrs->via;
	struct nlattr *nest;

	nest = nla_nest_start(skb, type);
	if (!nest ||
	    nla_put_u32(skb, HASHRING_A_NODE_ATTRS_ID, attrs->id) ||
	    nla_put_u32(skb, HASHRING_A_NODE_ATTRS_WEIGHT, attrs->weight) ||
	    nla_put_u32(skb, HASHRING_A_NODE_ATTRS_STATE, attrs->state) ||
	    nla_put_u32(skb, HASHRING_A_NODE_ATTRS_ZONE, attrs->zone))
		return -EMSGSIZE;
	if (via->has4 && nla_put(skb, HASHRING_A_NODE_ATTRS_VIA4,
				 sizeof(via->addr4), via->addr4))
		return -EMSGSIZE;
	if (via->has6 && nla_put(skb, HASHRING_A_NODE_ATTRS_VIA6,
				 sizeof(via->addr6), via->addr6))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}
