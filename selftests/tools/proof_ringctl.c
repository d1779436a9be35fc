// SPDX-License-Identifier: GPL-2.0-only
/*
 * proof: runs ringctl, which reads commands from a pipe, and reads the answers
 * of ringctl and the kernel's history
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proof.h"

static FILE *to_ringctl, *from_ringctl;

void start_ringctl(const char *program)
{
	int in[2], out[2];

	if (pipe(in) || pipe(out))
		die("pipe", "none to be had");
	switch (fork()) {
	case -1:
		die("fork", "no process to be had");
	case 0:
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		close(in[0]);
		close(in[1]);
		close(out[0]);
		close(out[1]);
		execl(program, program, "-j", "-b", "-", NULL);
		die(program, "cannot be run");
	}
	close(in[0]);
	close(out[1]);
	to_ringctl = fdopen(in[1], "w");
	from_ringctl = fdopen(out[0], "r");
	if (!to_ringctl || !from_ringctl)
		die("ringctl", "no memory");
}

/* Each command prints one line of JSON; ringctl ends at the first error. */
json_t *ask(const char *format, const char *a, const char *b)
{
	char *line = NULL;
	json_error_t error;
	size_t room = 0;
	json_t *reply;

	fprintf(to_ringctl, format, a, b);
	fputc('\n', to_ringctl);
	fflush(to_ringctl);
	if (getline(&line, &room, from_ringctl) < 0)
		die(a, "no answer");
	reply = json_loads(line, 0, &error);
	if (!reply)
		die(line, error.text);
	free(line);
	return reply;
}

__u64 number(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_integer(value))
		die(key, "no such number");
	return json_integer_value(value);
}

const char *word(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (!text)
		die(key, "no such word");
	return text;
}

/* --- rows ------------------------------------------------------------------ */

int compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int order = strcmp(x->from, y->from);

	return order ? order : strcmp(x->to, y->to);
}

static struct row *add_row(struct rows *rows)
{
	rows->row = realloc(rows->row, (rows->nr + 1) * sizeof(*rows->row));
	if (!rows->row)
		die("rows", "no memory");
	return memset(&rows->row[rows->nr++], 0, sizeof(*rows->row));
}

void rows_from_json(struct rows *rows, const json_t *list)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item) {
		struct row *row = add_row(rows);

		strcpy(row->from, word(item, "from"));
		strcpy(row->to, word(item, "to"));
		row->share = number(item, "share");
		row->arcs = number(item, "arcs");
	}
	qsort(rows->row, rows->nr, sizeof(*rows->row), compare_rows);
}

static int take_move(const struct hashring_move *move, void *arg)
{
	struct row *row = add_row(arg);

	strcpy(row->from, move->from);
	strcpy(row->to, move->to);
	row->share = move->share;
	row->arcs = move->arcs;
	return 0;
}

static void drop_moves(void *arg)
{
	struct rows *rows = arg;

	rows->nr = 0;
}

/* Reads all rows of a change that the kernel has kept. */
void rows_from_history(struct rows *rows, __u64 generation)
{
	__u32 kept, all;

	if (hashring_moves_count(h, RING, generation, &kept, &all) ||
	    hashring_moves_list(h, RING, generation, take_move, drop_moves,
				rows))
		die("history", hashring_error(h));
	if (kept != all)
		die("history", "rows were not kept");
	qsort(rows->row, rows->nr, sizeof(*rows->row), compare_rows);
}

void same_rows(const struct rows *a, const struct rows *b, const char *what)
{
	if (a->nr != b->nr || (a->nr && memcmp(a->row, b->row,
					       a->nr * sizeof(*a->row))))
		die(what, "the from-to matrices differ");
}

/* Compares the figures of a plan and of a receipt. */
void same_figures(const json_t *a, const json_t *b)
{
	static const char *const figures[] = {
		"generation", "moved", "gained", "lost", "required",
		"collateral", "ideal", "peak_before", "peak_after", "arcs",
		"nr_moves", "nodes_before", "nodes_after", "bytes_before",
		"bytes_after",
	};
	size_t i;

	for (i = 0; i < sizeof(figures) / sizeof(*figures); i++)
		if (number(a, figures[i]) != number(b, figures[i]))
			die(figures[i], "plan and receipt differ");
	if (!json_equal(json_object_get(a, "move"), json_object_get(b, "move")))
		die("move", "plan and receipt differ");
}
