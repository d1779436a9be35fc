// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nodes for a comparison without a ring.
 */
#include <stdlib.h>
#include <string.h>

#include <md5.h>

#include "compare.h"

/* MD5 modulo 2^32: the position in the ring of one point a node. */
static __u32 md5_point(const char *name)
{
	__u8 sum[MD5_DIGEST_LENGTH];
	MD5_CTX md5;

	MD5Init(&md5);
	MD5Update(&md5, (const __u8 *)name, strlen(name));
	MD5Final(sum, &md5);
	return (__u32)sum[12] << 24 | sum[13] << 16 | sum[14] << 8 | sum[15];
}

/**
 * compare_list_points() - points and numbers of named nodes
 * @list: filled in; to be released also after an error
 * @name: their names
 * @nr: number of @name
 *
 * Return: an exit status; errors are reported.
 */
int compare_list_points(struct compare_list *list, const char *const *name,
			__u32 nr)
{
	__u32 i;

	list->point = calloc((size_t)nr + 1, sizeof(*list->point));
	list->number = calloc((size_t)nr + 1, sizeof(*list->number));
	if (!list->point || !list->number)
		return fail_memory();
	for (i = 0; i < nr; i++) {
		list->point[i] = md5_point(name[i]);
		list->number[i] = i;
	}
	return EXIT_DONE;
}

/**
 * compare_list_make() - makes nodes with generated names
 * @list: filled in; to be released also after an error
 * @format: format of a name, with an unsigned int
 * @first: number in the first name
 * @nr: number of nodes
 *
 * Return: an exit status; errors are reported.
 */
int compare_list_make(struct compare_list *list, const char *format,
		      __u32 first, __u32 nr)
{
	__u32 i;

	memset(list, 0, sizeof(*list));
	list->name = calloc((size_t)nr + 1, sizeof(*list->name));
	list->text = calloc((size_t)nr + 1, sizeof(*list->text));
	if (!list->name || !list->text)
		return fail_memory();
	for (i = 0; i < nr; i++) {
		snprintf(list->text[i], sizeof(list->text[i]), format,
			 first + i);
		list->name[i] = list->text[i];
	}
	return compare_list_points(list, list->name, nr);
}

void compare_list_release(struct compare_list *list)
{
	free(list->name);
	free(list->text);
	free(list->point);
	free(list->number);
	memset(list, 0, sizeof(*list));
}

static void take_list(struct compare *c, const struct compare_list *list,
		      __u32 nr, __u32 all)
{
	c->nodes.nr = all;
	c->nodes.name = list->name;
	c->nodes.point = list->point;
	c->member = list->number;
	c->nr_before = nr;
}

/* The change from the first @nr nodes to @joined more. */
void compare_join(struct compare *c, const struct compare_list *list,
		  __u32 nr, __u32 joined)
{
	take_list(c, list, nr, nr + joined);
	c->change.joined = &list->number[nr];
	c->change.nr_joined = joined;
	c->nr_after = nr + joined;
}

/* The change from the first @nr nodes to one less: node @gone leaves. */
void compare_leave(struct compare *c, const struct compare_list *list,
		   __u32 nr, __u32 gone)
{
	take_list(c, list, nr, nr);
	c->change.gone = &list->number[gone];
	c->change.nr_gone = 1;
	c->nr_after = nr - 1;
}
