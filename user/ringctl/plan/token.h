/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tokens: the state of a ring that a plan was made on, in one word. A token is
 * GENERATION-DIGEST, with the first 8 digits of the map's digest.
 */
#ifndef RINGCTL_PLAN_TOKEN_H
#define RINGCTL_PLAN_TOKEN_H

#include <linux/types.h>

#define TOKEN_LEN	32

/**
 * struct token - a state of a ring
 * @generation: the ring's generation
 * @digest: the upper half of its map's digest
 */
struct token {
	__u64 generation;
	__u32 digest;
};

void token_make(char text[TOKEN_LEN], __u64 generation, __u64 digest);
int token_parse(const char *text, struct token *token);

#endif
