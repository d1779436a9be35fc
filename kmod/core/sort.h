/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stable sorting, in a time that does not depend on the input. All of it sleeps
 * now and then, unlike the kernel's sort().
 */
#ifndef HASHRING_CORE_SORT_H
#define HASHRING_CORE_SORT_H

#include "place.h"

/* The amount of work between two cond_resched(). */
#define HR_CHUNK	65536U

/**
 * struct hr_item - a name or seat of an operation
 * @key: a name or a seat
 * @op: index of the operation
 * @pos: index of the first member whose key is not below @key
 * @hit: whether that member's key is @key
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
