/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a ring is, said as plainly as can be: members, and lists of points that
 * are searched from the front. Nodes have numbers of their own (uid), none of
 * which is given twice.
 */
#ifndef HASHRING_FUZZ_ORACLE_H
#define HASHRING_FUZZ_ORACLE_H

#include "core/change.h"
#include "core/impact.h"
#include "fuzz.h"

#define ORACLE_NODES	48	/* with those that are leaving */
#define ORACLE_POINTS	40	/* of a node */
#define ORACLE_SPOTS	2100
#define NOBODY		0	/* no node's uid */

/**
 * struct oracle_node - a node
 * @uid: its number here
 * @member: or it is leaving
 * @name: its name
 * @seat: its seat
 * @id: its id
 * @weight: its weight
 * @state: &enum hashring_node_state
 * @nr_points: number of @points
 * @points: that it holds while it is active
 */
struct oracle_node {
	u32 uid;
	bool member;
	char name[HR_MAX_NAME + 1];
	char seat[HR_MAX_NAME + 1];
	u32 id;
	u32 weight;
	u8 state;
	u32 nr_points;
	u32 points[ORACLE_POINTS];
};

/**
 * struct oracle - the nodes of a ring
 * @cfg: the ring's
 * @next_uid: that the next node gets
 * @n: number of @node
 * @node: in no order
 */
struct oracle {
	const struct hr_config *cfg;
	u32 next_uid;
	u32 n;
	struct oracle_node node[ORACLE_NODES];
};

/* A point, and whose it is. */
struct spot {
	u32 pos;
	u32 uid;
};

/* Points, ascending; of those that share a position the first one owns. */
struct map {
	u32 n;
	struct spot at[ORACLE_SPOTS];
};

enum verdict {
	VERDICT_GOOD,		/* has to be accepted */
	VERDICT_BAD,		/* has to be refused */
	VERDICT_OPEN,		/* cells are given: nothing is said of those */
	VERDICT_TOO_MUCH,	/* more than there is room for here */
};

enum verdict oracle_apply(const struct oracle *before, const struct hr_op *ops,
			  u32 n, u32 id_max, bool leave, struct oracle *after);
struct oracle_node *oracle_find(const struct oracle *o, const char *name);
struct oracle_node *oracle_of(const struct oracle *o, u32 uid);
void oracle_map(const struct oracle *o, struct map *map);

u32 map_owner(const struct map *map, u32 pos);
bool map_splice(struct map *to, const struct map *below,
		const struct map *above, u64 frontier);
void map_drop(struct map *map, u32 uid);

/* Ends of the pieces that both maps are cut into, ascending; 2^32 is the last. */
u32 map_ends(const struct map *a, const struct map *b, u64 *ends);
#define MAP_ENDS	(2 * ORACLE_SPOTS + 1)

/* Holds figures against what counting piece by piece gives. */
void oracle_check_impact(const struct hr_impact *is, const u32 *uid_of_slot,
			 const struct map *before, const struct map *after,
			 const struct oracle *old, const struct oracle *new);

/* Whether cells are shared out as Sainte-Lague does, each node having one. */
void oracle_check_due(const struct oracle *o, const struct hr_table *t);

#endif
