/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Steering: attachments of rings to netfilter hooks. nft or tc choose the
 * packets by a mark. The ring chooses the node. The kernel acts on the mark, or
 * the packet goes straight to the node's own address.
 */
#ifndef HASHRING_STEER_STEER_H
#define HASHRING_STEER_STEER_H

#include <linux/netfilter.h>
#include <linux/netlink.h>
#include <linux/u64_stats_sync.h>
#include <net/net_namespace.h>

#include "core/key.h"

struct hr_net;
struct hr_ring;

/* Counters of an attachment, in the order of the spec's attach-stats. */
enum hr_attach_counter {
	HR_ATTACH_PACKETS,
	HR_ATTACH_BYTES,
	HR_ATTACH_STEERED,
	HR_ATTACH_FORWARDED,
	HR_ATTACH_PASSED,
	HR_ATTACH_DROPPED,
	HR_ATTACH_ALREADY_SET,
	HR_ATTACH_ICMP_ERRORS,
	HR_ATTACH_PORTLESS,
	HR_ATTACH_NO_ROUTE,
	HR_ATTACH_TOO_BIG,
	HR_ATTACH_TTL_EXPIRED,
	HR_ATTACH_FORWARDING_OFF,
	HR_ATTACH_BAD_SOURCE,
	HR_ATTACH_KERNEL_PATH,
	HR_ATTACH_MALFORMED,
	HR_ATTACH_COUNTERS
};

struct hr_attach_cpu {
	u64_stats_t count[HR_ATTACH_COUNTERS];
	struct u64_stats_sync syncp;
};

/**
 * struct hr_attach_config - an attachment as requested
 * @hook: NF_INET_PRE_ROUTING or NF_INET_LOCAL_OUT
 * @priority: its priority in the hook
 * @mark: packets match when (mark & @mark_mask) == @mark
 * @mark_mask: see @mark
 * @node_mask: contiguous bits that take the node's id, disjoint from
 *	@mark_mask; 0: the mark is left alone
 * @policy: &enum hashring_key_policy
 * @none_drop: drop packets without an owner
 * @observe: count (also at the nodes), and touch no packet
 */
struct hr_attach_config {
	u8 hook;
	int priority;
	u32 mark;
	u32 mark_mask;
	u32 node_mask;
	u8 policy;
	bool none_drop;
	bool observe;
};

/**
 * struct hr_attach - a ring attached to a hook
 * @ring: written under hr_net.lock, read under RCU; holds a reference
 * @config: fixed when the attachment is made
 * @shift: shift of the node's id in the mark
 * @cpu: counters
 * @list: in hr_net.attachments, under hr_net.lock
 * @net: the namespace
 * @id: unique in the namespace for ever
 * @ops: the registered hooks, IPv4 and IPv6
 */
struct hr_attach {
	struct hr_ring __rcu *ring;
	struct hr_attach_config config;
	u8 shift;
	struct hr_attach_cpu __percpu *cpu;
	struct list_head list;
	struct net *net;
	u32 id;
	struct nf_hook_ops ops[2];
};

#define HR_ATTACH_PRIORITY	(-140)	/* after mangle, before DNAT */

/* The attribute of an attachment that an error is about. */
enum hr_attach_culprit {
	HR_ATTACH_BAD_NONE,
	HR_ATTACH_BAD_RING,
	HR_ATTACH_BAD_PRIORITY,
	HR_ATTACH_BAD_MARK,
	HR_ATTACH_BAD_NODE_MASK,
};

unsigned int hr_steer_hook(void *priv, struct sk_buff *skb,
			   const struct nf_hook_state *state);

int hr_steer_init(void);
void hr_steer_exit(void);

struct hr_attach *
hr_attach_add_locked(struct net *net, const char *name,
		     const struct hr_attach_config *config,
		     enum hr_attach_culprit *culprit,
		     struct netlink_ext_ack *extack);
int hr_attach_replace_locked(struct hr_attach *attach, const char *name,
			     enum hr_attach_culprit *culprit,
			     struct netlink_ext_ack *extack);
void hr_attach_del_locked(struct hr_attach *attach);
struct hr_attach *hr_attach_find_locked(struct hr_net *hn, u32 id);
struct hr_ring *hr_attach_ring_locked(const struct hr_attach *attach);
void hr_attach_read(const struct hr_attach *attach,
		    u64 count[HR_ATTACH_COUNTERS]);

#endif
