// SPDX-License-Identifier: GPL-2.0-only
/*
 * The methods, and the search for one.
 */
#include <string.h>

#include "sim.h"

const struct sim_ops *const sim_methods[] = {
	&sim_ring_hash,
	&sim_ring_explicit,
	&sim_ring_balanced,
	&sim_modulo,
	&sim_range_split,
	&sim_range_recut,
	&sim_threshold,
	&sim_maglev_4093,
	&sim_maglev_65537,
	&sim_rendezvous,
	&sim_jump,
	&sim_anchor,
	NULL
};

/**
 * sim_find() - finds a method by its name
 * @name: the name
 * @len: bytes of @name
 *
 * Return: the method, or NULL.
 */
const struct sim_ops *sim_find(const char *name, size_t len)
{
	u32 i;

	for (i = 0; sim_methods[i]; i++)
		if (strlen(sim_methods[i]->name) == len &&
		    !memcmp(sim_methods[i]->name, name, len))
			return sim_methods[i];
	return NULL;
}
