// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of attachments.
 *
 * An attachment's hooks see packets from their registration to the end of the
 * grace period after their removal. Only then its ring, its counters and itself
 * go. hr_net.lock serializes all changes of attachments.
 *
 * Key policies with ports need whole packets. So they have the kernel
 * reassemble fragments before all hooks (nf_defrag); forwarded packets are
 * fragmented again as they came. An observer touches no packet: it does not ask
 * for that, and counts fragments by their addresses.
 */
#include <linux/bitops.h>
#include <linux/module.h>
#include <linux/netfilter_ipv4.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <net/netfilter/ipv4/nf_defrag_ipv4.h>
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>

#include "extack.h"
#include "ring/netdev.h"
#include "ring/ring.h"
#include "steer.h"

static bool hr_attach_wants_defrag(const struct hr_attach_config *config)
{
	return config->policy != HASHRING_KEY_SOURCE && !config->observe;
}

static int hr_attach_check(const struct hr_attach_config *config,
			   enum hr_attach_culprit *culprit,
			   struct netlink_ext_ack *extack)
{
	u32 mask = config->node_mask;

	if (config->mark & ~config->mark_mask) {
		*culprit = HR_ATTACH_BAD_MARK;
		NL_SET_ERR_MSG(extack, "mark has bits outside its mask");
		return -EINVAL;
	}
	if (mask & config->mark_mask) {
		*culprit = HR_ATTACH_BAD_NODE_MASK;
		NL_SET_ERR_MSG(extack, "node mask overlaps the mark's mask");
		return -EINVAL;
	}
	/* adding its lowest bit to a run of bits clears the whole run */
	if (mask & (mask + (mask & -mask))) {
		*culprit = HR_ATTACH_BAD_NODE_MASK;
		NL_SET_ERR_MSG(extack, "node mask is not contiguous");
		return -EINVAL;
	}
	if (config->policy != HASHRING_KEY_SOURCE &&
	    config->priority <= NF_IP_PRI_CONNTRACK_DEFRAG) {
		*culprit = HR_ATTACH_BAD_PRIORITY;
		return hr_extack(extack, NULL, -EINVAL,
				 "keys with ports need a priority after defragmentation",
				 ": above %d", NF_IP_PRI_CONNTRACK_DEFRAG);
	}
	return 0;
}

/* Whether a mark exists that matches both. */
static bool hr_attach_overlap(const struct hr_attach_config *a,
			      const struct hr_attach_config *b)
{
	return a->hook == b->hook &&
	       !((a->mark ^ b->mark) & a->mark_mask & b->mark_mask);
}

static int hr_attach_check_room(struct hr_net *hn,
				const struct hr_attach_config *config,
				enum hr_attach_culprit *culprit,
				struct netlink_ext_ack *extack)
{
	struct hr_attach *other;

	list_for_each_entry(other, &hn->attachments, list) {
		if (!hr_attach_overlap(&other->config, config))
			continue;
		*culprit = HR_ATTACH_BAD_MARK;
		return hr_extack(extack, NULL, -EEXIST,
				 "another attachment takes the same mark",
				 ": attachment %u", other->id);
	}
	if (hn->nr_attachments >= HR_MAX_ATTACH ||
	    hn->last_attach == U32_MAX)
		return hr_extack(extack, NULL, -ENOSPC,
				 "too many attachments in the network namespace",
				 ": at most %d", HR_MAX_ATTACH);
	return 0;
}

/* The largest id that fits the mask. */
static u32 hr_attach_id_max(const struct hr_attach *attach)
{
	if (!attach->config.node_mask)
		return U32_MAX;
	return attach->config.node_mask >> attach->shift;
}

static struct hr_attach *hr_attach_alloc(struct net *net,
					 const struct hr_attach_config *config)
{
	static const u8 families[] = { NFPROTO_IPV4, NFPROTO_IPV6 };
	struct hr_attach *attach;
	int i, cpu;

	attach = kzalloc(sizeof(*attach), HR_GFP);
	if (!attach)
		return NULL;
	attach->cpu = alloc_percpu_gfp(struct hr_attach_cpu, HR_GFP);
	if (!attach->cpu) {
		kfree(attach);
		return NULL;
	}
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(attach->cpu, cpu)->syncp);

	attach->net = net;
	attach->config = *config;
	if (config->node_mask)
		attach->shift = __ffs(config->node_mask);
	for (i = 0; i < ARRAY_SIZE(attach->ops); i++) {
		attach->ops[i].hook = hr_steer_hook;
		attach->ops[i].priv = attach;
		attach->ops[i].pf = families[i];
		attach->ops[i].hooknum = config->hook;
		attach->ops[i].priority = config->priority;
	}
	return attach;
}

static void hr_attach_free(struct hr_attach *attach)
{
	free_percpu(attach->cpu);
	kfree(attach);
}

