// SPDX-License-Identifier: GPL-2.0-only
/*
 * The map as arcs.
 */
#include <errno.h>

#include "private.h"

static void begin(struct hashring *h, struct request *req, const char *ring,
		  bool raw_points)
{
	request_begin(h, req, HASHRING_CMD_ARCS_GET);
	request_string(req, HASHRING_A_ARC_RING, ring);
	request_flag(req, HASHRING_A_ARC_RAW_POINTS, raw_points);
}

struct arcs_count {
	__u32 *nr;
	__u64 *generation;
};

static int take_count(struct hashring *h, struct nlmsghdr *nlh, void *arg)
{
	struct nlattr *tb[HASHRING_A_ARC_MAX + 1];
	struct arcs_count *count = arg;
	int err;

	err = parse_message(h, nlh, tb, HASHRING_A_ARC_MAX);
	if (err)
		return err;
	*count->nr = attr_u32(tb[HASHRING_A_ARC_NR_ARCS]);
	if (count->generation)
		*count->generation = attr_u64(tb[HASHRING_A_ARC_GENERATION]);
	return 0;
}

/**
 * hashring_arcs_count() - how many arcs a map has
 * @h: the connection
 * @ring: the ring
 * @raw_points: count the table's points instead
 * @nr: set
 * @generation: set to the generation of @nr, if not NULL
 *
 * Return: 0 or a negative errno.
 */
int hashring_arcs_count(struct hashring *h, const char *ring, bool raw_points,
			__u32 *nr, __u64 *generation)
{
	struct arcs_count count = { nr, generation };
	struct request req;

	begin(h, &req, ring, raw_points);
	return request_do(&req, take_count, &count);
}

struct arcs_list {
	hashring_arcs_cb cb;
	void *arg;
};

static int take_arcs(struct hashring *h, struct nlmsghdr *nlh, void *arg)
{
	struct nlattr *tb[HASHRING_A_ARC_MAX + 1];
	struct nlattr *ends, *owners;
	struct arcs_list *list = arg;
	int err;

	err = parse_message(h, nlh, tb, HASHRING_A_ARC_MAX);
	if (err)
		return err;
	ends = tb[HASHRING_A_ARC_ENDS];
	owners = tb[HASHRING_A_ARC_OWNERS];
	if (!ends && !owners)
		return 0;
	if (!ends || !owners || nla_len(ends) != nla_len(owners))
		return hr_error(h, -EBADMSG, "a malformed message");
	return list->cb(attr_u64(tb[HASHRING_A_ARC_GENERATION]),
			nla_data(ends), nla_data(owners),
			nla_len(ends) / sizeof(__u32), list->arg);
}

/**
 * hashring_arcs_list() - all arcs of a map, in ring order
 * @h: the connection
 * @ring: the ring
 * @raw_points: the table's points instead
 * @cb: called for the arcs of each message
 * @restart: see &hashring_restart_cb
 * @arg: for both
 *
 * Return: 0, what @cb returned, or a negative errno.
 */
int hashring_arcs_list(struct hashring *h, const char *ring, bool raw_points,
		       hashring_arcs_cb cb, hashring_restart_cb restart,
		       void *arg)
{
	struct arcs_list list = { cb, arg };
	struct request req;

	begin(h, &req, ring, raw_points);
	return request_dump(&req, take_arcs, &list, restart, arg);
}
