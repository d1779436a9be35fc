// SPDX-License-Identifier: GPL-2.0-only
/*
 * Other network namespaces.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <hashring/hashring.h>

/**
 * hashring_in_netns() - runs a function in a network namespace
 * @netns: its name (in /run/netns) or path; NULL: the present one
 * @run: the function; sockets that it opens stay in that namespace
 * @arg: passed to @run
 * @why: set to the reason, when this function failed and not @run
 * @size: of @why
 *
 * Only the calling thread enters the namespace, and it returns.
 *
 * Return: the return of @run, or a negative errno with @why.
 */
int hashring_in_netns(const char *netns, int (*run)(void *arg), void *arg,
		      char *why, size_t size)
{
	const char *what = "own network namespace";
	char path[PATH_MAX];
	int here, there;
	int ret = -1;

	*why = '\0';
	if (!netns)
		return run(arg);
	here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (here < 0) {
		ret = -errno;
		snprintf(why, size, "%s: %s", what, strerror(-ret));
		return ret;
	}
	snprintf(path, sizeof(path), "%s%s",
		 strchr(netns, '/') ? "" : "/run/netns/", netns);
	there = open(path, O_RDONLY | O_CLOEXEC);
	if (there < 0 || setns(there, CLONE_NEWNET)) {
		ret = -errno;
		snprintf(why, size, "network namespace \"%s\": %s", netns,
			 strerror(-ret));
		goto out;
	}
	ret = run(arg);
	if (setns(here, CLONE_NEWNET)) {
		ret = -errno;
		snprintf(why, size, "return to own network namespace: %s",
			 strerror(-ret));
	}
out:
	if (there >= 0)
		close(there);
	close(here);
	return ret;
}
