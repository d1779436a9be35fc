// SPDX-License-Identifier: GPL-2.0-only
/*
 * Starts the module or a namespace while allocations fail.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/syscall.h>

#include "failnth.h"

#define MODULE	"/sys/module/hashring"

static int complain(const char *what, unsigned int nth, const char *why)
{
	printf("bad %s: allocation %u failed: %s\n", what, nth, why);
	return 1;
}

static int figures(const char *what, unsigned int injected,
		   unsigned int refused)
{
	printf("good %s injected %u: refused %u, done %u\n", what, injected,
	       refused, injected - refused);
	return 0;
}

/**
 * start_module() - load the module until none of its allocations fails
 * @path: the module's file; the module is not loaded before or after
 * @all_from: as in inject_arm()
 *
 * Return: 0 if the module was either loaded, with answers, or absent each time.
 */
int start_module(const char *path, bool all_from)
{
	unsigned int nth, refused = 0;
	bool injected = true;
	int err, fd;

	for (nth = 1; injected; nth++) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			die(path);
		inject_arm(nth, all_from);
		err = syscall(SYS_finit_module, fd, "", 0) ? errno : 0;
		injected = inject_disarm();
		close(fd);
		if (err) {
			refused++;
			if (!injected || err != ENOMEM)
				return complain("module", nth, strerror(err));
			if (!access(MODULE, F_OK))
				return complain("module", nth, "it is there");
			continue;
		}
		if (!wire_there())
			return complain("module", nth, "no answer");
		if (syscall(SYS_delete_module, "hashring", 0))
			return complain("module", nth, strerror(errno));
	}
	return figures("module", nth - 2, refused);
}

/**
 * start_namespaces() - make a network namespace until nothing fails
 * @all_from: as in inject_arm()
 *
 * Return: 0 if the module answers in each new namespace, and in the present one
 * after each failure.
 */
int start_namespaces(bool all_from)
{
	int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), err;
	unsigned int nth, refused = 0;
	bool injected = true;

	if (here < 0)
		die("/proc/self/ns/net");
	for (nth = 1; injected; nth++) {
		inject_arm(nth, all_from);
		err = unshare(CLONE_NEWNET) ? errno : 0;
		injected = inject_disarm();
		refused += !!err;
		if (err && !injected)
			return complain("namespace", nth, strerror(err));
		if (!wire_there())
			return complain("namespace", nth, "no answer");
		if (!err && setns(here, CLONE_NEWNET))
			die("setns");
	}
	return figures("namespace", nth - 2, refused);
}
