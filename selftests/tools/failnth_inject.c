// SPDX-License-Identifier: GPL-2.0-only
/*
 * Injects failures into allocations of this thread.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "failnth.h"

static int fail_nth = -1, make_it_fail = -1;

static void put(int fd, unsigned int value, const char *what)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", value);

	if (pwrite(fd, text, len, 0) != len)
		die(what);
}

/* Opens the files beforehand, so that arming needs no memory. */
void inject_open(void)
{
	fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	make_it_fail = open("/proc/thread-self/make-it-fail",
			    O_RDWR | O_CLOEXEC);
	if (fail_nth < 0 || make_it_fail < 0)
		die("/proc/thread-self/fail-nth");
}

/**
 * inject_arm() - let an allocation fail from now on
 * @nth: which allocation; 0: none
 * @all_from: and all later allocations; failslab and fail_page_alloc must be
 *	set to fail always, for marked tasks
 */
void inject_arm(unsigned int nth, bool all_from)
{
	if (!nth)
		return;
	put(fail_nth, nth, "fail-nth");
	if (all_from)
		put(make_it_fail, 1, "make-it-fail");
}

/**
 * inject_disarm() - let no more allocation fail
 *
 * Return: whether an allocation has failed.
 */
bool inject_disarm(void)
{
	char text[16] = "";

	put(make_it_fail, 0, "make-it-fail");
	if (pread(fail_nth, text, sizeof(text) - 1, 0) <= 0)
		die("fail-nth");
	put(fail_nth, 0, "fail-nth");
	return !strtoul(text, NULL, 10);
}
