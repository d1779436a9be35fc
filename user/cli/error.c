// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors: the text on standard error, and the exit status.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

const struct program *program;
const char *error_file;
unsigned int error_line;
unsigned int error_op;

/*
 * No control characters of a file reach a terminal: they are shown as question
 * marks, also those of Unicode's second row.
 */
static void put_shown(const char *text)
{
	unsigned char last = 0;

	for (; *text; last = *text++) {
		unsigned char c = *text;
		bool second = last == 0xc2 && c >= 0x80 && c < 0xa0;

		fputc(c < 0x20 || c == 0x7f || second ? '?' : c, stderr);
	}
}

__attribute__((format(printf, 1, 0)))
static void vfail(const char *fmt, va_list ap)
{
	char *text;

	/* Earlier output comes first where both go to one place. */
	fflush(stdout);
	fprintf(stderr, "%s: ", program->name);
	if (error_file) {
		put_shown(error_file);
		fprintf(stderr, ":%u: ", error_line);
	}
	if (error_op)
		fprintf(stderr, "operation %u: ", error_op);
	if (vasprintf(&text, fmt, ap) < 0) {
		fputs(strerror(ENOMEM), stderr);
	} else {
		put_shown(text);
		free(text);
	}
	fputc('\n', stderr);
}

void warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfail(fmt, ap);
	va_end(ap);
}

int fail(int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfail(fmt, ap);
	va_end(ap);
	return status;
}

int fail_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfail(fmt, ap);
	va_end(ap);
	return EXIT_USAGE;
}

/* The exit status of a library's error. */
int status_of(int err)
{
	switch (err) {
	case 0:
		return EXIT_DONE;
	case -ESTALE:
		return EXIT_STALE;
	case -EDQUOT:
		return EXIT_BUDGET;
	case -EINPROGRESS:
		return EXIT_MIGRATION;
	default:
		return EXIT_REFUSED;
	}
}

/* Reports a connection's last error; returns its exit status. */
int refused_by(const struct hashring *h, int err)
{
	const char *attr = hashring_error_attr(h), *last = strrchr(attr, '.');
	const char *text = hashring_error(h);

	/* Where the text names neither its subject nor what was typed. */
	if (*attr && !strstr(text, last ? last + 1 : attr) &&
	    !strstr(text, ": "))
		return fail(status_of(err), "%s (%s)", text, attr);
	return fail(status_of(err), "%s", text);
}
