/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keys and their positions. All hashing is SipHash-2-4 under keys derived from
 * a ring's one seed; the version below is a ring attribute, so that directors
 * of different releases can tell whether they agree.
 */
#ifndef HASHRING_CORE_KEY_H
#define HASHRING_CORE_KEY_H

#include <linux/siphash.h>
#include <linux/types.h>

#include <uapi/linux/hashring.h>

#define HR_ALGORITHM	1	/* version of everything that decides an owner */
#define HR_SEED_LEN	16

/* The two keys that one seed gives. */
struct hr_keys {
	siphash_key_t place;	/* positions of points */
	siphash_key_t flow;	/* positions of keys and flows */
};

/**
 * struct hr_flow - the flow of a packet
 * @family: 4 or 6
 * @protocol: IPPROTO_*
 * @sport: network order; 0 for a protocol without ports
 * @dport: network order
 * @ports: both, as in the packet
 * @saddr: network order; the first 4 bytes with family 4
 * @daddr: as @saddr
 */
struct hr_flow {
	u8 family;
	u8 protocol;
	union {
		struct {
			u8 sport[2];
			u8 dport[2];
		};
		u8 ports[4];
	};
	u8 saddr[16] __aligned(8);
	u8 daddr[16] __aligned(8);
};

void hr_keys_derive(struct hr_keys *keys, const u8 seed[HR_SEED_LEN]);
u32 hr_key_position(const struct hr_keys *keys, const void *key, size_t len);
bool hr_flow_turns(const struct hr_flow *flow);
u64 hr_flow_hash(const struct hr_keys *keys, enum hashring_key_policy policy,
		 const struct hr_flow *flow);

/**
 * hr_flow_position() - the position of a flow
 * @keys: the ring's
 * @policy: the parts of the flow that count
 * @flow: the flow
 *
 * Context: any.
 * Return: the position, the low half of hr_flow_hash().
 */
static inline u32 hr_flow_position(const struct hr_keys *keys,
				   enum hashring_key_policy policy,
				   const struct hr_flow *flow)
{
	return hr_flow_hash(keys, policy, flow);
}

#endif
