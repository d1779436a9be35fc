/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of KUnit that tests use, for programs, and for kernels without
 * CONFIG_KUNIT. The interface is that of <kunit/test.h>. native/kunit.c and
 * stock/kunit.c run cases, end cases and report results.
 *
 * A test of cmocka, outside of KUnit, passes NULL for the test.
 */
#ifndef HASHRING_KUNIT_SHIM_TEST_H
#define HASHRING_KUNIT_SHIM_TEST_H

#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/types.h>

#define KUNIT_STATUS_COMMENT_SIZE	256

enum kunit_status {
	KUNIT_SUCCESS,
	KUNIT_FAILURE,
	KUNIT_SKIPPED,
};

struct kunit_action;

struct kunit {
	void *priv;
	const char *name;
	enum kunit_status status;
	char status_comment[KUNIT_STATUS_COMMENT_SIZE];
	struct kunit_action *actions;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
};

struct kunit_suite {
	const char *name;
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;
};

#define KUNIT_CASE(function)	{ .run_case = function, .name = #function }

#define kunit_test_suites(suites...)					\
	struct kunit_suite *const kunit_suites[] = { suites, NULL }

/* All suites, ended by NULL. */
extern struct kunit_suite *const kunit_suites[];

typedef void kunit_action_t(void *context);

/*
 * Runs at the end of the case, the last action first; at once without memory.
 */
int kunit_add_action_or_reset(struct kunit *test, kunit_action_t *action,
			      void *context);
void kunit_run_actions(struct kunit *test);

/* Prints one or more lines of a case. */
void __printf(2, 3) kunit_info(struct kunit *test, const char *format, ...);
void __printf(2, 0) kunit_vinfo(struct kunit *test, const char *format,
				va_list args);

/* Set the result of the case, do not end the case, and return it. */
__printf(2, 3)
struct kunit *kunit_mark_skipped(struct kunit *test, const char *format, ...);
__printf(4, 5)
struct kunit *kunit_mark_failed(struct kunit *test, const char *file, int line,
				const char *format, ...);

/*
 * Ends the case. objtool knows by this name that the function does not return.
 */
void __attribute__((__noreturn__)) kunit_try_catch_throw(struct kunit *test);

#define kunit_skip(test, format, ...)					\
	kunit_try_catch_throw(kunit_mark_skipped(test, format, ##__VA_ARGS__))

#define KUNIT_FAIL_AND_ABORT(test, format, ...)				\
	kunit_try_catch_throw(kunit_mark_failed(test, __FILE__, __LINE__, \
						format, ##__VA_ARGS__))

#define KUNIT_ASSERT_TRUE(test, condition) do {				\
	if (unlikely(!(condition)))					\
		KUNIT_FAIL_AND_ABORT(test,				\
				     "expected to be true: %s",		\
				     #condition);			\
} while (0)

#define KUNIT_ASSERT_FALSE(test, condition) do {			\
	if (unlikely(condition))					\
		KUNIT_FAIL_AND_ABORT(test,				\
				     "expected to be false: %s",	\
				     #condition);			\
} while (0)

#define KUNIT_SHIM_COMPARE(test, left, op, right) do {			\
	const typeof(left) _left = (left);				\
	const typeof(right) _right = (right);				\
									\
	if (unlikely(!(_left op _right)))				\
		KUNIT_FAIL_AND_ABORT(test,				\
				     "expected %s %s %s, seen %lld and %lld", \
				     #left, #op, #right,		\
				     (long long)_left,			\
				     (long long)_right);		\
} while (0)

#define KUNIT_ASSERT_EQ(test, left, right)				\
	KUNIT_SHIM_COMPARE(test, left, ==, right)
#define KUNIT_ASSERT_NE(test, left, right)				\
	KUNIT_SHIM_COMPARE(test, left, !=, right)
#define KUNIT_ASSERT_LT(test, left, right)				\
	KUNIT_SHIM_COMPARE(test, left, <, right)
#define KUNIT_ASSERT_LE(test, left, right)				\
	KUNIT_SHIM_COMPARE(test, left, <=, right)
#define KUNIT_ASSERT_GT(test, left, right)				\
	KUNIT_SHIM_COMPARE(test, left, >, right)
#define KUNIT_ASSERT_GE(test, left, right)				\
	KUNIT_SHIM_COMPARE(test, left, >=, right)

#define KUNIT_SHIM_COMPARE_PTR(test, left, op, right) do {		\
	const void *_left = (left);					\
	const void *_right = (right);					\
									\
	if (unlikely(!(_left op _right)))				\
		KUNIT_FAIL_AND_ABORT(test,				\
				     "expected %s %s %s, seen %p and %p", \
				     #left, #op, #right, _left, _right); \
} while (0)

#define KUNIT_ASSERT_PTR_EQ(test, left, right)				\
	KUNIT_SHIM_COMPARE_PTR(test, left, ==, right)
#define KUNIT_ASSERT_NULL(test, pointer)				\
	KUNIT_SHIM_COMPARE_PTR(test, pointer, ==, NULL)
#define KUNIT_ASSERT_NOT_NULL(test, pointer)				\
	KUNIT_SHIM_COMPARE_PTR(test, pointer, !=, NULL)

#define KUNIT_ASSERT_STREQ(test, left, right) do {			\
	const char *_left = (left);					\
	const char *_right = (right);					\
									\
	if (unlikely(!_left || !_right || strcmp(_left, _right)))	\
		KUNIT_FAIL_AND_ABORT(test,				\
				     "expected %s == %s, seen \"%s\" and \"%s\"", \
				     #left, #right, _left ? _left : "(null)", \
				     _right ? _right : "(null)");	\
} while (0)

#define KUNIT_ASSERT_MEMEQ(test, left, right, size) do {		\
	const void *_left = (left);					\
	const void *_right = (right);					\
									\
	if (unlikely(!_left || !_right || memcmp(_left, _right, size)))	\
		KUNIT_FAIL_AND_ABORT(test,				\
				     "expected the same bytes in %s and %s", \
				     #left, #right);			\
} while (0)

#endif
