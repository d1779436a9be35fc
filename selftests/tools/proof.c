// SPDX-License-Identifier: GPL-2.0-only
/*
 * proof - plan, change and keys tell one story
 *
 * Makes a ring and changes it at random. Each change is planned by ringctl,
 * carried out by ringctl with the plan's token, and seen by the keys that the
 * kernel maps before and after it. The from-to matrix must be the same in the
 * plan, in the receipt and in the kernel's history; every key must have the
 * owner that tables made here have, which never saw the kernel's; and the keys
 * of each row must be as many as its share makes one expect.
 *
 *	proof RINGCTL PLACEMENT CHANGES KEYS
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include <linux/minmax.h>
#include <linux/slab.h>

#include "hashring.h"

#include "core/impact.h"

#define NAMES		60	/* a ring's members come from */
#define MOST		40	/* members at once */
#define OPS_MAX		5
#define POINTS_MAX	8	/* of a node with explicit placement */
#define POINTS		40	/* for a unit of weight with hashed placement */
#define GRID		65536	/* with balanced placement */
#define RING		"proof"

/**
 * struct row - what goes from one node to another
 * @from: its name
 * @to: and its
 * @share: all of it
 * @arcs: in how many pieces
 */
struct row {
	char from[HASHRING_NAME_LEN];
	char to[HASHRING_NAME_LEN];
	__u64 share;
	__u32 arcs;
};

struct rows {
	struct row *row;
	__u32 nr;
};

/**
 * struct step - a change
 * @op: as the core takes them
 * @nr: number of @op
 * @points: of the operations
 * @text: as ringctl takes them
 * @instead: a replacement that comes to the same, or empty
 */
struct step {
	struct hr_op op[OPS_MAX];
	unsigned int nr;
	__u32 points[OPS_MAX][POINTS_MAX];
	char text[2048];
	char instead[256];
};

/* What all changes came to. */
static struct {
	unsigned int ops;
	unsigned int rows;
	unsigned int pure;	/* changes that must move nothing without need */
	unsigned int replaced;	/* planned as a replacement too */
	__u64 moved;		/* keys */
	unsigned int judged;	/* rows with enough keys to tell */
	unsigned int far;	/* of these, beyond three standard errors */
	double farthest;
} sums;

static const __u8 seed[HR_SEED_LEN] = "proof of changes";
static struct hashring *h;
static struct hr_config config;
static FILE *to_ringctl, *from_ringctl;
static __u64 random_state = 88172645463325252ULL;
static __u32 keys, *position, *id_before, *id_after;

static void die(const char *what, const char *why)
{
	fprintf(stderr, "proof: %s: %s\n", what, why);
	exit(1);
}

static __u32 below(__u32 n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 32) * n >> 32;
}

/* --- ringctl, which reads its commands from a pipe ------------------------ */

static void start_ringctl(const char *program)
{
	int in[2], out[2];

	if (pipe(in) || pipe(out))
		die("pipe", "none to be had");
	switch (fork()) {
	case -1:
		die("fork", "no process to be had");
		return;
	case 0:
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		close(in[0]);
		close(in[1]);
		close(out[0]);
		close(out[1]);
		execl(program, program, "-j", "-b", "-", NULL);
		die(program, "cannot be run");
		return;
	}
	close(in[0]);
	close(out[1]);
	to_ringctl = fdopen(in[1], "w");
	from_ringctl = fdopen(out[0], "r");
	if (!to_ringctl || !from_ringctl)
		die("ringctl", "no memory");
}

/* Each command prints one line of JSON; ringctl ends at the first error. */
static json_t *ask(const char *format, const char *a, const char *b)
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

static __u64 number(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_integer(value))
		die(key, "no such number");
	return json_integer_value(value);
}

static const char *word(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (!text)
		die(key, "no such word");
	return text;
}

/* --- rows ------------------------------------------------------------------ */

static int compare_rows(const void *a, const void *b)
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

static void rows_from_json(struct rows *rows, const json_t *list)
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

/* All rows that the kernel kept of a change. */
static void rows_from_history(struct rows *rows, __u64 generation)
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

static void same_rows(const struct rows *a, const struct rows *b,
		      const char *what)
{
	if (a->nr != b->nr || (a->nr && memcmp(a->row, b->row,
					       a->nr * sizeof(*a->row))))
		die(what, "the from-to matrices differ");
}

/* --- random changes --------------------------------------------------------- */

static void add_text(struct step *s, const char *format, ...)
{
	size_t len = strlen(s->text);
	va_list args;

	va_start(args, format);
	vsnprintf(s->text + len, sizeof(s->text) - len, format, args);
	va_end(args);
}

