// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <sys/resource.h>

#include "bench.h"
#include "ringlab/sim/maglev.h"

/*
 * A sample mostly ends before another program runs. The look-ups before the
 * sample have filled the caches.
 */
#define LOOKUPS		20000U
#define WARM_UP		100000U
#define ATTEMPTS	20
#define MAGLEV_SMALL	65537
#define MAGLEV_LARGE	655373

struct lookup_tables {
	const struct hr_table *ring;
	const struct hr_table *balanced;
	struct maglev maglev[2];
	u32 *loads;		/* random numbers, as many bytes as the ring */
	u32 nr_loads;
};

const char *const bench_method_names[BENCH_METHODS] = {
	[BENCH_RING] = "ring",
	[BENCH_BALANCED] = "balanced",
	[BENCH_BISECTION] = "bisection",
	[BENCH_MAGLEV_SMALL] = "maglev 65537",
	[BENCH_MAGLEV_LARGE] = "maglev 655373",
	[BENCH_TWO_LOADS] = "two loads",
};

static __always_inline u32 by_ring(const struct lookup_tables *t, u32 pos)
{
	return hr_table_lookup(t->ring, pos);
}

static __always_inline u32 by_balanced(const struct lookup_tables *t, u32 pos)
{
	return hr_table_lookup(t->balanced, pos);
}

/* A search in the points of the ring, without the ring's index. */
static __always_inline u32 by_bisection(const struct lookup_tables *t, u32 pos)
{
	const struct hr_point *points = t->ring->points;
	u32 low = 0, high = t->ring->nr_points;

	while (low < high) {
		u32 mid = (low + high) / 2;

		if (points[mid].pos < pos)
			low = mid + 1;
		else
			high = mid;
	}
	return points[low].slot;
}

static __always_inline u32 by_maglev_small(const struct lookup_tables *t,
					   u32 pos)
{
	return maglev_lookup(&t->maglev[0], pos);
}

static __always_inline u32 by_maglev_large(const struct lookup_tables *t,
					   u32 pos)
{
	return maglev_lookup(&t->maglev[1], pos);
}

/* The result of the first load is the address of the second load. */
static __always_inline u32 by_two_loads(const struct lookup_tables *t, u32 pos)
{
	u32 first = t->loads[(u64)pos * t->nr_loads >> 32];

	return t->loads[(u64)first * t->nr_loads >> 32];
}

/*
 * Positions come from a generator that does not repeat in a sample, so that no
 * branch predictor learns them. @mask is 0, which the compiler does not know:
 * by @mask the next position depends on the last answer.
 */
#define LOOP(name)							\
static __attribute__((__noinline__))					\
u32 loop_##name(const struct lookup_tables *t, u32 state, u32 n,	\
		bool waiting, u32 mask)					\
{									\
	u32 sum = 0, answer = 0, i;					\
									\
	if (waiting) {							\
		for (i = 0; i < n; i++) {				\
			state = state * 1664525 + 1013904223;		\
			answer = by_##name(t, state + (answer & mask));	\
		}							\
		return answer;						\
	}								\
	for (i = 0; i < n; i++) {					\
		state = state * 1664525 + 1013904223;			\
		sum += by_##name(t, state);				\
	}								\
	return sum;							\
}

LOOP(ring)
LOOP(balanced)
LOOP(bisection)
LOOP(maglev_small)
LOOP(maglev_large)
LOOP(two_loads)

static u32 (*const loops[BENCH_METHODS])(const struct lookup_tables *t,
					 u32 state, u32 n, bool waiting,
					 u32 mask) = {
	[BENCH_RING] = loop_ring,
	[BENCH_BALANCED] = loop_balanced,
	[BENCH_BISECTION] = loop_bisection,
	[BENCH_MAGLEV_SMALL] = loop_maglev_small,
	[BENCH_MAGLEV_LARGE] = loop_maglev_large,
	[BENCH_TWO_LOADS] = loop_two_loads,
};

static void make_maglev(struct lookup_bench *bench)
{
	struct lookup_tables *t = bench->tables;
	u32 nodes = bench->ring.nodes, i;
	const char **names = calloc(nodes, sizeof(*names));

	if (!names)
		bench_die("out of memory");
	for (i = 0; i < nodes; i++)
		names[i] = t->ring->by_name[i]->name;
	if (maglev_init(&t->maglev[0], MAGLEV_SMALL, names, nodes) ||
	    maglev_init(&t->maglev[1], MAGLEV_LARGE, names, nodes))
		bench_die("out of memory");
	free(names);
	bench->bytes[BENCH_MAGLEV_SMALL] = MAGLEV_SMALL * sizeof(u32);
	bench->bytes[BENCH_MAGLEV_LARGE] = MAGLEV_LARGE * sizeof(u32);
}

