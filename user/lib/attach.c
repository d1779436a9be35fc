// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attachments and limits.
 */
#include <errno.h>

#include <hashring/attach.h>
#include "private.h"

static int take_attach(struct hashring *h, struct nlmsghdr *nlh, void *arg)
{
	return decode_attach(h, nlh, arg);
}

/**
 * hashring_attach_add() - steers packets by a ring
 * @h: the connection
 * @ring: the ring
 * @config: the attachment; its @has says which optional members are given
 * @made: set to the new attachment
 *
 * Return: 0 or a negative errno.
 */
int hashring_attach_add(struct hashring *h, const char *ring,
			const struct hashring_attach *config,
			struct hashring_attach *made)
{
	struct request req;

	request_begin(h, &req, HASHRING_CMD_ATTACH_ADD);
	request_string(&req, HASHRING_A_ATTACH_RING, ring);
	request_u32(&req, HASHRING_A_ATTACH_HOOK, config->hook);
	if (config->has & HASHRING_ATTACH_PRIORITY)
		request_u32(&req, HASHRING_A_ATTACH_PRIORITY, config->priority);
	request_u32(&req, HASHRING_A_ATTACH_MARK, config->mark);
	request_u32(&req, HASHRING_A_ATTACH_MARK_MASK, config->mark_mask);
	if (config->has & HASHRING_ATTACH_NODE_MASK)
		request_u32(&req, HASHRING_A_ATTACH_NODE_MASK,
			    config->node_mask);
	request_u32(&req, HASHRING_A_ATTACH_KEY_POLICY, config->key_policy);
	if (config->has & HASHRING_ATTACH_NONE)
		request_u32(&req, HASHRING_A_ATTACH_NONE_POLICY,
			    config->none_policy);
	if (config->has & HASHRING_ATTACH_MODE)
		request_u32(&req, HASHRING_A_ATTACH_MODE, config->mode);
	return request_do(&req, take_attach, made);
}

/**
 * hashring_attach_replace() - steers by another ring from the next packet on
 * @h: the connection
 * @id: the attachment
 * @ring: the other ring
 * @attach: set to the attachment after the call
 *
 * Return: 0 or a negative errno.
 */
int hashring_attach_replace(struct hashring *h, __u32 id, const char *ring,
			    struct hashring_attach *attach)
{
	struct request req;

	request_begin(h, &req, HASHRING_CMD_ATTACH_REPLACE);
	request_u32(&req, HASHRING_A_ATTACH_ID, id);
	request_string(&req, HASHRING_A_ATTACH_RING, ring);
	return request_do(&req, take_attach, attach);
}

/**
 * hashring_attach_del() - stops steering
 * @h: the connection
 * @id: the attachment
 *
 * Return: 0 or a negative errno.
 */
int hashring_attach_del(struct hashring *h, __u32 id)
{
	struct request req;

	request_begin(h, &req, HASHRING_CMD_ATTACH_DEL);
	request_u32(&req, HASHRING_A_ATTACH_ID, id);
	return request_do(&req, NULL, NULL);
}

/**
 * hashring_attach_get() - one attachment
 * @h: the connection
 * @id: its number
 * @attach: set
 *
 * Return: 0 or a negative errno.
 */
int hashring_attach_get(struct hashring *h, __u32 id,
			struct hashring_attach *attach)
{
	struct request req;

	request_begin(h, &req, HASHRING_CMD_ATTACH_GET);
	request_u32(&req, HASHRING_A_ATTACH_ID, id);
	return request_do(&req, take_attach, attach);
}

struct attach_list {
	hashring_attach_cb cb;
	void *arg;
};

static int take_listed(struct hashring *h, struct nlmsghdr *nlh, void *arg)
{
	struct hashring_attach attach;
	struct attach_list *list = arg;
	int err;

	err = decode_attach(h, nlh, &attach);
	return err ? err : list->cb(&attach, list->arg);
}

/**
 * hashring_attach_list() - all attachments of the namespace, ascending by id
 * @h: the connection
 * @cb: called for each
 * @restart: see &hashring_restart_cb
 * @arg: for both
 *
 * Return: 0, what @cb returned, or a negative errno.
 */
int hashring_attach_list(struct hashring *h, hashring_attach_cb cb,
			 hashring_restart_cb restart, void *arg)
{
	struct attach_list list = { cb, arg };
	struct request req;

	request_begin(h, &req, HASHRING_CMD_ATTACH_GET);
	return request_dump(&req, take_listed, &list, restart, arg);
}

struct limit_list {
	hashring_limit_cb cb;
	void *arg;
};

static int take_limit(struct hashring *h, struct nlmsghdr *nlh, void *arg)
{
	struct nlattr *tb[HASHRING_A_LIMIT_MAX + 1];
	char name[HASHRING_NAME_LEN];
	struct limit_list *list = arg;
	struct hashring_limit limit;
	char what[256];
	int err;

	err = parse_message(h, nlh, tb, HASHRING_A_LIMIT_MAX);
	if (err)
		return err;
	attr_string(name, sizeof(name), tb[HASHRING_A_LIMIT_NAME]);
	attr_string(what, sizeof(what), tb[HASHRING_A_LIMIT_WHAT]);
	limit.name = name;
	limit.what = what;
	limit.value = attr_u64(tb[HASHRING_A_LIMIT_VALUE]);
	return list->cb(&limit, list->arg);
}

/**
 * hashring_limit_list() - the limits that the module enforces
 * @h: the connection
 * @cb: called for each
 * @restart: see &hashring_restart_cb
 * @arg: for both
 *
 * Return: 0, what @cb returned, or a negative errno.
 */
int hashring_limit_list(struct hashring *h, hashring_limit_cb cb,
			hashring_restart_cb restart, void *arg)
{
	struct limit_list list = { cb, arg };
	struct request req;

	request_begin(h, &req, HASHRING_CMD_LIMITS_GET);
	return request_dump(&req, take_limit, &list, restart, arg);
}
