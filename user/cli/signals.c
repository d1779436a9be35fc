// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals that would end the program wait while work is half-done.
 */
#include <sys/signalfd.h>
#include <unistd.h>

#include "signals.h"

static const int ending[] = { SIGHUP, SIGINT, SIGTERM };
static sigset_t before;

/* These signals. */
void signals_ending(sigset_t *set)
{
	size_t i;

	sigemptyset(set);
	for (i = 0; i < sizeof(ending) / sizeof(*ending); i++)
		sigaddset(set, ending[i]);
}

void signals_hold(void)
{
	sigset_t set;

	signals_ending(&set);
	sigprocmask(SIG_BLOCK, &set, &before);
}

/* Whether a signal has come. */
bool signals_wait(void)
{
	sigset_t set;
	size_t i;

	sigpending(&set);
	for (i = 0; i < sizeof(ending) / sizeof(*ending); i++)
		if (sigismember(&set, ending[i]))
			return true;
	return false;
}

/* From now on a signal ends the program. */
void signals_release(void)
{
	sigprocmask(SIG_SETMASK, &before, NULL);
}

/* Discards the signals of a non-blocking signalfd(), and closes it. */
void signals_drop(int fd)
{
	struct signalfd_siginfo info;

	if (fd < 0)
		return;
	while (read(fd, &info, sizeof(info)) > 0)
		;
	close(fd);
}
