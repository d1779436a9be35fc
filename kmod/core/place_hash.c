// SPDX-License-Identifier: GPL-2.0-only
/*
 * Point i of a node is a keyed hash of its seat and i: a function of the seed
 * and the member alone. So directors with the same members hold the same map,
 * whatever happened before.
 */
#include <asm/byteorder.h>
#include <linux/math64.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "config.h"
#include "place.h"

static u64 hash_count(const struct hr_config *cfg, const struct hr_node *node)
{
	u64 times_per = (u64)node->attrs.weight * cfg->points + cfg->per / 2;
	u64 count = div_u64(times_per, cfg->per);

	return count ? count : 1;
}

static void hash_fill(const struct hr_config *cfg, const struct hr_node *node,
		      struct hr_point *points)
{
	u8 bytes[HR_MAX_NAME + sizeof(__le32)] __aligned(8);
	size_t len = strlen(node->seat);
	u32 count = hash_count(cfg, node);
	__le32 number;
	u32 i;

	memcpy(bytes, node->seat, len);
	for (i = 0; i < count; i++) {
		number = cpu_to_le32(i);
		memcpy(bytes + len, &number, sizeof(number));
		points[i].pos = siphash(bytes, len + sizeof(number),
					&cfg->keys.place);
		points[i].slot = node->slot;
		if (!(i & 0xffff))
			cond_resched();
	}
}

const struct hr_place_ops hr_place_hash = {
	.name = "hash",
	.count = hash_count,
	.fill = hash_fill,
	.lay = hr_place_points,
};
