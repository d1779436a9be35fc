// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a change does to flows, printed.
 */
#include <string.h>

#include "cli/keys/flows.h"
#include "flows_print.h"

/* More rows only with -s. */
#define MANY_NODES	40
#define MANY_ROWS	20

static const char *name_of(const struct flow_figures *f, __u32 index)
{
	return index == FLOW_NOBODY ? "-" : f->node[index].name;
}

static void load_to_json(json_t *o, const struct flow_set *s,
			 const struct flow_load *load)
{
	json_set_u64(o, s->what, load->flows);
	if (s->has_packets)
		json_set_u64(o, "packets", load->packets);
	if (s->has_bytes)
		json_set_u64(o, "bytes", load->bytes);
}

static void set_load(json_t *o, const char *key, const struct flow_set *s,
		     const struct flow_load *load)
{
	json_t *item = json_object();

	load_to_json(item, s, load);
	json_object_set_new(o, key, item);
}

/* Figures of flows as an object; @s says which amounts are known. */
json_t *flow_figures_to_json(const struct flow_set *s,
			     const struct flow_figures *f)
{
	json_t *o = json_object(), *list = json_array(), *item;
	__u32 i;

	set_load(o, "all", s, &f->all);
	set_load(o, "moved", s, &f->moved);
	set_load(o, "gained", s, &f->gained);
	set_load(o, "lost", s, &f->lost);
	set_load(o, "required", s, &f->required);
	set_load(o, "collateral", s, &f->collateral);
	for (i = 0; i < f->nr_nodes; i++) {
		item = json_object();
		json_set_text(item, "name", f->node[i].name);
		set_load(item, "before", s, &f->node[i].before);
		set_load(item, "after", s, &f->node[i].after);
		json_array_append_new(list, item);
	}
	json_object_set_new(o, "nodes", list);
	list = json_array();
	for (i = 0; i < f->nr_rows; i++) {
		item = json_object();
		json_set_text(item, "from", name_of(f, f->row[i].from));
		json_set_text(item, "to", name_of(f, f->row[i].to));
		load_to_json(item, s, &f->row[i].load);
		json_array_append_new(list, item);
	}
	json_object_set_new(o, "move", list);
	json_set_u64(o, "elsewhere", s->left.filtered);
	json_set_u64(o, "foreign", s->left.foreign);
	json_set_u64(o, "broken", s->left.broken);
	json_set_u64(o, "portless", s->portless);
	return o;
}

static double percent(__u64 part, __u64 all)
{
	return all ? 100.0 * part / all : 0;
}

/* An amount, and its part of all, which is @of. */
static void print_load(const struct flow_set *s, const struct flow_load *load,
		       const struct flow_load *of)
{
	char text[FIGURE_LEN];

	printf("%llu %s", load->flows, s->what);
	if (of)
		printf(" %.3f%%", percent(load->flows, of->flows));
	if (s->has_packets) {
		printf(", %llu packets", load->packets);
		if (of)
			printf(" %.3f%%", percent(load->packets, of->packets));
	}
	if (s->has_bytes) {
		printf(", %s", figure_volume(text, load->bytes));
		if (of)
			printf(" %.3f%%", percent(load->bytes, of->bytes));
	}
}

static void print_line(const struct flow_set *s, const char *what,
		       const struct flow_load *load, const struct flow_load *of)
{
	printf(" %s ", what);
	print_load(s, load, of);
	putchar('\n');
}

static void print_nodes(const struct flow_set *s, const struct flow_figures *f)
{
	bool all = opt.stats || f->nr_nodes <= MANY_NODES;
	char before[FIGURE_LEN], after[FIGURE_LEN];
	__u32 same = 0, i;
	int width = 4;

	for (i = 0; i < f->nr_nodes; i++)
		if (width < (int)strlen(f->node[i].name))
			width = strlen(f->node[i].name);
	printf(" %-*s %10s %10s", width, "node", "before", "after");
	if (s->has_bytes)
		printf(" %12s %12s", "before", "after");
	putchar('\n');
	for (i = 0; i < f->nr_nodes; i++) {
		const struct flow_node *n = &f->node[i];

		if (!all && n->before.flows == n->after.flows) {
			same++;
			continue;
		}
		printf(" %-*s %10llu %10llu", width, n->name, n->before.flows,
		       n->after.flows);
		if (s->has_bytes)
			printf(" %12s %12s", figure_volume(before, n->before.bytes),
			       figure_volume(after, n->after.bytes));
		putchar('\n');
	}
	if (same)
		printf(" and %u nodes with as many %s as before\n", same,
		       s->what);
}

