// SPDX-License-Identifier: GPL-2.0-only
/*
 * A report as one self-contained page of HTML: no network, no script.
 */
#include <string.h>
#include <time.h>

#include "ring.h"
#include "style.h"

#define TOLD_OPS	12

/* Data for programs, with the keys of ringctl -j. */

static void put_json(FILE *f, const char *of, json_t *value)
{
	fprintf(f, "<script type=\"application/json\" data-of=\"%s\">", of);
	text_json(f, value);
	fputs("</script>\n", f);
}

static json_t *ring_json(const struct report *r)
{
	json_t *o = ring_to_json(&r->about);

	json_object_set_new(o, "digest", json_digest(r->digest));
	return o;
}

static json_t *receipt_json(const struct report *r)
{
	json_t *o = receipt_to_json(&r->receipt);
	json_t *figures = json_object_get(o, "receipt");

	/* Times of the computation are no part of a plan. */
	if (r->kind == REPORT_PLANNED) {
		json_object_del(figures, "time");
		json_object_del(figures, "build_ns");
		json_object_del(figures, "impact_ns");
	}
	return o;
}

static void put_blocks(FILE *f, const struct report *r, json_t *rivals)
{
	json_t *list;
	__u32 i;

	put_json(f, "ring show", ring_json(r));
	if (r->kind != REPORT_STILL)
		put_json(f, r->kind == REPORT_PLANNED ? "plan" : "history generation",
			 receipt_json(r));
	if (rivals)
		put_json(f, "compare", json_incref(rivals));
	if (r->nr_history) {
		list = json_array();
		for (i = 0; i < r->nr_history; i++)
			json_array_append_new(list,
					      receipt_to_json(&r->history[i]));
		put_json(f, "history", list);
	}
	if (r->nr_steps) {
		list = json_array();
		for (i = 0; i < r->nr_steps; i++)
			json_array_append_new(list, step_to_json(&r->step[i]));
		put_json(f, "migrate steps", list);
	}
}

/* Text for readers. */

static void put_ops(FILE *f, const struct ops *ops)
{
	__u32 i;

	for (i = 0; i < ops->nr && i < TOLD_OPS; i++) {
		const struct hashring_op *op = &ops->op[i];

		fprintf(f, "%s%s <strong>", i ? ", " : "",
			hashring_enum_name(hashring_op_kind_name, op->kind));
		text_escaped(f, op->name);
		fputs("</strong>", f);
		if (!op->new_name)
			continue;
		fputs(" by <strong>", f);
		text_escaped(f, op->new_name);
		fputs("</strong>", f);
	}
	if (i < ops->nr)
		fprintf(f, " and %u more", ops->nr - i);
}

static void put_about(FILE *f, const struct report *r)
{
	const struct hashring_ring *about = &r->about;

	fprintf(f, "<p class=\"about\">placement %s",
		hashring_enum_name(hashring_placement_name, about->placement));
	if (about->points) {
		fprintf(f, ", %u points for ", about->points);
		if (about->per == 1)
			fputs("each unit of weight", f);
		else
			fprintf(f, "%u units of weight", about->per);
	}
	if (about->grid)
		fprintf(f, ", a grid of %u cells", about->grid);
	fprintf(f, " \xc2\xb7 generation %llu \xc2\xb7 %u node%s",
		about->generation, about->nodes, about->nodes == 1 ? "" : "s");
	if (about->active_nodes != about->nodes)
		fprintf(f, ", %u active", about->active_nodes);
	fprintf(f, " \xc2\xb7 digest <code>%016llx</code></p>\n", r->digest);
	if (!report_settled(r))
		fprintf(f, "<p class=\"about\">A migration is under way (%s): the map is the one\n"
			"that it leads to, the digest that of the map as it stands.</p>\n",
			hashring_enum_name(hashring_migration_state_name,
					   about->migration));
}

