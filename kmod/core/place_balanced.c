// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nodes share out a grid of cells by weight, as evenly as whole cells allow.
 * Which cells a node has depends on the changes so far; how many it has does
 * not.
 */
#include <linux/types.h>

#include "place.h"

const struct hr_place_ops hr_place_balanced = {
	.name = "balanced",
	.takes_cells = true,
	.lay = hr_place_grid,
};
