// SPDX-License-Identifier: GPL-2.0-only
/*
 * The calculations of plans: moves of other methods, volumes and times, units,
 * tokens, balance and localization.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>

/* Before cmocka, which also has a name fail(). */
#include "cli/cli.h"

#include "cli/keys/transfer.h"
#include "ringctl/plan/token.h"
#include "cli/print/balance.h"
#include "ringctl/plan/shares.h"
#include "unit.h"

/* Rounded to the nearest 2^-32. */
static u64 share_of(u64 part, u64 whole)
{
	return ((__uint128_t)part * 2 * HASHRING_WHOLE / whole + 1) / 2;
}

/* --- other methods, counted one by one ------------------------------------ */

/*
 * Counts all numbers below a common multiple: the first @kept numbers are kept.
 */
static u64 count_modulo(u64 before, u64 after, u64 kept)
{
	u64 moved = 0, i;

	for (i = 0; i < before * after; i++)
		moved += i % before != i % after || i % before >= kept;
	return share_of(moved, before * after);
}

static void modulo_is_counted(void **state)
{
	u64 before, after, kept;

	for (before = 1; before <= 14; before++)
		for (after = 1; after <= 14; after++)
			for (kept = 0; kept <= min(before, after); kept++)
				assert_int_equal(modulo_share(before, after, kept),
						 count_modulo(before, after, kept));
}

/* From n to n + 1 nodes, n / (n + 1) moves, and not 80 % every time. */
static void modulo_of_one_more(void **state)
{
	static const u32 nodes[] = { 5, 50, 500, 10000 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(nodes); i++)
		assert_int_equal(modulo_share(nodes[i], nodes[i] + 1, nodes[i]),
				 share_of(nodes[i], nodes[i] + 1));
	assert_int_equal(modulo_share(5, 6, 5) * 1000 / HASHRING_WHOLE, 833);
	/* Equal weights of ten have the same result as equal weights of one. */
	assert_int_equal(modulo_share(50, 60, 50), modulo_share(5, 6, 5));
	assert_int_equal(modulo_share(0, 6, 0), 0);
	assert_int_equal(modulo_share(6, 0, 0), 0);
}

/*
 * Splits one largest range after the other; ranges that moved anyway come
 * first.
 */
static double count_split(u32 nodes, u32 gone, u32 come)
{
	u32 taken = min(gone, come), pieces[32], i, k, best;
	double moved = 0;

	for (i = 0; i < nodes; i++)
		pieces[i] = 1;
	for (k = gone; k < come; k++) {
		for (best = 0, i = 1; i < nodes; i++)
			if (pieces[i] < pieces[best])
				best = i;
		pieces[best]++;
	}
	for (i = 0; i < nodes; i++)
		moved += i < taken ? 1 : 1 - 1.0 / pieces[i];
	if (gone > come)
		moved += gone - come;
	return moved / nodes;
}

static void split_is_counted(void **state)
{
	u32 nodes, gone, come;

	for (nodes = 1; nodes <= 9; nodes++) {
		for (gone = 0; gone <= nodes; gone++) {
			for (come = 0; come <= 30; come++) {
				double moved = count_split(nodes, gone, come);
				u64 is = split_share(nodes, gone, come);

				if (nodes - gone + come == 0)
					moved = 0;
				assert_true(is <= HASHRING_WHOLE);
				assert_float_equal(is / (double)HASHRING_WHOLE,
						   moved, 0.000000001);
			}
		}
	}
	assert_int_equal(split_share(5, 0, 1), share_of(1, 10));
	assert_int_equal(split_share(0, 0, 1), 0);
}

