// SPDX-License-Identifier: GPL-2.0-only
/*
 * Points that the operations of a change give. No two nodes hold one position,
 * not even while one of them is inactive, so that its return cannot fail.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "change_draft.h"

/* Whether a member keeps its points, itself or in its replacement. */
static bool holds_on(const struct hr_draft *c, const struct hr_node *node)
{
	const struct hr_op *op = hr_op_on(c, node);

	return !op ||
	       (op->kind != HASHRING_OP_DEL && !(op->has & HR_HAS(POINTS)));
}

static int refuse_point(struct hr_draft *c, const struct hr_point *point,
			const char *holder)
{
	return hr_refuse(c->err, point->slot, HR_PART(POINTS), -EEXIST,
			 "position is held", ": %u by node %s", point->pos,
			 hr_name_shown(holder));
}

static int check_given(struct hr_draft *c)
{
	const struct hr_table *base = c->base;
	const struct hr_point *point;
	u32 i, k;

	for (i = 0; i < c->nr_given; i++) {
		point = &c->given[i];
		if (!(i & (HR_CHUNK - 1)))
			cond_resched();
		if (i && point[-1].pos == point->pos) {
			if (point[-1].slot == point->slot)
				return hr_refuse(c->err, point->slot,
						 HR_PART(POINTS), -EEXIST,
						 "position is given twice", ": %u",
						 point->pos);
			return refuse_point(c, point,
					    hr_name_after(&c->ops[point[-1].slot]));
		}
		k = hr_points_seek(base->points, base->nr_points, point->pos);
		if (k < base->nr_points && base->points[k].pos == point->pos) {
			const struct hr_node *holder =
				base->nodes[base->points[k].slot];

			if (holds_on(c, holder))
				return refuse_point(c, point, holder->name);
		}
	}
	return 0;
}

/* Points of members that own nothing now are in no table. */
static int check_inactive(struct hr_draft *c)
{
	const struct hr_node *node;
	u32 i, k, p;

	for (i = 0; i < c->base->nr_nodes; i++) {
		node = c->base->by_name[i];
		if (node->attrs.state == HASHRING_NODE_ACTIVE ||
		    !holds_on(c, node))
			continue;
		for (p = 0; p < node->nr_points; p++) {
			k = hr_points_seek(c->given, c->nr_given,
					   node->points[p]);
			if (k < c->nr_given &&
			    c->given[k].pos == node->points[p])
				return refuse_point(c, &c->given[k],
						    node->name);
		}
		cond_resched();
	}
	return 0;
}

/**
 * hr_resolve_points() - collect given points, and check that they are free
 * @c: the change; its given points are filled in
 *
 * Context: process; sleeps.
 * Return: 0 or an error, explained in @c.
 */
int hr_resolve_points(struct hr_draft *c)
{
	u64 total = 0;
	u32 i, k, n = 0;
	int ret;

	for (i = 0; i < c->nr_ops; i++)
		if (c->ops[i].has & HR_HAS(POINTS))
			total += c->ops[i].nr_points;
	if (!total)
		return 0;
	if (total > HR_MAX_POINTS)
		return hr_refuse(c->err, U32_MAX, HR_PART(POINTS), -E2BIG,
				 "too many points in one change",
				 ": %llu (at most %u)", total, HR_MAX_POINTS);
	c->given = kvmalloc_array(total, 2 * sizeof(*c->given), c->gfp);
	if (!c->given)
		return -ENOMEM;
	for (i = 0; i < c->nr_ops; i++) {
		if (!(c->ops[i].has & HR_HAS(POINTS)))
			continue;
		for (k = 0; k < c->ops[i].nr_points; k++) {
			c->given[n].pos = c->ops[i].points[k];
			c->given[n++].slot = i;
		}
		cond_resched();
	}
	c->nr_given = n;
	hr_sort_points(c->given, c->given + n, n);
	ret = check_given(c);
	if (!ret)
		ret = check_inactive(c);
	return ret;
}
