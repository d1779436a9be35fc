// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receipts out of replies and notifications.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/genl/genl.h>

#include "private.h"

int decode_move(struct nlattr *nest, struct hashring_move *move)
{
	struct nlattr *tb[HASHRING_A_MOVE_MAX + 1];

	if (nla_parse_nested(tb, HASHRING_A_MOVE_MAX, nest, NULL) < 0)
		return -EBADMSG;
	attr_string(move->from, sizeof(move->from), tb[HASHRING_A_MOVE_FROM]);
	attr_string(move->to, sizeof(move->to), tb[HASHRING_A_MOVE_TO]);
	move->share = attr_u64(tb[HASHRING_A_MOVE_SHARE]);
	move->arcs = attr_u32(tb[HASHRING_A_MOVE_ARCS]);
	return 0;
}

static int decode_assigned(struct nlattr *nest,
			   struct hashring_assigned *assigned)
{
	struct hashring_node_attrs attrs = { 0 };
	struct nlattr *tb[HASHRING_A_OP_MAX + 1];

	if (nla_parse_nested(tb, HASHRING_A_OP_MAX, nest, NULL) < 0 ||
	    decode_attrs(tb[HASHRING_A_OP_ATTRS], &attrs))
		return -EBADMSG;
	attr_string(assigned->name, sizeof(assigned->name),
		    tb[HASHRING_A_OP_NAME]);
	assigned->id = attrs.id;
	return 0;
}

static void decode_figures(struct nlattr **tb, struct hashring_receipt *r)
{
	r->kind = attr_u32(tb[HASHRING_A_RECEIPT_KIND]);
	r->generation = attr_u64(tb[HASHRING_A_RECEIPT_GENERATION]);
	r->time = attr_u64(tb[HASHRING_A_RECEIPT_TIME]);
	r->added = attr_u32(tb[HASHRING_A_RECEIPT_ADDED]);
	r->removed = attr_u32(tb[HASHRING_A_RECEIPT_REMOVED]);
	r->set = attr_u32(tb[HASHRING_A_RECEIPT_SET]);
	r->replaced = attr_u32(tb[HASHRING_A_RECEIPT_REPLACED]);
	r->nodes_before = attr_u32(tb[HASHRING_A_RECEIPT_NODES_BEFORE]);
	r->nodes_after = attr_u32(tb[HASHRING_A_RECEIPT_NODES_AFTER]);
	r->moved = attr_u64(tb[HASHRING_A_RECEIPT_MOVED]);
	r->gained = attr_u64(tb[HASHRING_A_RECEIPT_GAINED]);
	r->lost = attr_u64(tb[HASHRING_A_RECEIPT_LOST]);
	r->required = attr_u64(tb[HASHRING_A_RECEIPT_REQUIRED]);
	r->collateral = attr_u64(tb[HASHRING_A_RECEIPT_COLLATERAL]);
	r->ideal = attr_u64(tb[HASHRING_A_RECEIPT_IDEAL]);
	r->peak_before = attr_u64(tb[HASHRING_A_RECEIPT_PEAK_BEFORE]);
	r->peak_after = attr_u64(tb[HASHRING_A_RECEIPT_PEAK_AFTER]);
	r->arcs = attr_u32(tb[HASHRING_A_RECEIPT_ARCS]);
	r->bytes_before = attr_u64(tb[HASHRING_A_RECEIPT_BYTES_BEFORE]);
	r->bytes_after = attr_u64(tb[HASHRING_A_RECEIPT_BYTES_AFTER]);
	r->build_ns = attr_u64(tb[HASHRING_A_RECEIPT_BUILD_NS]);
	r->impact_ns = attr_u64(tb[HASHRING_A_RECEIPT_IMPACT_NS]);
	r->has_cut = tb[HASHRING_A_RECEIPT_CUT];
	r->cut = attr_u32(tb[HASHRING_A_RECEIPT_CUT]);
	r->nr_moves = attr_u32(tb[HASHRING_A_RECEIPT_NR_MOVES]);
}

