// SPDX-License-Identifier: GPL-2.0-only
/*
 * core_test [--list | SUITE...] - runs KUnit suites as cmocka groups
 *
 * Without arguments, all suites run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <kunit/test.h>

struct native_case {
	const struct kunit_suite *suite;
	const struct kunit_case *what;
	struct kunit test;
};

static void run_case(void **state)
{
	struct native_case *c = *state;

	if (c->suite->init)
		assert_int_equal(c->suite->init(&c->test), 0);
	c->what->run_case(&c->test);
}

static int end_case(void **state)
{
	struct native_case *c = *state;

	if (c->suite->exit)
		c->suite->exit(&c->test);
	kunit_run_actions(&c->test);
	return 0;
}

static int run_suite(const struct kunit_suite *suite)
{
	struct native_case *cases;
	struct CMUnitTest *tests;
	u32 n = 0, i;
	int failed;

	while (suite->test_cases[n].run_case)
		n++;
	cases = kvcalloc(n, sizeof(*cases), GFP_KERNEL);
	tests = kvcalloc(n, sizeof(*tests), GFP_KERNEL);
	if (!cases || !tests)
		abort();
	for (i = 0; i < n; i++) {
		const struct kunit_case *what = &suite->test_cases[i];

		cases[i].suite = suite;
		cases[i].what = what;
		cases[i].test.name = what->name;
		tests[i].name = what->name;
		tests[i].test_func = run_case;
		tests[i].teardown_func = end_case;
		tests[i].initial_state = &cases[i];
	}
	failed = _cmocka_run_group_tests(suite->name, tests, n, NULL, NULL);
	kvfree(tests);
	kvfree(cases);
	return failed;
}

static const struct kunit_suite *find_suite(const char *name)
{
	u32 i;

	for (i = 0; kunit_suites[i]; i++)
		if (!strcmp(kunit_suites[i]->name, name))
			return kunit_suites[i];
	return NULL;
}

static void list(void)
{
	u32 i;

	for (i = 0; kunit_suites[i]; i++)
		printf("%s\n", kunit_suites[i]->name);
}

int main(int argc, char **argv)
{
	const struct kunit_suite *suite;
	int failed = 0, i;

	if (argc == 2 && !strcmp(argv[1], "--list")) {
		list();
		return 0;
	}
	for (i = 1; i < argc; i++) {
		suite = find_suite(argv[i]);
		if (!suite) {
			fprintf(stderr, "core_test: no suite %s; --list tells them\n", argv[i]);
			return 1;
		}
		failed += run_suite(suite);
	}
	for (i = 0; argc == 1 && kunit_suites[i]; i++)
		failed += run_suite(kunit_suites[i]);
	return failed ? 1 : 0;
}
