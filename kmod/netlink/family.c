// SPDX-License-Identifier: GPL-2.0-only
/*
 * The genetlink family: which function carries out which command.
 */
#include "common.h"

static const struct genl_multicast_group hr_nl_groups[] = {
	[HASHRING_NLGRP_EVENTS] = { .name = HASHRING_MCGRP_EVENTS },
};

/**
 * hr_nl_init() - register the family
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
	hr_nl_family.ops = hashring_nl_ops;
	hr_nl_family.n_ops = ARRAY_SIZE(hashring_nl_ops);
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
 * hr_nl_exit() - unregister the family
 *
 * Context: module exit, first of all.
 */
void hr_nl_exit(void)
{
	genl_unregister_family(&hr_nl_family);
	hr_nl_event_exit();
	hr_nl_stage_exit();
}
