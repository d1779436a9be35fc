// SPDX-License-Identifier: GPL-2.0-only
/*
 * The steps of migrations, and the flows that they track.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <netlink/genl/genl.h>

#include <hashring/migrate.h>
#include "private.h"

/* The list that steps are passed to. */
struct step_list {
	hashring_step_cb cb;
	void *arg;
};

static int take_steps(struct hashring *h, struct nlmsghdr *nlh, void *arg)
{
	struct step_list *list = arg;
	struct hashring_step step;
	struct nlattr *attr;
	int err, left;

	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, left) {
		if (nla_type(attr) != HASHRING_A_STEPS_STEP)
			continue;
		memset(&step, 0, sizeof(step));
		if (decode_step(attr, &step))
			return hr_error(h, -EBADMSG, "a malformed message");
		err = list->cb(&step, list->arg);
		if (err)
			return err;
	}
	return 0;
}

/**
 * hashring_steps_list() - events of a ring's migrations, oldest first
 * @h: the connection
 * @ring: the ring
 * @cb: called for each step or transition that is kept
 * @restart: see &hashring_restart_cb
 * @arg: for both
 *
 * Return: 0, what @cb returned, or a negative errno.
 */
int hashring_steps_list(struct hashring *h, const char *ring,
			hashring_step_cb cb, hashring_restart_cb restart,
			void *arg)
{
	struct step_list list = { cb, arg };
	struct request req;

	request_begin(h, &req, HASHRING_CMD_STEPS_GET);
	request_string(&req, HASHRING_A_STEPS_RING, ring);
	return request_dump(&req, take_steps, &list, restart, arg);
}

static __u16 attr_port(struct nlattr *attr)
{
	return attr && nla_len(attr) >= 2 ? ntohs(nla_get_u16(attr)) : 0;
}

/*
 * Into an address of @len bytes; an attribute that is too short counts as
 * missing.
 */
static bool attr_address(void *addr, size_t len, struct nlattr *attr)
{
	if (!attr || nla_len(attr) < (int)len)
		return false;
	memcpy(addr, nla_data(attr), len);
	return true;
}

static int decode_flow(struct nlattr *nest, struct hashring_flow *flow)
{
	struct nlattr *tb[HASHRING_A_FLOW_MAX + 1];

	if (nla_parse_nested(tb, HASHRING_A_FLOW_MAX, nest, NULL) < 0)
		return -EBADMSG;
	if (tb[HASHRING_A_FLOW_PROTOCOL] &&
	    nla_len(tb[HASHRING_A_FLOW_PROTOCOL]))
		flow->protocol = nla_get_u8(tb[HASHRING_A_FLOW_PROTOCOL]);
	flow->family = AF_INET;
	if (attr_address(&flow->saddr, sizeof(flow->saddr.v6),
			 tb[HASHRING_A_FLOW_SADDR6]))
		flow->family = AF_INET6;
	attr_address(&flow->daddr, sizeof(flow->daddr.v6),
		     tb[HASHRING_A_FLOW_DADDR6]);
	attr_address(&flow->saddr, sizeof(flow->saddr.v4),
		     tb[HASHRING_A_FLOW_SADDR4]);
	attr_address(&flow->daddr, sizeof(flow->daddr.v4),
		     tb[HASHRING_A_FLOW_DADDR4]);
	flow->sport = attr_port(tb[HASHRING_A_FLOW_SPORT]);
	flow->dport = attr_port(tb[HASHRING_A_FLOW_DPORT]);
	flow->policy = attr_u32(tb[HASHRING_A_FLOW_KEY_POLICY]);
	return 0;
}

/* The list that flows are passed to. */
struct tracked_list {
	hashring_tracked_cb cb;
	void *arg;
};

static int take_tracked(struct hashring *h, struct nlmsghdr *nlh, void *arg)
{
	struct nlattr *tb[HASHRING_A_TRACKED_MAX + 1];
	struct hashring_tracked t = { 0 };
	struct tracked_list *list = arg;
	int err;

	err = parse_message(h, nlh, tb, HASHRING_A_TRACKED_MAX);
	if (err)
		return err;
	if (!tb[HASHRING_A_TRACKED_FLOW] ||
	    decode_flow(tb[HASHRING_A_TRACKED_FLOW], &t.flow))
		return hr_error(h, -EBADMSG, "a malformed message");
	t.position = attr_u32(tb[HASHRING_A_TRACKED_POSITION]);
	attr_string(t.node, sizeof(t.node), tb[HASHRING_A_TRACKED_NODE]);
	attr_string(t.owner, sizeof(t.owner), tb[HASHRING_A_TRACKED_OWNER]);
	t.half_open = tb[HASHRING_A_TRACKED_HALF_OPEN];
	t.closing = tb[HASHRING_A_TRACKED_CLOSING];
	t.idle = attr_u64(tb[HASHRING_A_TRACKED_IDLE]);
	t.left = attr_u64(tb[HASHRING_A_TRACKED_LEFT]);
	return list->cb(&t, list->arg);
}

/**
 * hashring_tracked_list() - the flows that a ring's migration tracks
 * @h: the connection
 * @ring: the ring
 * @cb: called for each
 * @restart: see &hashring_restart_cb
 * @arg: for both
 *
 * Return: 0, what @cb returned, or a negative errno.
 */
int hashring_tracked_list(struct hashring *h, const char *ring,
			  hashring_tracked_cb cb, hashring_restart_cb restart,
			  void *arg)
{
	struct tracked_list list = { cb, arg };
	struct request req;

	request_begin(h, &req, HASHRING_CMD_FLOWS_GET);
	request_string(&req, HASHRING_A_TRACKED_RING, ring);
	return request_dump(&req, take_tracked, &list, restart, arg);
}