static void op_add(struct step *s, struct hr_op *op, __u32 weight)
{
	__u32 *points = s->points[op - s->op];
	__u32 i;

	op->kind = HR_OP_ADD;
	op->has = HR_OP_HAS_WEIGHT;
	op->weight = weight;
	add_text(s, "node add %s weight %u", op->name, weight);
	if (!config.place->takes_points)
		return;
	op->has |= HR_OP_HAS_POINTS;
	op->points = points;
	op->nr_points = 1 + below(POINTS_MAX);
	add_text(s, " point");
	for (i = 0; i < op->nr_points; i++) {
		points[i] = below(UINT32_MAX);
		add_text(s, " %u", points[i]);
	}
}

/* One that comes: its name must be free, and its seat. */
static bool can_come(const struct hr_table *t, const bool *used, __u32 i,
		     char name[HR_MAX_NAME + 1])
{
	snprintf(name, HR_MAX_NAME + 1, "n%u", i);
	return !used[i] && !hr_table_find(t, name) &&
	       !hr_table_find_seat(t, name);
}

/* Does something to a node; the table is as it was before the change. */
static bool random_op(struct step *s, const struct hr_table *t, bool *used)
{
	static const char *const states[] = { "active", "draining", "down" };
	struct hr_op *op = &s->op[s->nr];
	__u32 i = below(NAMES), k = below(NAMES);
	const struct hr_node *node;

	memset(op, 0, sizeof(*op));
	if (used[i])
		return false;
	snprintf(op->name, sizeof(op->name), "n%u", i);
	node = hr_table_find(t, op->name);
	if (!node && (t->nr_nodes >= MOST || !can_come(t, used, i, op->name)))
		return false;
	used[i] = true;
	add_text(s, s->nr ? " ; " : "{ ");
	if (!node) {
		op_add(s, op, 1 + below(10));
	} else if (below(4) == 0 && t->nr_nodes > 2 * OPS_MAX) {
		op->kind = HR_OP_DEL;
		add_text(s, "node del %s", op->name);
	} else if (below(3) == 0 && can_come(t, used, k, op->new_name)) {
		used[k] = true;
		op->kind = HR_OP_REPLACE;
		add_text(s, "node replace %s %s", op->name, op->new_name);
	} else if (below(2)) {
		op->kind = HR_OP_SET;
		op->has = HR_OP_HAS_WEIGHT;
		op->weight = 1 + below(10);
		add_text(s, "node set %s weight %u", op->name, op->weight);
	} else {
		/* Mostly back into service, so that the ring stays full. */
		op->kind = HR_OP_SET;
		op->has = HR_OP_HAS_STATE;
		op->state = node->state ? HR_ACTIVE : below(3);
		add_text(s, "node set %s state %s", op->name,
			 states[op->state]);
	}
	s->nr++;
	return true;
}

/* A node for another that is just like it, in two operations. */
static bool random_swap(struct step *s, const struct hr_table *t)
{
	const struct hr_node *node = t->by_name[below(t->nr_nodes)];
	const bool used[NAMES] = { false };

	memset(s->op, 0, sizeof(s->op));
	if (node->state != HR_ACTIVE ||
	    !can_come(t, used, below(NAMES), s->op[1].name))
		return false;
	strcpy(s->op[0].name, node->name);
	s->op[0].kind = HR_OP_DEL;
	add_text(s, "{ node del %s ; ", node->name);
	op_add(s, &s->op[1], node->weight);
	s->nr = 2;
	snprintf(s->instead, sizeof(s->instead), "{ node replace %s %s }",
		 node->name, s->op[1].name);
	return true;
}

static void random_step(struct step *s, const struct hr_table *t)
{
	__u32 wanted = 1 + below(OPS_MAX);
	bool used[NAMES] = { false };

	s->nr = 0;
	s->text[0] = '\0';
	s->instead[0] = '\0';
	if (below(5) || t->nr_nodes < 2 || !random_swap(s, t))
		while (s->nr < wanted)
			random_op(s, t, used);
	add_text(s, " }");
}

/* --- what is checked ---------------------------------------------------------- */

static struct hr_table *next_table(const struct hr_table *t,
				   const struct step *s)
{
	struct hr_table *next;
	struct hr_error error;

	if (hr_change_build(&config, t, s->op, s->nr, U32_MAX,
			    &hr_node_plain_ops, GFP_KERNEL, &next, &error))
		die(s->text, error.text);
	return next;
}

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

	return node && node->state == HR_ACTIVE ? node->weight : 0;
}

