// SPDX-License-Identifier: GPL-2.0-only
/*
 * Chains of tracked flows are as long as chance makes them, for any choice of
 * flows by senders. The hashes are the module's own.
 */
#include "suites.h"
#include "track/key.h"
#include "unit.h"

/*
 * As many flows as chains: of a million chains practically none has more than
 * 15.
 */
#define CHAIN_FLOWS	UNIT_ROUNDS(1u << 20)
#define CHAIN_MOST	15

/* The chains of a pool while flows are added. */
struct chains {
	struct hr_keys keys;
	u64 secret;
	u32 mask;
	u8 *length;
	u32 longest;
};

static void chains_init(struct kunit *test, struct chains *chains)
{
	static const u8 seed[HR_SEED_LEN] = "tracked flows 16";
	u32 n = 1;

	while (n < CHAIN_FLOWS)
		n *= 2;
	hr_keys_derive(&chains->keys, seed);
	chains->secret = 0x9d5c8a7f1b3e6024ULL | 1;
	chains->mask = n - 1;
	chains->length = unit_alloc(test, n, sizeof(*chains->length));
	chains->longest = 0;
}

static u64 chain_hash(const struct chains *chains,
		      enum hashring_key_policy policy,
		      const struct hr_flow *flow)
{
	return hr_flow_hash(&chains->keys, hr_track_policy(policy), flow);
}

static void chain_add(struct chains *chains, u64 hash)
{
	u32 i = hr_track_hash(hash, chains->secret) & chains->mask;

	if (++chains->length[i] > chains->longest)
		chains->longest = chains->length[i];
}

static void put32(u8 *to, u32 value)
{
	to[0] = value >> 24;
	to[1] = value >> 16;
	to[2] = value >> 8;
	to[3] = value;
}

enum craft { CRAFT_DESTINATION, CRAFT_PORTS, CRAFT_RANDOM };

static void flow_craft(struct hr_flow *flow, enum craft craft, u8 family,
		       u8 protocol, u32 i)
{
	struct unit_random random = { i };
	const u32 last = family == 4 ? 0 : 12;

	memset(flow, 0, sizeof(*flow));
	flow->family = family;
	flow->protocol = protocol;
	put32(flow->saddr + last, 0xc6120009);
	put32(flow->daddr + last, 0xc000020a);
	switch (craft) {
	case CRAFT_DESTINATION:
		put32(flow->daddr + last, 0xc0000000 ^ i);
		break;
	case CRAFT_PORTS:
		put32(flow->ports, i);
		break;
	case CRAFT_RANDOM:
		put32(flow->saddr + last, unit_random(&random));
		put32(flow->daddr + last, unit_random(&random));
		break;
	}
}

static u32 longest(struct kunit *test, enum hashring_key_policy policy,
		   enum craft craft, u8 family, u8 protocol)
{
	struct chains chains;
	struct hr_flow flow;
	u32 i;

	chains_init(test, &chains);
	for (i = 0; i < CHAIN_FLOWS; i++) {
		flow_craft(&flow, craft, family, protocol, i);
		chain_add(&chains, chain_hash(&chains, policy, &flow));
		if (!(i & 0xffff))
			cond_resched();
	}
	return chains.longest;
}

/* A protocol with ports, and a protocol without ports. */
static void crafted_flows(struct kunit *test)
{
	static const u8 protocols[] = { 17, 253 };
	u8 policy, family, p;

	for (policy = HASHRING_KEY_SOURCE; policy <= HASHRING_KEY_5TUPLE_SYM;
	     policy++)
		for (family = 4; family <= 6; family += 2)
			for (p = 0; p < ARRAY_SIZE(protocols); p++) {
				u32 by_daddr, by_ports = 0, random;

				by_daddr = longest(test, policy,
						   CRAFT_DESTINATION, family,
						   protocols[p]);
				if (!p)
					by_ports = longest(test, policy,
							   CRAFT_PORTS, family,
							   protocols[p]);
				random = longest(test, policy, CRAFT_RANDOM,
						 family, protocols[p]);
				kunit_info(test,
					   "policy %u, IPv%u, protocol %u: longest chain of %u flows by destination %u, by ports %u; random %u\n",
					   policy, family, protocols[p],
					   CHAIN_FLOWS, by_daddr, by_ports,
					   random);
				KUNIT_ASSERT_LE(test, by_daddr, CHAIN_MOST);
				KUNIT_ASSERT_LE(test, by_ports, CHAIN_MOST);
			}
}

/*
 * A local user can look positions up, and choose flows with equal low bits of
 * the position. A user with the ring's seed can choose flows with equal hashes.
 */
static void chosen_flows(struct kunit *test)
{
	const u32 shared = 0x3f;
	u32 half;

	for (half = 0; half < 2; half++) {
		struct chains chains;
		struct hr_flow flow;
		u32 i;

		chains_init(test, &chains);
		chains.mask = (chains.mask + 1) / (shared + 1) - 1;
		for (i = 0; i < CHAIN_FLOWS; i++) {
			u64 hash;

			flow_craft(&flow, CRAFT_PORTS, 4, 17, i);
			hash = chain_hash(&chains, HASHRING_KEY_5TUPLE, &flow);
			if (!((hash >> 32 * half) & shared))
				chain_add(&chains, hash);
			if (!(i & 0xffff))
				cond_resched();
		}
		kunit_info(test,
			   "flows with 6 bits of the %s half in common: longest chain %u\n",
			   half ? "high" : "low", chains.longest);
		KUNIT_ASSERT_LE(test, chains.longest, CHAIN_MOST);
	}
}

static struct kunit_case track_cases[] = {
	KUNIT_CASE(crafted_flows),
	KUNIT_CASE(chosen_flows),
	{}
};

struct kunit_suite track_suite = {
	.name = "hashring_track",
	.test_cases = track_cases,
};
