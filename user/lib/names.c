// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of attributes, as the spec has them.
 */
#include <stddef.h>

#include "private.h"

static const char *const move_names[] = {
	[HASHRING_A_MOVE_FROM] = "from",
	[HASHRING_A_MOVE_TO] = "to",
	[HASHRING_A_MOVE_SHARE] = "share",
	[HASHRING_A_MOVE_ARCS] = "arcs",
};

static const char *const op_names[] = {
	[HASHRING_A_OP_KIND] = "kind",
	[HASHRING_A_OP_NAME] = "name",
	[HASHRING_A_OP_NEW_NAME] = "new-name",
	[HASHRING_A_OP_SEAT] = "seat",
	[HASHRING_A_OP_ID] = "id",
	[HASHRING_A_OP_WEIGHT] = "weight",
	[HASHRING_A_OP_STATE] = "state",
	[HASHRING_A_OP_VIA4] = "via4",
	[HASHRING_A_OP_VIA6] = "via6",
	[HASHRING_A_OP_POINTS] = "points",
	[HASHRING_A_OP_CELLS] = "cells",
	[HASHRING_A_OP_DEADLINE] = "deadline",
};

static const char *const receipt_names[] = {
	[HASHRING_A_RECEIPT_GENERATION] = "generation",
	[HASHRING_A_RECEIPT_TIME] = "time",
	[HASHRING_A_RECEIPT_ADDED] = "added",
	[HASHRING_A_RECEIPT_REMOVED] = "removed",
	[HASHRING_A_RECEIPT_SET] = "set",
	[HASHRING_A_RECEIPT_REPLACED] = "replaced",
	[HASHRING_A_RECEIPT_NODES_BEFORE] = "nodes-before",
	[HASHRING_A_RECEIPT_NODES_AFTER] = "nodes-after",
	[HASHRING_A_RECEIPT_MOVED] = "moved",
	[HASHRING_A_RECEIPT_GAINED] = "gained",
	[HASHRING_A_RECEIPT_LOST] = "lost",
	[HASHRING_A_RECEIPT_REQUIRED] = "required",
	[HASHRING_A_RECEIPT_COLLATERAL] = "collateral",
	[HASHRING_A_RECEIPT_IDEAL] = "ideal",
	[HASHRING_A_RECEIPT_PEAK_BEFORE] = "peak-before",
	[HASHRING_A_RECEIPT_PEAK_AFTER] = "peak-after",
	[HASHRING_A_RECEIPT_ARCS] = "arcs",
	[HASHRING_A_RECEIPT_BYTES_BEFORE] = "bytes-before",
	[HASHRING_A_RECEIPT_BYTES_AFTER] = "bytes-after",
	[HASHRING_A_RECEIPT_BUILD_NS] = "build-ns",
	[HASHRING_A_RECEIPT_IMPACT_NS] = "impact-ns",
	[HASHRING_A_RECEIPT_NR_MOVES] = "nr-moves",
	[HASHRING_A_RECEIPT_MOVE] = "move",
	[HASHRING_A_RECEIPT_KIND] = "kind",
};

static const char *const attach_stats_names[] = {
	[HASHRING_A_ATTACH_STATS_PACKETS] = "packets",
	[HASHRING_A_ATTACH_STATS_BYTES] = "bytes",
	[HASHRING_A_ATTACH_STATS_STEERED] = "steered",
	[HASHRING_A_ATTACH_STATS_FORWARDED] = "forwarded",
	[HASHRING_A_ATTACH_STATS_PASSED] = "passed",
	[HASHRING_A_ATTACH_STATS_DROPPED] = "dropped",
	[HASHRING_A_ATTACH_STATS_ALREADY_SET] = "already-set",
	[HASHRING_A_ATTACH_STATS_ICMP_ERRORS] = "icmp-errors",
	[HASHRING_A_ATTACH_STATS_PORTLESS] = "portless",
	[HASHRING_A_ATTACH_STATS_NO_ROUTE] = "no-route",
	[HASHRING_A_ATTACH_STATS_TOO_BIG] = "too-big",
	[HASHRING_A_ATTACH_STATS_TTL_EXPIRED] = "ttl-expired",
	[HASHRING_A_ATTACH_STATS_FORWARDING_OFF] = "forwarding-off",
	[HASHRING_A_ATTACH_STATS_BAD_SOURCE] = "bad-source",
	[HASHRING_A_ATTACH_STATS_KERNEL_PATH] = "kernel-path",
	[HASHRING_A_ATTACH_STATS_MALFORMED] = "malformed",
};

