// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring as the kernel would make it, made by the kernel's own code.
 * Errors in a file are reported with line and column.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/slab.h>

#include "core/table_build.h"
#include "model.h"

/* As much as fits: the core refuses a longer name. */
static void copy_name(char to[HR_MAX_NAME + 1], const char *name)
{
	size_t len = strnlen(name, HR_MAX_NAME + 1);

	memcpy(to, name, len);
	if (len <= HR_MAX_NAME)
		to[len] = '\0';
}

/* The bits of @has are the core's. */
static_assert(HR_HAS_ATTR(ID) == HASHRING_HAS_ATTR(ID));
static_assert(HR_HAS(POINTS) == HASHRING_HAS(POINTS));

/* The core's runs are those of the wire. */
static_assert(sizeof(struct hr_run) == sizeof(struct hashring_run));
static_assert(offsetof(struct hr_run, count) ==
	      offsetof(struct hashring_run, count));

static void native_via(struct hr_via *to, const struct hashring_via *via)
{
	to->has4 = via->has4;
	to->has6 = via->has6;
	memcpy(to->addr4, &via->addr4, sizeof(to->addr4));
	memcpy(to->addr6, &via->addr6, sizeof(to->addr6));
}

static void native_attrs(struct hr_node_attrs *to,
			 const struct hashring_node_attrs *attrs)
{
	to->id = attrs->id;
	to->weight = attrs->weight;
	to->state = attrs->state;
	to->zone = attrs->zone;
	native_via(&to->via, &attrs->via);
}

/**
 * native_ops() - converts operations for the core
 * @ops: operations as for the wire; their points and cells are borrowed
 * @nr: number of @ops
 *
 * Return: @nr operations, for native_ops_release(), or NULL without memory,
 * which is reported.
 */
struct hr_op *native_ops(const struct hashring_op *ops, __u32 nr)
{
	struct hr_op *list = calloc((size_t)nr + 1, sizeof(*list));
	__u32 i;

	if (!list) {
		fail_memory();
		return NULL;
	}
	for (i = 0; i < nr; i++) {
		const struct hashring_op *op = &ops[i];
		struct hr_op *to = &list[i];

		to->kind = op->kind;
		to->has = op->has;
		copy_name(to->name, op->name);
		if (op->new_name)
			copy_name(to->new_name, op->new_name);
		if (op->seat) {
			to->has |= HR_HAS(SEAT);
			copy_name(to->seat, op->seat);
		}
		native_attrs(&to->attrs, &op->attrs);
		to->nr_points = op->nr_points;
		to->points = (__u32 *)op->points;
		to->nr_cells = op->nr_cells;
		to->cells = (struct hr_run *)op->cells;
		to->deadline = op->deadline;
	}
	return list;
}

void native_ops_release(struct hr_op *ops)
{
	free(ops);
}

/* The largest id that fits all marks. */
static __u32 native_id_max(const struct model_ring *r)
{
	__u32 id_max = UINT32_MAX;
	__u32 i;

	for (i = 0; i < r->nr_attach; i++) {
		__u32 mask = r->attach[i].is.node_mask;

		if (!mask)
			continue;
		mask >>= __builtin_ctz(mask);
		if (mask < id_max)
			id_max = mask;
	}
	return id_max;
}

static void native_config(struct hr_config *config, const struct model_ring *r)
{
	hr_config_default(config, hr_place_by_kind(r->placement));
	if (r->points)
		config->points = r->points;
	if (r->per)
		config->per = r->per;
	if (r->grid)
		config->grid = r->grid;
	hr_config_seed(config, r->seed);
}

static int native_refused(const struct model *m, const struct model_ring *r,
			  int err, const struct hr_error *error)
{
	struct mark at = r->at;

	if (err == -ENOMEM)
		return fail_memory();
	if (error->op < r->nr_nodes)
		at = r->node[error->op].at[error->part];
	return fail_at(m, at, "%s", error->text);
}

/**
 * model_hashes() - whether the seed decides the positions of a ring's points
 * @r: the ring
 */
bool model_hashes(const struct model_ring *r)
{
	const struct hr_place_ops *place = hr_place_by_kind(r->placement);

	return !place->takes_points && !place->takes_cells;
}

/**
 * native_ring_make() - the table of a ring
 * @n: filled in
 * @m: the model of the ring
 * @r: the ring; without a seed its positions are meaningless
 *
 * Return: an exit status; errors are reported.
 */
int native_ring_make(struct native_ring *n, const struct model *m,
		     const struct model_ring *r)
{
	struct hr_table *empty, *table = NULL;
	struct ops ops = { 0 };
	struct hr_error error;
	struct hr_op *list;
	int status, err;
	__u32 i;

	memset(n, 0, sizeof(*n));
	native_config(&n->config, r);
	if (hr_config_check(&n->config, &error))
		return fail_at(m, error.part == HASHRING_A_RING_GRID ?
			       r->at_grid : r->at_points, "%s", error.text);
	n->id_max = native_id_max(r);
	for (i = 0; i < r->nr_attach; i++)
		n->policies |= 1U << r->attach[i].is.key_policy;
	empty = hr_table_empty(GFP_KERNEL);
	if (!empty)
		return fail_memory();
	n->table = empty;
	if (!r->nr_nodes)
		return EXIT_DONE;

	list = NULL;
	status = model_ops(r, &ops);
	if (!status) {
		list = native_ops(ops.op, ops.nr);
		status = list ? EXIT_DONE : EXIT_REFUSED;
	}
	if (!status) {
		err = hr_change_build(&n->config, empty, list, ops.nr,
				      n->id_max, false, &hr_node_plain_ops, GFP_KERNEL,
				      &table, &error);
		if (err)
			status = native_refused(m, r, err, &error);
	}
	native_ops_release(list);
	ops_release(&ops);
	hr_table_put(empty, &hr_node_plain_ops);
	n->table = table;
	return status;
}

void native_ring_release(struct native_ring *n)
{
	if (n->table)
		hr_table_put(n->table, &hr_node_plain_ops);
	n->table = NULL;
}
