// SPDX-License-Identifier: GPL-2.0-only
/*
 * Staged changes: changes that are too large for one message. A staged change belongs
 * to a socket, and is dropped when the socket closes.
 */
#include <linux/list.h>
#include <linux/slab.h>
#include <net/netns/generic.h>

#include "common.h"

/**
 * struct hr_nl_staged - a staged change
 * @list: in hr_nl_stage.staged
 * @portid: port of the socket
 * @ring: the ring, with a reference
 * @terms: the conditions
 * @ops: the operations so far
 */
struct hr_nl_staged {
	struct list_head list;
	u32 portid;
	struct hr_ring *ring;
	struct hr_change_terms terms;
	struct hr_nl_ops ops;
};

/**
 * struct hr_nl_stage - the staged changes of a namespace
 * @lock: guards all fields, and all staged changes
 * @staged: &struct hr_nl_staged
 * @nr: number of @staged, at most HR_MAX_STAGED
 */
struct hr_nl_stage {
	struct mutex lock;	/* all of this */
	struct list_head staged;
	u32 nr;
};

static unsigned int hr_nl_stage_id __read_mostly;

static struct hr_nl_stage *nl_stage(const struct net *net)
{
	return net_generic(net, hr_nl_stage_id);
}

static struct hr_nl_staged *staged_find_locked(struct hr_nl_stage *stage,
					       u32 portid)
{
	struct hr_nl_staged *staged;

	lockdep_assert_held(&stage->lock);

	list_for_each_entry(staged, &stage->staged, list)
		if (staged->portid == portid)
			return staged;
	return NULL;
}

static void staged_unlist_locked(struct hr_nl_stage *stage,
				 struct hr_nl_staged *staged)
{
	lockdep_assert_held(&stage->lock);

	list_del(&staged->list);
	stage->nr--;
}

static void staged_free(struct hr_nl_staged *staged)
{
	hr_nl_ops_release(&staged->ops);
	hr_ring_put(staged->ring);
	kfree(staged);
}

/* Take the socket's staged change off the list; the caller frees the change. */
static struct hr_nl_staged *staged_take(struct net *net, u32 portid)
{
	struct hr_nl_stage *stage = nl_stage(net);
	struct hr_nl_staged *staged;

	mutex_lock(&stage->lock);
	staged = staged_find_locked(stage, portid);
	if (staged)
		staged_unlist_locked(stage, staged);
	mutex_unlock(&stage->lock);
	return staged;
}

static int none_staged(const struct genl_info *info)
{
	return hr_extack(info->extack, NULL, -ENOENT,
			 "no change is staged on this socket");
}

static int staged_add_locked(struct hr_nl_stage *stage,
			     struct hr_nl_staged *staged,
			     const struct genl_info *info)
{
	lockdep_assert_held(&stage->lock);

	if (staged_find_locked(stage, info->snd_portid))
		return hr_extack(info->extack, NULL, -EBUSY,
				 "a change is staged on this socket already");
	if (stage->nr >= HR_MAX_STAGED)
		return hr_extack(info->extack, NULL, -E2BIG,
				 "too many staged changes", ": %u already",
				 stage->nr);
	list_add_tail(&staged->list, &stage->staged);
	stage->nr++;
	return 0;
}

int hashring_nl_change_begin_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[HASHRING_A_CHANGE_RING];
	struct hr_nl_stage *stage = nl_stage(genl_info_net(info));
	struct hr_nl_staged *staged;
	struct hr_ring *ring;
	int ret;

	ring = hr_nl_ring_get(genl_info_net(info), attr, HASHRING_A_CHANGE_RING,
			      info->extack);
	ret = PTR_ERR_OR_ZERO(ring);
	if (ret)
		goto out;
	ret = -ENOMEM;
	staged = kzalloc(sizeof(*staged), HR_GFP);
	if (!staged) {
		hr_ring_put(ring);
		goto out;
	}
	staged->portid = info->snd_portid;
	staged->ring = ring;
	hr_nl_change_terms_get(&staged->terms, info);

	mutex_lock(&stage->lock);
	ret = staged_add_locked(stage, staged, info);
	mutex_unlock(&stage->lock);
	if (ret)
		staged_free(staged);
out:
	return hr_nl_trace_refused(info, hr_nl_ring_name(attr), false, ret);
}

