// SPDX-License-Identifier: GPL-2.0-only
/*
 * Digests over netlink.
 */
#include <linux/skbuff.h>

#include "common.h"
#include "core/digest.h"
#include "steer/steer.h"

/*
 * The digest of a ring's attachments: a sum, which has no order. The ids of
 * attachments do not count, because each namespace gives out its own ids.
 */
static u64 digest_attachments(struct net *net, const struct hr_ring *ring)
{
	const struct hr_attach *attach;
	u64 digest = 0;

	mutex_lock(&hr_net(net)->lock);
	list_for_each_entry(attach, &hr_net(net)->attachments, list) {
		const struct hr_attach_config *config = &attach->config;
		const u32 word[HR_DIGEST_ATTACH] = {
			config->hook, config->priority, config->mark,
			config->mark_mask, config->node_mask, config->policy,
			config->none_drop, config->observe,
		};

		if (hr_attach_ring_locked(attach) == ring)
			digest += hr_digest_attach(word);
	}
	mutex_unlock(&hr_net(net)->lock);
	return digest;
}

/*
 * Any user may ask, as often as the user likes. So the digest is worked out once for
 * each map. In a migration the view may have a later map than @snapshot: then the
 * digest is not kept.
 */
static u64 digest_map(const struct hr_nl_snapshot *snapshot)
{
	struct hr_ring_view *view = snapshot->view;
	bool kept;
	u64 digest;

	mutex_lock(&view->map_lock);
	kept = hr_view_settled(&view->core) || view->map == snapshot->map;
	if (kept && view->digested) {
		digest = view->digest;
	} else {
		digest = hr_digest_map(snapshot->map);
		if (kept) {
			view->digest = digest;
			view->digested = true;
		}
	}
	mutex_unlock(&view->map_lock);
	return digest;
}

static int digest_fill(struct sk_buff *skb, const struct hr_nl_to *to,
		       const struct hr_ring *ring,
		       const struct hr_nl_snapshot *snapshot, u64 digest)
{
	void *head;

	head = hr_nl_begin(skb, to);
	if (!head)
		return -EMSGSIZE;
	if (nla_put_string(skb, HASHRING_A_DIGEST_RING, ring->name) ||
	    hr_nl_put_u64(skb, HASHRING_A_DIGEST_GENERATION,
			  snapshot->view->generation) ||
	    hr_nl_put_u64(skb, HASHRING_A_DIGEST_EPOCH, snapshot->epoch) ||
	    hr_nl_put_u64(skb, HASHRING_A_DIGEST_DIGEST, digest)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

int hashring_nl_digest_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct hr_nl_to to = hr_nl_reply(info);
	struct net *net = genl_info_net(info);
	struct hr_nl_snapshot snapshot;
	struct sk_buff *reply;
	struct hr_ring *ring;
	u64 digest = 0;
	int ret;

	ring = hr_nl_ring_get(net, info->attrs[HASHRING_A_DIGEST_RING],
			      HASHRING_A_DIGEST_RING, info->extack);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	ret = -ENOMEM;
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		goto put_ring;
	if (info->attrs[HASHRING_A_DIGEST_CONFIG])
		digest = digest_attachments(net, ring);
	ret = hr_nl_snapshot_get(&snapshot, ring);
	if (!ret) {
		if (info->attrs[HASHRING_A_DIGEST_CONFIG])
			digest +=
				hr_digest_members(&ring->config, snapshot.map);
		else
			digest = digest_map(&snapshot);
		ret = digest_fill(reply, &to, ring, &snapshot, digest);
		hr_nl_snapshot_put(&snapshot);
	}
	ret = hr_nl_answer(reply, info, ret);
put_ring:
	hr_ring_put(ring);
	return ret;
}
