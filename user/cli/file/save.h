/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files that are written as a whole or not at all.
 */
#ifndef CLI_FILE_SAVE_H
#define CLI_FILE_SAVE_H

#include <stdio.h>
#include <sys/types.h>

int save_file(const char *file, mode_t mode,
	      void (*write)(FILE *f, const void *arg), const void *arg);

#endif
