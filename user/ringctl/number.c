// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers and the like, strictly: the whole word, in its range, or not at all.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ringctl.h"

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
