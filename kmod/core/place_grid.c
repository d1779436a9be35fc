// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lays the points of a balanced ring. Each node gets as many cells as
 * hr_apportion() says. No cell changes hands without need, unless cells are
 * given.
 */
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "grid.h"
#include "grid_apportion.h"
#include "grid_layout.h"
#include "sort.h"
#include "table_build.h"

/* The owners as they are, by the slots that they will have. */
static int take_owners(struct hr_layout *l)
{
	const struct hr_table *base = l->c->base;
	const struct hr_op_effect *effect;
	struct hr_run run;
	u32 *after;
	u32 i;

	after = kvmalloc_array(base->nr_slots, sizeof(*after), l->c->gfp);
	if (!after)
		return -ENOMEM;
	for (i = 0; i < base->nr_slots; i++)
		after[i] = i;
	for (i = 0; i < l->c->nr_ops; i++) {
		effect = &l->c->effects[i];
		if (!effect->old)
			continue;
		after[effect->old->slot] = HR_NO_SLOT;
		if (effect->new &&
		    effect->new->attrs.state == HASHRING_NODE_ACTIVE)
			after[effect->old->slot] = effect->new->slot;
	}
	memset32(l->owner, HR_NO_SLOT, l->nr);
	for (i = 0; i < base->nr_points; i++) {
		run = hr_grid_run(base, l->nr, i);
		hr_hand_over(l, run.first, run.count, after[base->points[i].slot]);
		if (!(i & 0xfff))
			cond_resched();
	}
	kvfree(after);
	return 0;
}

static bool is_exact(const struct hr_layout *l, u32 op)
{
	const struct hr_node *node = l->c->effects[op].new;

	return l->c->ops[op].has & HR_HAS(CELLS) &&
	       node->attrs.state == HASHRING_NODE_ACTIVE;
}

static int take_exactly(struct hr_layout *l, u32 op)
{
	const struct hr_op *o = &l->c->ops[op];
	u32 slot = l->c->effects[op].new->slot, total = 0, i, k, cell, owner;

	for (i = 0; i < o->nr_cells; i++) {
		total += o->cells[i].count;
		for (k = 0; k < o->cells[i].count; k++) {
			cell = o->cells[i].first + k;
			owner = l->owner[cell];
			if (owner != HR_NO_SLOT && l->exact[owner])
				return hr_refuse(l->c->err, op, HR_PART(CELLS),
						 -EEXIST,
						 "cell is given to another node already",
						 ": %u", cell);
			hr_hand_over(l, cell, 1, slot);
		}
		if (!(i & 0xff))
			cond_resched();
	}
	if (total != l->due[slot])
		return hr_refuse(l->c->err, op, HR_PART(CELLS), -EINVAL,
				 "cells given and cells due differ",
				 ": %s, %u and %u",
				 hr_name_shown(hr_name_after(o)), total,
				 l->due[slot]);
	return 0;
}

/* Nodes with given cells get these and keep no others. */
static int take_given(struct hr_layout *l)
{
	bool any = false;
	u32 i;
	int ret;

	for (i = 0; i < l->c->nr_ops; i++) {
		if (!is_exact(l, i))
			continue;
		l->exact[l->c->effects[i].new->slot] = true;
		any = true;
	}
	if (!any)
		return 0;
	for (i = 0; i < l->nr; i++) {
		if (l->owner[i] != HR_NO_SLOT && l->exact[l->owner[i]])
			hr_hand_over(l, i, 1, HR_NO_SLOT);
		if (!(i & (HR_CHUNK - 1)))
			cond_resched();
	}
	for (i = 0; i < l->c->nr_ops; i++) {
		if (!is_exact(l, i))
			continue;
		ret = take_exactly(l, i);
		if (ret)
			return ret;
	}
	return 0;
}

/*
 * A returning node takes its home cells, as far as their holders can spare
 * them.
 */
static void take_home(struct hr_layout *l, const struct hr_run *home, u32 slot)
{
	u32 i, owner;

	for (i = home->first; i < home->first + home->count; i++) {
		owner = l->owner[i];
		if (hr_want(l, slot) && (owner == HR_NO_SLOT || hr_spare(l, owner)))
			hr_hand_over(l, i, 1, slot);
	}
}

static void take_homes(struct hr_layout *l)
{
	const struct hr_node *old, *new;
	u32 i, k;

	for (i = 0; i < l->c->nr_ops; i++) {
		const struct hr_op_effect *effect =
			&l->c->effects[l->c->seats[i].op];

		old = effect->old;
		new = effect->new;
		if (!old || !new || new->attrs.state != HASHRING_NODE_ACTIVE)
			continue;
		for (k = 0; k < old->nr_home; k++) {
			take_home(l, &old->home[k], new->slot);
			if (!(k & 0xff))
				cond_resched();
		}
	}
}

