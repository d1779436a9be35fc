// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes over netlink: the request, the receipt and the event.
 */
#include <linux/skbuff.h>

#include "change.h"
#include "common.h"
#include "trace.h"

/* A message has the ids that the kernel chose, if these ids are no more than this. */
#define HR_TOLD_IDS	64

/*
 * A reply is filled in before the change happens, and has to fit. The receipt comes
 * first, then as many rows of its matrix as fit.
 */
#define HR_CHANGE_SIZE	(SKB_WITH_OVERHEAD(8192) - NLMSG_HDRLEN)

/**
 * struct hr_nl_change_request - a request for a change
 * @change: the change
 * @ring: the ring
 * @to: the addressee of the reply
 * @reply: the reply; filled in before the change happens
 */
struct hr_nl_change_request {
	struct hr_change change;
	struct hr_ring *ring;
	struct hr_nl_to to;
	struct sk_buff *reply;
};

/* The name of the node that gets an id of the kernel's choice, or NULL. */
static const char *gets_id(const struct hr_op *op)
{
	if (op->has & HR_HAS_ATTR(ID))
		return NULL;
	if (op->kind == HASHRING_OP_ADD)
		return op->name;
	return op->kind == HASHRING_OP_REPLACE ? op->new_name : NULL;
}

static bool few_ids(const struct hr_op *ops, u32 nr_ops)
{
	u32 i, nr = 0;

	for (i = 0; i < nr_ops && nr <= HR_TOLD_IDS; i++)
		nr += !!gets_id(&ops[i]);
	return nr <= HR_TOLD_IDS;
}

static int put_id(struct sk_buff *skb, const char *name, u32 id)
{
	struct nlattr *op, *attrs;

	op = nla_nest_start(skb, HASHRING_A_CHANGE_OP);
	if (!op || nla_put_string(skb, HASHRING_A_OP_NAME, name))
		return -EMSGSIZE;
	attrs = nla_nest_start(skb, HASHRING_A_OP_ATTRS);
	if (!attrs || nla_put_u32(skb, HASHRING_A_NODE_ATTRS_ID, id))
		return -EMSGSIZE;
	nla_nest_end(skb, attrs);
	nla_nest_end(skb, op);
	return 0;
}

static int put_ids(struct sk_buff *skb, const struct hr_op *ops, u32 nr_ops,
		   const struct hr_table *next)
{
	u32 i;

	if (!few_ids(ops, nr_ops))
		return 0;
	for (i = 0; i < nr_ops; i++) {
		const char *name = gets_id(&ops[i]);

		if (name &&
		    put_id(skb, name, hr_table_find(next, name)->attrs.id))
			return -EMSGSIZE;
	}
	return 0;
}

