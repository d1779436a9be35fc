// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys from a file.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lines.h"
#include "private.h"

/**
 * struct reading - a file that is read
 * @s: the set that is filled
 * @position: what makes positions of keys, or NULL: the ring's own hash
 * @arg: handed to @position
 * @lines: how far it has come
 * @all: bytes of the file; 0: not known
 */
struct reading {
	struct flow_set *s;
	flow_position_fn position;
	const void *arg;
	struct key_lines lines;
	u64 all;
};

static int take_key(void *arg, const char *text, size_t len)
{
	struct reading *r = arg;
	u32 position;

	if (r->position)
		position = r->position(r->arg, text, len);
	else
		position = hr_key_position(&r->s->keys, text, len);
	return flow_set_add_key(r->s, text, len, position);
}

static int pause_reading(void *arg)
{
	struct reading *r = arg;

	return flow_tick(r->s, r->lines.bytes, r->all);
}

/**
 * flows_from_keys() - adds the keys of a file, one a line
 * @s: the set
 * @file: the file; "-": standard input
 * @position: what makes positions of keys, or NULL: the ring's own hash
 * @arg: handed to @position
 *
 * Return: 0; -EINVAL for a line that is no key; -EINTR; -ENOMEM; another errno.
 */
int flows_from_keys(struct flow_set *s, const char *file,
		    flow_position_fn position, const void *arg)
{
	bool is_stdin = !strcmp(file, "-");
	struct reading r = {
		.s = s,
		.position = position,
		.arg = arg,
		.lines = { take_key, pause_reading, &r },
	};
	const char *what;
	struct stat st;
	int fd, err;

	s->what = "keys";
	s->has_packets = false;
	s->has_bytes = false;
	fd = is_stdin ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return flow_fail(s, -errno, "%s: %s", file, strerror(errno));
	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		r.all = st.st_size;
	err = key_lines_read(&r.lines, fd, &what);
	if (err && what)
		flow_fail(s, err, "%s:%llu: %s", file, r.lines.nr + 1, what);
	else if (err && !*s->error)
		flow_fail(s, err, "%s: %s", file, strerror(-err));
	if (!is_stdin)
		close(fd);
	return err;
}
