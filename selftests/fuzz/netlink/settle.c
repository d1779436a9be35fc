// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks after all sockets of a session are closed: each ring can be read,
 * shares are those of the map and add up to the whole ring, look-ups agree, no
 * socket holds a lease, every migration comes to an end, and the map is that of
 * a new ring with the same members.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "settle.h"

#define RINGS_MAX	64
#define TRIES		200	/* until a ring with deadlines stops changing */
#define POSITIONS	64

struct rings {
	u32 nr;
	struct hashring_ring ring[RINGS_MAX];
};

/* The state of a ring at one moment. */
struct picture {
	struct hashring_ring ring;
	struct arcs arcs;
	u32 nr_nodes;
	u32 room;
	struct {
		char name[HASHRING_NAME_LEN];
		u32 id;
		u32 state;
		u64 share;
	} *node;
};

static int take_ring(const struct hashring_ring *ring, void *arg)
{
	struct rings *rings = arg;

	if (rings->nr < RINGS_MAX)
		rings->ring[rings->nr++] = *ring;
	return 0;
}

static void rings_again(void *arg)
{
	((struct rings *)arg)->nr = 0;
}

static int take_arcs(u64 generation, const u32 *ends, const u32 *owners,
		     size_t n, void *arg)
{
	struct arcs *arcs = arg;
	u32 nr = arcs->nr + n;

	arcs->end = reallocarray(arcs->end, nr + 1, sizeof(u32));
	arcs->owner = reallocarray(arcs->owner, nr + 1, sizeof(u32));
	if (!arcs->end || !arcs->owner)
		die("arcs");
	memcpy(arcs->end + arcs->nr, ends, n * sizeof(u32));
	memcpy(arcs->owner + arcs->nr, owners, n * sizeof(u32));
	arcs->nr = nr;
	return 0;
}

static void arcs_again(void *arg)
{
	((struct arcs *)arg)->nr = 0;
}

int arcs_read(struct hashring *h, const char *ring, struct arcs *arcs)
{
	arcs->nr = 0;
	return hashring_arcs_list(h, ring, false, take_arcs, arcs_again, arcs);
}

void arcs_free(struct arcs *arcs)
{
	free(arcs->end);
	free(arcs->owner);
}

/* The length of an arc, which begins behind the end of the previous one. */
u64 arc_length(const struct arcs *arcs, u32 i)
{
	u32 before = arcs->end[(i ? i : arcs->nr) - 1];

	return arcs->nr == 1 ? HASHRING_WHOLE : (u32)(arcs->end[i] - before);
}

static u32 arcs_owner(const struct arcs *arcs, u32 position)
{
	u32 i;

	for (i = 0; i < arcs->nr; i++)
		if (position <= arcs->end[i])
			return arcs->owner[i];
	return arcs->nr ? arcs->owner[0] : 0;
}

static int take_node(const struct hashring_node *node, void *arg)
{
	struct picture *picture = arg;

	if (picture->nr_nodes == picture->room) {
		picture->room = 2 * picture->room + 16;
		picture->node = reallocarray(picture->node, picture->room,
					     sizeof(*picture->node));
		if (!picture->node)
			die("nodes");
	}
	memcpy(picture->node[picture->nr_nodes].name, node->name,
	       sizeof(node->name));
	picture->node[picture->nr_nodes].id = node->attrs.id;
	picture->node[picture->nr_nodes].state = node->attrs.state;
	picture->node[picture->nr_nodes++].share = node->share;
	return 0;
}

static void nodes_again(void *arg)
{
	((struct picture *)arg)->nr_nodes = 0;
}

static bool map_right(struct hashring *h, const struct picture *p, char *why,
		      size_t size)
{
	u64 sum = 0, none = 0, share;
	u32 i, j;

	for (i = 0; i < p->arcs.nr; i++)
		if (!p->arcs.owner[i])
			none += arc_length(&p->arcs, i);
	if (!p->arcs.nr)
		none = HASHRING_WHOLE;
	for (j = 0; j < p->nr_nodes; j++) {
		for (i = 0, share = 0; i < p->arcs.nr; i++)
			if (p->arcs.owner[i] == p->node[j].id)
				share += arc_length(&p->arcs, i);
		if (share != p->node[j].share) {
			snprintf(why, size, "node %u has %llu by its arcs, %llu as it is told",
				 p->node[j].id, share, p->node[j].share);
			return false;
		}
		sum += share;
	}
	if (sum + none != HASHRING_WHOLE) {
		snprintf(why, size, "shares make %llu, and %llu has no owner",
			 sum, none);
		return false;
	}
	if (!migrating(&p->ring) && none && p->ring.table_points) {
		snprintf(why, size, "%llu has no owner", none);
		return false;
	}
	return true;
}

/* 1: right, 0: changed during the look, -1: wrong. */
static int look(struct hashring *h, const char *name, struct rng *rng,
		struct picture *p, char *why, size_t size)
{
	u32 positions[POSITIONS], ids[POSITIONS], i;
	struct hashring_ring after;
	u64 generation;
	bool right;

