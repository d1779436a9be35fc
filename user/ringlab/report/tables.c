// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables of a report's page: nodes, moves, other methods, and the ring's
 * past. The page has raw values beside the figures for readers.
 */
#include <stdlib.h>
#include <string.h>

#include "report.h"

/* Limits of tables; a note names the rows beyond a limit. */
#define MAX_NODES	1000
#define MAX_MOVES	400
#define MAX_MATRIX	12

/* A table wider than the page can be scrolled, also by keyboard. */
static void begin_table(FILE *f, const char *class, const char *caption)
{
	fputs("<div class=\"wide\" tabindex=\"0\" role=\"region\" ", f);
	fprintf(f, "aria-label=\"%s\">\n", caption);
	fprintf(f, "<table class=\"%s\">\n<caption>%s</caption>\n<thead><tr>",
		class, caption);
}

/* @kind: n for numbers, more for columns that a phone does not show, bar */
static void put_column(FILE *f, const char *name, const char *kind)
{
	fprintf(f, "<th scope=\"col\" class=\"%s\">%s</th>", kind, name);
}

static void end_head(FILE *f)
{
	fputs("</tr></thead>\n<tbody>\n", f);
}

static void end_table(FILE *f)
{
	fputs("</tbody>\n</table>\n</div>\n", f);
}

static void put_swatch(FILE *f, const struct report *r, const char *name)
{
	const struct report_node *node = report_node(r, name);
	char colour[COLOUR_LEN];

	if (node) {
		fputs("<svg class=\"swatch\" viewBox=\"0 0 8 8\" aria-hidden=\"true\">", f);
		fprintf(f, "<path d=\"M0 0H8V8H0Z\" fill=\"%s\"/></svg>",
			colour_of(colour, node - r->node));
	}
	text_escaped(f, name);
}

/* Bars are fractions of the table's largest value. */
static void put_bar(FILE *f, const char *class, __u64 value, __u64 most,
		    int top, int height)
{
	fprintf(f, "<rect class=\"%s\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>",
		class, top, most ? 100.0 * value / most : 0, height);
}

static void begin_bar(FILE *f)
{
	fputs("<td class=\"bar\">", f);
	fputs("<svg viewBox=\"0 0 100 12\" preserveAspectRatio=\"none\" aria-hidden=\"true\">",
	      f);
}

static void end_bar(FILE *f)
{
	fputs("</svg></td>", f);
}

/* Nodes. */

static const char *state_of(const struct report *r,
			    const struct report_node *node)
{
	if (!node->is_after)
		return r->kind == REPORT_PLANNED ? "would go" : "gone";
	if (r->before && !node->is_before)
		return r->kind == REPORT_PLANNED ? "would join" : "joined";
	return hashring_enum_name(hashring_node_state_name, node->state);
}

/* The change of a node's share, with its sign. */
static void put_change(FILE *f, const struct report_node *node)
{
	char text[FIGURE_LEN];
	__u64 by;

	if (node->after == node->before) {
		fputs("0", f);
	} else if (node->after > node->before) {
		by = node->after - node->before;
		fprintf(f, "+%s", figure_share(text, by));
	} else {
		by = node->before - node->after;
		fprintf(f, "\xe2\x88\x92%s", figure_share(text, by));
	}
}

/* A node's share over its due, which only active nodes have. */
static void put_load(FILE *f, const struct report *r,
		     const struct report_node *node)
{
	if (node->due && node->weight)
		text_ratio(f, "load",
			   node->after * r->after->weight / node->weight);
	else
		fputs("-", f);
}

