// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl diff: how two generations of a ring differ, and what moved between
 * them. Both are made here, by the kernel's own code.
 */
#include <string.h>

#include "cli/past/past.h"
#include "ringctl/ringctl.h"

enum { DIFF_RING, DIFF_FROM, DIFF_TO };

static const struct arg diff_args[] = {
	[DIFF_RING] = { ARG_RING, .meta = "RING", .required = true },
	[DIFF_FROM] = { ARG_NUMBER, .meta = "G1", .required = true,
			.max = INT64_MAX },
	[DIFF_TO] = { ARG_NUMBER, .meta = "G2", .max = INT64_MAX },
	{ }
};

/**
 * struct generations - two generations of a ring
 * @from: the ring in the first one
 * @to: the ring in the second one, earlier or later
 * @ops: the operations that lead from @from to @to
 * @native: @from, made here
 * @change: @to, made from it
 */
struct generations {
	struct model_ring from;
	struct model_ring to;
	struct ops ops;
	struct native_ring native;
	struct native_change change;
};

/* Whether an operation gives a node only cells and changes nothing else. */
static bool only_cells(const struct hashring_op *op)
{
	return op->kind == HASHRING_OP_SET && op->has == HASHRING_HAS(CELLS);
}

static const struct model_node *node_of(const struct model_ring *r,
					const char *name)
{
	__u32 low = 0, high = r->nr_nodes;

	while (low < high) {
		__u32 mid = low + (high - low) / 2;

		if (strcmp(r->node[mid].name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return &r->node[low];
}

/* As if by one change; the models own the arrays. */
static struct past_op op_of(const struct generations *g,
			    const struct hashring_op *op)
{
	struct past_op past = { .kind = op->kind };

	past.has_before = op->kind != HASHRING_OP_ADD;
	past.has_after = op->kind != HASHRING_OP_DEL;
	if (past.has_before)
		past.before = *node_of(&g->from, op->name);
	if (past.has_after)
		past.after = *node_of(&g->to, op->new_name ? op->new_name :
								  op->name);
	return past;
}

static const char *name_of(const struct generations *g, __u32 slot)
{
	const struct hr_table *t = g->change.after;

	if (slot >= t->nr_slots || !t->nodes[slot])
		t = g->native.table;
	return t->nodes[slot]->name;
}

static struct hashring_move row_of(const struct generations *g, __u32 i)
{
	const struct hr_move *move = &g->change.impact.moves[i];
	struct hashring_move row = { .share = move->share, .arcs = move->arcs };

	strcpy(row.from, name_of(g, move->from));
	strcpy(row.to, name_of(g, move->to));
	return row;
}

static void print_diff(const struct generations *g)
{
	const struct hashring_receipt *r = &g->change.receipt;
	char a[FIGURE_LEN], b[FIGURE_LEN], c[FIGURE_LEN], d[FIGURE_LEN];
	__u32 i;

	printf("%s generation %llu -> %llu\n", g->from.name,
	       g->from.generation, g->to.generation);
	if (!g->ops.nr) {
		puts(" nothing differs");
		return;
	}
	for (i = 0; i < g->ops.nr; i++) {
		struct past_op op = op_of(g, &g->ops.op[i]);

		if (only_cells(&g->ops.op[i]))
			continue;
		putchar(' ');
		print_past_op(stdout, &op);
		putchar('\n');
	}
	printf(" moved %s  required %s  collateral %s  ideal %s\n",
	       figure_share(a, r->moved), figure_share(b, r->required),
	       figure_share(c, r->collateral), figure_share(d, r->ideal));
	if (r->gained || r->lost)
		printf(" gained %s  lost %s\n", figure_share(a, r->gained),
		       figure_share(b, r->lost));
	printf(" max/mean %s -> %s  nodes %u -> %u\n",
	       figure_ratio(a, r->peak_before), figure_ratio(b, r->peak_after),
	       g->from.nr_nodes, g->to.nr_nodes);
	for (i = 0; i < g->change.impact.nr_moves; i++) {
		struct hashring_move row = row_of(g, i);

		print_move(stdout, &row);
	}
}

static void print_json(const struct generations *g)
{
	const struct hashring_receipt *r = &g->change.receipt;
	json_t *ops = json_array(), *rows = json_array();
	json_t *o = json_object();
	__u32 i;

	json_set_text(o, "ring", g->from.name);
	json_set_u64(o, "generation_before", g->from.generation);
	json_set_u64(o, "generation_after", g->to.generation);
	for (i = 0; i < g->ops.nr; i++) {
		struct past_op op = op_of(g, &g->ops.op[i]);

		if (only_cells(&g->ops.op[i]))
			continue;
		json_array_append_new(ops, past_op_to_json(&op));
	}
	json_object_set_new(o, "op", ops);
	json_set_u64(o, "nodes_before", g->from.nr_nodes);
	json_set_u64(o, "nodes_after", g->to.nr_nodes);
	json_set_impact(o, r);
	for (i = 0; i < g->change.impact.nr_moves; i++) {
		struct hashring_move row = row_of(g, i);

		json_array_append_new(rows, move_to_json(&row));
	}
	json_object_set_new(o, "move", rows);
	json_print(o);
}

/* Both generations, from the present one back: the later one first. */
static int go_back(struct generations *g, const char *ring, __u64 from,
		   __u64 to, bool has_to)
{
	struct model_ring *later = &g->from, *earlier = &g->to;
	struct model_ring now;
	int status;

	status = model_ring_from_kernel(&now, ring);
	if (!has_to)
		to = now.generation;
	if (!status)
		status = past_check(&now, from > to ? from : to);
	if (to > from) {
		later = &g->to;
		earlier = &g->from;
	}
	if (!status)
		status = past_copy(later, &now);
	if (!status)
		status = past_return(later, from > to ? from : to);
	if (!status)
		status = past_copy(earlier, later);
	if (!status)
		status = past_return(earlier, from > to ? to : from);
	model_ring_release(&now);
	return status;
}

/* The difference of the two. */
static int work_out(struct generations *g)
{
	const struct model none = { 0 };
	struct hashring_change change = {
		.ring = g->from.name,
		.expect_generation = HASHRING_ANY,
		.max_moved = HASHRING_ANY,
	};
	struct hr_error error;
	int status, err;

	status = past_seats(&g->from, &g->to);
	if (!status)
		status = model_diff(&none, &g->from, &g->to, &g->ops);
	if (!status)
		status = native_ring_make(&g->native, &none, &g->from);
	if (status)
		return status;
	if (!g->ops.nr) {
		g->change.receipt.peak_before = hr_table_peak(g->native.table);
		g->change.receipt.peak_after = g->change.receipt.peak_before;
		return EXIT_DONE;
	}
	change.ops = g->ops.op;
	change.nr_ops = g->ops.nr;
	err = native_change_make(&g->change, &g->native, g->from.generation,
				 &change, &error);
	return err ? native_refused_change(err, &change, &error) : EXIT_DONE;
}

static int diff(struct args *a)
{
	struct generations g = { 0 };
	int status;

	status = go_back(&g, a->v[DIFF_RING].text, a->v[DIFF_FROM].num,
			 a->v[DIFF_TO].num, a->v[DIFF_TO].given);
	if (!status)
		status = work_out(&g);
	if (!status && opt.json)
		print_json(&g);
	else if (!status)
		print_diff(&g);
	native_change_release(&g.change);
	native_ring_release(&g.native);
	ops_release(&g.ops);
	model_ring_release(&g.to);
	model_ring_release(&g.from);
	return status;
}

static const struct command commands[] = {
	{ NULL, NULL,
	  "the difference of two generations; the second one is the present by default",
	  diff_args, diff },
	{ }
};

const struct noun noun_diff = {
	.name = "diff",
	.help = "the difference of two generations",
	.commands = commands,
};
