// SPDX-License-Identifier: GPL-2.0-only
/*
 * The genetlink family: which command is carried out by which function.
 */
#include "common.h"

static const struct genl_multicast_group hr_nl_groups[] = {
	[HASHRING_NLGRP_EVENTS] = { .name = HASHRING_MCGRP_EVENTS },
};

/* The generated operations, which know nothing of how dumps begin and end. */
static struct genl_ops hr_nl_commands[ARRAY_SIZE(hashring_nl_ops)] __ro_after_init;

static void __init ops_complete(void)
{
	u32 i;

	memcpy(hr_nl_commands, hashring_nl_ops, sizeof(hr_nl_commands));
	for (i = 0; i < ARRAY_SIZE(hr_nl_commands); i++) {
		switch (hr_nl_commands[i].cmd) {
		case HASHRING_CMD_NODE_GET:
			hr_nl_commands[i].start = hr_nl_node_start;
			hr_nl_commands[i].done = hr_nl_dump_done;
			break;
		case HASHRING_CMD_MIGRATE_GET:
			hr_nl_commands[i].start = hr_nl_migrate_start;
			break;
		case HASHRING_CMD_OPS_GET:
			hr_nl_commands[i].start = hr_nl_ops_start;
			fallthrough;
		case HASHRING_CMD_HISTORY_GET:
		case HASHRING_CMD_MOVES_GET:
		case HASHRING_CMD_MOVED_ARCS_GET:
		case HASHRING_CMD_ARCS_GET:
		case HASHRING_CMD_STEPS_GET:
		case HASHRING_CMD_FLOWS_GET:
			hr_nl_commands[i].done = hr_nl_dump_done;
			break;
		}
	}
}

/**
 * hr_nl_init() - listen to commands
 *
 * Context: module init, last of all.
 * Return: 0 or a negative error.
 */
int __init hr_nl_init(void)
{
	int ret;

	ret = hr_nl_stage_init();
	if (ret)
		return ret;
	ret = hr_nl_event_init();
	if (ret)
		goto err_stage;
	ops_complete();
	hr_nl_family.ops = hr_nl_commands;
	hr_nl_family.n_ops = ARRAY_SIZE(hr_nl_commands);
	hr_nl_family.mcgrps = hr_nl_groups;
	hr_nl_family.n_mcgrps = ARRAY_SIZE(hr_nl_groups);
	ret = genl_register_family(&hr_nl_family);
	if (ret)
		goto err_event;
	return 0;

err_event:
	hr_nl_event_exit();
err_stage:
	hr_nl_stage_exit();
	return ret;
}

/**
 * hr_nl_exit() - listen no more
 *
 * Context: module exit, first of all.
 */
void hr_nl_exit(void)
{
	genl_unregister_family(&hr_nl_family);
	hr_nl_event_exit();
	hr_nl_stage_exit();
}
