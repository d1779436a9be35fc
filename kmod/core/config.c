// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configuration of a ring: defaults, checks, the seed.
 */
#include <linux/errno.h>
#include <linux/string.h>

#include "change.h"
#include "grid.h"
#include "place.h"

/**
 * hr_config_default() - what a ring is made with if nothing else is said
 * @cfg: filled in, but for the seed
 * @place: the policy
 *
 * Context: any.
 */
void hr_config_default(struct hr_config *cfg, const struct hr_place_ops *place)
{
	memset(cfg, 0, sizeof(*cfg));
	cfg->place = place;
	if (place->takes_cells) {
		cfg->grid = HR_DEFAULT_GRID;
	} else if (!place->takes_points) {
		cfg->points = HR_DEFAULT_POINTS;
		cfg->per = 1;
	}
}

/**
 * hr_config_check() - whether a ring can be made so
 * @cfg: placement, points, per and grid
 * @err: filled in if not; its part is HASHRING_A_RING_*
 *
 * Context: any.
 * Return: 0; -EINVAL (the placement has no such thing); -ERANGE.
 */
int hr_config_check(const struct hr_config *cfg, struct hr_error *err)
{
	bool hashed = !cfg->place->takes_points && !cfg->place->takes_cells;
	const char *bad;

	if (!hashed && (cfg->points || cfg->per))
		return hr_refuse(err, U32_MAX, cfg->points ?
				 HASHRING_A_RING_POINTS : HASHRING_A_RING_PER,
				 -EINVAL,
				 "points and per are not for this placement",
				 ": %s", cfg->place->name);
	if (hashed && (!cfg->points || cfg->points > HR_MAX_POINTS))
		return hr_refuse(err, U32_MAX, HASHRING_A_RING_POINTS, -ERANGE,
				 "points is out of range", ": %u, not 1 to %u",
				 cfg->points, HR_MAX_POINTS);
	if (hashed && (!cfg->per || cfg->per > HR_MAX_WEIGHT))
		return hr_refuse(err, U32_MAX, HASHRING_A_RING_PER, -ERANGE,
				 "per is out of range", ": %u, not 1 to %u",
				 cfg->per, HR_MAX_WEIGHT);
	if (!cfg->place->takes_cells) {
		if (!cfg->grid)
			return 0;
		return hr_refuse(err, U32_MAX, HASHRING_A_RING_GRID, -EINVAL,
				 "a grid is not for this placement",
				 ": %s", cfg->place->name);
	}
	bad = hr_grid_check(cfg->grid);
	if (bad)
		return hr_refuse_as(err, U32_MAX, HASHRING_A_RING_GRID, -ERANGE,
				    bad, "%s: not %u", bad, cfg->grid);
	return 0;
}

/**
 * hr_config_seed() - the seed, and the keys that derive from the seed
 * @cfg: its seed and keys are set
 * @seed: any bytes
 *
 * Context: any.
 */
void hr_config_seed(struct hr_config *cfg, const u8 seed[HR_SEED_LEN])
{
	memcpy(cfg->seed, seed, sizeof(cfg->seed));
	hr_keys_derive(&cfg->keys, cfg->seed);
}
