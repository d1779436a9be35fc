/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cmocka, and the shared parts of the core's tests: rings, operations, random
 * numbers. Tests outside of KUnit pass NULL for the case.
 */
#ifndef HASHRING_UNIT_H
#define HASHRING_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "kunit/unit.h"

#endif
