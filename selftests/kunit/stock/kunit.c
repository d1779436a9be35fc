// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit for kernels without it. Each case has a thread of its own, so that a
 * failure ends only this case. Results are in KTAP at the place of KUnit's
 * results, /sys/kernel/debug/kunit/SUITE/results.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/completion.h>
#include <linux/debugfs.h>
#include <linux/kthread.h>
#include <linux/module.h>

#include <kunit/test.h>

#define LOG_SIZE	65536
#define INDENT		"    "

/* The log of a suite. Lines without room are only in the kernel's log. */
struct stock_log {
	struct debugfs_blob_wrapper results;
	struct list_head list;
	char text[LOG_SIZE];
};

/* A running case. */
struct stock_case {
	const struct kunit_suite *suite;
	const struct kunit_case *what;
	struct completion done;
	struct kunit test;
};

static LIST_HEAD(logs);
static struct dentry *folder;
static struct stock_log *log;	/* of the running suite */

static void __printf(1, 2) say(const char *format, ...)
{
	size_t len = log->results.size;
	va_list args;

	va_start(args, format);
	len += vscnprintf(log->text + len, LOG_SIZE - len, format, args);
	va_end(args);
	pr_info("%s", log->text + log->results.size);
	log->results.size = len;
}

void kunit_vinfo(struct kunit *test, const char *format, va_list args)
{
	char *text = kvasprintf(GFP_KERNEL, format, args);

	say(INDENT "# %s: %s%s", test->name, text ? text : "no memory",
	    strchr(format, '\n') ? "" : "\n");
	kfree(text);
}

void kunit_try_catch_throw(struct kunit *test)
{
	struct stock_case *c = container_of(test, struct stock_case, test);

	kthread_complete_and_exit(&c->done, 0);
}

static int run_case(void *data)
{
	struct stock_case *c = data;

	if (c->suite->init && c->suite->init(&c->test))
		KUNIT_FAIL_AND_ABORT(&c->test, "no fixture");
	c->what->run_case(&c->test);
	kthread_complete_and_exit(&c->done, 0);
}

static int end_case(void *data)
{
	struct stock_case *c = data;

	if (c->suite->exit)
		c->suite->exit(&c->test);
	kthread_complete_and_exit(&c->done, 0);
}

/* When @c->done completes, the thread has left this module's code. */
static void run_thread(struct stock_case *c, int (*run)(void *data))
{
	struct task_struct *thread;

	init_completion(&c->done);
	thread = kthread_run(run, c, "%s", c->what->name);
	if (IS_ERR(thread)) {
		c->test.status = KUNIT_FAILURE;
		return;
	}
	/* With a timeout, so that the hung task detector stays silent. */
	while (!wait_for_completion_timeout(&c->done, 10 * HZ))
		;
}

static bool run_one(const struct kunit_suite *suite,
		    const struct kunit_case *what, u32 number)
{
	struct stock_case *c = kvzalloc(sizeof(*c), GFP_KERNEL);
	enum kunit_status status;

	if (!c) {
		say(INDENT "not ok %u %s\n", number, what->name);
		return false;
	}
	c->suite = suite;
	c->what = what;
	c->test.name = what->name;
	run_thread(c, run_case);
	run_thread(c, end_case);
	kunit_run_actions(&c->test);
	status = c->test.status;
	if (status == KUNIT_SKIPPED)
		say(INDENT "ok %u %s # SKIP %s\n", number, what->name,
		    c->test.status_comment);
	else
		say(INDENT "%sok %u %s\n", status == KUNIT_FAILURE ? "not " : "",
		    number, what->name);
	kvfree(c);
	return status != KUNIT_FAILURE;
}

static void run_suite(const struct kunit_suite *suite)
{
	bool good = true;
	u32 n = 0, i;

	while (suite->test_cases[n].run_case)
		n++;
	say("KTAP version 1\n");
	say("1..1\n");
	say(INDENT "KTAP version 1\n");
	say(INDENT "# Subtest: %s\n", suite->name);
	say(INDENT "1..%u\n", n);
	for (i = 0; i < n; i++)
		good &= run_one(suite, &suite->test_cases[i], i + 1);
	say("%sok 1 %s\n", good ? "" : "not ", suite->name);
}

static void release(void)
{
	struct stock_log *next;

	debugfs_remove(folder);
	list_for_each_entry_safe(log, next, &logs, list)
		kvfree(log);
}

static char *only = "";
module_param(only, charp, 0444);
MODULE_PARM_DESC(only, "the suite to run (default: all)");

static int __init stock_init(void)
{
	u32 i;

	folder = debugfs_create_dir("kunit", NULL);
	for (i = 0; kunit_suites[i]; i++) {
		const struct kunit_suite *suite = kunit_suites[i];

		if (*only && strcmp(only, suite->name))
			continue;
		log = kvzalloc(sizeof(*log), GFP_KERNEL);
		if (!log) {
			release();
			return -ENOMEM;
		}
		list_add(&log->list, &logs);
		log->results.data = log->text;
		run_suite(suite);
		debugfs_create_blob("results", 0444,
				    debugfs_create_dir(suite->name, folder),
				    &log->results);
	}
	return 0;
}

static void __exit stock_exit(void)
{
	release();
}

module_init(stock_init);
module_exit(stock_exit);
