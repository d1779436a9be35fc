/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Work on all processors, which shows progress and can be interrupted.
 */
#ifndef RINGLAB_COMPARE_PARALLEL_H
#define RINGLAB_COMPARE_PARALLEL_H

#include <linux/types.h>

/**
 * struct parallel - work in pieces
 * @what: its name in the progress; NULL: no progress is shown
 * @nr: number of pieces
 * @piece: does one piece; called by many threads at once, once for each piece
 * @arg: for @piece
 */
struct parallel {
	const char *what;
	__u32 nr;
	void (*piece)(void *arg, __u32 i);
	void *arg;
};

int parallel_run(const struct parallel *work);

#endif
