// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's strict validation of attributes, by the kernel's policies: no
 * unknown attributes, no inexact lengths.
 */
#include <linux/genetlink.h>
#include <linux/kernel.h>
#include <net/netlink.h>
#include <string.h>

#include <hashring/hashring.h>
#include "message.h"
#include "netlink/gen.h"
#include "cli/model/node_attrs.h"

static void check_attrs(const uint8_t *at, size_t len,
			const struct nla_policy *policy, uint16_t max);

static uint16_t nested_max(const struct nla_policy *nested)
{
	if (nested == hashring_op_nl_policy)
		return ARRAY_SIZE(hashring_op_nl_policy) - 1;
	if (nested == hashring_node_attrs_nl_policy)
		return ARRAY_SIZE(hashring_node_attrs_nl_policy) - 1;
	CHECK(nested == hashring_flow_nl_policy);
	return ARRAY_SIZE(hashring_flow_nl_policy) - 1;
}

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
		check_attrs(data, len, p->nested, nested_max(p->nested));
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

/* The attribute of this type in an operation, or NULL. */
static const struct nlattr *find(const struct nlattr *op, uint16_t type)
{
	const char *at = (const char *)op + NLA_HDRLEN;
	const char *end = (const char *)op + op->nla_len;

	for (; at < end; at += NLA_ALIGN(((struct nlattr *)at)->nla_len))
		if ((((struct nlattr *)at)->nla_type & NLA_TYPE_MASK) == type)
			return (const struct nlattr *)at;
	return NULL;
}

/* Checks whether an attribute is present as expected, with this content. */
static void check_is(const struct nlattr *op, uint16_t type, bool given,
		     const void *data, size_t len)
{
	const struct nlattr *attr = find(op, type);

	CHECK(!attr == !given);
	if (!given)
		return;
	CHECK(attr->nla_len == NLA_HDRLEN + len);
	CHECK(!memcmp((const char *)attr + NLA_HDRLEN, data, len));
}

static void check_text(const struct nlattr *op, uint16_t type, const char *text)
{
	check_is(op, type, text, text, text ? strlen(text) + 1 : 0);
}

static void check_node_attrs(const struct nlattr *nest, uint64_t has,
			     const struct hashring_node_attrs *attrs)
{
	const struct hashring_via *via = &attrs->via;
	bool addresses = has & HASHRING_HAS_VIA;
	const struct node_attr *attr;

	CHECK(!nest == !(has / HASHRING_HAS_ATTR_OF(0)));
	if (!nest)
		return;
	for (attr = node_attrs; attr->name; attr++) {
		uint32_t value = node_attr_get(attr, attrs);

		check_is(nest, attr->type,
			 has & HASHRING_HAS_ATTR_OF(attr->type), &value, 4);
	}
	/* Without an address, the message has one of zeros. */
	check_is(nest, HASHRING_A_NODE_ATTRS_VIA4,
		 addresses && (via->has4 || !via->has6), &via->addr4, 4);
	check_is(nest, HASHRING_A_NODE_ATTRS_VIA6, addresses && via->has6,
		 &via->addr6, 16);
}

static void check_op(const struct nlattr *attr, const struct hashring_op *op)
{
	check_is(attr, HASHRING_A_OP_KIND, true, &op->kind, 4);
	check_text(attr, HASHRING_A_OP_NAME, op->name);
	check_text(attr, HASHRING_A_OP_NEW_NAME, op->new_name);
	check_text(attr, HASHRING_A_OP_SEAT, op->seat);
	check_is(attr, HASHRING_A_OP_DEADLINE, op->has & HASHRING_HAS(DEADLINE),
		 &op->deadline, 8);
	check_is(attr, HASHRING_A_OP_NOW, op->has & HASHRING_HAS(NOW), "", 0);
	check_is(attr, HASHRING_A_OP_POINTS, op->has & HASHRING_HAS(POINTS),
		 op->points, op->nr_points * sizeof(*op->points));
	check_node_attrs(find(attr, HASHRING_A_OP_ATTRS), op->has, &op->attrs);
}

void message_check_change(const struct nlmsghdr *nlh,
			  const struct hashring_change *change)
{
	const struct genlmsghdr *genl = NLMSG_DATA(nlh);
	const char *at = (const char *)genl + GENL_HDRLEN;
	const char *end = (const char *)nlh + nlh->nlmsg_len;
	uint32_t n = 0;

	if (genl->cmd != HASHRING_CMD_CHANGE)
		return;
	for (; at < end; at += NLA_ALIGN(((struct nlattr *)at)->nla_len)) {
		const struct nlattr *attr = (const struct nlattr *)at;

		if ((attr->nla_type & NLA_TYPE_MASK) != HASHRING_A_CHANGE_OP)
			continue;
		CHECK(n < change->nr_ops);
		check_op(attr, &change->ops[n++]);
	}
	CHECK(n == change->nr_ops);
}
