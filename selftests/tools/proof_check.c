// SPDX-License-Identifier: GPL-2.0-only
/*
 * proof: what is checked of a change
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "proof.h"

static __u32 slots_of(const struct hr_table *a, const struct hr_table *b)
{
	return max(a->nr_slots, b->nr_slots);
}

static __u64 share_of(const struct hr_table *t, __u32 slot)
{
	return slot < t->nr_slots ? t->share[slot] : 0;
}

static __u32 weight_of(const struct hr_table *t, __u32 slot)
{
	const struct hr_node *node = slot < t->nr_slots ? t->nodes[slot] : NULL;

	return node && node->attrs.state == HASHRING_NODE_ACTIVE ?
		       node->attrs.weight :
		       0;
}

/* Where a step only replaces, exactly the old nodes' parts move. */
static void check_replaced(const json_t *r, const struct step *s,
			   const struct hr_table *before)
{
	__u64 share = 0;
	__u32 i;

	for (i = 0; i < s->nr; i++) {
		if (s->op[i].kind != HASHRING_OP_REPLACE)
			return;
		share += share_of(before, hr_table_find(before,
							s->op[i].name)->slot);
	}
	if (number(r, "collateral") || number(r, "required") != share ||
	    number(r, "moved") != share)
		die(s->text, "more moved than was replaced");
	sums.only_replaced++;
}

static __u64 distance(__u64 a, __u64 b)
{
	return a > b ? a - b : b - a;
}

/*
 * Where nodes share out cells nothing moves without need, whatever the change;
 * and it is the ideal as far as whole cells allow: who has a weight, before or
 * after, is less than a cell from its due.
 */
static void check_cells(const json_t *r, const struct step *s,
			const struct hr_table *before,
			const struct hr_table *after)
{
	__u64 cell = HASHRING_WHOLE / config.grid;
	__u32 weight = 0, nr = 0, i;
	bool equal = true;

	if (number(r, "collateral"))
		die(s->text, "cells moved without need");
	if (number(r, "gained") || number(r, "lost"))
		return;
	for (i = 0; i < slots_of(before, after); i++) {
		const __u32 of[] = { weight_of(before, i), weight_of(after, i) };
		__u32 k;

		for (k = 0; k < 2; k++) {
			if (!of[k])
				continue;
			equal &= !weight || of[k] == weight;
			weight = of[k];
			nr++;
		}
	}
	/* What one node gains another loses: half of all that is off. */
	if (distance(number(r, "moved"), number(r, "ideal")) > cell * nr / 2)
		die(s->text, "not the ideal to a cell a node");
	sums.ideal++;
	sums.alike += equal;
}

/*
 * Required and collateral from the loads alone. Where no node both gives and
 * gets there is no collateral: when nodes only come or only go, or one alone
 * has its weight changed, whatever is replaced besides.
 */
void check_definition(const json_t *r, const struct step *s,
		      const struct hr_table *before,
		      const struct hr_table *after)
{
	__u64 more = 0, less = 0, gained = number(r, "gained");
	bool adds = false, takes = false;
	__u32 changed = 0, partly = 0, i;

	for (i = 0; i < slots_of(before, after); i++) {
		__u64 had = share_of(before, i), has = share_of(after, i);

		if (has > had)
			more += has - had;
		else
			less += had - has;
	}
	for (i = 0; i < s->nr; i++) {
		const struct hr_op *op = &s->op[i];
		const struct hr_node *new;
		__u32 slot, had, has;

		if (op->kind == HASHRING_OP_REPLACE)
			continue;
		new = hr_table_find(after, op->name);
		slot = (new ? new : hr_table_find(before, op->name))->slot;
		had = weight_of(before, slot);
		has = weight_of(after, slot);
		/* Explicit points are all there or all gone. */
		if (config.place->takes_points && had && has)
			continue;
		adds |= has > had;
		takes |= has < had;
		changed += had != has;
		partly += had && has && had != has;
	}
	if (number(r, "required") != more - gained ||
	    more - gained != less - number(r, "lost"))
		die(s->text, "required is not what the loads require");
	if (number(r, "collateral") != number(r, "moved") - (more - gained))
		die(s->text, "collateral is not what moved beyond it");
	if (!(adds && takes) && (!partly || changed == 1)) {
		if (number(r, "collateral"))
			die(s->text, "moved without need");
		sums.pure++;
	}
	check_replaced(r, s, before);
	if (config.place->takes_cells)
		check_cells(r, s, before, after);
}

