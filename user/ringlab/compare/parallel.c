// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work on all processors. The caller's thread does no piece of the work: it
 * waits, shows progress after a second, and looks for pending signals.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "parallel.h"
#include "cli/cli.h"
#include "cli/signals.h"

#define TICK_NS	100000000	/* between two checks of progress and signals */
#define QUIET	10		/* ticks before progress is shown */

/**
 * struct crew - threads at work
 * @work: the work
 * @lock: protects the following members
 * @left: woken when a thread ends
 * @next: the next piece to take; @work->nr: none is left
 * @done: number of finished pieces
 * @busy: number of threads that still work
 */
struct crew {
	const struct parallel *work;
	pthread_mutex_t lock;
	pthread_cond_t left;
	__u32 next;
	__u32 done;
	__u32 busy;
};

static void *crew_member(void *arg)
{
	struct crew *c = arg;
	__u32 i;

	pthread_mutex_lock(&c->lock);
	while (c->next < c->work->nr) {
		i = c->next++;
		pthread_mutex_unlock(&c->lock);
		c->work->piece(c->work->arg, i);
		pthread_mutex_lock(&c->lock);
		c->done++;
	}
	c->busy--;
	pthread_cond_signal(&c->left);
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

static void show(const struct crew *c, bool *shown)
{
	fprintf(stderr, "\r\033[K%s: %llu%%", c->work->what,
		100ULL * c->done / c->work->nr);
	*shown = true;
}

/* Returns whether a signal stopped the work; pieces under way are finished. */
static bool wait_for(struct crew *c)
{
	bool visible = c->work->what && isatty(STDERR_FILENO);
	bool shown = false, stopped = false;
	struct timespec until;
	__u32 ticks = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	while (c->busy) {
		until.tv_nsec += TICK_NS;
		if (until.tv_nsec >= 1000000000) {
			until.tv_nsec -= 1000000000;
			until.tv_sec++;
		}
		if (pthread_cond_timedwait(&c->left, &c->lock, &until) !=
		    ETIMEDOUT)
			continue;
		if (signals_wait()) {
			stopped = true;
			c->next = c->work->nr;
		}
		if (visible && ++ticks > QUIET)
			show(c, &shown);
	}
	if (shown)
		fputs("\r\033[K", stderr);
	return stopped;
}

static __u32 processors(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		return 1;
	return CPU_COUNT(&set);
}

/**
 * parallel_run() - does work on all processors
 * @work: the work
 *
 * Return: an exit status; errors are reported. EXIT_ABORTED after a blocked
 * signal, see signals_hold().
 */
int parallel_run(const struct parallel *work)
{
	struct crew c = {
		.work = work,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.left = PTHREAD_COND_INITIALIZER,
	};
	__u32 want = processors(), nr = 0;
	bool stopped = false;
	pthread_t *thread;

	if (want > work->nr)
		want = work->nr;
	thread = calloc((size_t)want + 1, sizeof(*thread));
	if (!thread)
		return fail_memory();
	pthread_mutex_lock(&c.lock);
	while (nr < want && !pthread_create(&thread[nr], NULL, crew_member, &c))
		nr++;
	c.busy = nr;
	if (nr)
		stopped = wait_for(&c);
	pthread_mutex_unlock(&c.lock);
	want = nr ? 0 : want;
	while (nr)
		pthread_join(thread[--nr], NULL);
	free(thread);
	if (stopped)
		return fail(EXIT_ABORTED, "interrupted");
	return want ? fail(EXIT_REFUSED, "no threads") : EXIT_DONE;
}
