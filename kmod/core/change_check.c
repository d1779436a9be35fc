// SPDX-License-Identifier: GPL-2.0-only
/* Checks of an operation that do not need the ring. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "change_draft.h"

/* The error in a name of an operation, or NULL. */
static const char *bad_name(const char name[HR_MAX_NAME + 1])
{
	return hr_name_check(name, strnlen(name, HR_MAX_NAME + 1));
}

static int check_names(struct hr_draft *c, u32 i)
{
	const struct hr_op *op = &c->ops[i];
	const char *bad = bad_name(op->name);

	if (bad)
		return hr_refuse_as(c->err, i, HR_PART(NAME), -EINVAL, bad,
				    "%s", bad);
	if (op->kind == HASHRING_OP_REPLACE) {
		bad = bad_name(op->new_name);
		if (bad)
			return hr_refuse_as(c->err, i, HR_PART(NEW_NAME),
					    -EINVAL, bad, "%s", bad);
		if (!strcmp(op->name, op->new_name))
			return hr_refuse(c->err, i, HR_PART(NEW_NAME), -EINVAL,
					 "node cannot replace itself",
					 ": %s", hr_name_shown(op->name));
	}
	if (!(op->has & HR_HAS(SEAT)))
		return 0;
	if (op->kind != HASHRING_OP_ADD)
		return hr_refuse(c->err, i, HR_PART(SEAT), -EINVAL,
				 "a seat is given only to a node that is added");
	bad = bad_name(op->seat);
	if (bad)
		return hr_refuse_as(c->err, i, HR_PART(SEAT), -EINVAL, bad,
				    "%s", bad);
	return 0;
}

static int check_points(struct hr_draft *c, u32 i)
{
	const struct hr_op *op = &c->ops[i];

	if (!(op->has & HR_HAS(POINTS))) {
		if (op->kind == HASHRING_OP_ADD && c->cfg->place->takes_points)
			return hr_refuse(c->err, i, HR_PART(POINTS), -EINVAL,
					 "node needs points in this placement",
					 ": %s", hr_name_shown(op->name));
		return 0;
	}
	if (!c->cfg->place->takes_points)
		return hr_refuse(c->err, i, HR_PART(POINTS), -EINVAL,
				 "points cannot be given in this placement",
				 ": %s", c->cfg->place->name);
	if (!op->nr_points)
		return hr_refuse(c->err, i, HR_PART(POINTS), -EINVAL,
				 "a node needs at least one point");
	if (op->nr_points > HR_MAX_NODE_POINTS)
		return hr_refuse(c->err, i, HR_PART(POINTS), -E2BIG,
				 "too many points in one operation",
				 ": %u (at most %u)", op->nr_points, HR_MAX_NODE_POINTS);
	return 0;
}

static int check_cells(struct hr_draft *c, u32 i)
{
	const struct hr_op *op = &c->ops[i];
	u64 behind = 0;
	u32 k;

	if (!(op->has & HR_HAS(CELLS)))
		return 0;
	if (!c->cfg->place->takes_cells)
		return hr_refuse(c->err, i, HR_PART(CELLS), -EINVAL,
				 "cells cannot be given in this placement",
				 ": %s", c->cfg->place->name);
	if (op->nr_cells > HR_MAX_NODE_RUNS)
		return hr_refuse(c->err, i, HR_PART(CELLS), -E2BIG,
				 "too many runs of cells in one operation",
				 ": %u (at most %u)", op->nr_cells, HR_MAX_NODE_RUNS);
	for (k = 0; k < op->nr_cells; k++) {
		if (op->cells[k].first < behind || !op->cells[k].count)
			return hr_refuse(c->err, i, HR_PART(CELLS), -EINVAL,
					 "runs of cells are not empty and ascend");
		behind = (u64)op->cells[k].first + op->cells[k].count;
		if (behind > c->cfg->grid)
			return hr_refuse(c->err, i, HR_PART(CELLS), -ERANGE,
					 "cell is beyond the ring's grid",
					 ": %llu of %u", behind - 1,
					 c->cfg->grid);
	}
	return 0;
}

