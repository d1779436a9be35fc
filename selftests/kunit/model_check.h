/* SPDX-License-Identifier: GPL-2.0-only */
/* A failed check of the model: the case fails. */
#ifndef HASHRING_KUNIT_MODEL_CHECK_H
#define HASHRING_KUNIT_MODEL_CHECK_H

#include <kunit/test.h>

#define MODEL_CHECK(test, condition)	KUNIT_ASSERT_TRUE(test, condition)

#endif
