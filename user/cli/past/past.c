// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings as they were: from the present one back, change by change, with the
 * operations that the kernel keeps.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "past.h"

/* Points cannot grow in a copy; cells can. */
static int copy_node(struct model_node *to, const struct model_node *from)
{
	__u32 i;

	*to = *from;
	to->points = NULL;
	to->cells = NULL;
	to->nr_points = 0;
	to->nr_cells = 0;
	for (i = 0; i < from->nr_cells; i++)
		if (model_add_cells(to, from->cells[i].first,
				    from->cells[i].count))
			return -ENOMEM;
	if (!from->nr_points)
		return 0;
	to->points = malloc(from->nr_points * sizeof(*to->points));
	if (!to->points)
		return -ENOMEM;
	memcpy(to->points, from->points, from->nr_points * sizeof(*to->points));
	to->nr_points = from->nr_points;
	return 0;
}

/**
 * past_copy() - copies a ring
 * @to: filled in; to be released also after an error
 * @from: the ring; its attachments, which have no past, are not copied
 *
 * Return: an exit status.
 */
int past_copy(struct model_ring *to, const struct model_ring *from)
{
	__u32 i;

	*to = *from;
	to->node = NULL;
	to->nr_nodes = 0;
	to->attach = NULL;
	to->nr_attach = 0;
	to->has_attach = false;
	for (i = 0; i < from->nr_nodes; i++) {
		struct model_node *node = model_grow(to->node, i,
						     sizeof(*node));

		if (!node)
			return fail_memory();
		to->node = node;
		to->nr_nodes++;
		if (copy_node(&node[i], &from->node[i]))
			return fail_memory();
	}
	return EXIT_DONE;
}

static int compare_names(const void *a, const void *b)
{
	const struct model_node *x = a;
	const struct model_node *y = b;

	return strcmp(x->name, y->name);
}

/* Whether an operation was on a node that was no member any more. */
static bool on_leaving(const struct past_op *op)
{
	return op->has_before &&
	       op->before.attrs.state == HASHRING_NODE_LEAVING;
}

/* Removes the nodes that the operations made. */
static int drop_after(struct model_ring *r, const struct past_ops *ops)
{
	struct model_node *node;
	__u32 kept = 0, i;

	for (i = 0; i < ops->nr; i++) {
		const struct model_node *after = &ops->op[i].after;

		if (!ops->op[i].has_after || on_leaving(&ops->op[i]))
			continue;
		node = r->nr_nodes ? bsearch(after, r->node, r->nr_nodes,
					     sizeof(*node), compare_names) :
				     NULL;
		if (!node || node->attrs.id != after->attrs.id)
			return fail(EXIT_ABORTED,
				    "the history of ring %s in generation %llu does not lead to the present",
				    r->name, r->generation);
		/* id 0: it is removed */
		node->attrs.id = 0;
	}
	for (i = 0; i < r->nr_nodes; i++) {
		if (r->node[i].attrs.id) {
			r->node[kept++] = r->node[i];
			continue;
		}
		free(r->node[i].points);
		free(r->node[i].cells);
	}
	r->nr_nodes = kept;
	return EXIT_DONE;
}

/* Restores the nodes before the operations; takes over points and cells. */
static int take_before(struct model_ring *r, struct past_ops *ops)
{
	struct model_node *node;
	__u32 i;

	for (i = 0; i < ops->nr; i++) {
		struct model_node *before = &ops->op[i].before;

		if (!ops->op[i].has_before || on_leaving(&ops->op[i]))
			continue;
		node = model_grow(r->node, r->nr_nodes, sizeof(*node));
		if (!node)
			return fail_memory();
		r->node = node;
		node[r->nr_nodes++] = *before;
		before->points = NULL;
		before->nr_points = 0;
		before->cells = NULL;
		before->nr_cells = 0;
	}
	if (r->nr_nodes)
		qsort(r->node, r->nr_nodes, sizeof(*r->node), compare_names);
	return EXIT_DONE;
}

/*
 * Whether no operations are a gap in the past: a migration that ends with its
 * members has none.
 */
static int check_none(const struct model_ring *r, bool *gone)
{
	struct hashring_receipt receipt;
	int err;

	err = hashring_history_get(conn(), r->name, r->generation, &receipt);
	if (err == -ENOMEM)
		return fail_memory();
	if (err && err != -ENOENT)
		return refused(err);
	*gone = err || receipt.nr_ops;
	if (!err)
		hashring_receipt_release(&receipt);
	return EXIT_DONE;
}

