// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <string.h>

#include "ctl.h"
#include "ringctl/ringctl.h"

#define SAID_MAX	(256 * 1024)

static FILE *catcher, *nowhere, *real_out, *real_err;
static char said[SAID_MAX];

void ctl_begin(void)
{
	if (!catcher) {
		catcher = fmemopen(said, sizeof(said), "w");
		nowhere = fdopen(open("/dev/null", O_WRONLY | O_CLOEXEC), "w");
		CHECK(catcher && nowhere);
	}
	rewind(catcher);
	memset(said, 0, 16);
	program = &ringctl;
	memset(&opt, 0, sizeof(opt));
	error_file = NULL;
	error_line = 0;
	error_op = 0;
	real_out = stdout;
	real_err = stderr;
	stdout = nowhere;
	stderr = catcher;
}

const char *ctl_end(void)
{
	fputc('\0', catcher);
	fflush(catcher);
	stdout = real_out;
	stderr = real_err;
	said[SAID_MAX - 1] = '\0';
	return said;
}

void ctl_check_error(const char *text)
{
	static const char begin[] = "ringctl: ";
	const char *end = strchr(text, '\n'), *at;

	CHECK(!strncmp(text, begin, strlen(begin)));
	CHECK(end && end > text + strlen(begin));
	for (at = text; *at; at++)
		CHECK(*at == '\n' || ((unsigned char)*at >= 0x20 && *at != 0x7f));
}