/* The owners of cells, as many as both sums divide. */
static u64 count_recut(const u32 *before, const u32 *after, u32 nr)
{
	u64 all_before = 0, all_after = 0, moved = 0, cell;
	u32 i;

	for (i = 0; i < nr; i++) {
		all_before += before[i];
		all_after += after[i];
	}
	for (cell = 0; cell < all_before * all_after; cell++) {
		u64 left = cell / all_after, right = cell / all_before;
		u32 a = 0, b = 0;

		while (left >= before[a])
			left -= before[a++];
		while (right >= after[b])
			right -= after[b++];
		moved += a != b;
	}
	return share_of(moved, all_before * all_after);
}

static void recut_is_counted(void **state)
{
	struct unit_random random = { 7 };
	u32 before[8], after[8], i, k;

	for (k = 0; k < 200; k++) {
		u32 nr = 1 + unit_below(&random, 8);

		for (i = 0; i < nr; i++) {
			before[i] = unit_below(&random, 6);
			after[i] = unit_below(&random, 6);
		}
		before[unit_below(&random, nr)] = 1;
		after[unit_below(&random, nr)] = 1;
		assert_int_equal(recut_share(before, after, nr),
				 count_recut(before, after, nr));
	}
}

/* One more node behind all others: half of the keys moves, for any number. */
static void recut_of_one_more(void **state)
{
	u32 before[101], after[101], n;

	for (n = 0; n < 101; n++) {
		before[n] = 1;
		after[n] = 1;
	}
	for (n = 1; n <= 100; n++) {
		before[n] = 0;
		assert_int_equal(recut_share(before, after, n + 1),
				 HASHRING_WHOLE / 2);
		before[n] = 1;
	}
	assert_int_equal(recut_share(before, before, 0), 0);
}

/* --- volumes and times ---------------------------------------------------- */

/* 10M keys of 2 KB, 50 -> 51 nodes, 10 Gbit/s at 70 %: bits, not bytes. */
static void time_is_of_bits(void **state)
{
	struct transfer t = {
		.keys = 10000000, .key_size = 2048, .bandwidth = 10000000000,
		.efficiency = 7 * HASHRING_WHOLE / 10,
	};
	struct transferred to;

	transfer_share(&t, share_of(1, 51), &to);
	assert_int_equal(to.keys, 196078);
	assert_int_equal(to.bytes, 196078ULL * 2048);
	/* 401567744 bytes * 8 / 7e9 per second */
	assert_int_equal(to.ns / 1000, 458934);
	assert_string_equal(transfer_class(to.ns), "Minimal");
	t.bandwidth = 0;
	transfer_share(&t, HASHRING_WHOLE, &to);
	assert_int_equal(to.keys, t.keys);
	assert_int_equal(to.ns, 0);
}

static void classes_have_borders(void **state)
{
	const u64 minute = 60000000000ULL;

	assert_string_equal(transfer_class(0), "Minimal");
	assert_string_equal(transfer_class(5 * minute - 1), "Minimal");
	assert_string_equal(transfer_class(5 * minute), "Low");
	assert_string_equal(transfer_class(15 * minute - 1), "Low");
	assert_string_equal(transfer_class(15 * minute), "Moderate");
	assert_string_equal(transfer_class(60 * minute - 1), "Moderate");
	assert_string_equal(transfer_class(60 * minute), "High");
}

static void steps_are_whole(void **state)
{
	struct transfer t = { .batch = 1000, .rate = 500 };

	assert_int_equal(transfer_steps(&t, 0), 0);
	assert_int_equal(transfer_steps(&t, 1), 1);
	assert_int_equal(transfer_steps(&t, 1000), 1);
	assert_int_equal(transfer_steps(&t, 1001), 2);
	/* 1,000,000 keys, 10 -> 11 nodes: 90,909 moved keys, not 100,000. */
	assert_int_equal(transfer_steps(&t, 90909), 91);
	assert_int_equal(transfer_steps_ns(&t, 90909), 181818000000ULL);
}

