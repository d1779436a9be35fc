// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cases of the well-known document "Redistribution Efficiency in Consistent
 * Hashing", and its claims: the figures that the document's own arithmetic
 * gives. A note marks an error of that arithmetic.
 */
#include <stdlib.h>

#include "compare.h"
#include "cli/keys/position.h"

#define MODULO_SHARE	0.8	/* of the keys, for any number of nodes */
#define RANGE_SHARE	0.25
#define LINK_USE	0.7	/* the used part of a link's speed */

/* The rings of claims about consistent hashing: all, or evenly spread ones. */
#define ALL_RINGS	{ &sim_ring_explicit, &sim_ring_hash, &sim_ring_balanced }
#define SPREAD_RINGS	{ &sim_ring_hash, &sim_ring_balanced }

#define NOTE_EXPECTED	"in expectation only; exact where arcs are cut for it"
#define NOTE_MODULO	"n/(n+1) of the keys move"
#define NOTE_RANGE	"1/2n when the largest is split, 1/2 when all are cut anew"

/**
 * struct compare_scenario - a case of a document, one node joining
 * @title: the document's name for it
 * @nodes: number of nodes before
 * @format: format of the nodes' names
 * @first: number in the first name
 * @keys: number of keys; 0: the document has none
 * @key_size: bytes of each key
 * @gigabits: speed of the link, in 10^9 bits a second
 * @counted: the document's own keys are counted
 * @claims: fills in the document's claims, at most COMPARE_CLAIMS - 1
 */
struct compare_scenario {
	const char *title;
	__u32 nodes;
	const char *format;
	__u32 first;
	__u64 keys;
	__u64 key_size;
	__u32 gigabits;
	bool counted;
	void (*claims)(const struct compare_scenario *s,
		       struct compare_claim *claim);
};

/* The share that moves from n nodes to one more. */
static double joined(const struct compare_scenario *s)
{
	return 1.0 / (s->nodes + 1);
}

static void claims_optimal(const struct compare_scenario *s,
			   struct compare_claim *claim)
{
	claim[0] = (struct compare_claim) {
		"keys to move, exactly", CLAIM_KEYS, s->keys * joined(s),
		NOTE_EXPECTED, ALL_RINGS,
	};
	/* The document's efficiency: the due share over the moved share. */
	claim[1] = (struct compare_claim) {
		"efficiency", CLAIM_EFFICIENCY, 1.079,
		"above 100% is less balance, not less movement",
		ALL_RINGS,
	};
}

/* The document claims K/(n+1) moved keys for its other rings too. */
static void claims_keys(const struct compare_scenario *s,
			struct compare_claim *claim)
{
	claim[0] = (struct compare_claim) {
		"keys to move", CLAIM_KEYS, s->keys * joined(s), NOTE_EXPECTED,
		ALL_RINGS,
	};
}

static void claims_compared(const struct compare_scenario *s,
			    struct compare_claim *claim)
{
	const double volume = s->keys * s->key_size;

	claim[0] = (struct compare_claim) {
		"consistent hashing moves", CLAIM_SHARE, joined(s),
		NOTE_EXPECTED, SPREAD_RINGS,
	};
	claim[1] = (struct compare_claim) {
		"modulo moves", CLAIM_SHARE, MODULO_SHARE, NOTE_MODULO,
		{ &sim_modulo },
	};
	claim[2] = (struct compare_claim) {
		"ranges move", CLAIM_SHARE, RANGE_SHARE, NOTE_RANGE,
		{ &sim_range_split, &sim_range_recut },
	};
	claim[3] = (struct compare_claim) {
		"less than modulo", CLAIM_LESS_THAN_MODULO,
		MODULO_SHARE / joined(s), NULL, SPREAD_RINGS,
	};
	claim[4] = (struct compare_claim) {
		"less than ranges", CLAIM_LESS_THAN_RANGE,
		RANGE_SHARE / joined(s), "here: cut anew", SPREAD_RINGS,
	};
	claim[5] = (struct compare_claim) {
		"volume", CLAIM_VOLUME, volume * joined(s), NULL, SPREAD_RINGS,
	};
	claim[6] = (struct compare_claim) {
		"volume by modulo", CLAIM_VOLUME, volume * MODULO_SHARE, NULL,
		{ &sim_modulo },
	};
	claim[7] = (struct compare_claim) {
		"volume by ranges", CLAIM_VOLUME, volume * RANGE_SHARE, NULL,
		{ &sim_range_split, &sim_range_recut },
	};
}

