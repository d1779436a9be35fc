/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A node: one backend of a ring, in one version. Nodes are immutable once they
 * are in a table. A change to a node makes a new version of it, so that a
 * reader sees all of a change or nothing.
 */
#ifndef HASHRING_CORE_NODE_H
#define HASHRING_CORE_NODE_H

#include <linux/bits.h>
#include <linux/refcount.h>
#include <linux/types.h>

#include <uapi/linux/hashring.h>

#include "limits.h"

/* "no node": the answer of an empty ring, and the id of nothing. */
#define HR_NO_SLOT	0x1ffffU	/* all bits that a slot may have */
#define HR_NO_ID	0U

/*
 * What an operation gives, and what an error is about, by its number on the
 * wire: a member of the operation, or an attribute of its node.
 */
#define HR_PART_ALL	0U	/* the operation as a whole */
#define HR_PART(name)	((u32)HASHRING_A_OP_##name)
#define HR_ATTR_OF(type)	(16U + (type))
#define HR_ATTR(name)	HR_ATTR_OF(HASHRING_A_NODE_ATTRS_##name)
#define HR_PARTS	HR_ATTR(MAX)

/* Bits of &struct hr_op.has. */
#define HR_HAS(name)		BIT_ULL(HR_PART(name))
#define HR_HAS_ATTR(name)	BIT_ULL(HR_ATTR(name))
#define HR_HAS_VIA		(HR_HAS_ATTR(VIA4) | HR_HAS_ATTR(VIA6))

/*
 * Where a node's packets are sent; a family that is not set is not forwarded.
 */
struct hr_via {
	bool has4;
	bool has6;
	u8 addr4[4];		/* network order */
	u8 addr6[16];
};

/**
 * struct hr_node_attrs - what can be set of a node
 * @id: the mark of its packets, 1 to 2^32 - 1, unique in the ring
 * @weight: 1 to HR_MAX_WEIGHT
 * @state: &enum hashring_node_state
 * @via: the backend's own addresses
 * @zone: number of its failure domain; 0: none
 *
 * Nodes, operations and records hold one each, and copy it whole. It has no
 * padding, so that two can be compared by their bytes.
 */
struct hr_node_attrs {
	u32 id;
	u32 weight;
	u16 state;
	struct hr_via via;
	u32 zone;
};

/**
 * struct hr_run - neighbouring cells of a balanced ring's grid
 * @first: the first cell
 * @count: number of cells, at least 1
 */
struct hr_run {
	u32 first;
	u32 count;
};

/**
 * struct hr_node - one version of a node
 * @refs: one for each table with this version, and its maker's
 * @slot: the number in its points; a node keeps it for life. A slot that a
 *	change frees is not given out again in the same change, so that two
 *	neighbouring tables can be compared by slot; at most 2 * HR_MAX_NODES
 * @attrs: what can be set of it
 * @name: unique in the ring, NUL-terminated, see hr_name_check()
 * @seat: the identity that placement hashes; unique in the ring; the name,
 *	unless the node replaced another
 * @nr_points: number of @points
 * @points: explicit positions, ascending, distinct; only with explicit
 *	placement
 * @nr_home: number of @home
 * @home: with balanced placement, while the node is not active: the cells that
 *	it had and returns to, ascending, disjoint
 */
struct hr_node {
	refcount_t refs;
	u32 slot;
	struct hr_node_attrs attrs;
	char name[HR_MAX_NAME + 1];
	char seat[HR_MAX_NAME + 1];
	u32 nr_points;
	u32 *points;
	u32 nr_home;
	struct hr_run *home;
};

/**
 * struct hr_node_ops - makes and frees nodes
 * @alloc: a zeroed node, or NULL. @prev is the version before (with @same
 *	false, the node that it replaces), or NULL for a new node. The core
 *	fills in the node's own members
 * @free: frees what @alloc made; the core frees @points and @home
 *
 * The kernel embeds its nodes in a larger object (counters, routes); native
 * programs use hr_node_plain_ops.
 */
struct hr_node_ops {
	struct hr_node *(*alloc)(const struct hr_node *prev, bool same,
				 gfp_t gfp);
	void (*free)(struct hr_node *node);
};

extern const struct hr_node_ops hr_node_plain_ops;

static inline struct hr_node *hr_node_get(struct hr_node *node)
{
	refcount_inc(&node->refs);
	return node;
}

void hr_node_attrs_set(struct hr_node_attrs *to,
		       const struct hr_node_attrs *from, u64 has);
bool hr_node_attrs_same(const struct hr_node_attrs *a,
			const struct hr_node_attrs *b);
void hr_node_leave(struct hr_node *node, const struct hr_node *prev,
		   bool down);
void hr_node_put(struct hr_node *node, const struct hr_node_ops *ops);
const char *hr_name_check(const char *name, size_t len);

/**
 * struct hr_name - a name as texts show it
 * @text: room for one that is cut
 */
struct hr_name {
	char text[25];
};

const char *hr_name_show(struct hr_name *to, const char *name);
#define hr_name_shown(name)	hr_name_show(&(struct hr_name){ }, name)

#endif
