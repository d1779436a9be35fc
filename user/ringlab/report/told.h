/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What ringctl -j printed of a ring elsewhere.
 */
#ifndef RINGLAB_REPORT_TOLD_H
#define RINGLAB_REPORT_TOLD_H

#include "cli/past/past.h"

/**
 * struct told - what was told of a ring; what was not is NULL
 * @file: where
 * @ring: ring show
 * @history: history, oldest first
 * @moves: history moves, of the last change
 * @steps: migrate steps, oldest first
 */
struct told {
	const char *file;
	json_t *ring;
	json_t *history;
	json_t *moves;
	json_t *steps;
};

int told_read(struct told *t, const char *file, const char *ring);
void told_release(struct told *t);
int told_ring(const struct told *t, struct hashring_ring *ring, __u64 *digest);
int told_receipt(const struct told *t, __u32 i, struct hashring_receipt *receipt);
int told_move(const struct told *t, __u32 i, struct hashring_move *move);
int told_step(const struct told *t, __u32 i, struct hashring_step *step);
struct past_source told_source(const struct told *t);

#endif
