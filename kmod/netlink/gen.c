// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/hashring.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "gen.h"

#include <uapi/linux/hashring.h>

/* Common nested types */
const struct nla_policy hashring_flow_nl_policy[HASHRING_A_FLOW_KEY_POLICY + 1] = {
	[HASHRING_A_FLOW_PROTOCOL] = { .type = NLA_U8, },
	[HASHRING_A_FLOW_SADDR4] = { .type = NLA_U32, },
	[HASHRING_A_FLOW_DADDR4] = { .type = NLA_U32, },
	[HASHRING_A_FLOW_SADDR6] = NLA_POLICY_EXACT_LEN(16),
	[HASHRING_A_FLOW_DADDR6] = NLA_POLICY_EXACT_LEN(16),
	[HASHRING_A_FLOW_SPORT] = { .type = NLA_U16, },
	[HASHRING_A_FLOW_DPORT] = { .type = NLA_U16, },
	[HASHRING_A_FLOW_KEY_POLICY] = NLA_POLICY_MAX(NLA_U32, 2),
};

const struct nla_policy hashring_node_attrs_nl_policy[HASHRING_A_NODE_ATTRS_ZONE + 1] = {
	[HASHRING_A_NODE_ATTRS_ID] = { .type = NLA_U32, },
	[HASHRING_A_NODE_ATTRS_WEIGHT] = { .type = NLA_U32, },
	[HASHRING_A_NODE_ATTRS_STATE] = NLA_POLICY_MAX(NLA_U32, 3),
	[HASHRING_A_NODE_ATTRS_VIA4] = { .type = NLA_U32, },
	[HASHRING_A_NODE_ATTRS_VIA6] = NLA_POLICY_EXACT_LEN(16),
	[HASHRING_A_NODE_ATTRS_ZONE] = { .type = NLA_U32, },
};

const struct nla_policy hashring_op_nl_policy[HASHRING_A_OP_NOW + 1] = {
	[HASHRING_A_OP_KIND] = NLA_POLICY_MAX(NLA_U32, 3),
	[HASHRING_A_OP_NAME] = { .type = NLA_NUL_STRING, },
	[HASHRING_A_OP_NEW_NAME] = { .type = NLA_NUL_STRING, },
	[HASHRING_A_OP_SEAT] = { .type = NLA_NUL_STRING, },
	[HASHRING_A_OP_ATTRS] = NLA_POLICY_NESTED(hashring_node_attrs_nl_policy),
	[HASHRING_A_OP_POINTS] = { .type = NLA_BINARY, },
	[HASHRING_A_OP_CELLS] = { .type = NLA_BINARY, },
	[HASHRING_A_OP_DEADLINE] = { .type = NLA_U64, },
	[HASHRING_A_OP_NOW] = { .type = NLA_FLAG, },
};

/* HASHRING_CMD_RING_GET - do */
const struct nla_policy hashring_ring_get_nl_policy[HASHRING_A_RING_NAME + 1] = {
	[HASHRING_A_RING_NAME] = { .type = NLA_NUL_STRING, },
};

/* HASHRING_CMD_RING_ADD - do */
const struct nla_policy hashring_ring_add_nl_policy[HASHRING_A_RING_UDP_GRACE + 1] = {
	[HASHRING_A_RING_NAME] = { .type = NLA_NUL_STRING, },
	[HASHRING_A_RING_PLACEMENT] = NLA_POLICY_MAX(NLA_U32, 2),
	[HASHRING_A_RING_POINTS] = { .type = NLA_U32, },
	[HASHRING_A_RING_PER] = { .type = NLA_U32, },
	[HASHRING_A_RING_SEED] = NLA_POLICY_EXACT_LEN(16),
	[HASHRING_A_RING_GRID] = { .type = NLA_U32, },
	[HASHRING_A_RING_ESTABLISHED] = NLA_POLICY_MAX(NLA_U32, 1),
	[HASHRING_A_RING_TCP_TIMEOUT] = { .type = NLA_U32, },
	[HASHRING_A_RING_SYN_TIMEOUT] = { .type = NLA_U32, },
	[HASHRING_A_RING_FIN_TIMEOUT] = { .type = NLA_U32, },
	[HASHRING_A_RING_UDP_TIMEOUT] = { .type = NLA_U32, },
	[HASHRING_A_RING_MAX_ENTRIES] = { .type = NLA_U32, },
	[HASHRING_A_RING_UDP_GRACE] = { .type = NLA_U32, },
};

