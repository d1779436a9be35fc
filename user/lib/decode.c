// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings, nodes and attachments out of messages into plain structs.
 */
#include <errno.h>
#include <string.h>

#include <netlink/genl/genl.h>

#include <hashring/attach.h>
#include "private.h"

int decode_ring(struct hashring *h, struct nlmsghdr *nlh,
		struct hashring_ring *ring)
{
	struct nlattr *tb[HASHRING_A_RING_MAX + 1];
	struct nlattr *seed;
	int err;

	memset(ring, 0, sizeof(*ring));
	err = parse_message(h, nlh, tb, HASHRING_A_RING_MAX);
	if (err)
		return err;
	attr_string(ring->name, sizeof(ring->name), tb[HASHRING_A_RING_NAME]);
	ring->placement = attr_u32(tb[HASHRING_A_RING_PLACEMENT]);
	ring->points = attr_u32(tb[HASHRING_A_RING_POINTS]);
	ring->per = attr_u32(tb[HASHRING_A_RING_PER]);
	seed = tb[HASHRING_A_RING_SEED];
	if (seed && nla_len(seed) == HASHRING_SEED_LEN) {
		memcpy(ring->seed, nla_data(seed), HASHRING_SEED_LEN);
		ring->has_seed = true;
	}
	ring->algorithm = attr_u32(tb[HASHRING_A_RING_ALGORITHM]);
	ring->generation = attr_u64(tb[HASHRING_A_RING_GENERATION]);
	ring->nodes = attr_u32(tb[HASHRING_A_RING_NODES]);
	ring->active_nodes = attr_u32(tb[HASHRING_A_RING_ACTIVE_NODES]);
	ring->table_points = attr_u32(tb[HASHRING_A_RING_TABLE_POINTS]);
	ring->table_bytes = attr_u64(tb[HASHRING_A_RING_TABLE_BYTES]);
	ring->weight = attr_u64(tb[HASHRING_A_RING_WEIGHT]);
	ring->peak = attr_u64(tb[HASHRING_A_RING_PEAK]);
	ring->trough = attr_u64(tb[HASHRING_A_RING_TROUGH]);
	ring->attachments = attr_u32(tb[HASHRING_A_RING_ATTACHMENTS]);
	ring->receipts = attr_u32(tb[HASHRING_A_RING_RECEIPTS]);
	ring->grid = attr_u32(tb[HASHRING_A_RING_GRID]);
	ring->epoch = attr_u64(tb[HASHRING_A_RING_EPOCH]);
	ring->migration = attr_u32(tb[HASHRING_A_RING_MIGRATION]);
	ring->settings.established = attr_u32(tb[HASHRING_A_RING_ESTABLISHED]);
	ring->settings.tcp_timeout = attr_u32(tb[HASHRING_A_RING_TCP_TIMEOUT]);
	ring->settings.syn_timeout = attr_u32(tb[HASHRING_A_RING_SYN_TIMEOUT]);
	ring->settings.fin_timeout = attr_u32(tb[HASHRING_A_RING_FIN_TIMEOUT]);
	ring->settings.udp_timeout = attr_u32(tb[HASHRING_A_RING_UDP_TIMEOUT]);
	ring->settings.max_entries = attr_u32(tb[HASHRING_A_RING_MAX_ENTRIES]);
	ring->settings.udp_grace = attr_u32(tb[HASHRING_A_RING_UDP_GRACE]);
	return 0;
}

/* Points and home of @node point into the message. */
int decode_node(struct hashring *h, struct nlmsghdr *nlh,
		struct hashring_node *node)
{
	struct nlattr *tb[HASHRING_A_NODE_MAX + 1];
	int err;

	memset(node, 0, sizeof(*node));
	err = parse_message(h, nlh, tb, HASHRING_A_NODE_MAX);
	if (err)
		return err;
	attr_string(node->name, sizeof(node->name), tb[HASHRING_A_NODE_NAME]);
	attr_string(node->seat, sizeof(node->seat), tb[HASHRING_A_NODE_SEAT]);
	if (decode_attrs(tb[HASHRING_A_NODE_ATTRS], &node->attrs))
		return hr_error(h, -EBADMSG, "a malformed message");
	node->nr_points = attr_u32(tb[HASHRING_A_NODE_NR_POINTS]);
	node->points = attr_packed(tb[HASHRING_A_NODE_POINTS], &node->nr_given);
	node->share = attr_u64(tb[HASHRING_A_NODE_SHARE]);
	node->packets = attr_u64(tb[HASHRING_A_NODE_PACKETS]);
	node->bytes = attr_u64(tb[HASHRING_A_NODE_BYTES]);
	node->generation = attr_u64(tb[HASHRING_A_NODE_GENERATION]);
	node->home = attr_runs(tb[HASHRING_A_NODE_HOME], &node->nr_home);
	node->has_deadline = tb[HASHRING_A_NODE_DEADLINE];
	node->deadline = attr_u64(tb[HASHRING_A_NODE_DEADLINE]);
	return 0;
}

