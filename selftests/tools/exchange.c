// SPDX-License-Identifier: GPL-2.0-only
/* The bytes of exchanges, which both ends know beforehand */
#include <string.h>

#include "traffic.h"

/**
 * stream_fill - fills the next message of one end
 * @exchange: overwritten completely
 * @flow: of the connection
 * @number: of the exchange, from 0
 * @backend: the answering backend; NULL: the message is a request
 */
void stream_fill(struct exchange *exchange, u32 flow, u32 number,
		 const char *backend)
{
	u32 word = (flow * 0x9e3779b1u ^ number) * 0x85ebca6bu + !backend;

	memset(exchange, 0, sizeof(*exchange));
	exchange->magic = MESSAGE_MAGIC;
	exchange->flow = flow;
	exchange->number = number;
	if (backend)
		memcpy(exchange->backend, backend, sizeof(exchange->backend));
	for (size_t i = 0; i < sizeof(exchange->pattern) / sizeof(word); i++) {
		exchange->pattern[i] = word ^ word >> 15;
		word += 0xc2b2ae35u;
	}
}

/* Returns the number of different bytes. */
u32 stream_differ(const struct exchange *a, const struct exchange *b)
{
	const char *bytes_a = (const char *)a, *bytes_b = (const char *)b;
	u32 differ = 0;

	if (!memcmp(a, b, sizeof(*a)))
		return 0;
	for (size_t i = 0; i < sizeof(*a); i++)
		differ += bytes_a[i] != bytes_b[i];
	return differ;
}
