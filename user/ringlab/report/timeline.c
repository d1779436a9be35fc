// SPDX-License-Identifier: GPL-2.0-only
/*
 * Migrations over time: each has a band, coloured by its states, with the way
 * of the frontier in it. Time runs to the right, the frontier from the bottom
 * to the top.
 *
 * Time stands still where the clock was set back.
 */
#include <string.h>

#include "report.h"

#define TOLD_MIGRATIONS	8
#define NS_IN_MS	1000000

/* Units of the drawing. */
#define WIDTH		800
#define HEIGHT		120
#define EDGE		8	/* margin for marks */
#define DOT		3	/* radius of a step's mark */
#define FLAG		6	/* half of the mark of a transition */

/**
 * struct timeline - a migration to draw
 * @f: the output
 * @m: the migration
 * @took: ns from its first step to its last step
 */
struct timeline {
	FILE *f;
	const struct report_migration *m;
	__u64 took;
};

/* The time of step @i, in ns since the first step, but at least @last. */
static __u64 moment(const struct report_migration *m, __u32 i, __u64 last)
{
	__u64 first = m->step->time, time = m->step[i].time;

	return time > first && time - first > last ? time - first : last;
}

static __u64 time_taken(const struct report_migration *m)
{
	__u64 now = 0;
	__u32 i;

	for (i = 0; i < m->nr; i++)
		now = moment(m, i, now);
	return now;
}

/* A migration without duration is drawn as wide as any other. */
static double x_of(const struct timeline *t, __u64 now)
{
	double part = t->took ? (double)now / t->took : 0;

	return EDGE + part * (WIDTH - 2 * EDGE);
}

static double y_of(__u64 frontier)
{
	return HEIGHT - EDGE -
	       (double)frontier / HASHRING_WHOLE * (HEIGHT - 2 * EDGE);
}

static const char *state_word(const struct hashring_step *step)
{
	return hashring_enum_name(hashring_migration_state_name, step->state);
}

/* The time in each state; the last state has no duration. */
static void put_states(const struct timeline *t)
{
	const struct hashring_step *step = t->m->step;
	__u64 now = 0, next;
	__u32 i;

	for (i = 0; i + 1 < t->m->nr; i++, now = next) {
		next = moment(t->m, i + 1, now);
		if (next == now)
			continue;
		fprintf(t->f, "<rect class=\"state %s\" ", state_word(&step[i]));
		fprintf(t->f, "x=\"%.2f\" width=\"%.2f\" height=\"%d\"/>\n",
			x_of(t, now), x_of(t, next) - x_of(t, now), HEIGHT);
	}
}

static void put_progress(const struct timeline *t)
{
	const struct hashring_step *step = t->m->step;
	__u64 now = 0;
	__u32 i;

	fprintf(t->f, "<path class=\"way\" d=\"M%.2f %.2f", x_of(t, 0),
		y_of(step->frontier_before));
	for (i = 0; i < t->m->nr; i++) {
		now = moment(t->m, i, now);
		fprintf(t->f, "H%.2fV%.2f", x_of(t, now),
			y_of(step[i].frontier));
	}
	fputs("\"/>\n", t->f);
}

static void put_words(FILE *f, const struct hashring_step *step)
{
	char text[FIGURE_LEN];

	fprintf(f, "<title>%s %s, frontier %s",
		figure_time(text, step->time),
		hashring_enum_name(hashring_step_kind_name, step->kind),
		step->frontier ? "" : "0");
	if (step->frontier)
		fprintf(f, "0x%08llx", step->frontier);
	if (step->moved)
		fprintf(f, ", moved %s past %u flows",
			figure_share(text, step->moved), step->flows);
	fprintf(f, ": %s", state_word(step));
	if (*step->reason) {
		fputs(" (", f);
		text_escaped(f, step->reason);
		fputc(')', f);
	}
	fputs("</title>", f);
}

/* A step is a dot, any other transition a diamond. */
static void put_mark(const struct timeline *t, const struct hashring_step *step,
		     __u64 now)
{
	bool dot = step->kind == HASHRING_STEP_STEP;
	double x = x_of(t, now), y = y_of(step->frontier);

	fprintf(t->f, "<path class=\"mark %s\" data-epoch=\"%llu\" data-frontier=\"%llu\" ",
		hashring_enum_name(hashring_step_kind_name, step->kind),
		step->epoch, step->frontier);
	if (dot)
		fprintf(t->f, "d=\"M%.2f %.2fa%d %d 0 1 0 %d 0a%d %d 0 1 0 -%d 0Z\">",
			x - DOT, y, DOT, DOT, 2 * DOT, DOT, DOT, 2 * DOT);
	else
		fprintf(t->f, "d=\"M%.2f %.2fl%d %dl%d %dl-%d %dZ\">", x,
			y - FLAG, FLAG, FLAG, -FLAG, FLAG, FLAG, -FLAG);
	put_words(t->f, step);
	fputs("</path>\n", t->f);
}

static void put_marks(const struct timeline *t)
{
	__u64 now = 0;
	__u32 i;

	for (i = 0; i < t->m->nr; i++) {
		now = moment(t->m, i, now);
		put_mark(t, &t->m->step[i], now);
	}
}

