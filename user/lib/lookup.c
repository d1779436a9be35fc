// SPDX-License-Identifier: GPL-2.0-only
/*
 * Look-ups: one key, flow or position with the reason, or many positions.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "private.h"

static int take_owner(struct hashring *h, struct nlmsghdr *nlh, void *arg)
{
	struct nlattr *tb[HASHRING_A_LOOKUP_MAX + 1];
	struct hashring_owner *owner = arg;
	int err;

	err = parse_message(h, nlh, tb, HASHRING_A_LOOKUP_MAX);
	if (err)
		return err;
	owner->position = attr_u32(tb[HASHRING_A_LOOKUP_POSITION]);
	attr_string(owner->node, sizeof(owner->node),
		    tb[HASHRING_A_LOOKUP_NODE]);
	owner->id = attr_u32(tb[HASHRING_A_LOOKUP_ID]);
	owner->arc_start = attr_u32(tb[HASHRING_A_LOOKUP_ARC_START]);
	owner->arc_end = attr_u32(tb[HASHRING_A_LOOKUP_ARC_END]);
	owner->generation = attr_u64(tb[HASHRING_A_LOOKUP_GENERATION]);
	owner->epoch = attr_u64(tb[HASHRING_A_LOOKUP_EPOCH]);
	owner->migrating = tb[HASHRING_A_LOOKUP_OLD] ||
			   tb[HASHRING_A_LOOKUP_NEW] ||
			   tb[HASHRING_A_LOOKUP_PINNED];
	attr_string(owner->before, sizeof(owner->before), tb[HASHRING_A_LOOKUP_OLD]);
	attr_string(owner->after, sizeof(owner->after), tb[HASHRING_A_LOOKUP_NEW]);
	owner->released = tb[HASHRING_A_LOOKUP_RELEASED];
	attr_string(owner->pinned, sizeof(owner->pinned),
		    tb[HASHRING_A_LOOKUP_PINNED]);
	return 0;
}

/**
 * hashring_lookup_key() - the owner of a key, and why
 * @h: the connection
 * @ring: the ring
 * @key: any bytes
 * @len: bytes of @key
 * @owner: set
 *
 * Return: 0 or a negative errno.
 */
int hashring_lookup_key(struct hashring *h, const char *ring, const void *key,
			size_t len, struct hashring_owner *owner)
{
	struct request req;

	memset(owner, 0, sizeof(*owner));
	request_begin(h, &req, HASHRING_CMD_LOOKUP);
	request_string(&req, HASHRING_A_LOOKUP_RING, ring);
	request_data(&req, HASHRING_A_LOOKUP_KEY, key, len);
	return request_do(&req, take_owner, owner);
}

static void encode_flow(struct request *req, const struct hashring_flow *flow)
{
	bool v4 = flow->family == AF_INET;
	size_t len = v4 ? sizeof(flow->saddr.v4) : sizeof(flow->saddr.v6);
	__be16 sport = htons(flow->sport);
	__be16 dport = htons(flow->dport);
	struct nest nest;

	request_nest(req, &nest, HASHRING_A_LOOKUP_FLOW);
	request_data(req, HASHRING_A_FLOW_PROTOCOL, &flow->protocol,
		     sizeof(flow->protocol));
	request_data(req, v4 ? HASHRING_A_FLOW_SADDR4 : HASHRING_A_FLOW_SADDR6,
		     &flow->saddr, len);
	request_data(req, v4 ? HASHRING_A_FLOW_DADDR4 : HASHRING_A_FLOW_DADDR6,
		     &flow->daddr, len);
	/* A protocol without ports gets none. */
	if (sport)
		request_data(req, HASHRING_A_FLOW_SPORT, &sport, sizeof(sport));
	if (dport)
		request_data(req, HASHRING_A_FLOW_DPORT, &dport, sizeof(dport));
	request_u32(req, HASHRING_A_FLOW_KEY_POLICY, flow->policy);
	request_nest_end(req, &nest);
}

/**
 * hashring_lookup_flow() - the owner of a flow, and why
 * @h: the connection
 * @ring: the ring
 * @flow: the flow
 * @owner: set
 *
 * Return: 0 or a negative errno.
 */
