// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data of a report: the receipt, the ring's past, and both maps. The
 * kernel's own code makes the maps, which must match the kernel's digest.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <core/digest.h>
#include <linux/slab.h>

#include "report.h"

void report_release(struct report *r)
{
	if (r->other)
		hr_table_put(r->other, &hr_node_plain_ops);
	native_ring_release(&r->native);
	hashring_receipt_release(&r->receipt);
	ops_release(&r->past);
	model_ring_release(&r->then);
	free(r->history);
	free(r->step);
	free(r->node);
	free(r->move);
	memset(r, 0, sizeof(*r));
}

/* The nodes. */

static int compare_nodes(const void *a, const void *b)
{
	const struct report_node *x = a;
	const struct report_node *y = b;

	return strcmp(x->name, y->name);
}

/**
 * report_node() - a node of a report
 * @r: the report
 * @name: its name
 *
 * Return: the node, or NULL.
 */
const struct report_node *report_node(const struct report *r, const char *name)
{
	const struct report_node key = { .name = name };

	return r->nr_nodes ? bsearch(&key, r->node, r->nr_nodes, sizeof(key),
				     compare_nodes) : NULL;
}

static void take_member(struct report_node *to, const struct hr_node *member,
			const struct hr_table *after)
{
	bool active = member->attrs.state == HASHRING_NODE_ACTIVE;

	to->name = member->name;
	to->id = member->attrs.id;
	to->weight = member->attrs.weight;
	to->state = member->attrs.state;
	if (after && active)
		to->due = ((__u64)member->attrs.weight << 32) / after->weight;
}

/*
 * The members of both maps. Without the map before the change, members that
 * left are known only by name, from the matrix.
 */
static int collect_nodes(struct report *r)
{
	const struct hr_table *before = r->before, *after = r->after;
	__u32 room = after->nr_nodes + (before ? before->nr_nodes : r->nr_moves);
	__u32 known, i;

	r->node = calloc((size_t)room + 1, sizeof(*r->node));
	if (!r->node)
		return fail_memory();
	for (i = 0; i < after->nr_nodes; i++) {
		struct report_node *to = &r->node[r->nr_nodes++];

		take_member(to, after->by_name[i], after);
		to->is_after = true;
		to->after = after->share[after->by_name[i]->slot];
	}
	known = r->nr_nodes;
	for (i = 0; before && i < before->nr_nodes; i++) {
		const struct hr_node *member = before->by_name[i];
		struct report_node key = { .name = member->name }, *to;

		to = bsearch(&key, r->node, known, sizeof(key), compare_nodes);
		if (!to) {
			to = &r->node[r->nr_nodes++];
			take_member(to, member, NULL);
		}
		to->is_before = true;
		to->before = before->share[member->slot];
	}
	for (i = 0; !before && i < r->nr_moves; i++) {
		if (hr_table_find(after, r->move[i].from))
			continue;
		r->node[r->nr_nodes++].name = r->move[i].from;
	}
	qsort(r->node, r->nr_nodes, sizeof(*r->node), compare_nodes);
	for (i = 1, known = !!r->nr_nodes; i < r->nr_nodes; i++)
		if (strcmp(r->node[i].name, r->node[known - 1].name))
			r->node[known++] = r->node[i];
	r->nr_nodes = known;
	return EXIT_DONE;
}

/* Shares before the change, from the shares after it and the whole matrix. */
static void take_back(struct report *r)
{
	__u32 i;

	if (r->nr_moves < r->receipt.nr_moves)
		return;
	for (i = 0; i < r->nr_nodes; i++)
		r->node[i].before = r->receipt.gained ? 0 : r->node[i].after;
	for (i = 0; i < r->nr_moves; i++) {
		const struct report_node *from, *to;

		from = report_node(r, r->move[i].from);
		to = report_node(r, r->move[i].to);
		if (from)
			r->node[from - r->node].before += r->move[i].share;
		if (to)
			r->node[to - r->node].before -= r->move[i].share;
	}
	/* The matrix does not name the former owner of a lost share. */
	r->has_before = !r->receipt.lost;
}

