/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keys one a line, as files and pipes bring them.
 */
#ifndef HASHRING_FLOWS_LINES_H
#define HASHRING_FLOWS_LINES_H

#include <linux/types.h>

/**
 * struct key_lines - lines that are read
 * @line: called for each, without its newline; another return than 0 ends it
 * @pause: called when all that has come is done with, before more is waited
 *	for, and at the end; as @line; may be NULL. Lines that @line was shown
 *	stay where they are until then
 * @arg: handed to both
 * @nr: lines that @line has been shown
 * @bytes: that have been read
 */
struct key_lines {
	int (*line)(void *arg, const char *text, size_t len);
	int (*pause)(void *arg);
	void *arg;
	u64 nr;
	u64 bytes;
};

int key_lines_read(struct key_lines *l, int fd, const char **what);

#endif
