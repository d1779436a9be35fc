/* SPDX-License-Identifier: GPL-2.0-only */
/* How something comes into force. */
#ifndef HASHRING_FUZZ_CORE_MAKE_H
#define HASHRING_FUZZ_CORE_MAKE_H

#include "core/impact.h"
#include "core/record.h"
#include "core_ring.h"

/* What is to come into force; it is dropped when something fails. */
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
 * Runs what makes something; the allocation that @fail says fails, and then it
 * runs again. Whatever fails leaves the ring as it was.
 */
int attempt(const struct ring *r, struct making *m, u8 fail, making_run run,
	    void *arg, bool nofail);

int make_maps(const struct ring *r, struct making *m, bool stay, gfp_t gfp);

/* Takes what has been made into force; @frontier is where it then is. */
void publish(struct ring *r, struct making *m, bool held, u64 frontier);

/* Whether the effective map has room in the model. */
bool has_room(const struct ring *r);

/* A view that begins, or that goes on. */
void hold_view(struct ring *r, bool stay);

void put(struct hr_table *t);
struct hr_table *compose(const struct ring *r, gfp_t gfp);

#endif
