// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events. A connection that has subscribed serves nothing else.
 */
#include <errno.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

#include <hashring/attach.h>
#include <hashring/migrate.h>
#include "private.h"

/**
 * hashring_subscribe() - subscribes to events
 * @h: a connection of its own
 *
 * Return: 0 or a negative errno.
 */
int hashring_subscribe(struct hashring *h)
{
	int group;
	int err;

	hr_error_clear(h);
	group = genl_ctrl_resolve_grp(h->sk, HASHRING_FAMILY_NAME,
				      HASHRING_MCGRP_EVENTS);
	if (group < 0)
		return hr_error(h, -EPROTONOSUPPORT, "no event group: %s",
				nl_geterror(group));
	err = nl_socket_add_membership(h->sk, group);
	if (err)
		return hr_error(h, -EPERM, "event group: %s",
				nl_geterror(err));
	return 0;
}

/**
 * hashring_event_fd() - what to poll for events
 * @h: a connection that has subscribed
 *
 * Return: a file descriptor, which belongs to the connection.
 */
int hashring_event_fd(const struct hashring *h)
{
	return nl_socket_get_fd(h->sk);
}

/* An event with the ring or the attachment that it is about. */
static int take_ring(struct hashring *h, struct nlmsghdr *nlh,
		     enum hashring_event_kind kind, hashring_event_cb cb,
		     void *arg)
{
	struct hashring_event event = { .kind = kind };
	struct hashring_ring ring;
	int err;

	err = decode_ring(h, nlh, &ring);
	if (err)
		return err;
	event.ring = &ring;
	return cb(&event, arg);
}

static int take_attach(struct hashring *h, struct nlmsghdr *nlh,
		       enum hashring_event_kind kind, hashring_event_cb cb,
		       void *arg)
{
	struct hashring_event event = { .kind = kind };
	struct hashring_attach attach;
	int err;

	err = decode_attach(h, nlh, &attach);
	if (err)
		return err;
	event.attach = &attach;
	return cb(&event, arg);
}

static int take_change(struct hashring *h, struct nlmsghdr *nlh,
		       hashring_event_cb cb, void *arg)
{
	struct hashring_event event = { .kind = HASHRING_EVENT_CHANGE };
	struct hashring_receipt receipt;
	int err;

	err = decode_change(h, nlh, &receipt);
	if (err)
		return err;
	event.receipt = &receipt;
	err = cb(&event, arg);
	hashring_receipt_release(&receipt);
	return err;
}

static int take_migration(struct hashring *h, struct nlmsghdr *nlh,
			  hashring_event_cb cb, void *arg)
{
	struct hashring_event event = { .kind = HASHRING_EVENT_MIGRATE };
	struct hashring_migration migration;
	int err;

	err = decode_migration(h, nlh, &migration);
	if (err)
		return err;
	event.migration = &migration;
	err = cb(&event, arg);
	hashring_migration_release(&migration);
	return err;
}

static int take_event(struct hashring *h, struct nlmsghdr *nlh,
		      hashring_event_cb cb, void *arg)
{
	if (nlh->nlmsg_type != h->family || !genlmsg_valid_hdr(nlh, 0))
		return 0;
	switch (genlmsg_hdr(nlh)->cmd) {
	case HASHRING_CMD_RING_ADD_NTF:
		return take_ring(h, nlh, HASHRING_EVENT_RING_ADD, cb, arg);
	case HASHRING_CMD_RING_DEL_NTF:
		return take_ring(h, nlh, HASHRING_EVENT_RING_DEL, cb, arg);
	case HASHRING_CMD_RING_SET_NTF:
		return take_ring(h, nlh, HASHRING_EVENT_RING_SET, cb, arg);
	case HASHRING_CMD_CHANGE_NTF:
		return take_change(h, nlh, cb, arg);
	case HASHRING_CMD_MIGRATE_NTF:
		return take_migration(h, nlh, cb, arg);
	case HASHRING_CMD_ATTACH_ADD_NTF:
		return take_attach(h, nlh, HASHRING_EVENT_ATTACH_ADD, cb, arg);
	case HASHRING_CMD_ATTACH_DEL_NTF:
		return take_attach(h, nlh, HASHRING_EVENT_ATTACH_DEL, cb, arg);
	default:
		return 0;
	}
}

/**
 * hashring_event_read() - waits for events and passes them on
 * @h: a connection that has subscribed
 * @cb: called for each; its argument is valid during the call only
 * @arg: for @cb
 *
 * Return: 0 after at least one datagram, what @cb returned if that was not 0,
 * or a negative errno.
 */
int hashring_event_read(struct hashring *h, hashring_event_cb cb, void *arg)
{
	struct hashring_event lost = { .kind = HASHRING_EVENT_LOST };
	struct nlmsghdr *nlh = h->buf;
	size_t len;
	int err, left;

	hr_error_clear(h);
	err = socket_receive(h, &len);
	if (err == -ENOBUFS)
		return cb(&lost, arg);
	if (err)
		return err;
	for (left = len; nlmsg_ok(nlh, left); nlh = nlmsg_next(nlh, &left)) {
		err = take_event(h, nlh, cb, arg);
		if (err)
			return err;
	}
	return 0;
}