/* The points of the next table: the ends of runs. */
static int put_points(const struct hr_layout *l, struct hr_build *b)
{
	struct hr_run *runs;
	u32 i;
	int ret;

	ret = hr_layout_runs(l, true, &runs, &b->nr_run);
	if (ret)
		return ret;
	b->nr_points = b->nr_run;
	b->run = kvmalloc_array(b->nr_run, sizeof(*b->run), l->c->gfp);
	if (!b->run) {
		ret = -ENOMEM;
		goto free;
	}
	for (i = 0; i < b->nr_run; i++) {
		b->run[i].pos = hr_grid_end(l->nr, runs[i].first +
						   runs[i].count - 1);
		b->run[i].slot = l->owner[runs[i].first];
		if (!(i & (HR_CHUNK - 1)))
			cond_resched();
	}
free:
	kvfree(runs);
	return ret;
}

/*
 * Adds a run to a node's home cells; without room only counts it. At most as
 * many runs as an operation can give when the node is restored.
 */
static void note_run(struct hr_node *node, struct hr_run run)
{
	if (node->nr_home == HR_MAX_NODE_RUNS)
		return;
	if (node->home)
		node->home[node->nr_home] = run;
	node->nr_home++;
}

static void note_runs(const struct hr_layout *l, struct hr_node *const *leaves)
{
	const struct hr_table *base = l->c->base;
	u32 i, slot;

	for (i = 0; i < base->nr_points; i++) {
		slot = base->points[i].slot;
		if (leaves[slot])
			note_run(leaves[slot], hr_grid_run(base, l->nr, i));
		if (!(i & (HR_CHUNK - 1)))
			cond_resched();
	}
}

/* Nodes that stop being active note their cells, unless cells are given. */
static int note_homes(struct hr_layout *l)
{
	struct hr_node **leaves, *node;
	struct hr_draft *c = l->c;
	bool any = false;
	int ret = 0;
	u32 i;

	leaves = kvcalloc(c->base->nr_slots, sizeof(*leaves), c->gfp);
	if (!leaves)
		return -ENOMEM;
	for (i = 0; i < c->nr_ops; i++) {
		const struct hr_node *old = c->effects[i].old;

		node = c->effects[i].new;
		if (!old || !node || old->attrs.state != HASHRING_NODE_ACTIVE ||
		    node->attrs.state == HASHRING_NODE_ACTIVE ||
		    c->ops[i].has & HR_HAS(CELLS))
			continue;
		leaves[old->slot] = node;
		any = true;
	}
	if (!any)
		goto free;
	note_runs(l, leaves);
	for (i = 0; i < c->base->nr_slots; i++) {
		node = leaves[i];
		if (!node)
			continue;
		node->home = kvmalloc_array(node->nr_home, sizeof(*node->home),
					    c->gfp);
		node->nr_home = 0;
		if (!node->home) {
			ret = -ENOMEM;
			goto free;
		}
	}
	note_runs(l, leaves);
free:
	kvfree(leaves);
	return ret;
}

static int lay(struct hr_layout *l, struct hr_build *b)
{
	int ret;

	ret = note_homes(l);
	if (ret)
		return ret;
	ret = hr_apportion(l->next->by_seat, l->next->nr_nodes, l->nr, l->due,
			   l->c->gfp);
	if (ret)
		return ret;
	ret = take_owners(l);
	if (ret)
		return ret;
	ret = take_given(l);
	if (ret)
		return ret;
	take_homes(l);
	ret = hr_layout_level(l);
	if (ret)
		return ret;
	return put_points(l, b);
}

/* An empty table has nothing that could stay. */
static const struct hr_table no_points;

/**
 * hr_place_grid() - lay the points of a change of a balanced ring
 * @c: the change; its new versions are made
 * @next: the table in the making, whose members are in order
 * @b: filled in, without the next table; to be released whatever is returned
 *
 * Takes a time of O(n log n + cells).
 *
 * Context: process; sleeps.
 * Return: 0, -ENOMEM, or, explained in @c, -EINVAL or -EEXIST for given cells
 * that are wrong.
 */
int hr_place_grid(struct hr_draft *c, const struct hr_table *next,
		  struct hr_build *b)
{
	struct hr_layout l = { .c = c, .next = next, .nr = c->cfg->grid };
	int ret = -ENOMEM;

	b->base = &no_points;
	b->grid = c->cfg->grid;
	l.owner = kvmalloc_array(l.nr, sizeof(*l.owner), c->gfp);
	l.have = kvcalloc(next->nr_slots, sizeof(*l.have), c->gfp);
	l.due = kvcalloc(next->nr_slots, sizeof(*l.due), c->gfp);
	l.exact = kvcalloc(next->nr_slots, sizeof(*l.exact), c->gfp);
	if (l.owner && l.have && l.due && l.exact)
		ret = lay(&l, b);
	kvfree(l.exact);
	kvfree(l.due);
	kvfree(l.have);
	kvfree(l.owner);
	return ret;
}
