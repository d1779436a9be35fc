// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nodes as they are; change.c changes them.
 */
#include "private.h"

/* The list that nodes are passed to. */
struct node_reply {
	hashring_node_cb cb;
	void *arg;
};

static int take_node(struct hashring *h, struct nlmsghdr *nlh, void *arg)
{
	struct node_reply *reply = arg;
	struct hashring_node node;
	int err;

	err = decode_node(h, nlh, &node);
	return err ? err : reply->cb(&node, reply->arg);
}

/**
 * hashring_node_get() - one node of a ring
 * @h: the connection
 * @ring: the ring
 * @name: the node
 * @with_points: with explicit points, or the cells that it returns to
 * @cb: called with the node
 * @arg: for @cb
 *
 * Return: 0, what @cb returned, or a negative errno.
 */
int hashring_node_get(struct hashring *h, const char *ring, const char *name,
		      bool with_points, hashring_node_cb cb, void *arg)
{
	struct node_reply reply = { cb, arg };
	struct request req;

	request_begin(h, &req, HASHRING_CMD_NODE_GET);
	request_string(&req, HASHRING_A_NODE_RING, ring);
	request_string(&req, HASHRING_A_NODE_NAME, name);
	request_flag(&req, HASHRING_A_NODE_WITH_POINTS, with_points);
	return request_do(&req, take_node, &reply);
}

/**
 * hashring_node_list() - all nodes of a ring, ascending by name
 * @h: the connection
 * @ring: the ring
 * @with_points: as hashring_node_get()
 * @cb: called for each
 * @restart: see &hashring_restart_cb
 * @arg: for both
 *
 * Return: 0, what @cb returned, or a negative errno.
 */
int hashring_node_list(struct hashring *h, const char *ring, bool with_points,
		       hashring_node_cb cb, hashring_restart_cb restart,
		       void *arg)
{
	struct node_reply reply = { cb, arg };
	struct request req;

	request_begin(h, &req, HASHRING_CMD_NODE_GET);
	request_string(&req, HASHRING_A_NODE_RING, ring);
	request_flag(&req, HASHRING_A_NODE_WITH_POINTS, with_points);
	return request_dump(&req, take_node, &reply, restart, arg);
}
