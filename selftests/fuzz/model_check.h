/* SPDX-License-Identifier: GPL-2.0-only */
/* A failed check of the model: a crash. */
#ifndef HASHRING_FUZZ_MODEL_CHECK_H
#define HASHRING_FUZZ_MODEL_CHECK_H

#include "fuzz.h"

#define MODEL_CHECK(test, condition) do {	\
	(void)(test);				\
	CHECK(condition);			\
} while (0)

#endif
