// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringlab report: rings, and what their changes move, as a page.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report.h"
#include "cli/file/save.h"
#include "ringlab/ringlab.h"

enum {
	REPORT_FILE,
	REPORT_RINGS,
	REPORT_OPS,
	REPORT_OPS_FILE,
	REPORT_OFFLINE,
	REPORT_FROM,
	REPORT_SVG,
};

static const struct arg report_args[] = {
	[REPORT_FILE] = { ARG_FILE, .meta = "FILE.html", .required = true },
	[REPORT_RINGS] = { ARG_RINGS, .meta = "RING..." },
	[REPORT_OPS] = { ARG_OPS, .meta = "'{ OPERATION; ... }'" },
	[REPORT_OPS_FILE] = { ARG_FILE, "-f", "--file", .meta = "FILE" },
	[REPORT_OFFLINE] = { ARG_FILE, "--offline", .meta = "SAVED" },
	[REPORT_FROM] = { ARG_FILE, "--from", .meta = "PRINTED" },
	[REPORT_SVG] = { ARG_FILE, "--svg", .meta = "FILE.svg" },
	{ }
};

/**
 * struct job - the making of a page
 * @m: the loaded rings
 * @offline: they come from a file
 * @printed: printed outputs about the ring
 * @has_printed: whether there is @printed
 * @ops: the planned change
 * @has_ops: whether there is @ops
 * @ring: the rings of the page, in @m
 * @report: the report on each of @ring
 * @nr: number of @ring and @report
 */
struct job {
	struct model m;
	bool offline;
	struct printed printed;
	bool has_printed;
	struct ops ops;
	bool has_ops;
	const struct model_ring **ring;
	struct report *report;
	__u32 nr;
};

static int compare_names(const void *a, const void *b)
{
	const struct model_node *x = a;
	const struct model_node *y = b;

	return strcmp(x->name, y->name);
}

/* Nodes in the kernel's order, which the way back to the past needs. */
static void sort_nodes(struct model *m)
{
	__u32 i;

	for (i = 0; i < m->nr_rings; i++)
		if (m->ring[i].nr_nodes)
			qsort(m->ring[i].node, m->ring[i].nr_nodes,
			      sizeof(*m->ring[i].node), compare_names);
}

static int load(struct job *j, const struct value *rings, const char *saved)
{
	int status;
	size_t i;

	if (saved)
		status = model_read(&j->m, saved);
	else
		status = model_from_kernel(&j->m, rings->words, rings->n);
	if (status)
		return status;
	if (j->has_printed)
		sort_nodes(&j->m);
	j->ring = calloc((size_t)j->m.nr_rings + 1, sizeof(*j->ring));
	j->report = calloc((size_t)j->m.nr_rings + 1, sizeof(*j->report));
	if (!j->ring || !j->report)
		return fail_memory();
	/* The requested rings, in the order of the request, each once. */
	for (i = 0; i < rings->n; i++) {
		const struct model_ring *r;
		__u32 k;

		r = model_ring_find(&j->m, rings->words[i]);
		if (!r)
			return fail_usage("%s: there is no ring %s", saved,
					  rings->words[i]);
		for (k = 0; k < j->nr && j->ring[k] != r; k++)
			;
		if (k == j->nr)
			j->ring[j->nr++] = r;
	}
	for (i = 0; !rings->n && i < j->m.nr_rings; i++)
		j->ring[j->nr++] = &j->m.ring[i];
	return EXIT_DONE;
}

/* A ring of a million points takes about a second. */
#define LARGE	1000000

/*
 * Shows the present step on a terminal, for large rings only. The next output
 * or error overwrites it.
 */
