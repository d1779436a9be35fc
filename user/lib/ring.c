// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings.
 */
#include <errno.h>
#include <string.h>

#include "private.h"

static int take_ring(struct hashring *h, struct nlmsghdr *nlh, void *arg)
{
	return decode_ring(h, nlh, arg);
}

static void encode_settings(struct request *req, __u32 has,
			    const struct hashring_settings *settings)
{
	if (has & HASHRING_SET_ESTABLISHED)
		request_u32(req, HASHRING_A_RING_ESTABLISHED,
			    settings->established);
	if (has & HASHRING_SET_TCP_TIMEOUT)
		request_u32(req, HASHRING_A_RING_TCP_TIMEOUT,
			    settings->tcp_timeout);
	if (has & HASHRING_SET_SYN_TIMEOUT)
		request_u32(req, HASHRING_A_RING_SYN_TIMEOUT,
			    settings->syn_timeout);
	if (has & HASHRING_SET_FIN_TIMEOUT)
		request_u32(req, HASHRING_A_RING_FIN_TIMEOUT,
			    settings->fin_timeout);
	if (has & HASHRING_SET_UDP_TIMEOUT)
		request_u32(req, HASHRING_A_RING_UDP_TIMEOUT,
			    settings->udp_timeout);
	if (has & HASHRING_SET_MAX_ENTRIES)
		request_u32(req, HASHRING_A_RING_MAX_ENTRIES,
			    settings->max_entries);
	if (has & HASHRING_SET_UDP_GRACE)
		request_u32(req, HASHRING_A_RING_UDP_GRACE,
			    settings->udp_grace);
}

/**
 * hashring_ring_add() - makes an empty ring
 * @h: the connection
 * @config: what the ring is made with
 * @ring: set to the new ring, if not NULL
 *
 * Return: 0 or a negative errno.
 */
int hashring_ring_add(struct hashring *h,
		      const struct hashring_ring_config *config,
		      struct hashring_ring *ring)
{
	struct request req;

	request_begin(h, &req, HASHRING_CMD_RING_ADD);
	request_string(&req, HASHRING_A_RING_NAME, config->name);
	request_u32(&req, HASHRING_A_RING_PLACEMENT, config->placement);
	if (config->points)
		request_u32(&req, HASHRING_A_RING_POINTS, config->points);
	if (config->per)
		request_u32(&req, HASHRING_A_RING_PER, config->per);
	if (config->seed)
		request_data(&req, HASHRING_A_RING_SEED, config->seed,
			     HASHRING_SEED_LEN);
	if (config->grid)
		request_u32(&req, HASHRING_A_RING_GRID, config->grid);
	encode_settings(&req, config->has, &config->settings);
	return request_do(&req, ring ? take_ring : NULL, ring);
}

/**
 * hashring_ring_set() - changes how a ring treats established flows
 * @h: the connection
 * @name: its name
 * @has: HASHRING_SET_*: which @settings are given; the others stay
 * @settings: the new settings
 * @ring: set to the ring after the call, if not NULL
 *
 * Return: 0 or a negative errno.
 */
int hashring_ring_set(struct hashring *h, const char *name, __u32 has,
		      const struct hashring_settings *settings,
		      struct hashring_ring *ring)
{
	struct request req;

	request_begin(h, &req, HASHRING_CMD_RING_SET);
	request_string(&req, HASHRING_A_RING_NAME, name);
	encode_settings(&req, has, settings);
	return request_do(&req, ring ? take_ring : NULL, ring);
}

/**
 * hashring_ring_del() - removes a ring
 * @h: the connection
 * @name: its name
 *
 * Return: 0; -EBUSY while it has attachments; another negative errno.
 */
int hashring_ring_del(struct hashring *h, const char *name)
{
	struct request req;

	request_begin(h, &req, HASHRING_CMD_RING_DEL);
	request_string(&req, HASHRING_A_RING_NAME, name);
	return request_do(&req, NULL, NULL);
}

/**
 * hashring_ring_get() - one ring
 * @h: the connection
 * @name: its name
 * @ring: set
 *
 * Return: 0 or a negative errno.
 */
int hashring_ring_get(struct hashring *h, const char *name,
		      struct hashring_ring *ring)
{
	struct request req;

	request_begin(h, &req, HASHRING_CMD_RING_GET);
	request_string(&req, HASHRING_A_RING_NAME, name);
	return request_do(&req, take_ring, ring);
}

/* The list that rings are passed to. */
struct ring_list {
	hashring_ring_cb cb;
	void *arg;
};

static int take_listed(struct hashring *h, struct nlmsghdr *nlh, void *arg)
{
	struct ring_list *list = arg;
	struct hashring_ring ring;
	int err;

	err = decode_ring(h, nlh, &ring);
	return err ? err : list->cb(&ring, list->arg);
}

/**
 * hashring_ring_list() - all rings of the namespace
 * @h: the connection
 * @cb: called for each
 * @restart: see &hashring_restart_cb
 * @arg: for both
 *
 * Return: 0, what @cb returned, or a negative errno.
 */
int hashring_ring_list(struct hashring *h, hashring_ring_cb cb,
		       hashring_restart_cb restart, void *arg)
{
	struct ring_list list = { cb, arg };
	struct request req;

	request_begin(h, &req, HASHRING_CMD_RING_GET);
	return request_dump(&req, take_listed, &list, restart, arg);
}

struct digest_reply {
	__u64 *digest;
	__u64 *generation;
};

static int take_digest(struct hashring *h, struct nlmsghdr *nlh, void *arg)
{
	struct nlattr *tb[HASHRING_A_DIGEST_MAX + 1];
	struct digest_reply *reply = arg;
	int err;

	err = parse_message(h, nlh, tb, HASHRING_A_DIGEST_MAX);
	if (err)
		return err;
	*reply->digest = attr_u64(tb[HASHRING_A_DIGEST_DIGEST]);
	if (reply->generation)
		*reply->generation = attr_u64(tb[HASHRING_A_DIGEST_GENERATION]);
	return 0;
}

/**
 * hashring_digest() - one word that is equal exactly where two maps are
 * @h: the connection
 * @ring: the ring
 * @config: the digest of configuration and members instead of the map
 * @digest: set
 * @generation: set to the generation of @digest, if not NULL
 *
 * Return: 0 or a negative errno.
 */
int hashring_digest(struct hashring *h, const char *ring, bool config,
		    __u64 *digest, __u64 *generation)
{
	struct digest_reply reply = { digest, generation };
	struct request req;

	request_begin(h, &req, HASHRING_CMD_DIGEST_GET);
	request_string(&req, HASHRING_A_DIGEST_RING, ring);
	request_flag(&req, HASHRING_A_DIGEST_CONFIG, config);
	return request_do(&req, take_digest, &reply);
}
