// SPDX-License-Identifier: GPL-2.0-only
/* Do not edit: spec_names.py wrote it from Documentation/netlink/specs/hashring.yaml */
#include <stddef.h>

#include "private.h"

static const char *const placement_names[] = {
	[0] = "hash",
	[1] = "explicit",
	[2] = "balanced",
};

const char *hashring_placement_name(__u32 value)
{
	return value < ARRAY_SIZE(placement_names) ? placement_names[value] : NULL;
}

static const char *const node_state_names[] = {
	[0] = "active",
	[1] = "draining",
	[2] = "down",
	[3] = "leaving",
};

const char *hashring_node_state_name(__u32 value)
{
	return value < ARRAY_SIZE(node_state_names) ? node_state_names[value] : NULL;
}

static const char *const op_kind_names[] = {
	[0] = "add",
	[1] = "set",
	[2] = "del",
	[3] = "replace",
};

const char *hashring_op_kind_name(__u32 value)
{
	return value < ARRAY_SIZE(op_kind_names) ? op_kind_names[value] : NULL;
}

static const char *const key_policy_names[] = {
	[0] = "source",
	[1] = "5tuple",
	[2] = "5tuple-sym",
};

const char *hashring_key_policy_name(__u32 value)
{
	return value < ARRAY_SIZE(key_policy_names) ? key_policy_names[value] : NULL;
}

static const char *const hook_names[] = {
	[0] = "prerouting",
	[1] = "output",
};

const char *hashring_hook_name(__u32 value)
{
	return value < ARRAY_SIZE(hook_names) ? hook_names[value] : NULL;
}

static const char *const none_policy_names[] = {
	[0] = "pass",
	[1] = "drop",
};

const char *hashring_none_policy_name(__u32 value)
{
	return value < ARRAY_SIZE(none_policy_names) ? none_policy_names[value] : NULL;
}

static const char *const attach_mode_names[] = {
	[0] = "steer",
	[1] = "observe",
};

const char *hashring_attach_mode_name(__u32 value)
{
	return value < ARRAY_SIZE(attach_mode_names) ? attach_mode_names[value] : NULL;
}

static const char *const established_names[] = {
	[0] = "stay",
	[1] = "move",
};

const char *hashring_established_name(__u32 value)
{
	return value < ARRAY_SIZE(established_names) ? established_names[value] : NULL;
}

static const char *const receipt_kind_names[] = {
	[0] = "change",
	[1] = "held",
	[2] = "settled",
	[3] = "released",
	[4] = "down",
};

const char *hashring_receipt_kind_name(__u32 value)
{
	return value < ARRAY_SIZE(receipt_kind_names) ? receipt_kind_names[value] : NULL;
}

static const char *const migration_state_names[] = {
	[0] = "none",
	[1] = "holding",
	[2] = "running",
	[3] = "throttled",
	[4] = "paused",
	[5] = "failed",
	[6] = "draining",
	[7] = "rolling-back",
	[8] = "done",
};

const char *hashring_migration_state_name(__u32 value)
{
	return value < ARRAY_SIZE(migration_state_names) ? migration_state_names[value] : NULL;
}

static const char *const step_kind_names[] = {
	[0] = "held",
	[1] = "step",
	[2] = "state",
	[3] = "down",
	[4] = "rollback",
	[5] = "expired",
	[6] = "finish",
	[7] = "undone",
	[8] = "released",
	[9] = "cut",
};

const char *hashring_step_kind_name(__u32 value)
{
	return value < ARRAY_SIZE(step_kind_names) ? step_kind_names[value] : NULL;
}

static const char *const ring_attrs[] = {
	[1] = "pad",
	[2] = "name",
	[3] = "placement",
	[4] = "points",
	[5] = "per",
	[6] = "seed",
	[7] = "algorithm",
	[8] = "generation",
	[9] = "nodes",
	[10] = "active-nodes",
	[11] = "table-points",
	[12] = "table-bytes",
	[13] = "weight",
	[14] = "peak",
	[15] = "trough",
	[16] = "attachments",
	[17] = "receipts",
	[18] = "grid",
	[19] = "epoch",
	[20] = "migration",
	[21] = "established",
	[22] = "tcp-timeout",
	[23] = "syn-timeout",
	[24] = "fin-timeout",
	[25] = "udp-timeout",
	[26] = "max-entries",
	[27] = "udp-grace",
};

