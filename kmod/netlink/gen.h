/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/hashring.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_HASHRING_GEN_H
#define _LINUX_HASHRING_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/hashring.h>

/* Common nested types */
extern const struct nla_policy hashring_flow_nl_policy[HASHRING_A_FLOW_KEY_POLICY + 1];
extern const struct nla_policy hashring_node_attrs_nl_policy[HASHRING_A_NODE_ATTRS_ZONE + 1];
extern const struct nla_policy hashring_op_nl_policy[HASHRING_A_OP_NOW + 1];

extern const struct nla_policy hashring_ring_get_nl_policy[HASHRING_A_RING_NAME + 1];

extern const struct nla_policy hashring_ring_add_nl_policy[HASHRING_A_RING_UDP_GRACE + 1];

extern const struct nla_policy hashring_ring_del_nl_policy[HASHRING_A_RING_NAME + 1];

extern const struct nla_policy hashring_node_get_nl_policy[HASHRING_A_NODE_WITH_POINTS + 1];

extern const struct nla_policy hashring_change_nl_policy[HASHRING_A_CHANGE_HOLD + 1];

extern const struct nla_policy hashring_change_begin_nl_policy[HASHRING_A_CHANGE_HOLD + 1];

extern const struct nla_policy hashring_change_add_nl_policy[HASHRING_A_CHANGE_OP + 1];

extern const struct nla_policy hashring_change_commit_nl_policy[HASHRING_A_CHANGE_DRY_RUN + 1];

extern const struct nla_policy hashring_change_abort_nl_policy[HASHRING_A_CHANGE_RING + 1];

extern const struct nla_policy hashring_history_get_nl_policy[HASHRING_A_HISTORY_GENERATION + 1];

extern const struct nla_policy hashring_moves_get_nl_policy[HASHRING_A_HISTORY_GENERATION + 1];

extern const struct nla_policy hashring_lookup_nl_policy[HASHRING_A_LOOKUP_POSITION + 1];

extern const struct nla_policy hashring_arcs_get_nl_policy[HASHRING_A_ARC_RAW_POINTS + 1];

extern const struct nla_policy hashring_digest_get_nl_policy[HASHRING_A_DIGEST_CONFIG + 1];

extern const struct nla_policy hashring_attach_get_nl_policy[HASHRING_A_ATTACH_ID + 1];

extern const struct nla_policy hashring_attach_add_nl_policy[HASHRING_A_ATTACH_MODE + 1];

extern const struct nla_policy hashring_attach_replace_nl_policy[HASHRING_A_ATTACH_RING + 1];

extern const struct nla_policy hashring_attach_del_nl_policy[HASHRING_A_ATTACH_ID + 1];

extern const struct nla_policy hashring_limits_get_nl_policy[HASHRING_A_LIMIT_NAME + 1];

extern const struct nla_policy hashring_ops_get_nl_policy[HASHRING_A_HISTORY_GENERATION + 1];

extern const struct nla_policy hashring_moved_arcs_get_nl_policy[HASHRING_A_HISTORY_GENERATION + 1];

extern const struct nla_policy hashring_ring_set_nl_policy[HASHRING_A_RING_UDP_GRACE + 1];

extern const struct nla_policy hashring_migrate_get_nl_policy[HASHRING_A_MIGRATION_RING + 1];

extern const struct nla_policy hashring_migrate_run_nl_policy[HASHRING_A_MIGRATION_QUIET + 1];

extern const struct nla_policy hashring_migrate_step_nl_policy[HASHRING_A_MIGRATION_EXPECT_EPOCH + 1];

extern const struct nla_policy hashring_migrate_set_nl_policy[HASHRING_A_MIGRATION_QUIET + 1];

extern const struct nla_policy hashring_migrate_rollback_nl_policy[HASHRING_A_MIGRATION_ALL + 1];

extern const struct nla_policy hashring_migrate_finish_nl_policy[HASHRING_A_MIGRATION_CUT + 1];

