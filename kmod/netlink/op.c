// SPDX-License-Identifier: GPL-2.0-only
/*
 * The operations of a change, out of messages.
 */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "common.h"

/* A name that is too long loses its NUL, and hr_change_build() refuses the name. */
static void op_name(char to[HR_MAX_NAME + 1], const struct nlattr *attr)
{
	size_t size = strnlen(nla_data(attr), nla_len(attr));

	memcpy(to, nla_data(attr), min_t(size_t, size, HR_MAX_NAME + 1));
}

static int op_points(struct hr_op *op, const struct nlattr *attr,
		     struct netlink_ext_ack *extack)
{
	if (nla_len(attr) % sizeof(u32))
		return hr_extack(extack, attr, -EINVAL,
				 "points are 4 bytes each", ": not %d in all",
				 nla_len(attr));
	op->has |= HR_HAS(POINTS);
	if (!nla_len(attr))
		return 0;
	op->points = kvmalloc(nla_len(attr), HR_GFP);
	if (!op->points)
		return -ENOMEM;
	memcpy(op->points, nla_data(attr), nla_len(attr));
	op->nr_points = nla_len(attr) / sizeof(u32);
	return 0;
}

/* A run is a pair of words, in a message as in memory. */
static int op_cells(struct hr_op *op, const struct nlattr *attr,
		    struct netlink_ext_ack *extack)
{
	static_assert(sizeof(struct hr_run) == 2 * sizeof(u32));
	if (nla_len(attr) % sizeof(*op->cells))
		return hr_extack(extack, attr, -EINVAL,
				 "runs of cells are 8 bytes each",
				 ": not %d in all", nla_len(attr));
	op->has |= HR_HAS(CELLS);
	if (!nla_len(attr))
		return 0;
	op->cells = kvmalloc(nla_len(attr), HR_GFP);
	if (!op->cells)
		return -ENOMEM;
	memcpy(op->cells, nla_data(attr), nla_len(attr));
	op->nr_cells = nla_len(attr) / sizeof(*op->cells);
	return 0;
}

static int op_names(struct hr_op *op, struct nlattr **tb,
		    const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	if (!tb[HASHRING_A_OP_NAME])
		return hr_nl_missing(extack, nest, HASHRING_A_OP_NAME, "name");
	op_name(op->name, tb[HASHRING_A_OP_NAME]);
	if (op->kind == HASHRING_OP_REPLACE) {
		if (!tb[HASHRING_A_OP_NEW_NAME])
			return hr_nl_missing(extack, nest,
					     HASHRING_A_OP_NEW_NAME,
					     "new-name");
		op_name(op->new_name, tb[HASHRING_A_OP_NEW_NAME]);
	} else if (tb[HASHRING_A_OP_NEW_NAME]) {
		return hr_extack(extack, tb[HASHRING_A_OP_NEW_NAME], -EINVAL,
				 "a new name is given only to a node that is replaced");
	}
	if (tb[HASHRING_A_OP_SEAT]) {
		op->has |= HR_HAS(SEAT);
		op_name(op->seat, tb[HASHRING_A_OP_SEAT]);
	}
	return 0;
}

static int op_get(struct hr_op *op, const struct nlattr *nest,
		  struct netlink_ext_ack *extack)
{
	struct nlattr *tb[HASHRING_A_OP_MAX + 1];
	int ret;

	/* validated by the request's policy */
	ret = nla_parse_nested(tb, HASHRING_A_OP_MAX, nest, NULL, extack);
	if (ret)
		return ret;
	if (!tb[HASHRING_A_OP_KIND])
		return hr_nl_missing(extack, nest, HASHRING_A_OP_KIND, "kind");
	op->kind = nla_get_u32(tb[HASHRING_A_OP_KIND]);
	ret = op_names(op, tb, nest, extack);
	if (ret)
		return ret;
	if (tb[HASHRING_A_OP_DEADLINE]) {
		op->has |= HR_HAS(DEADLINE);
		op->deadline = nla_get_u64(tb[HASHRING_A_OP_DEADLINE]);
	}
	if (tb[HASHRING_A_OP_NOW])
		op->has |= HR_HAS(NOW);
	if (tb[HASHRING_A_OP_ATTRS]) {
		ret = hr_nl_get_attrs(op, tb[HASHRING_A_OP_ATTRS], extack);
		if (ret)
			return ret;
	}
	if (tb[HASHRING_A_OP_POINTS]) {
		ret = op_points(op, tb[HASHRING_A_OP_POINTS], extack);
		if (ret)
			return ret;
	}
	if (tb[HASHRING_A_OP_CELLS])
		return op_cells(op, tb[HASHRING_A_OP_CELLS], extack);
	return 0;
}

/* Drop all operations from @nr on. */
static void ops_trim(struct hr_nl_ops *ops, u32 nr)
{
	while (ops->nr > nr) {
		struct hr_op *op = &ops->ops[--ops->nr];

		ops->nr_points -= op->nr_points;
		ops->nr_cells -= op->nr_cells;
		kvfree(op->points);
		kvfree(op->cells);
		if (!(ops->nr % 1024))
			cond_resched();
	}
}