int hashring_lookup_flow(struct hashring *h, const char *ring,
			 const struct hashring_flow *flow,
			 struct hashring_owner *owner)
{
	struct request req;

	memset(owner, 0, sizeof(*owner));
	request_begin(h, &req, HASHRING_CMD_LOOKUP);
	request_string(&req, HASHRING_A_LOOKUP_RING, ring);
	encode_flow(&req, flow);
	return request_do(&req, take_owner, owner);
}

/**
 * hashring_lookup_position() - the owner of a position, and why
 * @h: the connection
 * @ring: the ring
 * @position: the position
 * @owner: set
 *
 * Return: 0 or a negative errno.
 */
int hashring_lookup_position(struct hashring *h, const char *ring,
			     __u32 position, struct hashring_owner *owner)
{
	struct request req;

	memset(owner, 0, sizeof(*owner));
	request_begin(h, &req, HASHRING_CMD_LOOKUP);
	request_string(&req, HASHRING_A_LOOKUP_RING, ring);
	request_u32(&req, HASHRING_A_LOOKUP_POSITION, position);
	return request_do(&req, take_owner, owner);
}

/* A chunk of a bulk look-up. */
struct bulk {
	__u32 *ids;
	size_t n;
	__u64 generation;
	__u64 epoch;
};

static int take_ids(struct hashring *h, struct nlmsghdr *nlh, void *arg)
{
	struct nlattr *tb[HASHRING_A_LOOKUP_MAX + 1];
	struct bulk *bulk = arg;
	struct nlattr *owners;
	int err;

	err = parse_message(h, nlh, tb, HASHRING_A_LOOKUP_MAX);
	if (err)
		return err;
	owners = tb[HASHRING_A_LOOKUP_OWNERS];
	if (!owners || nla_len(owners) != (int)(bulk->n * sizeof(*bulk->ids)))
		return hr_error(h, -EBADMSG, "a malformed message");
	memcpy(bulk->ids, nla_data(owners), nla_len(owners));
	bulk->generation = attr_u64(tb[HASHRING_A_LOOKUP_GENERATION]);
	bulk->epoch = attr_u64(tb[HASHRING_A_LOOKUP_EPOCH]);
	return 0;
}

/**
 * hashring_lookup_bulk() - the owners of many positions
 * @h: the connection
 * @ring: the ring
 * @positions: any number of them; HASHRING_LOOKUP_MAX go in one message
 * @ids: set: the owner's id for each, 0 without an owner
 * @n: number of @positions
 * @generation: set to the generation of all @ids
 *
 * Return: 0; -ESTALE when the ring changed between messages, or a migration was
 * stepped, so that @ids are of two maps; another negative errno.
 */
int hashring_lookup_bulk(struct hashring *h, const char *ring,
			 const __u32 *positions, __u32 *ids, size_t n,
			 __u64 *generation)
{
	struct request req;
	__u64 epoch = 0;
	size_t done;
	int err;

	for (done = 0; done < n; ) {
		struct bulk bulk = { .ids = ids + done, .n = n - done };

		if (bulk.n > HASHRING_LOOKUP_MAX)
			bulk.n = HASHRING_LOOKUP_MAX;
		request_begin(h, &req, HASHRING_CMD_LOOKUP);
		request_string(&req, HASHRING_A_LOOKUP_RING, ring);
		request_data(&req, HASHRING_A_LOOKUP_POSITIONS,
			     positions + done,
			     bulk.n * sizeof(*positions));
		err = request_do(&req, take_ids, &bulk);
		if (err)
			return err;
		if (done && bulk.generation != *generation)
			return hr_error(h, -ESTALE,
					"the ring went from generation %llu to %llu meanwhile",
					*generation, bulk.generation);
		if (done && bulk.epoch != epoch)
			return hr_error(h, -ESTALE,
					"the migration was stepped meanwhile");
		*generation = bulk.generation;
		epoch = bulk.epoch;
		done += bulk.n;
	}
	return 0;
}