static void put_node(FILE *f, const struct report *r,
		     const struct report_node *node, __u64 most)
{
	bool changed = r->has_before && node->before != node->after;

	fprintf(f, "<tr%s data-node=\"", changed ? " class=\"changed\"" : "");
	text_escaped(f, node->name);
	fputs("\"><th scope=\"row\">", f);
	put_swatch(f, r, node->name);
	fputs("</th><td>", f);
	fputs(state_of(r, node), f);
	fputs("</td><td class=\"n more\">", f);
	if (node->id)
		text_count(f, "id", node->id);
	fputs("</td><td class=\"n more\">", f);
	if (node->weight)
		text_count(f, "weight", node->weight);
	fputs("</td>", f);
	if (r->has_before) {
		fputs("<td class=\"n\">", f);
		text_share(f, "before", node->before);
		fputs("</td>", f);
	}
	fputs("<td class=\"n\">", f);
	text_share(f, r->kind == REPORT_STILL ? "share" : "after", node->after);
	fputs("</td>", f);
	if (r->has_before) {
		fputs("<td class=\"n\">", f);
		put_change(f, node);
		fputs("</td>", f);
	}
	fputs("<td class=\"n\">", f);
	put_load(f, r, node);
	fputs("</td>", f);
	begin_bar(f);
	if (r->has_before)
		put_bar(f, "was", node->before, most, 0, 4);
	put_bar(f, "is", node->after, most, r->has_before ? 5 : 2, 7);
	if (node->due && most)
		fprintf(f, "<rect class=\"due\" x=\"%.1f\" y=\"0\" width=\"0.7\" height=\"12\"/>",
			100.0 * node->due / most);
	end_bar(f);
	fputs("</tr>\n", f);
}

static void put_nodes(FILE *f, const struct report *r)
{
	__u64 most = 0;
	__u32 i;

	for (i = 0; i < r->nr_nodes; i++) {
		if (most < r->node[i].before)
			most = r->node[i].before;
		if (most < r->node[i].after)
			most = r->node[i].after;
		if (most < r->node[i].due)
			most = r->node[i].due;
	}
	fputs("<h3>Loads</h3>\n", f);
	begin_table(f, "nodes", r->kind == REPORT_STILL ? "Nodes and their shares of the ring" :
		    "Nodes and their shares of the ring, before and after");
	put_column(f, "node", "");
	put_column(f, "state", "");
	put_column(f, "id", "n more");
	put_column(f, "weight", "n more");
	if (r->has_before)
		put_column(f, "before", "n");
	put_column(f, r->kind == REPORT_STILL ? "share" : "after", "n");
	if (r->has_before)
		put_column(f, "change", "n");
	put_column(f, "share / due", "n");
	put_column(f, r->has_before ? "before, after, due" : "share, due", "bar");
	end_head(f);
	for (i = 0; i < r->nr_nodes && i < MAX_NODES; i++)
		put_node(f, r, &r->node[i], most);
	end_table(f);
	if (i < r->nr_nodes)
		fprintf(f, "<p class=\"note\">The first %u of %u nodes by name.</p>\n",
			i, r->nr_nodes);
}

/* Moves. */

static void put_move(FILE *f, const struct report *r,
		     const struct hashring_move *move)
{
	fputs("<tr data-from=\"", f);
	text_escaped(f, move->from);
	fputs("\" data-to=\"", f);
	text_escaped(f, move->to);
	fputs("\"><th scope=\"row\">", f);
	put_swatch(f, r, move->from);
	fputs("</th><td>", f);
	put_swatch(f, r, move->to);
	fputs("</td><td class=\"n\">", f);
	text_share(f, "share", move->share);
	fputs("</td><td class=\"n\">", f);
	text_count(f, "arcs", move->arcs);
	fputs("</td>", f);
	begin_bar(f);
	put_bar(f, "is", move->share, r->move[0].share, 2, 7);
	end_bar(f);
	fputs("</tr>\n", f);
}