/*
 * Required and collateral from the loads alone. Where no node both gives and
 * gets there is no collateral: when nodes only come or only go, or one alone
 * has its weight changed, whatever is replaced besides. A balanced ring moves
 * nothing without need whatever is done to it.
 */
static void check_definition(const json_t *r, const struct step *s,
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

		if (op->kind == HR_OP_REPLACE)
			continue;
		new = hr_table_find(after, op->name);
		slot = (new ? new : hr_table_find(before, op->name))->slot;
		had = weight_of(before, slot);
		has = weight_of(after, slot);
		/* Explicit points are all there or all gone. */
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
	if (config.place->takes_cells ||
	    (!(adds && takes) && (!partly || changed == 1))) {
		if (number(r, "collateral"))
			die(s->text, "moved without need");
		sums.pure++;
	}
}

/* The same from node to node by one replacement moves what it must. */
static void check_instead(const struct step *s, const json_t *planned)
{
	json_t *plan, *r;

	if (!*s->instead)
		return;
	plan = ask("plan %s '%s'", RING, s->instead);
	r = json_object_get(plan, "receipt");
	if (number(r, "collateral") || number(r, "moved") != number(r, "required"))
		die(s->instead, "a replacement moves without need");
	/* Which is what the plan of the change hints at, if it can be spared. */
	if (number(json_object_get(planned, "receipt"), "collateral") &&
	    number(json_object_get(planned, "plan"), "hint_moved") !=
	    number(r, "moved"))
		die(s->text, "a hint that is not what a replacement does");
	json_decref(plan);
	sums.replaced++;
}

static void look_up(__u32 *ids, __u64 wanted)
{
	__u64 generation;

	if (hashring_lookup_bulk(h, RING, position, ids, keys, &generation))
		die("lookup", hashring_error(h));
	if (generation != wanted)
		die("lookup", "another generation");
}

/* The owner of every key, from nothing that the kernel said. */
static void check_owners(const struct hr_table *t, const __u32 *ids)
{
	__u32 i;

	for (i = 0; i < keys; i++) {
		const struct hr_node *owner = hr_table_owner(t, position[i]);

		if (ids[i] != (owner ? owner->id : HR_NO_ID))
			die("lookup", "a key has another owner");
	}
}

static const char *name_of(const struct hr_table *t, __u32 id)
{
	__u32 i;

	for (i = 0; i < t->nr_nodes; i++)
		if (t->by_name[i]->id == id)
			return t->by_name[i]->name;
	return NULL;
}

/* Whether a row's keys are as many as its share makes one expect. */
static void judge(const struct row *row, __u32 count, const char *what)
{
	double p = (double)row->share / HASHRING_WHOLE;
	double expected = keys * p;
	double error = sqrt(expected * (1 - p));
	double off = fabs(count - expected);

	/* Few are not spread as many are: some more are granted always. */
	if (off > 5 * error + 6)
		die(what, "keys are not as many as their share");
	if (expected < 10)
		return;
	sums.judged++;
	sums.far += off > 3 * error;
	sums.farthest = max(sums.farthest, off / error);
}

/* Counts the kernel's answers, row by row. */
static void check_counts(const struct rows *rows, const struct step *s,
			 const struct hr_table *before,
			 const struct hr_table *after)
{
	__u32 *count = calloc(rows->nr + 1, sizeof(*count));
	struct row *row, *last = NULL;
	__u32 i, from = 0, to = 0;

	if (!count)
		die("count", "no memory");
	for (i = 0; i < keys; i++) {
		struct row key = { 0 };

		if (!id_before[i] || !id_after[i])
			continue;
		/* Ids may be given to others, names are the nodes. */
		if (!last || id_before[i] != from || id_after[i] != to) {
			from = id_before[i];
			to = id_after[i];
			strcpy(key.from, name_of(before, from));
			strcpy(key.to, name_of(after, to));
			if (!strcmp(key.from, key.to)) {
				last = NULL;
				continue;
			}
			row = bsearch(&key, rows->row, rows->nr, sizeof(key),
				      compare_rows);
			if (!row)
				die(s->text, "a key moves that no row tells of");
			last = row;
		}
		count[last - rows->row]++;
		sums.moved++;
	}
	for (i = 0; i < rows->nr; i++)
		judge(&rows->row[i], count[i], s->text);
	free(count);
}

static void same_figures(const json_t *a, const json_t *b)
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

/* Plan, change, keys. Returns the table after. */
static struct hr_table *prove(struct hr_table *before, const struct step *s)
{
	struct rows planned = { 0 }, kept = { 0 };
	struct hr_table *after = next_table(before, s);
	json_t *plan, *details, *receipt, *change;
	char with_token[sizeof(s->text) + 64];
	__u64 generation;

