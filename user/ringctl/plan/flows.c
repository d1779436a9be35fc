// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a plan does to flows and keys of the user.
 */
#include "plan.h"
#include "ringctl/measure/flows_print.h"

/**
 * plan_flows() - loads the flows of the arguments, and maps them
 * @p: the plan
 * @a: the arguments
 * @hash: hash for positions of keys
 * @flows: set, to be released also after an error
 *
 * Return: an exit status; errors are reported.
 */
int plan_flows(const struct plan *p, struct args *a, enum position_hash hash,
	       struct plan_flows *flows)
{
	const struct flow_ring ring = {
		.name = p->change->ring,
		.has_seed = p->has_seed,
		.by = { hash, p->ring.config.keys },
		.policies = p->ring.policies,
	};
	int status;

	flows->figures = (struct flow_figures){ 0 };
	status = flows_load(&flows->set, a, &ring);
	if (status)
		return status;
	if (flow_figures_tables(&flows->set, p->ring.table, p->next.after,
				&flows->figures))
		return fail_memory();
	return EXIT_DONE;
}

void plan_flows_release(struct plan_flows *flows)
{
	flow_figures_release(&flows->figures);
	flow_set_release(&flows->set);
}

/* Prints each flow that moves. */
int plan_list_flows(const struct plan *p, const struct plan_flows *flows)
{
	return print_flow_moves(&flows->set, p->ring.table, p->next.after);
}
