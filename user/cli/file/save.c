// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that are written as a whole or not at all: into a new file first, which
 * replaces the old one by one rename.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/signals.h"
#include "save.h"

/* The content, its writer, and the file's mode. */
struct saving {
	mode_t mode;
	void (*write)(FILE *f, const void *arg);
	const void *arg;
};

static int save_beside(const struct saving *s, char *path)
{
	int fd = mkstemp(path);
	FILE *f;

	if (fd < 0)
		return -errno;
	f = fdopen(fd, "w");
	if (!f) {
		close(fd);
		return -errno;
	}
	s->write(f, s->arg);
	if (fflush(f) || ferror(f) || fchmod(fd, s->mode) || fsync(fd)) {
		int err = -errno;

		fclose(f);
		return err;
	}
	return fclose(f) ? -errno : 0;
}

/* A pipe or a device is written to, not replaced. */
static int save_into(const struct saving *s, const char *file)
{
	FILE *f = fopen(file, "we");

	if (!f)
		return -errno;
	s->write(f, s->arg);
	if (fflush(f) || ferror(f)) {
		int err = -errno;

		fclose(f);
		return err;
	}
	return fclose(f) ? -errno : 0;
}

/* A signal waits meanwhile, so that no half-written file is left. */
static int save_atomically(const struct saving *s, const char *file)
{
	char *path;
	int err;

	if (asprintf(&path, "%s.XXXXXX", file) < 0)
		return -ENOMEM;
	signals_hold();
	err = save_beside(s, path);
	if (!err && rename(path, file))
		err = -errno;
	if (err)
		unlink(path);
	signals_release();
	free(path);
	return err;
}

/**
 * save_file() - writes a file, all of it or nothing
 * @file: its name; it is replaced by one rename
 * @mode: its mode
 * @write: writes the content
 * @arg: for @write
 *
 * Return: 0 or a negative errno.
 */
int save_file(const char *file, mode_t mode,
	      void (*write)(FILE *f, const void *arg), const void *arg)
{
	const struct saving s = { mode, write, arg };
	struct stat st;

	if (!stat(file, &st) && !S_ISREG(st.st_mode))
		return save_into(&s, file);
	return save_atomically(&s, file);
}
