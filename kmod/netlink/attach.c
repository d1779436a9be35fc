// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attachments over netlink. One hold of hr_net.lock covers the change of an attachment
 * and the filling of reply and event, so that both tell what was done. Both messages
 * are allocated before, so that nothing fails afterwards.
 */
#include <linux/netfilter.h>
#include <net/sock.h>

#include "common.h"
#include "steer/steer.h"

static const u8 hr_attach_hooks[] = {
	[HASHRING_HOOK_PREROUTING]	= NF_INET_PRE_ROUTING,
	[HASHRING_HOOK_OUTPUT]		= NF_INET_LOCAL_OUT,
};

/* The attribute of each culprit. */
static const u16 hr_attach_attrs[] = {
	[HR_ATTACH_BAD_RING]		= HASHRING_A_ATTACH_RING,
	[HR_ATTACH_BAD_PRIORITY]	= HASHRING_A_ATTACH_PRIORITY,
	[HR_ATTACH_BAD_MARK]		= HASHRING_A_ATTACH_MARK,
	[HR_ATTACH_BAD_NODE_MASK]	= HASHRING_A_ATTACH_NODE_MASK,
};

static void hr_attach_blame(struct genl_info *info,
			    enum hr_attach_culprit culprit)
{
	u16 attr = hr_attach_attrs[culprit];

	if (attr && info->attrs[attr])
		NL_SET_BAD_ATTR(info->extack, info->attrs[attr]);
}

static int hr_attach_fill_stats(struct sk_buff *skb,
				const struct hr_attach *attach)
{
	u64 count[HR_ATTACH_COUNTERS];
	struct nlattr *nest;
	int i;

	hr_attach_read(attach, count);
	nest = nla_nest_start(skb, HASHRING_A_ATTACH_STATS);
	if (!nest)
		return -EMSGSIZE;
	/* both enumerations are in the spec's order */
	BUILD_BUG_ON(HASHRING_A_ATTACH_STATS_PACKETS + HR_ATTACH_MALFORMED !=
		     HASHRING_A_ATTACH_STATS_MALFORMED);
	for (i = 0; i < HR_ATTACH_COUNTERS; i++) {
		if (hr_nl_put_u64(skb, HASHRING_A_ATTACH_STATS_PACKETS + i,
				  count[i])) {
			nla_nest_cancel(skb, nest);
			return -EMSGSIZE;
		}
	}
	nla_nest_end(skb, nest);
	return 0;
}