/* The caller releases @receipt's memory also after an error. */
int decode_receipt(struct nlattr *nest, struct hashring_receipt *r)
{
	struct nlattr *tb[HASHRING_A_RECEIPT_MAX + 1];
	struct nlattr *attr;
	__u32 rows = 0;
	int left;

	if (nla_parse_nested(tb, HASHRING_A_RECEIPT_MAX, nest, NULL) < 0)
		return -EBADMSG;
	decode_figures(tb, r);

	nla_for_each_nested(attr, nest, left)
		rows += nla_type(attr) == HASHRING_A_RECEIPT_MOVE;
	if (!rows)
		return 0;
	r->rows = calloc(rows, sizeof(*r->rows));
	if (!r->rows)
		return -ENOMEM;
	nla_for_each_nested(attr, nest, left) {
		if (nla_type(attr) != HASHRING_A_RECEIPT_MOVE)
			continue;
		if (decode_move(attr, &r->rows[r->nr_rows++]))
			return -EBADMSG;
	}
	return 0;
}

static int fail_receipt(struct hashring *h, struct hashring_receipt *r, int err)
{
	hashring_receipt_release(r);
	return hr_error(h, err, "%s", err == -ENOMEM ? strerror(ENOMEM) :
			"a malformed message");
}

/* The reply to a change, and its notification. */
int decode_change(struct hashring *h, struct nlmsghdr *nlh,
		  struct hashring_receipt *receipt)
{
	struct nlattr *attr;
	__u32 assigned = 0;
	int err = 0;
	int left;

	memset(receipt, 0, sizeof(*receipt));
	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, left)
		assigned += nla_type(attr) == HASHRING_A_CHANGE_OP;
	if (assigned) {
		receipt->assigned = calloc(assigned,
					   sizeof(*receipt->assigned));
		if (!receipt->assigned)
			return fail_receipt(h, receipt, -ENOMEM);
	}
	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, left) {
		switch (nla_type(attr)) {
		case HASHRING_A_CHANGE_RING:
			attr_string(receipt->ring, sizeof(receipt->ring), attr);
			break;
		case HASHRING_A_CHANGE_OP:
			err = decode_assigned(attr, &receipt->assigned[receipt->nr_assigned++]);
			break;
		case HASHRING_A_CHANGE_RECEIPT:
			err = decode_receipt(attr, receipt);
			break;
		default:
			break;
		}
		if (err)
			return fail_receipt(h, receipt, err);
	}
	return 0;
}

/* A receipt out of a ring's history. */
int decode_history(struct hashring *h, struct nlmsghdr *nlh,
		   struct hashring_receipt *receipt)
{
	struct nlattr *tb[HASHRING_A_HISTORY_MAX + 1];
	int err;

	memset(receipt, 0, sizeof(*receipt));
	err = parse_message(h, nlh, tb, HASHRING_A_HISTORY_MAX);
	if (err)
		return err;
	if (!tb[HASHRING_A_HISTORY_RECEIPT])
		return hr_error(h, -EBADMSG, "a malformed message");
	err = decode_receipt(tb[HASHRING_A_HISTORY_RECEIPT], receipt);
	if (err)
		return fail_receipt(h, receipt, err);
	attr_string(receipt->ring, sizeof(receipt->ring),
		    tb[HASHRING_A_HISTORY_RING]);
	receipt->kept_moves = attr_u32(tb[HASHRING_A_HISTORY_KEPT_MOVES]);
	receipt->nr_ops = attr_u32(tb[HASHRING_A_HISTORY_NR_OPS]);
	receipt->kept_ops = attr_u32(tb[HASHRING_A_HISTORY_KEPT_OPS]);
	receipt->nr_arcs = attr_u32(tb[HASHRING_A_HISTORY_NR_ARCS]);
	receipt->kept_arcs = attr_u32(tb[HASHRING_A_HISTORY_KEPT_ARCS]);
	return 0;
}

/**
 * hashring_receipt_release() - frees what a receipt holds
 * @receipt: a receipt that was filled in, or zeroes
 */
void hashring_receipt_release(struct hashring_receipt *receipt)
{
	free(receipt->rows);
	free(receipt->assigned);
	receipt->rows = NULL;
	receipt->assigned = NULL;
	receipt->nr_rows = 0;
	receipt->nr_assigned = 0;
}
