// SPDX-License-Identifier: GPL-2.0-only
/*
 * proof: the checks of a change
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

/* If a step only replaces, exactly the parts of the old nodes move. */
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
 * With balanced placement nothing moves without need, in any change. The moves
 * are the ideal to whole cells: a node with a weight, before or after, is less
 * than a cell from its due.
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
	/* One node gains what another loses: half of the sum of errors. */
	if (distance(number(r, "moved"), number(r, "ideal")) > cell * nr / 2)
		die(s->text, "not the ideal to a cell a node");
	sums.ideal++;
	sums.alike += equal;
}

/*
 * Computes required and collateral moves from the loads alone. Without a node
 * that both gives and gets, there is no collateral. This holds if nodes only
 * join or only leave, or if the weight of only one node changes, with any
 * replacements besides.
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
		/* A node has all of its explicit points, or none. */
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

/*
 * Checks that one replacement with the same result moves only required parts.
 */
void check_instead(const struct step *s, const json_t *planned)
{
	json_t *plan, *r;

	if (!*s->instead)
		return;
	plan = ask("plan %s '%s'", RING, s->instead);
	r = json_object_get(plan, "receipt");
	if (number(r, "collateral") || number(r, "moved") != number(r, "required"))
		die(s->instead, "a replacement moves without need");
	/*
	 * The plan of a change with avoidable collateral hints at the
	 * replacement.
	 */
	if (number(json_object_get(planned, "receipt"), "collateral") &&
	    number(json_object_get(planned, "plan"), "hint_moved") !=
	    number(r, "moved"))
		die(s->text, "a hint that is not what a replacement does");
	json_decref(plan);
	sums.replaced++;
}

/* Checks the owner of every key, without the kernel's tables. */
void check_owners(const struct hr_table *t, const __u32 *ids)
{
	__u32 i;

	for (i = 0; i < keys; i++) {
		const struct hr_node *owner = hr_table_owner(t, position[i]);

		if (ids[i] != (owner ? owner->attrs.id : HR_NO_ID))
			die("lookup", "a key has another owner");
	}
}

/* Checks that the number of keys matches the share. */
static void judge(__u64 share, __u32 count, const char *what)
{
	double p = (double)share / HASHRING_WHOLE;
	double expected = keys * p;
	double error = sqrt(expected * (1 - p));
	double off = fabs(count - expected);

	/* Few keys vary more than the error says: 6 more are allowed. */
	if (off > 5 * error + 6)
		die(what, "keys are not as many as their share");
	if (expected < 10)
		return;
	sums.judged++;
	sums.far += off > 3 * error;
	sums.farthest = max(sums.farthest, off / error);
}

/**
 * recount() - count the moves of all keys by tables that were made here
 * @counts: set; @counts->row has room for each of @rows
 * @rows: the matrix of the change
 * @before: table before the change
 * @after: table after the change
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
		/* A slot is the same node in both tables. */
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

/* Compares counts with the shares. */
void check_counts(const json_t *r, const struct rows *rows,
		  const struct counts *counts, const char *what)
{
	__u32 i;

	for (i = 0; i < rows->nr; i++)
		judge(rows->row[i].share, counts->row[i], what);
	judge(number(r, "gained"), counts->gained, what);
	judge(number(r, "lost"), counts->lost, what);
}

/* Compares the counts of ringctl measure with the counts here, by row. */
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
		/* Keys that had no owner, or have none. */
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
