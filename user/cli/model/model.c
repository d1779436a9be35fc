// SPDX-License-Identifier: GPL-2.0-only
/*
 * Models of rings, and how they are read from the kernel.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

static void nodes_drop(struct model_ring *r)
{
	__u32 i;

	for (i = 0; i < r->nr_nodes; i++) {
		free(r->node[i].points);
		free(r->node[i].cells);
	}
	r->nr_nodes = 0;
}

void model_ring_release(struct model_ring *r)
{
	nodes_drop(r);
	free(r->node);
	free(r->attach);
	memset(r, 0, sizeof(*r));
}

void model_release(struct model *m)
{
	__u32 i;

	for (i = 0; i < m->nr_rings; i++)
		model_ring_release(&m->ring[i]);
	free(m->ring);
	memset(m, 0, sizeof(*m));
}

struct model_ring *model_ring_find(const struct model *m, const char *name)
{
	__u32 i;

	for (i = 0; i < m->nr_rings; i++)
		if (!strcmp(m->ring[i].name, name))
			return &m->ring[i];
	return NULL;
}

const char *model_seat(const struct model_node *node)
{
	return *node->seat ? node->seat : node->name;
}

static int compare_points(const void *a, const void *b)
{
	__u32 x = *(const __u32 *)a;
	__u32 y = *(const __u32 *)b;

	return x < y ? -1 : x > y;
}

void model_sort_points(__u32 *points, __u32 nr)
{
	qsort(points, nr, sizeof(*points), compare_points);
}

/* Whether the ring has a migration under way. */
bool ring_migrates(const struct hashring_ring *ring)
{
	return ring->migration != HASHRING_MIGRATION_NONE &&
	       ring->migration != HASHRING_MIGRATION_DONE;
}

/* What callbacks of lists fill. */
struct loading {
	struct model_ring *ring;
	struct model *model;
	__u64 generation;
};

static int load_node(const struct hashring_node *node, void *arg)
{
	struct loading *l = arg;
	struct model_ring *r = l->ring;
	struct model_node *to;
	__u32 i;

	if (node->attrs.state == HASHRING_NODE_LEAVING)
		return 0;	/* no longer a member */
	to = model_grow(r->node, r->nr_nodes, sizeof(*to));
	if (!to)
		return -ENOMEM;
	r->node = to;
	to += r->nr_nodes;
	strcpy(to->name, node->name);
	if (strcmp(node->seat, node->name))
		strcpy(to->seat, node->seat);
	to->attrs = node->attrs;
	if (node->nr_given) {
		to->points = malloc(node->nr_given * sizeof(*to->points));
		if (!to->points)
			return -ENOMEM;
		memcpy(to->points, node->points,
		       node->nr_given * sizeof(*to->points));
		to->nr_points = node->nr_given;
		model_sort_points(to->points, to->nr_points);
	}
	r->nr_nodes++;
	for (i = 0; i < node->nr_home; i++)
		if (model_add_cells(to, node->home[i].first,
				    node->home[i].count))
			return -ENOMEM;
	l->generation = node->generation;
	return 0;
}

static void drop_nodes(void *arg)
{
	struct loading *l = arg;

	nodes_drop(l->ring);
}

static int load_attach(const struct hashring_attach *attach, void *arg)
{
	struct loading *l = arg;
	struct model_ring *r = l->ring;
	struct model_attach *to;

	if (strcmp(attach->ring, r->name))
		return 0;
	to = model_grow(r->attach, r->nr_attach, sizeof(*to));
	if (!to)
		return -ENOMEM;
	r->attach = to;
	to[r->nr_attach++].is = *attach;
	return 0;
}

static void drop_attach(void *arg)
{
	struct loading *l = arg;

	l->ring->nr_attach = 0;
}

/*
 * One try. Returns -EAGAIN when the ring changed during the load, -EBUSY while
 * a migration moves cells of the ring: only the kernel knows their new owners.
 */
