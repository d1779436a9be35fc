// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "keys.h"
#include "cli/cli.h"

#define MAX_KEY	4096
#define BUFFER	(1024 * 1024)

static int fail_line(const struct key_input *in, const char *what)
{
	return fail_usage("%s%sline %llu: %s", in->file ? in->file : "",
			  in->file ? ": " : "", in->lines + 1, what);
}

/* A line of digits, without a NUL after it. */
static int line_position(const struct key_input *in, struct key_line *line)
{
	char word[32];
	__u64 num;

	if (line->len >= sizeof(word))
		return fail_line(in, "not a position");
	memcpy(word, line->text, line->len);
	word[line->len] = '\0';
	if (get_u64(word, 0, UINT32_MAX, &num))
		return fail_line(in, "not a position");
	line->position = num;
	return EXIT_DONE;
}

static int take_line(struct key_input *in, const char *text, size_t len)
{
	struct key_line line = { text, len, 0 };
	int status = EXIT_DONE;

	if (!len)
		return fail_line(in, "no key");
	if (len > MAX_KEY)
		return fail_line(in, "longer than 4096 bytes");
	if (memchr(text, '\0', len))
		return fail_line(in, "holds a NUL byte");
	if (in->positions)
		status = line_position(in, &line);
	else
		line.position = position_of(&in->by, text, len);
	if (status)
		return status;
	in->lines++;
	return in->take(&line, in->arg);
}

/*
 * Takes the whole lines of a buffer, and at the end of the input the last line
 * too; *used is set to the number of bytes taken.
 */
static int take_lines(struct key_input *in, const char *buf, size_t len,
		      bool end, size_t *used)
{
	const char *p = buf;
	int status;

	while (p < buf + len) {
		size_t left = buf + len - p;
		const char *newline = memchr(p, '\n', left);

		if (!newline && !end) {
			if (left > MAX_KEY)
				return fail_line(in, "longer than 4096 bytes");
			break;
		}
		if (newline)
			left = newline - p;
		status = take_line(in, p, left);
		if (status)
			return status;
		p += left + !!newline;
	}
	*used = p - buf;
	return in->flush(in->arg);
}

/* Once a second, on a terminal where nothing else shows progress. */
static void show_progress(const struct key_input *in, time_t *told)
{
	time_t now = time(NULL);

	if (!*told)
		*told = now;
	if (now == *told || !isatty(STDERR_FILENO) || isatty(STDOUT_FILENO))
		return;
	*told = now;
	fprintf(stderr, "\r%llu keys\r", in->lines);
}

static int read_lines(struct key_input *in, int fd)
{
	char *buf = malloc(BUFFER);
	int status = EXIT_DONE;
	size_t held = 0, used = 0;
	time_t told = 0;
	ssize_t n;

	if (!buf)
		return fail_memory();
	for (;;) {
		n = read(fd, buf + held, BUFFER - held);
		if (n < 0) {
			status = fail_usage("%s: %s",
					    in->file ? in->file :
						       "standard input",
					    strerror(errno));
			break;
		}
		held += n;
		status = take_lines(in, buf, held, !n, &used);
		if (status || !n || ferror(stdout))
			break;
		show_progress(in, &told);
		held -= used;
		memmove(buf, buf + used, held);
	}
	free(buf);
	return status;
}

/**
 * keys_read() - reads all of a file, or of standard input
 * @in: what to do with the lines
 *
 * Return: an exit status; an error in a line is reported.
 */
int keys_read(struct key_input *in)
{
	int status;
	int fd;

	if (!in->file)
		return read_lines(in, STDIN_FILENO);
	fd = open(in->file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail_usage("%s: %s", in->file, strerror(errno));
	status = read_lines(in, fd);
	close(fd);
	return status;
}
