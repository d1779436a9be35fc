// SPDX-License-Identifier: GPL-2.0-only
/*
 * hashring: module init and exit, and nothing else.
 */
#include <linux/module.h>
#include <net/genetlink.h>

#include <uapi/linux/hashring.h>

#include "net.h"
#include "netlink/common.h"
#include "steer/steer.h"
#include "track/track.h"

static int __init hashring_init(void)
{
	int ret;

	ret = hr_rings_init();
	if (ret)
		return ret;

	/* Registered after the rings, so that attachments leave a namespace first. */
	ret = hr_steer_init();
	if (ret)
		goto err_rings;

	ret = hr_nl_init();
	if (ret)
		goto err_steer;

	hr_track_init();
	return 0;

err_steer:
	hr_steer_exit();
err_rings:
	hr_rings_exit();
	return ret;
}

static void __exit hashring_exit(void)
{
	hr_track_exit();
	hr_nl_exit();
	hr_steer_exit();
	hr_rings_exit();
}

module_init(hashring_init);
module_exit(hashring_exit);
MODULE_LICENSE("GPL");
MODULE_AUTHOR("The hashring authors");
MODULE_DESCRIPTION("Consistent-hash rings over network flows");
MODULE_ALIAS_GENL_FAMILY(HASHRING_FAMILY_NAME);
