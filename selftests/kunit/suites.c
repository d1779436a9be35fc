// SPDX-License-Identifier: GPL-2.0-only
/* All tests of kmod/core, as a module or a program. */
#include <linux/module.h>

#include "suites.h"

kunit_test_suites(&config_suite,
		  &key_suite,
		  &table_suite,
		  &change_suite,
		  &refuse_suite,
		  &property_suite,
		  &patch_suite,
		  &record_suite,
		  &balanced_suite,
		  &cells_suite,
		  &view_suite,
		  &frontier_suite,
		  &leave_suite,
		  &leaving_ops_suite,
		  &track_suite,
		  &tcp_suite);

MODULE_DESCRIPTION("Tests of hashring's core");
MODULE_LICENSE("GPL");
