// SPDX-License-Identifier: GPL-2.0-only
/*
 * Strict numbers: the whole word, in its range, or an error.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* Decimal, or hexadecimal after 0x; no sign, no blanks, no octal. */
int get_u64(const char *word, __u64 min, __u64 max, __u64 *num)
{
	bool hex = word[0] == '0' && (word[1] == 'x' || word[1] == 'X');
	char *end;

	if (hex ? !isxdigit(word[2]) : !isdigit(word[0]))
		return -1;
	errno = 0;
	*num = strtoull(word, &end, hex ? 16 : 10);
	if (errno || *end || *num < min || *num > max)
		return -1;
	return 0;
}

int get_s64(const char *word, __s64 min, __s64 max, __s64 *num)
{
	bool negative = *word == '-';
	__u64 value;

	if (get_u64(word + negative, 0, INT64_MAX, &value))
		return -1;
	*num = negative ? -(__s64)value : (__s64)value;
	return *num < min || *num > max ? -1 : 0;
}

/* 5% or 0.05, to the nearest 2^-32. */
int get_share(const char *word, __u64 *share)
{
	double value;
	char *end;

	if (!isdigit(*word) || strspn(word, "0123456789.") + 1 < strlen(word))
		return -1;
	value = strtod(word, &end);
	if (*end == '%') {
		value /= 100;
		end++;
	}
	if (*end || value > 1)
		return -1;
	*share = value * HASHRING_WHOLE + 0.5;
	return 0;
}

/* A number, maybe with a fraction, and the unit after it. */
static int get_decimal(const char *word, double *value, const char **unit)
{
	size_t len = strspn(word, "0123456789.");
	char digits[32];
	char *end;

	if (!isdigit(*word) || len >= sizeof(digits))
		return -1;
	memcpy(digits, word, len);
	digits[len] = '\0';
	*value = strtod(digits, &end);
	*unit = word + len;
	return *end ? -1 : 0;
}

/* 1 or 0.95, from 0 to @max. */
int get_real(const char *word, double max, double *num)
{
	const char *rest;

	if (get_decimal(word, num, &rest) || *rest || *num > max)
		return -1;
	return 0;
}

/*
 * Takes a prefix, one of @prefixes (kilo, mega, giga and tera), off *unit: a
 * power of 1000 or, with an i behind it, of 1024. A prefix without a unit is a
 * power of @base_alone.
 */
static double take_prefix(const char **unit, const char *prefixes,
			  unsigned int base_alone)
{
	const char *at = strchr(prefixes, **unit == 'K' ? 'k' : **unit);
	unsigned int base = 1000;
	double factor = 1;

	if (!**unit || !at)
		return 1;
	++*unit;
	if (**unit == 'i') {
		++*unit;
		base = 1024;
	} else if (!**unit) {
		base = base_alone;
	}
	for (; at >= prefixes; at--)
		factor *= base;
	return factor;
}

static int to_whole(double value, __u64 *whole)
{
	if (value < 0.5 || value > INT64_MAX)
		return -1;
	*whole = value + 0.5;
	return 0;
}

/* Bytes: 2048, 2048B, 2KB (2000), 2KiB and 2K (2048); up to TiB. */
int get_size(const char *word, __u64 *bytes)
{
	double value;
	const char *unit;

	if (get_decimal(word, &value, &unit))
		return -1;
	value *= take_prefix(&unit, "kMGT", 1024);
	if (strcmp(unit, "B") && (*unit || unit[-1] == 'i'))
		return -1;
	return to_whole(value, bytes);
}

/*
 * Bits in a second: 10Gbit, 10Gbit/s, 1.25GB/s, 100MiB/s; never without unit.
 */
int get_bandwidth(const char *word, __u64 *bits)
{
	double value;
	const char *unit;

	if (get_decimal(word, &value, &unit))
		return -1;
	/* As tc writes it: nothing needs thousandths of a bit. */
	if (*unit && strchr("mgt", *unit))
		value *= take_prefix(&unit, "kmgt", 1000);
	else
		value *= take_prefix(&unit, "kMGT", 1000);
	if (!strcmp(unit, "B/s"))
		value *= 8;
	else if (strcmp(unit, "bit") && strcmp(unit, "bit/s"))
		return -1;
	return to_whole(value, bits);
}

/* Milliseconds: 10ms, 2s, 1.5m, 1h, 1d; without a unit seconds; no sign. */
int get_time(const char *word, __u64 *ms)
{
	static const struct {
		const char *unit;
		__u32 ms;
	} units[] = {
		{ "ms", 1 }, { "s", 1000 }, { "", 1000 }, { "m", 60000 },
		{ "h", 3600000 }, { "d", 86400000 },
	};
	const char *unit;
	double value;
	size_t i;

	if (get_decimal(word, &value, &unit))
		return -1;
	for (i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (strcmp(unit, units[i].unit))
			continue;
		value *= units[i].ms;
		if (value > INT64_MAX)
			return -1;
		/* A number other than 0 must not round to 0. */
		*ms = value > 0 && value < 1 ? 1 : value + 0.5;
		return 0;
	}
	return -1;
}

int get_seed(const char *word, __u8 seed[HASHRING_SEED_LEN])
{
	size_t i;

	if (strlen(word) != 2 * HASHRING_SEED_LEN)
		return -1;
	for (i = 0; i < HASHRING_SEED_LEN; i++) {
		char byte[3] = { word[2 * i], word[2 * i + 1] };

		if (!isxdigit(byte[0]) || !isxdigit(byte[1]))
			return -1;
		seed[i] = strtoul(byte, NULL, 16);
	}
	return 0;
}

/* Sets the address's family in @via and leaves the other one. */
int get_via(const char *word, struct hashring_via *via)
{
	if (inet_pton(AF_INET, word, &via->addr4) == 1)
		via->has4 = true;
	else if (inet_pton(AF_INET6, word, &via->addr6) == 1)
		via->has6 = true;
	else
		return -1;
	return 0;
}
