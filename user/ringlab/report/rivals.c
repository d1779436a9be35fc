// SPDX-License-Identifier: GPL-2.0-only
/*
 * The change of a report by other methods: those of ringlab compare that need
 * no samples, so that the same change gives the same page.
 */
#include <string.h>

#include "report.h"
#include "ringlab/compare/ring.h"
#include "cli/signals.h"

static void take_methods(struct compare *c)
{
	__u32 i;

	c->row[c->nr_rows++].ops = &sim_ring_given;
	for (i = 0; sim_methods[i]; i++) {
		const struct sim_ops *ops = sim_methods[i];

		/* The ring has its row; other points make another ring. */
		if (ops == &sim_ring_hash || ops == &sim_ring_explicit ||
		    !strcmp(c->placement, ops->name) || !sim_is_exact(ops))
			continue;
		c->row[c->nr_rows++].ops = ops;
	}
}

/**
 * rivals_make() - compares the change of a report with other methods
 * @r: a report on a change
 * @rivals: set to the output of ringlab -j compare without times; NULL if the
 *	change is unknown, or no position has an owner before or after it
 *
 * Return: an exit status; errors are reported.
 */
int rivals_make(const struct report *r, json_t **rivals)
{
	/* The map before is r->native's only for a planned change. */
	struct native_ring before = {
		.config = r->native.config,
		.table = (struct hr_table *)r->before,
	};
	struct compare_ring ring = { .from = &before, .to = r->after };
	struct compare c = { 0 };
	json_t *row;
	size_t i;
	int status;

	*rivals = NULL;
	if (!r->before || !r->ops || !r->before->nr_points ||
	    !r->after->nr_points)
		return EXIT_DONE;
	ring.ops = native_ops(r->ops->op, r->ops->nr);
	if (!ring.ops)
		return EXIT_REFUSED;
	ring.nr_ops = r->ops->nr;
	signals_hold();
	status = compare_ring_case(&ring, r->about.name, &c);
	if (!status) {
		take_methods(&c);
		status = compare_run(&c);
	}
	if (!status) {
		*rivals = compare_to_json(&c);
		json_array_foreach(json_object_get(*rivals, "methods"), i, row)
			json_object_del(row, "lookup_ns");
	}
	compare_release(&c);
	compare_ring_release(&ring);
	/* An interrupt has had its effect: its signal stays blocked. */
	if (status != EXIT_ABORTED)
		signals_release();
	return status;
}
