// SPDX-License-Identifier: GPL-2.0-only
/*
 * The difference of two models of a ring, as the fewest operations: a node that
 * takes the seat of a leaving node is a replacement and moves nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "model.h"

bool same_points(const struct model_node *a, const struct model_node *b)
{
	return a->nr_points == b->nr_points &&
	       (!a->nr_points || !memcmp(a->points, b->points,
					 a->nr_points * sizeof(*a->points)));
}

static bool same_cells(const struct model_node *a, const struct model_node *b)
{
	return a->has_cells == b->has_cells && a->nr_cells == b->nr_cells &&
	       (!a->nr_cells || !memcmp(a->cells, b->cells,
					a->nr_cells * sizeof(*a->cells)));
}

/* A returning node need not find its cells as it left them. */
static bool needs_cells(const struct model_node *from,
			const struct model_node *want)
{
	return want->has_cells &&
	       (!same_cells(from, want) ||
		(want->attrs.state == HASHRING_NODE_ACTIVE &&
		 from->attrs.state != HASHRING_NODE_ACTIVE));
}

/* Compares all but the ring and the counters. */
bool same_attach(const struct hashring_attach *a,
		 const struct hashring_attach *b)
{
	return a->hook == b->hook && a->priority == b->priority &&
	       a->mark == b->mark && a->mark_mask == b->mark_mask &&
	       a->node_mask == b->node_mask &&
	       a->key_policy == b->key_policy &&
	       a->none_policy == b->none_policy && a->mode == b->mode;
}

static int op_points(struct hashring_op *op, const struct model_node *node)
{
	__u32 *points = malloc(node->nr_points * sizeof(*points));

	if (!points)
		return fail_memory();
	memcpy(points, node->points, node->nr_points * sizeof(*points));
	op->points = points;
	op->nr_points = node->nr_points;
	op->has |= HASHRING_HAS(POINTS);
	return EXIT_DONE;
}

static int op_cells(struct hashring_op *op, const struct model_node *node)
{
	size_t size = node->nr_cells * sizeof(*node->cells);
	struct hashring_run *cells = NULL;

	op->has |= HASHRING_HAS(CELLS);
	if (!size)
		return EXIT_DONE;
	cells = malloc(size);
	if (!cells)
		return fail_memory();
	memcpy(cells, node->cells, size);
	op->cells = cells;
	op->nr_cells = node->nr_cells;
	return EXIT_DONE;
}

/* Gives @op what @want has and @have lacks; @have may be NULL. */
static int op_fill(struct hashring_op *op, const struct model_node *have,
		   const struct model_node *want)
{
	const struct model_node newborn = { .attrs = newborn_attrs };
	const struct model_node *from = have ? have : &newborn;
	const struct node_attr *attr;
	int status = EXIT_DONE;

	op->attrs = want->attrs;
	for (attr = node_attrs; attr->name; attr++)
		if (node_attr_differs(attr, &want->attrs, &from->attrs))
			op->has |= HASHRING_HAS_ATTR_OF(attr->type);
	if (!want->attrs.id)
		op->has &= ~HASHRING_HAS_ATTR(ID);
	if (!same_via(&want->attrs.via, &from->attrs.via))
		op->has |= HASHRING_HAS_VIA;
	if (want->nr_points && !same_points(want, from))
		status = op_points(op, want);
	if (!status && needs_cells(from, want))
		status = op_cells(op, want);
	return status;
}

static int op_add(struct ops *ops, const struct model_node *want)
{
	struct hashring_op *op = ops_add(ops);

	if (!op)
		return fail_memory();
	op->kind = HASHRING_OP_ADD;
	op->name = want->name;
	if (*want->seat)
		op->seat = want->seat;
	return op_fill(op, NULL, want);
}

/* @want takes the seat of @have, and keeps all of it but name and id. */
static int op_replace(struct ops *ops, const struct model_node *have,
		      const struct model_node *want)
{
	struct hashring_op *op = ops_add(ops);
	int status;

	if (!op)
		return fail_memory();
	op->kind = HASHRING_OP_REPLACE;
	op->name = have->name;
	op->new_name = want->name;
	status = op_fill(op, have, want);
	if (want->attrs.id)
		op->has |= HASHRING_HAS_ATTR(ID);
	return status;
}

static int op_set(struct ops *ops, const struct model_node *have,
		  const struct model_node *want)
{
	struct hashring_op tmp = {
		.kind = HASHRING_OP_SET,
		.name = have->name,
	};
	struct hashring_op *op;
	int status;

	status = op_fill(&tmp, have, want);
	if (status || !tmp.has)
		goto free;
	op = ops_add(ops);
	if (op) {
		*op = tmp;
		return EXIT_DONE;
	}
	status = fail_memory();
free:
	free((void *)tmp.cells);
	free((void *)tmp.points);
	return status;
}

static int op_del(struct ops *ops, const struct model_node *have)
{
	struct hashring_op *op = ops_add(ops);

	if (!op)
		return fail_memory();
	op->kind = HASHRING_OP_DEL;
	op->name = have->name;
	return EXIT_DONE;
}

