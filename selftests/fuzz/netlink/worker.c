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

static void run_worker(const struct play *play, u32 worker)
{
	u32 session = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (play->worker >= 0) {
		session_run(play, worker, play->session, true);
		_exit(0);
	}
	do {
		session_run(play, worker, session++, false);
	} while (!stopped());
	_exit(0);
}

/**
 * struct visited - a namespace that the visitor has entered
 * @worker: worker of the namespace
 * @pid: session's process at that time
 * @fd: the namespace; -1: none
 */
struct visited {
	u32 worker;
	int pid;
	int fd;
};

static int session_pid(u32 worker)
{
	return __atomic_load_n(&totals->session_pid[worker], __ATOMIC_ACQUIRE);
}

static void play_here(const struct play *play, u32 visit, u32 thread,
		      u32 messages)
{
	struct stream *stream = stream_new(play->seed, WORKERS, visit, thread,
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
		  struct visited *visited)
{
	char path[64];

	visited->worker = rng_below(rng, WORKERS);
	visited->pid = session_pid(visited->worker);
	if (!visited->pid ||
	    pthread_mutex_trylock(&totals->visit_lock[visited->worker])) {
		usleep(VISIT_US);
		return;
	}
	snprintf(path, sizeof(path), "/proc/%d/ns/net", visited->pid);
	if (visited->pid == session_pid(visited->worker))
		visited->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (visited->fd >= 0 && !setns(visited->fd, CLONE_NEWNET)) {
		play_here(play, number, 0, 50 + rng_below(rng, 200));
		count(&totals->visits);
	}
	pthread_mutex_unlock(&totals->visit_lock[visited->worker]);
}

static void visitor(const struct play *play)
{
	struct visited visited = { .fd = -1 };
	struct rng rng;
	u32 number = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	rng_seed(&rng, play->seed, WORKERS, 0, THREADS);
	while (!stopped()) {
		/* a namespace without its session has only the visitor */
		if (visited.fd >= 0 && session_pid(visited.worker) != visited.pid &&
		    !setns(visited.fd, CLONE_NEWNET))
			play_here(play, number, 1, 50);
		if (visited.fd >= 0)
			close(visited.fd);
		visited.fd = -1;
		visit(play, &rng, ++number, &visited);
	}
	_exit(0);
}

static void report_fault(const char *what)
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
			report_fault(fault);
			return failed + 1;
		}
		if (++looks % PROGRESS == 0)
			fprintf(stderr, "%llu messages, %llu sessions\n",
				counted(&totals->sent),
				counted(&totals->sessions));
		nanosleep(&tenth, NULL);
	}
	return failed;
}

/* Runs all workers to the end; returns the number of failed processes. */
int workers_run(const struct play *play)
{
	u32 worker;

	began = now();
	watch_begin();
	for (worker = 0; worker <= WORKERS; worker++) {
		pid_t pid;

		if (play->worker >= 0 && (u32)play->worker != worker)
			continue;
		fflush(NULL);
		pid = fork();
		if (pid < 0)
			die("fork");
		if (!pid && worker < WORKERS)
			run_worker(play, worker);
		if (!pid)
			visitor(play);
	}
	return wait_for(play, play->worker >= 0 ? 1 : WORKERS + 1);
}
