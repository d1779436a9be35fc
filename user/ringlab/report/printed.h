/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What ringctl -j printed of a ring elsewhere.
 */
#ifndef RINGLAB_REPORT_PRINTED_H
#define RINGLAB_REPORT_PRINTED_H

#include "cli/past/past.h"

/**
 * struct printed - what was printed of a ring; what was not is NULL
 * @file: where
 * @ring: ring show
 * @history: history, oldest first
 * @moves: history moves, of the last change
 * @steps: migrate steps, oldest first
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
