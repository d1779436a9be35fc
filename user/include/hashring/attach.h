/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libhashring: attachments and limits (attach.c).
 */
#ifndef HASHRING_ATTACH_H
#define HASHRING_ATTACH_H

#include <hashring/hashring.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct hashring_attach_stats - counters of an attachment, in segments
 * @packets: matched
 * @bytes: matched
 * @steered: got a node; in observe mode, would have got one
 * @forwarded: of these, sent straight to the node's own address
 * @passed: had no owner, went on
 * @dropped: had no owner, dropped
 * @already_set: left alone because the node bits of the mark were set
 * @icmp_errors: ICMP errors that followed the flow that they are about
 * @portless: steered by addresses, because the packet did not hold the ports
 * @no_route: not sent, no route to the node's address
 * @too_big: not sent, the packet did not fit; the sender was told
 * @ttl_expired: not sent, the hop count ran out; the sender was told
 * @forwarding_off: not sent, this host does not forward; went on
 * @bad_source: not sent, the source address is refused; went on
 * @kernel_path: not sent, only the kernel's own path can handle it; went on
 * @malformed: went on without a look-up
 */
struct hashring_attach_stats {
	__u64 packets;
	__u64 bytes;
	__u64 steered;
	__u64 forwarded;
	__u64 passed;
	__u64 dropped;
	__u64 already_set;
	__u64 icmp_errors;
	__u64 portless;
	__u64 no_route;
	__u64 too_big;
	__u64 ttl_expired;
	__u64 forwarding_off;
	__u64 bad_source;
	__u64 kernel_path;
	__u64 malformed;
};

/* Which members are given of an attachment to be made. */
#define HASHRING_ATTACH_PRIORITY	0x01
#define HASHRING_ATTACH_NODE_MASK	0x02
#define HASHRING_ATTACH_NONE		0x04
#define HASHRING_ATTACH_MODE		0x08

/**
 * struct hashring_attach - an attachment
 * @id: its number in the namespace, which the kernel chooses
 * @has: HASHRING_ATTACH_*: what is given of an attachment to be made
 * @ring: the ring that steers
 * @hook: &enum hashring_hook
 * @priority: among netfilter hooks
 * @mark: packets whose mark under @mark_mask is this are steered
 * @mark_mask: see @mark
 * @node_mask: bits of the mark that take the node's id
 * @key_policy: &enum hashring_key_policy
 * @none_policy: &enum hashring_none_policy
 * @mode: &enum hashring_attach_mode
 * @stats: counters
 */
struct hashring_attach {
	__u32 id;
	__u32 has;
	char ring[HASHRING_NAME_LEN];
	__u32 hook;
	__s32 priority;
	__u32 mark;
	__u32 mark_mask;
	__u32 node_mask;
	__u32 key_policy;
	__u32 none_policy;
	__u32 mode;
	struct hashring_attach_stats stats;
};

/**
 * struct hashring_limit - a limit that the module enforces
 * @name: its name
 * @what: what it bounds
 * @value: the bound
 */
struct hashring_limit {
	const char *name;
	const char *what;
	__u64 value;
};

typedef int (*hashring_attach_cb)(const struct hashring_attach *attach,
				  void *arg);
typedef int (*hashring_limit_cb)(const struct hashring_limit *limit, void *arg);

int hashring_attach_add(struct hashring *h, const char *ring,
			const struct hashring_attach *config,
			struct hashring_attach *made);
int hashring_attach_replace(struct hashring *h, __u32 id, const char *ring,
			    struct hashring_attach *attach);
int hashring_attach_del(struct hashring *h, __u32 id);
int hashring_attach_get(struct hashring *h, __u32 id,
			struct hashring_attach *attach);
int hashring_attach_list(struct hashring *h, hashring_attach_cb cb,
			 hashring_restart_cb restart, void *arg);
int hashring_limit_list(struct hashring *h, hashring_limit_cb cb,
			hashring_restart_cb restart, void *arg);

#ifdef __cplusplus
}
#endif

#endif