static void too_much_is_noticed(void **state)
{
	struct transfer t = { .keys = 1ULL << 22, .key_size = 1ULL << 40 };
	struct transferred to;

	assert_true(transfer_fits(&t));
	t.keys++;
	assert_false(transfer_fits(&t));
	t.key_size = 0;
	assert_true(transfer_fits(&t));
	/* The time of the slowest link is at most the largest number. */
	t = (struct transfer){ .keys = 1ULL << 22, .key_size = 1ULL << 40,
			       .bandwidth = 1, .efficiency = 1 };
	transfer_share(&t, HASHRING_WHOLE, &to);
	assert_true(to.ns == UINT64_MAX);
}

/* --- units and tokens ----------------------------------------------------- */

static void sizes_are_read(void **state)
{
	static const struct {
		const char *word;
		__u64 bytes;
	} good[] = {
		{ "1", 1 }, { "512", 512 }, { "512B", 512 }, { "2K", 2048 },
		{ "2k", 2048 }, { "2KiB", 2048 }, { "2KB", 2000 },
		{ "2kB", 2000 }, { "1.5K", 1536 }, { "3M", 3 << 20 },
		{ "3MB", 3000000 }, { "1GiB", 1 << 30 },
		{ "2TB", 2000000000000 }, { "1T", 1ULL << 40 },
	};
	static const char *const bad[] = {
		"", "0", "K", "-1", "1.2.3", "2Ki", "2KiBs", "2bit", "2m",
		"2 K", "0x10", "1e3", "2KK", "99999999999T",
		"99999999999999999999999999999999999999",
	};
	__u64 bytes;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		assert_int_equal(get_size(good[i].word, &bytes), 0);
		assert_int_equal(bytes, good[i].bytes);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(get_size(bad[i], &bytes), -1);
}

/* A rate without a unit could be bits or bytes; so could bps. */
static void rates_are_read(void **state)
{
	static const struct {
		const char *word;
		__u64 bits;
	} good[] = {
		{ "1bit", 1 }, { "10Gbit", 10000000000 },
		{ "10Gbit/s", 10000000000 }, { "1.5Gbit", 1500000000 },
		{ "100Mbit", 100000000 }, { "64kbit", 64000 },
		{ "64Kbit", 64000 }, { "64Kibit", 65536 }, { "1B/s", 8 },
		{ "1.25GB/s", 10000000000 }, { "1GiB/s", 8ULL << 30 },
		{ "1gbit", 1000000000 }, { "100mbit", 100000000 },
	};
	static const char *const bad[] = {
		"10", "10G", "10Gbps", "10GB", "Gbit", "0Gbit", "-1Gbit",
		"1Gbit/h", "",
	};
	__u64 bits;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		assert_int_equal(get_bandwidth(good[i].word, &bits), 0);
		assert_int_equal(bits, good[i].bits);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(get_bandwidth(bad[i], &bits), -1);
}

