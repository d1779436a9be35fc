// SPDX-License-Identifier: GPL-2.0-only
/*
 * The attributes of a node.
 */
#include <string.h>

#include "node_attrs.h"
#include "cli/cli.h"

#include <core/limits.h>

#define ATTR(member, number)	\
	.name = #member, .type = HASHRING_A_NODE_ATTRS_##number,	\
	.offset = offsetof(struct hashring_node_attrs, member)

const struct node_attr node_attrs[] = {
	{ ATTR(id, ID), .min = 1, .max = UINT32_MAX, .brief = " id ",
	  .column = true },
	{ ATTR(weight, WEIGHT), .min = 1, .max = HR_MAX_WEIGHT, .brief = " w",
	  .column = true, .saved = true },
	{ ATTR(state, STATE), .names = node_states, .brief = " ",
	  .column = true, .saved = true },
	{ ATTR(zone, ZONE), .max = UINT32_MAX, .brief = " zone " },
	{ }
};

const struct hashring_node_attrs newborn_attrs = { .weight = 1 };

/* The states that can be set. */
const char *node_states(__u32 value)
{
	return value == HASHRING_NODE_LEAVING ? NULL :
						hashring_node_state_name(value);
}

__u32 *node_attr_at(const struct node_attr *attr,
		    struct hashring_node_attrs *attrs)
{
	return (__u32 *)((char *)attrs + attr->offset);
}

__u32 node_attr_get(const struct node_attr *attr,
		    const struct hashring_node_attrs *attrs)
{
	return *(const __u32 *)((const char *)attrs + attr->offset);
}

bool node_attr_differs(const struct node_attr *attr,
		       const struct hashring_node_attrs *a,
		       const struct hashring_node_attrs *b)
{
	return node_attr_get(attr, a) != node_attr_get(attr, b);
}

/* Whether it differs from the default. */
bool node_attr_shown(const struct node_attr *attr,
		     const struct hashring_node_attrs *attrs)
{
	return node_attr_differs(attr, attrs, &newborn_attrs);
}

bool same_via(const struct hashring_via *a, const struct hashring_via *b)
{
	if (a->has4 != b->has4 || a->has6 != b->has6)
		return false;
	if (a->has4 && memcmp(&a->addr4, &b->addr4, sizeof(a->addr4)))
		return false;
	return !a->has6 || !memcmp(&a->addr6, &b->addr6, sizeof(a->addr6));
}
