/* SPDX-License-Identifier: GPL-2.0-only */
/* The shared parts of the tests of other methods: nodes, and maps of nodes. */
#ifndef HASHRING_SIMS_H
#define HASHRING_SIMS_H

#include "ringlab/sim/sim.h"
#include "unit.h"

#define NODES	200

extern const char *name[NODES];
extern struct sim_nodes nodes;

/* Makes names and points, for a group of tests. */
int sims_setup(void **state);

void start(struct sim *s, const struct sim_ops *ops, u32 nr, u32 all);
void join(struct sim *s, u32 number);
void leave(struct sim *s, u32 number);
u32 owner(const struct sim *s, u32 pos);

#endif
