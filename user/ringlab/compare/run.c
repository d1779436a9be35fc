// SPDX-License-Identifier: GPL-2.0-only
/*
 * A comparison at work: all methods make their maps at once, all processors
 * draw or count keys, and look-ups are timed one after the other.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/bits.h>
#include <pthread.h>

#include "compare.h"
#include "parallel.h"
#include "cli/signals.h"

/* Hashes that the samples of a rendezvous may cost, for one of two maps. */
#define MAX_DRAWS	BIT_ULL(32)
#define MAX_SAMPLES	BIT_ULL(22)
#define PIECE_DRAWS	BIT_ULL(24)
#define PIECE_KEYS	BIT_ULL(16)

#define TIMED_KEYS	4096
#define TIMED_ROUNDS	9
#define ROUND_NS	1e6

/* The least number of a balanced ring's cells for a node, below the limit. */
#define NODE_CELLS	64

/* Work on one row, or all of them. */
struct run {
	struct compare *c;
	struct compare_row *row;
	__u64 keys;		/* of @row */
	__u64 piece_keys;
	pthread_mutex_t lock;
	int err;		/* the first error, under @lock */
};

static void run_failed(struct run *run, int err)
{
	pthread_mutex_lock(&run->lock);
	if (!run->err)
		run->err = err;
	pthread_mutex_unlock(&run->lock);
}

static int make_given(const struct compare *c, struct compare_row *row)
{
	int err = sim_give(&row->before, c->table_before, c->number);

	return err ?: sim_give(&row->after, c->table_after, c->number);
}

static int make_maps(const struct compare *c, struct compare_row *row)
{
	const struct sim_change first = {
		.joined = c->member,
		.nr_joined = c->nr_before,
		.weight = c->weight_before,
	};
	int err;

	sim_init(&row->before, row->ops, &c->nodes);
	sim_init(&row->after, row->ops, &c->nodes);
	if (!row->ops->change)
		return make_given(c, row);
	err = sim_change(&row->before, &first);
	if (!err)
		err = sim_change(&row->after, &first);
	return err ?: sim_change(&row->after, &c->change);
}

/* One method: its maps, and its exact figures. */
static void row_piece(void *arg, __u32 i)
{
	struct run *run = arg;
	struct compare *c = run->c;
	struct compare_row *row = &c->row[i];
	int err = make_maps(c, row);

	if (err == -EINVAL) {
		row->refused = true;
		return;
	}
	if (!err)
		err = sim_tally_init(&row->tally, c->nodes.nr);
	if (!err) {
		row->bytes = row->ops->bytes(&row->after);
		row->how = c->given.pos ? COMPARE_COUNTED :
			   sim_is_exact(row->ops) ? COMPARE_EXACT :
			   COMPARE_SAMPLED;
		if (row->how == COMPARE_EXACT)
			err = sim_exact(&row->before, &row->after, &row->tally);
	}
	if (err)
		run_failed(run, err);
}

/* Some keys of one row. */
static void keys_piece(void *arg, __u32 i)
{
	struct run *run = arg;
	const struct compare *c = run->c;
	__u64 first = i * run->piece_keys;
	__u64 n = run->keys - first;
	struct sim_tally tally;

	if (n > run->piece_keys)
		n = run->piece_keys;
	if (sim_tally_init(&tally, c->nodes.nr)) {
		run_failed(run, -ENOMEM);
		return;
	}
	if (c->given.pos) {
		const struct sim_keys keys = {
			.nr = n,
			.pos = c->given.pos + first,
			.bytes = c->given.bytes ? c->given.bytes + first : NULL,
		};

		sim_count(&run->row->before, &run->row->after, &keys, &tally);
	} else {
		sim_sample(&run->row->before, &run->row->after, c->seed + i, n,
			   &tally);
	}
	pthread_mutex_lock(&run->lock);
	sim_tally_add(&run->row->tally, &tally, c->nodes.nr);
	pthread_mutex_unlock(&run->lock);
	sim_tally_release(&tally);
}

/* The cost of a look-up, in hashes of nodes. */
static __u64 asked(const struct compare *c, const struct compare_row *row)
{
	return row->ops == &sim_rendezvous ? c->nodes.nr : 64;
}

