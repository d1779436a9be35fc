// SPDX-License-Identifier: GPL-2.0-only
/*
 * Health commands: good, bad, hanging, stopped, and with background processes.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <ringctl/clock.h>
#include <ringctl/migrate/health.h>

#define LONG	60000	/* ms: too long for any command that ends by itself */

static char reason[64];

static enum health run(const char *command)
{
	memset(reason, '#', sizeof(reason));
	return health_run(command, LONG, -1, reason, sizeof(reason));
}

static void good(void **state)
{
	assert_int_equal(run("true"), HEALTH_GOOD);
	assert_int_equal(run("echo all is well; echo really >&2"), HEALTH_GOOD);
	assert_int_equal(run("exec >&- 2>&-; true"), HEALTH_GOOD);
	/* The command has no input. */
	assert_int_equal(run("! read line"), HEALTH_GOOD);
}

static void bad(void **state)
{
	assert_int_equal(run("echo one; echo '  b5 is slow '; echo; exit 3"),
			 HEALTH_BAD);
	assert_string_equal(reason, "b5 is slow");
	assert_int_equal(run("echo to stderr >&2; false"), HEALTH_BAD);
	assert_string_equal(reason, "to stderr");
	assert_int_equal(run("exit 3"), HEALTH_BAD);
	assert_string_equal(reason, "exit status 3");
	assert_int_equal(run("kill -9 $$"), HEALTH_BAD);
	assert_string_equal(reason, "killed by signal 9");
	assert_int_equal(run("printf 'a\\tb\\033[2Jc'; false"), HEALTH_BAD);
	assert_string_equal(reason, "a?b?[2Jc");
	assert_int_equal(run("printf '%0200d' 0; false"), HEALTH_BAD);
	assert_int_equal(strlen(reason), sizeof(reason) - 1);
}

static void missing(void **state)
{
	assert_int_equal(run("/nowhere/check.sh"), HEALTH_BAD);
	assert_non_null(strstr(reason, "not found"));
}

/*
 * All output is read, so that the command does not block; the last line is
 * kept.
 */
static void megabytes(void **state)
{
	assert_int_equal(run("yes all is well | head -c 8000000; echo; echo but no; exit 1"),
			 HEALTH_BAD);
	assert_string_equal(reason, "but no");
	assert_int_equal(run("head -c 8000000 /dev/zero"), HEALTH_GOOD);
}

/*
 * Only the killed processes hold a pipe: its end shows that all processes
 * ended.
 */
static void killed(const char *command, __u64 timeout, int stop_fd,
		   enum health expected)
{
	int held[2];
	char byte;

	assert_int_equal(pipe(held), 0);
	assert_int_equal(health_run(command, timeout, stop_fd, reason,
				    sizeof(reason)), expected);
	close(held[1]);
	assert_int_equal(read(held[0], &byte, 1), 0);
	close(held[0]);
}

static void hanging(void **state)
{
	__u64 begun = clock_ms();

	killed("sleep 1000", 50, -1, HEALTH_BAD);
	assert_string_equal(reason, "no answer in 50 ms");
	killed("sleep 1000 & sleep 1000", 50, -1, HEALTH_BAD);
	killed("trap '' TERM INT HUP; sleep 1000 & wait", 50, -1, HEALTH_BAD);
	killed("yes", 50, -1, HEALTH_BAD);
	killed("exec >&- 2>&-; sleep 1000", 50, -1, HEALTH_BAD);
	assert_true(clock_ms() - begun < LONG);
}

/*
 * A background process may hold the pipe: the command has ended all the same.
 */
static void left_behind(void **state)
{
	__u64 begun = clock_ms();

	assert_int_equal(run("sleep 5 & true"), HEALTH_GOOD);
	assert_true(clock_ms() - begun < 5000);
}

static void stopped(void **state)
{
	int stop[2];

	assert_int_equal(pipe(stop), 0);
	assert_int_equal(write(stop[1], "", 1), 1);
	killed("sleep 1000", LONG, stop[0], HEALTH_STOPPED);
	close(stop[0]);
	close(stop[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(bad),
		cmocka_unit_test(missing),
		cmocka_unit_test(megabytes),
		cmocka_unit_test(hanging),
		cmocka_unit_test(left_behind),
		cmocka_unit_test(stopped),
	};

	return cmocka_run_group_tests_name("health", tests, NULL, NULL);
}
