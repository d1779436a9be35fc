// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lays points for policies that place each node by itself: a node without an
 * operation keeps its points.
 */
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "change_draft.h"
#include "table_build.h"

/* The points of a version of a node: an inactive node has none. */
static u64 points_of(const struct hr_draft *c, const struct hr_node *node)
{
	if (!node || node->attrs.state != HASHRING_NODE_ACTIVE)
		return 0;
	return c->cfg->place->count(c->cfg, node);
}

/*
 * Finds the new versions that take over the old one's points, and counts the
 * points that come, that go and that result.
 */
static int count_points(struct hr_draft *c, struct hr_build *b)
{
	u64 come = 0, go = 0, renamed = 0, total, old, new;
	struct hr_op_effect *effect;
	u32 i;

	for (i = 0; i < c->nr_ops; i++) {
		effect = &c->effects[i];
		old = points_of(c, effect->old);
		new = points_of(c, effect->new);
		effect->keeps = old && old == new &&
				!(c->ops[i].has & HR_HAS(POINTS));
		if (effect->keeps) {
			if (effect->old->slot != effect->new->slot)
				renamed += old;
			continue;
		}
		go += old;
		come += new;
	}
	total = c->base->nr_points - go + come;
	if (total > HR_MAX_POINTS)
		return hr_refuse(c->err, hr_op_alone(c), HR_PART_ALL, -E2BIG,
				 "too many points in the ring",
				 ": %llu (at most %u)", total, HR_MAX_POINTS);
	b->nr_run = come;
	b->nr_points = total;
	b->nr_changed = come + go + renamed;
	return 0;
}

/* What happens to the old points, by slot, unless all stay. */
static int make_remap(const struct hr_draft *c, struct hr_build *b)
{
	const struct hr_op_effect *effect;
	u32 *remap = NULL;
	u32 i, k, slot;

	for (i = 0; i < c->nr_ops; i++) {
		effect = &c->effects[i];
		if (!effect->old ||
		    effect->old->attrs.state != HASHRING_NODE_ACTIVE)
			continue;
		slot = effect->keeps ? effect->new->slot : HR_NO_SLOT;
		if (slot == effect->old->slot)
			continue;
		if (!remap) {
			remap = kvmalloc_array(c->base->nr_slots,
					       sizeof(*remap), c->gfp);
			if (!remap)
				return -ENOMEM;
			for (k = 0; k < c->base->nr_slots; k++)
				remap[k] = k;
			b->remap = remap;
		}
		remap[effect->old->slot] = slot;
	}
	return 0;
}

/* The new points, in the order of their seats. */
static int make_run(const struct hr_draft *c, struct hr_build *b)
{
	const struct hr_node *node;
	u32 i, n = 0;

	if (!b->nr_run)
		return 0;
	b->run = kvmalloc_array(b->nr_run, sizeof(*b->run), c->gfp);
	if (!b->run)
		return -ENOMEM;
	for (i = 0; i < c->nr_ops; i++) {
		const struct hr_op_effect *effect = &c->effects[c->seats[i].op];

		node = effect->new;
		if (!node || effect->keeps ||
		    node->attrs.state != HASHRING_NODE_ACTIVE)
			continue;
		c->cfg->place->fill(c->cfg, node, b->run + n);
		n += c->cfg->place->count(c->cfg, node);
		if (!(i & 0xff))
			cond_resched();
	}
	return 0;
}

/**
 * hr_place_points() - lay the points of a change, each node's by itself
 * @c: the change; its new versions are made
 * @next: the table in the making
 * @b: filled in, without the tables; to be released whatever is returned
 *
 * Context: process; sleeps.
 * Return: 0, -ENOMEM, or -E2BIG, explained in @c.
 */
int hr_place_points(struct hr_draft *c, const struct hr_table *next,
		    struct hr_build *b)
{
	int ret;

	ret = count_points(c, b);
	if (ret)
		return ret;
	ret = make_remap(c, b);
	if (ret)
		return ret;
	return make_run(c, b);
}
