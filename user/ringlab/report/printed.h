/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Outputs of ringctl -j about a ring, from a file.
 */
#ifndef RINGLAB_REPORT_PRINTED_H
#define RINGLAB_REPORT_PRINTED_H

#include "cli/past/past.h"

/**
 * struct printed - printed outputs about a ring; absent ones are NULL
 * @file: the file for errors
 * @ring: output of ring show
 * @history: output of history, oldest first
 * @moves: output of history moves, for the last change
 * @steps: output of migrate steps, oldest first
 */
struct printed {
	const char *file;
	json_t *ring;
	json_t *history;
	json_t *moves;
	json_t *steps;
};

int printed_read(struct printed *p, const char *file, const char *ring);
void printed_release(struct printed *p);
int printed_ring(const struct printed *p, struct hashring_ring *ring, __u64 *digest);
int printed_receipt(const struct printed *p, __u32 i, struct hashring_receipt *receipt);
int printed_move(const struct printed *p, __u32 i, struct hashring_move *move);
int printed_step(const struct printed *p, __u32 i, struct hashring_step *step);
struct past_source printed_source(const struct printed *p);

#endif
