/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sorting, stable and in a time that does not depend on who chose the input.
 * All of it sleeps now and then, unlike the kernel's sort().
 */
#ifndef HASHRING_CORE_SORT_H
#define HASHRING_CORE_SORT_H

#include "place.h"

/* Work that may be done without asking for the processor's other uses. */
#define HR_CHUNK	65536U

/**
 * struct hr_item - what an operation of a change names
 * @key: a name or a seat
 * @op: index of the operation
 * @pos: index among the members of the first one not below @key
 * @hit: whether that one is equal to @key
 */
struct hr_item {
	const char *key;
	u32 op;
	u32 pos : 31;
	u32 hit : 1;
};

void hr_sort_points(struct hr_point *points, struct hr_point *tmp, u32 n);
void hr_sort_items(struct hr_item *items, struct hr_item *tmp, u32 n);
u32 hr_points_seek(const struct hr_point *points, u32 n, u32 pos);
u32 hr_points_gallop(const struct hr_point *points, u32 from, u32 n, u32 pos);

#endif
