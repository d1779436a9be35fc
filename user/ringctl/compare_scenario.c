// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cases of a document that many know, "Redistribution Efficiency in
 * Consistent Hashing", and what it says of them: the figures that its own
 * arithmetic gives. Where that errs, a note says so.
 */
#include <stdlib.h>

#include "compare.h"
#include "position.h"

#define MODULO_SHARE	0.8	/* of the keys, for any number of nodes */
#define RANGE_SHARE	0.25
#define LINK_USE	0.7	/* of a link's speed */

#define RING		&sim_ring_hash
#define MD5_RING	&sim_ring_explicit
#define MODULO		&sim_modulo
#define RANGES		&sim_range_split, &sim_range_recut

#define NOTE_EXPECTED	"in expectation only; exact where arcs are cut for it"
#define NOTE_MODULO	"n/(n+1) of the keys move"
#define NOTE_RANGE	"1/2n when the largest is split, 1/2 when all are cut anew"

/* From n nodes to one more. */
static double joined(const struct compare_scenario *s)
{
	return 1.0 / (s->nodes + 1);
}

static void claims_optimal(const struct compare_scenario *s,
			   struct compare_claim *claim)
{
	claim[0] = (struct compare_claim) {
		"keys to move, exactly", CLAIM_KEYS, s->keys * joined(s),
		NOTE_EXPECTED, { MD5_RING, RING },
	};
	/* It calls this efficiency: the due share over what moved. */
	claim[1] = (struct compare_claim) {
		"efficiency", CLAIM_EFFICIENCY, 1.079,
		"above 100% is less balance, not less movement",
		{ MD5_RING, RING },
	};
}

/* The keys that its other rings move, of which it says K/(n+1) too. */
static void claims_keys(const struct compare_scenario *s,
			struct compare_claim *claim)
{
	claim[0] = (struct compare_claim) {
		"keys to move", CLAIM_KEYS, s->keys * joined(s), NOTE_EXPECTED,
		{ MD5_RING, RING },
	};
}

static void claims_compared(const struct compare_scenario *s,
			    struct compare_claim *claim)
{
	claim[0] = (struct compare_claim) {
		"consistent hashing moves", CLAIM_SHARE, joined(s),
		NOTE_EXPECTED, { RING },
	};
	claim[1] = (struct compare_claim) {
		"modulo moves", CLAIM_SHARE, MODULO_SHARE, NOTE_MODULO,
		{ MODULO },
	};
	claim[2] = (struct compare_claim) {
		"ranges move", CLAIM_SHARE, RANGE_SHARE, NOTE_RANGE,
		{ RANGES },
	};
	claim[3] = (struct compare_claim) {
		"less than modulo", CLAIM_LESS_THAN_MODULO,
		MODULO_SHARE / joined(s), NULL, { RING },
	};
	claim[4] = (struct compare_claim) {
		"less than ranges", CLAIM_LESS_THAN_RANGE,
		RANGE_SHARE / joined(s), "here: cut anew", { RING },
	};
}

static void claims_zone(const struct compare_scenario *s,
			struct compare_claim *claim)
{
	claim[0] = (struct compare_claim) {
		"impact zone", CLAIM_SHARE, joined(s), NOTE_EXPECTED,
		{ MD5_RING, RING },
	};
	claim[1] = (struct compare_claim) {
		"localization ratio", CLAIM_LOCALIZATION, 1,
		"one point a node spreads by about 100%",
		{ MD5_RING, RING },
	};
}

static void claims_real(const struct compare_scenario *s,
			struct compare_claim *claim)
{
	double volume = s->keys * joined(s) * s->key_size;
	/* It divides 2^30 bytes by 10^9 bits. */
	double seconds = volume / (1 << 30) / (s->gigabits * LINK_USE);

	claim[0] = (struct compare_claim) {
		"keys to move", CLAIM_KEYS, s->keys * joined(s), NOTE_EXPECTED,
		{ RING },
	};
	claim[1] = (struct compare_claim) {
		"volume", CLAIM_VOLUME, volume, NULL, { RING },
	};
	claim[2] = (struct compare_claim) {
		"transfer", CLAIM_SECONDS, seconds,
		"printed as 0.0 minutes; bytes are 8 bits", { RING },
	};
	claim[3] = (struct compare_claim) {
		"volume by modulo", CLAIM_VOLUME,
		s->keys * MODULO_SHARE * s->key_size, NOTE_MODULO, { MODULO },
	};
	claim[4] = (struct compare_claim) {
		"transfer by modulo", CLAIM_SECONDS,
		seconds * MODULO_SHARE / joined(s), "bytes are 8 bits",
		{ MODULO },
	};
	claim[5] = (struct compare_claim) {
		"faster than modulo", CLAIM_LESS_THAN_MODULO,
		MODULO_SHARE / joined(s), NULL, { RING },
	};
}

