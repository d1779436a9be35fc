// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys, positions and points compared with published and independent vectors.
 */
#include <linux/kernel.h>
#include <linux/siphash.h>

#include "suites.h"
#include "unit.h"
#include "vectors.h"

/* The first vectors of the SipHash reference: key 00..0f, input 00..n-1. */
static const u64 published[] = {
	0x726fdb47dd0e0e31ULL, 0x74f839c593dc67fdULL, 0x0d6c8009d9a94f5aULL,
	0x85676696d7fb7e2dULL, 0xcf2794e0277187b7ULL, 0x18765564cd99a68dULL,
	0xcbc9466e58fee3ceULL, 0xab0200f58b01d137ULL, 0x93f5f5799a932462ULL,
	0x9e0082df0ba9e4b0ULL, 0x7a5dbbc594ddb9f3ULL, 0xf4b32f46226bada7ULL,
	0x751e8fbc860ee5fbULL, 0x14ea5627c0843d90ULL, 0xf723ca908e7af2eeULL,
	0xa129ca6149be45e5ULL, 0x3f2acc7f57c29bdbULL,
};

static void published_siphash(struct kunit *test)
{
	const siphash_key_t key = { {
		0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL,
	} };
	u8 input[24];
	u32 i;

	for (i = 0; i < sizeof(input); i++)
		input[i] = i;
	for (i = 0; i < ARRAY_SIZE(published); i++)
		KUNIT_ASSERT_EQ(test, siphash(input, i, &key), published[i]);
	KUNIT_ASSERT_EQ(test,
			siphash_2u64(0x0706050403020100ULL,
				     0x0f0e0d0c0b0a0908ULL, &key),
			published[16]);
	KUNIT_ASSERT_EQ(test,
			siphash_3u64(0x0706050403020100ULL,
				     0x0f0e0d0c0b0a0908ULL,
				     0x1716151413121110ULL, &key),
			siphash(input, 24, &key));
}

static void keys_of_seeds(struct kunit *test)
{
	struct hr_keys keys;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(vector_keys); i++) {
		hr_keys_derive(&keys, (const u8 *)vector_keys[i].seed);
		KUNIT_ASSERT_MEMEQ(test, keys.place.key, vector_keys[i].place,
				   16);
		KUNIT_ASSERT_MEMEQ(test, keys.flow.key, vector_keys[i].flow,
				   16);
	}
}

static void vector_config(struct hr_config *cfg)
{
	memset(cfg, 0, sizeof(*cfg));
	memcpy(cfg->seed, vector_keys[0].seed, HR_SEED_LEN);
	hr_keys_derive(&cfg->keys, cfg->seed);
}

static void positions_of_keys(struct kunit *test)
{
	struct hr_config cfg;
	u32 i;

	vector_config(&cfg);
	for (i = 0; i < ARRAY_SIZE(vector_key); i++)
		KUNIT_ASSERT_EQ(test,
				hr_key_position(&cfg.keys, vector_key[i].key,
						strlen(vector_key[i].key)),
				vector_key[i].position);
}

static void points_of_seats(struct kunit *test)
{
	struct hr_node node = { .attrs.weight = 1, .slot = 7 };
	struct hr_point points[4];
	struct hr_config cfg;
	u32 i, k;

	vector_config(&cfg);
	cfg.points = 4;
	cfg.per = 1;
	for (i = 0; i < ARRAY_SIZE(vector_points); i++) {
		strscpy(node.seat, vector_points[i].seat, sizeof(node.seat));
		KUNIT_ASSERT_EQ(test, hr_place_hash.count(&cfg, &node), 4);
		hr_place_hash.fill(&cfg, &node, points);
		for (k = 0; k < 4; k++) {
			KUNIT_ASSERT_EQ(test, points[k].pos,
					vector_points[i].position[k]);
			KUNIT_ASSERT_EQ(test, points[k].slot, 7);
		}
	}
}

static void numbers_of_points(struct kunit *test)
{
	static const struct {
		u32 points, per, weight, count;
	} rounded[] = {
		{ 160, 1, 1, 160 }, { 160, 1, 1000, 160000 },
		{ 1, 1000, 1, 1 }, { 1, 1000, 1000, 1 }, { 1, 3, 4, 1 },
		{ 1, 3, 5, 2 }, { 1, 2, 3, 2 }, { 10, 4, 1, 3 },
		{ 16777216, 1, 1, 16777216 },
	};
	struct hr_node node = {};
	struct hr_config cfg = {};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rounded); i++) {
		cfg.points = rounded[i].points;
		cfg.per = rounded[i].per;
		node.attrs.weight = rounded[i].weight;
		KUNIT_ASSERT_EQ(test, hr_place_hash.count(&cfg, &node),
				rounded[i].count);
	}
	/*
	 * A count beyond the limit does not overflow, so that the caller sees
	 * it.
	 */
	cfg.points = 16777216;
	cfg.per = 1;
	node.attrs.weight = 1000;
	KUNIT_ASSERT_EQ(test, hr_place_hash.count(&cfg, &node), 16777216000ULL);
}

