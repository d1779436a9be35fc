// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of enum values and of attributes; the tables are generated.
 */
#include <stddef.h>

#include "private.h"

/**
 * hashring_enum_name() - the spec's name of an enum value
 * @name: one of the functions of hashring/names.h
 * @value: a value, which may be one of a later kernel
 *
 * Return: its name, or "unknown".
 */
const char *hashring_enum_name(hashring_name_fn name, __u32 value)
{
	const char *text = name(value);

	return text ? text : "unknown";
}

/* The attributes inside one of @set's attributes, or NULL. */
const struct attr_set *attr_set_nested(const struct attr_set *set, int type)
{
	if (!set || !set->nested || type <= 0 || type > set->max)
		return NULL;
	return set->nested[type];
}

/* The name of one of @set's attributes, or NULL. */
const char *attr_set_name(const struct attr_set *set, int type)
{
	return set && type > 0 && type <= set->max ? set->names[type] : NULL;
}

bool attr_set_is_string(const struct attr_set *set, int type)
{
	return set && type > 0 && type <= set->max && set->strings >> type & 1;
}
