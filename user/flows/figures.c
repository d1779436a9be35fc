// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a change does to a set of flows.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "flows.h"

static void load_add(struct flow_load *to, const struct flow_load *from)
{
	to->flows += from->flows;
	to->packets += from->packets;
	to->bytes += from->bytes;
}

static struct flow_load load_of(const struct flow *flow)
{
	return (struct flow_load){ 1, flow->packets, flow->bytes };
}

static int compare_pairs(const void *a, const void *b)
{
	const struct flow_row *x = a;
	const struct flow_row *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return x->to < y->to ? -1 : x->to > y->to;
}

static int compare_rows(const void *a, const void *b)
{
	const struct flow_row *x = a;
	const struct flow_row *y = b;

	if (x->load.flows != y->load.flows)
		return x->load.flows > y->load.flows ? -1 : 1;
	return compare_pairs(a, b);
}

/* Rows between the same two nodes become one. */
static u32 merge_rows(struct flow_row *row, u64 nr)
{
	u64 i;
	u32 n = 0;

	if (!nr)
		return 0;
	qsort(row, nr, sizeof(*row), compare_pairs);
	for (i = 1; i < nr; i++) {
		if (compare_pairs(&row[n], &row[i]))
			row[++n] = row[i];
		else
			load_add(&row[n].load, &row[i].load);
	}
	qsort(row, n + 1, sizeof(*row), compare_rows);
	return n + 1;
}

static u64 more(u64 after, u64 before)
{
	return after > before ? after - before : 0;
}

/* As the core's: what nodes have more of, less what nobody had before. */
static void count_required(struct flow_figures *f)
{
	u32 i;

	for (i = 0; i < f->nr_nodes; i++) {
		const struct flow_load *a = &f->node[i].after;
		const struct flow_load *b = &f->node[i].before;
		struct flow_load gain = {
			more(a->flows, b->flows),
			more(a->packets, b->packets),
			more(a->bytes, b->bytes),
		};

		load_add(&f->required, &gain);
	}
	f->required.flows = more(f->required.flows, f->gained.flows);
	f->required.packets = more(f->required.packets, f->gained.packets);
	f->required.bytes = more(f->required.bytes, f->gained.bytes);
	f->collateral.flows = f->moved.flows - f->required.flows;
	f->collateral.packets = f->moved.packets - f->required.packets;
	f->collateral.bytes = f->moved.bytes - f->required.bytes;
}

/* Nodes of @names that are named; an index may be free. */
static int begin(struct flow_figures *f, const char *const *names, u32 nr_names)
{
	u32 i;

	memset(f, 0, sizeof(*f));
	f->node = calloc((size_t)nr_names + 1, sizeof(*f->node));
	if (!f->node)
		return -ENOMEM;
	f->nr_nodes = nr_names;
	for (i = 0; i < nr_names; i++)
		f->node[i].name = names[i];
	return 0;
}

/**
 * flow_figures() - what a change does to a set of flows
 * @s: the set, settled
 * @names: the nodes of either side
 * @nr_names: number of @names
 * @before: the owner of each member: an index in @names, or FLOW_NOBODY
 * @after: as @before
 * @figures: set, to be released also after an error
 *
 * Return: 0 or -ENOMEM.
 */
int flow_figures(const struct flow_set *s, const char *const *names,
		 u32 nr_names, const u32 *before, const u32 *after,
		 struct flow_figures *figures)
{
	struct flow_figures *f = figures;
	u64 differ = 0, i;
	int err;

	err = begin(f, names, nr_names);
	if (err)
		return err;
	for (i = 0; i < s->nr; i++)
		differ += before[i] != after[i];
	f->row = calloc(differ + 1, sizeof(*f->row));
	if (!f->row)
		return -ENOMEM;
	differ = 0;
	for (i = 0; i < s->nr; i++) {
		struct flow_load load = load_of(&s->flow[i]);

		load_add(&f->all, &load);
		if (before[i] != FLOW_NOBODY)
			load_add(&f->node[before[i]].before, &load);
		if (after[i] != FLOW_NOBODY)
			load_add(&f->node[after[i]].after, &load);
		if (before[i] == after[i])
			continue;
		f->row[differ++] = (struct flow_row){ before[i], after[i], load };
		load_add(before[i] == FLOW_NOBODY ? &f->gained :
			 after[i] == FLOW_NOBODY ? &f->lost : &f->moved, &load);
	}
	f->nr_rows = merge_rows(f->row, differ);
	count_required(f);
	return 0;
}

static u32 *owners(const struct flow_set *s, const struct hr_table *t)
{
	u32 *owner = malloc((s->nr + 1) * sizeof(*owner));
	u64 i;

	for (i = 0; owner && i < s->nr; i++) {
		owner[i] = hr_table_lookup(t, s->flow[i].position);
		if (owner[i] == HR_NO_SLOT)
			owner[i] = FLOW_NOBODY;
	}
	return owner;
}

static void take_names(const char **names, const struct hr_table *t)
{
	u32 i;

	for (i = 0; i < t->nr_slots; i++)
		if (t->nodes[i])
			names[i] = t->nodes[i]->name;
}

/* Leaves out the indices that no node has. */
static void drop_free(struct flow_figures *f, u32 *index)
{
	u32 i, n = 0;

	for (i = 0; i < f->nr_nodes; i++) {
		if (!f->node[i].name)
			continue;
		index[i] = n;
		f->node[n++] = f->node[i];
	}
	f->nr_nodes = n;
	for (i = 0; i < f->nr_rows; i++) {
		struct flow_row *row = &f->row[i];

		if (row->from != FLOW_NOBODY)
			row->from = index[row->from];
		if (row->to != FLOW_NOBODY)
			row->to = index[row->to];
	}
}

/**
 * flow_figures_tables() - what the step between two tables does to flows
 * @s: the set, settled
 * @before: a table
 * @after: the one that a change made of it: slots are the same nodes
 * @figures: set, to be released also after an error; names stand in the tables
 *
 * Return: 0 or -ENOMEM.
 */
int flow_figures_tables(const struct flow_set *s,
			const struct hr_table *before,
			const struct hr_table *after,
			struct flow_figures *figures)
{
	u32 nr = before->nr_slots > after->nr_slots ? before->nr_slots :
		 after->nr_slots;
	const char **names = calloc((size_t)nr + 1, sizeof(*names));
	u32 *index = calloc((size_t)nr + 1, sizeof(*index));
	u32 *from = owners(s, before);
	u32 *to = owners(s, after);
	int err = -ENOMEM;

	memset(figures, 0, sizeof(*figures));
	if (names && index && from && to) {
		take_names(names, before);
		take_names(names, after);
		err = flow_figures(s, names, nr, from, to, figures);
		if (!err)
			drop_free(figures, index);
	}
	free(to);
	free(from);
	free(index);
	free(names);
	return err;
}

void flow_figures_release(struct flow_figures *figures)
{
	free(figures->node);
	free(figures->row);
	memset(figures, 0, sizeof(*figures));
}
