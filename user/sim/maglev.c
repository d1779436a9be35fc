// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/siphash.h>
#include <stdlib.h>
#include <string.h>

#include "maglev.h"

#define UNOWNED	U32_MAX

/* How a node goes through the slots: from @next on, by steps of @skip. */
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

/* The nodes take turns; each takes the next slot of its walk that is free. */
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
 * maglev_init() - make a table
 * @maglev: filled in; give it to maglev_release()
 * @size: number of slots, a prime
 * @names: of the nodes
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
 * maglev_release() - free what maglev_init() filled in
 * @maglev: the table
 */
void maglev_release(struct maglev *maglev)
{
	free(maglev->slots);
	maglev->slots = NULL;
}
