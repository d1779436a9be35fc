/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ring and other methods behind one interface, so that all of them make the
 * same change of nodes with the same keys.
 *
 * Keys are positions of 32 bits for all methods. A method that needs a longer
 * hash mixes the position into one. Nodes are numbers from 0, which no change
 * alters. A method's map gives places, and places lead to numbers.
 */
#ifndef RINGLAB_SIM_SIM_H
#define RINGLAB_SIM_SIM_H

#include <core/change.h>

#define SIM_WHOLE	HR_WHOLE_RING
#define SIM_NOBODY	U32_MAX		/* the number of no node */
#define SIM_GAP		HR_NO_SLOT	/* a place without a node */

/**
 * struct sim_nodes - all nodes before or after a change
 * @nr: number of nodes
 * @name: name of each node
 * @point: position of each node in a ring of explicit points; NULL without such
 *	a ring
 * @points: points of each node in a ring of hashed points, for @per of weight
 * @per: see @points
 * @grid: number of a balanced ring's cells, valid for hr_grid_check()
 * @seed: seed of the rings
 */
struct sim_nodes {
	u32 nr;
	const char *const *name;
	const u32 *point;
	u32 points;
	u32 per;
	u32 grid;
	u8 seed[HR_SEED_LEN];
};

/* A node that takes the place of another one. */
struct sim_swap {
	u32 gone;
	u32 joined;
};

/**
 * struct sim_change - a change of nodes, at once
 * @gone: numbers of the leaving nodes
 * @nr_gone: number of @gone
 * @joined: numbers of the joining nodes
 * @nr_joined: number of @joined
 * @swap: replaced nodes, and the nodes that take their places
 * @nr_swaps: number of @swap
 * @weight: weights after the change, by number; NULL: 1. Only rings use them
 */
struct sim_change {
	const u32 *gone;
	u32 nr_gone;
	const u32 *joined;
	u32 nr_joined;
	const struct sim_swap *swap;
	u32 nr_swaps;
	const u32 *weight;
};

/* Positions from behind the last piece up to and including @end. */
struct sim_piece {
	u32 end;
	u32 place;
};

/**
 * struct sim_tally - the effect of a change on keys
 * @whole: number of keys; SIM_WHOLE: each position counts as one key
 * @moved: number of keys whose node differs
 * @moved_bytes: bytes of the moved keys, if keys have bytes
 * @before: number of each node's keys before the change, by number
 * @after: the same after the change
 */
struct sim_tally {
	u64 whole;
	u64 moved;
	u64 moved_bytes;
	u64 *before;
	u64 *after;
};

/**
 * struct sim_place - a place of a map
 * @number: the node, or SIM_NOBODY
 * @seat: the node whose name counts: @number, or the node that it replaced
 */
struct sim_place {
	u32 number;
	u32 seat;
};

/**
 * struct sim_keys - given keys
 * @nr: number of keys
 * @pos: their positions
 * @bytes: bytes of each key, or NULL
 */
struct sim_keys {
	u64 nr;
	const u32 *pos;
	const u64 *bytes;
};

struct sim;

/**
 * struct sim_ops - a method
 * @name: its name on the command line
 * @slots: size of its table; 0: no fixed size
 * @needs_points: it needs &struct sim_nodes.point
 * @change: changes the map; the first change makes it. Returns 0, -ENOMEM, or
 *	-EINVAL when the method has no such map: then the map can only be
 *	released
 * @lookup: looks up the places of @n positions
 * @piece: with a finite map: sets the next piece in ring order; *@cursor is 0
 *	at first. Only called while positions are left
 * @exact: adds the effect of a change to a tally, without pieces. A method with
 *	neither @exact nor @piece needs samples
 * @bytes: returns the memory of the map
 * @release: frees the memory of @change
 */
