// SPDX-License-Identifier: GPL-2.0-only
/* Functions for any KUnit shim. */
#include <kunit/test.h>

struct kunit_action {
	struct kunit_action *next;
	kunit_action_t *action;
	void *context;
};

int kunit_add_action_or_reset(struct kunit *test, kunit_action_t *action,
			      void *context)
{
	struct kunit_action *a = kvmalloc(sizeof(*a), GFP_KERNEL);

	if (!a) {
		action(context);
		return -ENOMEM;
	}
	*a = (struct kunit_action) { test->actions, action, context };
	test->actions = a;
	return 0;
}

void kunit_run_actions(struct kunit *test)
{
	struct kunit_action *a;

	while ((a = test->actions)) {
		test->actions = a->next;
		a->action(a->context);
		kvfree(a);
	}
}

void kunit_info(struct kunit *test, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	kunit_vinfo(test, format, args);
	va_end(args);
}

struct kunit *kunit_mark_skipped(struct kunit *test, const char *format, ...)
{
	va_list args;

	test->status = KUNIT_SKIPPED;
	va_start(args, format);
	vsnprintf(test->status_comment, sizeof(test->status_comment), format,
		  args);
	va_end(args);
	return test;
}

struct kunit *kunit_mark_failed(struct kunit *test, const char *file, int line,
				const char *format, ...)
{
	va_list args;

	if (test)
		test->status = KUNIT_FAILURE;
	kunit_info(test, "ASSERTION FAILED at %s:%d\n", file, line);
	va_start(args, format);
	kunit_vinfo(test, format, args);
	va_end(args);
	return test;
}
