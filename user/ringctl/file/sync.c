// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl sync: makes the kernel's rings like a file, by one change a ring.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <hashring/migrate.h>
#include <linux/slab.h>

#include "cli/signals.h"
#include "sync.h"
#include "ringctl/migrate/migrate.h"
#include "ringctl/ringctl.h"

/**
 * struct target - a ring of the file, and what is to be done
 * @want: the ring in the file
 * @exists: the kernel has it
 * @left: share of the ring that a migration has still to move
 * @have: the ring in the kernel
 * @ops: the operations that lead from @have to @want
 * @differ: HASHRING_SET_*: settings that differ from the file's
 */
struct target {
	const struct model_ring *want;
	bool exists;
	__u64 left;
	struct model_ring have;
	struct ops ops;
	__u32 differ;
};

/**
 * struct sync - everything that is to be done
 * @m: the file
 * @target: one for each ring of the file
 * @others: rings that the file does not name
 * @nr_others: number of @others
 * @attach: steps for attachments
 * @max_moved: limit for each ring
 * @hold: hold the changes
 * @pacing: options of migrate run for the rings that change, or NULL
 * @prune: remove other rings
 */
struct sync {
	const struct model *m;
	struct target *target;
	char (*others)[HASHRING_NAME_LEN];
	__u32 nr_others;
	struct attach_plan attach;
	__u64 max_moved;
	bool hold;
	char *pacing;
	bool prune;
};

static int take_other(const struct hashring_ring *ring, void *arg)
{
	struct sync *s = arg;
	void *others;

	if (model_ring_find(s->m, ring->name))
		return 0;
	others = model_grow(s->others, s->nr_others, sizeof(*s->others));
	if (!others)
		return -ENOMEM;
	s->others = others;
	strcpy(s->others[s->nr_others++], ring->name);
	return 0;
}

static void restart_others(void *arg)
{
	struct sync *s = arg;

	s->nr_others = 0;
}

/* What a ring is made with cannot be changed to the file's. */
static int check_birth(const struct model *m, const struct model_ring *have,
		       const struct model_ring *want)
{
	static const char how[] =
		"which is for life: restore the file under another name and attach that";

	if (have->placement != want->placement)
		return fail_at(m, want->at, "ring %s has %s placement, %s",
			       want->name,
			       hashring_enum_name(hashring_placement_name,
						  have->placement), how);
	if (want->has_seed &&
	    memcmp(have->seed, want->seed, sizeof(have->seed)))
		return fail_at(m, want->at_seed,
			       "ring %s has another seed, %s", want->name,
			       how);
	if ((want->points && want->points != have->points) ||
	    (want->per && want->per != have->per))
		return fail_at(m, want->at_points,
			       "ring %s has %u points for %u of weight, %s",
			       want->name, have->points, have->per, how);
	if (want->grid && want->grid != have->grid)
		return fail_at(m, want->at_grid,
			       "ring %s has a grid of %u cells, %s",
			       want->name, have->grid, how);
	return EXIT_DONE;
}

/* What is not in force yet of the ring's membership. */
static int take_left(const struct sync *s, struct target *t)
{
	struct hashring_migration migration;
	int status = EXIT_DONE;
	int err;

	err = hashring_migrate_get(conn(), t->want->name, &migration);
	if (err)
		return refused(err);
	t->left = migration.total - migration.released;
	if (s->pacing && *migration.holder)
		status = fail(EXIT_REFUSED, "%s: the migration is paced: by %s",
			      t->want->name, migration.holder);
	hashring_migration_release(&migration);
	return status;
}

static int make_target(const struct sync *s, struct target *t)
{
	const struct model *m = s->m;
	struct hashring_ring ring;
	int status, err;

	err = hashring_ring_get(conn(), t->want->name, &ring);
	if (err == -ENOENT)
		return model_ops(t->want, &t->ops);
	if (err)
		return refused(err);
	t->exists = true;
	status = take_left(s, t);
	if (!status)
		status = model_ring_from_kernel(&t->have, t->want->name);
	if (!status)
		status = check_birth(m, &t->have, t->want);
	if (!status)
		status = model_diff(m, &t->have, t->want, &t->ops);
	t->differ = settings_differ(t->want, &t->have.settings);
	return status;
}

static struct hashring_change change_of(const struct sync *s,
					const struct target *t, bool dry_run)
{
	return (struct hashring_change) {
		.ring = t->want->name,
		.ops = t->ops.op,
		.nr_ops = t->ops.nr,
		.expect_generation = t->exists ? t->have.generation : 0,
		.max_moved = s->max_moved,
		.dry_run = dry_run,
		.hold = s->hold && t->exists,
	};
}

static void print_word(const char *ring, const char *key, const char *word)
{
	json_t *o;

	if (!opt.json) {
		printf("%s %s\n", ring, word);
		return;
	}
	o = json_object();
	json_set_text(o, "ring", ring);
	json_object_set_new(o, key, json_true());
	json_list_item(o);
}

