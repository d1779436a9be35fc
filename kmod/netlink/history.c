// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receipts over netlink.
 */
#include <linux/skbuff.h>

#include "common.h"
#include "compat.h"

/* Rows of the matrix that are sent with a receipt, at most. */
#define HR_TOLD_MOVES	64

#define HR_HISTORY_SIZE	(SKB_WITH_OVERHEAD(8192) - NLMSG_HDRLEN)

static int put_move(struct sk_buff *skb, int type,
		    const struct hr_receipt *receipt, u32 i)
{
	const struct hr_receipt_move *move = &receipt->moves[i];
	struct nlattr *nest;

	nest = nla_nest_start(skb, type);
	if (!nest)
		return -EMSGSIZE;
	if (nla_put_string(skb, HASHRING_A_MOVE_FROM,
			   receipt->names + move->from) ||
	    nla_put_string(skb, HASHRING_A_MOVE_TO,
			   receipt->names + move->to) ||
	    nla_put_u64_64bit(skb, HASHRING_A_MOVE_SHARE, move->share,
			      HASHRING_A_MOVE_PAD) ||
	    nla_put_u32(skb, HASHRING_A_MOVE_ARCS, move->arcs)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int put_counts(struct sk_buff *skb, const struct hr_receipt *receipt)
{
	if (hr_nl_put_u64(skb, HASHRING_A_RECEIPT_GENERATION,
			  receipt->generation) ||
	    hr_nl_put_u64(skb, HASHRING_A_RECEIPT_TIME, receipt->time) ||
	    nla_put_u32(skb, HASHRING_A_RECEIPT_ADDED, receipt->added) ||
	    nla_put_u32(skb, HASHRING_A_RECEIPT_REMOVED, receipt->removed) ||
	    nla_put_u32(skb, HASHRING_A_RECEIPT_SET, receipt->set) ||
	    nla_put_u32(skb, HASHRING_A_RECEIPT_REPLACED, receipt->replaced) ||
	    nla_put_u32(skb, HASHRING_A_RECEIPT_NODES_BEFORE,
			receipt->nodes_before) ||
	    nla_put_u32(skb, HASHRING_A_RECEIPT_NODES_AFTER,
			receipt->nodes_after))
		return -EMSGSIZE;
	return 0;
}

static int put_impact(struct sk_buff *skb, const struct hr_impact *impact)
{
	if (hr_nl_put_u64(skb, HASHRING_A_RECEIPT_MOVED, impact->moved) ||
	    hr_nl_put_u64(skb, HASHRING_A_RECEIPT_GAINED, impact->gained) ||
	    hr_nl_put_u64(skb, HASHRING_A_RECEIPT_LOST, impact->lost) ||
	    hr_nl_put_u64(skb, HASHRING_A_RECEIPT_REQUIRED,
			  impact->required) ||
	    hr_nl_put_u64(skb, HASHRING_A_RECEIPT_COLLATERAL,
			  impact->collateral) ||
	    hr_nl_put_u64(skb, HASHRING_A_RECEIPT_IDEAL, impact->ideal) ||
	    hr_nl_put_u64(skb, HASHRING_A_RECEIPT_PEAK_BEFORE,
			  impact->peak_before) ||
	    hr_nl_put_u64(skb, HASHRING_A_RECEIPT_PEAK_AFTER,
			  impact->peak_after) ||
	    nla_put_u32(skb, HASHRING_A_RECEIPT_ARCS, impact->arcs))
		return -EMSGSIZE;
	return 0;
}

static int put_costs(struct sk_buff *skb, const struct hr_receipt *receipt)
{
	if (hr_nl_put_u64(skb, HASHRING_A_RECEIPT_BYTES_BEFORE,
			  receipt->bytes_before) ||
	    hr_nl_put_u64(skb, HASHRING_A_RECEIPT_BYTES_AFTER,
			  receipt->bytes_after) ||
	    hr_nl_put_u64(skb, HASHRING_A_RECEIPT_BUILD_NS,
			  receipt->build_ns) ||
	    hr_nl_put_u64(skb, HASHRING_A_RECEIPT_IMPACT_NS,
			  receipt->impact_ns) ||
	    nla_put_u32(skb, HASHRING_A_RECEIPT_NR_MOVES, receipt->nr_moves) ||
	    nla_put_u32(skb, HASHRING_A_RECEIPT_KIND, receipt->kind))
		return -EMSGSIZE;
	return 0;
}

/**
 * hr_nl_put_receipt() - put a receipt into a message
 * @skb: the message
 * @type: the attribute
 * @receipt: the receipt; the caller keeps it
 * @whole: all rows up to HR_TOLD_MOVES have to fit; else as many as fit are put
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE; then the caller cancels the message.
 */
int hr_nl_put_receipt(struct sk_buff *skb, int type,
		      const struct hr_receipt *receipt, bool whole)
{
	u32 rows = min_t(u32, receipt->nr_kept, HR_TOLD_MOVES);
	struct nlattr *nest;
	u32 i;

	nest = nla_nest_start(skb, type);
	if (!nest || put_counts(skb, receipt) ||
	    put_impact(skb, &receipt->impact) || put_costs(skb, receipt) ||
	    (receipt->has_cut &&
	     nla_put_u32(skb, HASHRING_A_RECEIPT_CUT, receipt->cut)))
		return -EMSGSIZE;
	for (i = 0; i < rows; i++) {
		if (!put_move(skb, HASHRING_A_RECEIPT_MOVE, receipt, i))
			continue;
		if (whole)
			return -EMSGSIZE;
		break;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int put_kept_moves(struct sk_buff *skb, const struct hr_receipt *receipt)
{
	if (nla_put_u32(skb, HASHRING_A_HISTORY_KEPT_MOVES,
			receipt->nr_kept) ||
	    nla_put_u32(skb, HASHRING_A_HISTORY_NR_MOVES, receipt->nr_moves))
		return -EMSGSIZE;
	return 0;
}

static int put_kept_ops(struct sk_buff *skb, const struct hr_receipt *receipt)
{
	const struct hr_record *record = &receipt->record;

	if (nla_put_u32(skb, HASHRING_A_HISTORY_NR_OPS, record->nr_ops) ||
	    nla_put_u32(skb, HASHRING_A_HISTORY_KEPT_OPS,
			record->data ? record->nr_ops : 0))
		return -EMSGSIZE;
	return 0;
}

/* Only of rings with a grid: their tables do not follow from the members. */
static int put_kept_arcs(struct sk_buff *skb, const struct hr_ring *ring,
			 const struct hr_receipt *receipt)
{
	const struct hr_record *record = &receipt->record;

	if (!ring->config.grid)
		return 0;
	if (nla_put_u32(skb, HASHRING_A_HISTORY_NR_ARCS, record->nr_arcs) ||
	    nla_put_u32(skb, HASHRING_A_HISTORY_KEPT_ARCS,
			record->arcs ? record->nr_arcs : 0))
		return -EMSGSIZE;
	return 0;
}

static int history_fill(struct sk_buff *skb, const struct hr_nl_to *to,
			struct netlink_callback *cb, const struct hr_ring *ring,
			const struct hr_receipt *receipt)
{
	bool alone = !skb->len;
	void *head;

	head = hr_nl_begin(skb, to);
	if (!head)
		return -EMSGSIZE;
	if (cb)
		genl_dump_check_consistent(cb, head);
	if (nla_put_string(skb, HASHRING_A_HISTORY_RING, ring->name) ||
	    put_kept_moves(skb, receipt) || put_kept_ops(skb, receipt) ||
	    put_kept_arcs(skb, ring, receipt) ||
	    hr_nl_put_receipt(skb, HASHRING_A_HISTORY_RECEIPT, receipt,
			      !alone)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

/* How much the history keeps of the part that the request is about. */
static int kept_fill(struct sk_buff *skb, const struct hr_nl_to *to,
		     const struct hr_ring *ring,
		     const struct hr_receipt *receipt)
{
	void *head;
	int ret;

	head = hr_nl_begin(skb, to);
	if (!head)
		return -EMSGSIZE;
	ret = -EMSGSIZE;
	if (nla_put_string(skb, HASHRING_A_HISTORY_RING, ring->name) ||
	    hr_nl_put_u64(skb, HASHRING_A_HISTORY_GENERATION,
			  receipt->generation))
		goto cancel;
	if (to->cmd == HASHRING_CMD_OPS_GET)
		ret = put_kept_ops(skb, receipt);
	else if (to->cmd == HASHRING_CMD_MOVED_ARCS_GET)
		ret = put_kept_arcs(skb, ring, receipt);
	else
		ret = put_kept_moves(skb, receipt);
	if (ret)
		goto cancel;
	genlmsg_end(skb, head);
	return 0;

cancel:
	genlmsg_cancel(skb, head);
	return ret;
}

static int no_receipt(const struct nlattr *generation,
		      struct netlink_ext_ack *extack)
{
	return hr_extack(extack, generation, -ENOENT,
			 "no receipt is kept of that generation", ": %llu",
			 nla_get_u64(generation));
}

/* Requests about one receipt differ only in the reply. */
static int receipt_get(struct hr_ring *ring, struct genl_info *info)
{
	const struct nlattr *generation =
		info->attrs[HASHRING_A_HISTORY_GENERATION];
	const struct hr_nl_to to = hr_nl_reply(info);
	const struct hr_receipt *receipt;
	struct sk_buff *reply;
	int ret;

	if (!generation)
		return hr_nl_missing(info->extack, NULL,
				     HASHRING_A_HISTORY_GENERATION,
				     "generation");
	reply = nlmsg_new(HR_HISTORY_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	mutex_lock(&ring->history.lock);
	receipt = hr_history_find_locked(&ring->history,
					 nla_get_u64(generation));
	if (!receipt)
		ret = no_receipt(generation, info->extack);
	else if (to.cmd == HASHRING_CMD_HISTORY_GET)
		ret = history_fill(reply, &to, NULL, ring, receipt);
	else
		ret = kept_fill(reply, &to, ring, receipt);
	mutex_unlock(&ring->history.lock);
	if (ret) {
		nlmsg_free(reply);
		return ret;
	}
	return genlmsg_reply(reply, info);
}

int hashring_nl_history_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct hr_ring *ring;
	int ret;

	ring = hr_nl_ring_get(genl_info_net(info),
			      info->attrs[HASHRING_A_HISTORY_RING],
			      HASHRING_A_HISTORY_RING, info->extack);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	ret = receipt_get(ring, info);
	hr_ring_put(ring);
	return ret;
}

int hashring_nl_moves_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return hashring_nl_history_get_doit(skb, info);
}

int hashring_nl_ops_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return hashring_nl_history_get_doit(skb, info);
}

int hashring_nl_moved_arcs_get_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	return hashring_nl_history_get_doit(skb, info);
}

int hashring_nl_history_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb)
{
	const struct hr_nl_to to = hr_nl_dump(cb);
	const struct hr_receipt *receipt;
	struct hr_history *history;
	struct hr_nl_dump_ctx *ctx;
	int ret = 0;

	if (hr_dump_attrs(cb)[HASHRING_A_HISTORY_GENERATION])
		return hr_extack(cb->extack,
				 hr_dump_attrs(cb)[HASHRING_A_HISTORY_GENERATION],
				 -EINVAL, "a dump is of all generations");
	ctx = hr_nl_dump_begin(cb, HASHRING_A_HISTORY_RING);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	history = &ctx->ring->history;
	mutex_lock(&history->lock);
	hr_nl_consistent(cb, history->newest);
	while ((receipt = hr_history_next_locked(history, ctx->generation))) {
		ret = history_fill(skb, &to, cb, ctx->ring, receipt);
		if (ret)
			break;
		ctx->generation = receipt->generation;
	}
	mutex_unlock(&history->lock);
	return ret && skb->len ? skb->len : ret;
}

/**
 * hr_nl_part_begin() - begin a message in the dump of a receipt's part
 * @skb: the buffer
 * @to: the addressee
 * @cb: the dump
 * @ring: the ring
 * @receipt: the receipt
 *
 * Return: the header, for genlmsg_end() or genlmsg_cancel(), or NULL: no room.
 */
void *hr_nl_part_begin(struct sk_buff *skb, const struct hr_nl_to *to,
		       struct netlink_callback *cb, const struct hr_ring *ring,
		       const struct hr_receipt *receipt)
{
	void *head = hr_nl_begin(skb, to);

	if (!head)
		return NULL;
	genl_dump_check_consistent(cb, head);
	if (!nla_put_string(skb, HASHRING_A_HISTORY_RING, ring->name) &&
	    !hr_nl_put_u64(skb, HASHRING_A_HISTORY_GENERATION,
			   receipt->generation))
		return head;
	genlmsg_cancel(skb, head);
	return NULL;
}

/**
 * hr_nl_part_dump() - dump a part of the receipt that a request names
 * @skb: the buffer
 * @cb: the dump
 * @part: the part
 *
 * Context: a dump. May sleep.
 * Return: as of a dumpit().
 */
int hr_nl_part_dump(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct hr_nl_part *part)
{
	const struct nlattr *generation =
		hr_dump_attrs(cb)[HASHRING_A_HISTORY_GENERATION];
	const struct hr_nl_to to = hr_nl_dump(cb);
	const struct hr_receipt *receipt;
	struct hr_history *history;
	struct hr_nl_dump_ctx *ctx;
	u32 size;
	int ret = 0;

	if (!generation)
		return hr_nl_missing(cb->extack, NULL,
				     HASHRING_A_HISTORY_GENERATION,
				     "generation");
	ctx = hr_nl_dump_begin(cb, HASHRING_A_HISTORY_RING);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	history = &ctx->ring->history;
	mutex_lock(&history->lock);
	receipt = hr_history_find_locked(history, nla_get_u64(generation));
	if (!receipt && !ctx->begun)
		ret = no_receipt(generation, cb->extack);

	/* A part that is forgotten meanwhile ends the dump, and the reader is told. */
	size = receipt ? part->size(receipt) : 0;
	hr_nl_consistent(cb, size);
	ctx->begun = true;
	while (ctx->next < size) {
		ret = part->fill(skb, &to, cb, ctx->ring, receipt, &ctx->next);
		if (ret)
			break;
	}
	mutex_unlock(&history->lock);
	return ret && skb->len ? skb->len : ret;
}

static u32 moves_size(const struct hr_receipt *receipt)
{
	return receipt->nr_kept;
}

/* Rows from *@next on, as many as fit. */
static int moves_fill(struct sk_buff *skb, const struct hr_nl_to *to,
		      struct netlink_callback *cb, const struct hr_ring *ring,
		      const struct hr_receipt *receipt, u32 *next)
{
	u32 first = *next;
	void *head;

	head = hr_nl_part_begin(skb, to, cb, ring, receipt);
	if (!head)
		return -EMSGSIZE;
	while (*next < receipt->nr_kept &&
	       !put_move(skb, HASHRING_A_HISTORY_MOVE, receipt, *next))
		(*next)++;
	if (*next == first) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

int hashring_nl_moves_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb)
{
	static const struct hr_nl_part moves = {
		.size	= moves_size,
		.fill	= moves_fill,
	};

	return hr_nl_part_dump(skb, cb, &moves);
}