struct sim_ops {
	const char *name;
	u32 slots;
	bool needs_points;
	int (*change)(struct sim *s, const struct sim_change *change);
	void (*lookup)(const struct sim *s, const u32 *pos, u32 *place, u32 n);
	void (*piece)(const struct sim *s, u64 *cursor,
		      struct sim_piece *piece);
	int (*exact)(const struct sim *before, const struct sim *after,
		     struct sim_tally *tally);
	size_t (*bytes)(const struct sim *s);
	void (*release)(struct sim *s);
};

/**
 * struct sim - a method's map
 * @ops: the method
 * @nodes: all nodes
 * @place: the places
 * @nr: number of @place
 * @room: allocated elements of @place
 * @map: the method's own data
 * @why: after -EINVAL: the reason
 */
struct sim {
	const struct sim_ops *ops;
	const struct sim_nodes *nodes;
	struct sim_place *place;
	u32 nr;
	u32 room;
	void *map;
	char why[192];
};

extern const struct sim_ops sim_ring_hash;
extern const struct sim_ops sim_ring_explicit;
extern const struct sim_ops sim_ring_balanced;
extern const struct sim_ops sim_ring_given;
extern const struct sim_ops sim_modulo;
extern const struct sim_ops sim_range_split;
extern const struct sim_ops sim_range_recut;
extern const struct sim_ops sim_threshold;
extern const struct sim_ops sim_maglev_4093;
extern const struct sim_ops sim_maglev_65537;
extern const struct sim_ops sim_rendezvous;
extern const struct sim_ops sim_jump;
extern const struct sim_ops sim_anchor;

/* All but sim_ring_given, ended by NULL. */
extern const struct sim_ops *const sim_methods[];

const struct sim_ops *sim_find(const char *name, size_t len);
void sim_init(struct sim *s, const struct sim_ops *ops,
	      const struct sim_nodes *nodes);
int sim_change(struct sim *s, const struct sim_change *change);
void sim_release(struct sim *s);

int sim_tally_init(struct sim_tally *tally, u32 nr_nodes);
void sim_tally_release(struct sim_tally *tally);
void sim_tally_add(struct sim_tally *to, const struct sim_tally *from,
		   u32 nr_nodes);
u64 sim_required(const struct sim_tally *tally, u32 nr_nodes);
bool sim_is_exact(const struct sim_ops *ops);
int sim_exact(const struct sim *before, const struct sim *after,
	      struct sim_tally *tally);
void sim_count(const struct sim *before, const struct sim *after,
	       const struct sim_keys *keys, struct sim_tally *tally);
void sim_sample(const struct sim *before, const struct sim *after, u64 state,
		u32 n, struct sim_tally *tally);

/* A ring of the caller: its places are slots (ring.c). */
int sim_give(struct sim *s, const struct hr_table *table, const u32 *number);

/* For methods: their places (places.c). */
u32 sim_place_of(const struct sim *s, u32 number);
int sim_insert(struct sim *s, u32 place, u32 number);
void sim_erase(struct sim *s, u32 place);
void sim_swap_nodes(struct sim *s, const struct sim_change *change);
int sim_list_change(struct sim *s, const struct sim_change *change);
u64 sim_name_hash(const struct sim *s, u32 seat, u64 key);

/* The node in a place. */
static inline u32 sim_number(const struct sim *s, u32 place)
{
	return place < s->nr ? s->place[place].number : SIM_NOBODY;
}

/*
 * A hash of 64 bits of a number: the mixer of "Fast Splittable Pseudorandom
 * Number Generators" (Steele, Lea and Flood, OOPSLA 2014), in Stafford's
 * variant 13.
 */
static inline u64 sim_mix(u64 x)
{
	x += 0x9e3779b97f4a7c15ULL;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

/* The last position of part @i of @nr equal parts of the ring. */
static inline u32 sim_part_end(u32 i, u32 nr)
{
	return (((u64)i + 1) * SIM_WHOLE - 1) / nr;
}

/* The part of @nr equal ones that holds a position. */
static inline u32 sim_part(u32 pos, u32 nr)
{
	return (u64)pos * nr >> 32;
}

#endif
