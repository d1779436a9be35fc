// SPDX-License-Identifier: GPL-2.0-only
/*
 * Migrations over netlink.
 */
#include <linux/skbuff.h>

#include "netlink.h"

static int not_yet(struct netlink_ext_ack *extack)
{
	return hr_extack(extack, NULL, -EOPNOTSUPP,
			 "rings do not migrate yet");
}

int hashring_nl_ring_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	return not_yet(info->extack);
}

int hashring_nl_migrate_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return not_yet(info->extack);
}

int hashring_nl_migrate_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb)
{
	return not_yet(cb->extack);
}

int hashring_nl_migrate_run_doit(struct sk_buff *skb, struct genl_info *info)
{
	return not_yet(info->extack);
}

int hashring_nl_migrate_step_doit(struct sk_buff *skb, struct genl_info *info)
{
	return not_yet(info->extack);
}

int hashring_nl_migrate_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	return not_yet(info->extack);
}

int hashring_nl_migrate_rollback_doit(struct sk_buff *skb,
				      struct genl_info *info)
{
	return not_yet(info->extack);
}

int hashring_nl_migrate_finish_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	return not_yet(info->extack);
}

int hashring_nl_steps_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return not_yet(info->extack);
}

int hashring_nl_steps_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb)
{
	return not_yet(cb->extack);
}