extern const struct nla_policy hashring_steps_get_nl_policy[HASHRING_A_STEPS_RING + 1];

extern const struct nla_policy hashring_flows_get_nl_policy[HASHRING_A_TRACKED_RING + 1];

/* Ops table for hashring */
extern const struct genl_ops hashring_nl_ops[30];

int hr_nl_node_start(struct netlink_callback *cb);
int hr_nl_ops_start(struct netlink_callback *cb);
int hr_nl_migrate_start(struct netlink_callback *cb);
int hr_nl_dump_done(struct netlink_callback *cb);

int hashring_nl_ring_get_doit(struct sk_buff *skb, struct genl_info *info);
int hashring_nl_ring_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int hashring_nl_ring_add_doit(struct sk_buff *skb, struct genl_info *info);
int hashring_nl_ring_del_doit(struct sk_buff *skb, struct genl_info *info);
int hashring_nl_node_get_doit(struct sk_buff *skb, struct genl_info *info);
int hashring_nl_node_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int hashring_nl_change_doit(struct sk_buff *skb, struct genl_info *info);
int hashring_nl_change_begin_doit(struct sk_buff *skb, struct genl_info *info);
int hashring_nl_change_add_doit(struct sk_buff *skb, struct genl_info *info);
int hashring_nl_change_commit_doit(struct sk_buff *skb, struct genl_info *info);
int hashring_nl_change_abort_doit(struct sk_buff *skb, struct genl_info *info);
int hashring_nl_history_get_doit(struct sk_buff *skb, struct genl_info *info);
int hashring_nl_history_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb);
int hashring_nl_moves_get_doit(struct sk_buff *skb, struct genl_info *info);
int hashring_nl_moves_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int hashring_nl_lookup_doit(struct sk_buff *skb, struct genl_info *info);
int hashring_nl_arcs_get_doit(struct sk_buff *skb, struct genl_info *info);
int hashring_nl_arcs_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int hashring_nl_digest_get_doit(struct sk_buff *skb, struct genl_info *info);
int hashring_nl_attach_get_doit(struct sk_buff *skb, struct genl_info *info);
int hashring_nl_attach_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int hashring_nl_attach_add_doit(struct sk_buff *skb, struct genl_info *info);
int hashring_nl_attach_replace_doit(struct sk_buff *skb,
				    struct genl_info *info);
int hashring_nl_attach_del_doit(struct sk_buff *skb, struct genl_info *info);
int hashring_nl_limits_get_doit(struct sk_buff *skb, struct genl_info *info);
int hashring_nl_limits_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int hashring_nl_ops_get_doit(struct sk_buff *skb, struct genl_info *info);
int hashring_nl_ops_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int hashring_nl_moved_arcs_get_doit(struct sk_buff *skb,
				    struct genl_info *info);
int hashring_nl_moved_arcs_get_dumpit(struct sk_buff *skb,
				      struct netlink_callback *cb);
int hashring_nl_ring_set_doit(struct sk_buff *skb, struct genl_info *info);
int hashring_nl_migrate_get_doit(struct sk_buff *skb, struct genl_info *info);
int hashring_nl_migrate_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb);
int hashring_nl_migrate_run_doit(struct sk_buff *skb, struct genl_info *info);
int hashring_nl_migrate_step_doit(struct sk_buff *skb, struct genl_info *info);
int hashring_nl_migrate_set_doit(struct sk_buff *skb, struct genl_info *info);
int hashring_nl_migrate_rollback_doit(struct sk_buff *skb,
				      struct genl_info *info);
int hashring_nl_migrate_finish_doit(struct sk_buff *skb,
				    struct genl_info *info);
int hashring_nl_steps_get_doit(struct sk_buff *skb, struct genl_info *info);
int hashring_nl_steps_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int hashring_nl_flows_get_doit(struct sk_buff *skb, struct genl_info *info);
int hashring_nl_flows_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);

enum {
	HASHRING_NLGRP_EVENTS,
};

#endif /* _LINUX_HASHRING_GEN_H */
