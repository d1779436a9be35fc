// SPDX-License-Identifier: GPL-2.0-only
/*
 * What past changes did: their operations, and the pieces of the ring that
 * changed hands.
 */
#include <errno.h>

#include <netlink/genl/genl.h>

#include <hashring/past.h>
#include "private.h"

static int decode_was(struct nlattr *nest, struct hashring_node_info *was)
{
	struct nlattr *tb[HASHRING_A_PAST_NODE_MAX + 1];

	if (nla_parse_nested(tb, HASHRING_A_PAST_NODE_MAX, nest, NULL) < 0)
		return -EBADMSG;
	attr_string(was->name, sizeof(was->name),
		    tb[HASHRING_A_PAST_NODE_NAME]);
	attr_string(was->seat, sizeof(was->seat),
		    tb[HASHRING_A_PAST_NODE_SEAT]);
	if (decode_attrs(tb[HASHRING_A_PAST_NODE_ATTRS], &was->attrs))
		return -EBADMSG;
	was->points = attr_packed(tb[HASHRING_A_PAST_NODE_POINTS],
				  &was->nr_points);
	was->home = attr_runs(tb[HASHRING_A_PAST_NODE_HOME], &was->nr_home);
	return 0;
}

static int decode_did(struct nlattr **tb, struct hashring_op_record *did)
{
	did->generation = attr_u64(tb[HASHRING_A_HISTORY_GENERATION]);
	did->kind = attr_u32(tb[HASHRING_A_HISTORY_KIND]);
	if (tb[HASHRING_A_HISTORY_BEFORE]) {
		did->has_before = true;
		if (decode_was(tb[HASHRING_A_HISTORY_BEFORE], &did->before))
			return -EBADMSG;
	}
	if (tb[HASHRING_A_HISTORY_AFTER]) {
		did->has_after = true;
		if (decode_was(tb[HASHRING_A_HISTORY_AFTER], &did->after))
			return -EBADMSG;
	}
	/* Points that are those before are not sent twice. */
	if (did->has_before && did->has_after && !did->after.nr_points) {
		did->after.points = did->before.points;
		did->after.nr_points = did->before.nr_points;
	}
	return 0;
}

struct did_list {
	hashring_did_cb cb;
	void *arg;
};

static int take_did(struct hashring *h, struct nlmsghdr *nlh, void *arg)
{
	struct nlattr *tb[HASHRING_A_HISTORY_MAX + 1];
	struct hashring_op_record did = { 0 };
	struct did_list *list = arg;
	int err;

	err = parse_message(h, nlh, tb, HASHRING_A_HISTORY_MAX);
	if (err)
		return err;
	if (decode_did(tb, &did))
		return hr_error(h, -EBADMSG, "a malformed message");
	return list->cb(&did, list->arg);
}

/**
 * hashring_ops_list() - what a change's operations did, if kept
 * @h: the connection
 * @ring: the ring
 * @generation: the generation that the change led to
 * @cb: called for each operation, in order
 * @restart: see &hashring_restart_cb
 * @arg: for both
 *
 * Return: 0, what @cb returned, or a negative errno.
 */
int hashring_ops_list(struct hashring *h, const char *ring, __u64 generation,
		      hashring_did_cb cb, hashring_restart_cb restart,
		      void *arg)
{
	struct did_list list = { cb, arg };
	struct request req;

	request_begin(h, &req, HASHRING_CMD_OPS_GET);
	request_string(&req, HASHRING_A_HISTORY_RING, ring);
	request_u64(&req, HASHRING_A_HISTORY_GENERATION, generation);
	return request_dump(&req, take_did, &list, restart, arg);
}

struct past_arcs_list {
	hashring_past_arcs_cb cb;
	void *arg;
};

static int take_past_arcs(struct hashring *h, struct nlmsghdr *nlh, void *arg)
{
	struct nlattr *tb[HASHRING_A_HISTORY_MAX + 1];
	struct past_arcs_list *list = arg;
	struct hashring_past_arcs arcs;
	__u32 nr[3];
	int err;

	err = parse_message(h, nlh, tb, HASHRING_A_HISTORY_MAX);
	if (err)
		return err;
	arcs.generation = attr_u64(tb[HASHRING_A_HISTORY_GENERATION]);
	arcs.starts = attr_packed(tb[HASHRING_A_HISTORY_STARTS], &arcs.nr);
	arcs.ends = attr_packed(tb[HASHRING_A_HISTORY_ENDS], &nr[0]);
	arcs.from = attr_packed(tb[HASHRING_A_HISTORY_FROM], &nr[1]);
	arcs.to = attr_packed(tb[HASHRING_A_HISTORY_TO], &nr[2]);
	if (nr[0] != arcs.nr || nr[1] != arcs.nr || nr[2] != arcs.nr)
		return hr_error(h, -EBADMSG, "a malformed message");
	return list->cb(&arcs, list->arg);
}

/**
 * hashring_past_arcs_list() - the pieces that a change moved, if kept
 * @h: the connection
 * @ring: the ring, of balanced placement
 * @generation: the generation that the change led to
 * @cb: called with several pieces at a time, in ring order
 * @restart: see &hashring_restart_cb
 * @arg: for both
 *
 * Return: 0, what @cb returned, or a negative errno.
 */
int hashring_past_arcs_list(struct hashring *h, const char *ring,
			    __u64 generation, hashring_past_arcs_cb cb,
			    hashring_restart_cb restart, void *arg)
{
	struct past_arcs_list list = { cb, arg };
	struct request req;

	request_begin(h, &req, HASHRING_CMD_MOVED_ARCS_GET);
	request_string(&req, HASHRING_A_HISTORY_RING, ring);
	request_u64(&req, HASHRING_A_HISTORY_GENERATION, generation);
	return request_dump(&req, take_past_arcs, &list, restart, arg);
}
