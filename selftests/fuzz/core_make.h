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

/* The figures of what goes from the effective map to the one that was made. */
void check_made(const struct ring *r, const struct making *m,
		const struct oracle *after);

/* Takes what has been made into force; @frontier is where it then is. */
void publish(struct ring *r, struct making *m, bool held, u64 frontier);
void free_slots(struct ring *r);
void came_into_force(struct ring *r);

/* Whether what is spliced has room in the oracle. */
bool has_room(const struct ring *r);

/* The oracle's side of a view that begins or goes on. */
void went_on(struct ring *r, const struct oracle *after, bool stay);

#endif
