// SPDX-License-Identifier: GPL-2.0-only
#include "transfer.h"

#define NS	1000000000ULL
#define MINUTE	(60 * NS)

/*
 * @a * @b / @c, rounded; a result that is too large becomes the largest number.
 */
static __u64 scale(__u64 a, __uint128_t b, __uint128_t c)
{
	__uint128_t value = (a * b + c / 2) / c;

	return value > ~0ULL ? ~0ULL : value;
}

/* Whether the bytes of all keys can be counted. */
bool transfer_fits(const struct transfer *t)
{
	return !t->key_size || t->keys <= (1ULL << 62) / t->key_size;
}

/**
 * transfer_share() - the amounts of a share of the ring
 * @t: the data and the link; transfer_fits()
 * @share: in 2^-32
 * @to: set
 */
void transfer_share(const struct transfer *t, __u64 share,
		    struct transferred *to)
{
	to->keys = scale(t->keys, share, 1ULL << 32);
	to->bytes = to->keys * t->key_size;
	to->ns = 0;
	if (t->bandwidth)
		to->ns = scale(to->bytes, (__uint128_t)8 * NS << 32,
			       (__uint128_t)t->bandwidth * t->efficiency);
}

/* Steps of this many keys; the last one may be smaller. */
__u64 transfer_steps(const struct transfer *t, __u64 keys)
{
	return keys / t->batch + !!(keys % t->batch);
}

__u64 transfer_steps_ns(const struct transfer *t, __u64 keys)
{
	return scale(keys, NS, t->rate);
}

/**
 * transfer_class() - a word for the impact of a transfer
 * @ns: its time
 *
 * Return: a word for below 5, 15 and 60 minutes, and for more.
 */
const char *transfer_class(__u64 ns)
{
	if (ns < 5 * MINUTE)
		return "Minimal";
	if (ns < 15 * MINUTE)
		return "Low";
	return ns < 60 * MINUTE ? "Moderate" : "High";
}
