// SPDX-License-Identifier: GPL-2.0-only
#include <linux/math64.h>
#include <linux/siphash.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "ref.h"

static u32 squeeze(enum ref_squeeze how, u32 hash)
{
	switch (how) {
	case REF_LOW:
		return hash & 0xff;
	case REF_HIGH:
		return hash << 24;
	case REF_TOP:
		return hash | 0x0fffffff;
	case REF_ONE:
		return 0x12345678;
	default:
		return hash;
	}
}

static u64 squeezed_count(const struct hr_config *cfg,
			  const struct hr_node *node)
{
	return hr_place_hash.count(cfg, node);
}

static void squeezed_fill(const struct hr_config *cfg,
			  const struct hr_node *node, struct hr_point *points)
{
	u64 i;

	hr_place_hash.fill(cfg, node, points);
	for (i = 0; i < squeezed_count(cfg, node); i++)
		points[i].pos = squeeze(cfg->place - ref_place, points[i].pos);
}

#define SQUEEZED                                               \
	{                                                      \
		.name = "squeezed", .count = squeezed_count,   \
		.fill = squeezed_fill, .lay = hr_place_points, \
	}

const struct hr_place_ops ref_place[REF_SQUEEZES] = {
	SQUEEZED, SQUEEZED, SQUEEZED, SQUEEZED, SQUEEZED,
};

/* SipHash-2-4 under a key that is read byte by byte. */
static u64 ref_hash(const u8 key[16], const void *bytes, size_t len)
{
	siphash_key_t words = {};
	int i;

	for (i = 0; i < 16; i++)
		words.key[i / 8] |= (u64)key[i] << 8 * (i % 8);
	return siphash(bytes, len, &words);
}

static u32 ref_position(const struct hr_config *cfg, const char *seat, u32 i)
{
	static const char * const labels[] = {
		"hashring place 0", "hashring place 1",
	};
	u8 key[16], bytes[80];
	size_t len = strlen(seat);
	u64 hash;
	int k, b;

	for (k = 0; k < 2; k++) {
		hash = ref_hash(cfg->seed, labels[k], strlen(labels[k]));
		for (b = 0; b < 8; b++)
			key[8 * k + b] = hash >> 8 * b;
	}
	memcpy(bytes, seat, len);
	for (b = 0; b < 4; b++)
		bytes[len + b] = i >> 8 * b;
	hash = ref_hash(key, bytes, len + 4);
	return squeeze(cfg->place - ref_place, hash);
}

/* The points of a node that is active; false if they are too many. */
static bool place(const struct hr_config *cfg, struct ref_node *node)
{
	u32 twice = 2 * node->weight * cfg->points, i;

	if (cfg->place->takes_points)
		return true;
	node->nr_points = (twice + cfg->per) / (2 * cfg->per);
	if (!node->nr_points)
		node->nr_points = 1;
	if (node->nr_points > REF_POINTS)
		return false;
	for (i = 0; i < node->nr_points; i++)
		node->points[i] = ref_position(cfg, node->seat, i);
	return true;
}

const struct ref_node *ref_find(const struct ref_ring *ring, const char *name)
{
	u32 i;

	for (i = 0; i < ring->n; i++)
		if (!strcmp(ring->nodes[i].name, name))
			return &ring->nodes[i];
	return NULL;
}

static bool id_in_use(const struct ref_ring *ring, u32 id)
{
	u32 i;

	for (i = 0; i < ring->n; i++)
		if (ring->nodes[i].id == id)
			return true;
	return false;
}

/* Whether any two members have a name, a seat, an id or a point in common. */
static bool clash(const struct ref_ring *ring)
{
	const struct ref_node *a, *b;
	u32 i, k, p, q;

	for (i = 0; i < ring->n; i++) {
		a = &ring->nodes[i];
		for (k = 0; k < i; k++) {
			b = &ring->nodes[k];
			if (!strcmp(a->name, b->name) || a->id == b->id ||
			    !strcmp(a->seat, b->seat))
				return true;
		}
		for (k = 0; ring->cfg->place->takes_points && k <= i; k++) {
			b = &ring->nodes[k];
			for (p = 0; p < a->nr_points; p++)
				for (q = 0; q < b->nr_points; q++)
					if (a->points[p] == b->points[q] &&
					    (a != b || p != q))
						return true;
		}
	}
	return false;
}

