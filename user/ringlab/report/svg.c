// SPDX-License-Identifier: GPL-2.0-only
/*
 * The drawing of a ring: a band for the map before the change, a band for the
 * map after it, and marks outside where positions change their node.
 *
 * A ring has up to millions of arcs, more than a screen can show. An arc of at
 * least a slice is drawn exactly. Thinner arcs are gathered until they make a
 * slice. In a band, the slice has the colour of the node that owns most of it.
 * A mark's height is the moving part of the slice.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ring.h"
#include "style.h"

/* Units of the drawing. */
#define SIZE		800
#define BEFORE_RADIUS	222	/* middle of a band */
#define BEFORE_WIDTH	32
#define AFTER_RADIUS	270
#define AFTER_WIDTH	52
#define MARK_RADIUS	300	/* the foot of marks */
#define TICK_RADIUS	202
#define LABEL_RADIUS	335
#define LETTER_WIDTH	9	/* largest width, of a label in a band */
#define LABEL_LETTERS	16	/* longer ones look bent in a round band */
#define SMALL_HEIGHT	13	/* of a label beside the ring */
#define SMALL_WIDTH	8
#define GAP		0.6	/* between long arcs */
#define NEARLY		0.000001	/* tolerance for upright labels */

static double angle_of(__u64 position)
{
	return 2 * M_PI * position / HASHRING_WHOLE - M_PI / 2;
}

static void put_point(FILE *f, char command, double radius, double angle)
{
	fprintf(f, "%c%.1f %.1f", command, SIZE / 2.0 + radius * cos(angle),
		SIZE / 2.0 + radius * sin(angle));
}

/* An arc of a circle, in parts up to a quarter, whose bend is unambiguous. */
static void put_arc(FILE *f, double radius, const struct piece *p)
{
	double from = angle_of(p->start), to = angle_of(p->end);
	int parts = ceil((to - from) / (M_PI / 2));
	int i;

	if ((to - from) * radius > 10 * GAP && p->end - p->start < HASHRING_WHOLE) {
		from += GAP / radius;
		to -= GAP / radius;
	}
	put_point(f, 'M', radius, from);
	for (i = 1; i <= parts; i++) {
		fprintf(f, "A%.1f %.1f 0 0 1 ", radius, radius);
		put_point(f, ' ', radius, from + (to - from) * i / parts);
	}
}

/* A path for each node with pieces, which are sorted by node. */
static void put_band(FILE *f, const struct report *r, const struct pieces *band,
		     double radius, double width, bool after)
{
	char colour[COLOUR_LEN], share[FIGURE_LEN];
	__u32 i = 0;

	fprintf(f, "<g class=\"band\" data-band=\"%s\" stroke-width=\"%.0f\">\n",
		after ? "after" : "before", width);
	if (band->nr)
		fprintf(f, "<circle class=\"ground\" cx=\"%d\" cy=\"%d\" r=\"%.0f\"/>\n",
			SIZE / 2, SIZE / 2, radius);
	while (i < band->nr) {
		__u32 node = band->piece[i].node;
		const struct report_node *n = &r->node[node];

		fprintf(f, "<path stroke=\"%s\" d=\"", colour_of(colour, node));
		for (; i < band->nr && band->piece[i].node == node; i++)
			put_arc(f, radius, &band->piece[i]);
		fputs("\"><title>", f);
		text_escaped(f, n->name);
		fprintf(f, " %s %s</title></path>\n",
			figure_share(share, after ? n->after : n->before),
			after ? "after" : "before");
	}
	fputs("</g>\n", f);
}

/* A path for each height of marks, which are sorted by height. */
static void put_marks(FILE *f, const struct pieces *marks)
{
	__u32 i = 0;

	fputs("<g class=\"marks\">\n", f);
	while (i < marks->nr) {
		__u32 height = marks->piece[i].node;

		fprintf(f, "<path stroke-width=\"%u\" d=\"", height);
		for (; i < marks->nr && marks->piece[i].node == height; i++)
			put_arc(f, MARK_RADIUS + height / 2.0,
				&marks->piece[i]);
		fputs("\"/>\n", f);
	}
	fputs("</g>\n", f);
}

/* The first @letters of a name, with an ellipsis if the name is longer. */
static void put_letters(FILE *f, const char *name, int letters)
{
	char text[HASHRING_NAME_LEN];

	snprintf(text, sizeof(text), "%.*s", letters, name);
	if (strlen(name) > (size_t)letters)
		strcpy(text + letters - 1, "\xe2\x80\xa6");
	text_escaped(f, text);
}

