// SPDX-License-Identifier: GPL-2.0-only
/* The configuration of a ring: defaults, limits, and each refusal. */
#include "suites.h"
#include "unit.h"

static const struct hr_place_ops *const places[] = {
	&hr_place_hash, &hr_place_explicit, &hr_place_balanced,
};

static void defaults(struct kunit *test)
{
	struct hr_config cfg;
	struct hr_error err;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		bool hashed = places[i] == &hr_place_hash;
		bool cells = places[i] == &hr_place_balanced;

		memset(&cfg, 0xff, sizeof(cfg));
		hr_config_default(&cfg, places[i]);
		KUNIT_ASSERT_PTR_EQ(test, cfg.place, places[i]);
		KUNIT_ASSERT_EQ(test, cfg.points, hashed ? HR_DEFAULT_POINTS : 0);
		KUNIT_ASSERT_EQ(test, cfg.per, hashed ? 1 : 0);
		KUNIT_ASSERT_EQ(test, cfg.grid, cells ? HR_DEFAULT_GRID : 0);
		KUNIT_ASSERT_EQ(test, hr_config_check(&cfg, &err), 0);
	}
}

static void refuse(struct kunit *test, const struct hr_config *cfg, int want,
		   u32 part, const char *text)
{
	struct hr_error err;

	KUNIT_ASSERT_EQ(test, hr_config_check(cfg, &err), want);
	KUNIT_ASSERT_EQ(test, err.part, part);
	KUNIT_ASSERT_EQ(test, err.op, U32_MAX);
	KUNIT_ASSERT_STREQ(test, err.text, text);
}

static void hashed(struct kunit *test)
{
	struct hr_config cfg;
	struct hr_error err;

	hr_config_default(&cfg, &hr_place_hash);
	cfg.points = HR_MAX_POINTS;
	cfg.per = HR_MAX_WEIGHT;
	KUNIT_ASSERT_EQ(test, hr_config_check(&cfg, &err), 0);
	cfg.points = 1;
	KUNIT_ASSERT_EQ(test, hr_config_check(&cfg, &err), 0);
	cfg.points = 0;
	refuse(test, &cfg, -ERANGE, HASHRING_A_RING_POINTS,
	       "points is out of range: 0, not 1 to 16777216");
	cfg.points = HR_MAX_POINTS + 1;
	refuse(test, &cfg, -ERANGE, HASHRING_A_RING_POINTS,
	       "points is out of range: 16777217, not 1 to 16777216");
	cfg.points = 1;
	cfg.per = 0;
	refuse(test, &cfg, -ERANGE, HASHRING_A_RING_PER,
	       "per is out of range: 0, not 1 to 1000");
	cfg.per = HR_MAX_WEIGHT + 1;
	refuse(test, &cfg, -ERANGE, HASHRING_A_RING_PER,
	       "per is out of range: 1001, not 1 to 1000");
	cfg.per = 1;
	cfg.grid = HR_MIN_GRID;
	refuse(test, &cfg, -EINVAL, HASHRING_A_RING_GRID,
	       "a grid is not for this placement: hash");
}

static void not_hashed(struct kunit *test)
{
	struct hr_config cfg;

	hr_config_default(&cfg, &hr_place_explicit);
	cfg.points = 1;
	cfg.per = 1;
	refuse(test, &cfg, -EINVAL, HASHRING_A_RING_POINTS,
	       "points and per are not for this placement: explicit");
	hr_config_default(&cfg, &hr_place_balanced);
	cfg.per = 1;
	refuse(test, &cfg, -EINVAL, HASHRING_A_RING_PER,
	       "points and per are not for this placement: balanced");
	hr_config_default(&cfg, &hr_place_explicit);
	cfg.grid = HR_MIN_GRID;
	refuse(test, &cfg, -EINVAL, HASHRING_A_RING_GRID,
	       "a grid is not for this placement: explicit");
}

static void grids(struct kunit *test)
{
	static const u32 bad[] = {
		0, HR_MIN_GRID / 2, HR_MIN_GRID + 1, 2 * HR_MAX_GRID,
	};
	struct hr_config cfg;
	struct hr_error err;
	char text[128];
	u32 i;

	hr_config_default(&cfg, &hr_place_balanced);
	for (cfg.grid = HR_MIN_GRID; cfg.grid <= HR_MAX_GRID; cfg.grid *= 2)
		KUNIT_ASSERT_EQ(test, hr_config_check(&cfg, &err), 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		cfg.grid = bad[i];
		snprintf(text, sizeof(text),
			 "a grid has 1024 to 1048576 cells, a power of two: not %u",
			 bad[i]);
		refuse(test, &cfg, -ERANGE, HASHRING_A_RING_GRID, text);
	}
}

static void seeds(struct kunit *test)
{
	static const u8 seed[HR_SEED_LEN] = "configuration 16";
	struct hr_config cfg;
	struct hr_keys keys;

	hr_config_default(&cfg, &hr_place_hash);
	hr_config_seed(&cfg, seed);
	hr_keys_derive(&keys, seed);
	KUNIT_ASSERT_MEMEQ(test, cfg.seed, seed, sizeof(seed));
	KUNIT_ASSERT_MEMEQ(test, &cfg.keys, &keys, sizeof(keys));
}

static struct kunit_case config_cases[] = {
	KUNIT_CASE(defaults),
	KUNIT_CASE(hashed),
	KUNIT_CASE(not_hashed),
	KUNIT_CASE(grids),
	KUNIT_CASE(seeds),
	{}
};

struct kunit_suite config_suite = {
	.name = "hashring_config",
	.test_cases = config_cases,
};
