/* SPDX-License-Identifier: GPL-2.0-only */
/* What the model does when something does not hold: a crash. */
#ifndef HASHRING_FUZZ_MODEL_CHECK_H
#define HASHRING_FUZZ_MODEL_CHECK_H

#include "fuzz.h"

#define MODEL_CHECK(test, condition) do {	\
	(void)(test);				\
	CHECK(condition);			\
} while (0)

#endif
