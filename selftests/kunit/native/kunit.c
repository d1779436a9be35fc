// SPDX-License-Identifier: GPL-2.0-only
/* KUnit's functions for a program, by cmocka's assertions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <kunit/test.h>

void kunit_vinfo(struct kunit *test, const char *format, va_list args)
{
	printf("# ");
	if (test)
		printf("%s: ", test->name);
	vprintf(format, args);
	if (!strchr(format, '\n'))
		printf("\n");
}

/* Leaves the case by cmocka's assertions. */
void kunit_try_catch_throw(struct kunit *test)
{
	if (test && test->status == KUNIT_SKIPPED) {
		kunit_info(test, "skipped: %s", test->status_comment);
		skip();
	}
	fail();
	abort();
}