static void put_lead(FILE *f, const struct report *r)
{
	const struct hashring_receipt *receipt = &r->receipt;
	char share[FIGURE_LEN];

	fputs("<p class=\"lead\">", f);
	if (r->kind == REPORT_STILL) {
		fputs("The ring as it stands.</p>\n", f);
		return;
	}
	if (r->kind == REPORT_PLANNED) {
		fputs("Planned, not carried out: ", f);
		put_ops(f, r->ops);
		fputs(". ", f);
	} else {
		fputs("The last change, ", f);
		text_time(f, receipt->time);
		fputs(": ", f);
		if (r->ops)
			put_ops(f, r->ops);
		else
			text_operations(f, receipt);
		fputs(". ", f);
	}
	if (receipt->moved && !receipt->collateral)
		fputs("No method can move less for the same loads.", f);
	else if (receipt->collateral)
		fprintf(f, "Of what moves, %s could stay where it is for the same loads.",
			figure_share(share, receipt->collateral));
	else
		fputs("No position goes from one node to another.", f);
	fputs("</p>\n", f);
}

static void begin_figure(FILE *f, const char *name)
{
	fprintf(f, "<div><dt>%s</dt><dd>", name);
}

static void end_figure(FILE *f)
{
	fputs("</dd></div>\n", f);
}

static void put_share_figure(FILE *f, const char *name, __u64 share)
{
	begin_figure(f, name);
	text_share(f, name, share);
	end_figure(f);
}

static void put_figures(FILE *f, const struct report *r)
{
	const struct hashring_receipt *receipt = &r->receipt;
	bool change = r->kind != REPORT_STILL;
	char a[FIGURE_LEN], b[FIGURE_LEN];

	fputs("<dl class=\"figures\">\n", f);
	if (change) {
		put_share_figure(f, "moved", receipt->moved);
		if (receipt->gained)
			put_share_figure(f, "gained", receipt->gained);
		if (receipt->lost)
			put_share_figure(f, "lost", receipt->lost);
		put_share_figure(f, "required", receipt->required);
		put_share_figure(f, "collateral", receipt->collateral);
		put_share_figure(f, "ideal", receipt->ideal);
	}
	begin_figure(f, "max/mean");
	if (change) {
		text_ratio(f, "peak_before", receipt->peak_before);
		fputs(" \xe2\x86\x92 ", f);
		text_ratio(f, "peak_after", receipt->peak_after);
	} else {
		text_ratio(f, "peak", r->about.peak);
	}
	end_figure(f);
	begin_figure(f, "nodes");
	if (change) {
		text_count(f, "nodes_before", receipt->nodes_before);
		fputs(" \xe2\x86\x92 ", f);
		text_count(f, "nodes_after", receipt->nodes_after);
	} else {
		text_count(f, "nodes", r->about.nodes);
	}
	end_figure(f);
	if (change) {
		begin_figure(f, "arcs that move");
		text_count(f, "arcs", receipt->arcs);
		end_figure(f);
	}
	begin_figure(f, "table");
	if (change)
		fprintf(f, "%s \xe2\x86\x92 %s",
			figure_bytes(a, receipt->bytes_before),
			figure_bytes(b, receipt->bytes_after));
	else
		fputs(figure_bytes(a, r->about.table_bytes), f);
	end_figure(f);
	fputs("</dl>\n", f);
}

/* The parts of the drawing, and what is not drawn. */
static void put_caption(FILE *f, const struct report *r,
			const struct drawn *drawn)
{
	fputs("<figcaption>", f);
	if (r->before)
		fputs("Inner band: the map before. Outer band: the map after.\n"
		      "Marks outside: what changes its node.\n", f);
	else if (r->kind == REPORT_DONE)
		fputs("The map after the change. The one before is not kept:\n"
		      "which arcs moved is not drawn.\n", f);
	else
		fputs("The map. ", f);
	fputs("Clockwise from position 0 at the top. ", f);
	if (drawn->thin)
		fprintf(f, "%llu of %llu arcs are thinner than a %uth of the ring, about a pixel,\n"
			"and are drawn together with their neighbours\n"
			"in the colour of the node that owns most there%s.\n",
			drawn->thin, drawn->arcs, RING_SLICES,
			r->before ? "; a mark is as high as the part that moves" : "");
	fputs("The table of loads names the colours.</figcaption>\n", f);
}