static u32 times_named(const struct hr_op *ops, u32 n, const char *name)
{
	u32 times = 0, i;

	for (i = 0; i < n; i++) {
		times += !strcmp(ops[i].name, name);
		times += ops[i].kind == HASHRING_OP_REPLACE &&
			 !strcmp(ops[i].new_name, name);
	}
	return times;
}

static bool named_well(const struct ref_ring *before, const struct hr_op *ops,
		       u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		bool there = ref_find(before, ops[i].name);
		bool adds = ops[i].kind == HASHRING_OP_ADD;

		if (times_named(ops, n, ops[i].name) != 1 ||
		    there == adds)
			return false;
		if (ops[i].kind == HASHRING_OP_REPLACE &&
		    (times_named(ops, n, ops[i].new_name) != 1 ||
		     ref_find(before, ops[i].new_name)))
			return false;
	}
	return true;
}

static u32 lowest_free_id(const struct ref_ring *before,
			  const struct ref_ring *after, const struct hr_op *ops,
			  u32 n)
{
	u32 id, i;

	for (id = 1;; id++) {
		bool used = id_in_use(before, id) || id_in_use(after, id);

		for (i = 0; i < n; i++)
			used |= ops[i].has & HR_HAS_ATTR(ID) &&
				ops[i].attrs.id == id;
		if (!used)
			return id;
	}
}

/* False if there is no room. */
static bool apply_op(const struct ref_ring *before, struct ref_ring *after,
		     const struct hr_op *op, const struct hr_op *ops, u32 n)
{
	const struct ref_node *old = ref_find(before, op->name);
	struct ref_node *node = &after->nodes[after->n];

	if (after->n == REF_NODES)
		return false;
	if (old) {
		*node = *old;
	} else {
		memset(node, 0, sizeof(*node));
		node->weight = 1;
		strscpy(node->seat,
			op->has & HR_HAS(SEAT) ? op->seat : op->name,
			sizeof(node->seat));
	}
	strscpy(node->name,
		op->kind == HASHRING_OP_REPLACE ? op->new_name : op->name,
		sizeof(node->name));
	if (op->has & HR_HAS_ATTR(ID))
		node->id = op->attrs.id;
	else if (op->kind != HASHRING_OP_SET)
		node->id = lowest_free_id(before, after, ops, n);
	if (op->has & HR_HAS_ATTR(WEIGHT))
		node->weight = op->attrs.weight;
	if (op->has & HR_HAS_ATTR(STATE))
		node->state = op->attrs.state;
	if (op->has & HR_HAS(POINTS)) {
		if (op->nr_points > REF_POINTS)
			return false;
		node->nr_points = op->nr_points;
		memcpy(node->points, op->points,
		       op->nr_points * sizeof(*op->points));
	}
	after->n++;
	return place(before->cfg, node);
}

int ref_apply(const struct ref_ring *before, const struct hr_op *ops, u32 n,
	      u32 id_max, struct ref_ring *after)
{
	u32 i;

	if (!named_well(before, ops, n))
		return -EINVAL;
	after->cfg = before->cfg;
	after->n = 0;
	for (i = 0; i < before->n; i++)
		if (!times_named(ops, n, before->nodes[i].name))
			after->nodes[after->n++] = before->nodes[i];
	for (i = 0; i < n; i++) {
		if (ops[i].kind == HASHRING_OP_DEL)
			continue;
		if (!apply_op(before, after, &ops[i], ops, n))
			return -ENOSPC;
		if (ops[i].kind != HASHRING_OP_SET &&
		    after->nodes[after->n - 1].id > id_max)
			return -EINVAL;
	}
	return clash(after) ? -EINVAL : 0;
}

const struct ref_node *ref_owner(const struct ref_ring *ring, u32 pos)
{
	const struct ref_node *owner = NULL;
	u32 nearest = U32_MAX, i, k;

	for (i = 0; i < ring->n; i++) {
		const struct ref_node *node = &ring->nodes[i];

		if (node->state != HASHRING_NODE_ACTIVE)
			continue;
		for (k = 0; k < node->nr_points; k++) {
			u32 far = node->points[k] - pos;

			if (!owner || far < nearest ||
			    (far == nearest &&
			     strcmp(node->seat, owner->seat) < 0)) {
				owner = node;
				nearest = far;
			}
		}
	}
	return owner;
}