static const struct attr_set ring_set = {
	.names = ring_attrs,
	.max = 27,
	.strings = 0x4,
};

static const char *const node_attrs_attrs[] = {
	[1] = "id",
	[2] = "weight",
	[3] = "state",
	[4] = "via4",
	[5] = "via6",
	[6] = "zone",
};

static const struct attr_set node_attrs_set = {
	.names = node_attrs_attrs,
	.max = 6,
};

static const char *const node_attrs[] = {
	[1] = "pad",
	[2] = "ring",
	[3] = "name",
	[4] = "seat",
	[5] = "attrs",
	[6] = "points",
	[7] = "with-points",
	[8] = "nr-points",
	[9] = "share",
	[10] = "packets",
	[11] = "bytes",
	[12] = "generation",
	[13] = "home",
	[14] = "deadline",
};

static const struct attr_set node_set = {
	.names = node_attrs,
	.max = 14,
	.strings = 0x1c,
	.nested = (const struct attr_set *const[15]){
		[5] = &node_attrs_set,
	},
};

static const char *const op_attrs[] = {
	[1] = "kind",
	[2] = "name",
	[3] = "new-name",
	[4] = "seat",
	[5] = "attrs",
	[6] = "points",
	[7] = "cells",
	[8] = "deadline",
	[9] = "now",
};

static const struct attr_set op_set = {
	.names = op_attrs,
	.max = 9,
	.strings = 0x1c,
	.nested = (const struct attr_set *const[10]){
		[5] = &node_attrs_set,
	},
};

static const char *const move_attrs[] = {
	[1] = "pad",
	[2] = "from",
	[3] = "to",
	[4] = "share",
	[5] = "arcs",
};

static const struct attr_set move_set = {
	.names = move_attrs,
	.max = 5,
	.strings = 0xc,
};

static const char *const receipt_attrs[] = {
	[1] = "pad",
	[2] = "generation",
	[3] = "time",
	[4] = "added",
	[5] = "removed",
	[6] = "set",
	[7] = "replaced",
	[8] = "nodes-before",
	[9] = "nodes-after",
	[10] = "moved",
	[11] = "gained",
	[12] = "lost",
	[13] = "required",
	[14] = "collateral",
	[15] = "ideal",
	[16] = "peak-before",
	[17] = "peak-after",
	[18] = "arcs",
	[19] = "bytes-before",
	[20] = "bytes-after",
	[21] = "build-ns",
	[22] = "impact-ns",
	[23] = "nr-moves",
	[24] = "move",
	[25] = "kind",
	[26] = "cut",
};

static const struct attr_set receipt_set = {
	.names = receipt_attrs,
	.max = 26,
	.nested = (const struct attr_set *const[27]){
		[24] = &move_set,
	},
};

static const char *const change_attrs[] = {
	[1] = "pad",
	[2] = "ring",
	[3] = "op",
	[4] = "expect-generation",
	[5] = "max-moved",
	[6] = "dry-run",
	[7] = "receipt",
	[8] = "hold",
};

static const struct attr_set change_set = {
	.names = change_attrs,
	.max = 8,
	.strings = 0x4,
	.nested = (const struct attr_set *const[9]){
		[3] = &op_set,
		[7] = &receipt_set,
	},
};

static const char *const past_node_attrs[] = {
	[1] = "name",
	[2] = "seat",
	[3] = "attrs",
	[4] = "points",
	[5] = "home",
};

static const struct attr_set past_node_set = {
	.names = past_node_attrs,
	.max = 5,
	.strings = 0x6,
	.nested = (const struct attr_set *const[6]){
		[3] = &node_attrs_set,
	},
};

static const char *const history_attrs[] = {
	[1] = "pad",
	[2] = "ring",
	[3] = "generation",
	[4] = "receipt",
	[5] = "move",
	[6] = "kept-moves",
	[7] = "nr-moves",
	[8] = "nr-ops",
	[9] = "kept-ops",
	[10] = "nr-arcs",
	[11] = "kept-arcs",
	[12] = "kind",
	[13] = "name",
	[14] = "new-name",
	[15] = "before",
	[16] = "after",
	[17] = "starts",
	[18] = "ends",
	[19] = "from",
	[20] = "to",
};