/* From the kernel; *gone: the operations are no longer known. */
static int ops_of_kernel(struct past_ops *ops, const struct model_ring *r,
			 bool *gone, const void *arg)
{
	int err = past_ops_load(ops, r->name, r->generation);

	if (err == -ENOMEM)
		return fail_memory();
	if (err && err != -ENOENT)
		return refused(err);
	if (err)
		*gone = true;
	return err || ops->nr ? EXIT_DONE : check_none(r, gone);
}

const struct past_source past_kernel = { .load = ops_of_kernel };

/* The generation before; *gone: that generation is no longer known. */
static int return_one(struct model_ring *r, struct past_grid *grid,
		      const struct past_source *from, bool *gone)
{
	struct past_ops ops = { 0 };
	int status;

	status = from->load(&ops, r, gone, from->arg);
	if (!status && !*gone)
		status = past_grid_return(grid, r, &ops, gone);
	if (!status && !*gone)
		status = drop_after(r, &ops);
	if (!status && !*gone)
		status = take_before(r, &ops);
	if (!status && !*gone)
		r->generation--;
	past_ops_release(&ops);
	return status;
}

/**
 * past_return_kept() - a ring as it was in an earlier generation, if kept
 * @r: the ring as it is, ascending by name, or as past_return() left it; if
 *	that generation is gone, becomes the oldest one that is kept
 * @generation: at most that of @r
 * @from: the source of past operations
 * @gone: filled in: whether that generation is gone
 *
 * Return: an exit status; errors are reported.
 */
int past_return_kept(struct model_ring *r, __u64 generation,
		     const struct past_source *from, bool *gone)
{
	struct past_grid grid;
	int status;

	*gone = false;
	status = past_grid_take(&grid, r);
	while (!status && !*gone && r->generation > generation)
		status = return_one(r, &grid, from, gone);
	if (!status && !*gone)
		status = past_grid_settle(&grid, r);
	past_grid_release(&grid);
	return status;
}

/* The same from the kernel; a generation that is gone is an error. */
int past_return(struct model_ring *r, __u64 generation)
{
	bool gone;
	int status;

	status = past_return_kept(r, generation, &past_kernel, &gone);
	if (!status && gone)
		status = fail(EXIT_REFUSED,
			      "generation %llu of %s is gone: the oldest that is kept is %llu",
			      generation, r->name, r->generation);
	return status;
}

/* A generation that never existed is an error. */
int past_check(const struct model_ring *now, __u64 generation)
{
	if (generation <= now->generation)
		return EXIT_DONE;
	return fail(EXIT_REFUSED,
		    "generation %llu of %s does not exist yet: %llu is in force",
		    generation, now->name, now->generation);
}

/**
 * past_in_the_way() - whether one change leads from one state of a ring to
 *	another
 * @now: the first state, ascending by name
 * @then: the second state, ascending by name
 * @also: set to the node of @then of that name
 *
 * A node has its seat for life. A node that left and joined again under its old
 * name in another seat would have to leave and join in one change, which can
 * name each node only once.
 *
 * Return: the first node of @now that prevents the change, or NULL.
 */
const struct model_node *past_in_the_way(const struct model_ring *now,
					 const struct model_ring *then,
					 const struct model_node **also)
{
	const struct model_node *a, *b;
	__u32 i = 0, k = 0;
	int order;

	while (i < now->nr_nodes && k < then->nr_nodes) {
		a = &now->node[i];
		b = &then->node[k];
		order = strcmp(a->name, b->name);
		*also = b;
		if (!order && strcmp(model_seat(a), model_seat(b)))
			return a;
		i += order <= 0;
		k += order >= 0;
	}
	return NULL;
}

/* An exit status; the node is reported. */
int past_seats(const struct model_ring *now, const struct model_ring *then)
{
	const struct model_node *a, *b;

	a = past_in_the_way(now, then, &b);
	if (!a)
		return EXIT_DONE;
	return fail(EXIT_REFUSED,
		    "node %s holds seat %s in generation %llu and %s in %llu: delete the node first",
		    a->name, model_seat(a), now->generation, model_seat(b),
		    then->generation);
}
