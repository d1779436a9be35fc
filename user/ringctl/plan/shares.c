// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modulo and ranges, by their formulas.
 */
#include <linux/minmax.h>

#include "shares.h"

/* @part of @whole in 2^-32. */
static u64 share(__uint128_t part, __uint128_t whole)
{
	return ((part << 32) + whole / 2) / whole;
}

static u64 divisor(u64 a, u64 b)
{
	while (b) {
		u64 rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/**
 * modulo_share() - what moves when keys go by hash modulo a number
 * @before: the number before: of nodes, or of their units of weight
 * @after: and after
 * @kept: of both numbers, those that stand for the same node before and after;
 *	at most the lesser of the two
 *
 * The kindest numbering is assumed: what is kept has the same, lowest numbers
 * on both sides. Of as many hashes as the least common multiple, each number
 * that is kept then keeps one. From n to n + 1 this is n / (n + 1).
 *
 * Return: the share; 0 when there is nothing before or after.
 */
u64 modulo_share(u64 before, u64 after, u64 kept)
{
	u64 multiple;

	if (!before || !after)
		return 0;
	multiple = before / divisor(before, after) * after;
	return share(multiple - kept, multiple);
}

/**
 * split_share() - what moves when the largest ranges are split
 * @nodes: before, each with an equal range
 * @gone: of these, how many go
 * @come: how many come
 *
 * Who comes takes the range of one who goes, as long as there are any; ranges
 * that are left over go to their neighbours. Those who come beyond that split
 * the largest ranges: all are cut into equal pieces, as evenly as can be, and
 * the node that had the range keeps one. Between equals, ranges that change
 * hands anyway are cut first. From n to n + 1 this is 1 / 2n.
 *
 * Return: the share; 0 when there was or is no node.
 */
u64 split_share(u32 nodes, u32 gone, u32 come)
{
	u32 taken = min(gone, come);
	u64 pieces, longer, kept, moved;

	if (!nodes || nodes - gone + come == 0)
		return 0;
	if (come <= gone)
		return share(gone, nodes);
	pieces = (nodes + (come - gone)) / nodes;
	longer = (nodes + (come - gone)) % nodes;
	longer = longer > taken ? longer - taken : 0;
	kept = nodes - taken;
	/* In parts of a range cut by both numbers of pieces. */
	moved = taken * pieces * (pieces + 1) + longer * pieces * pieces +
		(kept - longer) * (pieces - 1) * (pieces + 1);
	return share(moved, nodes * pieces * (pieces + 1));
}

/**
 * recut_share() - what moves when ranges are cut anew, each by its weight
 * @before: weights before, in the order of the ranges; 0: has none
 * @after: and after
 * @nr: number of either
 *
 * From n to n + 1 equal ones, the new one behind all others, this is 1 / 2.
 *
 * Return: the share; 0 when all weights before or all after are 0.
 */
u64 recut_share(const u32 *before, const u32 *after, u32 nr)
{
	u64 all_before = 0, all_after = 0, low = 0, high = 0;
	__uint128_t kept = 0;
	u32 i;

	for (i = 0; i < nr; i++) {
		all_before += before[i];
		all_after += after[i];
	}
	if (!all_before || !all_after)
		return 0;
	/* On a scale of the product of both sums all ends are whole. */
	for (i = 0; i < nr; i++) {
		u64 end_before = low + before[i] * all_after;
		u64 end_after = high + after[i] * all_before;
		u64 from = max(low, high);
		u64 to = min(end_before, end_after);

		if (to > from)
			kept += to - from;
		low = end_before;
		high = end_after;
	}
	return share((__uint128_t)all_before * all_after - kept,
		     (__uint128_t)all_before * all_after);
}
