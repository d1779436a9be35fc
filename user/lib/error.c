// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors: the kernel's extended acknowledgments in words.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <netlink/genl/genl.h>

#include "private.h"

#define SHOWN_LEN	24	/* bytes of a text that cannot be a name */

/**
 * hashring_error() - the reason of the last error, in words
 * @h: a connection, or NULL after hashring_open() ran out of memory
 *
 * Return: a sentence without a full stop; valid until the next call.
 */
const char *hashring_error(const struct hashring *h)
{
	return h ? h->error : strerror(ENOMEM);
}

/**
 * hashring_error_attr() - the attribute of the last error
 * @h: as hashring_error()
 *
 * Return: its name in the spec, after the names of its outer attributes,
 * separated by dots; empty when the kernel named none.
 */
const char *hashring_error_attr(const struct hashring *h)
{
	return h ? h->attr : "";
}

void hr_error_clear(struct hashring *h)
{
	h->error[0] = '\0';
	h->attr[0] = '\0';
}

/* Notes an error and returns it. */
int hr_error(struct hashring *h, int err, const char *fmt, ...)
{
	va_list ap;

	h->attr[0] = '\0';
	va_start(ap, fmt);
	vsnprintf(h->error, sizeof(h->error), fmt, ap);
	va_end(ap);
	return err;
}

static void append_name(struct hashring *h, const char *name)
{
	size_t len = strlen(h->attr);

	snprintf(h->attr + len, sizeof(h->attr) - len, "%s%s", len ? "." : "",
		 name ? name : "?");
}

/* Appends at most as much as the text has room for. */
__attribute__((format(printf, 2, 3)))
static void append(struct hashring *h, const char *fmt, ...)
{
	size_t end = strlen(h->error);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(h->error + end, sizeof(h->error) - end, fmt, ap);
	va_end(ap);
}

/*
 * A text without details, as all are before Linux 6.3, gets the name that was
 * sent: from 6.3 on the kernel adds it in the same way. What cannot be a name is
 * quoted, its control characters are escaped, and it is cut.
 */
static void append_value(struct hashring *h, const struct nlattr *attr)
{
	const char *value = nla_data(attr);
	int len = strnlen(value, nla_len(attr)), i;

	if (!len || strstr(h->error, ": "))
		return;
	for (i = 0; i < len && value[i] > ' ' && value[i] <= '~'; i++)
		;
	if (i == len && len < HASHRING_NAME_LEN) {
		append(h, ": %s", value);
		return;
	}
	append(h, ": \"");
	for (i = 0; i < len && i < SHOWN_LEN; i++) {
		unsigned char c = value[i];

		append(h, c < ' ' || c > '~' ? "\\x%02x" : "%c", c);
	}
	append(h, i < len ? "...\"" : "\"");
}

/*
 * Names the attribute at an offset of the request, from the outermost on.
 * Returns the set of its own attributes.
 */
static const struct attr_set *
name_offset(struct hashring *h, const struct nlmsghdr *request, __u32 offset)
{
	const struct genlmsghdr *genl = nlmsg_data(request);
	const struct attr_set *set = attr_set_of(genl->cmd);
	const char *target = (const char *)request + offset;
	const char *base = (const char *)genl + GENL_HDRLEN;
	const char *end = (const char *)request + request->nlmsg_len;

	while (set && base < end) {
		struct nlattr *attr = (struct nlattr *)base;
		int left = end - base;

		while (nla_ok(attr, left) &&
		       target >= (const char *)attr + NLA_ALIGN(attr->nla_len))
			attr = nla_next(attr, &left);
		if (!nla_ok(attr, left) || target < (const char *)attr)
			break;
		append_name(h, attr_set_name(set, nla_type(attr)));
		if (target == (const char *)attr &&
		    attr_set_is_string(set, nla_type(attr)))
			append_value(h, attr);
		set = attr_set_nested(set, nla_type(attr));
		if (target == (const char *)attr)
			break;
		base = nla_data(attr);
		end = base + nla_len(attr);
	}
	return set;
}

/* Of a change of several operations the kernel tells which one is to blame. */
static void prepend_op(struct hashring *h, __u64 op)
{
	char prefix[40];
	size_t len = snprintf(prefix, sizeof(prefix), "operation %llu: ", op);

	memmove(h->error + len, h->error, sizeof(h->error) - len - 1);
	memcpy(h->error, prefix, len);
}

/**
 * hr_error_kernel() - notes an error of the kernel
 * @h: the connection
 * @err: negative errno
 * @request: the request that it answers
 * @tlvs: the extended acknowledgment, or NULL
 * @len: bytes of @tlvs
 *
 * Return: @err.
 */
int hr_error_kernel(struct hashring *h, int err, const struct nlmsghdr *request,
		    struct nlattr *tlvs, int len)
{
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1] = { NULL };
	const struct genlmsghdr *genl = nlmsg_data(request);
	const struct attr_set *set = attr_set_of(genl->cmd);

	hr_error(h, err, "%s", strerror(-err));
	if (!tlvs || nla_parse(tb, NLMSGERR_ATTR_MAX, tlvs, len, NULL) < 0)
		return err;

	if (tb[NLMSGERR_ATTR_MSG] && nla_len(tb[NLMSGERR_ATTR_MSG]))
		snprintf(h->error, sizeof(h->error), "%.*s",
			 nla_len(tb[NLMSGERR_ATTR_MSG]),
			 (char *)nla_data(tb[NLMSGERR_ATTR_MSG]));
	if (tb[NLMSGERR_ATTR_OFFS]) {
		name_offset(h, request, nla_get_u32(tb[NLMSGERR_ATTR_OFFS]));
	} else if (tb[NLMSGERR_ATTR_MISS_TYPE]) {
		if (tb[NLMSGERR_ATTR_MISS_NEST])
			set = name_offset(h, request,
					  nla_get_u32(tb[NLMSGERR_ATTR_MISS_NEST]));
		append_name(h, attr_set_name(set,
					     nla_get_u32(tb[NLMSGERR_ATTR_MISS_TYPE])));
	}
	if (tb[NLMSGERR_ATTR_COOKIE] && nla_len(tb[NLMSGERR_ATTR_COOKIE]) == 8)
		prepend_op(h, nla_get_u64(tb[NLMSGERR_ATTR_COOKIE]));
	return err;
}