static double length_of(const struct piece *p, double radius)
{
	return (angle_of(p->end) - angle_of(p->start)) * radius;
}

/* The number of a label's letters: a longer name is cut. */
static int letters_of(const struct report *r, const struct piece *p)
{
	int len = strlen(r->node[p->node].name);

	return len < LABEL_LETTERS ? len : LABEL_LETTERS;
}

static bool fits_in(const struct report *r, const struct piece *p)
{
	return length_of(p, AFTER_RADIUS) >=
	       (letters_of(r, p) + 1) * LETTER_WIDTH;
}

/* Whether an arc is too short for a label in it but has room beside it. */
static bool is_spoke(const struct report *r, const struct piece *p)
{
	return !fits_in(r, p) && length_of(p, LABEL_RADIUS) >= SMALL_HEIGHT;
}

/* The margin that labels beside the ring leave; negative if they need more. */
static int margin_of(const struct report *r, const struct pieces *band)
{
	int most = 0;
	__u32 i;

	for (i = 0; i < band->nr; i++) {
		const struct piece *p = &band->piece[i];

		if (is_spoke(r, p) && letters_of(r, p) > most)
			most = letters_of(r, p);
	}
	return SIZE / 2 - LABEL_RADIUS - most * SMALL_WIDTH;
}

static void begin_label(FILE *f, const char *class)
{
	fprintf(f, "<text class=\"%s\" dy=\".35em\" ", class);
}

/* Turns a label about the ring's middle; @over: and half about itself. */
static void turn_label(FILE *f, double degrees, int x, int y, bool over)
{
	fprintf(f, "transform=\"translate(%d %d) rotate(%.2f) translate(%d %d)%s\">",
		SIZE / 2, SIZE / 2, degrees, x, y, over ? " rotate(180)" : "");
}

/* A label in the band, beside it like a spoke, or none, by the arc's length. */
static void put_label(FILE *f, const struct report *r, const struct piece *p)
{
	double middle = (angle_of(p->start) + angle_of(p->end)) / 2;
	double degrees = middle * 180 / M_PI;
	bool left = cos(middle) + NEARLY < 0, below = sin(middle) > NEARLY;
	const char *name = r->node[p->node].name;

	if (fits_in(r, p)) {
		begin_label(f, colour_is_light(p->node) ? "on-light" : "on-dark");
		turn_label(f, degrees + 90, 0, -AFTER_RADIUS, below);
		put_letters(f, name, LABEL_LETTERS);
		fputs("</text>\n", f);
	} else if (is_spoke(r, p)) {
		begin_label(f, left ? "spoke end" : "spoke begin");
		turn_label(f, degrees, LABEL_RADIUS, 0, left);
		put_letters(f, name, LABEL_LETTERS);
		fputs("</text>\n", f);
	}
}

static void put_labels(FILE *f, const struct report *r,
		       const struct pieces *band)
{
	__u32 i;

	fputs("<g class=\"labels\" aria-hidden=\"true\">\n", f);
	for (i = 0; i < band->nr; i++)
		put_label(f, r, &band->piece[i]);
	fputs("</g>\n", f);
}

/* Ticks at the quarters of the ring. */
static void put_ticks(FILE *f)
{
	static const char *const at[] = { "0", "1/4", "1/2", "3/4" };
	static const char *const anchor[] = { "middle", "end", "middle", "start" };
	int i;

	fputs("<g class=\"ticks\" aria-hidden=\"true\">\n", f);
	for (i = 0; i < 4; i++) {
		double angle = angle_of(i * HASHRING_WHOLE / 4);

		fputs("<path d=\"", f);
		put_point(f, 'M', TICK_RADIUS - 8, angle);
		put_point(f, 'L', TICK_RADIUS, angle);
		fprintf(f, "\"/><text x=\"%.0f\" y=\"%.0f\" dy=\".35em\" ",
			SIZE / 2.0 + (TICK_RADIUS - 16) * cos(angle),
			SIZE / 2.0 + (TICK_RADIUS - 20) * sin(angle));
		fprintf(f, "text-anchor=\"%s\">%s</text>\n", anchor[i], at[i]);
	}
	fputs("</g>\n", f);
}

