/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keys from standard input or a file, one a line.
 */
#ifndef CLI_KEYS_KEYS_H
#define CLI_KEYS_KEYS_H

#include "position.h"

/**
 * struct key_line - a line
 * @text: the key, without the newline and without a NUL
 * @len: bytes of @text
 * @position: the key's position
 */
struct key_line {
	const char *text;
	size_t len;
	__u32 position;
};

/**
 * struct key_input - what to do with the lines
 * @file: the file; NULL: standard input
 * @positions: the lines are positions, not keys
 * @by: hash for positions of keys
 * @lines: number of lines taken so far
 * @take: called for each; the text lasts until @flush returns
 * @flush: called when no more input waits, and at the end
 * @arg: for both; they return an exit status, and anything but EXIT_DONE ends
 *	the reading
 */
struct key_input {
	const char *file;
	bool positions;
	struct positioner by;
	__u64 lines;
	int (*take)(const struct key_line *line, void *arg);
	int (*flush)(void *arg);
	void *arg;
};

int keys_read(struct key_input *in);

#endif
