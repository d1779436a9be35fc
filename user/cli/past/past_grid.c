// SPDX-License-Identifier: GPL-2.0-only
/*
 * The grid of a balanced ring in the past: the owners of cells, change by
 * change back, until the nodes of the wanted generation get their cells.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "past.h"

/* Pieces that changed hands, from the kernel. */
struct pieces {
	struct hr_past_arc *arc;
	__u32 nr;
};

/**
 * past_grid_take() - the grid of a ring as it is
 * @g: filled in; to be released also after an error
 * @r: the ring; other placements than balanced have no grid
 *
 * Return: an exit status.
 */
int past_grid_take(struct past_grid *g, const struct model_ring *r)
{
	__u32 i, k, c;

	memset(g, 0, sizeof(*g));
	if (r->placement != HASHRING_PLACEMENT_BALANCED)
		return EXIT_DONE;
	g->nr = r->grid ? r->grid : HR_DEFAULT_GRID;
	g->owner = calloc(g->nr, sizeof(*g->owner));
	if (!g->owner)
		return fail_memory();
	for (i = 0; i < r->nr_nodes; i++) {
		const struct model_node *node = &r->node[i];

		if (node->attrs.state != HASHRING_NODE_ACTIVE)
			continue;
		for (k = 0; k < node->nr_cells; k++)
			for (c = 0; c < node->cells[k].count; c++)
				g->owner[node->cells[k].first + c] =
					node->attrs.id;
	}
	return EXIT_DONE;
}

void past_grid_release(struct past_grid *g)
{
	free(g->owner);
	g->owner = NULL;
}

static int take_pieces(const struct hashring_past_arcs *arcs, void *arg)
{
	struct pieces *p = arg;
	struct hr_past_arc *arc;
	__u32 i;

	for (i = 0; i < arcs->nr; i++) {
		arc = model_grow(p->arc, p->nr, sizeof(*arc));
		if (!arc)
			return -ENOMEM;
		p->arc = arc;
		arc[p->nr++] = (struct hr_past_arc) {
			.start = arcs->starts[i],
			.end = arcs->ends[i],
			.from = arcs->from[i],
			.to = arcs->to[i],
		};
	}
	return 0;
}

static void restart_pieces(void *arg)
{
	struct pieces *p = arg;

	p->nr = 0;
}

/* All pieces of a change; *gone: the pieces are no longer kept. */
static int load_pieces(struct pieces *p, const struct model_ring *r, bool *gone)
{
	__u32 kept, all;
	int err;

	err = hashring_past_arcs_list(conn(), r->name, r->generation,
				      take_pieces, restart_pieces, p);
	if (!err)
		err = hashring_past_arcs_count(conn(), r->name, r->generation,
					       &kept, &all);
	if (err == -ENOMEM)
		return fail_memory();
	if (err && err != -ENOENT)
		return refused(err);
	*gone = err || p->nr != all;
	return EXIT_DONE;
}

/**
 * past_grid_return() - the grid as it was before a change
 * @g: the grid after it
 * @r: the ring after it
 * @ops: what the change's operations did
 * @gone: set when the grid is no longer known
 *
 * Return: an exit status; errors are reported.
 */
int past_grid_return(struct past_grid *g, const struct model_ring *r,
		     const struct past_ops *ops, bool *gone)
{
	struct past_id *ids = NULL;
	struct pieces p = { 0 };
	__u32 nr_ids = 0, i;
	int status, err;

	if (!g->owner)
		return EXIT_DONE;
	status = load_pieces(&p, r, gone);
	if (status || *gone)
		goto free;
	ids = calloc((size_t)ops->nr + 1, sizeof(*ids));
	if (!ids) {
		status = fail_memory();
		goto free;
	}
	for (i = 0; i < ops->nr; i++) {
		const struct past_op *op = &ops->op[i];

		if (op->kind != HASHRING_OP_SET ||
		    op->before.attrs.id == op->after.attrs.id)
			continue;
		ids[nr_ids].after = op->after.attrs.id;
		ids[nr_ids++].before = op->before.attrs.id;
	}
	err = past_cells_return(g->owner, g->nr, p.arc, p.nr, ids, nr_ids);
	if (err == -ENOMEM)
		status = fail_memory();
	else if (err)
		status = fail(EXIT_ABORTED,
			      "the arcs kept of ring %s in generation %llu do not lead to the present",
			      r->name, r->generation);
free:
	free(ids);
	free(p.arc);
	return status;
}

static int compare_ids(const void *a, const void *b)
{
	const struct model_node *const *x = a;
	const struct model_node *const *y = b;

	return (*x)->attrs.id < (*y)->attrs.id ?
		       -1 :
		       (*x)->attrs.id > (*y)->attrs.id;
}

/**
 * past_grid_settle() - gives the active nodes of a ring their cells
 * @g: the grid
 * @r: the ring, of the same generation
 *
 * Return: an exit status.
 */
int past_grid_settle(const struct past_grid *g, struct model_ring *r)
{
	struct model_node key = { 0 }, *wanted = &key, **by_id, **at;
	__u32 i, end, nr = 0;
	int status = EXIT_DONE;

	if (!g->owner)
		return EXIT_DONE;
	by_id = calloc((size_t)r->nr_nodes + 1, sizeof(*by_id));
	if (!by_id)
		return fail_memory();
	for (i = 0; i < r->nr_nodes; i++) {
		r->node[i].has_cells = true;
		if (r->node[i].attrs.state != HASHRING_NODE_ACTIVE)
			continue;
		r->node[i].nr_cells = 0;
		by_id[nr++] = &r->node[i];
	}
	qsort(by_id, nr, sizeof(*by_id), compare_ids);
	for (i = 0; i < g->nr && !status; i = end) {
		for (end = i + 1; end < g->nr; end++)
			if (g->owner[end] != g->owner[i])
				break;
		if (!g->owner[i])
			continue;
		key.attrs.id = g->owner[i];
		at = bsearch(&wanted, by_id, nr, sizeof(*by_id), compare_ids);
		if (!at)
			status = fail(EXIT_ABORTED,
				      "ring %s has no node of id %u in generation %llu",
				      r->name, key.attrs.id, r->generation);
		else if (model_add_cells(*at, i, end - i))
			status = fail_memory();
	}
	free(by_id);
	return status;
}