static void print_left(const struct flow_set *s)
{
	if (s->left.filtered)
		printf(" left out: %llu to other addresses\n",
		       s->left.filtered);
	if (s->left.foreign)
		printf(" left out: %llu that are not IP\n", s->left.foreign);
	if (s->left.broken)
		printf(" left out: %llu that are truncated or malformed\n",
		       s->left.broken);
	if (s->portless)
		printf(" %llu packets are fragments, which count by their addresses\n",
		       s->portless);
}

/* Figures of flows in words. */
void print_flow_figures(const struct flow_set *s, const struct flow_figures *f)
{
	__u32 i;

	print_load(s, &f->all, NULL);
	putchar('\n');
	print_line(s, "moved", &f->moved, &f->all);
	if (f->gained.flows)
		print_line(s, "gained", &f->gained, &f->all);
	if (f->lost.flows)
		print_line(s, "lost", &f->lost, &f->all);
	print_line(s, "required", &f->required, &f->all);
	print_line(s, "collateral", &f->collateral, &f->all);
	for (i = 0; i < f->nr_rows; i++) {
		const struct flow_row *row = &f->row[i];

		if (!opt.stats && i == MANY_ROWS) {
			printf(" and %u more\n", f->nr_rows - i);
			break;
		}
		printf(" %s -> %s ", name_of(f, row->from),
		       name_of(f, row->to));
		print_load(s, &row->load, NULL);
		putchar('\n');
	}
	print_nodes(s, f);
	print_left(s);
}

static const char *owner(const struct hr_table *t, __u32 position)
{
	const struct hr_node *node = hr_table_owner(t, position);

	return node ? node->name : NULL;
}

static json_t *move_json(const struct flow_set *s, const struct flow *flow,
			 const char *from, const char *to)
{
	char text[FLOW_TEXT];
	json_t *o, *key;

	if (flow->key_len)
		key = json_stringn(flow_key(s, flow), flow->key_len);
	else
		key = json_string(flow_to_text(text, &flow->tuple));
	if (!key)
		return NULL;
	o = json_object();
	json_object_set_new(o, flow->key_len ? "key" : "flow", key);
	json_set_u64(o, "position", flow->position);
	json_object_set_new(o, "from", from ? json_string(from) : json_null());
	json_object_set_new(o, "to", to ? json_string(to) : json_null());
	if (s->has_packets)
		json_set_u64(o, "packets", flow->packets);
	if (s->has_bytes)
		json_set_u64(o, "bytes", flow->bytes);
	return o;
}

static int print_move_of(const struct flow_set *s, const struct flow *flow,
			 const char *from, const char *to)
{
	char text[FLOW_TEXT];
	json_t *o;

	if (opt.json) {
		o = move_json(s, flow, from, to);
		if (!o)
			return fail_usage("a key that is not UTF-8, which JSON wants");
		json_list_item(o);
		return EXIT_DONE;
	}
	if (flow->key_len)
		fwrite_unlocked(flow_key(s, flow), 1, flow->key_len, stdout);
	else
		fputs_unlocked(flow_to_text(text, &flow->tuple), stdout);
	printf("\t%s\t%s\n", from ? from : "-", to ? to : "-");
	return EXIT_DONE;
}

/**
 * print_flow_moves() - prints each flow whose owner differs
 * @s: the flows
 * @before: a table
 * @after: the table that a change made of it
 *
 * Return: an exit status; errors are reported.
 */
int print_flow_moves(const struct flow_set *s, const struct hr_table *before,
		     const struct hr_table *after)
{
	int status = EXIT_DONE;
	__u64 i;

	if (opt.json)
		json_list_begin();
	for (i = 0; i < s->nr && !status && !ferror(stdout); i++) {
		__u32 position = s->flow[i].position;

		if (hr_table_lookup(before, position) ==
		    hr_table_lookup(after, position))
			continue;
		status = print_move_of(s, &s->flow[i], owner(before, position),
				       owner(after, position));
	}
	if (opt.json)
		json_list_end();
	return status;
}