static void claims_live(const struct compare_scenario *s,
			struct compare_claim *claim)
{
	claim[0] = (struct compare_claim) {
		"keys to move", CLAIM_KEYS, 100000,
		"1/11 of the keys, not 1/10", { RING },
	};
}

static void claims_scale(const struct compare_scenario *s,
			 struct compare_claim *claim)
{
	claim[0] = (struct compare_claim) {
		"consistent hashing moves", CLAIM_SHARE, joined(s),
		NOTE_EXPECTED, { RING },
	};
	claim[1] = (struct compare_claim) {
		"traditional method moves", CLAIM_SHARE, MODULO_SHARE,
		NOTE_MODULO, { MODULO },
	};
	claim[2] = (struct compare_claim) {
		"less movement", CLAIM_LESS_THAN_MODULO,
		MODULO_SHARE / joined(s), NULL, { RING },
	};
}

/* name, title, nodes, names, the first, keys, their size, Gbit/s, counted, claims */
#define SCENARIOS(X)							\
	X("optimal", "Optimal movement", 4, "node_%u", 0, 10000, 0, 0,	\
	  true, claims_optimal)						\
	X("small", "Small system", 5, "node_%u", 0, 10000, 2048, 0,	\
	  false, claims_compared)					\
	X("medium", "Medium system", 50, "node_%u", 0, 100000, 2048, 0,	\
	  false, claims_compared)					\
	X("large", "Large system", 500, "node_%u", 0, 1000000, 2048, 0,	\
	  false, claims_compared)					\
	X("zone-3", "Localized impact, 3 nodes", 3, "%c", 'A', 0, 0, 0,	\
	  false, claims_zone)						\
	X("zone-5", "Localized impact, 5 nodes", 5, "%c", 'A', 0, 0, 0,	\
	  false, claims_zone)						\
	X("zone-10", "Localized impact, 10 nodes", 10, "Node%u", 0, 0,	\
	  0, 0, false, claims_zone)					\
	X("zone-100", "Localized impact, 100 nodes", 100, "Node%u", 0,	\
	  0, 0, 0, false, claims_zone)					\
	X("ecommerce", "E-commerce peak traffic scaling", 50,		\
	  "node_%u", 0, 10000000, 2048, 10, false, claims_real)		\
	X("social", "Social media cache expansion", 200, "node_%u", 0,	\
	  100000000, 1024, 40, false, claims_real)			\
	X("gaming", "Gaming session storage", 20, "node_%u", 0,		\
	  1000000, 5120, 25, false, claims_real)			\
	X("incremental", "Incremental migration", 4, "node_%u", 0,	\
	  100000, 0, 0, true, claims_keys)				\
	X("live", "Live migration", 10, "node_%u", 0, 1000000, 0, 0,	\
	  false, claims_live)						\
	X("scale-100", "Small-medium system", 100, "node_%u", 0,	\
	  1000000, 0, 0, false, claims_scale)				\
	X("scale-1000", "Large system", 1000, "node_%u", 0, 100000000,	\
	  0, 0, false, claims_scale)					\
	X("scale-10000", "Internet scale", 10000, "node_%u", 0,		\
	  10000000000ULL, 0, 0, false, claims_scale)

#define SCENARIO_ROW(...)	{ __VA_ARGS__ },
#define SCENARIO_NAME(name, ...)	name,

static const struct compare_scenario scenarios[] = {
	SCENARIOS(SCENARIO_ROW)
};

#define NR_SCENARIOS	(sizeof(scenarios) / sizeof(*scenarios))

const char *const compare_scenarios[] = {
	"all", SCENARIOS(SCENARIO_NAME) NULL
};

/* One of the table, by its place in compare_scenarios; NULL at the end. */
const struct compare_scenario *compare_scenario(__u32 i)
{
	return i && i <= NR_SCENARIOS ? &scenarios[i - 1] : NULL;
}

/* Where the document's own keys are: key_0 and so on, by MD5. */
static __u32 *md5_keys(__u64 nr)
{
	const struct positioner md5 = { .hash = POSITION_MD5 };
	__u32 *pos = malloc(nr * sizeof(*pos));
	char key[32];
	__u64 i;

	for (i = 0; pos && i < nr; i++)
		pos[i] = position_of(&md5, key, sprintf(key, "key_%llu", i));
	return pos;
}

/**
 * compare_scenario_begin() - the case that a scenario is
 * @s: the scenario
 * @c: its nodes, keys and claims are set
 * @list: filled in with its nodes; to be released after the case
 * @keys: set to positions, to be freed after the case
 *
 * Return: an exit status; errors are told.
 */
int compare_scenario_begin(const struct compare_scenario *s, struct compare *c,
			   struct compare_list *list, __u32 **keys)
{
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
	c->scenario = s->name;
	c->title = s->title;
	c->keys = s->keys;
	c->key_size = s->key_size;
	c->bits_per_second = s->gigabits * 1e9 * LINK_USE;
	c->pos = *keys;
	s->claims(s, c->claim);
	return EXIT_DONE;
}
