// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of placements.
 */
#include <linux/kernel.h>

#include "place.h"

static const struct hr_place_ops * const policies[] = {
	[HASHRING_PLACEMENT_HASH] = &hr_place_hash,
	[HASHRING_PLACEMENT_EXPLICIT] = &hr_place_explicit,
	[HASHRING_PLACEMENT_BALANCED] = &hr_place_balanced,
};

/**
 * hr_place_by_kind() - the policy of a number
 * @kind: &enum hashring_placement, unchecked
 *
 * Context: any.
 * Return: the policy, or NULL if there is none.
 */
const struct hr_place_ops *hr_place_by_kind(u32 kind)
{
	return kind < ARRAY_SIZE(policies) ? policies[kind] : NULL;
}

/**
 * hr_place_kind() - the number of a policy
 * @ops: a policy that hr_place_by_kind() returned
 *
 * Context: any.
 * Return: &enum hashring_placement.
 */
u32 hr_place_kind(const struct hr_place_ops *ops)
{
	u32 kind = 0;

	while (kind < ARRAY_SIZE(policies) && policies[kind] != ops)
		kind++;
	return kind;
}
