/* SPDX-License-Identifier: GPL-2.0-only */
/* Do not edit: spec_names.py wrote it from Documentation/netlink/specs/hashring.yaml */
#ifndef HASHRING_NAMES_H
#define HASHRING_NAMES_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The name of a value of an enum; NULL if there is no such value. */
const char *hashring_placement_name(__u32 value);
const char *hashring_node_state_name(__u32 value);
const char *hashring_op_kind_name(__u32 value);
const char *hashring_key_policy_name(__u32 value);
const char *hashring_hook_name(__u32 value);
const char *hashring_none_policy_name(__u32 value);
const char *hashring_attach_mode_name(__u32 value);
const char *hashring_established_name(__u32 value);
const char *hashring_receipt_kind_name(__u32 value);
const char *hashring_migration_state_name(__u32 value);
const char *hashring_step_kind_name(__u32 value);

#ifdef __cplusplus
}
#endif

#endif
