// SPDX-License-Identifier: GPL-2.0-only
/*
 * A comparison of a ring of the kernel or of a file: the other methods get the
 * ring's own nodes and the ring's own change.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/slab.h>

#include "ring.h"

static int ring_load(struct compare_ring *r, const char *name,
		     const char *offline)
{
	const struct model_ring *ring;
	int status;

	if (!offline) {
		status = model_ring_from_kernel(&r->live, name);
		r->ring = &r->live;
	} else {
		status = model_read(&r->saved, offline);
		ring = status ? NULL : model_ring_find(&r->saved, name);
		if (!status && !ring)
			return fail_usage("%s: there is no ring %s", offline,
					  name);
		r->ring = ring;
	}
	if (status)
		return status;
	if (!r->ring->has_seed && model_hashes(r->ring))
		return fail(EXIT_REFUSED,
			    "the seed of %s is not known here: what moves depends on it",
			    name);
	return native_ring_make(&r->native, &r->saved, r->ring);
}

static int ring_change(struct compare_ring *r, const struct ops *ops)
{
	struct hr_error error;
	int err;

	r->ops = native_ops(ops->op, ops->nr);
	if (!r->ops)
		return EXIT_REFUSED;
	r->nr_ops = ops->nr;
	err = hr_change_build(&r->native.config, r->native.table, r->ops,
			      ops->nr, r->native.id_max, false, &hr_node_plain_ops,
			      GFP_KERNEL, &r->after, &error);
	if (!err)
		return EXIT_DONE;
	if (err == -ENOMEM)
		return fail_memory();
	if (ops->nr > 1 && error.op < ops->nr)
		return fail(EXIT_REFUSED, "operation %u: %s", error.op + 1,
			    error.text);
	return fail(EXIT_REFUSED, "%s", error.text);
}

/* The active node in a slot, or NULL. */
static const struct hr_node *active(const struct hr_table *t, __u32 slot)
{
	const struct hr_node *node;

	node = slot < t->nr_slots ? t->nodes[slot] : NULL;
	return node && node->attrs.state == HASHRING_NODE_ACTIVE ? node : NULL;
}

/* Slots are numbers: no slot changes its node in this change. */
static int number_nodes(struct compare_ring *r, __u32 nr)
{
	const struct hr_table *before = r->from->table, *after = r->to;
	const struct hr_node *node;
	__u32 i;

	r->name = calloc(nr, sizeof(*r->name));
	r->weight_before = calloc(nr, sizeof(*r->weight_before));
	r->weight_after = calloc(nr, sizeof(*r->weight_after));
	r->member = calloc(nr, sizeof(*r->member));
	r->gone = calloc(nr, sizeof(*r->gone));
	r->joined = calloc(nr, sizeof(*r->joined));
	r->swap = calloc(nr, sizeof(*r->swap));
	if (!r->name || !r->weight_before || !r->weight_after || !r->member ||
	    !r->gone || !r->joined || !r->swap)
		return fail_memory();
	for (i = 0; i < nr; i++) {
		node = active(before, i);
		r->weight_before[i] = node ? node->attrs.weight : 1;
		r->name[i] = node ? node->name : "-";
		node = active(after, i);
		r->weight_after[i] = node ? node->attrs.weight : 1;
		if (node)
			r->name[i] = node->name;
	}
	return EXIT_DONE;
}

/* The slot of the active node that replaced @node, or SIM_NOBODY. */
static __u32 successor(const struct compare_ring *r, const struct hr_node *node)
{
	const struct hr_node *next;
	__u32 i;

	for (i = 0; i < r->nr_ops; i++) {
		if (r->ops[i].kind != HASHRING_OP_REPLACE ||
		    strcmp(r->ops[i].name, node->name))
			continue;
		next = hr_table_find(r->to, r->ops[i].new_name);
		if (next->attrs.state == HASHRING_NODE_ACTIVE)
			return next->slot;
	}
	return SIM_NOBODY;
}

