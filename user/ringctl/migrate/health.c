// SPDX-License-Identifier: GPL-2.0-only
/*
 * A health check: a command that a shell runs in a process group of its own.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/compiler.h>

#include "health.h"
#include "ringctl/clock.h"

#define KEPT	4096	/* bytes of output that are kept, the last ones */

/**
 * struct check - a running command
 * @pid: the shell, which leads its group
 * @pid_fd: readable when the shell has ended
 * @out_fd: its output; -1 once nothing writes to it any more
 * @said: the last output
 * @len: bytes in @said
 */
struct check {
	pid_t pid;
	int pid_fd;
	int out_fd;
	char said[KEPT];
	size_t len;
};

__attribute__((noreturn))
static void run_child(const char *command, int out)
{
	int null = open("/dev/null", O_RDWR);
	sigset_t none;

	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 ||
	    dup2(out, 2) < 0)
		_exit(126);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

static int check_begin(struct check *c, const char *command)
{
	int out[2];
	int err;

	if (pipe2(out, O_CLOEXEC))
		return -errno;
	c->pid = fork();
	if (!c->pid)
		run_child(command, out[1]);
	err = -errno;
	close(out[1]);
	c->out_fd = out[0];
	if (c->pid < 0)
		goto err_close;
	/* In the parent too: whichever comes first, the group can be killed. */
	setpgid(c->pid, c->pid);
	fcntl(c->out_fd, F_SETFL, O_NONBLOCK);
	c->pid_fd = pidfd_open(c->pid, 0);
	if (c->pid_fd >= 0)
		return 0;
	err = -errno;
	kill(-c->pid, SIGKILL);
	waitpid(c->pid, NULL, 0);
err_close:
	close(c->out_fd);
	return err;
}

/* Reads the output; only the last bytes are kept. */
static void listen_to(struct check *c)
{
	char buf[KEPT];
	ssize_t n = read(c->out_fd, buf, sizeof(buf));
	size_t drop;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		close(c->out_fd);
		c->out_fd = -1;
		return;
	}
	drop = c->len + n > KEPT ? c->len + n - KEPT : 0;
	memmove(c->said, c->said + drop, c->len - drop);
	c->len -= drop;
	memcpy(c->said + c->len, buf, n);
	c->len += n;
}

/* At the end the output may be more than one read takes. */
static void listen_out(struct check *c)
{
	size_t left;

	for (left = 64; c->out_fd >= 0 && left; left--) {
		struct pollfd fd = { .fd = c->out_fd, .events = POLLIN };

		if (poll(&fd, 1, 0) != 1)
			return;
		listen_to(c);
	}
}

/* Until it has ended (1), is stopped (-1), or is too late (0). */
static int watch(struct check *c, __u64 end, int stop_fd)
{
	enum { ENDED, STOP, OUT };
	struct pollfd fd[] = {
		[ENDED] = { .fd = c->pid_fd, .events = POLLIN },
		[STOP] = { .fd = stop_fd, .events = POLLIN },
		[OUT] = { .events = POLLIN },
	};

	for (;;) {
		fd[OUT].fd = c->out_fd;
		if (poll(fd, 3, clock_left(end)) < 0)
			continue;
		if (fd[STOP].revents)
			return -1;
		if (fd[ENDED].revents) {
			listen_out(c);
			return 1;
		}
		if (fd[OUT].revents)
			listen_to(c);
		if (!clock_left(end))
			return 0;
	}
}

/* The last line that is not empty; false: there is none. */
static bool last_line(struct check *c, char *line, size_t size)
{
	char *end = c->said + c->len;
	char *from;
	size_t i;

	while (end > c->said && isspace((unsigned char)end[-1]))
		end--;
	for (from = end; from > c->said && from[-1] != '\n'; )
		from--;
	while (from < end && isspace((unsigned char)*from))
		from++;
	for (i = 0; from < end && i + 1 < size; i++, from++)
		line[i] = iscntrl((unsigned char)*from) ? '?' : *from;
	line[i] = '\0';
	return i;
}

static void tell(struct check *c, int status, char *reason, size_t size)
{
	if (last_line(c, reason, size))
		return;
	if (WIFSIGNALED(status))
		snprintf(reason, size, "killed by signal %d",
			 WTERMSIG(status));
	else
		snprintf(reason, size, "exit status %d", WEXITSTATUS(status));
}

/**
 * health_run() - runs a check and waits for its result
 * @command: for /bin/sh
 * @timeout: ms, after which it and its children are killed
 * @stop_fd: when this is readable, likewise; -1: none
 * @reason: set after a failure: the last line of output, or the end of the
 *	command
 * @size: bytes of @reason
 *
 * Return: &HEALTH_GOOD when it ended with status 0; &HEALTH_STOPPED when it was
 * stopped; else &HEALTH_BAD.
 */
enum health health_run(const char *command, __u64 timeout, int stop_fd,
		       char *reason, size_t size)
{
	struct check c = { 0 };
	int err = check_begin(&c, command);
	int status = 0;
	int ended;

	if (err) {
		snprintf(reason, size, "%s", strerror(-err));
		return HEALTH_BAD;
	}
	ended = watch(&c, clock_ms() + timeout, stop_fd);
	if (ended != 1)
		kill(-c.pid, SIGKILL);
	while (waitpid(c.pid, &status, 0) < 0 && errno == EINTR)
		;
	close(c.pid_fd);
	if (c.out_fd >= 0)
		close(c.out_fd);
	if (ended < 0)
		return HEALTH_STOPPED;
	if (!ended) {
		snprintf(reason, size, "no answer in %llu ms", timeout);
		return HEALTH_BAD;
	}
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return HEALTH_GOOD;
	tell(&c, status, reason, size);
	return HEALTH_BAD;
}
