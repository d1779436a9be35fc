/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by all targets: bytes for decisions, and checks that end a run. */
#ifndef HASHRING_FUZZ_H
#define HASHRING_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <linux/types.h>

/* A failed check is a crash; libFuzzer keeps the input. */
#define CHECK(condition)						\
	do {								\
		if (!(condition))					\
			fuzz_fail(__FILE__, __LINE__, #condition);	\
	} while (0)

static inline void __attribute__((noreturn))
fuzz_fail(const char *file, int line, const char *what)
{
	/* stderr may be redirected here. */
	dprintf(STDERR_FILENO, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

/**
 * struct bytes - an input, read from the front; behind the end come zeros
 * @at: the next byte
 * @left: number of remaining bytes
 */
struct bytes {
	const uint8_t *at;
	size_t left;
};

static inline uint8_t take8(struct bytes *b)
{
	if (!b->left)
		return 0;
	b->left--;
	return *b->at++;
}

static inline uint16_t take16(struct bytes *b)
{
	uint16_t high = take8(b);

	return high << 8 | take8(b);
}

static inline uint32_t take32(struct bytes *b)
{
	uint32_t high = take16(b);

	return high << 16 | take16(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
