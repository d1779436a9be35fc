// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receipts of past changes, and their from-to matrices.
 */
#include <errno.h>

#include <netlink/genl/genl.h>

#include <hashring/past.h>
#include "private.h"

static int take_one(struct hashring *h, struct nlmsghdr *nlh, void *arg)
{
	struct hashring_receipt *receipt = arg;

	hashring_receipt_release(receipt);
	return decode_history(h, nlh, receipt);
}

/**
 * hashring_history_get() - the receipt of one past change
 * @h: the connection
 * @ring: the ring
 * @generation: the generation that the change led to
 * @receipt: set; to be released with hashring_receipt_release()
 *
 * Return: 0 or a negative errno, with which @receipt is empty.
 */
int hashring_history_get(struct hashring *h, const char *ring,
			 __u64 generation, struct hashring_receipt *receipt)
{
	struct request req;
	int err;

	*receipt = (struct hashring_receipt){ 0 };
	request_begin(h, &req, HASHRING_CMD_HISTORY_GET);
	request_string(&req, HASHRING_A_HISTORY_RING, ring);
	request_u64(&req, HASHRING_A_HISTORY_GENERATION, generation);
	err = request_do(&req, take_one, receipt);
	if (err)
		hashring_receipt_release(receipt);
	return err;
}

struct receipt_list {
	hashring_receipt_cb cb;
	void *arg;
};

static int take_listed(struct hashring *h, struct nlmsghdr *nlh, void *arg)
{
	struct hashring_receipt receipt;
	struct receipt_list *list = arg;
	int err;

	err = decode_history(h, nlh, &receipt);
	if (err)
		return err;
	err = list->cb(&receipt, list->arg);
	hashring_receipt_release(&receipt);
	return err;
}

/**
 * hashring_history_list() - the receipts that a ring keeps, oldest first
 * @h: the connection
 * @ring: the ring
 * @cb: called for each
 * @restart: see &hashring_restart_cb
 * @arg: for both
 *
 * Return: 0, what @cb returned, or a negative errno.
 */
int hashring_history_list(struct hashring *h, const char *ring,
			  hashring_receipt_cb cb, hashring_restart_cb restart,
			  void *arg)
{
	struct receipt_list list = { cb, arg };
	struct request req;

	request_begin(h, &req, HASHRING_CMD_HISTORY_GET);
	request_string(&req, HASHRING_A_HISTORY_RING, ring);
	return request_dump(&req, take_listed, &list, restart, arg);
}

/**
 * struct kept_count - how much of a part of a receipt is kept
 * @kept: set
 * @kept_type: the attribute
 * @all: set
 * @all_type: the attribute
 */
struct kept_count {
	__u32 *kept;
	int kept_type;
	__u32 *all;
	int all_type;
};

static int take_count(struct hashring *h, struct nlmsghdr *nlh, void *arg)
{
	struct nlattr *tb[HASHRING_A_HISTORY_MAX + 1];
	struct kept_count *count = arg;
	int err;

	err = parse_message(h, nlh, tb, HASHRING_A_HISTORY_MAX);
	if (err)
		return err;
	*count->kept = attr_u32(tb[count->kept_type]);
	*count->all = attr_u32(tb[count->all_type]);
	return 0;
}

static int count_kept(struct hashring *h, int cmd, const char *ring,
		      __u64 generation, struct kept_count *count)
{
	struct request req;

	request_begin(h, &req, cmd);
	request_string(&req, HASHRING_A_HISTORY_RING, ring);
	request_u64(&req, HASHRING_A_HISTORY_GENERATION, generation);
	return request_do(&req, take_count, count);
}

/**
 * hashring_moves_count() - the size of a change's from-to matrix
 * @h: the connection
 * @ring: the ring
 * @generation: the generation that the change led to
 * @kept: set to the number of rows that are kept, the largest ones
 * @all: set to the number of all rows
 *
 * Return: 0 or a negative errno.
 */
int hashring_moves_count(struct hashring *h, const char *ring, __u64 generation,
			 __u32 *kept, __u32 *all)
{
	struct kept_count count = {
		kept, HASHRING_A_HISTORY_KEPT_MOVES,
		all, HASHRING_A_HISTORY_NR_MOVES,
	};

	return count_kept(h, HASHRING_CMD_MOVES_GET, ring, generation, &count);
}

/**
 * hashring_past_arcs_count() - how many pieces a change moved, and are kept
 * @h: the connection
 * @ring: the ring; only balanced placement keeps pieces
 * @generation: the generation that the change led to
 * @kept: set to the number of pieces that are kept: all or none
 * @all: set to the number of pieces
 *
 * Return: 0 or a negative errno.
 */
int hashring_past_arcs_count(struct hashring *h, const char *ring,
			     __u64 generation, __u32 *kept, __u32 *all)
{
	struct kept_count count = {
		kept, HASHRING_A_HISTORY_KEPT_ARCS,
		all, HASHRING_A_HISTORY_NR_ARCS,
	};

	return count_kept(h, HASHRING_CMD_MOVED_ARCS_GET, ring, generation,
			  &count);
}

struct move_list {
	hashring_move_cb cb;
	void *arg;
};

static int take_moves(struct hashring *h, struct nlmsghdr *nlh, void *arg)
{
	struct move_list *list = arg;
	struct nlattr *attr;
	int err, left;

	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, left) {
		struct hashring_move move;

		if (nla_type(attr) != HASHRING_A_HISTORY_MOVE)
			continue;
		if (decode_move(attr, &move))
			return hr_error(h, -EBADMSG, "a malformed message");
		err = list->cb(&move, list->arg);
		if (err)
			return err;
	}
	return 0;
}

/**
 * hashring_moves_list() - the kept rows of a change's from-to matrix
 * @h: the connection
 * @ring: the ring
 * @generation: the generation that the change led to
 * @cb: called for each row
 * @restart: see &hashring_restart_cb
 * @arg: for both
 *
 * Return: 0, what @cb returned, or a negative errno.
 */
int hashring_moves_list(struct hashring *h, const char *ring, __u64 generation,
			hashring_move_cb cb, hashring_restart_cb restart,
			void *arg)
{
	struct move_list list = { cb, arg };
	struct request req;

	request_begin(h, &req, HASHRING_CMD_MOVES_GET);
	request_string(&req, HASHRING_A_HISTORY_RING, ring);
	request_u64(&req, HASHRING_A_HISTORY_GENERATION, generation);
	return request_dump(&req, take_moves, &list, restart, arg);
}
