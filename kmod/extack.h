/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Refusals: why something was not done, for a person, with the attribute.
 */
#ifndef HASHRING_EXTACK_H
#define HASHRING_EXTACK_H

#include "compat.h"
#include "core/change.h"

/**
 * hr_extack() - say why a request is refused
 * @extack: the request's; may be NULL
 * @attr: the attribute that is to blame, or NULL
 * @error: negative errno
 * @...: what is wrong, a literal; and where there are details a format, literal as
 *	well, that goes on, and its arguments
 *
 * Kernels before 6.3 tell the first literal alone, so it has to be a sentence. The
 * format begins with a colon. Both make at most 79 bytes: names go through
 * hr_name_shown().
 *
 * Context: a request.
 * Return: @error.
 */
#define hr_extack(extack, attr, error, ...)				\
	hr_extack_as(extack, attr, error, HR_WHAT(__VA_ARGS__),		\
		     HR_TEXT(__VA_ARGS__))

/* As hr_extack(), with any constant, and a format of the whole text. */
#define hr_extack_as(extack, attr, error, what, format, ...) ({		\
	struct netlink_ext_ack *__ack = (extack);			\
	const struct nlattr *__attr = (attr);				\
									\
	if (__attr)							\
		NL_SET_BAD_ATTR(__ack, __attr);				\
	hr_extack_msg(__ack, what, format, ##__VA_ARGS__);		\
	(error);							\
})

#endif
