// SPDX-License-Identifier: GPL-2.0-only
/*
 * The counts of ringctl measure, beside the expectation of the receipt.
 */
#include <string.h>

#include "measure.h"
#include "flows_print.h"

/* More rows only with -s. */
#define MANY_NODES	40
#define MANY_ROWS	20

static double expected(const struct counted *c, __u64 share)
{
	return (double)c->keys * share / HASHRING_WHOLE;
}

/* Newton's method, which saves a library. */
static double root(double x)
{
	double r = x > 1 ? x : 1;
	int i;

	for (i = 0; i < 64; i++)
		r = (r + x / r) / 2;
	return r;
}

/* Three standard errors of a count of this many random keys. */
static double margin(const struct counted *c, __u64 share)
{
	double p = (double)share / HASHRING_WHOLE;

	return 3 * root(c->keys * p * (1 - p));
}

static const char *name_of(const struct counted *c, __u32 index)
{
	return index == NOBODY ? "-" : c->node[index].name;
}

/* The receipt's share for a row, if the receipt has the row. */
static const struct hashring_move *told_row(const struct counted *c,
					    const struct counted_row *row)
{
	const struct hashring_receipt *r = &c->receipt;
	__u32 i;

	for (i = 0; i < r->nr_rows; i++)
		if (!strcmp(r->rows[i].from, name_of(c, row->from)) &&
		    !strcmp(r->rows[i].to, name_of(c, row->to)))
			return &r->rows[i];
	return NULL;
}

static json_t *receipt_figures(const struct hashring_receipt *receipt)
{
	json_t *o = receipt_to_json(receipt);
	json_t *figures = json_incref(json_object_get(o, "receipt"));

	json_decref(o);
	return figures;
}

static void keys_to_json(json_t *o, const struct counted *c)
{
	json_t *list = json_array(), *item;
	__u32 i;

	json_set_u64(o, "keys", c->keys);
	for (i = 0; i < c->nr_nodes; i++) {
		item = json_object();
		json_set_text(item, "name", c->node[i].name);
		json_set_u64(item, "keys_before", c->node[i].before);
		json_set_u64(item, "keys_after", c->node[i].after);
		json_set_u64(item, "share", c->node[i].share);
		json_array_append_new(list, item);
	}
	json_object_set_new(o, "nodes", list);
	json_set_u64(o, "moved_keys", c->moved);
	json_set_u64(o, "gained_keys", c->gained);
	json_set_u64(o, "lost_keys", c->lost);
	json_object_set_new(o, "expected_keys",
			    json_real(expected(c, c->receipt.moved)));
	json_object_set_new(o, "margin_keys",
			    json_real(margin(c, c->receipt.moved)));
	list = json_array();
	for (i = 0; i < c->nr_rows; i++) {
		item = json_object();
		json_set_text(item, "from", name_of(c, c->row[i].from));
		json_set_text(item, "to", name_of(c, c->row[i].to));
		json_set_u64(item, "keys", c->row[i].keys);
		json_array_append_new(list, item);
	}
	json_object_set_new(o, "move", list);
}

static void print_json(const struct counted *c)
{
	json_t *o = json_object(), *item;

	json_set_text(o, "ring", c->ring);
	json_set_u64(o, "generation_before", c->generation);
	json_set_u64(o, "generation_after", c->receipt.generation);
	if (c->set)
		json_object_set_new(o, "flows",
				    flow_figures_to_json(c->set, &c->flows));
	else
		keys_to_json(o, c);
	json_object_set_new(o, "receipt", receipt_figures(&c->receipt));
	if (c->has_back) {
		item = json_object();
		json_set_u64(item, c->set ? "differing_flows" :
			     "differing_keys", c->differ);
		json_object_set_new(item, "receipt", receipt_figures(&c->back));
		json_object_set_new(o, "revert", item);
	}
	json_print(o);
}

static void print_nodes(const struct counted *c)
{
	bool all = opt.stats || c->nr_nodes <= MANY_NODES;
	__u32 same = 0, i;
	int width = 4;

	for (i = 0; i < c->nr_nodes; i++)
		if (width < (int)strlen(c->node[i].name))
			width = strlen(c->node[i].name);
	printf(" %-*s %10s %10s %12s\n", width, "node", "before", "after",
	       "expected");
	for (i = 0; i < c->nr_nodes; i++) {
		const struct counted_node *n = &c->node[i];

		if (!all && n->before == n->after) {
			same++;
			continue;
		}
		printf(" %-*s %10llu %10llu %12.1f\n", width, n->name,
		       n->before, n->after, expected(c, n->share));
	}
	if (same)
		printf(" and %u nodes with as many keys as before\n", same);
}

static void print_rows(const struct counted *c)
{
	__u32 i;

	for (i = 0; i < c->nr_rows; i++) {
		const struct counted_row *row = &c->row[i];
		const struct hashring_move *told = told_row(c, row);

		if (!opt.stats && i == MANY_ROWS) {
			printf(" and %u more\n", c->nr_rows - i);
			break;
		}
		printf(" %s -> %s %llu", name_of(c, row->from),
		       name_of(c, row->to), row->keys);
		if (told)
			printf(", expected %.1f +- %.1f",
			       expected(c, told->share),
			       margin(c, told->share));
		putchar('\n');
	}
}

/* The counts, and what the receipt expects of as many keys. */
static void print_line(const struct counted *c, const char *what, __u64 keys,
		       __u64 share)
{
	printf(" %s %llu keys, %.3f%%; expected %.1f +- %.1f\n", what, keys,
	       100.0 * keys / c->keys, expected(c, share), margin(c, share));
}

static void print_keys(const struct counted *c)
{
	const struct hashring_receipt *r = &c->receipt;

	print_nodes(c);
	print_line(c, "moved", c->moved, r->moved);
	if (c->gained || r->gained)
		print_line(c, "gained", c->gained, r->gained);
	if (c->lost || r->lost)
		print_line(c, "lost", c->lost, r->lost);
	print_rows(c);
}

void print_counted(const struct counted *c)
{
	const char *what = c->set ? c->set->what : "keys";
	const struct hashring_receipt *r = &c->receipt;

	if (opt.json) {
		print_json(c);
		return;
	}
	printf("%s: %llu %s mapped in generation %llu and in %llu\n",
	       c->ring, c->keys, what, c->generation, r->generation);
	if (c->set)
		print_flow_figures(c->set, &c->flows);
	else
		print_keys(c);
	puts("receipt");
	print_receipt(stdout, r, false);
	if (!c->has_back)
		return;
	puts("and back");
	print_receipt(stdout, &c->back, false);
	printf(" %llu of %llu %s differ from the start\n", c->differ, c->keys,
	       what);
}