/*
 * A ring that is like the file. As long as a migration has something to move, the file
 * is not in force.
 */
static int print_like(const struct target *t)
{
	char text[FIGURE_LEN];
	json_t *o;

	if (!t->left) {
		if (!t->differ)
			print_word(t->want->name, "unchanged", "unchanged");
		return EXIT_DONE;
	}
	if (!opt.json) {
		printf("%s is like the file, but %s has still to move: migrate run or step\n",
		       t->want->name, figure_share(text, t->left));
		return EXIT_HELD;
	}
	o = json_object();
	json_set_text(o, "ring", t->want->name);
	json_set_u64(o, "left", t->left);
	json_list_item(o);
	return EXIT_HELD;
}

static void print_change(const struct hashring_receipt *receipt, bool planned)
{
	if (opt.json)
		json_list_item(receipt_to_json(receipt));
	else
		print_receipt(stdout, receipt, planned);
}

/* A ring that does not exist yet can only be checked here. */
static int plan_new(const struct sync *s, const struct target *t, bool print)
{
	struct hashring_change change = change_of(s, t, true);
	struct model_ring empty = *t->want;
	struct hashring_receipt receipt;
	struct native_ring native;
	int status;

	if (!print)
		return EXIT_DONE;
	memset(&receipt, 0, sizeof(receipt));
	empty.nr_nodes = 0;
	status = native_ring_make(&native, s->m, &empty);
	if (!status && t->ops.nr)
		status = native_plan(&native, 0, &change, &receipt);
	if (!status) {
		print_made(t->want, &receipt, true);
		hashring_receipt_release(&receipt);
	}
	native_ring_release(&native);
	return status;
}

/* A change that the kernel would refuse is refused before anything is done. */
static int plan_target(const struct sync *s, const struct target *t, bool print)
{
	struct hashring_change change = change_of(s, t, true);
	struct hashring_receipt receipt;
	int err;

	if (!t->exists)
		return plan_new(s, t, print);
	if (t->differ && print)
		print_word(t->want->name, "set", "settings would change");
	if (!t->ops.nr)
		return print ? print_like(t) : EXIT_DONE;
	err = hashring_change(conn(), &change, &receipt);
	if (err)
		return refused_on(change.ring, err);
	if (print)
		print_change(&receipt, true);
	hashring_receipt_release(&receipt);
	return EXIT_DONE;
}

static int run_target(const struct sync *s, const struct target *t)
{
	struct hashring_change change = change_of(s, t, false);
	struct hashring_receipt receipt;
	int status, err;

	if (!t->exists) {
		status = ring_make(t->want, &receipt);
		if (!status) {
			print_made(t->want, &receipt, false);
			hashring_receipt_release(&receipt);
		}
		return status;
	}
	if (t->differ) {
		err = hashring_ring_set(conn(), t->want->name, t->differ,
					&t->want->settings, NULL);
		if (err)
			return refused(err);
		print_word(t->want->name, "set", "settings changed");
	}
	if (!t->ops.nr)
		return print_like(t);
	err = hashring_change(conn(), &change, &receipt);
	if (err)
		return refused_on(change.ring, err);
	print_change(&receipt, false);
	hashring_receipt_release(&receipt);
	return EXIT_DONE;
}

static int sync_others(const struct sync *s, bool dry_run)
{
	__u32 i;
	int err;

	for (i = 0; i < s->nr_others; i++) {
		if (!s->prune) {
			print_word(s->others[i], "left",
				   "is not in the file: left alone (--prune removes it)");
			continue;
		}
		if (!dry_run) {
			err = hashring_ring_del(conn(), s->others[i]);
			if (err)
				return refused(err);
		}
		print_word(s->others[i], "removed",
			   dry_run ? "would be removed" : "removed");
	}
	return EXIT_DONE;
}

/* A part that is held is no reason to stop. */
static int not_held(int status, bool *held)
{
	*held |= status == EXIT_HELD;
	return status == EXIT_HELD ? EXIT_DONE : status;
}

static int sync_run(struct sync *s, bool dry_run)
{
	bool held = false;
	int status = 0;
	__u32 i;

	for (i = 0; i < s->m->nr_rings && !status; i++)
		status = not_held(plan_target(s, &s->target[i], dry_run), &held);
	if (!dry_run) {
		for (i = 0; i < s->m->nr_rings && !status; i++)
			status = not_held(run_target(s, &s->target[i]), &held);
		if (!status)
			status = attach_plan_run(&s->attach);
	}
	if (!status)
		attach_plan_print(&s->attach);
	if (!status)
		status = sync_others(s, dry_run);
	return !status && held && !s->hold ? EXIT_HELD : status;
}

