// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flows and filters as people write them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flows.h"

/* All of @text is a decimal number up to @max. */
static bool read_number(const char *text, unsigned long max,
			unsigned long *number)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*number = strtoul(text, &end, 10);
	return !errno && !*end && *number <= max;
}

static int read_address(struct flow_filter *f, const char *text)
{
	if (inet_pton(AF_INET, text, f->addr) == 1)
		f->family = 4;
	else if (inet_pton(AF_INET6, text, f->addr) == 1)
		f->family = 6;
	else
		return -EINVAL;
	f->len = f->family == 4 ? 32 : 128;
	return 0;
}

/* ADDRESS[/LENGTH], which is overwritten. */
static int read_prefix(struct flow_filter *f, char *text)
{
	char *slash = strchr(text, '/');
	unsigned long len;

	if (slash)
		*slash++ = '\0';
	if (read_address(f, text))
		return -EINVAL;
	if (slash) {
		if (!read_number(slash, f->len, &len))
			return -EINVAL;
		f->len = len;
	}
	return 0;
}

/*
 * The colon before the port, or NULL. In an IPv6 address only a colon after the
 * closing bracket is unambiguous.
 */
static char *find_port(char *text)
{
	char *first = strchr(text, ':');

	if (*text == '[') {
		text = strchr(text, ']');
		return text && text[1] == ':' ? text + 1 : NULL;
	}
	return first && !strchr(first + 1, ':') ? first : NULL;
}

/**
 * flow_filter_parse() - reads the destination of flows that count
 * @filter: set
 * @text: ADDRESS[/LENGTH][:PORT], or :PORT; an IPv6 prefix before a port is in
 *	brackets
 *
 * Return: 0 or -EINVAL.
 */
int flow_filter_parse(struct flow_filter *filter, const char *text)
{
	char copy[96], *start = copy, *colon, *end;
	unsigned long port;

	memset(filter, 0, sizeof(*filter));
	if (strlen(text) >= sizeof(copy))
		return -EINVAL;
	strcpy(copy, text);
	colon = find_port(copy);
	if (colon) {
		*colon = '\0';
		if (!read_number(colon + 1, U16_MAX, &port))
			return -EINVAL;
		filter->has_port = true;
		filter->port = port;
		if (colon == copy)
			return 0;
	}
	if (*start == '[') {
		end = strchr(++start, ']');
		if (!end || end[1])
			return -EINVAL;
		*end = '\0';
	}
	return read_prefix(filter, start);
}

/**
 * flow_to_text() - a flow in the words of ringctl lookup
 * @text: set
 * @tuple: the flow
 *
 * Return: PROTOCOL SRC SPORT DST DPORT.
 */
const char *flow_to_text(char text[FLOW_TEXT], const struct hr_flow *tuple)
{
	int family = tuple->family == 4 ? AF_INET : AF_INET6;
	const struct protoent *p = getprotobynumber(tuple->protocol);
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
	char number[4];

	snprintf(number, sizeof(number), "%u", tuple->protocol);
	inet_ntop(family, tuple->saddr, src, sizeof(src));
	inet_ntop(family, tuple->daddr, dst, sizeof(dst));
	snprintf(text, FLOW_TEXT, "%.20s %s %u %s %u",
		 p ? p->p_name : number, src,
		 tuple->sport[0] << 8 | tuple->sport[1], dst,
		 tuple->dport[0] << 8 | tuple->dport[1]);
	return text;
}
