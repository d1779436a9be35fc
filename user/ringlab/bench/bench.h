/* SPDX-License-Identifier: GPL-2.0-only */
/* Common parts of ringbench. */
#ifndef RINGLAB_BENCH_H
#define RINGLAB_BENCH_H

#include <stddef.h>
#include <linux/types.h>

#include "core/change.h"

#define BENCH_ROUNDS	9

/**
 * struct samples - the results of one measurement's rounds
 * @ns: nanoseconds of one operation, or ratios; ascending after bench_sort()
 */
struct samples {
	double ns[BENCH_ROUNDS];
};

double bench_now(void);
void bench_sort(struct samples *samples);
double bench_median(const struct samples *samples);
__attribute__((noreturn)) void bench_die(const char *what);

/**
 * struct bench_ring - a ring
 * @nodes: number of nodes
 * @points: points of each node
 * @grid: 0, or number of cells of a balanced ring
 * @cfg: its placement
 * @table: its table
 */
struct bench_ring {
	u32 nodes;
	u32 points;
	u32 grid;
	struct hr_config cfg;
	struct hr_table *table;
};

void bench_ring_init(struct bench_ring *ring, u32 nodes, u32 points, u32 grid);
void bench_ring_free(struct bench_ring *ring);

/* The memory of a table that look-ups read; the index may be all of it. */
size_t bench_table_bytes(const struct hr_table *t);
const void *bench_table_index(const struct hr_table *t, size_t *bytes);

enum bench_method {
	BENCH_RING,
	BENCH_BALANCED,
	BENCH_BISECTION,
	BENCH_MAGLEV_SMALL,
	BENCH_MAGLEV_LARGE,
	BENCH_TWO_LOADS,
	BENCH_METHODS
};

/**
 * struct lookup_bench - look-ups by each method, for one number of nodes
 * @ring: the ring of hashed points
 * @balanced: the balanced ring
 * @bytes: memory that each method's look-ups read
 * @waiting: each look-up waits for the one before
 * @independent: no look-up waits for another
 * @beside: ratio of @waiting, balanced over maglev 65537, round by round
 * @moved: share that one joining node moves; 0: unknown
 * @tables: tables of all methods
 */
struct lookup_bench {
	struct bench_ring ring;
	struct bench_ring balanced;
	size_t bytes[BENCH_METHODS];
	struct samples waiting[BENCH_METHODS];
	struct samples independent[BENCH_METHODS];
	struct samples beside;
	u64 moved[BENCH_METHODS];
	struct lookup_tables *tables;
};

extern const char *const bench_method_names[BENCH_METHODS];

void lookup_bench_init(struct lookup_bench *bench, u32 nodes, u32 points,
		       u32 grid);
void lookup_bench_round(struct lookup_bench *bench, u32 round);
void lookup_bench_free(struct lookup_bench *bench);

/**
 * struct add_bench - one node added to a ring
 * @ring: the ring before
 * @build: time to make the next table
 * @receipt: time of hr_impact() of both tables
 * @copy: time of one memcpy() of the memory that look-ups read
 * @bytes: size of that memory
 * @room: destination of the copy
 */
struct add_bench {
	struct bench_ring ring;
	struct samples build;
	struct samples receipt;
	struct samples copy;
	size_t bytes;
	void *room;
};

void add_bench_init(struct add_bench *bench, u32 nodes, u32 points, u32 grid);
void add_bench_round(struct add_bench *bench, u32 round);
void add_bench_free(struct add_bench *bench);

/**
 * struct rebuild_bench - Maglev's table made anew for one node more
 * @size: number of slots
 * @names: names of the nodes, with the new one
 * @nr_names: number of @names
 * @build: time to make the table
 */
struct rebuild_bench {
	u32 size;
	const char **names;
	u32 nr_names;
	struct samples build;
};

void rebuild_bench_init(struct rebuild_bench *bench, u32 size,
			const struct bench_ring *ring);
void rebuild_bench_round(struct rebuild_bench *bench, u32 round);
void rebuild_bench_free(struct rebuild_bench *bench);

/* moved.c */
u64 bench_moved(enum bench_method method, const struct bench_ring *ring);

#endif
