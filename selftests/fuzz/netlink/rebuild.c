// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes a ring again from the answers about another ring: the map must be the
 * same. With balanced placement the members do not determine the map, so each
 * node gets the cells of its arcs.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "settle.h"

#define ANEW	"anew"

/* Members as operations that add them. */
struct members {
	u32 nr;
	u32 room;
	struct hashring_op *op;
};

static void members_drop(struct members *members)
{
	while (members->nr) {
		const struct hashring_op *op = &members->op[--members->nr];

		free((void *)op->name);
		free((void *)op->seat);
		free((void *)op->points);
		free((void *)op->cells);
	}
}

static void members_again(void *arg)
{
	members_drop(arg);
}

static void *copy(const void *from, size_t size)
{
	void *to = malloc(size + 1);

	if (!to)
		die("a copy");
	return size ? memcpy(to, from, size) : to;
}

static int take_member(const struct hashring_node *node, void *arg)
{
	struct members *members = arg;
	struct hashring_op *op;

	if (members->nr == members->room) {
		members->room = 2 * members->room + 16;
		members->op = reallocarray(members->op, members->room,
					   sizeof(*members->op));
		if (!members->op)
			die("members");
	}
	op = &members->op[members->nr++];
	memset(op, 0, sizeof(*op));
	op->kind = HASHRING_OP_ADD;
	op->has = HASHRING_HAS_ATTR(ID) | HASHRING_HAS_ATTR(WEIGHT) |
		  HASHRING_HAS_ATTR(STATE);
	op->name = copy(node->name, strlen(node->name) + 1);
	op->seat = copy(node->seat, strlen(node->seat) + 1);
	op->attrs.id = node->attrs.id;
	op->attrs.weight = node->attrs.weight;
	op->attrs.state = node->attrs.state;
	if (node->nr_given) {
		op->has |= HASHRING_HAS(POINTS);
		op->nr_points = node->nr_given;
		op->points = copy(node->points, node->nr_given * sizeof(u32));
	}
	return 0;
}

static void add_run(struct hashring_op *op, struct hashring_run *runs, u32 first,
		    u32 n)
{
	if (n)
		runs[op->nr_cells++] = (struct hashring_run){ first, n };
}

static void give_cells(struct hashring_op *op, const struct arcs *arcs,
		       u32 grid)
{
	u64 width = HASHRING_WHOLE / grid;
	struct hashring_run *runs = calloc(arcs->nr + 1, sizeof(*runs));
	u32 i, behind = 0;

	if (!runs)
		die("cells");
	for (i = 0; i < arcs->nr; i++) {
		u32 n = arc_length(arcs, i) / width;
		u32 end = ((u64)arcs->end[i] + 1) / width;

		if (arcs->owner[i] != op->attrs.id)
			continue;
		/* The first arc may begin before the end of the ring. */
		if (n > end) {
			behind = n - end;
			n = end;
		}
		add_run(op, runs, end - n, n);
	}
	add_run(op, runs, grid - behind, behind);
	op->has |= HASHRING_HAS(CELLS);
	op->cells = runs;
}

static int make(struct hashring *h, const struct hashring_ring *ring,
		const struct members *members)
{
	const struct hashring_ring_config config = {
		.name = ANEW,
		.placement = ring->placement,
		.points = ring->points,
		.per = ring->per,
		.seed = ring->seed,
		.grid = ring->grid,
	};
	const struct hashring_change change = {
		.ring = ANEW,
		.ops = members->op,
		.nr_ops = members->nr,
		.expect_generation = HASHRING_ANY,
		.max_moved = HASHRING_ANY,
	};
	struct hashring_receipt receipt = {};
	struct hashring_ring made;
	int ret;

	ret = hashring_ring_add(h, &config, &made);
	if (ret || !members->nr)
		return ret;
	ret = hashring_change(h, &change, &receipt);
	hashring_receipt_release(&receipt);
	return ret;
}

/* For a ring without a migration, so that nothing changes the ring. */
bool rebuild(struct hashring *h, const char *name, char *why, size_t size)
{
	struct members members = {};
	u64 digest = 0, anew = 1, generation;
	struct hashring_ring ring;
	struct arcs arcs = {};
	bool made = false;
	u32 i;

	if (hashring_ring_get(h, name, &ring) ||
	    hashring_node_list(h, name, true, take_member, members_again,
			       &members) ||
	    arcs_read(h, name, &arcs) ||
	    hashring_digest(h, name, false, &digest, &generation))
		goto out;
	for (i = 0; ring.grid && i < members.nr; i++)
		if (members.op[i].attrs.state == HASHRING_NODE_ACTIVE)
			give_cells(&members.op[i], &arcs, ring.grid);
	made = !make(h, &ring, &members) &&
	       !hashring_digest(h, ANEW, false, &anew, &generation);
out:
	if (!made)
		snprintf(why, size, "%s", hashring_error(h));
	else if (digest != anew)
		snprintf(why, size, "its digest is %llx, not %llx", anew,
			 digest);
	hashring_ring_del(h, ANEW);
	members_drop(&members);
	free(members.op);
	arcs_free(&arcs);
	return made && digest == anew;
}