static const struct attr_set history_set = {
	.names = history_attrs,
	.max = 20,
	.strings = 0x6004,
	.nested = (const struct attr_set *const[21]){
		[4] = &receipt_set,
		[5] = &move_set,
		[15] = &past_node_set,
		[16] = &past_node_set,
	},
};

static const char *const flow_attrs[] = {
	[1] = "protocol",
	[2] = "saddr4",
	[3] = "daddr4",
	[4] = "saddr6",
	[5] = "daddr6",
	[6] = "sport",
	[7] = "dport",
	[8] = "key-policy",
};

static const struct attr_set flow_set = {
	.names = flow_attrs,
	.max = 8,
};

static const char *const lookup_attrs[] = {
	[1] = "pad",
	[2] = "ring",
	[3] = "key",
	[4] = "flow",
	[5] = "positions",
	[6] = "owners",
	[7] = "generation",
	[8] = "position",
	[9] = "node",
	[10] = "id",
	[11] = "arc-start",
	[12] = "arc-end",
	[13] = "epoch",
	[14] = "old",
	[15] = "new",
	[16] = "released",
	[17] = "pinned",
};

static const struct attr_set lookup_set = {
	.names = lookup_attrs,
	.max = 17,
	.strings = 0x2c204,
	.nested = (const struct attr_set *const[18]){
		[4] = &flow_set,
	},
};

static const char *const arc_attrs[] = {
	[1] = "pad",
	[2] = "ring",
	[3] = "raw-points",
	[4] = "generation",
	[5] = "ends",
	[6] = "owners",
	[7] = "nr-arcs",
	[8] = "epoch",
};

static const struct attr_set arc_set = {
	.names = arc_attrs,
	.max = 8,
	.strings = 0x4,
};

static const char *const digest_attrs[] = {
	[1] = "pad",
	[2] = "ring",
	[3] = "config",
	[4] = "generation",
	[5] = "digest",
	[6] = "epoch",
};

static const struct attr_set digest_set = {
	.names = digest_attrs,
	.max = 6,
	.strings = 0x4,
};

static const char *const attach_stats_attrs[] = {
	[1] = "pad",
	[2] = "packets",
	[3] = "bytes",
	[4] = "steered",
	[5] = "forwarded",
	[6] = "passed",
	[7] = "dropped",
	[8] = "already-set",
	[9] = "icmp-errors",
	[10] = "portless",
	[11] = "no-route",
	[12] = "too-big",
	[13] = "ttl-expired",
	[14] = "forwarding-off",
	[15] = "bad-source",
	[16] = "kernel-path",
	[17] = "malformed",
};

static const struct attr_set attach_stats_set = {
	.names = attach_stats_attrs,
	.max = 17,
};

static const char *const attach_attrs[] = {
	[1] = "pad",
	[2] = "id",
	[3] = "ring",
	[4] = "hook",
	[5] = "priority",
	[6] = "mark",
	[7] = "mark-mask",
	[8] = "node-mask",
	[9] = "key-policy",
	[10] = "none-policy",
	[11] = "mode",
	[12] = "stats",
};

static const struct attr_set attach_set = {
	.names = attach_attrs,
	.max = 12,
	.strings = 0x8,
	.nested = (const struct attr_set *const[13]){
		[12] = &attach_stats_set,
	},
};

static const char *const limit_attrs[] = {
	[1] = "pad",
	[2] = "name",
	[3] = "value",
	[4] = "what",
};

static const struct attr_set limit_set = {
	.names = limit_attrs,
	.max = 4,
	.strings = 0x14,
};

static const char *const track_stats_attrs[] = {
	[1] = "pad",
	[2] = "started",
	[3] = "seen",
	[4] = "ended",
	[5] = "half-open",
	[6] = "idle",
	[7] = "expired",
	[8] = "evicted",
	[9] = "no-entry",
	[10] = "not-noted",
	[11] = "unknown",
	[12] = "unknown-late",
};

static const struct attr_set track_stats_set = {
	.names = track_stats_attrs,
	.max = 12,
};