static void vector_to_flow(const struct vector_flow *v, struct hr_flow *flow)
{
	u32 len = v->family == 6 ? 16 : 4;

	/* Bytes outside of an IPv4 flow must not count. */
	memset(flow, 0xa5, sizeof(*flow));
	flow->family = v->family;
	flow->protocol = v->protocol;
	flow->sport[0] = v->sport >> 8;
	flow->sport[1] = v->sport;
	flow->dport[0] = v->dport >> 8;
	flow->dport[1] = v->dport;
	memcpy(flow->saddr, v->saddr, len);
	memcpy(flow->daddr, v->daddr, len);
}

static void positions_of_flows(struct kunit *test)
{
	struct hr_config cfg;
	struct hr_flow flow;
	u32 i, policy;

	vector_config(&cfg);
	for (i = 0; i < ARRAY_SIZE(vector_flow); i++) {
		vector_to_flow(&vector_flow[i], &flow);
		for (policy = 0; policy < 3; policy++)
			KUNIT_ASSERT_EQ(test,
					hr_flow_position(&cfg.keys, policy,
							 &flow),
					vector_flow[i].position[policy]);
	}
}

/* Only under the symmetric policy a flow and its reply have one position. */
static void both_directions(struct kunit *test)
{
	struct unit_random random = { 11 };
	struct hr_flow flow, back;
	struct hr_config cfg;
	u32 i, k, there, again;

	vector_config(&cfg);
	for (i = 0; i < 1000; i++) {
		for (k = 0; k < sizeof(flow); k++)
			((u8 *)&flow)[k] = unit_random(&random);
		flow.family = i & 1 ? 4 : 6;
		back = flow;
		memcpy(back.saddr, flow.daddr, 16);
		memcpy(back.daddr, flow.saddr, 16);
		memcpy(back.sport, flow.dport, 2);
		memcpy(back.dport, flow.sport, 2);
		there = hr_flow_position(&cfg.keys, HASHRING_KEY_5TUPLE_SYM,
					 &flow);
		again = hr_flow_position(&cfg.keys, HASHRING_KEY_5TUPLE_SYM,
					 &back);
		KUNIT_ASSERT_EQ(test, there, again);
		KUNIT_ASSERT_NE(test, hr_flow_turns(&flow),
				hr_flow_turns(&back));
		there = hr_flow_position(&cfg.keys, HASHRING_KEY_5TUPLE, &flow);
		again = hr_flow_position(&cfg.keys, HASHRING_KEY_5TUPLE, &back);
		KUNIT_ASSERT_NE(test, there, again);
	}
}

static void placements(struct kunit *test)
{
	KUNIT_ASSERT_PTR_EQ(test, hr_place_by_kind(HASHRING_PLACEMENT_HASH),
			    &hr_place_hash);
	KUNIT_ASSERT_PTR_EQ(test, hr_place_by_kind(HASHRING_PLACEMENT_EXPLICIT),
			    &hr_place_explicit);
	KUNIT_ASSERT_PTR_EQ(test, hr_place_by_kind(HASHRING_PLACEMENT_BALANCED),
			    &hr_place_balanced);
	KUNIT_ASSERT_NULL(test, hr_place_by_kind(3));
	KUNIT_ASSERT_NULL(test, hr_place_by_kind(U32_MAX));
	KUNIT_ASSERT_EQ(test, hr_place_kind(&hr_place_hash),
			HASHRING_PLACEMENT_HASH);
	KUNIT_ASSERT_EQ(test, hr_place_kind(&hr_place_explicit),
			HASHRING_PLACEMENT_EXPLICIT);
	KUNIT_ASSERT_EQ(test, hr_place_kind(&hr_place_balanced),
			HASHRING_PLACEMENT_BALANCED);
}

static struct kunit_case key_cases[] = {
	KUNIT_CASE(published_siphash),
	KUNIT_CASE(keys_of_seeds),
	KUNIT_CASE(positions_of_keys),
	KUNIT_CASE(points_of_seats),
	KUNIT_CASE(numbers_of_points),
	KUNIT_CASE(positions_of_flows),
	KUNIT_CASE(both_directions),
	KUNIT_CASE(placements),
	{}
};

struct kunit_suite key_suite = {
	.name = "hashring_key",
	.test_cases = key_cases,
};