/* All rows of the matrix; a receipt has only the largest rows. */
static int compare_maps(struct report *r)
{
	struct hr_impact impact;
	__u32 i;
	int err;

	err = hr_impact(r->before, r->after, GFP_KERNEL, &impact);
	for (i = 0; !err && i < impact.nr_moves; i++) {
		const struct hr_move *from = &impact.moves[i];
		struct hashring_move move = {
			.share = from->share,
			.arcs = from->arcs,
		};

		strcpy(move.from, r->before->nodes[from->from]->name);
		strcpy(move.to, r->after->nodes[from->to]->name);
		err = report_take_move(&move, r);
	}
	hr_impact_release(&impact);
	if (err)
		return fail_memory();
	report_sort_moves(r);
	/* The receipt, of the kernel or made here, must match these maps. */
	if (r->receipt.moved != impact.moved ||
	    r->receipt.arcs != impact.arcs || r->receipt.nr_moves != r->nr_moves)
		return fail(EXIT_REFUSED, "ring %s: the receipt is not of this change",
			    r->about.name);
	return EXIT_DONE;
}

/* The change. */

/* The map after a change of the present map. */
static int plan_map(struct report *r, const struct ops *ops)
{
	struct hr_op *list = native_ops(ops->op, ops->nr);
	struct hr_error error;
	int err;

	if (!list)
		return EXIT_REFUSED;
	err = hr_change_build(&r->native.config, r->native.table, list, ops->nr,
			      r->native.id_max, false, &hr_node_plain_ops, GFP_KERNEL,
			      &r->other, &error);
	native_ops_release(list);
	if (err)
		r->other = NULL;
	if (err == -ENOMEM)
		return fail_memory();
	if (err)
		return fail(EXIT_REFUSED, "%s", error.text);
	r->before = r->native.table;
	r->after = r->other;
	return compare_maps(r);
}

static struct hashring_change change_of(const struct report *r,
					const struct ops *ops)
{
	return (struct hashring_change){
		.ring = r->about.name,
		.ops = ops->op,
		.nr_ops = ops->nr,
		.expect_generation = r->about.generation,
		.max_moved = HASHRING_ANY,
		.dry_run = true,
	};
}

/* The last part of every kind of report. */
static int finish(struct report *r)
{
	int status = collect_nodes(r);

	if (status)
		return status;
	if (r->before)
		r->has_before = true;
	else if (r->kind == REPORT_DONE)
		take_back(r);
	return EXIT_DONE;
}

/* The kernel's description of the ring, which must match the loaded ring. */
static int describe(struct report *r, const struct model_ring *ring)
{
	struct hashring *h = conn();
	__u64 generation;
	int err;

	err = hashring_ring_get(h, ring->name, &r->about);
	if (!err)
		err = hashring_digest(h, ring->name, false, &r->digest,
				      &generation);
	if (!err)
		err = past_receipts(r);
	if (!err)
		err = past_steps(r);
	if (err)
		return err == -ENOMEM ? fail_memory() : refused(err);
	r->about.has_seed = false;
	if (r->about.generation != ring->generation ||
	    generation != ring->generation ||
	    (r->nr_history && r->history[r->nr_history - 1].generation !=
			      ring->generation))
		return fail(EXIT_STALE, "ring %s changes at this moment: try again",
			    ring->name);
	/* In a migration the digest is that of the effective map. */
	if (report_settled(r) && r->digest != hr_digest_map(r->native.table))
		return fail(EXIT_REFUSED, "ring %s: the kernel's map is not the one made here",
			    ring->name);
	return EXIT_DONE;
}

/**
 * report_from_kernel() - gathers a report on a ring of the kernel
 * @r: filled in; to be released also after an error
 * @m: the model of @ring
 * @ring: the loaded ring
 * @ops: the planned change; NULL: the last change
 *
 * Return: an exit status; errors are reported.
 */