static const char *const node_flows_attrs[] = {
	[1] = "name",
	[2] = "flows",
	[3] = "pinned",
	[4] = "leaving",
	[5] = "deadline",
	[6] = "pad",
};

static const struct attr_set node_flows_set = {
	.names = node_flows_attrs,
	.max = 6,
	.strings = 0x2,
};

static const char *const step_attrs[] = {
	[1] = "pad",
	[2] = "epoch",
	[3] = "time",
	[4] = "generation",
	[5] = "kind",
	[6] = "state",
	[7] = "reason",
	[8] = "frontier-before",
	[9] = "frontier",
	[10] = "moved",
	[11] = "arcs",
	[12] = "flows",
};

static const struct attr_set step_set = {
	.names = step_attrs,
	.max = 12,
	.strings = 0x80,
};

static const char *const migration_attrs[] = {
	[1] = "pad",
	[2] = "ring",
	[3] = "state",
	[4] = "reason",
	[5] = "generation",
	[6] = "origin",
	[7] = "epoch",
	[8] = "changes",
	[9] = "undone",
	[10] = "frontier",
	[11] = "total",
	[12] = "released",
	[13] = "arcs",
	[14] = "arcs-released",
	[15] = "holder",
	[16] = "deadline",
	[17] = "quiet",
	[18] = "window",
	[19] = "max-entries",
	[20] = "entries",
	[21] = "pinned",
	[22] = "noted",
	[23] = "stats",
	[24] = "node",
	[25] = "position",
	[26] = "step-share",
	[27] = "step-arcs",
	[28] = "step-flows",
	[29] = "max-flows",
	[30] = "back",
	[31] = "dry-run",
	[32] = "expect-epoch",
	[33] = "now",
	[34] = "force",
	[35] = "step",
	[36] = "receipt",
	[37] = "all",
	[38] = "cut",
	[39] = "grace",
};

static const struct attr_set migration_set = {
	.names = migration_attrs,
	.max = 39,
	.strings = 0x4000008014,
	.nested = (const struct attr_set *const[40]){
		[23] = &track_stats_set,
		[24] = &node_flows_set,
		[35] = &step_set,
		[36] = &receipt_set,
	},
};

static const char *const steps_attrs[] = {
	[1] = "ring",
	[2] = "step",
	[3] = "kept",
};

static const struct attr_set steps_set = {
	.names = steps_attrs,
	.max = 3,
	.strings = 0x2,
	.nested = (const struct attr_set *const[4]){
		[2] = &step_set,
	},
};

static const char *const tracked_attrs[] = {
	[1] = "pad",
	[2] = "ring",
	[3] = "flow",
	[4] = "position",
	[5] = "node",
	[6] = "owner",
	[7] = "half-open",
	[8] = "closing",
	[9] = "idle",
	[10] = "left",
	[11] = "entries",
};

static const struct attr_set tracked_set = {
	.names = tracked_attrs,
	.max = 11,
	.strings = 0x64,
	.nested = (const struct attr_set *const[12]){
		[3] = &flow_set,
	},
};

/* The attributes of a command, or NULL. */
const struct attr_set *attr_set_of(int cmd)
{
	static const struct attr_set *const sets[] = {
		[1] = &ring_set,
		[2] = &ring_set,
		[3] = &ring_set,
		[6] = &node_set,
		[7] = &change_set,
		[8] = &change_set,
		[9] = &change_set,
		[10] = &change_set,
		[11] = &change_set,
		[13] = &history_set,
		[14] = &history_set,
		[15] = &lookup_set,
		[16] = &arc_set,
		[17] = &digest_set,
		[18] = &attach_set,
		[19] = &attach_set,
		[20] = &attach_set,
		[21] = &attach_set,
		[24] = &limit_set,
		[25] = &history_set,
		[26] = &history_set,
		[27] = &ring_set,
		[29] = &migration_set,
		[30] = &migration_set,
		[31] = &migration_set,
		[32] = &migration_set,
		[33] = &migration_set,
		[34] = &migration_set,
		[36] = &steps_set,
		[37] = &tracked_set,
	};

	return cmd > 0 && cmd < (int)ARRAY_SIZE(sets) ? sets[cmd] : NULL;
}
