/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of ringbench share. */
#ifndef RINGLAB_BENCH_H
#define RINGLAB_BENCH_H

#include <stddef.h>
#include <linux/types.h>

#include "core/change.h"

#define BENCH_ROUNDS	9

/**
 * struct samples - what the rounds of one measurement gave
 * @ns: nanoseconds for one of what is measured, or a ratio of such, ascending
 *	once they are all in
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
 * @nodes: how many there are
 * @points: of each
 * @grid: or if not 0, cells that they share out
 * @cfg: placement
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

/* What of a table a lookup reads: its index, which may be all. */
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
 * struct lookup_bench - lookups in rings of as many nodes, by each method
 * @ring: of hashed points
 * @balanced: the balanced one
 * @bytes: what each method's lookups read
 * @waiting: each lookup waits for the one before
 * @independent: none does
 * @beside: of the waiting ones: balanced over maglev 65537, round by round
 * @moved: what one node that joins moves; 0: not told
 * @tables: of all methods
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
 * @build: making the next table
 * @receipt: hr_impact() of both
 * @copy: one memcpy() of what lookups read
 * @bytes: of that copy
 * @room: where it goes
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
 * @size: of the table
 * @names: of the nodes, one more than there were
 * @nr_names: number of @names
 * @build: making the table
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