static int put_ring(FILE *f, const struct report *r, __u32 number)
{
	struct drawn drawn;
	json_t *rivals;
	int status;

	status = rivals_make(r, &rivals);
	if (status)
		return status;
	fprintf(f, "<section class=\"ring\" id=\"ring-%u\" data-ring=\"", number);
	text_escaped(f, r->about.name);
	fputs("\">\n<h2>", f);
	text_escaped(f, r->about.name);
	fputs("</h2>\n", f);
	put_about(f, r);
	put_lead(f, r);
	put_figures(f, r);
	fputs("<figure>\n", f);
	status = svg_write(f, r, number, &drawn, false);
	if (!status) {
		put_caption(f, r, &drawn);
		fputs("</figure>\n", f);
		page_tables(f, r, rivals);
		page_migrations(f, r, number);
		put_blocks(f, r, rivals);
		fputs("</section>\n", f);
	}
	json_decref(rivals);
	return status;
}

static void put_head(FILE *f, const struct report *reports, __u32 nr)
{
	__u32 i;

	/* The policy forbids all loads from elsewhere and all scripts. */
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n"
	      "<link rel=\"icon\" href=\"data:,\">\n<title>hashring:", f);
	for (i = 0; i < nr; i++) {
		fputs(i ? ", " : " ", f);
		text_escaped(f, reports[i].about.name);
	}
	fprintf(f, "</title>\n<style>\n%s%s</style>\n</head>\n<body>\n<main>\n",
		report_css, drawing_css);
}

static void put_contents(FILE *f, const struct report *reports, __u32 nr)
{
	__u32 i;

	fputs("<h1>hashring report</h1>\n", f);
	if (!nr)
		fputs("<p class=\"lead\">There are no rings.</p>\n", f);
	if (nr < 2)
		return;
	fputs("<nav aria-label=\"Rings\"><ul>\n", f);
	for (i = 0; i < nr; i++) {
		fprintf(f, "<li><a href=\"#ring-%u\">", i + 1);
		text_escaped(f, reports[i].about.name);
		fputs("</a></li>\n", f);
	}
	fputs("</ul></nav>\n", f);
}

static void put_foot(FILE *f)
{
	struct timespec now;

	fputs("</main>\n<footer>\n<dl class=\"words\">\n"
	      "<dt>moved</dt><dd>share of the ring whose node differs before and after</dd>\n"
	      "<dt>required</dt><dd>the least that any method could move for the same loads</dd>\n"
	      "<dt>collateral</dt><dd>moved less required: what moved without need</dd>\n"
	      "<dt>ideal</dt><dd>what a perfectly balanced method would move</dd>\n"
	      "<dt>max/mean</dt><dd>the largest share of a node over its due by weight</dd>\n"
	      "</dl>\n", f);
	clock_gettime(CLOCK_REALTIME, &now);
	fputs("<p class=\"made\">ringlab " HASHRING_VERSION ", ", f);
	text_time(f, now.tv_sec * 1000000000ULL);
	fputs("</p>\n</footer>\n</body>\n</html>\n", f);
}

/**
 * page_write() - writes a page about rings
 * @f: the output
 * @reports: the rings
 * @nr: number of @reports
 *
 * Return: an exit status; errors are reported.
 */
int page_write(FILE *f, const struct report *reports, __u32 nr)
{
	int status = EXIT_DONE;
	__u32 i;

	put_head(f, reports, nr);
	put_contents(f, reports, nr);
	for (i = 0; i < nr && !status; i++)
		status = put_ring(f, &reports[i], i + 1);
	put_foot(f);
	return status;
}
