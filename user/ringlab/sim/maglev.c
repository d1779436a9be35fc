// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/siphash.h>
#include <stdlib.h>
#include <string.h>

#include "maglev.h"
#include "sim.h"

#define UNOWNED	U32_MAX

/* A node's walk through the slots: from @next on, by steps of @skip. */
struct walk {
	u32 next;
	u32 skip;
};

static void start_walk(struct walk *walk, const char *name, u32 size)
{
	static const siphash_key_t offset_key = { { 1, 0 } };
	static const siphash_key_t skip_key = { { 2, 0 } };

	walk->next = siphash(name, strlen(name), &offset_key) % size;
	walk->skip = siphash(name, strlen(name), &skip_key) % (size - 1) + 1;
}

static u32 step(struct walk *walk, u32 size)
{
	u32 slot = walk->next;

	walk->next = (walk->next + walk->skip) % size;
	return slot;
}

/* The nodes take turns; each takes the next free slot of its walk. */
static void populate(struct maglev *maglev, struct walk *walks, u32 nr_names)
{
	u32 filled = 0, i, slot;

	memset(maglev->slots, 0xff, maglev->size * sizeof(*maglev->slots));
	for (;;) {
		for (i = 0; i < nr_names; i++) {
			do
				slot = step(&walks[i], maglev->size);
			while (maglev->slots[slot] != UNOWNED);
			maglev->slots[slot] = i;
			if (++filled == maglev->size)
				return;
		}
	}
}

/**
 * maglev_init() - makes a table
 * @maglev: filled in; to be released with maglev_release()
 * @size: number of slots, a prime
 * @names: names of the nodes
 * @nr_names: number of nodes, at least 1
 *
 * Return: 0 or -ENOMEM.
 */
int maglev_init(struct maglev *maglev, u32 size, const char *const *names,
		u32 nr_names)
{
	struct walk *walks = calloc(nr_names, sizeof(*walks));
	u32 i;

	maglev->size = size;
	maglev->slots = calloc(size, sizeof(*maglev->slots));
	if (!walks || !maglev->slots) {
		free(walks);
		maglev_release(maglev);
		return -ENOMEM;
	}
	for (i = 0; i < nr_names; i++)
		start_walk(&walks[i], names[i], size);
	populate(maglev, walks, nr_names);
	free(walks);
	return 0;
}

/**
 * maglev_release() - frees the memory of a table
 * @maglev: the table
 */
void maglev_release(struct maglev *maglev)
{
	free(maglev->slots);
	maglev->slots = NULL;
}

static int maglev_change(struct sim *s, const struct sim_change *change)
{
	const char **names;
	int err;
	u32 i;

	if (sim_list_change(s, change))
		return -ENOMEM;
	if (s->map)
		maglev_release(s->map);
	else
		s->map = calloc(1, sizeof(struct maglev));
	names = calloc(s->nr, sizeof(*names));
	if (!s->map || !names) {
		free(names);
		return -ENOMEM;
	}
	for (i = 0; i < s->nr; i++)
		names[i] = s->nodes->name[s->place[i].seat];
	err = maglev_init(s->map, s->ops->slots, names, s->nr);
	free(names);
	return err;
}

static void maglev_places(const struct sim *s, const u32 *pos, u32 *place,
			  u32 n)
{
	const struct maglev *maglev = s->map;
	u32 i;

	for (i = 0; i < n; i++)
		place[i] = maglev_lookup(maglev, pos[i]);
}

static void maglev_piece(const struct sim *s, u64 *cursor,
			 struct sim_piece *piece)
{
	const struct maglev *maglev = s->map;
	u32 slot = (*cursor)++;

	piece->end = sim_part_end(slot, maglev->size);
	piece->place = maglev->slots[slot];
}

static size_t maglev_bytes(const struct sim *s)
{
	return (s->ops->slots + s->nr) * sizeof(u32);
}

static void maglev_sim_release(struct sim *s)
{
	if (s->map)
		maglev_release(s->map);
}

#define MAGLEV_OPS(size)				\
const struct sim_ops sim_maglev_##size = {		\
	.name = "maglev-" #size,			\
	.slots = (size),				\
	.change = maglev_change,			\
	.lookup = maglev_places,			\
	.piece = maglev_piece,				\
	.bytes = maglev_bytes,				\
	.release = maglev_sim_release,			\
}

MAGLEV_OPS(4093);
MAGLEV_OPS(65537);
