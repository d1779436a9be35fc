/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model: a ring as simple as possible. Members are a list. Maps are lists
 * of points, searched from the front. Figures are counted piece by piece. The
 * model uses the core's types and none of the core's algorithms. The core's
 * tests and the fuzzers compare the core with the model.
 *
 * Each node of the model has a unique number, its uid. The model supports one
 * caller at a time.
 */
#ifndef HASHRING_MODEL_H
#define HASHRING_MODEL_H

#include "core/change.h"
#include "core/impact.h"
#include "core/view_frontier.h"
#include "model_check.h"	/* the test's own: MODEL_CHECK() */

struct kunit;

#define MODEL_NODES		64	/* leaving nodes included */
#define MODEL_NODE_POINTS	64
#define MODEL_POINTS		(MODEL_NODES * MODEL_NODE_POINTS)
#define MODEL_ARCS		(2 * MODEL_POINTS + 1)
#define MODEL_SLOTS		256
#define MODEL_NOBODY		0	/* the uid of no node */

/**
 * struct model_node - a node
 * @uid: its number
 * @member: false: it is leaving
 * @name: its name
 * @seat: its seat
 * @id: its id
 * @weight: its weight
 * @state: &enum hashring_node_state
 * @nr_points: number of @points
 * @points: its points while it is active
 */
struct model_node {
	u32 uid;
	bool member;
	char name[HR_MAX_NAME + 1];
	char seat[HR_MAX_NAME + 1];
	u32 id;
	u32 weight;
	u8 state;
	u32 nr_points;
	u32 points[MODEL_NODE_POINTS];
};

/**
 * struct model_nodes - the nodes of a ring
 * @cfg: the ring's configuration
 * @next_uid: uid of the next node; 1 in a new ring
 * @n: number of @node
 * @node: in no order
 */
struct model_nodes {
	const struct hr_config *cfg;
	u32 next_uid;
	u32 n;
	struct model_node node[MODEL_NODES];
};

/* A position and its owner. */
struct model_point {
	u32 pos;
	u32 uid;
};

/* Points, ascending; of points that share a position the first one owns. */
struct model_map {
	u32 n;
	struct model_point point[MODEL_POINTS];
};

/**
 * struct model_arc - neighbouring positions with the same owners in two maps
 * @low: the first position
 * @high: behind the last position; beyond 2^32 where the arc wraps
 * @from: the owner in the first map
 * @to: the owner in the second map
 */
struct model_arc {
	u64 low;
	u64 high;
	u32 from;
	u32 to;
};

/* Arcs in ring order. */
struct model_arcs {
	u32 n;
	struct model_arc arc[MODEL_ARCS];
};

/**
 * struct model_ring - a ring, also in a migration
 * @test: for MODEL_CHECK()
 * @cfg: its configuration
 * @nodes: its nodes
 * @uid_of_slot: the node in each slot of the ring's table
 * @to: the map of the members, which a migration leads to
 * @held: a migration is under way: only then the following members are valid
 * @from: the map from the frontier on
 * @base: the map before the migration
 * @origin: the nodes before the migration
 * @origin_to: the map of @origin
 */
struct model_ring {
	struct kunit *test;
	struct hr_config cfg;
	struct model_nodes nodes;
	u32 uid_of_slot[MODEL_SLOTS];
	struct model_map to;
	bool held;
	struct model_map from;
	struct model_map base;
	struct model_nodes origin;
	struct model_map origin_to;
};

enum model_verdict {
	MODEL_GOOD,	/* the core must accept it */
	MODEL_BAD,	/* the core must refuse it */
	MODEL_OPEN,	/* cells are given: the model does not judge them */
	MODEL_TOO_MUCH,	/* the model has no room */
};

/* Narrow rings, where points of many nodes share a position. */
enum model_narrow {
	MODEL_LOW,	/* positions 0 to 255 */
	MODEL_HIGH,	/* 256 positions around the ring, with 0 */
	MODEL_TOP,	/* 16 positions, with 2^32 - 1 */
	MODEL_ONE,	/* one position */
	MODEL_NARROWS
};

