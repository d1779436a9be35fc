/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of ringbench share. */
#ifndef HASHRING_BENCH_H
#define HASHRING_BENCH_H

#include <stddef.h>
#include <linux/types.h>

#include "core/change.h"

#define BENCH_ROUNDS	9

/**
 * struct samples - what the rounds of one measurement gave
 * @ns: nanoseconds for one of what is measured, ascending once they are all in
 */
struct samples {
	double ns[BENCH_ROUNDS];
};

double bench_now(void);
void bench_sort(struct samples *samples);
double bench_median(const struct samples *samples);
void bench_die(const char *what);

/* A ring of @nodes nodes of @points points each. */
struct bench_ring {
	u32 nodes;
	u32 points;
	struct hr_config cfg;
	struct hr_table *table;
};

void bench_ring_init(struct bench_ring *ring, u32 nodes, u32 points);
void bench_ring_free(struct bench_ring *ring);

/* What of a table a lookup reads. */
size_t bench_table_bytes(const struct hr_table *t);

enum bench_method {
	BENCH_RING,
	BENCH_BISECTION,
	BENCH_MAGLEV_SMALL,
	BENCH_MAGLEV_LARGE,
	BENCH_TWO_LOADS,
	BENCH_METHODS
};

/**
 * struct lookup_bench - lookups in one ring, by each method
 * @ring: the ring
 * @bytes: what each method's lookups read
 * @waiting: each lookup waits for the one before
 * @independent: none does
 * @tables: of all methods
 */
struct lookup_bench {
	struct bench_ring ring;
	size_t bytes[BENCH_METHODS];
	struct samples waiting[BENCH_METHODS];
	struct samples independent[BENCH_METHODS];
	struct lookup_tables *tables;
};

extern const char *const bench_method_names[BENCH_METHODS];

void lookup_bench_init(struct lookup_bench *bench, u32 nodes, u32 points);
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

void add_bench_init(struct add_bench *bench, u32 nodes, u32 points);
void add_bench_round(struct add_bench *bench, u32 round);
void add_bench_free(struct add_bench *bench);

#endif
