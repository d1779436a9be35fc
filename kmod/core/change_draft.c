// SPDX-License-Identifier: GPL-2.0-only
/* A change in the making: functions for all files that make it. */
#include <linux/kernel.h>
#include <linux/string.h>

#include "change_draft.h"

/**
 * hr_refuse_as() - say why a change is refused
 * @err: filled in
 * @op: as in &struct hr_error
 * @part: as in &struct hr_error
 * @ret: negative errno
 * @what: constant: the text without what differs from case to case
 * @fmt: the whole text, as for printk()
 *
 * hr_refuse() is for texts that begin with @what.
 *
 * Return: @ret.
 */
int hr_refuse_as(struct hr_error *err, u32 op, u32 part, int ret,
		 const char *what, const char *fmt, ...)
{
	va_list args;

	err->op = op;
	err->part = part;
	err->what = what;
	va_start(args, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	return ret;
}

/**
 * hr_op_downs() - whether an operation only takes a node down
 * @op: the operation, unchecked
 *
 * A node that is deleted at once goes down first.
 *
 * Context: any.
 * Return: whether the node's arcs and flows go at once.
 */
bool hr_op_downs(const struct hr_op *op)
{
	if (op->kind == HASHRING_OP_DEL)
		return op->has & HR_HAS(NOW);
	return op->kind == HASHRING_OP_SET && op->has == HR_HAS_ATTR(STATE) &&
	       op->attrs.state == HASHRING_NODE_DOWN;
}

const struct hr_op *hr_op_on(const struct hr_draft *c,
			     const struct hr_node *node)
{
	u32 low = 0, high = c->nr_names;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (strcmp(c->names[mid].key, node->name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == c->nr_names || c->effects[c->names[low].op].old != node)
		return NULL;
	return &c->ops[c->names[low].op];
}
