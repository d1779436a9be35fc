/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HASHRING_KUNIT_NATIVE_MODULE_H
#define HASHRING_KUNIT_NATIVE_MODULE_H

/* A program has neither. */
#define MODULE_DESCRIPTION(text)	_Static_assert(sizeof(text), "")
#define MODULE_LICENSE(text)		_Static_assert(sizeof(text), "")

#endif
