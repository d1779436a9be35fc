// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the operations of a change mean for the table before: their members, and
 * whether the values that they give are free. What one operation frees another
 * may take, in any order.
 */
#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "change_draft.h"
#include "table_build.h"

/* Sorts items and notes the positions of their keys among the members. */
static int place_items(const struct hr_draft *c, struct hr_item *items, u32 n,
		       struct hr_node *const *members, size_t offset)
{
	u32 nr = c->base->nr_nodes, pos = 0, i;
	struct hr_item *tmp;

	if (n > 1) {
		tmp = kvmalloc_array(n, sizeof(*tmp), c->gfp);
		if (!tmp)
			return -ENOMEM;
		hr_sort_items(items, tmp, n);
		kvfree(tmp);
	}
	for (i = 0; i < n; i++) {
		pos = hr_members_seek(members, pos, nr, items[i].key, offset);
		items[i].pos = pos;
		items[i].hit = pos < nr &&
			       !strcmp(hr_member_key(members[pos], offset),
				       items[i].key);
		if (!(i & 0xfff))
			cond_resched();
	}
	return 0;
}

/*
 * A name that no member has. A leaving node keeps its name, so that it can be taken
 * down.
 */
static int resolve_leaving(struct hr_draft *c, const struct hr_item *item,
			   bool comes)
{
	const struct hr_op *op = &c->ops[item->op];
	struct hr_node *node = hr_table_find_leaving(c->base, item->key);

	if (comes && !node)
		return 0;
	if (!comes && (!node || node->attrs.state == HASHRING_NODE_DOWN))
		return hr_refuse(c->err, item->op, HR_PART(NAME), -ENOENT,
				 "no such node", ": %s",
				 hr_name_shown(item->key));
	if (comes)
		return hr_refuse(c->err, item->op,
				 item->key == op->new_name ? HR_PART(NEW_NAME) :
							     HR_PART(NAME),
				 -EINPROGRESS, "a leaving node has the name",
				 ": %s", hr_name_shown(item->key));
	if (!hr_op_downs(op))
		return hr_refuse(c->err, item->op, HR_PART(NAME), -EINPROGRESS,
				 "node is leaving, and can only go down", ": %s",
				 hr_name_shown(item->key));
	c->effects[item->op].old = node;
	c->effects[item->op].was_leaving = true;
	return 0;
}

static int resolve_name(struct hr_draft *c, const struct hr_item *item)
{
	const struct hr_op *op = &c->ops[item->op];
	bool comes = op->kind == HASHRING_OP_ADD || item->key == op->new_name;

	if (comes && item->hit)
		return hr_refuse(c->err, item->op,
				 item->key == op->new_name ? HR_PART(NEW_NAME) :
							     HR_PART(NAME),
				 -EEXIST, "node exists already", ": %s",
				 hr_name_shown(item->key));
	if (!item->hit)
		return resolve_leaving(c, item, comes);
	c->effects[item->op].old = c->base->by_name[item->pos];
	return 0;
}

/**
 * hr_resolve_names() - find the members of the operations
 * @c: the change; its names and the old nodes of its effects are filled in
 *
 * Context: process; sleeps.
 * Return: 0 or an error, explained in @c.
 */
int hr_resolve_names(struct hr_draft *c)
{
	const struct hr_item *item;
	u32 i;
	int ret;

	for (i = 0; i < c->nr_ops; i++) {
		c->names[c->nr_names++] = (struct hr_item) {
			.key = c->ops[i].name, .op = i,
		};
		if (c->ops[i].kind == HASHRING_OP_REPLACE)
			c->names[c->nr_names++] = (struct hr_item) {
				.key = c->ops[i].new_name, .op = i,
			};
	}
	ret = place_items(c, c->names, c->nr_names, c->base->by_name,
			  offsetof(struct hr_node, name));
	if (ret)
		return ret;
	for (i = 0; i < c->nr_names; i++) {
		item = &c->names[i];
		if (i && !strcmp(item[-1].key, item->key))
			return hr_refuse(c->err, item->op,
					 item->key == c->ops[item->op].name ?
						 HR_PART(NAME) :
						 HR_PART(NEW_NAME),
					 -EEXIST, "node is named already",
					 ": %s by operation %u",
					 hr_name_shown(item->key),
					 item[-1].op + 1);
		ret = resolve_name(c, item);
		if (ret)
			return ret;
	}
	return 0;
}

static int refuse_seat(struct hr_draft *c, u32 op, const char *holder)
{
	return hr_refuse(c->err, op,
			 c->ops[op].has & HR_HAS(SEAT) ? HR_PART(SEAT) :
							 HR_PART(NAME),
			 -EEXIST, "seat is held", ": %s by node %s",
			 hr_name_shown(c->effects[op].seat),
			 hr_name_shown(holder));
}

/* @n operations on one seat: at most one of them may fill it. */
static int check_seat(struct hr_draft *c, const struct hr_item *items, u32 n)
{
	u32 taker = U32_MAX, op, i;
	bool freed = false;

	for (i = 0; i < n; i++) {
		op = items[i].op;
		if (c->effects[op].was_leaving)
			continue;
		freed |= !!c->effects[op].old;
		if (c->ops[op].kind == HASHRING_OP_DEL)
			continue;
		if (taker == U32_MAX) {
			taker = op;
			continue;
		}
		/* Only an added node can give a seat that another one has. */
		if (c->ops[op].kind != HASHRING_OP_ADD) {
			u32 other = taker;

			taker = op;
			op = other;
		}
		return refuse_seat(c, op, hr_name_after(&c->ops[taker]));
	}
	if (taker != U32_MAX && items->hit && !freed)
		return refuse_seat(c, taker,
				   c->base->by_seat[items->pos]->name);
	return 0;
}

