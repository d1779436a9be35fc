// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys one a line. However long a line is, no more of it is held than a key
 * may have.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flows.h"
#include "lines.h"

#define BUFFER	(1024 * 1024)

#define STRING(number)	#number
#define TEXT_OF(number)	STRING(number)

static const char too_long[] =
	"longer than " TEXT_OF(FLOW_KEY_MAX) " bytes";

static int take_line(struct key_lines *l, const char *text, size_t len,
		     const char **what)
{
	int ret;

	if (!len)
		*what = "no key";
	else if (len > FLOW_KEY_MAX)
		*what = too_long;
	else if (memchr(text, '\0', len))
		*what = "holds a NUL byte";
	if (*what)
		return -EINVAL;
	ret = l->line(l->arg, text, len);
	if (!ret)
		l->nr++;
	return ret;
}

/*
 * Takes the whole lines off a buffer, and at the end of the input the last one
 * too; *used is set to the bytes that are done with.
 */
static int take_buffer(struct key_lines *l, const char *buf, size_t len,
		       bool end, size_t *used, const char **what)
{
	const char *p = buf;
	int ret;

	while (p < buf + len) {
		size_t left = buf + len - p;
		const char *newline = memchr(p, '\n', left);

		if (!newline && !end) {
			if (left <= FLOW_KEY_MAX)
				break;
			*what = too_long;
			return -EINVAL;
		}
		if (newline)
			left = newline - p;
		ret = take_line(l, p, left, what);
		if (ret)
			return ret;
		p += left + !!newline;
	}
	*used = p - buf;
	return l->pause ? l->pause(l->arg) : 0;
}

/**
 * key_lines_read() - reads keys, one a line
 * @l: who is told of them
 * @fd: where they come from
 * @what: set to what is wrong with line @l->nr + 1, else to NULL
 *
 * Return: 0; what a function of @l returned; -EINVAL with *what for a line that
 * is no key; the errno of read(2).
 */
int key_lines_read(struct key_lines *l, int fd, const char **what)
{
	char *buf = malloc(BUFFER);
	size_t held = 0, used = 0;
	int ret = 0;
	ssize_t n;

	*what = NULL;
	if (!buf)
		return -ENOMEM;
	do {
		n = read(fd, buf + held, BUFFER - held);
		if (n < 0) {
			ret = -errno;
			break;
		}
		held += n;
		l->bytes += n;
		ret = take_buffer(l, buf, held, !n, &used, what);
		held -= used;
		memmove(buf, buf + used, held);
	} while (n && !ret);
	free(buf);
	return ret;
}
