// SPDX-License-Identifier: GPL-2.0-only
/*
 * One position with the reasons. The kernel answers positions in bulk and
 * without reasons; they are put together here, all of one generation.
 */
#include <errno.h>
#include <string.h>

#include "private.h"

#define TRIES	10

/* The search for the arc that holds a position. */
struct arc_search {
	__u32 position;
	__u32 last;
	__u32 start;
	__u32 end;
	__u64 generation;
	bool found;
	bool any;
	__u32 first;
};

static int search_arcs(__u64 generation, const __u32 *ends, const __u32 *owners,
		       size_t n, void *arg)
{
	struct arc_search *s = arg;
	size_t i;

	s->generation = generation;
	for (i = 0; i < n; i++) {
		if (!s->any)
			s->first = ends[i];
		/* The first one wraps: its start is known at the end. */
		if (s->any && !s->found && s->position > s->last &&
		    s->position <= ends[i]) {
			s->start = s->last;
			s->end = ends[i];
			s->found = true;
		}
		s->any = true;
		s->last = ends[i];
	}
	return 0;
}

static void restart_search(void *arg)
{
	struct arc_search *s = arg;

	s->found = false;
	s->any = false;
}

struct name_search {
	__u32 id;
	char *name;
	__u64 generation;
};

static int search_names(const struct hashring_node *node, void *arg)
{
	struct name_search *s = arg;

	s->generation = node->generation;
	if (node->id == s->id)
		memcpy(s->name, node->name, HASHRING_NAME_LEN);
	return 0;
}

static void restart_names(void *arg)
{
	struct name_search *s = arg;

	s->name[0] = '\0';
}

/* Fills in @owner; @same says whether all of it is of one generation. */
static int lookup_once(struct hashring *h, const char *ring, __u32 position,
		       struct hashring_owner *owner, bool *same)
{
	struct arc_search arc = { .position = position };
	struct name_search name = { .name = owner->node };
	int err;

	memset(owner, 0, sizeof(*owner));
	owner->position = position;
	*same = true;
	err = hashring_lookup_bulk(h, ring, &position, &owner->id, 1,
				   &owner->generation);
	if (err || !owner->id)
		return err;
	name.id = owner->id;
	err = hashring_node_list(h, ring, false, search_names, restart_names,
				 &name);
	if (err)
		return err;
	err = hashring_arcs_list(h, ring, true, search_arcs, restart_search,
				 &arc);
	if (err)
		return err;
	owner->arc_start = arc.found ? arc.start : arc.last;
	owner->arc_end = arc.found ? arc.end : arc.first;
	*same = owner->generation == name.generation &&
		owner->generation == arc.generation;
	return 0;
}

/**
 * hashring_lookup_position() - who owns a position, and why
 * @h: the connection
 * @ring: the ring
 * @position: the position
 * @owner: set
 *
 * Return: 0; -EAGAIN when the ring kept changing; another negative errno.
 */
int hashring_lookup_position(struct hashring *h, const char *ring,
			     __u32 position, struct hashring_owner *owner)
{
	bool same;
	int tries;
	int err;

	for (tries = 0; tries < TRIES; tries++) {
		err = lookup_once(h, ring, position, owner, &same);
		if (err || same)
			return err;
	}
	return hr_error(h, -EAGAIN, "the ring changed while it was looked at");
}