/* One message about one attachment. @cb: the dump, or NULL. */
static int hr_attach_fill_locked(struct sk_buff *skb, const struct hr_nl_to *to,
				 struct netlink_callback *cb,
				 const struct hr_attach *attach)
{
	const struct hr_attach_config *config = &attach->config;
	u32 hook = config->hook == hr_attach_hooks[HASHRING_HOOK_OUTPUT] ?
		   HASHRING_HOOK_OUTPUT : HASHRING_HOOK_PREROUTING;
	void *head;

	head = hr_nl_begin(skb, to);
	if (!head)
		return -EMSGSIZE;
	if (cb)
		genl_dump_check_consistent(cb, head);
	if (nla_put_u32(skb, HASHRING_A_ATTACH_ID, attach->id) ||
	    nla_put_string(skb, HASHRING_A_ATTACH_RING,
			   hr_attach_ring_locked(attach)->name) ||
	    nla_put_u32(skb, HASHRING_A_ATTACH_HOOK, hook) ||
	    nla_put_s32(skb, HASHRING_A_ATTACH_PRIORITY, config->priority) ||
	    nla_put_u32(skb, HASHRING_A_ATTACH_MARK, config->mark) ||
	    nla_put_u32(skb, HASHRING_A_ATTACH_MARK_MASK, config->mark_mask) ||
	    nla_put_u32(skb, HASHRING_A_ATTACH_NODE_MASK, config->node_mask) ||
	    nla_put_u32(skb, HASHRING_A_ATTACH_KEY_POLICY, config->policy) ||
	    nla_put_u32(skb, HASHRING_A_ATTACH_NONE_POLICY,
			config->none_drop ? HASHRING_NONE_POLICY_DROP :
					    HASHRING_NONE_POLICY_PASS) ||
	    nla_put_u32(skb, HASHRING_A_ATTACH_MODE,
			config->observe ? HASHRING_ATTACH_MODE_OBSERVE :
					  HASHRING_ATTACH_MODE_STEER) ||
	    hr_attach_fill_stats(skb, attach)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

/* The messages that a request causes. */
struct hr_attach_messages {
	struct sk_buff *reply;
	struct sk_buff *event;
};

static int hr_attach_messages_alloc(struct hr_attach_messages *messages)
{
	messages->reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	messages->event = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (messages->reply && messages->event)
		return 0;
	nlmsg_free(messages->reply);
	nlmsg_free(messages->event);
	return -ENOMEM;
}

static void hr_attach_messages_free(struct hr_attach_messages *messages)
{
	nlmsg_free(messages->reply);
	nlmsg_free(messages->event);
}

static void hr_attach_messages_fill_locked(struct hr_attach_messages *messages,
					   const struct genl_info *info,
					   u8 event,
					   const struct hr_attach *attach)
{
	struct hr_nl_to reply_to = hr_nl_reply(info);
	struct hr_nl_to event_to = hr_nl_event(event);

	/* a name, numbers and counters: far below the default size */
	WARN_ON_ONCE(hr_attach_fill_locked(messages->reply, &reply_to, NULL,
					   attach));
	WARN_ON_ONCE(hr_attach_fill_locked(messages->event, &event_to, NULL,
					   attach));
}

static u32 hr_attach_u32(const struct genl_info *info, int attr, u32 missing)
{
	return info->attrs[attr] ? nla_get_u32(info->attrs[attr]) : missing;
}

static int hr_attach_decode(struct genl_info *info,
			    struct hr_attach_config *config)
{
	struct nlattr *priority = info->attrs[HASHRING_A_ATTACH_PRIORITY];

	if (GENL_REQ_ATTR_CHECK(info, HASHRING_A_ATTACH_RING))
		return hr_nl_missing(info->extack, NULL,
				     HASHRING_A_ATTACH_RING, "ring");
	if (GENL_REQ_ATTR_CHECK(info, HASHRING_A_ATTACH_HOOK))
		return hr_nl_missing(info->extack, NULL,
				     HASHRING_A_ATTACH_HOOK, "hook");
	if (GENL_REQ_ATTR_CHECK(info, HASHRING_A_ATTACH_KEY_POLICY))
		return hr_nl_missing(info->extack, NULL,
				     HASHRING_A_ATTACH_KEY_POLICY,
				     "key-policy");

	config->hook = hr_attach_hooks[hr_attach_u32(info,
						     HASHRING_A_ATTACH_HOOK,
						     0)];
	config->priority = priority ? nla_get_s32(priority) :
				      HR_ATTACH_PRIORITY;
	config->mark = hr_attach_u32(info, HASHRING_A_ATTACH_MARK, 0);
	/* a mark without a mask is compared whole; without a mark all packets match */
	config->mark_mask = hr_attach_u32(info, HASHRING_A_ATTACH_MARK_MASK,
					  info->attrs[HASHRING_A_ATTACH_MARK] ?
					  U32_MAX : 0);
	config->node_mask = hr_attach_u32(info, HASHRING_A_ATTACH_NODE_MASK, 0);
	config->policy = hr_attach_u32(info, HASHRING_A_ATTACH_KEY_POLICY, 0);
	config->none_drop = hr_attach_u32(info, HASHRING_A_ATTACH_NONE_POLICY,
					  HASHRING_NONE_POLICY_PASS) ==
			    HASHRING_NONE_POLICY_DROP;
	config->observe = hr_attach_u32(info, HASHRING_A_ATTACH_MODE,
					HASHRING_ATTACH_MODE_STEER) ==
			  HASHRING_ATTACH_MODE_OBSERVE;
	return 0;
}

static struct hr_attach *hr_attach_by_id_locked(struct genl_info *info)
{
	struct nlattr *id = info->attrs[HASHRING_A_ATTACH_ID];
	struct hr_attach *attach;

	attach = hr_attach_find_locked(hr_net(genl_info_net(info)),
				       nla_get_u32(id));
	if (!attach)
		return ERR_PTR(hr_extack(info->extack, id, -ENOENT,
					 "no such attachment", ": %u",
					 nla_get_u32(id)));
	return attach;
}

int hashring_nl_attach_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct hr_net *hn = hr_net(genl_info_net(info));
	struct hr_nl_to to = hr_nl_reply(info);
	struct hr_attach *attach;
	struct sk_buff *reply;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, HASHRING_A_ATTACH_ID))
		return hr_nl_missing(info->extack, NULL, HASHRING_A_ATTACH_ID,
				     "id");
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;

	mutex_lock(&hn->lock);
	attach = hr_attach_by_id_locked(info);
	err = PTR_ERR_OR_ZERO(attach);
	if (!err)
		err = hr_attach_fill_locked(reply, &to, NULL, attach);
	mutex_unlock(&hn->lock);
	return hr_nl_answer(reply, info, err);
}

