/* SPDX-License-Identifier: GPL-2.0-only */
/* A ring of the target core. */
#ifndef HASHRING_FUZZ_CORE_RING_H
#define HASHRING_FUZZ_CORE_RING_H

#include "fuzz.h"
#include "model/model.h"

/**
 * struct ring - a ring and its model
 * @model: the expected state
 * @view: the state in force
 * @origin: the table when the migration began; NULL while settled
 * @rolling: the migration is in a rollback
 * @id_max: the highest allowed id
 */
struct ring {
	struct model_ring model;
	struct hr_view view;
	struct hr_table *origin;
	bool rolling;
	u32 id_max;
};

#endif
