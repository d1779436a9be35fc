// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segments fit a connection, and reopen it, exactly as the rule says. The rule is stated
 * here once more, in numbers that do not wrap.
 */
#include "suites.h"
#include "track/tcp.h"
#include "unit.h"

#define REACH	0x100000
#define ROUNDS	UNIT_ROUNDS(1 << 20)

/* The client's last segment: it ended at @end, and acknowledged up to @ack. */
static u64 seen_at(u32 end, u32 ack)
{
	struct hr_segment segment = { .seq = end - 7, .end = end, .ack = ack };

	return hr_tcp_seen(&segment);
}

static bool fits(u64 seen, u32 seq, u32 ack, int flags, bool reply)
{
	struct hr_segment segment = { .seq = seq, .end = seq + 1, .ack = ack };

	return hr_tcp_fits(seen, &segment, flags, reply);
}

static bool reopens(u64 seen, u32 end, u32 ack, int flags, bool reply)
{
	struct hr_segment segment = { .end = end, .ack = ack };

	return hr_tcp_reopens(seen, &segment, flags, reply);
}

/* How far @a is behind @b; negative if @a is before @b. */
static s64 distance(u32 a, u32 b)
{
	s64 d = (s64)a - b;

	if (d >= 1LL << 31)
		d -= 1LL << 32;
	if (d < -(1LL << 31))
		d += 1LL << 32;
	return d;
}

static bool rule_near(u32 a, u32 b)
{
	return distance(a, b) >= -REACH && distance(a, b) <= REACH;
}

/* @next: what the sender of the segment sends next; @acked: what it acknowledged. */
static bool rule_fits(u32 next, u32 acked, u32 seq, u32 ack, int flags)
{
	if (flags & TCPHDR_ACK)
		return rule_near(seq, next) && rule_near(ack, acked);
	if (flags & TCPHDR_RST)
		return seq == next;
	return false;
}

static void noted_numbers(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, seen_at(0x89abcdef, 0xfedcba98),
			0x89abcdeffedcba98ULL);
	KUNIT_ASSERT_EQ(test, seen_at(0, U32_MAX), U32_MAX);
	KUNIT_ASSERT_EQ(test, seen_at(U32_MAX, 0), (u64)U32_MAX << 32);
}

static void borders(struct kunit *test)
{
	static const u32 bases[] = {
		0, 1, REACH - 1, REACH, REACH + 1, 0x12345678,
		(1U << 31) - 1, 1U << 31, U32_MAX - REACH, U32_MAX - 1, U32_MAX,
	};
	u32 i, b;

	for (i = 0; i < ARRAY_SIZE(bases); i++) {
		b = bases[i];
		KUNIT_ASSERT_TRUE(test, hr_tcp_near(b, b));
		KUNIT_ASSERT_TRUE(test, hr_tcp_near(b + 1, b));
		KUNIT_ASSERT_TRUE(test, hr_tcp_near(b - 1, b));
		KUNIT_ASSERT_TRUE(test, hr_tcp_near(b + REACH, b));
		KUNIT_ASSERT_TRUE(test, hr_tcp_near(b - REACH, b));
		KUNIT_ASSERT_FALSE(test, hr_tcp_near(b + REACH + 1, b));
		KUNIT_ASSERT_FALSE(test, hr_tcp_near(b - REACH - 1, b));
		KUNIT_ASSERT_FALSE(test, hr_tcp_near(b + (1U << 31), b));
	}
}

/* Both numbers must fit, each at both of its borders. */
static void both_numbers(struct kunit *test)
{
	const u32 end = U32_MAX - 3, ack = 5;
	const u64 seen = seen_at(end, ack);
	static const struct {
		s64 seq;
		s64 ack;
		bool fits;
	} cases[] = {
		{ 0, 0, true },
		{ REACH, REACH, true },
		{ -REACH, -REACH, true },
		{ REACH, -REACH, true },
		{ REACH + 1, 0, false },
		{ -REACH - 1, 0, false },
		{ 0, REACH + 1, false },
		{ 0, -REACH - 1, false },
	};
	u32 i, seq, acked;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		seq = cases[i].seq;
		acked = cases[i].ack;
		KUNIT_ASSERT_EQ(test,
				fits(seen, end + seq, ack + acked, TCPHDR_ACK,
				     false),
				cases[i].fits);
		/* What comes back has the numbers the other way round. */
		KUNIT_ASSERT_EQ(test,
				fits(seen, ack + acked, end + seq, TCPHDR_ACK,
				     true),
				cases[i].fits);
	}
	KUNIT_ASSERT_FALSE(test, fits(seen_at(1, 1U << 30), 1U << 30, 1,
				      TCPHDR_ACK, false));
	KUNIT_ASSERT_FALSE(test, fits(seen_at(1, 1U << 30), 1, 1U << 30,
				      TCPHDR_ACK, true));
}

