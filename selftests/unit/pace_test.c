// SPDX-License-Identifier: GPL-2.0-only
/* The pace of migrations: words, times, and the due time of the next step. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#include <ringctl/migrate/pace.h>
#include <cli/cli.h>

/* Last, because cmocka also has a name fail(). */
#include <cmocka.h>

static void times(void **state)
{
	static const struct {
		const char *word;
		__u64 ms;
	} good[] = {
		{ "0", 0 }, { "10ms", 10 }, { "2s", 2000 }, { "2", 2000 },
		{ "1.5m", 90000 }, { "1h", 3600000 }, { "2d", 172800000 },
		{ "0.1ms", 1 }, { "0.0s", 0 },
	};
	static const char *const bad[] = {
		"", "s", "ms", "-1s", "1x", "1 s", "1.2.3s", "1sm", "0x10",
		"99999999999999999999h", "+1s", "1e3",
	};
	__u64 ms;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_int_equal(get_time(good[i].word, &ms), 0);
		assert_int_equal(ms, good[i].ms);
	}
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_not_equal(get_time(bad[i], &ms), 0);
}

static void batches(void **state)
{
	static const char *const bad[] = {
		"", "0", "0%", "flows", "0flows", "-1flows", "2.5flows",
		"101%", "100 flows", "5000000000flows", "12345678901234567flows",
	};
	struct pace pace = { 0 };
	size_t i;

	assert_int_equal(pace_batch("2%", &pace), 0);
	assert_int_equal(pace.by, HASHRING_STEP_SHARE);
	assert_int_equal(pace.batch, (__u64)(0.02 * HASHRING_WHOLE + 0.5));
	assert_int_equal(pace_batch("100flows", &pace), 0);
	assert_int_equal(pace.by, HASHRING_STEP_FLOWS);
	assert_int_equal(pace.batch, 100);
	assert_int_equal(pace_batch("100%", &pace), 0);
	assert_int_equal(pace.batch, HASHRING_WHOLE);
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_not_equal(pace_batch(bad[i], &pace), 0);
}

static void idle_words(void **state)
{
	static const char *const bad[] = {
		"", ",", ",5s", "x", "5,", "5,x", "5,-1s", "-5", "5;1s",
	};
	struct pace pace = { 0 };
	size_t i;

	assert_int_equal(pace_wait_idle("5", &pace), 0);
	assert_true(pace.wait_idle);
	assert_int_equal(pace.idle_flows, 5);
	assert_int_equal(pace.idle_wait, HASHRING_ANY);
	assert_int_equal(pace_wait_idle("0,1.5s", &pace), 0);
	assert_int_equal(pace.idle_flows, 0);
	assert_int_equal(pace.idle_wait, 1500);
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_not_equal(pace_wait_idle(bad[i], &pace), 0);
}

/* A limit of flows a second, and a minimum interval between steps. */
static void delays(void **state)
{
	struct pace pace = { .interval = 100 };
	struct hashring_step step = { .flows = 1000000 };

	assert_int_equal(pace_delay(&pace, &step), 100);
	pace.rate = 1000;
	assert_int_equal(pace_delay(&pace, &step), 1000000);
	step.flows = 0;
	assert_int_equal(pace_delay(&pace, &step), 100);
	step.flows = 101;
	assert_int_equal(pace_delay(&pace, &step), 101);
	/* Rounded up: never faster than the limit. */
	pace.rate = 7;
	pace.interval = 0;
	step.flows = 1;
	assert_int_equal(pace_delay(&pace, &step), 143);
	pace.rate = 1;
	step.flows = UINT32_MAX;
	assert_int_equal(pace_delay(&pace, &step), UINT32_MAX * 1000ULL);
}

static void budgets(void **state)
{
	struct pace pace = { .budget = HASHRING_ANY };
	struct hashring_step step = { .moved = 60, .flows = 3 };
	struct pace_meter meter = { 0 };

	pace_begin(&meter, 1000);
	assert_int_equal(pace_allowed(&pace, &meter), HASHRING_ANY);
	pace.budget = 100;
	assert_int_equal(pace_allowed(&pace, &meter), 100);
	pace_count(&meter, &step);
	assert_int_equal(pace_allowed(&pace, &meter), 40);
	/* A pause earns no credit. */
	pace_begin(&meter, 5000);
	assert_int_equal(pace_allowed(&pace, &meter), 40);
	pace_count(&meter, &step);
	assert_int_equal(pace_allowed(&pace, &meter), 0);
}

static void what_is_left(void **state)
{
	struct hashring_migration m = { .total = 1000, .released = 0 };
	struct hashring_step step = { .moved = 100, .flows = 50 };
	struct pace pace = { .rate = 10 };
	struct pace_meter meter = { 0 };

	pace_begin(&meter, 1000);
	assert_int_equal(pace_left(&pace, &meter, &m, 2000), HASHRING_ANY);
	assert_true(pace_rate(&meter, 2000) < 0);
	pace_count(&meter, &step);
	pace_count(&meter, &step);
	m.released = 200;
	assert_int_equal(pace_rate(&meter, 3000), 50);
	assert_int_equal(pace_left(&pace, &meter, &m, 3000), 8000);
	m.noted = 100;
	assert_int_equal(pace_left(&pace, &meter, &m, 3000), 10000);
	m.released = 1000;
	assert_int_equal(pace_left(&pace, &meter, &m, 3000), 0);
	/* If the clock stands still, there is no division by zero. */
	m.released = 200;
	assert_int_equal(pace_left(&pace, &meter, &m, 1000), HASHRING_ANY);
	assert_true(pace_rate(&meter, 1000) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times),
		cmocka_unit_test(batches),
		cmocka_unit_test(idle_words),
		cmocka_unit_test(delays),
		cmocka_unit_test(budgets),
		cmocka_unit_test(what_is_left),
	};

	return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
