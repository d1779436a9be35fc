/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cmocka, and what the core's tests have: rings, operations, random numbers. Of
 * tests that are no cases of KUnit's, NULL stands for the case.
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
