// SPDX-License-Identifier: GPL-2.0-only
/* A change in the making: functions for all files that make it. */
#include <linux/kernel.h>
#include <linux/string.h>

#include "change_draft.h"

int hr_refuse(struct hr_draft *c, u32 op, u32 part, int ret,
	      const char *fmt, ...)
{
	va_list args;

	c->err->op = op;
	c->err->part = part;
	va_start(args, fmt);
	vsnprintf(c->err->text, sizeof(c->err->text), fmt, args);
	va_end(args);
	return ret;
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
