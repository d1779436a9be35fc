// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hints: a leaving node and a joining node alike should be one replacement,
 * which takes the old node's seat and moves nothing else.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/slab.h>

#include "plan.h"

/* The active node that an operation removes from the map, or NULL. */
static const struct hr_node *node_that_goes(const struct plan *p,
					    const struct hashring_op *op)
{
	bool stays = op->kind == HASHRING_OP_SET &&
		     op->has == HASHRING_HAS_ATTR(STATE) &&
		     op->attrs.state != HASHRING_NODE_ACTIVE;
	const struct hr_node *node;

	if (op->kind != HASHRING_OP_DEL && !stays)
		return NULL;
	node = hr_table_find(p->ring.table, op->name);
	return node && node->attrs.state == HASHRING_NODE_ACTIVE ? node : NULL;
}

/* Whether the node that an operation adds could replace @node. */
static bool comes_like(const struct hashring_op *op, const struct hr_node *node)
{
	__u32 weight = op->has & HASHRING_HAS_ATTR(WEIGHT) ? op->attrs.weight :
							     1;

	if (op->kind != HASHRING_OP_ADD || op->seat)
		return false;
	if (op->has & HASHRING_HAS_ATTR(STATE) &&
	    op->attrs.state != HASHRING_NODE_ACTIVE)
		return false;
	return weight == node->attrs.weight;
}

/*
 * Makes replacements of pairs of operations, in place. Returns their number;
 * *nr operations remain.
 */
static __u32 pair_up(const struct plan *p, struct hashring_op *ops, __u32 *nr)
{
	/* By weight: where to continue the search for a joining node. */
	__u32 next[HR_MAX_WEIGHT + 1] = { 0 };
	__u32 pairs = 0, left = 0, i, k;
	const struct hr_node *node;

	for (i = 0; i < *nr; i++) {
		node = node_that_goes(p, &ops[i]);
		if (!node)
			continue;
		for (k = next[node->attrs.weight]; k < *nr; k++)
			if (comes_like(&ops[k], node))
				break;
		next[node->attrs.weight] = k;
		if (k == *nr)
			continue;
		ops[k].kind = HASHRING_OP_REPLACE;
		ops[k].new_name = ops[k].name;
		ops[k].name = ops[i].name;
		ops[k].has &= HASHRING_HAS_ATTR(ID) | HASHRING_HAS_VIA;
		ops[i].name = NULL;
		pairs++;
	}
	for (i = 0; i < *nr; i++)
		if (ops[i].name)
			ops[left++] = ops[i];
	*nr = left;
	return pairs;
}

/**
 * hint_of() - replacements that would move nothing without need
 * @p: the plan
 * @hint: set, to be released with hint_release(); without replacements if none
 *	help
 *
 * Return: an exit status; errors are reported.
 */
int hint_of(const struct plan *p, struct hint *hint)
{
	struct native_change instead;
	struct hashring_op *ops;
	struct hr_error error;
	int err;

	memset(hint, 0, sizeof(*hint));
	if (!p->next.receipt.collateral)
		return EXIT_DONE;
	ops = malloc(p->change->nr_ops * sizeof(*ops));
	if (!ops)
		return fail_memory();
	memcpy(ops, p->change->ops, p->change->nr_ops * sizeof(*ops));
	hint->change = *p->change;
	hint->change.ops = ops;
	hint->change.max_moved = HASHRING_ANY;
	hint->nr = pair_up(p, ops, &hint->change.nr_ops);
	if (!hint->nr)
		return EXIT_DONE;
	err = native_change_make(&instead, &p->ring, p->generation,
				 &hint->change, &error);
	if (err || instead.receipt.collateral)
		hint->nr = 0;
	else
		hint->moved = instead.receipt.moved;
	native_change_release(&instead);
	return EXIT_DONE;
}

void hint_release(struct hint *hint)
{
	free((void *)hint->change.ops);
}