static void show_step(const struct model_ring *r, const char *what)
{
	__u64 points = r->points ? r->points : HR_DEFAULT_POINTS;

	if (points * r->nr_nodes >= LARGE && isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K%s: %s\r", r->name, what);
}

static int gather(struct job *j)
{
	const struct ops *ops = j->has_ops ? &j->ops : NULL;
	int status = EXIT_DONE;
	__u32 i;

	/* NULL ends the array. */
	for (i = 0; j->ring[i] && !status; i++) {
		const struct model_ring *r = j->ring[i];

		show_step(r, "maps");
		if (j->offline)
			status = report_from_file(&j->report[i], &j->m, r,
						  j->has_printed ? &j->printed : NULL,
						  ops);
		else
			status = report_from_kernel(&j->report[i], &j->m, r, ops);
		show_step(r, status ? "" : "page");
	}
	return status;
}

/* The content of a file, kept in memory until it is complete. */
struct text {
	char *text;
	size_t len;
	FILE *f;
};

static int text_begin(struct text *t)
{
	memset(t, 0, sizeof(*t));
	t->f = open_memstream(&t->text, &t->len);
	return t->f ? EXIT_DONE : fail_memory();
}

static int text_end(struct text *t, int status)
{
	bool bad = ferror(t->f);

	if (fclose(t->f) || bad)
		return status ? status : fail_memory();
	return status;
}

static void put_text(FILE *f, const void *arg)
{
	const struct text *t = arg;

	fwrite(t->text, 1, t->len, f);
}

static int save_text(const struct text *t, const char *file)
{
	char size[FIGURE_LEN];
	mode_t mask = umask(0);
	int err;

	umask(mask);
	if (!strcmp(file, "-")) {
		put_text(stdout, t);
		return EXIT_DONE;
	}
	err = save_file(file, 0666 & ~mask, put_text, t);
	if (err)
		return fail_usage("%s: %s", file, strerror(-err));
	if (!opt.json)
		fprintf(stderr, "%s%s written, %s\n",
			isatty(STDERR_FILENO) ? "\r\033[K" : "", file,
			figure_bytes(size, t->len));
	return EXIT_DONE;
}

/* Makes both contents or none; then each replaces its file by one rename. */
static int make_files(const struct job *j, const char *file, const char *svg)
{
	struct text page, drawing = { 0 };
	struct drawn drawn;
	int status;

	status = text_begin(&page);
	if (status)
		return status;
	status = text_end(&page, page_write(page.f, j->report, j->nr));
	if (!status && svg)
		status = text_begin(&drawing);
	if (!status && svg)
		status = text_end(&drawing, svg_write(drawing.f, j->report, 1,
						      &drawn, true));
	if (!status)
		status = save_text(&page, file);
	if (!status && svg)
		status = save_text(&drawing, svg);
	free(drawing.text);
	free(page.text);
	return status;
}

static int report_make(struct args *a)
{
	const char *svg = a->v[REPORT_SVG].given ? a->v[REPORT_SVG].text : NULL;
	const char *file = a->v[REPORT_FILE].text;
	struct job j = {
		.offline = a->v[REPORT_OFFLINE].given,
		.has_printed = a->v[REPORT_FROM].given,
		.has_ops = a->v[REPORT_OPS].given || a->v[REPORT_OPS_FILE].given,
	};
	int status = EXIT_DONE;
	__u32 i;

	if (svg && !strcmp(svg, file))
		return fail_usage("the page and the drawing cannot be one file: %s",
				  file);
	if (j.has_printed && !j.offline)
		return fail_usage("--from is of a ring that was saved: --offline SAVED");
	if (j.has_ops)
		status = ops_from_args(&j.ops, &a->v[REPORT_OPS],
				       &a->v[REPORT_OPS_FILE]);
	if (!status)
		status = load(&j, &a->v[REPORT_RINGS],
			      j.offline ? a->v[REPORT_OFFLINE].text : NULL);
	if (!status && j.has_ops && j.nr != 1)
		status = fail_usage("a change is of one ring: which?");
	if (!status && svg && j.nr != 1)
		status = fail_usage("--svg draws one ring: which?");
	if (!status && j.has_printed && j.nr != 1)
		status = fail_usage("--from is of one ring: which?");
	if (!status && j.has_printed)
		status = printed_read(&j.printed, a->v[REPORT_FROM].text,
				      j.ring[0]->name);
	if (!status)
		status = gather(&j);
	if (!status)
		status = make_files(&j, file, svg);
	for (i = 0; j.report && i < j.nr; i++)
		report_release(&j.report[i]);
	free(j.report);
	free(j.ring);
	printed_release(&j.printed);
	ops_release(&j.ops);
	model_release(&j.m);
	return status;
}

static const struct command commands[] = {
	{ NULL, NULL,
	  "write a page: these rings, or all, and the last change of each; or one ring and a change that is planned",
	  report_args, report_make },
	{ }
};

const struct noun noun_report = {
	.name = "report",
	.help = "rings and their changes as a page for a browser",
	.commands = commands,
};