static void tokens_are_read(void **state)
{
	static const char *const bad[] = {
		"", "5", "5-", "-8f2c31d0", "5-8f2c31d", "5-8f2c31d00",
		"5-8F2C31D0", "5-8f2c31dg", "05-8f2c31d0", "0x5-8f2c31d0",
		"5 -8f2c31d0", "+5-8f2c31d0", "5-+f2c31d0", "5-0x2c31d0",
		"18446744073709551616-8f2c31d0", "5-8f2c31d0 ", "5-8f2c31d0-1",
	};
	char text[TOKEN_LEN];
	struct token token;
	u32 i;

	token_make(text, 5, 0x8f2c31d0aabbccddULL);
	assert_string_equal(text, "5-8f2c31d0");
	assert_int_equal(token_parse(text, &token), 0);
	assert_int_equal(token.generation, 5);
	assert_int_equal(token.digest, 0x8f2c31d0);
	token_make(text, UINT64_MAX, 1);
	assert_string_equal(text, "18446744073709551615-00000000");
	assert_int_equal(token_parse(text, &token), 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(token_parse(bad[i], &token), -1);
}

/* --- balance and localization --------------------------------------------- */

static void balance_by_hand(void **state)
{
	/*
	 * Of a ring with 16 parts a has 4, b 8 and c 4; the weights are 1, 1
	 * and 2.
	 */
	u32 a[] = { 0x3fffffff }, b[] = { 0xbfffffff }, c[] = { 0xffffffff };
	struct hr_op ops[] = {
		unit_points(unit_add("a"), a, 1),
		unit_points(unit_add("b"), b, 1),
		unit_weight(unit_points(unit_add("c"), c, 1), 2),
		unit_state(unit_points(unit_add("d"), (u32[]){ 5 }, 1), HASHRING_NODE_DOWN),
	};
	struct unit_ring ring;
	struct balance is;

	unit_ring_init(NULL, &ring, &hr_place_explicit, 1, 1);
	balance_of(ring.table, &is);
	assert_int_equal(is.peak | is.trough | is.deviation, 0);
	unit_change(&ring, ops, ARRAY_SIZE(ops));
	balance_of(ring.table, &is);
	assert_int_equal(is.peak, 2 * HASHRING_WHOLE);
	assert_int_equal(is.trough, HASHRING_WHOLE / 2);
	/* (1 * 0 + 1 * 1 + 2 * 1/4) / 4 = 0.375, whose root is 0.612372 */
	assert_float_equal(is.deviation / (double)HASHRING_WHOLE, 0.6123724, 0.000001);
	unit_ring_free(&ring);
}

/* The seed document's own runs: 22.6822 % of 4 nodes, 32.9031 % of 6, ... */
static void localization_by_hand(void **state)
{
	static const struct {
		u64 moved;
		u32 nodes;
		u32 ratio;	/* in thousandths */
		const char *word;
	} runs[] = {
		{ 974193220, 4, 907, "Good" },
		{ 1413175389, 6, 1974, "Good" },
		{ 47844192, 11, 123, "Poor" },
		{ 14473116, 101, 340, "Acceptable" },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(runs); i++) {
		u64 ratio = localization_ratio(runs[i].moved,
					       share_of(1, runs[i].nodes));

		assert_int_equal((ratio * 1000 + HASHRING_WHOLE / 2) >> 32,
				 runs[i].ratio);
		assert_string_equal(localization_word(ratio), runs[i].word);
	}
	assert_int_equal(localization_ratio(5, 0), 0);
	assert_int_equal(localization_ratio(HASHRING_WHOLE, HASHRING_WHOLE),
			 HASHRING_WHOLE);
	assert_string_equal(localization_word(HASHRING_WHOLE / 2), "Good");
	assert_string_equal(localization_word(HASHRING_WHOLE / 2 - 1), "Acceptable");
	assert_string_equal(localization_word(HASHRING_WHOLE * 2), "Good");
	assert_string_equal(localization_word(HASHRING_WHOLE * 2 + 1), "Acceptable");
	assert_string_equal(localization_word(HASHRING_WHOLE * 4), "Acceptable");
	assert_string_equal(localization_word(HASHRING_WHOLE * 4 + 1), "Poor");
	assert_string_equal(localization_word(HASHRING_WHOLE / 4 - 1), "Poor");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modulo_is_counted),
		cmocka_unit_test(modulo_of_one_more),
		cmocka_unit_test(split_is_counted),
		cmocka_unit_test(recut_is_counted),
		cmocka_unit_test(recut_of_one_more),
		cmocka_unit_test(time_is_of_bits),
		cmocka_unit_test(classes_have_borders),
		cmocka_unit_test(steps_are_whole),
		cmocka_unit_test(too_much_is_noticed),
		cmocka_unit_test(sizes_are_read),
		cmocka_unit_test(rates_are_read),
		cmocka_unit_test(tokens_are_read),
		cmocka_unit_test(balance_by_hand),
		cmocka_unit_test(localization_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