/* An RST without ACK fits at one number; its ACK field means nothing. */
static void without_ack(struct kunit *test)
{
	const u64 seen = seen_at(1000, 1U << 31);
	u32 i;

	KUNIT_ASSERT_TRUE(test, fits(seen, 1000, 77, TCPHDR_RST, false));
	KUNIT_ASSERT_TRUE(test, fits(seen, 1U << 31, 77, TCPHDR_RST, true));
	for (i = 1; i <= REACH; i *= 2) {
		KUNIT_ASSERT_FALSE(test, fits(seen, 1000 + i, 1U << 31,
					      TCPHDR_RST, false));
		KUNIT_ASSERT_FALSE(test, fits(seen, 1000 - i, 1U << 31,
					      TCPHDR_RST, false));
		KUNIT_ASSERT_FALSE(test, fits(seen, (1U << 31) + i, 1000,
					      TCPHDR_RST, true));
	}
	KUNIT_ASSERT_FALSE(test, fits(seen, 1U << 31, 1000, TCPHDR_RST, false));
	KUNIT_ASSERT_FALSE(test, fits(seen, 1000, 1U << 31, TCPHDR_FIN, false));
	KUNIT_ASSERT_FALSE(test, fits(seen, 1U << 31, 1000, TCPHDR_FIN, true));
	KUNIT_ASSERT_FALSE(test, fits(seen, 1000, 1U << 31, TCPHDR_SYN, false));
	KUNIT_ASSERT_FALSE(test, fits(seen, 1000, 1U << 31, HR_FLOW_TCP_DATA,
				      false));
}

static void goes_on(struct kunit *test)
{
	static const u32 acks[] = { 0, 1000, 1U << 31, U32_MAX - 1, U32_MAX };
	const int data = TCPHDR_ACK | HR_FLOW_TCP_DATA;
	u32 i, ack;
	u64 seen;

	for (i = 0; i < ARRAY_SIZE(acks); i++) {
		ack = acks[i];
		seen = seen_at(500, ack);
		/* The ACK of the other end's FIN advances by 1. */
		KUNIT_ASSERT_FALSE(test, reopens(seen, 500, ack, TCPHDR_ACK, false));
		KUNIT_ASSERT_FALSE(test, reopens(seen, 500, ack + 1, TCPHDR_ACK, false));
		KUNIT_ASSERT_FALSE(test, reopens(seen, 500, ack - 1, TCPHDR_ACK, false));
		KUNIT_ASSERT_FALSE(test, reopens(seen, 500, ack - REACH, TCPHDR_ACK, false));
		KUNIT_ASSERT_TRUE(test, reopens(seen, 500, ack + 2, TCPHDR_ACK, false));
		KUNIT_ASSERT_TRUE(test, reopens(seen, 500, ack + REACH, TCPHDR_ACK, false));
		KUNIT_ASSERT_FALSE(test, reopens(seen, 500, ack + 2, TCPHDR_ACK, true));
		/* Data that is sent again, or comes late, is of before the end. */
		KUNIT_ASSERT_FALSE(test, reopens(seen, 500, ack, data, false));
		KUNIT_ASSERT_FALSE(test, reopens(seen, 499, ack, data, false));
		KUNIT_ASSERT_TRUE(test, reopens(seen, 501, ack, data, false));
		KUNIT_ASSERT_TRUE(test, reopens(seen, 500, ack, data, true));
	}
}

/* Near a number, at the border of its reach, or anywhere. */
static u32 some_number(struct unit_random *random, u32 near)
{
	s32 by = (s32)unit_below(random, 7) - 3;

	switch (unit_below(random, 5)) {
	case 0:
		return near + by;
	case 1:
		return near + REACH + by;
	case 2:
		return near - REACH + by;
	case 3:
		return near + unit_below(random, 4 * REACH) - 2 * REACH;
	default:
		return unit_random(random);
	}
}

static void at_random(struct kunit *test)
{
	struct unit_random random = { 20 };
	u32 end, ack, seq, acked, good = 0, i;
	bool reply, want;
	int flags;
	u64 seen;

	for (i = 0; i < ROUNDS; i++) {
		end = some_number(&random, 0);
		ack = some_number(&random, end);
		seen = seen_at(end, ack);
		reply = unit_below(&random, 2);
		flags = unit_below(&random, 2 * HR_FLOW_TCP_DATA);
		seq = some_number(&random, reply ? ack : end);
		acked = some_number(&random, reply ? end : ack);
		want = reply ? rule_fits(ack, end, seq, acked, flags) :
			       rule_fits(end, ack, seq, acked, flags);
		KUNIT_ASSERT_EQ(test, fits(seen, seq, acked, flags, reply), want);
		good += want;
		want = (flags & HR_FLOW_TCP_DATA &&
			(reply || (s32)(seq - end) > 0)) ||
		       (!reply && distance(acked, ack) > 1);
		KUNIT_ASSERT_EQ(test, reopens(seen, seq, acked, flags, reply), want);
		if (!(i & 0xffff))
			cond_resched();
	}
	/* The numbers are such that both answers are common. */
	KUNIT_ASSERT_GT(test, good, ROUNDS / 10);
	KUNIT_ASSERT_LT(test, good, ROUNDS / 2);
}

static struct kunit_case tcp_cases[] = {
	KUNIT_CASE(noted_numbers),
	KUNIT_CASE(borders),
	KUNIT_CASE(both_numbers),
	KUNIT_CASE(without_ack),
	KUNIT_CASE(goes_on),
	KUNIT_CASE(at_random),
	{}
};

struct kunit_suite tcp_suite = {
	.name = "hashring_tcp",
	.test_cases = tcp_cases,
};
