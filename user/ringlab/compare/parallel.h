/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Work on all processors, that shows how far it is and can be interrupted.
 */
#ifndef RINGLAB_COMPARE_PARALLEL_H
#define RINGLAB_COMPARE_PARALLEL_H

#include <linux/types.h>

/**
 * struct parallel - work in pieces
 * @what: it is, for who waits; NULL: nothing is shown
 * @nr: number of pieces
 * @piece: does one; called by many threads at once, once for each piece
 * @arg: handed to @piece
 */
struct parallel {
	const char *what;
	__u32 nr;
	void (*piece)(void *arg, __u32 i);
	void *arg;
};

int parallel_run(const struct parallel *work);

#endif