	p->nr_nodes = 0;
	for (i = 0; i < POSITIONS; i++)
		positions[i] = rng_next(rng) >> 32;
	if (hashring_ring_get(h, name, &p->ring) ||
	    arcs_read(h, name, &p->arcs) ||
	    hashring_node_list(h, name, false, take_node, nodes_again, p) ||
	    hashring_lookup_bulk(h, name, positions, ids, POSITIONS,
				 &generation)) {
		snprintf(why, size, "%s", hashring_error(h));
		return -1;
	}
	right = map_right(h, p, why, size);
	for (i = 0; right && i < POSITIONS; i++) {
		if (ids[i] == arcs_owner(&p->arcs, positions[i]))
			continue;
		snprintf(why, size, "%u is at node %u by its arc, %u when it is looked up",
			 positions[i], arcs_owner(&p->arcs, positions[i]),
			 ids[i]);
		right = false;
	}
	if (hashring_ring_get(h, name, &after)) {
		snprintf(why, size, "%s", hashring_error(h));
		return -1;
	}
	if (after.epoch != p->ring.epoch)
		return 0;
	return right ? 1 : -1;
}

/* Prints the ring, to show the fault. */
static void show_picture(const struct picture *p)
{
	u32 i;

	fprintf(stderr, "%s: %s placement, migration %s, generation %llu, epoch %llu, %u arcs\n",
		p->ring.name,
		hashring_enum_name(hashring_placement_name, p->ring.placement),
		hashring_enum_name(hashring_migration_state_name,
				   p->ring.migration),
		p->ring.generation, p->ring.epoch, p->arcs.nr);
	for (i = 0; i < p->nr_nodes; i++)
		fprintf(stderr, "  node %s id %u %s, share %llu\n",
			p->node[i].name, p->node[i].id,
			hashring_enum_name(hashring_node_state_name,
					   p->node[i].state),
			p->node[i].share);
}

static bool ring_right(struct hashring *h, const char *name, struct rng *rng,
		       char *why, size_t size)
{
	struct picture picture = {};
	u32 tries = TRIES;
	int found = 0;

	snprintf(why, size, "it does not hold still");
	while (!found && tries--)
		found = look(h, name, rng, &picture, why, size);
	if (found < 0)
		show_picture(&picture);
	arcs_free(&picture.arcs);
	free(picture.node);
	return found > 0;
}

static bool free_of_leases(struct hashring *h, const char *name, char *why,
			   size_t size)
{
	struct hashring_migration m = {};
	bool is_free;

	if (hashring_migrate_get(h, name, &m)) {
		snprintf(why, size, "%s", hashring_error(h));
		return false;
	}
	is_free = !m.holder[0];
	snprintf(why, size, "it is paced by %s, whose socket is closed",
		 m.holder);
	hashring_migration_release(&m);
	return is_free;
}

/* Ends a migration by either way; a deadline may have ended it before. */
static bool end_migration(struct hashring *h, const char *name, bool back,
			  char *why, size_t size)
{
	struct hashring_ring ring;

	if (back)
		hashring_migrate_rollback(h, name, "the end", true, true, NULL);
	if (hashring_ring_get(h, name, &ring))
		goto failed;
	if (!migrating(&ring) ||
	    !hashring_migrate_finish(h, name, true, NULL))
		return true;
	if (!hashring_ring_get(h, name, &ring) && !migrating(&ring))
		return true;
failed:
	snprintf(why, size, "its migration does not end: %s",
		 hashring_error(h));
	return false;
}

static bool settle_ring(struct hashring *h, const struct hashring_ring *ring,
			struct rng *rng, char *why, size_t size)
{
	if (!free_of_leases(h, ring->name, why, size) ||
	    !ring_right(h, ring->name, rng, why, size))
		return false;
	if (migrating(ring) &&
	    (!end_migration(h, ring->name, rng_one_in(rng, 2), why, size) ||
	     !ring_right(h, ring->name, rng, why, size)))
		return false;
	return true;
}

void settle(struct stream *stream)
{
	static struct rings rings;
	struct hashring *h;
	char why[256];
	u32 i;

	if (hashring_open(&h, NULL))
		die("a connection at the end of a session");
	if (hashring_ring_list(h, take_ring, rings_again, &rings)) {
		violation(stream, NULL, 0, "rings cannot be listed: %s",
			  hashring_error(h));
		goto out;
	}
	for (i = 0; i < rings.nr; i++) {
		const struct hashring_ring *ring = &rings.ring[i];

		if (!settle_ring(h, ring, &stream->source.rng, why,
				 sizeof(why))) {
			violation(stream, NULL, 0, "ring %s: %s", ring->name,
				  why);
			continue;
		}
		count(&totals->settled);
		if (rebuild(h, ring->name, why, sizeof(why)))
			count(&totals->rebuilt);
		else
			violation(stream, NULL, 0, "ring %s made anew: %s",
				  ring->name, why);
	}
out:
	hashring_close(h);
}
