/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes from the bytes of an input. */
#ifndef HASHRING_FUZZ_CORE_OPS_H
#define HASHRING_FUZZ_CORE_OPS_H

#include "core/change.h"
#include "fuzz.h"

#define OP_LIST		8
#define OP_POINTS	6
#define OP_CELLS	3

/* Memory for the points and cells of an operation. */
struct op_room {
	u32 points[OP_POINTS];
	struct hr_run cells[OP_CELLS];
};

struct op_list {
	struct hr_op op[OP_LIST];
	struct op_room room[OP_LIST];
};

u32 take_position(struct bytes *b);
u32 take_ops(struct bytes *b, const struct hr_config *cfg,
	     struct op_list *list);
void take_config(struct bytes *b, struct hr_config *cfg);

#endif