/* place.c: points */
extern const struct hr_place_ops model_narrow[MODEL_NARROWS];
bool model_place(const struct hr_config *cfg, struct model_node *node);

/* nodes.c: the nodes after a change */
struct model_node *model_find(const struct model_nodes *nodes,
			      const char *name);
struct model_node *model_find_leaving(const struct model_nodes *nodes,
				      const char *name);
struct model_node *model_node(const struct model_nodes *nodes, u32 uid);
bool model_downs_only(const struct hr_op *op);
enum model_verdict model_apply(const struct model_nodes *before,
			       const struct hr_op *ops, u32 n, u32 id_max,
			       bool leave, struct model_nodes *after);

/* map.c: owners */
u32 model_owner(const struct model_map *map, u32 pos);
void model_arcs(const struct model_map *before, const struct model_map *after,
		struct model_arcs *arcs);
void model_join_ends(struct model_arcs *arcs);
void model_make_map(const struct model_nodes *nodes, struct model_map *map);
bool model_splice(const struct model_map *below, const struct model_map *above,
		  u64 frontier, struct model_map *to);
void model_drop(struct model_map *map, u32 uid);

/* ring.c: changes and migrations of a ring */
void model_begin(struct model_ring *ring, struct kunit *test,
		 const struct hr_config *cfg);
void model_name_slots(const struct model_ring *ring,
		      const struct model_nodes *nodes,
		      const struct hr_table *t, u32 *uid_of_slot);
void model_map_of(const struct model_ring *ring,
		  const struct model_nodes *nodes, const struct hr_table *t,
		  const u32 *uid_of_slot, struct model_map *map);
bool model_effective(const struct model_ring *ring, u64 frontier,
		     struct model_map *map);
void model_hold(struct model_ring *ring, u64 frontier, bool stay);
void model_publish(struct model_ring *ring, const struct model_nodes *after,
		   const struct hr_table *t);
void model_settle(struct model_ring *ring, bool back, const struct hr_table *t);
u32 model_downs(const struct model_ring *ring);
void model_rollback(const struct model_ring *ring, struct model_nodes *after);

/* cells.c: the number of a balanced ring's cells for each node */
void model_due(const struct hr_table *t, u32 grid, u32 *due);

/* check.c: a view */
void model_check_at(const struct model_ring *ring, const struct hr_view *view,
		    const struct hr_table *composed, u32 pos);
void model_check(const struct model_ring *ring, const struct hr_view *view);
void model_check_anew(const struct model_ring *ring, const struct hr_table *t,
		      u32 first);

/* impact.c: the figures of a change */

/**
 * struct model_change - a change, for model_check_impact()
 * @before: the table before it
 * @after: the table after it
 * @uid_of_slot: the node in each slot of both tables
 * @from: the map of @before
 * @to: the map of @after
 * @old: the nodes before it
 * @new: the nodes after it
 */
struct model_change {
	const struct hr_table *before;
	const struct hr_table *after;
	const u32 *uid_of_slot;
	const struct model_map *from;
	const struct model_map *to;
	const struct model_nodes *old;
	const struct model_nodes *new;
};

void model_check_impact(struct kunit *test, const struct model_change *change,
			const struct hr_impact *impact);
void model_check_change(const struct model_ring *ring, u64 frontier,
			const struct model_nodes *after,
			const struct hr_table *before,
			const struct hr_table *next,
			const struct hr_impact *impact);

/* frontier.c: the progress of a migration, and its steps */
void model_moves(const struct model_ring *ring, struct model_arcs *moves);
u64 model_share_below(const struct model_arcs *moves, u64 frontier);
void model_check_progress(struct kunit *test, const struct model_arcs *moves,
			  const struct hr_view *view, u64 low, u64 high);
void model_check_step(struct kunit *test, const struct model_arcs *moves,
		      const struct hr_view *view, u32 grid,
		      const struct hr_pace *pace, u64 to);

#endif
