// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cells of a balanced ring's nodes, from the kernel's arcs.
 */
#include <errno.h>
#include <stdlib.h>

#include <core/grid.h>

#include "model.h"

struct by_id {
	__u32 id;
	__u32 node;
};

/**
 * struct arcs - arcs that are distributed to their owners
 * @ring: the ring, with its nodes
 * @grid: number of its cells
 * @ids: ascending; the node of each id
 * @next: the first cell that is not distributed yet
 */
struct arcs {
	struct model_ring *ring;
	__u32 grid;
	struct by_id *ids;
	__u32 next;
};

static int compare_ids(const void *a, const void *b)
{
	const struct by_id *x = a;
	const struct by_id *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

/* Adds a run of cells to a node's; 0 or -ENOMEM. */
int model_add_cells(struct model_node *node, __u32 first, __u32 count)
{
	struct hashring_run *cells;

	cells = model_grow(node->cells, node->nr_cells, sizeof(*cells));
	if (!cells)
		return -ENOMEM;
	node->cells = cells;
	cells += node->nr_cells++;
	cells->first = first;
	cells->count = count;
	return 0;
}

static int take_arcs(__u64 generation, const __u32 *ends, const __u32 *owners,
		     size_t n, void *arg)
{
	struct arcs *a = arg;
	struct model_ring *r = a->ring;
	size_t i;

	if (generation != r->generation)
		return -EAGAIN;
	for (i = 0; i < n; i++) {
		const struct by_id key = { .id = owners[i] };
		const struct by_id *at = bsearch(&key, a->ids, r->nr_nodes,
						 sizeof(key), compare_ids);
		__u32 end = (ends[i] >> hr_grid_shift(a->grid)) + 1;

		if (!at || end <= a->next)
			return -EBADMSG;
		if (model_add_cells(&r->node[at->node], a->next, end - a->next))
			return -ENOMEM;
		a->next = end;
	}
	return 0;
}

static void restart_arcs(void *arg)
{
	struct arcs *a = arg;
	struct model_ring *r = a->ring;
	__u32 i;

	a->next = 0;
	for (i = 0; i < r->nr_nodes; i++)
		if (r->node[i].attrs.state == HASHRING_NODE_ACTIVE)
			r->node[i].nr_cells = 0;
}

/**
 * model_load_cells() - the cells of a balanced ring's active nodes
 * @r: the ring with its nodes; inactive nodes have the cells they return to
 *
 * Return: 0; -EAGAIN when the ring has another generation by now; another
 * negative errno.
 */
int model_load_cells(struct model_ring *r)
{
	struct arcs a = { .ring = r, .grid = r->grid };
	__u32 i;
	int err;

	a.ids = calloc((size_t)r->nr_nodes + 1, sizeof(*a.ids));
	if (!a.ids)
		return -ENOMEM;
	for (i = 0; i < r->nr_nodes; i++) {
		r->node[i].has_cells = true;
		a.ids[i].id = r->node[i].attrs.id;
		a.ids[i].node = i;
	}
	qsort(a.ids, r->nr_nodes, sizeof(*a.ids), compare_ids);
	/* Points, because an arc over position 0 is two runs. */
	err = hashring_arcs_list(conn(), r->name, true, take_arcs, restart_arcs,
				 &a);
	free(a.ids);
	if (!err && a.next && a.next != a.grid)
		return -EAGAIN;
	return err;
}