static const char *const flow_names[] = {
	[HASHRING_A_FLOW_PROTOCOL] = "protocol",
	[HASHRING_A_FLOW_SADDR4] = "saddr4",
	[HASHRING_A_FLOW_DADDR4] = "daddr4",
	[HASHRING_A_FLOW_SADDR6] = "saddr6",
	[HASHRING_A_FLOW_DADDR6] = "daddr6",
	[HASHRING_A_FLOW_SPORT] = "sport",
	[HASHRING_A_FLOW_DPORT] = "dport",
	[HASHRING_A_FLOW_KEY_POLICY] = "key-policy",
};

static const char *const ring_names[] = {
	[HASHRING_A_RING_NAME] = "name",
	[HASHRING_A_RING_PLACEMENT] = "placement",
	[HASHRING_A_RING_POINTS] = "points",
	[HASHRING_A_RING_PER] = "per",
	[HASHRING_A_RING_SEED] = "seed",
	[HASHRING_A_RING_ALGORITHM] = "algorithm",
	[HASHRING_A_RING_GENERATION] = "generation",
	[HASHRING_A_RING_NODES] = "nodes",
	[HASHRING_A_RING_ACTIVE_NODES] = "active-nodes",
	[HASHRING_A_RING_TABLE_POINTS] = "table-points",
	[HASHRING_A_RING_TABLE_BYTES] = "table-bytes",
	[HASHRING_A_RING_WEIGHT] = "weight",
	[HASHRING_A_RING_PEAK] = "peak",
	[HASHRING_A_RING_TROUGH] = "trough",
	[HASHRING_A_RING_ATTACHMENTS] = "attachments",
	[HASHRING_A_RING_RECEIPTS] = "receipts",
	[HASHRING_A_RING_GRID] = "grid",
	[HASHRING_A_RING_EPOCH] = "epoch",
	[HASHRING_A_RING_MIGRATION] = "migration",
	[HASHRING_A_RING_ESTABLISHED] = "established",
	[HASHRING_A_RING_TCP_TIMEOUT] = "tcp-timeout",
	[HASHRING_A_RING_SYN_TIMEOUT] = "syn-timeout",
	[HASHRING_A_RING_FIN_TIMEOUT] = "fin-timeout",
	[HASHRING_A_RING_UDP_TIMEOUT] = "udp-timeout",
	[HASHRING_A_RING_MAX_ENTRIES] = "max-entries",
};

static const char *const node_names[] = {
	[HASHRING_A_NODE_RING] = "ring",
	[HASHRING_A_NODE_NAME] = "name",
	[HASHRING_A_NODE_SEAT] = "seat",
	[HASHRING_A_NODE_ID] = "id",
	[HASHRING_A_NODE_WEIGHT] = "weight",
	[HASHRING_A_NODE_STATE] = "state",
	[HASHRING_A_NODE_VIA4] = "via4",
	[HASHRING_A_NODE_VIA6] = "via6",
	[HASHRING_A_NODE_POINTS] = "points",
	[HASHRING_A_NODE_WITH_POINTS] = "with-points",
	[HASHRING_A_NODE_NR_POINTS] = "nr-points",
	[HASHRING_A_NODE_SHARE] = "share",
	[HASHRING_A_NODE_PACKETS] = "packets",
	[HASHRING_A_NODE_BYTES] = "bytes",
	[HASHRING_A_NODE_GENERATION] = "generation",
	[HASHRING_A_NODE_HOME] = "home",
	[HASHRING_A_NODE_DEADLINE] = "deadline",
};

static const char *const change_names[] = {
	[HASHRING_A_CHANGE_RING] = "ring",
	[HASHRING_A_CHANGE_OP] = "op",
	[HASHRING_A_CHANGE_EXPECT_GENERATION] = "expect-generation",
	[HASHRING_A_CHANGE_MAX_MOVED] = "max-moved",
	[HASHRING_A_CHANGE_DRY_RUN] = "dry-run",
	[HASHRING_A_CHANGE_RECEIPT] = "receipt",
	[HASHRING_A_CHANGE_HOLD] = "hold",
};

