/* SPDX-License-Identifier: GPL-2.0-only */
/* The suites, each in a file of the same name. */
#ifndef HASHRING_KUNIT_SUITES_H
#define HASHRING_KUNIT_SUITES_H

#include <kunit/test.h>

extern struct kunit_suite config_suite;
extern struct kunit_suite key_suite;
extern struct kunit_suite table_suite;
extern struct kunit_suite change_suite;
extern struct kunit_suite refuse_suite;
extern struct kunit_suite property_suite;
extern struct kunit_suite patch_suite;
extern struct kunit_suite record_suite;
extern struct kunit_suite balanced_suite;
extern struct kunit_suite cells_suite;
extern struct kunit_suite view_suite;
extern struct kunit_suite frontier_suite;
extern struct kunit_suite leave_suite;
extern struct kunit_suite leaving_ops_suite;
extern struct kunit_suite track_suite;
extern struct kunit_suite tcp_suite;

#endif
