// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events in both directions: netlink's listeners are told of events of rings, and
 * migrations are told of sockets that close.
 */
#include "common.h"
#include "migrate/migration.h"
#include "ring/notify.h"

static int ring_notify(struct notifier_block *block, unsigned long event,
		       void *data)
{
	static const u8 commands[] = {
		[HASHRING_EVENT_ADDED]	 = HASHRING_CMD_RING_ADD_NTF,
		[HASHRING_EVENT_SET]	 = HASHRING_CMD_RING_SET_NTF,
		[HASHRING_EVENT_REMOVED] = HASHRING_CMD_RING_DEL_NTF,
	};
	const struct hashring_note *note = data;

	if (!hr_nl_has_listeners(note->net))
		return NOTIFY_DONE;
	if (event == HASHRING_EVENT_CHANGED)
		hr_nl_change_event(note);
	else if (event == HASHRING_EVENT_MIGRATED)
		hr_nl_migrate_event(note);
	else
		hr_nl_ring_event(note, commands[event]);
	return NOTIFY_DONE;
}

static struct notifier_block hr_nl_ring_block = {
	.notifier_call = ring_notify,
};

static int socket_notify(struct notifier_block *block, unsigned long event,
			 void *data)
{
	const struct netlink_notify *notify = data;

	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC)
		hr_migrate_release(notify->net, notify->portid);
	return NOTIFY_DONE;
}

static struct notifier_block hr_nl_socket_block = {
	.notifier_call = socket_notify,
};

/**
 * hr_nl_event_init() - listen to events of rings, and to sockets that close
 *
 * Context: module init.
 * Return: 0 or a negative error.
 */
int __init hr_nl_event_init(void)
{
	int ret;

	ret = netlink_register_notifier(&hr_nl_socket_block);
	if (ret)
		return ret;
	ret = blocking_notifier_chain_register(&hr_ring_chain,
					       &hr_nl_ring_block);
	if (ret)
		netlink_unregister_notifier(&hr_nl_socket_block);
	return ret;
}

/**
 * hr_nl_event_exit() - undo hr_nl_event_init()
 *
 * Context: the family is unregistered.
 */
void hr_nl_event_exit(void)
{
	blocking_notifier_chain_unregister(&hr_ring_chain, &hr_nl_ring_block);
	netlink_unregister_notifier(&hr_nl_socket_block);
}