/* Different names in the order of the rows, at most MAX_MATRIX + 1. */
static __u32 distinct(const struct report *r, bool to,
		      const char *name[MAX_MATRIX + 1])
{
	__u32 nr = 0, i, k;

	for (i = 0; i < r->nr_moves && nr <= MAX_MATRIX; i++) {
		const char *next = to ? r->move[i].to : r->move[i].from;

		for (k = 0; k < nr && strcmp(name[k], next); k++)
			;
		if (k == nr)
			name[nr++] = next;
	}
	return nr;
}

static const struct hashring_move *move_of(const struct report *r,
					   const char *from, const char *to)
{
	__u32 i;

	for (i = 0; i < r->nr_moves; i++)
		if (!strcmp(r->move[i].from, from) &&
		    !strcmp(r->move[i].to, to))
			return &r->move[i];
	return NULL;
}

/* A matrix, for few nodes only. */
static void put_matrix(FILE *f, const struct report *r)
{
	const char *from[MAX_MATRIX + 1], *to[MAX_MATRIX + 1];
	__u32 rows = distinct(r, false, from);
	__u32 columns = distinct(r, true, to);
	char share[FIGURE_LEN];
	__u32 i, k;

	if (rows > MAX_MATRIX || columns > MAX_MATRIX || rows < 2 || columns < 2)
		return;
	begin_table(f, "matrix", "From each node in a row to each in a column");
	put_column(f, "from \\ to", "");
	for (k = 0; k < columns; k++) {
		fputs("<th scope=\"col\" class=\"n\">", f);
		put_swatch(f, r, to[k]);
		fputs("</th>", f);
	}
	end_head(f);
	for (i = 0; i < rows; i++) {
		fputs("<tr><th scope=\"row\">", f);
		put_swatch(f, r, from[i]);
		fputs("</th>", f);
		for (k = 0; k < columns; k++) {
			const struct hashring_move *move;

			move = move_of(r, from[i], to[k]);
			fprintf(f, "<td class=\"n\">%s</td>",
				move ? figure_share(share, move->share) : "");
		}
		fputs("</tr>\n", f);
	}
	end_table(f);
}

static void put_moves(FILE *f, const struct report *r)
{
	char share[FIGURE_LEN];
	__u64 rest = r->receipt.moved;
	__u32 i;

	if (!r->nr_moves)
		return;
	fputs("<h3>From where to where</h3>\n", f);
	put_matrix(f, r);
	begin_table(f, "moves", "What moves from which node to which, the largest first");
	put_column(f, "from", "");
	put_column(f, "to", "");
	put_column(f, "share", "n");
	put_column(f, "arcs", "n");
	put_column(f, "share", "bar");
	end_head(f);
	for (i = 0; i < r->nr_moves && i < MAX_MOVES; i++) {
		put_move(f, r, &r->move[i]);
		rest -= r->move[i].share;
	}
	end_table(f);
	if (i < r->receipt.nr_moves)
		fprintf(f, "<p class=\"note\">And %u more, together %s%s.</p>\n",
			r->receipt.nr_moves - i, figure_share(share, rest),
			r->nr_moves < r->receipt.nr_moves ?
				"; the kernel keeps the largest only" : "");
}

/* Other methods. */

static __u64 of_row(const json_t *row, const char *key)
{
	return json_integer_value(json_object_get(row, key));
}

static void put_rival(FILE *f, const json_t *row, __u64 most)
{
	const char *name = json_string_value(json_object_get(row, "method"));
	bool own = !strcmp(name, "ring");
	char bytes[FIGURE_LEN];

	fprintf(f, "<tr%s data-method=\"%s\"><th scope=\"row\">%s</th><td class=\"n\">",
		own ? " class=\"changed\"" : "", name, own ? "this ring" : name);
	text_share(f, "moved", of_row(row, "moved"));
	fputs("</td><td class=\"n more\">", f);
	text_share(f, "required", of_row(row, "required"));
	fputs("</td><td class=\"n\">", f);
	text_share(f, "collateral", of_row(row, "collateral"));
	fputs("</td><td class=\"n\">", f);
	text_ratio(f, "peak_after", of_row(row, "peak_after"));
	fprintf(f, "</td><td class=\"n more\">%s</td>",
		figure_bytes(bytes, of_row(row, "bytes_after")));
	begin_bar(f);
	put_bar(f, own ? "is" : "was", of_row(row, "moved"), most, 2, 8);
	end_bar(f);
	fputs("</tr>\n", f);
}