static int compare_u32(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return (x > y) - (x < y);
}

static u32 add_bounds(const struct ref_ring *ring, u32 *bounds, u32 n)
{
	u32 i, k;

	for (i = 0; i < ring->n; i++)
		for (k = 0; ring->nodes[i].state == HASHRING_NODE_ACTIVE &&
		     k < ring->nodes[i].nr_points; k++)
			bounds[n++] = ring->nodes[i].points[k];
	return n;
}

u32 ref_bounds(const struct ref_ring *a, const struct ref_ring *b, u32 *bounds)
{
	u32 n = add_bounds(b, bounds, add_bounds(a, bounds, 0));
	u32 i, distinct = 0;

	sort(bounds, n, sizeof(*bounds), compare_u32, NULL);
	for (i = 0; i < n; i++)
		if (!i || bounds[i] != bounds[i - 1])
			bounds[distinct++] = bounds[i];
	return distinct;
}

static bool same_node(const struct ref_node *a, const struct ref_node *b)
{
	return a == b || (a && b && !strcmp(a->name, b->name));
}

static bool same_owners(const struct ref_arc *a, const struct ref_arc *b)
{
	return same_node(a->from, b->from) && same_node(a->to, b->to);
}

u32 ref_arcs(const struct ref_ring *before, const struct ref_ring *after,
	     struct ref_arc *arcs)
{
	static u32 bounds[REF_BOUNDS];
	u32 nr_bounds, i, n = 0;

	nr_bounds = ref_bounds(before, after, bounds);
	if (!nr_bounds)
		return 0;
	/* The piece that wraps belongs to the first bound: it comes last. */
	for (i = 0; i < nr_bounds; i++) {
		u32 end = (i + 1) % nr_bounds;
		struct ref_arc arc = {
			.start = bounds[i],
			.end = bounds[end],
			.from = ref_owner(before, bounds[end]),
			.to = ref_owner(after, bounds[end]),
		};

		if (n && same_owners(&arc, &arcs[n - 1]))
			arcs[n - 1].end = arc.end;
		else
			arcs[n++] = arc;
	}
	if (n > 1 && same_owners(&arcs[0], &arcs[n - 1])) {
		arcs[n - 1].end = arcs[0].end;
		memmove(arcs, arcs + 1, --n * sizeof(*arcs));
	}
	return n;
}

u64 ref_arc_share(const struct ref_arc *arc)
{
	return arc->start < arc->end ? (u64)arc->end - arc->start :
				       (u64)arc->end + HR_WHOLE_RING - arc->start;
}

u64 ref_share(const struct ref_ring *ring, const char *name)
{
	static struct ref_arc arcs[REF_BOUNDS];
	u32 n = ref_arcs(ring, ring, arcs), i;
	u64 share = 0;

	for (i = 0; i < n; i++)
		if (!strcmp(arcs[i].from->name, name))
			share += ref_arc_share(&arcs[i]);
	return share;
}

static u64 weight_sum(const struct ref_ring *ring)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < ring->n; i++)
		if (ring->nodes[i].state == HASHRING_NODE_ACTIVE)
			sum += ring->nodes[i].weight;
	return sum;
}

/* The weights of REF_NODES nodes are too small for anything to overflow. */
u64 ref_ideal(const struct ref_ring *before, const struct ref_ring *after)
{
	u64 all_before = weight_sum(before), all_after = weight_sum(after);
	u64 sum = 0, whole = all_before * all_after;
	u32 i;

	if (!whole)
		return 0;
	for (i = 0; i < after->n; i++) {
		const struct ref_node *node = &after->nodes[i];
		const struct ref_node *old = ref_find(before, node->name);
		u64 has = node->state == HASHRING_NODE_ACTIVE ?
			  node->weight * all_before : 0;
		u64 had = old && old->state == HASHRING_NODE_ACTIVE ?
			  old->weight * all_after : 0;

		if (has > had)
			sum += has - had;
	}
	return div64_u64((sum << 33) + whole, 2 * whole);
}