/* The main figures in the middle of the ring. */
static void put_middle(FILE *f, const struct report *r)
{
	const struct hashring_receipt *receipt = &r->receipt;
	char share[FIGURE_LEN];
	__u64 what = receipt->moved;
	const char *word = r->kind == REPORT_PLANNED ? "would move" : "moved";

	fputs("<g class=\"middle\" aria-hidden=\"true\">\n", f);
	if (r->kind == REPORT_STILL) {
		fprintf(f, "<text class=\"big\" x=\"%d\" y=\"%d\">%u</text>\n",
			SIZE / 2, SIZE / 2, r->about.nodes);
		fprintf(f, "<text x=\"%d\" y=\"%d\">node%s</text>\n</g>\n",
			SIZE / 2, SIZE / 2 + 34,
			r->about.nodes == 1 ? "" : "s");
		return;
	}
	if (!what && receipt->gained) {
		what = receipt->gained;
		word = "gained an owner";
	} else if (!what && receipt->lost) {
		what = receipt->lost;
		word = "lost its owner";
	}
	fprintf(f, "<text x=\"%d\" y=\"%d\">%s</text>\n", SIZE / 2,
		SIZE / 2 - 46, word);
	fprintf(f, "<text class=\"big\" x=\"%d\" y=\"%d\">%s</text>\n",
		SIZE / 2, SIZE / 2 + 6, figure_share(share, what));
	fprintf(f, "<text x=\"%d\" y=\"%d\">collateral %s</text>\n</g>\n",
		SIZE / 2, SIZE / 2 + 44,
		figure_share(share, receipt->collateral));
}

/* The drawing in words, for readers who cannot see it. */
static void put_description(FILE *f, const struct report *r, __u32 number)
{
	char share[FIGURE_LEN];

	fprintf(f, "<title id=\"drawing-%u\">Ring ", number);
	text_escaped(f, r->about.name);
	fprintf(f, "</title>\n<desc id=\"described-%u\">", number);
	if (r->before)
		fputs("The inner band is the map before the change, the outer one after it. ",
		      f);
	else
		fputs("The band is the map. ", f);
	fputs("Positions run clockwise from 0 at the top.", f);
	if (r->kind != REPORT_STILL)
		fprintf(f, " %s of the ring %s its node%s.",
			figure_share(share, r->receipt.moved),
			r->kind == REPORT_PLANNED ? "would change" : "changed",
			r->before ? ", where the marks outside are" : "");
	fputs("</desc>\n", f);
}

/**
 * svg_write() - writes the drawing of a ring
 * @f: the output
 * @r: the report on the ring
 * @number: number of the drawing in the page
 * @drawn: set
 * @alone: a file of its own, with its style; in a page the page has the style
 *
 * Return: an exit status; errors are reported.
 */
int svg_write(FILE *f, const struct report *r, __u32 number,
	      struct drawn *drawn, bool alone)
{
	struct pieces before = { 0 }, after = { 0 }, marks = { 0 };
	int status = EXIT_DONE;
	int margin;

	memset(drawn, 0, sizeof(*drawn));
	if (r->before)
		status = pieces_of_map(&before, r, r->before, drawn);
	if (!status)
		status = pieces_of_map(&after, r, r->after, drawn);
	if (!status && r->before)
		status = pieces_of_moves(&marks, r);
	if (status)
		goto out;
	margin = margin_of(r, &after);
	fprintf(f, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"drawing\" viewBox=\"%d %d %d %d\"\n",
		margin, margin, SIZE - 2 * margin, SIZE - 2 * margin);
	fprintf(f, " role=\"img\" aria-labelledby=\"drawing-%u described-%u\">\n",
		number, number);
	put_description(f, r, number);
	if (alone)
		fprintf(f, "<style>\n%s</style>\n<path class=\"page\" d=\"M%d %dH%dV%dH%dZ\"/>\n",
			drawing_css, margin, margin, SIZE - margin,
			SIZE - margin, margin);
	put_band(f, r, &before, BEFORE_RADIUS, BEFORE_WIDTH, false);
	put_band(f, r, &after, AFTER_RADIUS, AFTER_WIDTH, true);
	put_marks(f, &marks);
	put_labels(f, r, &after);
	put_ticks(f);
	put_middle(f, r);
	fputs("</svg>\n", f);
out:
	free(marks.piece);
	free(after.piece);
	free(before.piece);
	return status;
}