static int load_ring(struct model_ring *r, const char *name)
{
	struct loading l = { .ring = r };
	struct hashring_ring ring;
	int err;

	err = hashring_ring_get(conn(), name, &ring);
	if (err)
		return err;
	strcpy(r->name, ring.name);
	r->placement = ring.placement;
	r->points = ring.points;
	r->per = ring.per;
	r->grid = ring.grid;
	r->has_seed = ring.has_seed;
	memcpy(r->seed, ring.seed, sizeof(r->seed));
	r->generation = ring.generation;
	r->has_generation = true;
	r->has_settings = HASHRING_SET_ALL;
	r->settings = ring.settings;

	l.generation = ring.generation;
	err = hashring_node_list(conn(), name,
				 !ring.points,
				 load_node, drop_nodes, &l);
	if (err)
		return err;
	if (l.generation != ring.generation || r->nr_nodes != ring.nodes)
		return -EAGAIN;
	if (ring.placement == HASHRING_PLACEMENT_BALANCED) {
		if (ring_migrates(&ring))
			return -EBUSY;
		err = model_load_cells(r);
		if (err)
			return err;
	}

	r->has_attach = true;
	return hashring_attach_list(conn(), load_attach, drop_attach, &l);
}

/**
 * model_ring_from_kernel() - the kernel's ring, of one generation
 * @r: filled in
 * @name: the ring's name
 *
 * Return: an exit status; errors are reported.
 */
int model_ring_from_kernel(struct model_ring *r, const char *name)
{
	int tries = 10;
	int err;

	memset(r, 0, sizeof(*r));
	if (!conn())
		return EXIT_REFUSED;
	while ((err = load_ring(r, name)) == -EAGAIN && --tries)
		model_ring_release(r);
	if (err == -EAGAIN)
		return fail(EXIT_STALE, "ring %s changes all the time", name);
	if (err == -EBUSY)
		return fail(EXIT_REFUSED,
			    "the cells of ring %s are in a migration: finish it, or roll it back",
			    name);
	if (err == -ENOMEM)
		return fail_memory();
	if (err)
		return refused(err);
	if (!r->has_seed)
		return fail(EXIT_REFUSED,
			    "the seed of ring %s needs CAP_NET_ADMIN",
			    name);
	return EXIT_DONE;
}

static int load_name(const struct hashring_ring *ring, void *arg)
{
	struct loading *l = arg;
	struct model_ring *to;

	to = model_grow(l->model->ring, l->model->nr_rings, sizeof(*to));
	if (!to)
		return -ENOMEM;
	l->model->ring = to;
	strcpy(to[l->model->nr_rings++].name, ring->name);
	return 0;
}

static void drop_names(void *arg)
{
	struct loading *l = arg;

	l->model->nr_rings = 0;
}

/**
 * model_from_kernel() - the kernel's rings
 * @m: filled in
 * @names: their names
 * @nr_names: number of @names; 0: all rings
 *
 * Return: an exit status; errors are reported.
 */
int model_from_kernel(struct model *m, char **names, int nr_names)
{
	struct loading l = { .model = m };
	int status, err, i;
	__u32 k;

	memset(m, 0, sizeof(*m));
	if (!conn())
		return EXIT_REFUSED;
	if (!nr_names) {
		err = hashring_ring_list(conn(), load_name, drop_names, &l);
		if (err)
			return err == -ENOMEM ? fail_memory() : refused(err);
	}
	for (i = 0; i < nr_names; i++) {
		struct hashring_ring ring = { 0 };

		if (strlen(names[i]) >= sizeof(ring.name))
			return fail_usage("\"%s\" is not a valid name of a ring", names[i]);
		if (model_ring_find(m, names[i]))
			continue;
		strcpy(ring.name, names[i]);
		if (load_name(&ring, &l))
			return fail_memory();
	}
	for (k = 0; k < m->nr_rings; k++) {
		char name[HASHRING_NAME_LEN];

		strcpy(name, m->ring[k].name);
		status = model_ring_from_kernel(&m->ring[k], name);
		if (status)
			return status;
	}
	return EXIT_DONE;
}
