/* SPDX-License-Identifier: GPL-2.0-only */
/* How a new state comes into force. */
#ifndef HASHRING_FUZZ_CORE_MAKE_H
#define HASHRING_FUZZ_CORE_MAKE_H

#include "core/impact.h"
#include "core/record.h"
#include "core_ring.h"

/* A new state before its publication; a failure drops it. */
struct making {
	struct hr_table *map;
	struct hr_table *next;
	struct hr_table *from;
	struct hr_table *base;
	struct hr_impact impact;
	struct hr_record record;
};

typedef int (*making_run)(const struct ring *r, void *arg, struct making *m);

/*
 * Calls @run, first with the failing allocation that @fail selects, and then
 * again. After a failure the ring is unchanged.
 */
int attempt(const struct ring *r, struct making *m, u8 fail, making_run run,
	    void *arg, bool nofail);

int make_maps(const struct ring *r, struct making *m, bool stay, gfp_t gfp);

/* Publishes the new state, with @frontier. */
void publish(struct ring *r, struct making *m, bool held, u64 frontier);

/* Whether the effective map fits into the model. */
bool has_room(const struct ring *r);

/* Begins or continues a view. */
void hold_view(struct ring *r, bool stay);

void put(struct hr_table *t);
struct hr_table *compose(const struct ring *r, gfp_t gfp);

#endif