static int decode_attach_stats(struct nlattr *nest,
			       struct hashring_attach_stats *stats)
{
	struct nlattr *tb[HASHRING_A_ATTACH_STATS_MAX + 1];

	if (nla_parse_nested(tb, HASHRING_A_ATTACH_STATS_MAX, nest, NULL) < 0)
		return -EBADMSG;
	stats->packets = attr_u64(tb[HASHRING_A_ATTACH_STATS_PACKETS]);
	stats->bytes = attr_u64(tb[HASHRING_A_ATTACH_STATS_BYTES]);
	stats->steered = attr_u64(tb[HASHRING_A_ATTACH_STATS_STEERED]);
	stats->forwarded = attr_u64(tb[HASHRING_A_ATTACH_STATS_FORWARDED]);
	stats->passed = attr_u64(tb[HASHRING_A_ATTACH_STATS_PASSED]);
	stats->dropped = attr_u64(tb[HASHRING_A_ATTACH_STATS_DROPPED]);
	stats->already_set = attr_u64(tb[HASHRING_A_ATTACH_STATS_ALREADY_SET]);
	stats->icmp_errors = attr_u64(tb[HASHRING_A_ATTACH_STATS_ICMP_ERRORS]);
	stats->portless = attr_u64(tb[HASHRING_A_ATTACH_STATS_PORTLESS]);
	stats->no_route = attr_u64(tb[HASHRING_A_ATTACH_STATS_NO_ROUTE]);
	stats->too_big = attr_u64(tb[HASHRING_A_ATTACH_STATS_TOO_BIG]);
	stats->ttl_expired = attr_u64(tb[HASHRING_A_ATTACH_STATS_TTL_EXPIRED]);
	stats->forwarding_off =
		attr_u64(tb[HASHRING_A_ATTACH_STATS_FORWARDING_OFF]);
	stats->bad_source = attr_u64(tb[HASHRING_A_ATTACH_STATS_BAD_SOURCE]);
	stats->kernel_path = attr_u64(tb[HASHRING_A_ATTACH_STATS_KERNEL_PATH]);
	stats->malformed = attr_u64(tb[HASHRING_A_ATTACH_STATS_MALFORMED]);
	return 0;
}

int decode_attach(struct hashring *h, struct nlmsghdr *nlh,
		  struct hashring_attach *attach)
{
	struct nlattr *tb[HASHRING_A_ATTACH_MAX + 1];
	int err;

	memset(attach, 0, sizeof(*attach));
	err = parse_message(h, nlh, tb, HASHRING_A_ATTACH_MAX);
	if (err)
		return err;
	attach->id = attr_u32(tb[HASHRING_A_ATTACH_ID]);
	attr_string(attach->ring, sizeof(attach->ring),
		    tb[HASHRING_A_ATTACH_RING]);
	attach->hook = attr_u32(tb[HASHRING_A_ATTACH_HOOK]);
	attach->priority = attr_u32(tb[HASHRING_A_ATTACH_PRIORITY]);
	attach->mark = attr_u32(tb[HASHRING_A_ATTACH_MARK]);
	attach->mark_mask = attr_u32(tb[HASHRING_A_ATTACH_MARK_MASK]);
	attach->node_mask = attr_u32(tb[HASHRING_A_ATTACH_NODE_MASK]);
	attach->key_policy = attr_u32(tb[HASHRING_A_ATTACH_KEY_POLICY]);
	attach->none_policy = attr_u32(tb[HASHRING_A_ATTACH_NONE_POLICY]);
	attach->mode = attr_u32(tb[HASHRING_A_ATTACH_MODE]);
	if (tb[HASHRING_A_ATTACH_STATS] &&
	    decode_attach_stats(tb[HASHRING_A_ATTACH_STATS], &attach->stats))
		return hr_error(h, -EBADMSG, "a malformed message");
	return 0;
}
