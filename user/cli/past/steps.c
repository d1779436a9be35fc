// SPDX-License-Identifier: GPL-2.0-only
/*
 * Steps and transitions of migrations: from the kernel, and as JSON.
 */
#include <errno.h>

#include "past.h"

static int take_step(const struct hashring_step *step, void *arg)
{
	struct step_list *list = arg;
	void *more = model_grow(list->step, list->nr, sizeof(*step));

	if (!more)
		return -ENOMEM;
	list->step = more;
	list->step[list->nr++] = *step;
	return 0;
}

static void restart_steps(void *arg)
{
	struct step_list *list = arg;

	list->nr = 0;
}

/**
 * steps_load() - loads the steps that a ring keeps
 * @h: the connection
 * @ring: the ring
 * @list: empty; the caller frees its steps, also after an error
 *
 * Return: 0 or a negative errno.
 */
int steps_load(struct hashring *h, const char *ring, struct step_list *list)
{
	return hashring_steps_list(h, ring, take_step, restart_steps, list);
}

json_t *step_to_json(const struct hashring_step *step)
{
	json_t *o = json_object();

	json_set_u64(o, "epoch", step->epoch);
	json_set_u64(o, "time", step->time);
	json_set_u64(o, "generation", step->generation);
	json_set_enum(o, "kind", hashring_step_kind_name, step->kind);
	json_set_enum(o, "state", hashring_migration_state_name, step->state);
	if (*step->reason)
		json_set_text(o, "reason", step->reason);
	json_set_u64(o, "frontier_before", step->frontier_before);
	json_set_u64(o, "frontier", step->frontier);
	json_set_u64(o, "moved", step->moved);
	json_set_u64(o, "arcs", step->arcs);
	json_set_u64(o, "flows", step->flows);
	return o;
}
