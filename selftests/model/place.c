// SPDX-License-Identifier: GPL-2.0-only
/* The points of a node with hashed placement, also on narrow rings. */
#include <linux/siphash.h>
#include <linux/string.h>

#include "model.h"

static u32 narrow(const struct hr_config *cfg, u32 hash)
{
	if (cfg->place == &model_narrow[MODEL_LOW])
		return hash & 0xff;
	if (cfg->place == &model_narrow[MODEL_HIGH])
		return hash << 24;
	if (cfg->place == &model_narrow[MODEL_TOP])
		return hash | 0x0fffffff;
	if (cfg->place == &model_narrow[MODEL_ONE])
		return 0x12345678;
	return hash;
}

static u64 narrow_count(const struct hr_config *cfg, const struct hr_node *node)
{
	return hr_place_hash.count(cfg, node);
}

static void narrow_fill(const struct hr_config *cfg, const struct hr_node *node,
			struct hr_point *points)
{
	u64 i;

	hr_place_hash.fill(cfg, node, points);
	for (i = 0; i < narrow_count(cfg, node); i++)
		points[i].pos = narrow(cfg, points[i].pos);
}

#define NARROW							\
	{							\
		.name = "narrow", .count = narrow_count,	\
		.fill = narrow_fill, .lay = hr_place_points,	\
	}

/* Placements like hr_place_hash, with few positions. */
const struct hr_place_ops model_narrow[MODEL_NARROWS] = {
	NARROW, NARROW, NARROW, NARROW,
};

/* SipHash-2-4 with a key that is read byte by byte. */
static u64 hash_bytes(const u8 key[16], const void *bytes, size_t len)
{
	siphash_key_t words = {};
	int i;

	for (i = 0; i < 16; i++)
		words.key[i / 8] |= (u64)key[i] << 8 * (i % 8);
	return siphash(bytes, len, &words);
}

static u32 position(const struct hr_config *cfg, const char *seat, u32 i)
{
	static const char *const labels[] = {
		"hashring place 0", "hashring place 1",
	};
	u8 key[16], bytes[HR_MAX_NAME + 4];
	size_t len = strlen(seat);
	u64 hash;
	int k, b;

	for (k = 0; k < 2; k++) {
		hash = hash_bytes(cfg->seed, labels[k], strlen(labels[k]));
		for (b = 0; b < 8; b++)
			key[8 * k + b] = hash >> 8 * b;
	}
	memcpy(bytes, seat, len);
	for (b = 0; b < 4; b++)
		bytes[len + b] = i >> 8 * b;
	return narrow(cfg, hash_bytes(key, bytes, len + 4));
}

/**
 * model_place() - sets the points of a node, if the placement hashes
 * @cfg: the ring's configuration
 * @node: the node
 *
 * Return: whether there was room.
 */
bool model_place(const struct hr_config *cfg, struct model_node *node)
{
	u32 twice = 2 * node->weight * cfg->points, nr, i;

	if (cfg->place->takes_points || cfg->place->takes_cells)
		return true;
	nr = (twice + cfg->per) / (2 * cfg->per);
	nr += !nr;
	if (nr > MODEL_NODE_POINTS)
		return false;
	for (i = 0; i < nr; i++)
		node->points[i] = position(cfg, node->seat, i);
	node->nr_points = nr;
	return true;
}
