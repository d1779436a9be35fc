// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workers, each with one session after the other, and a visitor: a process that
 * enters namespaces of workers with all capabilities, and may stay in a
 * namespace after all its other processes have ended.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "fuzz.h"

#define VISIT_US	10000	/* interval between looks for a session */
#define PROGRESS	200	/* looks between progress lines, ten a second */

static time_t began;

static time_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

/* Stops all processes when the run is over. */
static void stop_in_time(const struct play *play)
{
	if ((play->messages && counted(&totals->sent) >= play->messages) ||
	    (play->seconds && now() - began >= play->seconds) ||
	    counted(&totals->violations))
		__atomic_store_n(&totals->stop, true, __ATOMIC_RELAXED);
}

static void live_in(const struct play *play, u32 house)
{
	u32 life = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (play->house >= 0) {
		life_live(play, house, play->life, true);
		_exit(0);
	}
	do {
		life_live(play, house, life++, false);
	} while (!stopped());
	_exit(0);
}

/**
 * struct stay - a namespace that the visitor has entered
 * @worker: worker of the namespace
 * @pid: session's process at that time
 * @fd: the namespace; -1: none
 */
struct stay {
	u32 house;
	int pid;
	int fd;
};

static int living(u32 house)
{
	return __atomic_load_n(&totals->living[house], __ATOMIC_ACQUIRE);
}

static void play_here(const struct play *play, u32 visit, u32 thread,
		      u32 messages)
{
	struct stream *stream = stream_new(play->seed, HOUSES, visit, thread,
					   messages);

	stream->unleased = true;
	stream_open(stream);
	while (!stream_ended(stream))
		stream_round(stream);
	stream_close(stream);
}

/*
 * Enters the namespace of a running session, if any. The lock separates visits
 * from the final checks.
 */
static void visit(const struct play *play, struct rng *rng, u32 number,
		  struct stay *stay)
{
	char path[64];

	stay->house = rng_below(rng, HOUSES);
	stay->pid = living(stay->house);
	if (!stay->pid || pthread_mutex_trylock(&totals->door[stay->house])) {
		usleep(VISIT_US);
		return;
	}
	snprintf(path, sizeof(path), "/proc/%d/ns/net", stay->pid);
	if (stay->pid == living(stay->house))
		stay->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (stay->fd >= 0 && !setns(stay->fd, CLONE_NEWNET)) {
		play_here(play, number, 0, 50 + rng_below(rng, 200));
		count(&totals->visits);
	}
	pthread_mutex_unlock(&totals->door[stay->house]);
}

static void outsider(const struct play *play)
{
	struct stay stay = { .fd = -1 };
	struct rng rng;
	u32 number = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	rng_seed(&rng, play->seed, HOUSES, 0, THREADS);
	while (!stopped()) {
		/* a namespace without its session has only the visitor */
		if (stay.fd >= 0 && living(stay.house) != stay.pid &&
		    !setns(stay.fd, CLONE_NEWNET))
			play_here(play, number, 1, 50);
		if (stay.fd >= 0)
			close(stay.fd);
		stay.fd = -1;
		visit(play, &rng, ++number, &stay);
	}
	_exit(0);
}

static void tell_fault(const char *what)
{
	fprintf(stderr, "%s, after %llu messages\n", what,
		counted(&totals->sent));
	record_say(stderr, LAST);
	count(&totals->violations);
}

/*
 * Waits until all processes have ended or hang; returns the number of failed
 * ones.
 */
static int wait_for(const struct play *play, u32 processes)
{
	const struct timespec tenth = { .tv_nsec = 100000000 };
	int status, failed = 0;
	u32 looks = 0;

	while (processes) {
		pid_t pid = waitpid(-1, &status, WNOHANG);
		const char *fault;

		if (pid > 0) {
			processes--;
			failed += !!status;
			continue;
		}
		stop_in_time(play);
		fault = watch();
		if (fault) {
			tell_fault(fault);
			return failed + 1;
		}
		if (++looks % PROGRESS == 0)
			fprintf(stderr, "%llu messages, %llu lives\n",
				counted(&totals->sent),
				counted(&totals->lives));
		nanosleep(&tenth, NULL);
	}
	return failed;
}

/* Runs all workers to the end; returns the number of failed processes. */
int houses_run(const struct play *play)
{
	u32 house;

	began = now();
	watch_begin();
	for (house = 0; house <= HOUSES; house++) {
		pid_t pid;

		if (play->house >= 0 && (u32)play->house != house)
			continue;
		fflush(NULL);
		pid = fork();
		if (pid < 0)
			die("fork");
		if (!pid && house < HOUSES)
			live_in(play, house);
		if (!pid)
			outsider(play);
	}
	return wait_for(play, play->house >= 0 ? 1 : HOUSES + 1);
}
