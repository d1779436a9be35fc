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

/* Merges rows between the same two nodes. */
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

/* As in the core: what nodes gain, less what had no owner before. */
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
 * @names: the nodes before and after
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

/**
 * struct joint - the nodes of two tables
 * @name: ascending
 * @nr: number of @name
 * @slot: of each
 * @index: in @name, by slot
 */
struct joint {
	const char **name;
	u32 nr;
	u32 *slot;
	u32 *index;
};

static int compare_slots(const void *a, const void *b, void *arg)
{
	const char *const *by_slot = arg;

	return strcmp(by_slot[*(const u32 *)a], by_slot[*(const u32 *)b]);
}

static void take_names(const char **by_slot, const struct hr_table *t)
{
	u32 i;

	for (i = 0; i < t->nr_slots; i++)
		if (t->nodes[i])
			by_slot[i] = t->nodes[i]->name;
}

static int join(struct joint *j, const struct hr_table *a,
		const struct hr_table *b)
{
	u32 nr = a->nr_slots > b->nr_slots ? a->nr_slots : b->nr_slots;
	const char **by_slot = calloc((size_t)nr + 1, sizeof(*by_slot));
	u32 i;

	j->nr = 0;
	j->name = calloc((size_t)nr + 1, sizeof(*j->name));
	j->slot = calloc((size_t)nr + 1, sizeof(*j->slot));
	j->index = calloc((size_t)nr + 1, sizeof(*j->index));
	if (!by_slot || !j->name || !j->slot || !j->index) {
		free(by_slot);
		return -ENOMEM;
	}
	take_names(by_slot, a);
	take_names(by_slot, b);
	for (i = 0; i < nr; i++)
		if (by_slot[i])
			j->slot[j->nr++] = i;
	qsort_r(j->slot, j->nr, sizeof(*j->slot), compare_slots, by_slot);
	for (i = 0; i < j->nr; i++) {
		j->name[i] = by_slot[j->slot[i]];
		j->index[j->slot[i]] = i;
	}
	free(by_slot);
	return 0;
}

static void joint_release(struct joint *j)
{
	free(j->name);
	free(j->slot);
	free(j->index);
}

static u32 *owners(const struct flow_set *s, const struct hr_table *t,
		   const struct joint *j)
{
	u32 *owner = malloc((s->nr + 1) * sizeof(*owner));
	u32 slot;
	u64 i;

	for (i = 0; owner && i < s->nr; i++) {
		slot = hr_table_lookup(t, s->flow[i].position);
		owner[i] = slot == HR_NO_SLOT ? FLOW_NOBODY : j->index[slot];
	}
	return owner;
}

/**
 * flow_figures_tables() - what the step between two tables does to flows
 * @s: the set, settled
 * @before: a table
 * @after: the table that a change made of it: a slot is the same node in both
 * @figures: set, to be released also after an error; nodes are ascending by
 *	name, and names are borrowed from the tables
 *
 * Return: 0 or -ENOMEM.
 */
int flow_figures_tables(const struct flow_set *s,
			const struct hr_table *before,
			const struct hr_table *after,
			struct flow_figures *figures)
{
	u32 *from = NULL, *to = NULL;
	struct joint nodes;
	int err;

	memset(figures, 0, sizeof(*figures));
	err = join(&nodes, before, after);
	if (!err) {
		from = owners(s, before, &nodes);
		to = owners(s, after, &nodes);
		err = from && to ? flow_figures(s, nodes.name, nodes.nr, from,
						to, figures) : -ENOMEM;
	}
	free(to);
	free(from);
	joint_release(&nodes);
	return err;
}

void flow_figures_release(struct flow_figures *figures)
{
	free(figures->node);
	free(figures->row);
	memset(figures, 0, sizeof(*figures));
}