static int check_figures(struct hr_draft *c, u32 i)
{
	const struct hr_op *op = &c->ops[i];

	if (op->has & HR_HAS_ATTR(ID)) {
		if (op->attrs.id == HR_NO_ID)
			return hr_refuse(c->err, i, HR_ATTR(ID), -EINVAL,
					 "id 0 means no node");
		if (op->attrs.id > c->id_max)
			return hr_refuse(c->err, i, HR_ATTR(ID), -ERANGE,
					 "id does not fit the mask of an attachment",
					 ": %u (at most %u)", op->attrs.id,
					 c->id_max);
	}
	if (op->has & HR_HAS_ATTR(WEIGHT) &&
	    (!op->attrs.weight || op->attrs.weight > HR_MAX_WEIGHT))
		return hr_refuse(c->err, i, HR_ATTR(WEIGHT),
				 op->attrs.weight ? -ERANGE : -EINVAL,
				 "weight is out of range", ": %u, not 1 to %u",
				 op->attrs.weight, HR_MAX_WEIGHT);
	if (op->has & HR_HAS_ATTR(STATE) &&
	    op->attrs.state > HASHRING_NODE_DOWN)
		return hr_refuse(c->err, i, HR_ATTR(STATE), -EINVAL,
				 "only states active (0), draining (1) and down (2) can be set",
				 ": not %u", op->attrs.state);
	return 0;
}

/* A deadline is for flows that stay at a node without new flows. */
static int check_deadline(struct hr_draft *c, u32 i)
{
	const struct hr_op *op = &c->ops[i];

	if (!(op->has & HR_HAS(DEADLINE)))
		return 0;
	if (op->kind != HASHRING_OP_SET || !(op->has & HR_HAS_ATTR(STATE)) ||
	    op->attrs.state != HASHRING_NODE_DRAINING)
		return hr_refuse(c->err, i, HR_PART(DEADLINE), -EINVAL,
				 "a deadline is given only to a node that is set draining");
	if (!op->deadline || op->deadline > HR_MAX_DEADLINE)
		return hr_refuse(c->err, i, HR_PART(DEADLINE), -ERANGE,
				 "deadline is out of range",
				 ": %llu ms, not 1 to %u", op->deadline, HR_MAX_DEADLINE);
	return 0;
}

static int check_op(struct hr_draft *c, u32 i)
{
	const struct hr_op *op = &c->ops[i];
	int ret;

	if (op->kind > HASHRING_OP_REPLACE)
		return hr_refuse(c->err, i, HR_PART_ALL, -EINVAL,
				 "no such kind of operation", ": %u", op->kind);
	ret = check_names(c, i);
	if (ret)
		return ret;
	if (op->kind == HASHRING_OP_SET && !op->has)
		return hr_refuse(c->err, i, HR_PART_ALL, -EINVAL,
				 "nothing to set on node", ": %s",
				 hr_name_shown(op->name));
	if (op->has & HR_HAS(NOW) && op->kind != HASHRING_OP_DEL)
		return hr_refuse(c->err, i, HR_PART(NOW), -EINVAL,
				 "now is only for a node that is deleted", ": %s",
				 hr_name_shown(op->name));
	if (op->kind == HASHRING_OP_DEL && op->has & ~HR_HAS(NOW))
		return hr_refuse(c->err, i, HR_PART_ALL, -EINVAL,
				 "nothing can be set on a node that goes", ": %s",
				 hr_name_shown(op->name));
	ret = check_figures(c, i);
	if (ret)
		return ret;
	ret = check_deadline(c, i);
	if (ret)
		return ret;
	ret = check_points(c, i);
	return ret ? ret : check_cells(c, i);
}

/**
 * hr_check_ops() - check each operation by itself
 * @c: the change
 *
 * Context: process; sleeps.
 * Return: 0 or an error, explained in @c.
 */
int hr_check_ops(struct hr_draft *c)
{
	u32 i;
	int ret;

	if (!c->nr_ops)
		return hr_refuse(c->err, U32_MAX, HR_PART_ALL, -EINVAL,
				 "a change needs at least one operation");
	if (c->nr_ops > HR_MAX_OPS)
		return hr_refuse(c->err, U32_MAX, HR_PART_ALL, -E2BIG,
				 "too many operations in one change",
				 ": %u (at most %u)", c->nr_ops, HR_MAX_OPS);
	for (i = 0; i < c->nr_ops; i++) {
		ret = check_op(c, i);
		if (ret)
			return ret;
		if (!(i & 0xfff))
			cond_resched();
	}
	return 0;
}
