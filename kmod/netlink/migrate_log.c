// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log of migrations over netlink.
 */
#include <linux/skbuff.h>

#include "common.h"
#include "compat.h"
#include "migrate/info.h"

static int kept_fill(struct sk_buff *skb, const struct hr_nl_to *to,
		     struct hr_ring *ring)
{
	u64 oldest;
	void *head;

	head = hr_nl_begin(skb, to);
	if (!head)
		return -EMSGSIZE;
	if (nla_put_string(skb, HASHRING_A_STEPS_RING, ring->name) ||
	    nla_put_u32(skb, HASHRING_A_STEPS_KEPT,
			hr_migrate_info_kept(ring, &oldest))) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

int hashring_nl_steps_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct hr_nl_to to = hr_nl_reply(info);
	struct sk_buff *reply;
	struct hr_ring *ring;
	int ret;

	ring = hr_nl_ring_get(genl_info_net(info),
			      info->attrs[HASHRING_A_STEPS_RING],
			      HASHRING_A_STEPS_RING, info->extack);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	ret = -ENOMEM;
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		goto put_ring;
	ret = kept_fill(reply, &to, ring);
	ret = hr_nl_answer(reply, info, ret);
put_ring:
	hr_ring_put(ring);
	return ret;
}

/* Events after an epoch, as many as fit. */
static int steps_fill(struct sk_buff *skb, const struct hr_nl_to *to,
		      struct netlink_callback *cb, struct hr_ring *ring,
		      u64 *epoch)
{
	struct hr_migrate_event what;
	u64 before = *epoch;
	void *head;

	head = hr_nl_begin(skb, to);
	if (!head)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, head);
	if (nla_put_string(skb, HASHRING_A_STEPS_RING, ring->name))
		goto cancel;
	while (hr_migrate_info_event_after(ring, *epoch, &what)) {
		unsigned char *end = skb_tail_pointer(skb);

		if (hr_nl_put_step(skb, HASHRING_A_STEPS_STEP, &what)) {
			nlmsg_trim(skb, end);
			break;
		}
		*epoch = what.epoch;
	}
	if (*epoch == before)
		goto cancel;
	genlmsg_end(skb, head);
	return 0;

cancel:
	genlmsg_cancel(skb, head);
	return -EMSGSIZE;
}

int hashring_nl_steps_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb)
{
	const struct hr_nl_to to = hr_nl_dump(cb);
	struct hr_migrate_event what;
	struct hr_nl_dump_ctx *ctx;
	struct hr_ring *ring;
	u64 oldest;
	int ret = 0;

	ctx = hr_nl_dump_begin(cb, HASHRING_A_STEPS_RING);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	ring = ctx->ring;

	/* New events do not disturb a dump. The loss of an event that is due does. */
	hr_migrate_info_kept(ring, &oldest);
	hr_nl_consistent(cb, ctx->begun ? oldest > ctx->next : 0);
	if (!ctx->begun)
		ctx->next = oldest;
	ctx->begun = true;
	while (hr_migrate_info_event_after(ring, ctx->generation, &what)) {
		ret = steps_fill(skb, &to, cb, ring, &ctx->generation);
		if (ret)
			break;
	}
	return ret && skb->len ? skb->len : ret;
}
