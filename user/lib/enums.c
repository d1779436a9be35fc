// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of enum values, as the spec has them.
 */
#include "private.h"

const char *const hashring_placements[] = {
	[HASHRING_PLACEMENT_HASH] = "hash",
	[HASHRING_PLACEMENT_EXPLICIT] = "explicit",
	[HASHRING_PLACEMENT_BALANCED] = "balanced",
	NULL
};

const char *const hashring_states[] = {
	[HASHRING_NODE_ACTIVE] = "active",
	[HASHRING_NODE_DRAINING] = "draining",
	[HASHRING_NODE_DOWN] = "down",
	[HASHRING_NODE_LEAVING] = "leaving",
	NULL
};

const char *const hashring_kinds[] = {
	[HASHRING_OP_ADD] = "add",
	[HASHRING_OP_SET] = "set",
	[HASHRING_OP_DEL] = "del",
	[HASHRING_OP_REPLACE] = "replace",
	NULL
};

const char *const hashring_policies[] = {
	[HASHRING_KEY_SOURCE] = "source",
	[HASHRING_KEY_5TUPLE] = "5tuple",
	[HASHRING_KEY_5TUPLE_SYM] = "5tuple-sym",
	NULL
};

const char *const hashring_hooks[] = {
	[HASHRING_HOOK_PREROUTING] = "prerouting",
	[HASHRING_HOOK_OUTPUT] = "output",
	NULL
};

const char *const hashring_nones[] = {
	[HASHRING_NONE_POLICY_PASS] = "pass",
	[HASHRING_NONE_POLICY_DROP] = "drop",
	NULL
};

const char *const hashring_modes[] = {
	[HASHRING_ATTACH_MODE_STEER] = "steer",
	[HASHRING_ATTACH_MODE_OBSERVE] = "observe",
	NULL
};

const char *const hashring_established[] = {
	[HASHRING_ESTABLISHED_STAY] = "stay",
	[HASHRING_ESTABLISHED_MOVE] = "move",
	NULL
};

const char *const hashring_receipt_kinds[] = {
	[HASHRING_RECEIPT_CHANGE] = "change",
	[HASHRING_RECEIPT_HELD] = "held",
	[HASHRING_RECEIPT_SETTLED] = "settled",
	NULL
};

const char *const hashring_migration_states[] = {
	[HASHRING_MIGRATION_NONE] = "none",
	[HASHRING_MIGRATION_HOLDING] = "holding",
	[HASHRING_MIGRATION_RUNNING] = "running",
	[HASHRING_MIGRATION_THROTTLED] = "throttled",
	[HASHRING_MIGRATION_PAUSED] = "paused",
	[HASHRING_MIGRATION_FAILED] = "failed",
	[HASHRING_MIGRATION_DRAINING] = "draining",
	[HASHRING_MIGRATION_ROLLING_BACK] = "rolling-back",
	[HASHRING_MIGRATION_DONE] = "done",
	NULL
};

const char *const hashring_step_kinds[] = {
	[HASHRING_STEP_HELD] = "held",
	[HASHRING_STEP_STEP] = "step",
	[HASHRING_STEP_STATE] = "state",
	[HASHRING_STEP_DOWN] = "down",
	[HASHRING_STEP_ROLLBACK] = "rollback",
	[HASHRING_STEP_EXPIRED] = "expired",
	[HASHRING_STEP_FINISH] = "finish",
	[HASHRING_STEP_UNDONE] = "undone",
	NULL
};

/**
 * hashring_enum_name() - the spec's name of an enum value
 * @names: one of the tables above, such as hashring_states
 * @value: a value, also one of a later kernel
 *
 * Return: its name, or "unknown".
 */
const char *hashring_enum_name(const char *const *names, __u32 value)
{
	__u32 i;

	for (i = 0; names[i]; i++)
		if (i == value)
			return names[i];
	return "unknown";
}
