// SPDX-License-Identifier: GPL-2.0-only
/* Watches the kernel's log, and the progress of the run */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

#define STILL_MAX	1200	/* looks without a new message: two minutes */

static int kmsg = -1;

/* Begins at the present end; without a readable log nothing is watched. */
void watch_begin(void)
{
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (kmsg >= 0)
		lseek(kmsg, 0, SEEK_END);
}

static bool complains(const char *line)
{
	static const char *const words[] = {
		"BUG: ", "WARNING: ", "Oops", "KASAN: ", "KFENCE: ", "UBSAN: ",
		"INFO: ", "general protection fault", "refcount_t: ",
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (strstr(line, words[i]))
			return true;
	return false;
}

/* A fault that ends the run, or NULL; called ten times a second. */
const char *watch(void)
{
	static u64 before;
	static u32 still;
	char line[8192];
	ssize_t len;

	/* EPIPE: lines were overwritten, but the later ones are still there */
	while ((len = read(kmsg, line, sizeof(line) - 1)) > 0 ||
	       (len < 0 && errno == EPIPE)) {
		line[len > 0 ? len : 0] = '\0';
		if (complains(line))
			return "the kernel complains";
	}
	still = counted(&totals->sent) == before ? still + 1 : 0;
	before = counted(&totals->sent);
	return still > STILL_MAX ? "nothing moves any more" : NULL;
}