static int hr_attach_defrag(const struct hr_attach *attach)
{
	int err;

	if (!hr_attach_wants_defrag(&attach->config))
		return 0;
	err = nf_defrag_ipv4_enable(attach->net);
	if (err)
		return err;
	err = nf_defrag_ipv6_enable(attach->net);
	if (err)
		nf_defrag_ipv4_disable(attach->net);
	return err;
}

static void hr_attach_undo_defrag(const struct hr_attach *attach)
{
	if (!hr_attach_wants_defrag(&attach->config))
		return;
	nf_defrag_ipv6_disable(attach->net);
	nf_defrag_ipv4_disable(attach->net);
}

/**
 * hr_attach_ring_locked() - the ring that an attachment steers by
 * @attach: the attachment
 *
 * Context: process; under hr_net.lock.
 * Return: the ring, valid while the lock is held.
 */
struct hr_ring *hr_attach_ring_locked(const struct hr_attach *attach)
{
	return rcu_dereference_protected(attach->ring,
					 lockdep_is_held(&hr_net(attach->net)->lock));
}

/**
 * hr_attach_find_locked() - the attachment with a number
 * @hn: the namespace
 * @id: its hr_attach.id
 *
 * Context: process; under hr_net.lock.
 * Return: the attachment or NULL.
 */
struct hr_attach *hr_attach_find_locked(struct hr_net *hn, u32 id)
{
	struct hr_attach *attach;

	lockdep_assert_held(&hn->lock);
	list_for_each_entry(attach, &hn->attachments, list) {
		if (attach->id == id)
			return attach;
	}
	return NULL;
}

/**
 * hr_attach_add_locked() - start steering packets by a ring
 * @net: the namespace
 * @name: the ring's name
 * @config: which packets to steer, and how
 * @culprit: set after a refusal: the wrong part
 * @extack: for the message
 *
 * Context: process, sleeps; under hr_net.lock.
 * Return: the attachment, or an error pointer: -EINVAL (masks, priority),
 * -EEXIST (another one takes the same marks), -ENOENT (no such ring), -ENOSPC
 * (too many), -ENOMEM, or an error of hr_ring_attach().
 */
struct hr_attach *
hr_attach_add_locked(struct net *net, const char *name,
		     const struct hr_attach_config *config,
		     enum hr_attach_culprit *culprit,
		     struct netlink_ext_ack *extack)
{
	struct hr_net *hn = hr_net(net);
	struct hr_attach *attach;
	struct hr_ring *ring;
	int err;

	lockdep_assert_held(&hn->lock);
	*culprit = HR_ATTACH_BAD_NONE;
	err = hr_attach_check(config, culprit, extack);
	if (err)
		return ERR_PTR(err);
	err = hr_attach_check_room(hn, config, culprit, extack);
	if (err)
		return ERR_PTR(err);
	ring = hr_ring_find_locked(hn, name);
	if (!ring) {
		*culprit = HR_ATTACH_BAD_RING;
		return ERR_PTR(hr_extack(extack, NULL, -ENOENT, "no such ring",
					 ": %s", hr_name_shown(name)));
	}

	attach = hr_attach_alloc(net, config);
	if (!attach)
		return ERR_PTR(-ENOMEM);
	err = hr_ring_attach(ring, hr_attach_id_max(attach), extack);
	if (err) {
		*culprit = HR_ATTACH_BAD_NODE_MASK;
		goto err_free;
	}
	RCU_INIT_POINTER(attach->ring, ring);

	err = hr_attach_defrag(attach);
	if (err)
		goto err_detach;
	if (!try_module_get(THIS_MODULE)) {
		err = -ENODEV;
		goto err_defrag;
	}
	err = nf_register_net_hooks(net, attach->ops, ARRAY_SIZE(attach->ops));
	if (err)
		goto err_module;

	attach->id = ++hn->last_attach;
	list_add_tail(&attach->list, &hn->attachments);
	hn->nr_attachments++;
	hn->attach_seq++;
	return attach;

err_module:
	module_put(THIS_MODULE);
err_defrag:
	hr_attach_undo_defrag(attach);
err_detach:
	/* one of the two hooks may have seen packets */
	synchronize_rcu();
	hr_ring_detach(ring, hr_attach_id_max(attach));
err_free:
	hr_attach_free(attach);
	return ERR_PTR(err);
}

/**
 * hr_attach_replace_locked() - steer by another ring from the next packet on
 * @attach: the attachment
 * @name: the ring's name
 * @culprit: set after a refusal: the wrong part
 * @extack: for the message
 *
 * Every packet goes by one of the two rings. The old ring is put when no packet
 * uses it any more.
 *
 * Context: process, sleeps; under hr_net.lock.
 * Return: 0, -ENOENT (no such ring), or an error of hr_ring_attach(); nothing
 * has changed after an error.
 */
