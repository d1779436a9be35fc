/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The attributes of a node, in one table: for parsing words and files, and for
 * showing, saving and comparing nodes.
 */
#ifndef CLI_MODEL_NODE_ATTRS_H
#define CLI_MODEL_NODE_ATTRS_H

#include <hashring/hashring.h>

/**
 * struct node_attr - an attribute that is a number
 * @name: its word, and its key in files and JSON
 * @type: HASHRING_A_NODE_ATTRS_*
 * @offset: its offset in &struct hashring_node_attrs
 * @min: the smallest value
 * @max: the largest value
 * @names: of an enum; NULL: a number
 * @brief: the prefix of its value where changes are abbreviated
 * @column: always shown where nodes are listed; others only if not as in
 *	&newborn_attrs
 * @saved: saved also if it is as in &newborn_attrs
 */
struct node_attr {
	const char *name;
	__u32 type;
	size_t offset;
	__u32 min;
	__u32 max;
	hashring_name_fn names;
	const char *brief;
	bool column;
	bool saved;
};

/* All but the addresses; ended by one without a name. */
extern const struct node_attr node_attrs[];

/* The attributes of a node that is added without any. */
extern const struct hashring_node_attrs newborn_attrs;

const char *node_states(__u32 value);
__u32 node_attr_get(const struct node_attr *attr,
		    const struct hashring_node_attrs *attrs);
__u32 *node_attr_at(const struct node_attr *attr,
		    struct hashring_node_attrs *attrs);
bool node_attr_differs(const struct node_attr *attr,
		       const struct hashring_node_attrs *a,
		       const struct hashring_node_attrs *b);
bool node_attr_shown(const struct node_attr *attr,
		     const struct hashring_node_attrs *attrs);
bool same_via(const struct hashring_via *a, const struct hashring_via *b);

#endif