static const char *const past_node_names[] = {
	[HASHRING_A_PAST_NODE_NAME] = "name",
	[HASHRING_A_PAST_NODE_SEAT] = "seat",
	[HASHRING_A_PAST_NODE_ID] = "id",
	[HASHRING_A_PAST_NODE_WEIGHT] = "weight",
	[HASHRING_A_PAST_NODE_STATE] = "state",
	[HASHRING_A_PAST_NODE_VIA4] = "via4",
	[HASHRING_A_PAST_NODE_VIA6] = "via6",
	[HASHRING_A_PAST_NODE_POINTS] = "points",
	[HASHRING_A_PAST_NODE_HOME] = "home",
};

static const char *const history_names[] = {
	[HASHRING_A_HISTORY_RING] = "ring",
	[HASHRING_A_HISTORY_GENERATION] = "generation",
	[HASHRING_A_HISTORY_RECEIPT] = "receipt",
	[HASHRING_A_HISTORY_MOVE] = "move",
	[HASHRING_A_HISTORY_KEPT_MOVES] = "kept-moves",
	[HASHRING_A_HISTORY_NR_MOVES] = "nr-moves",
	[HASHRING_A_HISTORY_NR_OPS] = "nr-ops",
	[HASHRING_A_HISTORY_KEPT_OPS] = "kept-ops",
	[HASHRING_A_HISTORY_NR_ARCS] = "nr-arcs",
	[HASHRING_A_HISTORY_KEPT_ARCS] = "kept-arcs",
	[HASHRING_A_HISTORY_KIND] = "kind",
	[HASHRING_A_HISTORY_NAME] = "name",
	[HASHRING_A_HISTORY_NEW_NAME] = "new-name",
	[HASHRING_A_HISTORY_BEFORE] = "before",
	[HASHRING_A_HISTORY_AFTER] = "after",
	[HASHRING_A_HISTORY_STARTS] = "starts",
	[HASHRING_A_HISTORY_ENDS] = "ends",
	[HASHRING_A_HISTORY_FROM] = "from",
	[HASHRING_A_HISTORY_TO] = "to",
};

static const char *const lookup_names[] = {
	[HASHRING_A_LOOKUP_RING] = "ring",
	[HASHRING_A_LOOKUP_KEY] = "key",
	[HASHRING_A_LOOKUP_FLOW] = "flow",
	[HASHRING_A_LOOKUP_POSITIONS] = "positions",
	[HASHRING_A_LOOKUP_OWNERS] = "owners",
	[HASHRING_A_LOOKUP_GENERATION] = "generation",
	[HASHRING_A_LOOKUP_POSITION] = "position",
	[HASHRING_A_LOOKUP_NODE] = "node",
	[HASHRING_A_LOOKUP_ID] = "id",
	[HASHRING_A_LOOKUP_ARC_START] = "arc-start",
	[HASHRING_A_LOOKUP_ARC_END] = "arc-end",
	[HASHRING_A_LOOKUP_EPOCH] = "epoch",
	[HASHRING_A_LOOKUP_OLD] = "old",
	[HASHRING_A_LOOKUP_NEW] = "new",
	[HASHRING_A_LOOKUP_RELEASED] = "released",
	[HASHRING_A_LOOKUP_PINNED] = "pinned",
};

static const char *const arc_names[] = {
	[HASHRING_A_ARC_RING] = "ring",
	[HASHRING_A_ARC_RAW_POINTS] = "raw-points",
	[HASHRING_A_ARC_GENERATION] = "generation",
	[HASHRING_A_ARC_ENDS] = "ends",
	[HASHRING_A_ARC_OWNERS] = "owners",
	[HASHRING_A_ARC_NR_ARCS] = "nr-arcs",
	[HASHRING_A_ARC_EPOCH] = "epoch",
};

static const char *const digest_names[] = {
	[HASHRING_A_DIGEST_RING] = "ring",
	[HASHRING_A_DIGEST_CONFIG] = "config",
	[HASHRING_A_DIGEST_GENERATION] = "generation",
	[HASHRING_A_DIGEST_DIGEST] = "digest",
	[HASHRING_A_DIGEST_EPOCH] = "epoch",
};

static const char *const attach_names[] = {
	[HASHRING_A_ATTACH_ID] = "id",
	[HASHRING_A_ATTACH_RING] = "ring",
	[HASHRING_A_ATTACH_HOOK] = "hook",
	[HASHRING_A_ATTACH_PRIORITY] = "priority",
	[HASHRING_A_ATTACH_MARK] = "mark",
	[HASHRING_A_ATTACH_MARK_MASK] = "mark-mask",
	[HASHRING_A_ATTACH_NODE_MASK] = "node-mask",
	[HASHRING_A_ATTACH_KEY_POLICY] = "key-policy",
	[HASHRING_A_ATTACH_NONE_POLICY] = "none-policy",
	[HASHRING_A_ATTACH_MODE] = "mode",
	[HASHRING_A_ATTACH_STATS] = "stats",
};

