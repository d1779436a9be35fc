/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Maglev's table, for comparison: as in section 3.4 of "Maglev: A Fast and
 * Reliable Software Network Load Balancer" (Eisenbud et al., NSDI 2016),
 * without weights.
 */
#ifndef RINGLAB_SIM_MAGLEV_H
#define RINGLAB_SIM_MAGLEV_H

#include <linux/types.h>

/**
 * struct maglev - a table
 * @size: number of @slots, a prime
 * @slots: the node, by its number, that owns each slot
 */
struct maglev {
	u32 size;
	u32 *slots;
};

int maglev_init(struct maglev *maglev, u32 size, const char *const *names,
		u32 nr_names);
void maglev_release(struct maglev *maglev);

/*
 * The node that owns a position. A multiplication takes less time than the
 * paper's modulo, and spreads positions over the slots as well.
 */
static inline u32 maglev_lookup(const struct maglev *maglev, u32 pos)
{
	return maglev->slots[(u64)pos * maglev->size >> 32];
}

#endif
