/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The configuration of a ring: what is fixed when the ring is made.
 */
#ifndef HASHRING_CORE_CONFIG_H
#define HASHRING_CORE_CONFIG_H

#include "key.h"

#define HR_DEFAULT_POINTS	160	/* for a unit of weight */
#define HR_DEFAULT_GRID		65536
#define HR_MIN_GRID		1024

struct hr_error;
struct hr_place_ops;

/**
 * struct hr_config - what is fixed when a ring is made
 * @place: the placement policy
 * @points: with hashed placement: points for each @per units of weight, 1 to
 *	HR_MAX_POINTS
 * @per: see @points; 1 to HR_MAX_WEIGHT
 * @grid: with balanced placement: number of cells, a power of two, HR_MIN_GRID
 *	to HR_MAX_GRID; else 0
 * @seed: what @keys derive from
 * @keys: hash keys for points, keys and flows
 */
struct hr_config {
	const struct hr_place_ops *place;
	u32 points;
	u32 per;
	u32 grid;
	u8 seed[HR_SEED_LEN];
	struct hr_keys keys;
};

void hr_config_default(struct hr_config *cfg, const struct hr_place_ops *place);
int hr_config_check(const struct hr_config *cfg, struct hr_error *err);
void hr_config_seed(struct hr_config *cfg, const u8 seed[HR_SEED_LEN]);

#endif