static int change_fill(struct sk_buff *skb, const struct hr_nl_to *to,
		       const struct hr_ring *ring, const struct hr_op *ops,
		       u32 nr_ops, const struct hr_receipt *receipt,
		       const struct hr_table *next)
{
	void *head;

	head = hr_nl_begin(skb, to);
	if (!head)
		return -EMSGSIZE;
	if (nla_put_string(skb, HASHRING_A_CHANGE_RING, ring->name) ||
	    put_ids(skb, ops, nr_ops, next) ||
	    hr_nl_put_receipt(skb, HASHRING_A_CHANGE_RECEIPT, receipt, false)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

static int request_prepare(struct hr_change *change,
			   const struct hr_receipt *receipt,
			   const struct hr_table *next)
{
	struct hr_nl_change_request *request =
		container_of(change, struct hr_nl_change_request, change);

	return change_fill(request->reply, &request->to, request->ring,
			   change->ops, change->nr_ops, receipt, next);
}

/**
 * hr_nl_change_event() - send the event of a change
 * @note: of hr_ring_notify()
 *
 * Context: ring->lock is held; there are listeners. May sleep.
 */
void hr_nl_change_event(const struct hashring_note *note)
{
	const struct hr_nl_to to = hr_nl_event(HASHRING_CMD_CHANGE_NTF);
	struct sk_buff *skb = nlmsg_new(HR_CHANGE_SIZE, GFP_KERNEL);

	if (skb && change_fill(skb, &to, note->ring, note->ops, note->nr_ops,
			       note->receipt,
			       hr_ring_view_locked(note->ring)->core.table)) {
		nlmsg_free(skb);
		skb = NULL;
	}
	hr_nl_send_event(note->net, skb);
}

/* Say why, and name the attribute at fault if this message has that attribute. */
static int change_refuse(const struct genl_info *info, u32 nr_ops,
			 const struct hr_error *err, int error)
{
	bool staged = info->genlhdr->cmd != HASHRING_CMD_CHANGE;
	const struct nlattr *attr = NULL;

	if (error == -ENOMEM)
		return hr_extack(info->extack, NULL, error, "out of memory");
	if (!err->text[0])
		return error;
	if (err->op != U32_MAX)
		return hr_nl_ops_refuse(info, staged ? 0 : HASHRING_A_CHANGE_OP,
					nr_ops, err, error);
	if (!staged && error == -ESTALE)
		attr = info->attrs[HASHRING_A_CHANGE_EXPECT_GENERATION];
	else if (!staged && error == -EDQUOT)
		attr = info->attrs[HASHRING_A_CHANGE_MAX_MOVED];
	else if (!staged && error == -ENOENT)
		attr = info->attrs[HASHRING_A_CHANGE_RING];
	return hr_extack_as(info->extack, attr, error, err->what, "%s",
			    err->text);
}

/**
 * hr_nl_trace_refused() - trace a change that is refused
 * @info: the request; its extack has the reason
 * @ring: the name of the ring; "" if there is none
 * @dry_run: the request is a dry run
 * @error: negative errno, or 0: not refused
 *
 * Context: at the end of the request.
 * Return: @error.
 */
int hr_nl_trace_refused(struct genl_info *info, const char *ring,
			bool dry_run, int error)
{
	if (error)
		trace_hashring_refused(genl_info_net(info), ring, dry_run,
				       error, info->extack->_msg ?: "");
	return error;
}

/**
 * hr_nl_ring_name() - the name of a ring, for a trace event
 * @attr: an attribute of a request, or NULL
 *
 * Return: the name; "" without a name, or if no ring can have this name.
 */
const char *hr_nl_ring_name(const struct nlattr *attr)
{
	const char *name = attr ? nla_data(attr) : "";

	return hr_name_check(name, strlen(name)) ? "" : name;
}

/**
 * hr_nl_change_terms_get() - read the conditions of a change
 * @terms: filled in
 * @info: the message
 */
void hr_nl_change_terms_get(struct hr_change_terms *terms,
			    const struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;

	terms->expect = U64_MAX;
	terms->max_moved = U64_MAX;
	terms->hold = attrs[HASHRING_A_CHANGE_HOLD];
	terms->dry_run = attrs[HASHRING_A_CHANGE_DRY_RUN];
	if (attrs[HASHRING_A_CHANGE_EXPECT_GENERATION])
		terms->expect =
			nla_get_u64(attrs[HASHRING_A_CHANGE_EXPECT_GENERATION]);
	if (attrs[HASHRING_A_CHANGE_MAX_MOVED])
		terms->max_moved =
			nla_get_u64(attrs[HASHRING_A_CHANGE_MAX_MOVED]);
}

/**
 * hr_nl_change() - carry a change out and reply
 * @ring: the ring
 * @ops: the operations
 * @terms: the conditions
 * @info: the request
 *
 * Context: a request. May sleep.
 * Return: 0, or a negative error and nothing has changed.
 */
int hr_nl_change(struct hr_ring *ring, const struct hr_nl_ops *ops,
		 const struct hr_change_terms *terms, struct genl_info *info)
{
	struct hr_nl_change_request request = {
		.change = {
			.ops		= ops->ops,
			.nr_ops		= ops->nr,
			.terms		= *terms,
			.prepare	= request_prepare,
		},
		.ring = ring,
		.to = hr_nl_reply(info),
	};
	gfp_t gfp = GFP_KERNEL;
	struct hr_error err;
	int ret;

	if (hr_change_only_removes(ops->ops, ops->nr))
		gfp |= __GFP_NOFAIL;
	request.reply = nlmsg_new(HR_CHANGE_SIZE, gfp);
	if (!request.reply)
		return -ENOMEM;
	ret = hr_ring_change(ring, &request.change, &err);
	if (ret) {
		nlmsg_free(request.reply);
		return change_refuse(info, ops->nr, &err, ret);
	}

	/* The change is done, also if the reply finds no room at the other end. */
	genlmsg_reply(request.reply, info);
	return 0;
}

int hashring_nl_change_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[HASHRING_A_CHANGE_RING];
	struct hr_nl_ops ops = {};
	struct hr_change_terms terms;
	struct hr_ring *ring;
	int ret;

	ring = hr_nl_ring_get(genl_info_net(info), attr, HASHRING_A_CHANGE_RING,
			      info->extack);
	ret = PTR_ERR_OR_ZERO(ring);
	if (ret)
		goto out;
	hr_nl_change_terms_get(&terms, info);
	ret = hr_nl_ops_add(&ops, HASHRING_A_CHANGE_OP, info);
	if (!ret)
		ret = hr_nl_change(ring, &ops, &terms, info);
	hr_nl_ops_release(&ops);
	hr_ring_put(ring);
out:
	return hr_nl_trace_refused(info, hr_nl_ring_name(attr),
				   info->attrs[HASHRING_A_CHANGE_DRY_RUN], ret);
}