/* HASHRING_CMD_RING_DEL - do */
const struct nla_policy hashring_ring_del_nl_policy[HASHRING_A_RING_NAME + 1] = {
	[HASHRING_A_RING_NAME] = { .type = NLA_NUL_STRING, },
};

/* HASHRING_CMD_NODE_GET - do */
const struct nla_policy hashring_node_get_nl_policy[HASHRING_A_NODE_WITH_POINTS + 1] = {
	[HASHRING_A_NODE_RING] = { .type = NLA_NUL_STRING, },
	[HASHRING_A_NODE_NAME] = { .type = NLA_NUL_STRING, },
	[HASHRING_A_NODE_WITH_POINTS] = { .type = NLA_FLAG, },
};

/* HASHRING_CMD_CHANGE - do */
const struct nla_policy hashring_change_nl_policy[HASHRING_A_CHANGE_HOLD + 1] = {
	[HASHRING_A_CHANGE_RING] = { .type = NLA_NUL_STRING, },
	[HASHRING_A_CHANGE_OP] = NLA_POLICY_NESTED(hashring_op_nl_policy),
	[HASHRING_A_CHANGE_EXPECT_GENERATION] = { .type = NLA_U64, },
	[HASHRING_A_CHANGE_MAX_MOVED] = { .type = NLA_U64, },
	[HASHRING_A_CHANGE_DRY_RUN] = { .type = NLA_FLAG, },
	[HASHRING_A_CHANGE_HOLD] = { .type = NLA_FLAG, },
};

/* HASHRING_CMD_CHANGE_BEGIN - do */
const struct nla_policy hashring_change_begin_nl_policy[HASHRING_A_CHANGE_HOLD + 1] = {
	[HASHRING_A_CHANGE_RING] = { .type = NLA_NUL_STRING, },
	[HASHRING_A_CHANGE_EXPECT_GENERATION] = { .type = NLA_U64, },
	[HASHRING_A_CHANGE_MAX_MOVED] = { .type = NLA_U64, },
	[HASHRING_A_CHANGE_HOLD] = { .type = NLA_FLAG, },
};

/* HASHRING_CMD_CHANGE_ADD - do */
const struct nla_policy hashring_change_add_nl_policy[HASHRING_A_CHANGE_OP + 1] = {
	[HASHRING_A_CHANGE_OP] = NLA_POLICY_NESTED(hashring_op_nl_policy),
};

/* HASHRING_CMD_CHANGE_COMMIT - do */
const struct nla_policy hashring_change_commit_nl_policy[HASHRING_A_CHANGE_DRY_RUN + 1] = {
	[HASHRING_A_CHANGE_DRY_RUN] = { .type = NLA_FLAG, },
};

/* HASHRING_CMD_CHANGE_ABORT - do */
const struct nla_policy hashring_change_abort_nl_policy[HASHRING_A_CHANGE_RING + 1] = {
	[HASHRING_A_CHANGE_RING] = { .type = NLA_NUL_STRING, },
};

/* HASHRING_CMD_HISTORY_GET - do */
const struct nla_policy hashring_history_get_nl_policy[HASHRING_A_HISTORY_GENERATION + 1] = {
	[HASHRING_A_HISTORY_RING] = { .type = NLA_NUL_STRING, },
	[HASHRING_A_HISTORY_GENERATION] = { .type = NLA_U64, },
};

/* HASHRING_CMD_MOVES_GET - do */
const struct nla_policy hashring_moves_get_nl_policy[HASHRING_A_HISTORY_GENERATION + 1] = {
	[HASHRING_A_HISTORY_RING] = { .type = NLA_NUL_STRING, },
	[HASHRING_A_HISTORY_GENERATION] = { .type = NLA_U64, },
};

/* HASHRING_CMD_LOOKUP - do */
const struct nla_policy hashring_lookup_nl_policy[HASHRING_A_LOOKUP_POSITION + 1] = {
	[HASHRING_A_LOOKUP_RING] = { .type = NLA_NUL_STRING, },
	[HASHRING_A_LOOKUP_KEY] = { .type = NLA_BINARY, },
	[HASHRING_A_LOOKUP_FLOW] = NLA_POLICY_NESTED(hashring_flow_nl_policy),
	[HASHRING_A_LOOKUP_POSITION] = { .type = NLA_U32, },
	[HASHRING_A_LOOKUP_POSITIONS] = { .type = NLA_BINARY, },
};