static const char *const step_names[] = {
	[HASHRING_A_STEP_EPOCH] = "epoch",
	[HASHRING_A_STEP_TIME] = "time",
	[HASHRING_A_STEP_GENERATION] = "generation",
	[HASHRING_A_STEP_KIND] = "kind",
	[HASHRING_A_STEP_STATE] = "state",
	[HASHRING_A_STEP_REASON] = "reason",
	[HASHRING_A_STEP_FRONTIER_BEFORE] = "frontier-before",
	[HASHRING_A_STEP_FRONTIER] = "frontier",
	[HASHRING_A_STEP_MOVED] = "moved",
	[HASHRING_A_STEP_ARCS] = "arcs",
	[HASHRING_A_STEP_FLOWS] = "flows",
};

static const char *const track_stats_names[] = {
	[HASHRING_A_TRACK_STATS_STARTED] = "started",
	[HASHRING_A_TRACK_STATS_SEEN] = "seen",
	[HASHRING_A_TRACK_STATS_ENDED] = "ended",
	[HASHRING_A_TRACK_STATS_HALF_OPEN] = "half-open",
	[HASHRING_A_TRACK_STATS_IDLE] = "idle",
	[HASHRING_A_TRACK_STATS_EXPIRED] = "expired",
	[HASHRING_A_TRACK_STATS_EVICTED] = "evicted",
	[HASHRING_A_TRACK_STATS_NO_ENTRY] = "no-entry",
	[HASHRING_A_TRACK_STATS_NOT_NOTED] = "not-noted",
	[HASHRING_A_TRACK_STATS_UNKNOWN] = "unknown",
	[HASHRING_A_TRACK_STATS_UNKNOWN_LATE] = "unknown-late",
};

static const char *const node_flows_names[] = {
	[HASHRING_A_NODE_FLOWS_NAME] = "name",
	[HASHRING_A_NODE_FLOWS_FLOWS] = "flows",
	[HASHRING_A_NODE_FLOWS_PINNED] = "pinned",
	[HASHRING_A_NODE_FLOWS_LEAVING] = "leaving",
	[HASHRING_A_NODE_FLOWS_DEADLINE] = "deadline",
};

static const char *const migration_names[] = {
	[HASHRING_A_MIGRATION_RING] = "ring",
	[HASHRING_A_MIGRATION_STATE] = "state",
	[HASHRING_A_MIGRATION_REASON] = "reason",
	[HASHRING_A_MIGRATION_GENERATION] = "generation",
	[HASHRING_A_MIGRATION_ORIGIN] = "origin",
	[HASHRING_A_MIGRATION_EPOCH] = "epoch",
	[HASHRING_A_MIGRATION_CHANGES] = "changes",
	[HASHRING_A_MIGRATION_FRONTIER] = "frontier",
	[HASHRING_A_MIGRATION_TOTAL] = "total",
	[HASHRING_A_MIGRATION_RELEASED] = "released",
	[HASHRING_A_MIGRATION_ARCS] = "arcs",
	[HASHRING_A_MIGRATION_ARCS_RELEASED] = "arcs-released",
	[HASHRING_A_MIGRATION_HOLDER] = "holder",
	[HASHRING_A_MIGRATION_DEADLINE] = "deadline",
	[HASHRING_A_MIGRATION_QUIET] = "quiet",
	[HASHRING_A_MIGRATION_WINDOW] = "window",
	[HASHRING_A_MIGRATION_MAX_ENTRIES] = "max-entries",
	[HASHRING_A_MIGRATION_ENTRIES] = "entries",
	[HASHRING_A_MIGRATION_PINNED] = "pinned",
	[HASHRING_A_MIGRATION_NOTED] = "noted",
	[HASHRING_A_MIGRATION_STATS] = "stats",
	[HASHRING_A_MIGRATION_NODE] = "node",
	[HASHRING_A_MIGRATION_POSITION] = "position",
	[HASHRING_A_MIGRATION_STEP_SHARE] = "step-share",
	[HASHRING_A_MIGRATION_STEP_ARCS] = "step-arcs",
	[HASHRING_A_MIGRATION_STEP_FLOWS] = "step-flows",
	[HASHRING_A_MIGRATION_MAX_FLOWS] = "max-flows",
	[HASHRING_A_MIGRATION_BACK] = "back",
	[HASHRING_A_MIGRATION_DRY_RUN] = "dry-run",
	[HASHRING_A_MIGRATION_EXPECT_EPOCH] = "expect-epoch",
	[HASHRING_A_MIGRATION_NOW] = "now",
	[HASHRING_A_MIGRATION_FORCE] = "force",
	[HASHRING_A_MIGRATION_STEP] = "step",
	[HASHRING_A_MIGRATION_RECEIPT] = "receipt",
};