/*
 * Make room for @more operations. An array of at most a page does not fail: the
 * operations may remove a node, which must not fail for want of memory.
 */
static int ops_reserve(struct hr_nl_ops *ops, u32 more)
{
	gfp_t gfp = HR_GFP;
	struct hr_op *bigger;
	u32 size;

	if (ops->nr + more <= ops->size)
		return 0;
	size = clamp_t(u32, 2 * ops->size, ops->nr + more, HR_MAX_OPS);
	if (size * sizeof(*bigger) <= PAGE_SIZE)
		gfp = HR_GFP_NOFAIL;
	bigger = kvmalloc_array(size, sizeof(*bigger), gfp);
	if (!bigger)
		return -ENOMEM;
	if (ops->nr)
		memcpy(bigger, ops->ops, ops->nr * sizeof(*bigger));
	kvfree(ops->ops);
	ops->ops = bigger;
	ops->size = size;
	return 0;
}

/**
 * hr_nl_ops_add() - add the operations of a message
 * @ops: the operations so far
 * @type: the attribute that is an operation
 * @info: the message
 *
 * Context: a request. May sleep.
 * Return: 0, or a negative error and no operation is added.
 */
int hr_nl_ops_add(struct hr_nl_ops *ops, int type, const struct genl_info *info)
{
	struct netlink_ext_ack *extack = info->extack;
	const struct nlattr *attr;
	u32 before = ops->nr, more = 0;
	int rem, ret;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem)
		more += nla_type(attr) == type;
	if (!more)
		return hr_nl_missing(extack, NULL, type, "op");
	if (more > HR_MAX_OPS - ops->nr)
		return hr_extack(extack, NULL, -E2BIG,
				 "too many operations in one change",
				 ": %u (at most %u)", ops->nr + more,
				 HR_MAX_OPS);
	ret = ops_reserve(ops, more);
	if (ret)
		return ret;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		struct hr_op *op = &ops->ops[ops->nr];

		if (nla_type(attr) != type)
			continue;
		memset(op, 0, sizeof(*op));
		ret = op_get(op, attr, extack);
		ops->nr++;
		ops->nr_points += op->nr_points;
		ops->nr_cells += op->nr_cells;
		if (!ret && ops->nr_points > HR_MAX_POINTS)
			ret = hr_extack(extack, attr, -E2BIG,
					"too many points in one change",
					": at most %u", HR_MAX_POINTS);
		if (!ret && ops->nr_cells > HR_MAX_GRID)
			ret = hr_extack(extack, attr, -E2BIG,
					"too many runs of cells in one change",
					": at most %u", HR_MAX_GRID);
		if (ret)
			goto err_trim;
	}
	return 0;

err_trim:
	if (before + more > 1 && extack)
		nl_set_extack_cookie_u64(extack, ops->nr);
	ops_trim(ops, before);
	return ret;
}

/**
 * hr_nl_ops_release() - free operations
 * @ops: the operations; empty afterwards
 *
 * Context: may sleep.
 */
void hr_nl_ops_release(struct hr_nl_ops *ops)
{
	ops_trim(ops, 0);
	kvfree(ops->ops);
	ops->ops = NULL;
	ops->size = 0;
}

/* The @n-th operation of a message, or NULL. */
static const struct nlattr *op_attr(const struct genl_info *info, int type,
				    u32 n)
{
	const struct nlattr *attr;
	int rem;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem)
		if (nla_type(attr) == type && !n--)
			return attr;
	return NULL;
}

/* The attribute at fault, or the operation if that attribute is missing. */
static const struct nlattr *op_part(const struct nlattr *op, u32 part)
{
	const struct nlattr *attr = NULL, *attrs;

	if (!op || part == HR_PART_ALL)
		return op;
	if (part <= HASHRING_A_OP_MAX) {
		attr = nla_find_nested(op, part);
		return attr ? attr : op;
	}
	attrs = nla_find_nested(op, HASHRING_A_OP_ATTRS);
	if (attrs)
		attr = nla_find_nested(attrs, part - HR_ATTR_OF(0));
	return attr ? attr : op;
}

/**
 * hr_nl_ops_refuse() - name the operation at fault
 * @info: the message
 * @type: the attribute that is an operation; 0: other messages had the operations
 * @nr_ops: number of operations of the change
 * @err: why the change was refused
 * @error: negative errno
 *
 * Context: a request. May sleep.
 * Return: @error.
 */
int hr_nl_ops_refuse(const struct genl_info *info, int type, u32 nr_ops,
		     const struct hr_error *err, int error)
{
	const struct nlattr *attr = NULL;

	if (type)
		attr = op_part(op_attr(info, type, err->op), err->part);
	if (nr_ops > 1 && info->extack)
		nl_set_extack_cookie_u64(info->extack, err->op + 1);
	return hr_extack_as(info->extack, attr, error, err->what, "%s",
			    err->text);
}
