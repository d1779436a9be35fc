/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rivals of the ring, and the ring itself, behind one interface, so that the
 * same change of nodes is put to all of them on the same keys.
 *
 * A key is its position, of 32 bits, whatever the method: a method that wants
 * a longer hash mixes the position to one. Nodes are numbers, from 0, that no
 * change alters; a method's map gives places, which lead to numbers.
 */
#ifndef RINGLAB_SIM_SIM_H
#define RINGLAB_SIM_SIM_H

#include <core/change.h>

#define SIM_WHOLE	HR_WHOLE_RING
#define SIM_NOBODY	U32_MAX		/* in the place of a node's number */
#define SIM_GAP		HR_NO_SLOT	/* a place that is nobody's */

/**
 * struct sim_nodes - all nodes that there are before or after a change
 * @nr: how many
 * @name: of each
 * @point: its one point on a ring of explicit points; may be NULL where no such
 *	ring is made
 * @points: on a ring of hashed points: that each has, for each @per of weight
 * @per: see @points
 * @grid: cells of a balanced ring, a number that hr_grid_check() lets pass
 * @seed: of the rings
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

/* A node that takes another's place. */
struct sim_swap {
	u32 gone;
	u32 joined;
};

/**
 * struct sim_change - which nodes come and go, at once
 * @gone: numbers of those that go
 * @nr_gone: number of @gone
 * @joined: numbers of those that come
 * @nr_joined: number of @joined
 * @swap: nodes that take others' places, with all that is theirs
 * @nr_swaps: number of @swap
 * @weight: of all nodes, by number, as it is afterwards; NULL: 1. The rings
 *	heed it, the rivals have none
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

/* Positions up to @end, which is one of them, from where the last piece ended. */
struct sim_piece {
	u32 end;
	u32 place;
};

/**
 * struct sim_tally - what a change does to keys
 * @whole: how many keys there are; SIM_WHOLE: every position counts as one
 * @moved: keys whose node differs
 * @moved_bytes: what these are, where keys were given with their bytes
 * @before: keys of each node, by number
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
 * struct sim_place - where a node is in a map
 * @number: the node, or SIM_NOBODY
 * @seat: whose name counts: the node, or the one that had the place before
 */
struct sim_place {
	u32 number;
	u32 seat;
};

/**
 * struct sim_keys - given keys
 * @nr: how many
 * @pos: their positions
 * @bytes: that each stands for, or NULL
 */
struct sim_keys {
	u64 nr;
	const u32 *pos;
	const u64 *bytes;
};

struct sim;

/**
 * struct sim_ops - a method
 * @name: as users write it
 * @slots: of its table, where the method has one of a fixed size
 * @needs_points: only with &struct sim_nodes.point
 * @change: makes the map of what it was; the first change makes the first map.
 *	Returns 0, -ENOMEM, or -EINVAL where the method has no such map; the map
 *	is then good for release alone
 * @lookup: the places of @n positions
 * @piece: of a method with a finite map: the next piece in ring order, *@cursor
 *	from 0 on. Only called as long as positions are left
 * @exact: of a method that can tell what a change does without pieces: adds it
 *	to a tally. With neither this nor @piece, samples have to do
 * @bytes: memory of the map
 * @release: frees what @change made
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
 * @room: allocated
 * @map: the method's own
 * @why: why it has no map, after -EINVAL
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

/* A ring that is there already: its places are slots (ring.c). */
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