	plan = ask("plan %s '%s'", RING, s->text);
	details = json_object_get(plan, "plan");
	check_instead(s, plan);
	generation = strtoull(word(details, "token"), NULL, 10);
	look_up(id_before, generation);

	snprintf(with_token, sizeof(with_token), "'%s' --plan %s", s->text,
		 word(details, "token"));
	change = ask("change %s %s", RING, with_token);
	receipt = json_object_get(change, "receipt");
	look_up(id_after, generation + 1);

	same_figures(json_object_get(plan, "receipt"), receipt);
	rows_from_json(&planned, json_object_get(details, "move"));
	rows_from_history(&kept, generation + 1);
	same_rows(&planned, &kept, s->text);
	check_definition(receipt, s, before, after);
	check_owners(before, id_before);
	check_owners(after, id_after);
	check_counts(&planned, s, before, after);

	sums.ops += s->nr;
	sums.rows += planned.nr;
	free(planned.row);
	free(kept.row);
	json_decref(plan);
	json_decref(change);
	hr_table_free(before, &hr_node_plain_ops);
	return after;
}

static void make_config(const char *placement)
{
	__u32 kind;

	for (kind = 0; hashring_placements[kind]; kind++)
		if (!strcmp(hashring_placements[kind], placement))
			break;
	config.place = hr_place_by_kind(kind);
	if (!config.place)
		die(placement, "no such placement");
	if (config.place->takes_cells) {
		config.grid = GRID;
	} else if (!config.place->takes_points) {
		config.points = POINTS;
		config.per = 1;
	}
	memcpy(config.seed, seed, sizeof(seed));
	hr_keys_derive(&config.keys, config.seed);
}

static void make_keys(void)
{
	char key[16];
	__u32 i;

	position = calloc(keys, sizeof(*position));
	id_before = calloc(keys, sizeof(*id_before));
	id_after = calloc(keys, sizeof(*id_after));
	if (!position || !id_before || !id_after)
		die("keys", "no memory");
	for (i = 0; i < keys; i++)
		position[i] = hr_key_position(&config.keys, key,
					      sprintf(key, "key_%u", i));
}

/* Some nodes to begin with, in a change that is proven too. */
static void first_step(struct step *s)
{
	__u32 i;

	memset(s, 0, sizeof(*s));
	for (i = 0; i < OPS_MAX; i++) {
		snprintf(s->op[i].name, sizeof(s->op[i].name), "n%u", i);
		add_text(s, i ? " ; " : "{ ");
		op_add(s, &s->op[i], 1 + below(10));
	}
	s->nr = OPS_MAX;
	add_text(s, " }");
}

int main(int argc, char **argv)
{
	static struct step step;
	struct hr_table *table;
	unsigned int changes, i;
	char words[128];
	int len;

	if (argc != 5)
		die("usage", "proof RINGCTL PLACEMENT CHANGES KEYS");
	changes = strtoul(argv[3], NULL, 10);
	keys = strtoul(argv[4], NULL, 10);
	random_state += keys;
	make_config(argv[2]);
	make_keys();
	if (hashring_open(&h, NULL))
		die("connect", hashring_error(h));
	start_ringctl(argv[1]);
	len = sprintf(words, "placement %.32s ", argv[2]);
	if (config.points)
		len += sprintf(words + len, "points %u ", config.points);
	if (config.grid)
		len += sprintf(words + len, "grid %u ", config.grid);
	len += sprintf(words + len, "seed ");
	for (i = 0; i < sizeof(seed); i++)
		len += sprintf(words + len, "%02x", seed[i]);
	json_decref(ask("ring add %s %s", RING, words));

	table = hr_table_empty(GFP_KERNEL);
	if (!table)
		die("table", "no memory");
	first_step(&step);
	table = prove(table, &step);
	for (i = 0; i < changes; i++) {
		random_step(&step, table);
		table = prove(table, &step);
	}
	printf("changes %u, operations %u, rows %u, keys moved %llu\n", changes,
	       sums.ops, sums.rows, sums.moved);
	printf("without collateral %u, planned as a replacement too %u\n",
	       sums.pure, sums.replaced);
	printf("rows judged %u, beyond 3 standard errors %u, the farthest at %.2f\n",
	       sums.judged, sums.far, sums.farthest);
	/* 0.27 % of them are expected beyond; many more would be no chance. */
	if (sums.far > 5 + sums.judged / 100)
		die("rows", "too many are far from their shares");
	if (hashring_ring_del(h, RING))
		die("ring", hashring_error(h));
	hr_table_free(table, &hr_node_plain_ops);
	hashring_close(h);
	return 0;
}