static void claims_zone(const struct compare_scenario *s,
			struct compare_claim *claim)
{
	claim[0] = (struct compare_claim) {
		"impact zone", CLAIM_SHARE, joined(s), NOTE_EXPECTED,
		ALL_RINGS,
	};
	claim[1] = (struct compare_claim) {
		"localization ratio", CLAIM_LOCALIZATION, 1,
		"one point a node spreads by about 100%",
		ALL_RINGS,
	};
}

static void claims_real(const struct compare_scenario *s,
			struct compare_claim *claim)
{
	double volume = s->keys * joined(s) * s->key_size;
	/* The document divides 2^30 bytes by 10^9 bits. */
	double seconds = volume / (1 << 30) / (s->gigabits * LINK_USE);

	claim[0] = (struct compare_claim) {
		"keys to move", CLAIM_KEYS, s->keys * joined(s), NOTE_EXPECTED,
		SPREAD_RINGS,
	};
	claim[1] = (struct compare_claim) {
		"volume", CLAIM_VOLUME, volume, NULL, SPREAD_RINGS,
	};
	claim[2] = (struct compare_claim) {
		"transfer", CLAIM_SECONDS, seconds,
		"printed as 0.0 minutes; bytes are 8 bits", SPREAD_RINGS,
	};
	claim[3] = (struct compare_claim) {
		"volume by modulo", CLAIM_VOLUME,
		s->keys * MODULO_SHARE * s->key_size, NOTE_MODULO, { &sim_modulo },
	};
	claim[4] = (struct compare_claim) {
		"transfer by modulo", CLAIM_SECONDS,
		seconds * MODULO_SHARE / joined(s), "bytes are 8 bits",
		{ &sim_modulo },
	};
	claim[5] = (struct compare_claim) {
		"faster than modulo", CLAIM_LESS_THAN_MODULO,
		MODULO_SHARE / joined(s), NULL, SPREAD_RINGS,
	};
}

static void claims_live(const struct compare_scenario *s,
			struct compare_claim *claim)
{
	claim[0] = (struct compare_claim) {
		"keys to move", CLAIM_KEYS, 100000,
		"1/11 of the keys, not 1/10", SPREAD_RINGS,
	};
}

static void claims_scale(const struct compare_scenario *s,
			 struct compare_claim *claim)
{
	claim[0] = (struct compare_claim) {
		"consistent hashing moves", CLAIM_SHARE, joined(s),
		NOTE_EXPECTED, SPREAD_RINGS,
	};
	claim[1] = (struct compare_claim) {
		"traditional method moves", CLAIM_SHARE, MODULO_SHARE,
		NOTE_MODULO, { &sim_modulo },
	};
	claim[2] = (struct compare_claim) {
		"less movement", CLAIM_LESS_THAN_MODULO,
		MODULO_SHARE / joined(s), NULL, SPREAD_RINGS,
	};
}

