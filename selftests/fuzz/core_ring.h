/* SPDX-License-Identifier: GPL-2.0-only */
/* A ring as the target core has it. */
#ifndef HASHRING_FUZZ_CORE_RING_H
#define HASHRING_FUZZ_CORE_RING_H

#include "fuzz.h"
#include "model/model.h"

/**
 * struct ring - a ring and what has to be
 * @model: what has to be
 * @view: what is in force
 * @origin: the table when the migration began; NULL while settled
 * @rolling: the migration goes back
 * @id_max: the highest id that may be given
 */
struct ring {
	struct model_ring model;
	struct hr_view view;
	struct hr_table *origin;
	bool rolling;
	u32 id_max;
};

#endif