/* How a migration ended, or that it is under way. */
static const char *end_word(const struct report_migration *m)
{
	const struct hashring_step *last = &m->step[m->nr - 1];

	if (!m->ended)
		return "under way";
	return last->kind == HASHRING_STEP_UNDONE ? "rolled back" :
							  "finished";
}

static void put_drawing(const struct timeline *t, __u32 number, __u32 which)
{
	FILE *f = t->f;

	fprintf(f, "<svg class=\"way-of\" viewBox=\"0 0 %d %d\" role=\"img\"\n",
		WIDTH, HEIGHT);
	fprintf(f, " aria-labelledby=\"migration-%u-%u\">\n", number, which);
	fprintf(f, "<title id=\"migration-%u-%u\">The frontier over time, ",
		number, which);
	fprintf(f, "in %u steps and transitions: %s</title>\n", t->m->nr,
		end_word(t->m));
	put_states(t);
	put_progress(t);
	put_marks(t);
	fputs("</svg>\n", f);
}

/* The colours' meaning, and the duration of each state. */
static void put_legend(const struct timeline *t)
{
	__u64 now = 0, next, spent[HASHRING_MIGRATION_DONE + 1] = { 0 };
	char text[FIGURE_LEN];
	__u32 i;

	for (i = 0; i + 1 < t->m->nr; i++, now = next) {
		next = moment(t->m, i + 1, now);
		if (t->m->step[i].state <= HASHRING_MIGRATION_DONE)
			spent[t->m->step[i].state] += next - now;
	}
	fputs("<ul class=\"legend\">\n", t->f);
	for (i = 0; i <= HASHRING_MIGRATION_DONE; i++) {
		const char *word =
			hashring_enum_name(hashring_migration_state_name, i);

		if (!spent[i])
			continue;
		fputs("<li><svg class=\"swatch\" viewBox=\"0 0 8 8\" aria-hidden=\"true\">",
		      t->f);
		fprintf(t->f, "<rect class=\"state %s\" width=\"8\" height=\"8\"/>",
			word);
		fprintf(t->f, "</svg>%s <data data-figure=\"%s\" value=\"%llu\">",
			word, word, spent[i]);
		fprintf(t->f, "%s</data></li>\n",
			figure_ms(text, spent[i] / NS_IN_MS));
	}
	fputs("</ul>\n", t->f);
}

/* A migration that finished normally has no reason to show. */
static const char *reason_of(const struct hashring_step *last)
{
	return strcmp(last->reason, "finished") ? last->reason : "";
}

static void put_caption(const struct timeline *t)
{
	const struct report_migration *m = t->m;
	const struct hashring_step *last = &m->step[m->nr - 1];
	char text[FIGURE_LEN];
	FILE *f = t->f;

	fputs("<figcaption>Migration of ", f);
	text_time(f, m->step->time);
	fprintf(f, ": %s", end_word(m));
	if (!m->ended)
		fprintf(f, ", %s", state_word(last));
	if (*reason_of(last)) {
		fputs(" (", f);
		text_escaped(f, reason_of(last));
		fputc(')', f);
	}
	fprintf(f, ", %s %s. ", m->ended ? "after" : "last heard of after",
		figure_ms(text, t->took / NS_IN_MS));
	text_count(f, "steps", m->moves);
	fprintf(f, " step%s; in all moved ", m->moves == 1 ? "" : "s");
	text_share(f, "moved", m->moved);
	fputs(", past ", f);
	text_count(f, "flows", m->flows);
	fprintf(f, " tracked flow%s.</figcaption>\n", m->flows == 1 ? "" : "s");
}

static void put_migration(FILE *f, const struct report_migration *m,
			  __u32 number, __u32 which)
{
	struct timeline t = { .f = f, .m = m, .took = time_taken(m) };

	fprintf(f, "<figure class=\"timeline\" data-first=\"%llu\" ",
		m->step->epoch);
	fprintf(f, "data-last=\"%llu\" data-end=\"%s\">\n",
		m->step[m->nr - 1].epoch, end_word(m));
	put_drawing(&t, number, which);
	put_caption(&t);
	put_legend(&t);
	fputs("</figure>\n", f);
}

/**
 * page_migrations() - writes the migrations of a ring, the latest first
 * @f: the output
 * @r: the report on the ring
 * @number: number of the ring in the page
 */
void page_migrations(FILE *f, const struct report *r, __u32 number)
{
	struct report_migration list[TOLD_MIGRATIONS], next = { 0 };
	__u32 nr, i;

	if (!r->nr_steps)
		return;
	for (nr = 0; report_migration(r, &next); nr++)
		list[nr % TOLD_MIGRATIONS] = next;
	fputs("<h3>Migrations</h3>\n<p class=\"note\">Time runs to the right.\n"
	      "The line is the frontier, from where nothing has moved, at the bottom,\n"
	      "to the top; it begins anew with each change and with a rollback.\n"
	      "Dots are steps, diamonds all else; the colours are states.</p>\n", f);
	for (i = nr; i-- > 0 && nr - i <= TOLD_MIGRATIONS;)
		put_migration(f, &list[i % TOLD_MIGRATIONS], number, i + 1);
	if (nr > TOLD_MIGRATIONS)
		fprintf(f, "<p class=\"note\">%u earlier ones are not drawn.</p>\n",
			nr - TOLD_MIGRATIONS);
}