static bool has_weights(const struct report *r)
{
	__u32 i;

	for (i = 1; i < r->nr_nodes; i++)
		if (r->node[i].weight != r->node[0].weight)
			return true;
	return false;
}

static void put_rivals(FILE *f, const struct report *r, const json_t *rivals)
{
	const json_t *list = json_object_get(rivals, "methods");
	__u64 most = 0;
	json_t *row;
	size_t i;

	json_array_foreach(list, i, row)
		if (most < of_row(row, "moved"))
			most = of_row(row, "moved");
	fputs("<h3>Other methods, the same change</h3>\n", f);
	begin_table(f, "rivals", "The same nodes under other methods");
	put_column(f, "method", "");
	put_column(f, "moved", "n");
	put_column(f, "required", "n more");
	put_column(f, "collateral", "n");
	put_column(f, "max/mean", "n");
	put_column(f, "memory", "n more");
	put_column(f, "moved", "bar");
	end_head(f);
	/* A method without a map for these nodes has no figures. */
	json_array_foreach(list, i, row)
		if (json_object_get(row, "moved"))
			put_rival(f, row, most);
	end_table(f);
	fprintf(f, "<p class=\"note\">All of it exact: over all keys, none sampled.%s</p>\n",
		has_weights(r) ? " Other methods than the ring have no weights." : "");
}

/* The past. */

static void put_past(FILE *f, const struct hashring_receipt *receipt)
{
	fprintf(f, "<tr data-generation=\"%llu\"><th scope=\"row\" class=\"n\">%llu</th><td>",
		receipt->generation, receipt->generation);
	text_time(f, receipt->time);
	fputs("</td><td>", f);
	text_operations(f, receipt);
	fputs("</td><td class=\"n\">", f);
	text_count(f, "nodes_after", receipt->nodes_after);
	fputs("</td><td class=\"n\">", f);
	text_share(f, "moved", receipt->moved);
	fputs("</td><td class=\"n\">", f);
	text_share(f, "collateral", receipt->collateral);
	fputs("</td><td class=\"n\">", f);
	text_share(f, "ideal", receipt->ideal);
	fputs("</td><td class=\"n\">", f);
	text_ratio(f, "peak_after", receipt->peak_after);
	fputs("</td>", f);
	begin_bar(f);
	put_bar(f, "is", receipt->moved, HASHRING_WHOLE, 2, 8);
	end_bar(f);
	fputs("</tr>\n", f);
}

static void put_history(FILE *f, const struct report *r)
{
	__u32 i;

	if (!r->nr_history)
		return;
	fputs("<h3>History</h3>\n", f);
	begin_table(f, "history", "Past changes of the ring, the latest first");
	put_column(f, "generation", "n");
	put_column(f, "time", "");
	put_column(f, "operations", "");
	put_column(f, "nodes", "n");
	put_column(f, "moved", "n");
	put_column(f, "collateral", "n");
	put_column(f, "ideal", "n");
	put_column(f, "max/mean", "n");
	put_column(f, "moved, of all", "bar");
	end_head(f);
	for (i = r->nr_history; i--;)
		put_past(f, &r->history[i]);
	end_table(f);
}

/**
 * page_tables() - writes the tables of a ring
 * @f: the output
 * @r: the report on the ring
 * @rivals: the change by other methods, or NULL
 */
void page_tables(FILE *f, const struct report *r, const json_t *rivals)
{
	put_nodes(f, r);
	put_moves(f, r);
	if (rivals)
		put_rivals(f, r, rivals);
	put_history(f, r);
}
