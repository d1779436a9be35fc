// SPDX-License-Identifier: GPL-2.0-only
/*
 * The common words of all comparisons: methods, the seed, and samples.
 */
#include <string.h>

#include "compare.h"

static void add_method(struct compare *c, const struct sim_ops *ops)
{
	__u32 i;

	for (i = 0; i < c->nr_rows; i++)
		if (c->row[i].ops == ops)
			return;
	c->row[c->nr_rows++].ops = ops;
}

static int fail_method(const char *name, size_t len)
{
	char list[256] = "";
	__u32 i;

	for (i = 0; sim_methods[i]; i++)
		snprintf(list + strlen(list), sizeof(list) - strlen(list),
			 "%s%s", i ? ", " : "", sim_methods[i]->name);
	return fail_usage("unknown method \"%.*s\": expected some of %s",
			  (int)len, name, list);
}

/* All methods, or the requested ones in the order of the request. */
static int take_methods(struct args *a, struct compare *c)
{
	const struct value *v = args_value(a, "--methods");
	const char *name, *rest;
	const struct sim_ops *ops;
	__u32 i;

	if (c->ring)
		add_method(c, &sim_ring_given);
	/* The ring itself is the row of its placement. */
	for (i = 0; !v->given && sim_methods[i]; i++)
		if (!c->placement || strcmp(c->placement, sim_methods[i]->name))
			add_method(c, sim_methods[i]);
	for (name = v->given ? v->text : NULL; name; name = rest) {
		size_t len = strcspn(name, ",");

		rest = name[len] ? name + len + 1 : NULL;
		ops = sim_find(name, len);
		if (!ops)
			return fail_method(name, len);
		add_method(c, ops);
	}
	return EXIT_DONE;
}

/**
 * compare_take() - takes the common words of all comparisons
 * @a: the arguments, of a table with the rows of compare.h
 * @c: the case, with its ring if any; methods, seed and samples are set
 *
 * Return: an exit status; errors are reported.
 */
int compare_take(struct args *a, struct compare *c)
{
	memcpy(&c->seed, args_value(a, "--seed")->seed, sizeof(c->seed));
	c->samples = args_value(a, "--samples")->num;
	return take_methods(a, c);
}