/**
 * hr_resolve_seats() - check that no two nodes will hold one seat
 * @c: the change; its seats are filled in
 *
 * Context: process; sleeps.
 * Return: 0 or an error, explained in @c.
 */
int hr_resolve_seats(struct hr_draft *c)
{
	u32 i, n;
	int ret;

	for (i = 0; i < c->nr_ops; i++) {
		const struct hr_op *op = &c->ops[i];
		struct hr_op_effect *effect = &c->effects[i];

		if (effect->old)
			effect->seat = effect->old->seat;
		else
			effect->seat = op->has & HR_HAS(SEAT) ? op->seat :
								op->name;
		c->seats[i] = (struct hr_item){ .key = effect->seat, .op = i };
	}
	ret = place_items(c, c->seats, c->nr_ops, c->base->by_seat,
			  offsetof(struct hr_node, seat));
	for (i = 0; !ret && i < c->nr_ops; i += n) {
		const struct hr_item *item = &c->seats[i];

		for (n = 1; i + n < c->nr_ops; n++)
			if (strcmp(item->key, item[n].key))
				break;
		ret = check_seat(c, item, n);
	}
	return ret;
}

/* The suffix of an error about a node that has an id. */
static const char *how_it_holds(const struct hr_draft *c,
				const struct hr_node *node,
				const struct hr_op *op)
{
	if (op || !hr_table_has(c->base, node))
		return ", which is leaving";
	return "";
}

/* Notes the ids in use; refuses a given id that is not free. */
static int mark_ids(struct hr_draft *c, const struct hr_point *given, u32 n,
		    unsigned long *used, u32 nr_used)
{
	const struct hr_node *node;
	const struct hr_op *op;
	u32 i, k;

	for (i = 0; i < c->base->nr_slots; i++) {
		node = c->base->nodes[i];
		if (!node)
			continue;
		if (node->attrs.id < nr_used)
			__set_bit(node->attrs.id, used);
		k = hr_points_seek(given, n, node->attrs.id);
		if (k == n || given[k].pos != node->attrs.id)
			continue;
		op = hr_op_on(c, node);
		if (op && op->kind == HASHRING_OP_SET) {
			if (op->has & HR_HAS_ATTR(ID))
				continue;
			op = NULL;
		}
		if (!op || c->leave)
			return hr_refuse(c->err, given[k].slot, HR_ATTR(ID), -EEXIST,
					 "id is taken", ": %u by node %s%s",
					 node->attrs.id,
					 hr_name_shown(node->name),
					 how_it_holds(c, node, op));
	}
	for (i = 0; i < n; i++) {
		if (i && given[i].pos == given[i - 1].pos)
			return hr_refuse(c->err, given[i].slot, HR_ATTR(ID), -EEXIST,
					 "id is given twice",
					 ": %u, to node %s already",
					 given[i].pos,
					 hr_name_shown(hr_name_after(&c->ops[given[i - 1].slot])));
		if (given[i].pos < nr_used)
			__set_bit(given[i].pos, used);
	}
	return 0;
}

/* Gives out the lowest free ids, in the order of the operations. */
static int choose_ids(struct hr_draft *c, const unsigned long *used,
		      u32 nr_used)
{
	u32 id = HR_NO_ID, i;

	for (i = 0; i < c->nr_ops; i++) {
		const struct hr_op *op = &c->ops[i];

		if (op->has & HR_HAS_ATTR(ID) || op->kind == HASHRING_OP_DEL ||
		    op->kind == HASHRING_OP_SET)
			continue;
		id = find_next_zero_bit(used, nr_used, id + 1);
		if (id > c->id_max)
			return hr_refuse(c->err, i, HR_ATTR(ID), -ERANGE,
					 "id does not fit the mask of an attachment",
					 ": %u (at most %u)", id, c->id_max);
		c->effects[i].id = id;
	}
	return 0;
}

/**
 * hr_resolve_ids() - give every new version its id
 * @c: the change; the ids of its effects are filled in
 *
 * An id that the change frees is given only to an operation that names it. The
 * id of a leaving node is not free.
 *
 * Context: process; sleeps.
 * Return: 0 or an error, explained in @c.
 */
int hr_resolve_ids(struct hr_draft *c)
{
	u32 nr_used = c->base->nr_nodes + c->base->nr_leaving + c->nr_ops + 2;
	struct hr_point *given = NULL;
	unsigned long *used = NULL;
	bool choose = false;
	u32 i, n = 0;
	int ret = 0;

	for (i = 0; i < c->nr_ops; i++) {
		const struct hr_op *op = &c->ops[i];
		struct hr_op_effect *effect = &c->effects[i];

		if (op->has & HR_HAS_ATTR(ID)) {
			effect->id = op->attrs.id;
			n++;
		} else if (op->kind == HASHRING_OP_SET) {
			effect->id = effect->old->attrs.id;
		} else if (op->kind != HASHRING_OP_DEL) {
			choose = true;
		}
	}
	if (!n && !choose)
		return 0;

	given = kvmalloc_array(n, 2 * sizeof(*given), c->gfp);
	used = kvcalloc(BITS_TO_LONGS(nr_used), sizeof(*used), c->gfp);
	if (!given || !used) {
		ret = -ENOMEM;
		goto free;
	}
	for (i = 0, n = 0; i < c->nr_ops; i++) {
		if (!(c->ops[i].has & HR_HAS_ATTR(ID)))
			continue;
		given[n].pos = c->ops[i].attrs.id;
		given[n++].slot = i;
	}
	hr_sort_points(given, given + n, n);
	ret = mark_ids(c, given, n, used, nr_used);
	if (!ret)
		ret = choose_ids(c, used, nr_used);
free:
	kvfree(used);
	kvfree(given);
	return ret;
}