int hr_attach_replace_locked(struct hr_attach *attach, const char *name,
			     enum hr_attach_culprit *culprit,
			     struct netlink_ext_ack *extack)
{
	struct hr_ring *old = hr_attach_ring_locked(attach);
	struct hr_net *hn = hr_net(attach->net);
	struct hr_ring *ring;
	int err;

	*culprit = HR_ATTACH_BAD_RING;
	ring = hr_ring_find_locked(hn, name);
	if (!ring)
		return hr_extack(extack, NULL, -ENOENT, "no such ring",
				 ": %s", hr_name_shown(name));
	if (ring == old)
		return 0;
	err = hr_ring_attach(ring, hr_attach_id_max(attach), extack);
	if (err)
		return err;

	rcu_assign_pointer(attach->ring, ring);
	hn->attach_seq++;
	synchronize_rcu();
	hr_ring_detach(old, hr_attach_id_max(attach));
	return 0;
}

/* The rest, when no packet is in the hooks any more. */
static void hr_attach_release_locked(struct hr_attach *attach)
{
	struct hr_ring *ring = hr_attach_ring_locked(attach);
	struct hr_net *hn = hr_net(attach->net);

	list_del(&attach->list);
	hn->nr_attachments--;
	hn->attach_seq++;
	hr_ring_detach(ring, hr_attach_id_max(attach));
	hr_attach_undo_defrag(attach);
	hr_attach_free(attach);
	module_put(THIS_MODULE);
}

/**
 * hr_attach_del_locked() - stop steering
 * @attach: the attachment, which is freed
 *
 * Context: process, sleeps; under hr_net.lock.
 */
void hr_attach_del_locked(struct hr_attach *attach)
{
	nf_unregister_net_hooks(attach->net, attach->ops,
				ARRAY_SIZE(attach->ops));
	synchronize_rcu();
	hr_attach_release_locked(attach);
}

/**
 * hr_attach_read() - an attachment's counters
 * @attach: the attachment
 * @count: filled in, the sums over all CPUs
 *
 * Context: any, while the attachment stays: under hr_net.lock.
 */
void hr_attach_read(const struct hr_attach *attach,
		    u64 count[HR_ATTACH_COUNTERS])
{
	u64 part[HR_ATTACH_COUNTERS];
	unsigned int start;
	int cpu, i;

	memset(count, 0, sizeof(part));
	for_each_possible_cpu(cpu) {
		const struct hr_attach_cpu *c = per_cpu_ptr(attach->cpu, cpu);

		do {
			start = u64_stats_fetch_begin(&c->syncp);
			for (i = 0; i < HR_ATTACH_COUNTERS; i++)
				part[i] = u64_stats_read(&c->count[i]);
		} while (u64_stats_fetch_retry(&c->syncp, start));
		for (i = 0; i < HR_ATTACH_COUNTERS; i++)
			count[i] += part[i];
	}
}

/*
 * A namespace that goes may still see packets. So the hooks are removed in the
 * first phase, and all namespaces that go together share the grace period
 * before the second phase.
 */
static void __net_exit hr_steer_net_pre_exit(struct net *net)
{
	struct hr_net *hn = hr_net(net);
	struct hr_attach *attach;

	mutex_lock(&hn->lock);
	list_for_each_entry(attach, &hn->attachments, list)
		nf_unregister_net_hooks(net, attach->ops,
					ARRAY_SIZE(attach->ops));
	mutex_unlock(&hn->lock);
}

static void __net_exit hr_steer_net_exit(struct net *net)
{
	struct hr_net *hn = hr_net(net);
	struct hr_attach *attach, *next;

	mutex_lock(&hn->lock);
	list_for_each_entry_safe(attach, next, &hn->attachments, list)
		hr_attach_release_locked(attach);
	mutex_unlock(&hn->lock);
}

static struct pernet_operations hr_steer_net_ops = {
	.pre_exit	= hr_steer_net_pre_exit,
	.exit		= hr_steer_net_exit,
};

/**
 * hr_steer_init() - prepare for attachments
 *
 * Must come after hr_rings_init(): what is registered last goes first with a
 * namespace.
 *
 * Return: 0 or an error.
 */
int hr_steer_init(void)
{
	int err;

	err = register_pernet_subsys(&hr_steer_net_ops);
	if (err)
		return err;
	err = hr_netdev_init();
	if (err)
		unregister_pernet_subsys(&hr_steer_net_ops);
	return err;
}

/**
 * hr_steer_exit() - undo hr_steer_init()
 *
 * Attachments hold the module, so that none is left.
 */
void hr_steer_exit(void)
{
	hr_netdev_exit();
	unregister_pernet_subsys(&hr_steer_net_ops);
}