/* Runs a pacer for a ring, or only checks the options of the pacer. */
static int pace(const struct sync *s, const char *ring, bool check)
{
	char *text = malloc(strlen(s->pacing) + strlen(ring) + 16), *rest = text;
	const struct noun *noun = noun_find("migrate");
	struct words words = { 0 };
	unsigned int line = 1;
	struct args a;
	int status;

	if (!text)
		return fail_memory();
	sprintf(text, "migrate run %s %s", ring, s->pacing);
	if (words_next(&words, &rest, false, &line) <= 0 || *rest) {
		status = fail_usage("--migrate \"%s\": expected one line with closed quotes",
				    s->pacing);
	} else if (check) {
		status = args_parse(noun, command_find(noun, "run"),
				    words.argc - 2, words.argv + 2, &a) ?:
			 migrate_run_check(&a);
		args_release(&a);
	} else {
		status = run_words(words.argc, words.argv);
	}
	words_release(&words);
	free(text);
	return status;
}

/*
 * Paces the rings that have something to move, one after the other. After a failure the
 * others stay held.
 */
static int sync_pace(const struct sync *s)
{
	int status = EXIT_DONE;
	__u32 i;

	for (i = 0; i < s->m->nr_rings; i++) {
		const struct target *t = &s->target[i];

		if (!t->exists || (!t->ops.nr && !t->left))
			continue;
		if (status)
			warn("%s: held, and not paced: migrate run or step",
			     t->want->name);
		else
			status = pace(s, t->want->name, false);
	}
	return status;
}

static int sync_make(struct sync *s)
{
	int status = 0;
	int err;
	__u32 i;

	if (!conn())
		return EXIT_REFUSED;
	s->target = calloc((size_t)s->m->nr_rings + 1, sizeof(*s->target));
	if (!s->target)
		return fail_memory();
	for (i = 0; i < s->m->nr_rings && !status; i++) {
		s->target[i].want = &s->m->ring[i];
		status = make_target(s, &s->target[i]);
	}
	if (status)
		return status;
	err = hashring_ring_list(conn(), take_other, restart_others, s);
	if (err)
		return err == -ENOMEM ? fail_memory() : refused(err);
	return attach_plan_make(&s->attach, s->m, s->prune);
}

static void sync_release(struct sync *s)
{
	__u32 i;

	for (i = 0; s->target && i < s->m->nr_rings; i++) {
		ops_release(&s->target[i].ops);
		model_ring_release(&s->target[i].have);
	}
	free(s->target);
	free(s->others);
	attach_plan_release(&s->attach);
}

enum {
	SYNC_FILE,
	SYNC_DRY_RUN,
	SYNC_PRUNE,
	SYNC_MAX_MOVED,
	SYNC_HOLD,
	SYNC_MIGRATE,
};

static const struct arg sync_args[] = {
	[SYNC_FILE] = { ARG_FILE, .meta = "FILE", .required = true },
	[SYNC_DRY_RUN] = { ARG_FLAG, "--dry-run" },
	[SYNC_PRUNE] = { ARG_FLAG, "--prune" },
	[SYNC_MAX_MOVED] = { ARG_SHARE, "--max-moved", .meta = "SHARE" },
	[SYNC_HOLD] = { ARG_FLAG, "--hold" },
	[SYNC_MIGRATE] = { ARG_TEXT, "--migrate", .meta = "'OPTIONS'" },
	{ }
};

static int sync_file(struct args *a)
{
	struct model m;
	struct sync s = {
		.m = &m,
		.max_moved = a->v[SYNC_MAX_MOVED].given ?
			a->v[SYNC_MAX_MOVED].num : HASHRING_ANY,
		.hold = a->v[SYNC_HOLD].given || a->v[SYNC_MIGRATE].given,
		.pacing = a->v[SYNC_MIGRATE].given ? a->v[SYNC_MIGRATE].text :
						     NULL,
		.prune = a->v[SYNC_PRUNE].given,
	};
	bool dry_run = a->v[SYNC_DRY_RUN].given;
	int status;

	if (a->v[SYNC_HOLD].given && s.pacing)
		return fail_usage("--hold and --migrate: expected only one of these");
	status = model_read(&m, a->v[SYNC_FILE].text);
	if (!status && s.pacing && m.nr_rings)
		status = pace(&s, m.ring[0].name, true);
	if (!status)
		status = sync_make(&s);
	if (!status) {
		if (opt.json)
			json_list_begin();
		signals_hold();
		status = sync_run(&s, dry_run);
		signals_release();
		if (opt.json)
			json_list_end();
		if ((!status || status == EXIT_HELD) && s.pacing && !dry_run)
			status = sync_pace(&s);
	}
	sync_release(&s);
	model_release(&m);
	return status;
}

static const struct command commands[] = {
	{ NULL, NULL,
	  "make the kernel's rings like FILE, by one change a ring; --dry-run: only print the changes",
	  sync_args, sync_file },
	{ }
};

const struct noun noun_sync = {
	.name = "sync",
	.help = "make the kernel's rings like a file",
	.commands = commands,
};
