// SPDX-License-Identifier: GPL-2.0-only
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "node.h"

/* Members and attributes of an operation share one range of numbers. */
static_assert(HR_ATTR_OF(0) > HASHRING_A_OP_MAX && HR_PARTS < 64);
static_assert(sizeof(struct hr_node_attrs) ==
	      sizeof_field(struct hr_node_attrs, id) +
	      sizeof_field(struct hr_node_attrs, weight) +
	      sizeof_field(struct hr_node_attrs, state) +
	      sizeof_field(struct hr_node_attrs, via) +
	      sizeof_field(struct hr_node_attrs, zone));

/**
 * hr_node_attrs_set() - set the given attributes of a node
 * @to: the node's attributes
 * @from: the given ones
 * @has: which are given, HR_HAS_ATTR() of each; other bits do not matter
 *
 * Context: any.
 */
void hr_node_attrs_set(struct hr_node_attrs *to,
		       const struct hr_node_attrs *from, u64 has)
{
	if (has & HR_HAS_ATTR(ID))
		to->id = from->id;
	if (has & HR_HAS_ATTR(WEIGHT))
		to->weight = from->weight;
	if (has & HR_HAS_ATTR(STATE))
		to->state = from->state;
	if (has & HR_HAS_VIA)
		to->via = from->via;
	if (has & HR_HAS_ATTR(ZONE))
		to->zone = from->zone;
}

/* Whether two nodes have equal attributes. Context: any. */
bool hr_node_attrs_same(const struct hr_node_attrs *a,
			const struct hr_node_attrs *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/**
 * hr_node_leave() - fill in the last version of a node
 * @node: as the node's maker returned it; has one reference afterwards
 * @prev: the version before, whose slot and id it keeps
 * @down: the node goes down, and its flows with it
 *
 * The node is leaving, unless it is down. It holds no points.
 *
 * Context: any.
 */
void hr_node_leave(struct hr_node *node, const struct hr_node *prev, bool down)
{
	refcount_set(&node->refs, 1);
	node->slot = prev->slot;
	node->attrs = prev->attrs;
	if (down)
		node->attrs.state = HASHRING_NODE_DOWN;
	else if (prev->attrs.state != HASHRING_NODE_DOWN)
		node->attrs.state = HASHRING_NODE_LEAVING;
	strscpy(node->name, prev->name, sizeof(node->name));
	strscpy(node->seat, prev->seat, sizeof(node->seat));
}

/**
 * hr_node_put() - give back a reference to a version of a node
 * @node: the node, or NULL
 * @ops: the ops that made it
 *
 * Context: any that @ops->free and kvfree() may be called from.
 */
void hr_node_put(struct hr_node *node, const struct hr_node_ops *ops)
{
	struct hr_run *home;
	u32 *points;

	if (!node || !refcount_dec_and_test(&node->refs))
		return;
	points = node->points;
	home = node->home;
	ops->free(node);
	kvfree(points);
	kvfree(home);
}

/**
 * hr_name_check() - whether a name is valid for a ring or a node
 * @name: its bytes; need not end in NUL
 * @len: their number
 *
 * Names are used unquoted in shell lines, change texts and columns. So they
 * have no blanks, nothing that quotes, groups, separates or comments, and no
 * leading dash.
 *
 * Context: any.
 * Return: NULL, or the error, for a person.
 */
const char *hr_name_check(const char *name, size_t len)
{
	size_t i;

	if (!len)
		return "a name must not be empty";
	if (len > HR_MAX_NAME)
		return "a name has at most 63 bytes";
	if (name[0] == '-')
		return "a name must not begin with -";
	for (i = 0; i < len; i++) {
		if (name[i] < 0x21 || name[i] > 0x7e)
			return "a name consists of printable ASCII without blanks";
		if (strchr("{};\"'\\#", name[i]))
			return "a name must not contain any of {};\"'\\#";
	}
	return NULL;
}

/**
 * hr_name_show() - a name for a text
 * @to: room for the name, for as long as the text is made
 * @name: NUL-terminated, any bytes
 *
 * A text has room for two names of 24 bytes; longer names are cut. A terminal or
 * a trace shows the text: no byte of an invalid name gets into it. hr_name_shown()
 * has room of its own.
 *
 * Context: any.
 * Return: the name, its first 21 bytes, or words instead of it.
 */
const char *hr_name_show(struct hr_name *to, const char *name)
{
	if (hr_name_check(name, strlen(name)))
		return "(not a name)";
	if (strlen(name) < sizeof(to->text))
		return name;
	snprintf(to->text, sizeof(to->text), "%.21s...", name);
	return to->text;
}

static struct hr_node *plain_alloc(const struct hr_node *prev, bool same,
				   gfp_t gfp)
{
	return kvzalloc(sizeof(struct hr_node), gfp);
}

static void plain_free(struct hr_node *node)
{
	kvfree(node);
}

const struct hr_node_ops hr_node_plain_ops = {
	.alloc = plain_alloc,
	.free = plain_free,
};
