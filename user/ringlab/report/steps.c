// SPDX-License-Identifier: GPL-2.0-only
/*
 * The migrations of a ring, as far as their steps are kept.
 */
#include "report.h"

/* Loads the steps that the ring keeps; 0 or a negative errno. */
int past_steps(struct report *r)
{
	struct step_list list = { 0 };
	int err;

	err = steps_load(conn(), r->about.name, &list);
	r->step = list.step;
	r->nr_steps = list.nr;
	return err;
}

static bool is_end(const struct hashring_step *step)
{
	return step->kind == HASHRING_STEP_FINISH ||
	       step->kind == HASHRING_STEP_UNDONE;
}

/**
 * report_migration() - the next migration of a report
 * @r: the report
 * @m: zeroed, or the migration before; set
 *
 * The first migration may lack its oldest steps, which are no longer kept.
 *
 * Return: whether there is one.
 */
bool report_migration(const struct report *r, struct report_migration *m)
{
	__u32 at = m->step ? m->step - r->step + m->nr : 0;
	__u32 i;

	if (at == r->nr_steps)
		return false;
	*m = (struct report_migration){ .step = r->step + at };
	for (i = at; i < r->nr_steps && !m->ended; i++) {
		const struct hashring_step *step = &r->step[i];

		m->nr++;
		m->moves += step->kind == HASHRING_STEP_STEP;
		m->moved += step->moved;
		m->flows += step->flows;
		m->ended = is_end(step);
	}
	return true;
}