static const char *const steps_names[] = {
	[HASHRING_A_STEPS_RING] = "ring",
	[HASHRING_A_STEPS_STEP] = "step",
	[HASHRING_A_STEPS_KEPT] = "kept",
};

static const char *const tracked_names[] = {
	[HASHRING_A_TRACKED_RING] = "ring",
	[HASHRING_A_TRACKED_FLOW] = "flow",
	[HASHRING_A_TRACKED_POSITION] = "position",
	[HASHRING_A_TRACKED_NODE] = "node",
	[HASHRING_A_TRACKED_OWNER] = "owner",
	[HASHRING_A_TRACKED_HALF_OPEN] = "half-open",
	[HASHRING_A_TRACKED_CLOSING] = "closing",
	[HASHRING_A_TRACKED_IDLE] = "idle",
	[HASHRING_A_TRACKED_LEFT] = "left",
	[HASHRING_A_TRACKED_ENTRIES] = "entries",
};

static const char *const limit_names[] = {
	[HASHRING_A_LIMIT_NAME] = "name",
	[HASHRING_A_LIMIT_VALUE] = "value",
	[HASHRING_A_LIMIT_WHAT] = "what",
};

/* An attribute that holds others. */
struct nesting {
	int type;
	const struct attr_set *set;
};

struct attr_set {
	const char *const *names;
	int max;
	struct nesting nested[4];
};

static const struct attr_set move_set = {
	.names = move_names,
	.max = HASHRING_A_MOVE_MAX,
};

static const struct attr_set op_set = {
	.names = op_names,
	.max = HASHRING_A_OP_MAX,
};

static const struct attr_set receipt_set = {
	.names = receipt_names,
	.max = HASHRING_A_RECEIPT_MAX,
	.nested = { { HASHRING_A_RECEIPT_MOVE, &move_set } },
};

static const struct attr_set past_node_set = {
	.names = past_node_names,
	.max = HASHRING_A_PAST_NODE_MAX,
};

static const struct attr_set attach_stats_set = {
	.names = attach_stats_names,
	.max = HASHRING_A_ATTACH_STATS_MAX,
};

static const struct attr_set flow_set = {
	.names = flow_names,
	.max = HASHRING_A_FLOW_MAX,
};

static const struct attr_set ring_set = {
	.names = ring_names,
	.max = HASHRING_A_RING_MAX,
};

static const struct attr_set node_set = {
	.names = node_names,
	.max = HASHRING_A_NODE_MAX,
};

static const struct attr_set change_set = {
	.names = change_names,
	.max = HASHRING_A_CHANGE_MAX,
	.nested = {
		{ HASHRING_A_CHANGE_OP, &op_set },
		{ HASHRING_A_CHANGE_RECEIPT, &receipt_set },
	},
};

static const struct attr_set history_set = {
	.names = history_names,
	.max = HASHRING_A_HISTORY_MAX,
	.nested = {
		{ HASHRING_A_HISTORY_RECEIPT, &receipt_set },
		{ HASHRING_A_HISTORY_MOVE, &move_set },
		{ HASHRING_A_HISTORY_BEFORE, &past_node_set },
		{ HASHRING_A_HISTORY_AFTER, &past_node_set },
	},
};

static const struct attr_set lookup_set = {
	.names = lookup_names,
	.max = HASHRING_A_LOOKUP_MAX,
	.nested = { { HASHRING_A_LOOKUP_FLOW, &flow_set } },
};

static const struct attr_set arc_set = {
	.names = arc_names,
	.max = HASHRING_A_ARC_MAX,
};

static const struct attr_set digest_set = {
	.names = digest_names,
	.max = HASHRING_A_DIGEST_MAX,
};

static const struct attr_set attach_set = {
	.names = attach_names,
	.max = HASHRING_A_ATTACH_MAX,
	.nested = { { HASHRING_A_ATTACH_STATS, &attach_stats_set } },
};

