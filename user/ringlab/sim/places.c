// SPDX-License-Identifier: GPL-2.0-only
/*
 * Common parts of the methods: the places that lead to nodes, and changes of
 * places.
 */
#include <errno.h>
#include <linux/siphash.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

/**
 * sim_init() - begins a map, without nodes
 * @s: filled in; to be released with sim_release()
 * @ops: the method
 * @nodes: all nodes before or after a change; valid as long as the map
 */
void sim_init(struct sim *s, const struct sim_ops *ops,
	      const struct sim_nodes *nodes)
{
	memset(s, 0, sizeof(*s));
	s->ops = ops;
	s->nodes = nodes;
}

/**
 * sim_change() - changes the nodes of a map
 * @s: the map
 * @change: the change, which leaves at least one node
 *
 * Return: see &struct sim_ops.
 */
int sim_change(struct sim *s, const struct sim_change *change)
{
	return s->ops->change(s, change);
}

/**
 * sim_release() - frees a map
 * @s: the map
 */
void sim_release(struct sim *s)
{
	if (s->ops && s->ops->release)
		s->ops->release(s);
	free(s->map);
	free(s->place);
	memset(s, 0, sizeof(*s));
}

/**
 * sim_place_of() - finds the place of a node
 * @s: the map
 * @number: the node
 *
 * Return: its place, or s->nr without a place.
 */
u32 sim_place_of(const struct sim *s, u32 number)
{
	u32 i;

	for (i = 0; i < s->nr; i++)
		if (s->place[i].number == number)
			break;
	return i;
}

/**
 * sim_insert() - inserts a node's place; places from there on move up by one
 * @s: the map
 * @place: 0 to s->nr
 * @number: the node
 *
 * Return: 0 or -ENOMEM.
 */
int sim_insert(struct sim *s, u32 place, u32 number)
{
	u32 room = s->room ? 2 * s->room : 16;
	struct sim_place *more;

	if (s->nr == s->room) {
		more = reallocarray(s->place, room, sizeof(*more));
		if (!more)
			return -ENOMEM;
		s->place = more;
		s->room = room;
	}
	memmove(&s->place[place + 1], &s->place[place],
		(s->nr++ - place) * sizeof(*s->place));
	s->place[place].number = number;
	s->place[place].seat = number;
	return 0;
}

/**
 * sim_erase() - removes a place; places behind it move down by one
 * @s: the map
 * @place: below s->nr
 */
void sim_erase(struct sim *s, u32 place)
{
	s->nr--;
	memmove(&s->place[place], &s->place[place + 1],
		(s->nr - place) * sizeof(*s->place));
}

/**
 * sim_swap_nodes() - gives the places of replaced nodes to their successors
 * @s: the map
 * @change: the change with the swaps
 */
void sim_swap_nodes(struct sim *s, const struct sim_change *change)
{
	u32 i, place;

	for (i = 0; i < change->nr_swaps; i++) {
		place = sim_place_of(s, change->swap[i].gone);
		s->place[place].number = change->swap[i].joined;
	}
}

/**
 * sim_list_change() - changes a plain list, to which joining nodes are appended
 * @s: the map
 * @change: the change
 *
 * Return: 0 or -ENOMEM.
 */
int sim_list_change(struct sim *s, const struct sim_change *change)
{
	u32 i;

	sim_swap_nodes(s, change);
	for (i = 0; i < change->nr_gone; i++)
		sim_erase(s, sim_place_of(s, change->gone[i]));
	for (i = 0; i < change->nr_joined; i++)
		if (sim_insert(s, s->nr, change->joined[i]))
			return -ENOMEM;
	return 0;
}

/**
 * sim_name_hash() - a hash of a node's name
 * @s: the map
 * @seat: the node whose name counts
 * @key: selects one of many hashes
 *
 * Return: the hash.
 */
u64 sim_name_hash(const struct sim *s, u32 seat, u64 key)
{
	const siphash_key_t siphash_key = { { key, 0 } };
	const char *name = s->nodes->name[seat];

	return siphash(name, strlen(name), &siphash_key);
}
