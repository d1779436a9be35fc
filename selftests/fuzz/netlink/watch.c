// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's log meanwhile, and whether anything moves */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

#define STILL_MAX	1200	/* looks without a message: two minutes */

static int kmsg = -1;

/* From here on; without a log to read there is none to watch. */
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

/* What the run cannot go on with, or NULL; asked ten times a second. */
const char *watch(void)
{
	static u64 before;
	static u32 still;
	char line[8192];
	ssize_t len;

	/* EPIPE: the log was faster, and the rest of it is still there */
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