static const struct attr_set limit_set = {
	.names = limit_names,
	.max = HASHRING_A_LIMIT_MAX,
};

static const struct attr_set step_set = {
	.names = step_names,
	.max = HASHRING_A_STEP_MAX,
};

static const struct attr_set track_stats_set = {
	.names = track_stats_names,
	.max = HASHRING_A_TRACK_STATS_MAX,
};

static const struct attr_set node_flows_set = {
	.names = node_flows_names,
	.max = HASHRING_A_NODE_FLOWS_MAX,
};

static const struct attr_set migration_set = {
	.names = migration_names,
	.max = HASHRING_A_MIGRATION_MAX,
	.nested = {
		{ HASHRING_A_MIGRATION_STATS, &track_stats_set },
		{ HASHRING_A_MIGRATION_NODE, &node_flows_set },
		{ HASHRING_A_MIGRATION_STEP, &step_set },
		{ HASHRING_A_MIGRATION_RECEIPT, &receipt_set },
	},
};

static const struct attr_set steps_set = {
	.names = steps_names,
	.max = HASHRING_A_STEPS_MAX,
	.nested = { { HASHRING_A_STEPS_STEP, &step_set } },
};

static const struct attr_set tracked_set = {
	.names = tracked_names,
	.max = HASHRING_A_TRACKED_MAX,
	.nested = { { HASHRING_A_TRACKED_FLOW, &flow_set } },
};

static const struct attr_set *const cmd_sets[HASHRING_CMD_MAX + 1] = {
	[HASHRING_CMD_RING_GET] = &ring_set,
	[HASHRING_CMD_RING_ADD] = &ring_set,
	[HASHRING_CMD_RING_DEL] = &ring_set,
	[HASHRING_CMD_NODE_GET] = &node_set,
	[HASHRING_CMD_CHANGE] = &change_set,
	[HASHRING_CMD_CHANGE_BEGIN] = &change_set,
	[HASHRING_CMD_CHANGE_ADD] = &change_set,
	[HASHRING_CMD_CHANGE_COMMIT] = &change_set,
	[HASHRING_CMD_CHANGE_ABORT] = &change_set,
	[HASHRING_CMD_HISTORY_GET] = &history_set,
	[HASHRING_CMD_MOVES_GET] = &history_set,
	[HASHRING_CMD_LOOKUP] = &lookup_set,
	[HASHRING_CMD_ARCS_GET] = &arc_set,
	[HASHRING_CMD_DIGEST_GET] = &digest_set,
	[HASHRING_CMD_ATTACH_GET] = &attach_set,
	[HASHRING_CMD_ATTACH_ADD] = &attach_set,
	[HASHRING_CMD_ATTACH_REPLACE] = &attach_set,
	[HASHRING_CMD_ATTACH_DEL] = &attach_set,
	[HASHRING_CMD_LIMITS_GET] = &limit_set,
	[HASHRING_CMD_OPS_GET] = &history_set,
	[HASHRING_CMD_MOVED_ARCS_GET] = &history_set,
	[HASHRING_CMD_RING_SET] = &ring_set,
	[HASHRING_CMD_MIGRATE_GET] = &migration_set,
	[HASHRING_CMD_MIGRATE_RUN] = &migration_set,
	[HASHRING_CMD_MIGRATE_STEP] = &migration_set,
	[HASHRING_CMD_MIGRATE_SET] = &migration_set,
	[HASHRING_CMD_MIGRATE_ROLLBACK] = &migration_set,
	[HASHRING_CMD_MIGRATE_FINISH] = &migration_set,
	[HASHRING_CMD_STEPS_GET] = &steps_set,
	[HASHRING_CMD_FLOWS_GET] = &tracked_set,
};

/* The attributes of a command, or NULL. */
const struct attr_set *attr_set_of(int cmd)
{
	return cmd > 0 && cmd <= HASHRING_CMD_MAX ? cmd_sets[cmd] : NULL;
}

/* The attributes that stand in one of @set's, or NULL. */
const struct attr_set *attr_set_nested(const struct attr_set *set, int type)
{
	size_t i;

	for (i = 0; set && i < sizeof(set->nested) / sizeof(*set->nested); i++)
		if (set->nested[i].set && set->nested[i].type == type)
			return set->nested[i].set;
	return NULL;
}

/* The name of one of @set's attributes, or NULL. */
const char *attr_set_name(const struct attr_set *set, int type)
{
	return set && type > 0 && type <= set->max ? set->names[type] : NULL;
}