static void sort_nodes(struct compare_ring *r, struct compare *c, __u32 nr)
{
	const struct hr_table *before = r->from->table, *after = r->to;
	struct sim_change *change = &c->change;
	bool *taken = r->taken;
	__u32 i, next;

	for (i = 0; i < nr; i++) {
		const struct hr_node *node = active(before, i);

		if (!node)
			continue;
		r->member[c->nr_before++] = i;
		if (active(after, i))
			continue;
		next = successor(r, node);
		if (next == SIM_NOBODY) {
			r->gone[change->nr_gone++] = i;
			continue;
		}
		r->swap[change->nr_swaps].gone = i;
		r->swap[change->nr_swaps++].joined = next;
		taken[next] = true;
	}
	for (i = 0; i < nr; i++) {
		if (!active(after, i))
			continue;
		c->nr_after++;
		if (!active(before, i) && !taken[i])
			r->joined[change->nr_joined++] = i;
	}
}

/**
 * compare_ring_case() - makes the case of a computed change
 * @r: with @from, @to, @ops and @nr_ops; the rest is filled in; to be released
 *	after the case, also after an error
 * @name: the ring
 * @c: its nodes and its change are set
 *
 * Return: an exit status; errors are reported.
 */
int compare_ring_case(struct compare_ring *r, const char *name,
		      struct compare *c)
{
	const struct hr_config *config = &r->from->config;
	const struct hr_table *before = r->from->table, *after = r->to;
	__u32 nr = before->nr_slots > after->nr_slots ? before->nr_slots :
							after->nr_slots;
	int status = number_nodes(r, nr);

	if (status)
		return status;
	r->taken = calloc(nr, sizeof(*r->taken));
	if (!r->taken)
		return fail_memory();
	status = compare_list_points(&r->list, r->name, nr);
	if (status)
		return status;
	sort_nodes(r, c, nr);
	if (!before->nr_points || !after->nr_points)
		return fail_usage("%s has no owner of anything %s the change",
				  name, after->nr_points ? "before" : "after");
	c->ring = name;
	c->placement = config->place->name;
	c->nodes.nr = nr;
	c->nodes.name = r->name;
	c->nodes.point = r->list.point;
	/* A ring without points is compared with a hashed default ring. */
	c->nodes.points = config->points ? config->points : HR_DEFAULT_POINTS;
	c->nodes.per = config->per ? config->per : 1;
	c->nodes.grid = config->grid;
	memcpy(c->nodes.seed, config->seed, sizeof(c->nodes.seed));
	c->member = r->member;
	c->weight_before = r->weight_before;
	c->change.gone = r->gone;
	c->change.joined = r->joined;
	c->change.swap = r->swap;
	c->change.weight = r->weight_after;
	c->table_before = before;
	c->table_after = after;
	c->number = r->list.number;
	return EXIT_DONE;
}

/**
 * compare_ring_begin() - makes the case of a change of a ring
 * @r: filled in; to be released after the case, also after an error
 * @name: the ring
 * @offline: the ring's file; NULL: the kernel's ring
 * @ops: the change
 * @c: its nodes and its change are set
 *
 * Return: an exit status; errors are reported.
 */
int compare_ring_begin(struct compare_ring *r, const char *name,
		       const char *offline, const struct ops *ops,
		       struct compare *c)
{
	int status = ring_load(r, name, offline);

	if (!status)
		status = ring_change(r, ops);
	if (status)
		return status;
	r->from = &r->native;
	r->to = r->after;
	return compare_ring_case(r, name, c);
}

void compare_ring_release(struct compare_ring *r)
{
	if (r->after)
		hr_table_put(r->after, &hr_node_plain_ops);
	native_ops_release(r->ops);
	native_ring_release(&r->native);
	model_release(&r->saved);
	model_ring_release(&r->live);
	compare_list_release(&r->list);
	free(r->name);
	free(r->weight_before);
	free(r->weight_after);
	free(r->member);
	free(r->gone);
	free(r->joined);
	free(r->swap);
	free(r->taken);
}
