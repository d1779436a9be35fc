// SPDX-License-Identifier: GPL-2.0-only
/* The caller gives the points; weight counts only in ideal and balance. */
#include <linux/types.h>

#include "place.h"

static u64 explicit_count(const struct hr_config *cfg,
			  const struct hr_node *node)
{
	return node->nr_points;
}

static void explicit_fill(const struct hr_config *cfg,
			  const struct hr_node *node, struct hr_point *points)
{
	u32 i;

	for (i = 0; i < node->nr_points; i++) {
		points[i].pos = node->points[i];
		points[i].slot = node->slot;
	}
}

const struct hr_place_ops hr_place_explicit = {
	.name = "explicit",
	.takes_points = true,
	.count = explicit_count,
	.fill = explicit_fill,
	.lay = hr_place_points,
};