int hashring_nl_change_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct hr_nl_stage *stage = nl_stage(genl_info_net(info));
	struct hr_nl_staged *staged;
	int ret;

	mutex_lock(&stage->lock);
	staged = staged_find_locked(stage, info->snd_portid);
	if (staged)
		ret = hr_nl_ops_add(&staged->ops, HASHRING_A_CHANGE_OP, info);
	else
		ret = none_staged(info);
	hr_nl_trace_refused(info, staged ? staged->ring->name : "", false, ret);
	mutex_unlock(&stage->lock);
	return ret;
}

int hashring_nl_change_commit_doit(struct sk_buff *skb, struct genl_info *info)
{
	bool dry_run = info->attrs[HASHRING_A_CHANGE_DRY_RUN];
	struct hr_nl_staged *staged;
	int ret;

	staged = staged_take(genl_info_net(info), info->snd_portid);
	if (!staged)
		return hr_nl_trace_refused(info, "", dry_run,
					   none_staged(info));
	staged->terms.dry_run = dry_run;
	ret = hr_nl_change(staged->ring, &staged->ops, &staged->terms, info);
	hr_nl_trace_refused(info, staged->ring->name, dry_run, ret);
	staged_free(staged);
	return ret;
}

int hashring_nl_change_abort_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *ring = info->attrs[HASHRING_A_CHANGE_RING];
	struct hr_nl_stage *stage = nl_stage(genl_info_net(info));
	struct hr_nl_staged *staged;
	int ret = 0;

	if (!ring)
		return hr_nl_missing(info->extack, NULL, HASHRING_A_CHANGE_RING,
				     "ring");
	mutex_lock(&stage->lock);
	staged = staged_find_locked(stage, info->snd_portid);
	if (!staged) {
		ret = none_staged(info);
	} else if (nla_strcmp(ring, staged->ring->name)) {
		ret = hr_extack(info->extack, ring, -ENOENT,
				"no change of this ring is staged",
				": that of %s is",
				hr_name_shown(staged->ring->name));
		staged = NULL;
	} else {
		staged_unlist_locked(stage, staged);
	}
	mutex_unlock(&stage->lock);
	if (staged)
		staged_free(staged);
	return ret;
}

static int stage_notify(struct notifier_block *nb, unsigned long event,
			void *data)
{
	const struct netlink_notify *notify = data;
	struct hr_nl_staged *staged;

	if (event != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	staged = staged_take(notify->net, notify->portid);
	if (staged)
		staged_free(staged);
	return NOTIFY_DONE;
}

static struct notifier_block hr_nl_stage_notifier = {
	.notifier_call = stage_notify,
};

static int __net_init hr_nl_stage_net_init(struct net *net)
{
	struct hr_nl_stage *stage = nl_stage(net);

	mutex_init(&stage->lock);
	INIT_LIST_HEAD(&stage->staged);
	return 0;
}

static void __net_exit hr_nl_stage_net_exit(struct net *net)
{
	struct hr_nl_stage *stage = nl_stage(net);
	struct hr_nl_staged *staged, *next;

	list_for_each_entry_safe(staged, next, &stage->staged, list)
		staged_free(staged);
}

static struct pernet_operations hr_nl_stage_net_ops = {
	.init	= hr_nl_stage_net_init,
	.exit	= hr_nl_stage_net_exit,
	.id	= &hr_nl_stage_id,
	.size	= sizeof(struct hr_nl_stage),
};

/**
 * hr_nl_stage_init() - make ready for staged changes
 *
 * Context: module init.
 * Return: 0 or a negative error.
 */
int __init hr_nl_stage_init(void)
{
	int ret;

	ret = register_pernet_subsys(&hr_nl_stage_net_ops);
	if (ret)
		return ret;
	ret = netlink_register_notifier(&hr_nl_stage_notifier);
	if (ret)
		unregister_pernet_subsys(&hr_nl_stage_net_ops);
	return ret;
}

/**
 * hr_nl_stage_exit() - drop all staged changes
 *
 * Context: the family is unregistered.
 */
void hr_nl_stage_exit(void)
{
	netlink_unregister_notifier(&hr_nl_stage_notifier);
	unregister_pernet_subsys(&hr_nl_stage_net_ops);
}
