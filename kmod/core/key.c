// SPDX-License-Identifier: GPL-2.0-only
#include <asm/byteorder.h>
#include <linux/string.h>

#include "key.h"

/*
 * A flow's bytes under SipHash. A word holds eight of them, the first lowest,
 * so that the hash is the same whatever the machine's own order.
 *
 *	version(1) family(1) protocol(1) 0(1) saddr(4|16)
 *	daddr(4|16) sport(2) dport(2)			not with HASHRING_KEY_SOURCE
 */
#define FLOW_VERSION	1
#define FLOW_HEAD	4

static inline u64 load_le32(const u8 *p)
{
	__le32 word;

	memcpy(&word, p, sizeof(word));
	return le32_to_cpu(word);
}

static inline u64 load_le16(const u8 *p)
{
	return p[0] | p[1] << 8;
}

static u64 load_le64(const u8 *p)
{
	__le64 word;

	memcpy(&word, p, sizeof(word));
	return le64_to_cpu(word);
}

/**
 * hr_keys_derive() - derive the keys from a seed
 * @keys: filled in
 * @seed: the seed
 *
 * Points and flows have keys of their own, so that positions of flows tell
 * nothing of positions of points.
 *
 * Context: any.
 */
void hr_keys_derive(struct hr_keys *keys, const u8 seed[HR_SEED_LEN])
{
	const siphash_key_t key = { {
		load_le64(seed),
		load_le64(seed + 8),
	} };

	keys->place.key[0] = siphash("hashring place 0", 16, &key);
	keys->place.key[1] = siphash("hashring place 1", 16, &key);
	keys->flow.key[0] = siphash("hashring flow 0", 15, &key);
	keys->flow.key[1] = siphash("hashring flow 1", 15, &key);
}

/**
 * hr_key_position() - the position of a key
 * @keys: the ring's
 * @key: its bytes
 * @len: their number
 *
 * Context: any.
 * Return: the position.
 */
u32 hr_key_position(const struct hr_keys *keys, const void *key, size_t len)
{
	return siphash(key, len, &keys->flow);
}

static inline u64 head4(u8 protocol)
{
	return FLOW_VERSION | 4 << 8 | protocol << 16;
}

/* Whether the source, address and port, sorts after the destination. */
static bool source_is_higher(const struct hr_flow *flow, size_t len)
{
	int order = memcmp(flow->saddr, flow->daddr, len);

	if (!order)
		order = memcmp(flow->sport, flow->dport, sizeof(flow->sport));
	return order > 0;
}

/**
 * hr_flow_turns() - the order of a flow's ends where directions are one
 * @flow: the flow
 *
 * Context: any.
 * Return: true if its destination comes first.
 */
bool hr_flow_turns(const struct hr_flow *flow)
{
	return source_is_higher(flow, flow->family == 4 ? 4 : 16);
}

static noinline u64 hash4_sym(const struct hr_keys *keys,
			      const struct hr_flow *flow)
{
	bool turn = source_is_higher(flow, 4);
	u64 src = load_le32(turn ? flow->daddr : flow->saddr);
	u64 dst = load_le32(turn ? flow->saddr : flow->daddr);
	u64 sport = load_le16(turn ? flow->dport : flow->sport);
	u64 dport = load_le16(turn ? flow->sport : flow->dport);

	return siphash_2u64(head4(flow->protocol) | src << 32,
			    dst | sport << 32 | dport << 48, &keys->flow);
}

static inline u64 hash4(const struct hr_keys *keys,
			enum hashring_key_policy policy,
			const struct hr_flow *flow)
{
	u64 src = load_le32(flow->saddr);

	if (policy == HASHRING_KEY_SOURCE)
		return siphash_1u64(head4(0) | src << 32, &keys->flow);
	if (policy == HASHRING_KEY_5TUPLE_SYM)
		return hash4_sym(keys, flow);
	return siphash_2u64(head4(flow->protocol) | src << 32,
			    load_le32(flow->daddr) |
			    (u64)load_le32(flow->ports) << 32, &keys->flow);
}

/* A function of its own, so that its buffer costs IPv4 no stack guard. */
static noinline u64 hash6(const struct hr_keys *keys,
			  enum hashring_key_policy policy,
			  const struct hr_flow *flow)
{
	u8 bytes[40] __aligned(8) = { FLOW_VERSION, 6 };
	bool turn;

	if (policy == HASHRING_KEY_SOURCE) {
		memcpy(bytes + FLOW_HEAD, flow->saddr, 16);
		return siphash(bytes, FLOW_HEAD + 16, &keys->flow);
	}
	bytes[2] = flow->protocol;
	turn = policy == HASHRING_KEY_5TUPLE_SYM && source_is_higher(flow, 16);
	memcpy(bytes + FLOW_HEAD, turn ? flow->daddr : flow->saddr, 16);
	memcpy(bytes + FLOW_HEAD + 16, turn ? flow->saddr : flow->daddr, 16);
	memcpy(bytes + FLOW_HEAD + 32, turn ? flow->dport : flow->sport, 2);
	memcpy(bytes + FLOW_HEAD + 34, turn ? flow->sport : flow->dport, 2);
	return siphash(bytes, sizeof(bytes), &keys->flow);
}

/**
 * hr_flow_hash() - a flow's bytes under SipHash
 * @keys: the ring's
 * @policy: the parts of the flow that count
 * @flow: the flow
 *
 * Context: any; called for every packet.
 * Return: the hash. Its low half is the flow's position, which look-ups tell;
 * the high half is secret.
 */
u64 hr_flow_hash(const struct hr_keys *keys, enum hashring_key_policy policy,
		 const struct hr_flow *flow)
{
	if (likely(flow->family == 4))
		return hash4(keys, policy, flow);
	return hash6(keys, policy, flow);
}
