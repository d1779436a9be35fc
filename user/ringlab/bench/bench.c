// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "core/table_build.h"

/*
 * Processor time of this thread in ns: other work on the machine counts only by
 * its effect on the caches.
 */
double bench_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void bench_sort(struct samples *samples)
{
	qsort(samples->ns, BENCH_ROUNDS, sizeof(samples->ns[0]), compare);
}

double bench_median(const struct samples *samples)
{
	return samples->ns[BENCH_ROUNDS / 2];
}

void bench_die(const char *what)
{
	fprintf(stderr, "ringbench: %s\n", what);
	exit(1);
}

void bench_ring_init(struct bench_ring *ring, u32 nodes, u32 points, u32 grid)
{
	struct hr_op *ops = calloc(nodes, sizeof(*ops));
	struct hr_table *empty = hr_table_empty(GFP_KERNEL);
	struct hr_error err;
	u32 i;

	if (!ops || !empty)
		bench_die("out of memory");
	ring->nodes = nodes;
	ring->points = points;
	ring->grid = grid;
	ring->cfg = (struct hr_config) {
		.place = grid ? &hr_place_balanced : &hr_place_hash,
		.points = points, .per = 1, .grid = grid,
	};
	hr_keys_derive(&ring->cfg.keys, ring->cfg.seed);
	for (i = 0; i < nodes; i++)
		snprintf(ops[i].name, sizeof(ops[i].name), "node-%u", i);
	if (hr_change_build(&ring->cfg, empty, ops, nodes, U32_MAX, false,
			    &hr_node_plain_ops, GFP_KERNEL, &ring->table, &err))
		bench_die(err.text[0] ? err.text : "out of memory");
	hr_table_put(empty, &hr_node_plain_ops);
	free(ops);
}

void bench_ring_free(struct bench_ring *ring)
{
	hr_table_put(ring->table, &hr_node_plain_ops);
}

const void *bench_table_index(const struct hr_table *t, size_t *bytes)
{
	*bytes = (t->cells ? sizeof(*t->cells) : sizeof(*t->index)) <<
		 (32 - t->shift);
	return t->cells ?: (const void *)t->index;
}

size_t bench_table_bytes(const struct hr_table *t)
{
	size_t bytes;

	bench_table_index(t, &bytes);
	/* Look-ups in cells read no points. */
	return t->cells ? bytes :
	       bytes + ((size_t)t->nr_points + 1) * sizeof(*t->points);
}