/* In the order of compare_scenarios(), without its first word, "all". */
static const struct compare_scenario scenarios[] = {
	{
		.title = "Optimal movement",
		.nodes = 4,
		.format = "node_%u",
		.keys = 10000,
		.counted = true,
		.claims = claims_optimal,
	},
	{
		.title = "Small system",
		.nodes = 5,
		.format = "node_%u",
		.keys = 10000,
		.key_size = 2048,
		.claims = claims_compared,
	},
	{
		.title = "Medium system",
		.nodes = 50,
		.format = "node_%u",
		.keys = 100000,
		.key_size = 2048,
		.claims = claims_compared,
	},
	{
		.title = "Large system",
		.nodes = 500,
		.format = "node_%u",
		.keys = 1000000,
		.key_size = 2048,
		.claims = claims_compared,
	},
	{
		.title = "Localized impact, 3 nodes",
		.nodes = 3,
		.format = "%c",
		.first = 'A',
		.claims = claims_zone,
	},
	{
		.title = "Localized impact, 5 nodes",
		.nodes = 5,
		.format = "%c",
		.first = 'A',
		.claims = claims_zone,
	},
	{
		.title = "Localized impact, 10 nodes",
		.nodes = 10,
		.format = "Node%u",
		.claims = claims_zone,
	},
	{
		.title = "Localized impact, 100 nodes",
		.nodes = 100,
		.format = "Node%u",
		.claims = claims_zone,
	},
	{
		.title = "E-commerce peak traffic scaling",
		.nodes = 50,
		.format = "node_%u",
		.keys = 10000000,
		.key_size = 2048,
		.gigabits = 10,
		.claims = claims_real,
	},
	{
		.title = "Social media cache expansion",
		.nodes = 200,
		.format = "node_%u",
		.keys = 100000000,
		.key_size = 1024,
		.gigabits = 40,
		.claims = claims_real,
	},
	{
		.title = "Gaming session storage",
		.nodes = 20,
		.format = "node_%u",
		.keys = 1000000,
		.key_size = 5120,
		.gigabits = 25,
		.claims = claims_real,
	},
	{
		.title = "Incremental migration",
		.nodes = 4,
		.format = "node_%u",
		.keys = 100000,
		.counted = true,
		.claims = claims_keys,
	},
	{
		.title = "Live migration",
		.nodes = 10,
		.format = "node_%u",
		.keys = 1000000,
		.claims = claims_live,
	},
	{
		.title = "Small-medium system",
		.nodes = 100,
		.format = "node_%u",
		.keys = 1000000,
		.claims = claims_scale,
	},
	{
		.title = "Large system",
		.nodes = 1000,
		.format = "node_%u",
		.keys = 100000000,
		.claims = claims_scale,
	},
	{
		.title = "Internet scale",
		.nodes = 10000,
		.format = "node_%u",
		.keys = 10000000000ULL,
		.claims = claims_scale,
	},
};

const char *compare_scenarios(__u32 value)
{
	static const char *const names[] = {
		"all",
		"optimal",
		"small",
		"medium",
		"large",
		"zone-3",
		"zone-5",
		"zone-10",
		"zone-100",
		"ecommerce",
		"social",
		"gaming",
		"incremental",
		"live",
		"scale-100",
		"scale-1000",
		"scale-10000",
	};

	_Static_assert(sizeof(names) / sizeof(*names) ==
		       sizeof(scenarios) / sizeof(*scenarios) + 1,
		       "every scenario has a name");
	return value < sizeof(names) / sizeof(*names) ? names[value] : NULL;
}

/* The positions of the document's own keys: key_0 and so on, by MD5. */
static __u32 *md5_keys(__u64 nr)
{
	const struct positioner md5 = { .hash = POSITION_MD5 };
	__u32 *pos = malloc(nr * sizeof(*pos));
	char key[32];
	__u64 i;

	if (!pos)
		return NULL;
	for (i = 0; i < nr; i++)
		pos[i] = position_of(&md5, key, sprintf(key, "key_%llu", i));
	return pos;
}

/**
 * compare_scenario_begin() - makes the case of a scenario
 * @which: its index in compare_scenarios(), not 0, which is "all"
 * @c: its nodes, keys and claims are set
 * @list: filled in with its nodes; to be released after the case
 * @keys: set to positions; to be freed after the case
 *
 * Return: an exit status; errors are reported.
 */
int compare_scenario_begin(__u32 which, struct compare *c,
			   struct compare_list *list, __u32 **keys)
{
	const struct compare_scenario *s = &scenarios[which - 1];
	int status = compare_list_make(list, s->format, s->first, s->nodes + 1);

	*keys = NULL;
	if (status)
		return status;
	if (s->counted) {
		*keys = md5_keys(s->keys);
		if (!*keys)
			return fail_memory();
	}
	compare_join(c, list, s->nodes, 1);
	c->scenario = compare_scenarios(which);
	c->title = s->title;
	c->keys = s->keys;
	c->key_size = s->key_size;
	c->bits_per_second = s->gigabits * 1e9 * LINK_USE;
	c->given.nr = s->keys;
	c->given.pos = *keys;
	s->claims(s, c->claim);
	return EXIT_DONE;
}
