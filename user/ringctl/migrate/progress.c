// SPDX-License-Identifier: GPL-2.0-only
/*
 * The progress of a pacer: one line on a terminal, which is overwritten; else
 * one line a step, or an object.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ringctl/clock.h"
#include "run.h"

#define BAR	20	/* characters */

static bool on_terminal(void)
{
	return !opt.json && isatty(STDOUT_FILENO);
}

static size_t columns(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return 80;
	return size.ws_col;
}

/* Rates and what is left, where known. */
static void print_pace(FILE *f, const struct pacer *p)
{
	const struct hashring_migration *m = &p->m;
	__u64 now = clock_ms();
	double rate = pace_rate(&p->meter, now);
	__u64 left = pace_left(&p->pace, &p->meter, m, now);
	char text[FIGURE_LEN];

	fprintf(f, "  moved %s", figure_share(text, m->released));
	if (!m->max_entries)
		goto out;
	if (rate >= 0)
		fprintf(f, "  %.0f flows/s", rate);
	fprintf(f, "  pinned(seen) %u  left ~%u", m->pinned, m->noted);
out:
	if (left != HASHRING_ANY && left)
		fprintf(f, "  %s", figure_ms(text, left));
}

static void print_bar(FILE *f, const struct pacer *p)
{
	int full = migration_part(&p->m) * BAR;

	print_state(f, p->m.state, p->m.reason);
	fprintf(f, " [%.*s%*s] %.1f%%", full, "####################",
		BAR - full, "", 100 * migration_part(&p->m));
	print_pace(f, p);
}

/*
 * At most as long as the terminal is wide: a wrapped line cannot be
 * overwritten.
 */
static void show_bar(struct pacer *p)
{
	size_t room = columns() - 1;
	char *line = NULL;
	size_t len = 0;
	FILE *f;

	f = open_memstream(&line, &len);
	if (!f)
		return;
	print_bar(f, p);
	fclose(f);
	if (line)
		printf("\r%.*s\033[K", (int)(len < room ? len : room), line);
	free(line);
	fflush(stdout);
	p->shown = true;
}

/* After a step. */
void progress_step(struct pacer *p)
{
	if (on_terminal()) {
		show_bar(p);
		return;
	}
	if (opt.json) {
		json_print(migration_to_json(&p->m));
	} else {
		printf("%s ", p->ring);
		print_step(stdout, &p->m.step);
		printf("  %.1f%%", 100 * migration_part(&p->m));
		print_pace(stdout, p);
		putchar('\n');
	}
	fflush(stdout);
}

/* While it waits, or when its state changed. */
void progress_state(struct pacer *p)
{
	if (on_terminal())
		show_bar(p);
}

/* Before any other output. */
void progress_end(struct pacer *p)
{
	if (p->shown)
		putchar('\n');
	p->shown = false;
	fflush(stdout);
}
