// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nodes for the tests of other methods, and maps of these nodes.
 */
#include <stdio.h>

#include "sims.h"

static char names[NODES][16];
const char *name[NODES];
static u32 point[NODES];
struct sim_nodes nodes = {
	.name = name, .point = point, .points = 20, .per = 1,
	.grid = HR_DEFAULT_GRID,
};

int sims_setup(void **state)
{
	struct unit_random random = { 1 };
	u32 i;

	for (i = 0; i < NODES; i++) {
		snprintf(names[i], sizeof(names[i]), "node_%u", i);
		name[i] = names[i];
		point[i] = unit_random(&random);
	}
	return 0;
}

/* Makes a map of the first @nr nodes, with room for @all. */
void start(struct sim *s, const struct sim_ops *ops, u32 nr, u32 all)
{
	u32 joined[NODES], i;
	const struct sim_change change = { .joined = joined, .nr_joined = nr };

	for (i = 0; i < nr; i++)
		joined[i] = i;
	nodes.nr = all;
	sim_init(s, ops, &nodes);
	assert_int_equal(sim_change(s, &change), 0);
}

void join(struct sim *s, u32 number)
{
	const struct sim_change change = { .joined = &number, .nr_joined = 1 };

	assert_int_equal(sim_change(s, &change), 0);
}

void leave(struct sim *s, u32 number)
{
	const struct sim_change change = { .gone = &number, .nr_gone = 1 };

	assert_int_equal(sim_change(s, &change), 0);
}

u32 owner(const struct sim *s, u32 pos)
{
	u32 place;

	s->ops->lookup(s, &pos, &place, 1);
	return sim_number(s, place);
}