static int compare_names(const void *a, const void *b)
{
	const struct model_node *const *x = a;
	const struct model_node *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static int compare_seats(const void *a, const void *b)
{
	const struct model_node *const *x = a;
	const struct model_node *const *y = b;

	return strcmp(model_seat(*x), model_seat(*y));
}

static const struct model_node **sorted(const struct model_ring *r)
{
	const struct model_node **list = calloc(r->nr_nodes + 1, sizeof(*list));
	__u32 i;

	for (i = 0; list && i < r->nr_nodes; i++)
		list[i] = &r->node[i];
	if (list)
		qsort(list, r->nr_nodes, sizeof(*list), compare_names);
	return list;
}

/**
 * struct diff - two rings that are compared
 * @m: the model of @want
 * @have: the present nodes, ascending by name
 * @nr_have: number of @have
 * @want: the wanted nodes, ascending by name
 * @nr_want: number of @want
 * @ops: the operations that lead from @have to @want
 * @go: nodes that only @have has, ascending by seat
 * @nr_go: number of @go
 * @replaced: which of @go are replaced
 * @come: nodes that only @want has
 * @nr_come: number of @come
 */
struct diff {
	const struct model *m;
	const struct model_node **have;
	__u32 nr_have;
	const struct model_node **want;
	__u32 nr_want;
	struct ops *ops;
	const struct model_node **go;
	__u32 nr_go;
	bool *replaced;
	const struct model_node **come;
	__u32 nr_come;
};

static int diff_both(struct diff *d, const struct model_node *have,
		     const struct model_node *want)
{
	const struct mark *at = &want->at[HR_PART(SEAT)];

	if (!at->line)
		at = &want->at[HR_PART(NAME)];
	if (strcmp(model_seat(have), model_seat(want)))
		return fail_at(d->m, *at,
			       "node %s holds seat %s, not %s, and keeps it for life: delete the node first",
			       want->name, model_seat(have), model_seat(want));
	return op_set(d->ops, have, want);
}

/* Sets the nodes of both; collects joining and leaving nodes. */
static int diff_names(struct diff *d)
{
	__u32 i = 0, k = 0;

	while (i < d->nr_have || k < d->nr_want) {
		int order, status;

		if (i == d->nr_have)
			order = 1;
		else if (k == d->nr_want)
			order = -1;
		else
			order = compare_names(&d->have[i], &d->want[k]);
		if (order < 0) {
			d->go[d->nr_go++] = d->have[i++];
		} else if (order > 0) {
			d->come[d->nr_come++] = d->want[k++];
		} else {
			status = diff_both(d, d->have[i++], d->want[k++]);
			if (status)
				return status;
		}
	}
	return EXIT_DONE;
}

static int diff_rest(struct diff *d)
{
	int status = 0;
	__u32 i;

	qsort(d->go, d->nr_go, sizeof(*d->go), compare_seats);
	for (i = 0; i < d->nr_come && !status; i++) {
		const struct model_node **at;

		at = bsearch(&d->come[i], d->go, d->nr_go, sizeof(*d->go),
			     compare_seats);
		if (at) {
			status = op_replace(d->ops, *at, d->come[i]);
			d->replaced[at - d->go] = true;
		} else {
			status = op_add(d->ops, d->come[i]);
		}
	}
	for (i = 0; i < d->nr_go && !status; i++)
		if (!d->replaced[i])
			status = op_del(d->ops, d->go[i]);
	return status;
}

/**
 * model_diff() - the operations that lead from one ring to another
 * @m: the model of @want
 * @have: the present nodes
 * @want: the wanted nodes; an id that is not given stays
 * @ops: empty; filled in, names point into the models
 *
 * Return: an exit status; errors are reported.
 */
int model_diff(const struct model *m, const struct model_ring *have,
	       const struct model_ring *want, struct ops *ops)
{
	struct diff d = {
		.m = m,
		.nr_have = have->nr_nodes,
		.nr_want = want->nr_nodes,
		.ops = ops,
	};
	int status = EXIT_REFUSED;

	d.have = sorted(have);
	d.want = sorted(want);
	d.go = calloc((size_t)d.nr_have + 1, sizeof(*d.go));
	d.replaced = calloc((size_t)d.nr_have + 1, sizeof(*d.replaced));
	d.come = calloc((size_t)d.nr_want + 1, sizeof(*d.come));
	if (!d.have || !d.want || !d.go || !d.replaced || !d.come)
		fail_memory();
	else
		status = diff_names(&d);
	if (!status)
		status = diff_rest(&d);
	free(d.come);
	free(d.replaced);
	free(d.go);
	free(d.want);
	free(d.have);
	return status;
}

/* The operations that make a ring from an empty one, in the model's order. */
int model_ops(const struct model_ring *r, struct ops *ops)
{
	int status = 0;
	__u32 i;

	for (i = 0; i < r->nr_nodes && !status; i++)
		status = op_add(ops, &r->node[i]);
	return status;
}