int hashring_nl_attach_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb)
{
	struct hr_net *hn = hr_net(sock_net(skb->sk));
	struct hr_nl_to to = hr_nl_dump(cb);
	unsigned long *shown = (unsigned long *)cb->ctx; /* the last one's id */
	struct hr_attach *attach;

	mutex_lock(&hn->lock);
	hr_nl_consistent(cb, hn->attach_seq);
	list_for_each_entry(attach, &hn->attachments, list) {
		if (attach->id <= *shown)
			continue;
		if (hr_attach_fill_locked(skb, &to, cb, attach))
			break;
		*shown = attach->id;
	}
	mutex_unlock(&hn->lock);
	return skb->len;
}

int hashring_nl_attach_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct net *net = genl_info_net(info);
	struct hr_attach_messages messages;
	struct hr_attach_config config = {};
	struct hr_net *hn = hr_net(net);
	enum hr_attach_culprit culprit;
	struct hr_attach *attach;
	int err;

	err = hr_attach_decode(info, &config);
	if (err)
		return err;
	err = hr_attach_messages_alloc(&messages);
	if (err)
		return err;

	mutex_lock(&hn->lock);
	attach = hr_attach_add_locked(net,
				      nla_data(info->attrs[HASHRING_A_ATTACH_RING]),
				      &config, &culprit, info->extack);
	err = PTR_ERR_OR_ZERO(attach);
	if (!err)
		hr_attach_messages_fill_locked(&messages, info,
					       HASHRING_CMD_ATTACH_ADD_NTF,
					       attach);
	mutex_unlock(&hn->lock);
	if (err) {
		hr_attach_blame(info, culprit);
		hr_attach_messages_free(&messages);
		return err;
	}
	hr_nl_send_event(net, messages.event);
	return genlmsg_reply(messages.reply, info);
}

int hashring_nl_attach_replace_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct net *net = genl_info_net(info);
	struct hr_attach_messages messages;
	struct hr_net *hn = hr_net(net);
	enum hr_attach_culprit culprit;
	struct hr_attach *attach;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, HASHRING_A_ATTACH_ID))
		return hr_nl_missing(info->extack, NULL, HASHRING_A_ATTACH_ID,
				     "id");
	if (GENL_REQ_ATTR_CHECK(info, HASHRING_A_ATTACH_RING))
		return hr_nl_missing(info->extack, NULL,
				     HASHRING_A_ATTACH_RING, "ring");
	err = hr_attach_messages_alloc(&messages);
	if (err)
		return err;

	mutex_lock(&hn->lock);
	attach = hr_attach_by_id_locked(info);
	err = PTR_ERR_OR_ZERO(attach);
	if (err)
		goto unlock;
	err = hr_attach_replace_locked(attach,
				       nla_data(info->attrs[HASHRING_A_ATTACH_RING]),
				       &culprit, info->extack);
	if (err)
		hr_attach_blame(info, culprit);
	else
		hr_attach_messages_fill_locked(&messages, info,
					       HASHRING_CMD_ATTACH_ADD_NTF,
					       attach);
unlock:
	mutex_unlock(&hn->lock);
	if (err) {
		hr_attach_messages_free(&messages);
		return err;
	}
	hr_nl_send_event(net, messages.event);
	return genlmsg_reply(messages.reply, info);
}

int hashring_nl_attach_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct hr_nl_to to = hr_nl_event(HASHRING_CMD_ATTACH_DEL_NTF);
	struct net *net = genl_info_net(info);
	struct hr_net *hn = hr_net(net);
	struct hr_attach *attach;
	struct sk_buff *event;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, HASHRING_A_ATTACH_ID))
		return hr_nl_missing(info->extack, NULL, HASHRING_A_ATTACH_ID,
				     "id");
	event = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!event)
		return -ENOMEM;

	mutex_lock(&hn->lock);
	attach = hr_attach_by_id_locked(info);
	err = PTR_ERR_OR_ZERO(attach);
	if (!err) {
		WARN_ON_ONCE(hr_attach_fill_locked(event, &to, NULL, attach));
		hr_attach_del_locked(attach);
	}
	mutex_unlock(&hn->lock);
	if (err) {
		nlmsg_free(event);
		return err;
	}
	hr_nl_send_event(net, event);
	return 0;
}