int report_from_kernel(struct report *r, const struct model *m,
		       const struct model_ring *ring, const struct ops *ops)
{
	struct hashring_change change;
	int status, err;

	memset(r, 0, sizeof(*r));
	status = native_ring_make(&r->native, m, ring);
	if (!status)
		status = describe(r, ring);
	if (status)
		return status;
	if (ops) {
		r->kind = REPORT_PLANNED;
		r->ops = ops;
		change = change_of(r, ops);
		err = hashring_change(conn(), &change, &r->receipt);
		status = err ? refused(err) : plan_map(r, ops);
	} else {
		r->after = r->native.table;
		status = past_change(r, ring);
	}
	return status ? status : finish(r);
}

/* The description that the kernel would give of the ring. */
static void describe_file(struct report *r, const struct model_ring *ring)
{
	const struct hr_table *t = r->native.table;
	__u32 i;

	strcpy(r->about.name, ring->name);
	r->about.placement = ring->placement;
	r->about.points = r->native.config.points;
	r->about.per = r->native.config.per;
	r->about.grid = r->native.config.grid;
	r->about.algorithm = HR_ALGORITHM;
	r->about.generation = ring->generation;
	r->about.nodes = t->nr_nodes;
	for (i = 0; i < t->nr_nodes; i++)
		if (t->by_name[i]->attrs.state == HASHRING_NODE_ACTIVE)
			r->about.active_nodes++;
	r->about.table_points = t->nr_points;
	r->about.table_bytes = t->bytes;
	r->about.weight = t->weight;
	r->about.peak = hr_table_peak(t);
	r->about.trough = hr_table_trough(t);
	r->about.attachments = ring->nr_attach;
	r->digest = hr_digest_map(t);
}

/* The kernel's description of the ring and its past, as printed. */
static int describe_printed(struct report *r, const struct model_ring *ring,
			    const struct printed *printed)
{
	__u64 digest = r->digest;
	__u64 last;
	int status;

	status = printed_ring(printed, &r->about, &r->digest);
	if (!status)
		status = past_printed(r, printed);
	if (status)
		return status;
	last = r->nr_history ? r->history[r->nr_history - 1].generation :
			       ring->generation;
	if (r->about.generation != ring->generation)
		last = r->about.generation;
	if (last != ring->generation)
		return fail(EXIT_STALE,
			    "%s is of generation %llu of ring %s, which was saved in generation %llu",
			    printed->file, last, ring->name, ring->generation);
	if (report_settled(r) && r->digest != digest)
		return fail(EXIT_REFUSED, "%s: the map of ring %s is not the one made here",
			    printed->file, ring->name);
	return EXIT_DONE;
}

/**
 * report_from_file() - gathers a report on a saved ring
 * @r: filled in; to be released also after an error
 * @m: the model of @ring
 * @ring: the ring; with @printed, nodes ascending by name
 * @printed: printed outputs about the ring, or NULL
 * @ops: the planned change; NULL: the last printed change, if any
 *
 * Return: an exit status; errors are reported.
 */
int report_from_file(struct report *r, const struct model *m,
		     const struct model_ring *ring, const struct printed *printed,
		     const struct ops *ops)
{
	struct hashring_change change;
	int status;

	memset(r, 0, sizeof(*r));
	if (!ring->has_seed && model_hashes(ring))
		return fail_at(m, ring->at, "ring %s has no seed here: its map depends on it",
			       ring->name);
	status = native_ring_make(&r->native, m, ring);
	if (status)
		return status;
	describe_file(r, ring);
	if (printed)
		status = describe_printed(r, ring, printed);
	if (status)
		return status;
	r->after = r->native.table;
	if (ops) {
		r->kind = REPORT_PLANNED;
		r->ops = ops;
		change = change_of(r, ops);
		status = native_plan(&r->native, ring->generation, &change,
				     &r->receipt);
		if (!status)
			status = plan_map(r, ops);
	} else if (printed) {
		status = past_change_printed(r, ring, printed);
	}
	return status ? status : finish(r);
}