static void make_loads(struct lookup_bench *bench)
{
	struct lookup_tables *t = bench->tables;
	size_t bytes = bench_table_bytes(t->ring);
	u32 state = 1, i;

	t->nr_loads = bytes / sizeof(*t->loads);
	t->loads = calloc(t->nr_loads, sizeof(*t->loads));
	if (!t->loads)
		bench_die("out of memory");
	for (i = 0; i < t->nr_loads; i++) {
		state = state * 1103515245 + 12345;
		t->loads[i] = state ^ state >> 15;
	}
	bench->bytes[BENCH_TWO_LOADS] = bytes;
}

void lookup_bench_init(struct lookup_bench *bench, u32 nodes, u32 points,
		       u32 grid)
{
	const struct hr_table *t;
	u32 m;

	bench_ring_init(&bench->ring, nodes, points, 0);
	bench_ring_init(&bench->balanced, nodes, 0, grid);
	bench->tables = calloc(1, sizeof(*bench->tables));
	if (!bench->tables)
		bench_die("out of memory");
	t = bench->ring.table;
	bench->tables->ring = t;
	bench->tables->balanced = bench->balanced.table;
	bench->bytes[BENCH_RING] = bench_table_bytes(t);
	bench->bytes[BENCH_BALANCED] = bench_table_bytes(bench->balanced.table);
	bench->bytes[BENCH_BISECTION] = t->nr_points * sizeof(*t->points);
	make_maglev(bench);
	make_loads(bench);
	for (m = 0; m < BENCH_METHODS; m++)
		bench->moved[m] = bench_moved(m, m == BENCH_BALANCED ?
						 &bench->balanced :
						 &bench->ring);
}

/* Reads all of a table once, to bring it into the caches. */
static void touch(const void *table, size_t bytes)
{
	const char *byte = table;
	size_t i;

	for (i = 0; i < bytes; i += 64)
		asm volatile("" : : "r"(byte[i]));
}

static void touch_all(const struct lookup_tables *t, enum bench_method m)
{
	const struct hr_table *ring = t->ring;
	const void *index;
	size_t bytes;

	switch (m) {
	case BENCH_RING:
		index = bench_table_index(ring, &bytes);
		touch(index, bytes);
		touch(ring->points, ring->nr_points * sizeof(*ring->points));
		break;
	case BENCH_BALANCED:
		index = bench_table_index(t->balanced, &bytes);
		touch(index, bytes);
		break;
	case BENCH_BISECTION:
		touch(ring->points, ring->nr_points * sizeof(*ring->points));
		break;
	case BENCH_TWO_LOADS:
		touch(t->loads, t->nr_loads * sizeof(*t->loads));
		break;
	default:
		m -= BENCH_MAGLEV_SMALL;
		touch(t->maglev[m].slots,
		      t->maglev[m].size * sizeof(*t->maglev[m].slots));
		break;
	}
}

static long times_interrupted(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_nivcsw;
}

/*
 * One sample. Another program that runs in between displaces the table from the
 * caches: then the sample is taken again.
 */
static double sample(const struct lookup_tables *t, enum bench_method m,
		     u32 state, bool waiting)
{
	u32 mask = 0, sum, attempt;
	double start, ns = 0;
	long interrupted;

	asm("" : "+r"(mask));
	for (attempt = 0; attempt < ATTEMPTS; attempt++) {
		interrupted = times_interrupted();
		touch_all(t, m);
		sum = loops[m](t, ~state, WARM_UP, waiting, mask);
		start = bench_now();
		sum += loops[m](t, state, LOOKUPS, waiting, mask);
		ns = (bench_now() - start) / LOOKUPS;
		/* The compiler must not drop the look-ups. */
		asm volatile("" : : "r"(sum));
		if (times_interrupted() == interrupted)
			break;
	}
	return ns;
}

/* One sample of every method. */
void lookup_bench_round(struct lookup_bench *bench, u32 round)
{
	u32 state = round * 0x9e3779b9, m;

	for (m = 0; m < BENCH_METHODS; m++) {
		bench->waiting[m].ns[round] =
			sample(bench->tables, m, state, true);
		bench->independent[m].ns[round] =
			sample(bench->tables, m, state, false);
	}
	bench->beside.ns[round] = bench->waiting[BENCH_BALANCED].ns[round] /
				  bench->waiting[BENCH_MAGLEV_SMALL].ns[round];
}

void lookup_bench_free(struct lookup_bench *bench)
{
	u32 m;

	for (m = 0; m < BENCH_METHODS; m++) {
		bench_sort(&bench->waiting[m]);
		bench_sort(&bench->independent[m]);
	}
	bench_sort(&bench->beside);
	maglev_release(&bench->tables->maglev[0]);
	maglev_release(&bench->tables->maglev[1]);
	free(bench->tables->loads);
	free(bench->tables);
	bench_ring_free(&bench->ring);
	bench_ring_free(&bench->balanced);
}