/* HASHRING_CMD_ARCS_GET - do */
const struct nla_policy hashring_arcs_get_nl_policy[HASHRING_A_ARC_RAW_POINTS + 1] = {
	[HASHRING_A_ARC_RING] = { .type = NLA_NUL_STRING, },
	[HASHRING_A_ARC_RAW_POINTS] = { .type = NLA_FLAG, },
};

/* HASHRING_CMD_DIGEST_GET - do */
const struct nla_policy hashring_digest_get_nl_policy[HASHRING_A_DIGEST_CONFIG + 1] = {
	[HASHRING_A_DIGEST_RING] = { .type = NLA_NUL_STRING, },
	[HASHRING_A_DIGEST_CONFIG] = { .type = NLA_FLAG, },
};

/* HASHRING_CMD_ATTACH_GET - do */
const struct nla_policy hashring_attach_get_nl_policy[HASHRING_A_ATTACH_ID + 1] = {
	[HASHRING_A_ATTACH_ID] = { .type = NLA_U32, },
};

/* HASHRING_CMD_ATTACH_ADD - do */
const struct nla_policy hashring_attach_add_nl_policy[HASHRING_A_ATTACH_MODE + 1] = {
	[HASHRING_A_ATTACH_RING] = { .type = NLA_NUL_STRING, },
	[HASHRING_A_ATTACH_HOOK] = NLA_POLICY_MAX(NLA_U32, 1),
	[HASHRING_A_ATTACH_PRIORITY] = { .type = NLA_S32, },
	[HASHRING_A_ATTACH_MARK] = { .type = NLA_U32, },
	[HASHRING_A_ATTACH_MARK_MASK] = { .type = NLA_U32, },
	[HASHRING_A_ATTACH_NODE_MASK] = { .type = NLA_U32, },
	[HASHRING_A_ATTACH_KEY_POLICY] = NLA_POLICY_MAX(NLA_U32, 2),
	[HASHRING_A_ATTACH_NONE_POLICY] = NLA_POLICY_MAX(NLA_U32, 1),
	[HASHRING_A_ATTACH_MODE] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* HASHRING_CMD_ATTACH_REPLACE - do */
const struct nla_policy hashring_attach_replace_nl_policy[HASHRING_A_ATTACH_RING + 1] = {
	[HASHRING_A_ATTACH_ID] = { .type = NLA_U32, },
	[HASHRING_A_ATTACH_RING] = { .type = NLA_NUL_STRING, },
};

/* HASHRING_CMD_ATTACH_DEL - do */
const struct nla_policy hashring_attach_del_nl_policy[HASHRING_A_ATTACH_ID + 1] = {
	[HASHRING_A_ATTACH_ID] = { .type = NLA_U32, },
};

/* HASHRING_CMD_LIMITS_GET - do */
const struct nla_policy hashring_limits_get_nl_policy[HASHRING_A_LIMIT_NAME + 1] = {
	[HASHRING_A_LIMIT_NAME] = { .type = NLA_NUL_STRING, },
};

/* HASHRING_CMD_OPS_GET - do */
const struct nla_policy hashring_ops_get_nl_policy[HASHRING_A_HISTORY_GENERATION + 1] = {
	[HASHRING_A_HISTORY_RING] = { .type = NLA_NUL_STRING, },
	[HASHRING_A_HISTORY_GENERATION] = { .type = NLA_U64, },
};

/* HASHRING_CMD_MOVED_ARCS_GET - do */
const struct nla_policy hashring_moved_arcs_get_nl_policy[HASHRING_A_HISTORY_GENERATION + 1] = {
	[HASHRING_A_HISTORY_RING] = { .type = NLA_NUL_STRING, },
	[HASHRING_A_HISTORY_GENERATION] = { .type = NLA_U64, },
};

/* HASHRING_CMD_RING_SET - do */
const struct nla_policy hashring_ring_set_nl_policy[HASHRING_A_RING_UDP_GRACE + 1] = {
	[HASHRING_A_RING_NAME] = { .type = NLA_NUL_STRING, },
	[HASHRING_A_RING_ESTABLISHED] = NLA_POLICY_MAX(NLA_U32, 1),
	[HASHRING_A_RING_TCP_TIMEOUT] = { .type = NLA_U32, },
	[HASHRING_A_RING_SYN_TIMEOUT] = { .type = NLA_U32, },
	[HASHRING_A_RING_FIN_TIMEOUT] = { .type = NLA_U32, },
	[HASHRING_A_RING_UDP_TIMEOUT] = { .type = NLA_U32, },
	[HASHRING_A_RING_MAX_ENTRIES] = { .type = NLA_U32, },
	[HASHRING_A_RING_UDP_GRACE] = { .type = NLA_U32, },
};

/* HASHRING_CMD_MIGRATE_GET - do */
const struct nla_policy hashring_migrate_get_nl_policy[HASHRING_A_MIGRATION_RING + 1] = {
	[HASHRING_A_MIGRATION_RING] = { .type = NLA_NUL_STRING, },
};

/* HASHRING_CMD_MIGRATE_RUN - do */
const struct nla_policy hashring_migrate_run_nl_policy[HASHRING_A_MIGRATION_QUIET + 1] = {
	[HASHRING_A_MIGRATION_RING] = { .type = NLA_NUL_STRING, },
	[HASHRING_A_MIGRATION_HOLDER] = { .type = NLA_NUL_STRING, },
	[HASHRING_A_MIGRATION_DEADLINE] = { .type = NLA_U64, },
	[HASHRING_A_MIGRATION_QUIET] = { .type = NLA_U64, },
};

/* HASHRING_CMD_MIGRATE_STEP - do */
const struct nla_policy hashring_migrate_step_nl_policy[HASHRING_A_MIGRATION_EXPECT_EPOCH + 1] = {
	[HASHRING_A_MIGRATION_RING] = { .type = NLA_NUL_STRING, },
	[HASHRING_A_MIGRATION_POSITION] = { .type = NLA_U64, },
	[HASHRING_A_MIGRATION_STEP_SHARE] = { .type = NLA_U64, },
	[HASHRING_A_MIGRATION_STEP_ARCS] = { .type = NLA_U32, },
	[HASHRING_A_MIGRATION_STEP_FLOWS] = { .type = NLA_U32, },
	[HASHRING_A_MIGRATION_MAX_FLOWS] = { .type = NLA_U32, },
	[HASHRING_A_MIGRATION_BACK] = { .type = NLA_FLAG, },
	[HASHRING_A_MIGRATION_DRY_RUN] = { .type = NLA_FLAG, },
	[HASHRING_A_MIGRATION_EXPECT_EPOCH] = { .type = NLA_U64, },
};

/* HASHRING_CMD_MIGRATE_SET - do */
const struct nla_policy hashring_migrate_set_nl_policy[HASHRING_A_MIGRATION_QUIET + 1] = {
	[HASHRING_A_MIGRATION_RING] = { .type = NLA_NUL_STRING, },
	[HASHRING_A_MIGRATION_STATE] = NLA_POLICY_MAX(NLA_U32, 8),
	[HASHRING_A_MIGRATION_REASON] = { .type = NLA_NUL_STRING, },
	[HASHRING_A_MIGRATION_DEADLINE] = { .type = NLA_U64, },
	[HASHRING_A_MIGRATION_QUIET] = { .type = NLA_U64, },
};

/* HASHRING_CMD_MIGRATE_ROLLBACK - do */
const struct nla_policy hashring_migrate_rollback_nl_policy[HASHRING_A_MIGRATION_ALL + 1] = {
	[HASHRING_A_MIGRATION_RING] = { .type = NLA_NUL_STRING, },
	[HASHRING_A_MIGRATION_REASON] = { .type = NLA_NUL_STRING, },
	[HASHRING_A_MIGRATION_NOW] = { .type = NLA_FLAG, },
	[HASHRING_A_MIGRATION_ALL] = { .type = NLA_FLAG, },
};

/* HASHRING_CMD_MIGRATE_FINISH - do */
const struct nla_policy hashring_migrate_finish_nl_policy[HASHRING_A_MIGRATION_CUT + 1] = {
	[HASHRING_A_MIGRATION_RING] = { .type = NLA_NUL_STRING, },
	[HASHRING_A_MIGRATION_FORCE] = { .type = NLA_FLAG, },
	[HASHRING_A_MIGRATION_CUT] = { .type = NLA_NUL_STRING, },
};

/* HASHRING_CMD_STEPS_GET - do */
const struct nla_policy hashring_steps_get_nl_policy[HASHRING_A_STEPS_RING + 1] = {
	[HASHRING_A_STEPS_RING] = { .type = NLA_NUL_STRING, },
};

/* HASHRING_CMD_FLOWS_GET - do */
const struct nla_policy hashring_flows_get_nl_policy[HASHRING_A_TRACKED_RING + 1] = {
	[HASHRING_A_TRACKED_RING] = { .type = NLA_NUL_STRING, },
};

/* Ops table for hashring */
const struct genl_ops hashring_nl_ops[30] = {
	{
		.cmd		= HASHRING_CMD_RING_GET,
		.doit		= hashring_nl_ring_get_doit,
		.dumpit		= hashring_nl_ring_get_dumpit,
		.policy		= hashring_ring_get_nl_policy,
		.maxattr	= HASHRING_A_RING_NAME,
	},
	{
		.cmd		= HASHRING_CMD_RING_ADD,
		.doit		= hashring_nl_ring_add_doit,
		.policy		= hashring_ring_add_nl_policy,
		.maxattr	= HASHRING_A_RING_UDP_GRACE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= HASHRING_CMD_RING_DEL,
		.doit		= hashring_nl_ring_del_doit,
		.policy		= hashring_ring_del_nl_policy,
		.maxattr	= HASHRING_A_RING_NAME,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= HASHRING_CMD_NODE_GET,
		.doit		= hashring_nl_node_get_doit,
		.dumpit		= hashring_nl_node_get_dumpit,
		.start		= hr_nl_node_start,
		.done		= hr_nl_dump_done,
		.policy		= hashring_node_get_nl_policy,
		.maxattr	= HASHRING_A_NODE_WITH_POINTS,
	},
	{
		.cmd		= HASHRING_CMD_CHANGE,
		.doit		= hashring_nl_change_doit,
		.policy		= hashring_change_nl_policy,
		.maxattr	= HASHRING_A_CHANGE_HOLD,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= HASHRING_CMD_CHANGE_BEGIN,
		.doit		= hashring_nl_change_begin_doit,
		.policy		= hashring_change_begin_nl_policy,
		.maxattr	= HASHRING_A_CHANGE_HOLD,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= HASHRING_CMD_CHANGE_ADD,
		.doit		= hashring_nl_change_add_doit,
		.policy		= hashring_change_add_nl_policy,
		.maxattr	= HASHRING_A_CHANGE_OP,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= HASHRING_CMD_CHANGE_COMMIT,
		.doit		= hashring_nl_change_commit_doit,
		.policy		= hashring_change_commit_nl_policy,
		.maxattr	= HASHRING_A_CHANGE_DRY_RUN,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= HASHRING_CMD_CHANGE_ABORT,
		.doit		= hashring_nl_change_abort_doit,
		.policy		= hashring_change_abort_nl_policy,
		.maxattr	= HASHRING_A_CHANGE_RING,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= HASHRING_CMD_HISTORY_GET,
		.doit		= hashring_nl_history_get_doit,
		.dumpit		= hashring_nl_history_get_dumpit,
		.done		= hr_nl_dump_done,
		.policy		= hashring_history_get_nl_policy,
		.maxattr	= HASHRING_A_HISTORY_GENERATION,
	},
	{
		.cmd		= HASHRING_CMD_MOVES_GET,
		.doit		= hashring_nl_moves_get_doit,
		.dumpit		= hashring_nl_moves_get_dumpit,
		.done		= hr_nl_dump_done,
		.policy		= hashring_moves_get_nl_policy,
		.maxattr	= HASHRING_A_HISTORY_GENERATION,
	},
	{
		.cmd		= HASHRING_CMD_LOOKUP,
		.doit		= hashring_nl_lookup_doit,
		.policy		= hashring_lookup_nl_policy,
		.maxattr	= HASHRING_A_LOOKUP_POSITION,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= HASHRING_CMD_ARCS_GET,
		.doit		= hashring_nl_arcs_get_doit,
		.dumpit		= hashring_nl_arcs_get_dumpit,
		.done		= hr_nl_dump_done,
		.policy		= hashring_arcs_get_nl_policy,
		.maxattr	= HASHRING_A_ARC_RAW_POINTS,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= HASHRING_CMD_DIGEST_GET,
		.doit		= hashring_nl_digest_get_doit,
		.policy		= hashring_digest_get_nl_policy,
		.maxattr	= HASHRING_A_DIGEST_CONFIG,
	},
	{
		.cmd		= HASHRING_CMD_ATTACH_GET,
		.doit		= hashring_nl_attach_get_doit,
		.dumpit		= hashring_nl_attach_get_dumpit,
		.policy		= hashring_attach_get_nl_policy,
		.maxattr	= HASHRING_A_ATTACH_ID,
	},
	{
		.cmd		= HASHRING_CMD_ATTACH_ADD,
		.doit		= hashring_nl_attach_add_doit,
		.policy		= hashring_attach_add_nl_policy,
		.maxattr	= HASHRING_A_ATTACH_MODE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= HASHRING_CMD_ATTACH_REPLACE,
		.doit		= hashring_nl_attach_replace_doit,
		.policy		= hashring_attach_replace_nl_policy,
		.maxattr	= HASHRING_A_ATTACH_RING,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= HASHRING_CMD_ATTACH_DEL,
		.doit		= hashring_nl_attach_del_doit,
		.policy		= hashring_attach_del_nl_policy,
		.maxattr	= HASHRING_A_ATTACH_ID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= HASHRING_CMD_LIMITS_GET,
		.doit		= hashring_nl_limits_get_doit,
		.dumpit		= hashring_nl_limits_get_dumpit,
		.policy		= hashring_limits_get_nl_policy,
		.maxattr	= HASHRING_A_LIMIT_NAME,
	},
	{
		.cmd		= HASHRING_CMD_OPS_GET,
		.doit		= hashring_nl_ops_get_doit,
		.dumpit		= hashring_nl_ops_get_dumpit,
		.start		= hr_nl_ops_start,
		.done		= hr_nl_dump_done,
		.policy		= hashring_ops_get_nl_policy,
		.maxattr	= HASHRING_A_HISTORY_GENERATION,
	},
	{
		.cmd		= HASHRING_CMD_MOVED_ARCS_GET,
		.doit		= hashring_nl_moved_arcs_get_doit,
		.dumpit		= hashring_nl_moved_arcs_get_dumpit,
		.done		= hr_nl_dump_done,
		.policy		= hashring_moved_arcs_get_nl_policy,
		.maxattr	= HASHRING_A_HISTORY_GENERATION,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= HASHRING_CMD_RING_SET,
		.doit		= hashring_nl_ring_set_doit,
		.policy		= hashring_ring_set_nl_policy,
		.maxattr	= HASHRING_A_RING_UDP_GRACE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= HASHRING_CMD_MIGRATE_GET,
		.doit		= hashring_nl_migrate_get_doit,
		.dumpit		= hashring_nl_migrate_get_dumpit,
		.start		= hr_nl_migrate_start,
		.policy		= hashring_migrate_get_nl_policy,
		.maxattr	= HASHRING_A_MIGRATION_RING,
	},
	{
		.cmd		= HASHRING_CMD_MIGRATE_RUN,
		.doit		= hashring_nl_migrate_run_doit,
		.policy		= hashring_migrate_run_nl_policy,
		.maxattr	= HASHRING_A_MIGRATION_QUIET,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= HASHRING_CMD_MIGRATE_STEP,
		.doit		= hashring_nl_migrate_step_doit,
		.policy		= hashring_migrate_step_nl_policy,
		.maxattr	= HASHRING_A_MIGRATION_EXPECT_EPOCH,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= HASHRING_CMD_MIGRATE_SET,
		.doit		= hashring_nl_migrate_set_doit,
		.policy		= hashring_migrate_set_nl_policy,
		.maxattr	= HASHRING_A_MIGRATION_QUIET,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= HASHRING_CMD_MIGRATE_ROLLBACK,
		.doit		= hashring_nl_migrate_rollback_doit,
		.policy		= hashring_migrate_rollback_nl_policy,
		.maxattr	= HASHRING_A_MIGRATION_ALL,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= HASHRING_CMD_MIGRATE_FINISH,
		.doit		= hashring_nl_migrate_finish_doit,
		.policy		= hashring_migrate_finish_nl_policy,
		.maxattr	= HASHRING_A_MIGRATION_CUT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= HASHRING_CMD_STEPS_GET,
		.doit		= hashring_nl_steps_get_doit,
		.dumpit		= hashring_nl_steps_get_dumpit,
		.done		= hr_nl_dump_done,
		.policy		= hashring_steps_get_nl_policy,
		.maxattr	= HASHRING_A_STEPS_RING,
	},
	{
		.cmd		= HASHRING_CMD_FLOWS_GET,
		.doit		= hashring_nl_flows_get_doit,
		.dumpit		= hashring_nl_flows_get_dumpit,
		.done		= hr_nl_dump_done,
		.policy		= hashring_flows_get_nl_policy,
		.maxattr	= HASHRING_A_TRACKED_RING,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
};

static const struct genl_multicast_group hashring_nl_mcgrps[] = {
	[HASHRING_NLGRP_EVENTS] = { "events", },
};
