// SPDX-License-Identifier: GPL-2.0-only
/*
 * The user's own flows and keys, for a comparison to count.
 */
#include <stdlib.h>

#include "compare.h"

/**
 * compare_flows_load() - loads the flows of the arguments for a comparison
 * @flows: zeroed; to be released also after an error
 * @a: the arguments; without flows nothing is done
 * @ring: the ring that maps them
 * @c: the comparison
 *
 * Return: an exit status; errors are reported.
 */
int compare_flows_load(struct compare_flows *flows, struct args *a,
		       const struct flow_ring *ring, struct compare *c)
{
	const struct flow_set *s = &flows->set;
	int status;
	__u64 i;

	if (!flows_wanted(a))
		return EXIT_DONE;
	status = flows_load(&flows->set, a, ring);
	if (status)
		return status;
	flows->pos = malloc(s->nr * sizeof(*flows->pos));
	flows->bytes = malloc(s->nr * sizeof(*flows->bytes));
	if (!flows->pos || !flows->bytes)
		return fail_memory();
	for (i = 0; i < s->nr; i++) {
		flows->pos[i] = s->flow[i].position;
		flows->bytes[i] = s->flow[i].bytes;
	}
	c->keys = s->nr;
	c->given.nr = s->nr;
	c->given.pos = flows->pos;
	c->given.bytes = s->has_bytes ? flows->bytes : NULL;
	return EXIT_DONE;
}

void compare_flows_release(struct compare_flows *flows)
{
	free(flows->pos);
	free(flows->bytes);
	flow_set_release(&flows->set);
}