static __u64 samples_of(const struct compare *c, const struct compare_row *row)
{
	__u64 samples = MAX_DRAWS / asked(c, row);

	if (c->samples)
		return c->samples;
	return samples < MAX_SAMPLES ? samples : MAX_SAMPLES;
}

static int count_row(struct run *run, struct compare_row *row)
{
	const struct compare *c = run->c;
	struct parallel work = { row->ops->name, 0, keys_piece, run };
	int status;

	run->row = row;
	run->keys = c->given.pos ? c->given.nr : samples_of(c, row);
	run->piece_keys = PIECE_DRAWS / asked(c, row);
	if (run->piece_keys > PIECE_KEYS)
		run->piece_keys = PIECE_KEYS;
	work.nr = (run->keys + run->piece_keys - 1) / run->piece_keys;
	status = parallel_run(&work);
	return status || !run->err ? status : fail_memory();
}

/* The processor time of this thread. */
static double now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double time_keys(const struct sim *s, const __u32 *pos, __u32 n)
{
	static __u32 place[TIMED_KEYS];
	double start = now_ns();

	s->ops->lookup(s, pos, place, n);
	return now_ns() - start;
}

/* The median of some rounds; first look-ups fill caches and do not count. */
static double time_row(const struct compare_row *row, const __u32 *pos)
{
	double ns[TIMED_ROUNDS], each, took;
	__u32 i, n = 16, done;

	do {
		n *= 2;
		each = time_keys(&row->after, pos, n) / n;
	} while (n < TIMED_KEYS && each * n < ROUND_NS);
	for (i = 0; i < TIMED_ROUNDS; i++) {
		took = 0;
		done = 0;
		do {
			took += time_keys(&row->after, pos, n);
			done += n;
		} while (took < ROUND_NS);
		ns[i] = took / done;
	}
	qsort(ns, TIMED_ROUNDS, sizeof(*ns), compare_doubles);
	return ns[TIMED_ROUNDS / 2];
}

static int time_rows(struct compare *c)
{
	static __u32 pos[TIMED_KEYS];
	__u32 i;

	for (i = 0; i < TIMED_KEYS; i++)
		pos[i] = sim_mix(c->seed + i);
	for (i = 0; i < c->nr_rows; i++) {
		if (signals_wait())
			return fail(EXIT_ABORTED, "interrupted");
		if (!c->row[i].refused)
			c->row[i].ns = time_row(&c->row[i], pos);
	}
	return EXIT_DONE;
}

/* The smallest grid with NODE_CELLS for each node, but at least the default. */
static __u32 grid_of(const struct compare *c)
{
	__u32 nr = c->nr_before > c->nr_after ? c->nr_before : c->nr_after;
	__u32 grid = HR_DEFAULT_GRID;

	while (grid < HR_MAX_GRID && grid / NODE_CELLS < nr)
		grid *= 2;
	return grid;
}

/**
 * compare_run() - computes a case
 * @c: the case, with the methods in its rows; to be released with
 *	compare_release(), also after an error
 *
 * Context: signals_hold().
 *
 * Return: an exit status; errors are reported.
 */
int compare_run(struct compare *c)
{
	struct run run = { .c = c, .lock = PTHREAD_MUTEX_INITIALIZER };
	const struct parallel maps = { "maps", c->nr_rows, row_piece, &run };
	int status;
	__u32 i;

	if (!c->nodes.grid)
		c->nodes.grid = grid_of(c);
	status = parallel_run(&maps);

	if (!status && run.err)
		status = fail_memory();
	for (i = 0; i < c->nr_rows && !status; i++)
		if (!c->row[i].refused && c->row[i].how != COMPARE_EXACT)
			status = count_row(&run, &c->row[i]);
	if (!status)
		status = time_rows(c);
	if (!status)
		status = compare_figures(c);
	return status;
}

/**
 * compare_release() - frees the results of compare_run()
 * @c: the case
 */
void compare_release(struct compare *c)
{
	__u32 i;

	for (i = 0; i < c->nr_rows; i++) {
		sim_release(&c->row[i].before);
		sim_release(&c->row[i].after);
		sim_tally_release(&c->row[i].tally);
	}
}
