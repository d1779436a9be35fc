// SPDX-License-Identifier: GPL-2.0-only
/*
 * The share that a joining node moves, exact over all positions, for methods
 * whose look-ups are timed.
 */
#include <stdlib.h>

#include "bench.h"
#include "ringlab/sim/sim.h"

static const struct sim_ops *const methods[BENCH_METHODS] = {
	[BENCH_RING] = &sim_ring_hash,
	[BENCH_BALANCED] = &sim_ring_balanced,
	[BENCH_MAGLEV_SMALL] = &sim_maglev_65537,
};

static void make_map(struct sim *s, const struct sim_ops *ops,
		     const struct sim_nodes *nodes, u32 nr, const u32 *number)
{
	const struct sim_change first = { .joined = number, .nr_joined = nr };

	sim_init(s, ops, nodes);
	if (sim_change(s, &first))
		bench_die("no map to be had");
}

/**
 * bench_moved() - the share that one joining node moves
 * @method: the method
 * @ring: the nodes before, and their points or grid
 *
 * Return: the share in 2^-32 of all keys; 0 for a method without changes.
 */
u64 bench_moved(enum bench_method method, const struct bench_ring *ring)
{
	struct sim_nodes nodes = {
		.nr = ring->nodes + 1, .points = ring->points, .per = 1,
		.grid = ring->grid,
	};
	const char **name;
	u32 *number;
	struct sim_change change = { .nr_joined = 1 };
	struct sim before, after;
	struct sim_tally tally;
	u64 moved;
	u32 i;

	if (!methods[method])
		return 0;
	name = calloc(nodes.nr, sizeof(*name));
	number = calloc(nodes.nr, sizeof(*number));
	if (!name || !number || sim_tally_init(&tally, nodes.nr))
		bench_die("out of memory");
	for (i = 0; i < nodes.nr; i++) {
		name[i] = i < ring->nodes ? ring->table->by_name[i]->name :
					    "one-more";
		number[i] = i;
	}
	nodes.name = name;
	make_map(&before, methods[method], &nodes, ring->nodes, number);
	make_map(&after, methods[method], &nodes, ring->nodes, number);
	change.joined = &number[ring->nodes];
	if (sim_change(&after, &change) || sim_exact(&before, &after, &tally))
		bench_die("no map to be had");
	moved = tally.moved;
	sim_release(&before);
	sim_release(&after);
	sim_tally_release(&tally);
	free(number);
	free(name);
	return moved;
}
