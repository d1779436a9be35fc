/* SPDX-License-Identifier: GPL-2.0-only */
/* The number of cells that each node of a balanced ring is due. */
#ifndef HASHRING_CORE_GRID_APPORTION_H
#define HASHRING_CORE_GRID_APPORTION_H

#include "node.h"

int hr_apportion(struct hr_node *const *members, u32 nr, u32 grid, u32 *due,
		 gfp_t gfp);

#endif