/* The same from node to node by one replacement moves what it must. */
void check_instead(const struct step *s, const json_t *planned)
{
	json_t *plan, *r;

	if (!*s->instead)
		return;
	plan = ask("plan %s '%s'", RING, s->instead);
	r = json_object_get(plan, "receipt");
	if (number(r, "collateral") || number(r, "moved") != number(r, "required"))
		die(s->instead, "a replacement moves without need");
	/* Which is what the plan of the change hints at, if it can be spared. */
	if (number(json_object_get(planned, "receipt"), "collateral") &&
	    number(json_object_get(planned, "plan"), "hint_moved") !=
	    number(r, "moved"))
		die(s->text, "a hint that is not what a replacement does");
	json_decref(plan);
	sums.replaced++;
}

/* The owner of every key, from nothing that the kernel said. */
void check_owners(const struct hr_table *t, const __u32 *ids)
{
	__u32 i;

	for (i = 0; i < keys; i++) {
		const struct hr_node *owner = hr_table_owner(t, position[i]);

		if (ids[i] != (owner ? owner->attrs.id : HR_NO_ID))
			die("lookup", "a key has another owner");
	}
}

/* Whether keys are as many as its share makes one expect. */
static void judge(__u64 share, __u32 count, const char *what)
{
	double p = (double)share / HASHRING_WHOLE;
	double expected = keys * p;
	double error = sqrt(expected * (1 - p));
	double off = fabs(count - expected);

	/* Few are not spread as many are: some more are granted always. */
	if (off > 5 * error + 6)
		die(what, "keys are not as many as their share");
	if (expected < 10)
		return;
	sums.judged++;
	sums.far += off > 3 * error;
	sums.farthest = max(sums.farthest, off / error);
}

/**
 * recount() - count by tables that were made here what becomes of all keys
 * @counts: set; @counts->row has room for each of @rows
 * @rows: the matrix that tells of them
 * @before: the table before
 * @after: and after
 * @what: the change
 */
void recount(struct counts *counts, const struct rows *rows,
	     const struct hr_table *before, const struct hr_table *after,
	     const char *what)
{
	const struct row *row;
	__u32 i;

	memset(counts->row, 0, rows->nr * sizeof(*counts->row));
	counts->gained = 0;
	counts->lost = 0;
	for (i = 0; i < keys; i++) {
		const struct hr_node *from = hr_table_owner(before, position[i]);
		const struct hr_node *to = hr_table_owner(after, position[i]);
		struct row key = { 0 };

		if (!from || !to) {
			counts->gained += !from && to;
			counts->lost += from && !to;
			continue;
		}
		/* A slot is the same node in both. */
		if (from->slot == to->slot)
			continue;
		strcpy(key.from, from->name);
		strcpy(key.to, to->name);
		row = bsearch(&key, rows->row, rows->nr, sizeof(key),
			      compare_rows);
		if (!row)
			die(what, "a key moves that no row tells of");
		counts->row[row - rows->row]++;
		sums.moved++;
	}
}

/* Against the shares: what one may expect of as many keys. */
void check_counts(const json_t *r, const struct rows *rows,
		  const struct counts *counts, const char *what)
{
	__u32 i;

	for (i = 0; i < rows->nr; i++)
		judge(rows->row[i].share, counts->row[i], what);
	judge(number(r, "gained"), counts->gained, what);
	judge(number(r, "lost"), counts->lost, what);
}

/* What ringctl measure counted is what was counted here, row by row. */
void check_measured(const json_t *measured, const struct rows *rows,
		    const struct counts *counts, const char *what)
{
	const json_t *list = json_object_get(measured, "move"), *item;
	__u32 there = 0, found = 0, i;
	const struct row *row;
	size_t k;

	for (i = 0; i < rows->nr; i++)
		there += counts->row[i] > 0;
	json_array_foreach(list, k, item) {
		struct row key = { 0 };

		strcpy(key.from, word(item, "from"));
		strcpy(key.to, word(item, "to"));
		/* From nobody, or to nobody. */
		if (!strcmp(key.from, "-") || !strcmp(key.to, "-"))
			continue;
		row = bsearch(&key, rows->row, rows->nr, sizeof(key),
			      compare_rows);
		if (!row || number(item, "keys") != counts->row[row - rows->row])
			die(what, "ringctl measure counted otherwise");
		found++;
	}
	if (found != there || number(measured, "gained_keys") != counts->gained ||
	    number(measured, "lost_keys") != counts->lost)
		die(what, "ringctl measure counted otherwise");
	sums.measured++;
}
