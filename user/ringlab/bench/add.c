// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "core/impact.h"
#include "ringlab/sim/maglev.h"

/* The least time of a sample: small rings are changed many times. */
#define SAMPLE_NS	2e6

void add_bench_init(struct add_bench *bench, u32 nodes, u32 points, u32 grid)
{
	bench_ring_init(&bench->ring, nodes, points, grid);
	bench->bytes = bench_table_bytes(bench->ring.table);
	bench->room = malloc(bench->bytes);
	if (!bench->room)
		bench_die("out of memory");
}

/* Copies the memory that look-ups read, into memory allocated before. */
static void copy_table(const struct add_bench *bench)
{
	const struct hr_table *t = bench->ring.table;
	char *room = bench->room;
	size_t bytes;
	const void *index = bench_table_index(t, &bytes);

	memcpy(room, index, bytes);
	memcpy(room + bytes, t->points, bench->bytes - bytes);
	/* The compiler must not drop the copy. */
	asm volatile("" : : "r"(room) : "memory");
}

void add_bench_round(struct add_bench *bench, u32 round)
{
	const struct hr_table *base = bench->ring.table;
	const struct hr_op op = { .kind = HASHRING_OP_ADD, .name = "one-more" };
	double build = 0, receipt = 0, start, made;
	struct hr_table *next = NULL;
	struct hr_impact impact;
	struct hr_error err;
	u32 n = 0, i;

	while (build + receipt < SAMPLE_NS) {
		start = bench_now();
		if (hr_change_build(&bench->ring.cfg, base, &op, 1, U32_MAX, false,
				    &hr_node_plain_ops, GFP_KERNEL, &next,
				    &err))
			bench_die(err.text);
		made = bench_now();
		if (hr_impact(base, next, GFP_KERNEL, &impact))
			bench_die("out of memory");
		receipt += bench_now() - made;
		build += made - start;
		hr_impact_release(&impact);
		hr_table_put(next, &hr_node_plain_ops);
		n++;
	}
	start = bench_now();
	for (i = 0; i < n; i++)
		copy_table(bench);
	bench->copy.ns[round] = (bench_now() - start) / n;
	bench->build.ns[round] = build / n;
	bench->receipt.ns[round] = receipt / n;
}

void add_bench_free(struct add_bench *bench)
{
	bench_sort(&bench->build);
	bench_sort(&bench->receipt);
	bench_sort(&bench->copy);
	free(bench->room);
	bench_ring_free(&bench->ring);
}

void rebuild_bench_init(struct rebuild_bench *bench, u32 size,
			const struct bench_ring *ring)
{
	u32 i;

	bench->size = size;
	bench->nr_names = ring->nodes + 1;
	bench->names = calloc(bench->nr_names, sizeof(*bench->names));
	if (!bench->names)
		bench_die("out of memory");
	for (i = 0; i < ring->nodes; i++)
		bench->names[i] = ring->table->by_name[i]->name;
	bench->names[i] = "one-more";
}

void rebuild_bench_round(struct rebuild_bench *bench, u32 round)
{
	struct maglev maglev;
	double build = 0, start;
	u32 n;

	for (n = 0; build < SAMPLE_NS; n++) {
		start = bench_now();
		if (maglev_init(&maglev, bench->size, bench->names,
				bench->nr_names))
			bench_die("out of memory");
		build += bench_now() - start;
		maglev_release(&maglev);
	}
	bench->build.ns[round] = build / n;
}

void rebuild_bench_free(struct rebuild_bench *bench)
{
	bench_sort(&bench->build);
	free(bench->names);
}
