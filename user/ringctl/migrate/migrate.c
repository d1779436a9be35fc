// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl migrate: held changes, taken in steps.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "migrate.h"
#include "cli/model/model.h"
#include "ringctl/ringctl.h"

enum { SHOW_RING };

static const struct arg show_args[] = {
	[SHOW_RING] = { ARG_RING, .meta = "RING" },
	{ }
};

enum { PAUSE_RING, PAUSE_REASON };

static const struct arg pause_args[] = {
	[PAUSE_RING] = { ARG_RING, .meta = "RING", .required = true },
	[PAUSE_REASON] = { ARG_TEXT, .meta = "REASON" },
	{ }
};

enum { RESUME_RING, RESUME_DEADLINE, RESUME_QUIET };

static const struct arg resume_args[] = {
	[RESUME_RING] = { ARG_RING, .meta = "RING", .required = true },
	[RESUME_DEADLINE] = { ARG_DEADLINE, "--deadline", .meta = "TIME" },
	[RESUME_QUIET] = { ARG_TIME, "--quiet", .meta = "TIME", .min = 1 },
	{ }
};

enum { ROLLBACK_RING, ROLLBACK_REASON, ROLLBACK_NOW, ROLLBACK_ALL };

static const struct arg rollback_args[] = {
	[ROLLBACK_RING] = { ARG_RING, .meta = "RING", .required = true },
	[ROLLBACK_REASON] = { ARG_TEXT, .meta = "REASON" },
	[ROLLBACK_NOW] = { ARG_FLAG, "--now" },
	[ROLLBACK_ALL] = { ARG_FLAG, "--all" },
	{ }
};

enum { FINISH_RING, FINISH_NODE, FINISH_FORCE };

static const struct arg finish_args[] = {
	[FINISH_RING] = { ARG_RING, .meta = "RING", .required = true },
	[FINISH_NODE] = { ARG_NODE, .meta = "NODE" },
	[FINISH_FORCE] = { ARG_FLAG, "--force" },
	{ }
};

/* Names of rings that have a migration, read before each is requested. */
struct name_list {
	char (*name)[HASHRING_NAME_LEN];
	__u32 nr;
};

static int take_name(const struct hashring_migration *m, void *arg)
{
	struct name_list *list = arg;
	void *more = model_grow(list->name, list->nr, sizeof(*list->name));

	if (!more)
		return EXIT_REFUSED;
	list->name = more;
	memcpy(list->name[list->nr++], m->ring, sizeof(m->ring));
	return 0;
}

static void restart_names(void *arg)
{
	struct name_list *list = arg;

	list->nr = 0;
}

static int show_one(struct hashring *h, const char *ring)
{
	struct hashring_migration m;
	int err;

	err = hashring_migrate_get(h, ring, &m);
	if (err)
		return refused(err);
	if (opt.json)
		json_list_item(migration_to_json(&m));
	else
		print_migration(stdout, &m);
	hashring_migration_release(&m);
	return 0;
}

static int show_all(struct hashring *h)
{
	struct name_list list = { 0 };
	int status = 0;
	__u32 i;
	int err;

	err = hashring_migrate_list(h, take_name, restart_names, &list);
	if (err)
		status = err < 0 ? refused(err) : fail_memory();
	for (i = 0; i < list.nr && !status; i++)
		status = show_one(h, list.name[i]);
	free(list.name);
	return status;
}

static int migrate_show(struct args *a)
{
	const char *ring = a->v[SHOW_RING].text;
	struct hashring *h = conn();
	int status;

	if (!h)
		return EXIT_REFUSED;
	if (opt.json)
		json_list_begin();
	status = ring ? show_one(h, ring) : show_all(h);
	if (opt.json)
		json_list_end();
	return status;
}

static int migrate_pause(struct args *a)
{
	struct hashring_migrate_set set = {
		.state = HASHRING_MIGRATION_PAUSED,
		.reason = a->v[PAUSE_REASON].given ? a->v[PAUSE_REASON].text :
			  "operator",
		.deadline = HASHRING_ANY,
		.quiet = HASHRING_ANY,
	};
	struct hashring *h = conn();
	struct hashring_migration m;

	if (!h)
		return EXIT_REFUSED;
	return migrate_told(h, a->v[PAUSE_RING].text,
			    hashring_migrate_set(h, a->v[PAUSE_RING].text, &set,
						 &m), &m);
}

/* For the holder of the lease, if there is one. */
static int migrate_resume(struct args *a)
{
	const char *ring = a->v[RESUME_RING].text;
	struct hashring_migrate_set set = {
		.deadline = HASHRING_ANY,
		.quiet = HASHRING_ANY,
	};
	struct hashring *h = conn();
	struct hashring_migration m;
	int err;

	if (!h)
		return EXIT_REFUSED;
	if (a->v[RESUME_DEADLINE].given)
		set.deadline = a->v[RESUME_DEADLINE].num;
	if (a->v[RESUME_QUIET].given)
		set.quiet = a->v[RESUME_QUIET].num;
	err = hashring_migrate_get(h, ring, &m);
	if (err)
		return refused(err);
	set.state = *m.holder ? HASHRING_MIGRATION_RUNNING :
		    HASHRING_MIGRATION_HOLDING;
	hashring_migration_release(&m);
	return migrate_told(h, ring, hashring_migrate_set(h, ring, &set, &m), &m);
}

/*
 * A rollback undoes the changes of all generations since the map that it goes back to.
 * They are named before, because each may be another person's.
 */
static int migrate_rollback(struct args *a)
{
	const char *ring = a->v[ROLLBACK_RING].text;
	struct hashring *h = conn();
	struct hashring_migration m;
	int status = EXIT_DONE;
	int err;

	if (!h)
		return EXIT_REFUSED;
	err = hashring_migrate_get(h, ring, &m);
	if (err)
		return refused(err);
	if (!opt.json)
		status = undone_print(h, &m);
	hashring_migration_release(&m);
	if (status)
		return status;
	err = hashring_migrate_rollback(h, ring, a->v[ROLLBACK_REASON].text,
					a->v[ROLLBACK_NOW].given,
					a->v[ROLLBACK_ALL].given, &m);
	return migrate_told(h, ring, err, &m);
}

/* With a node only the flows of that node are cut. */
static int migrate_finish(struct args *a)
{
	const char *ring = a->v[FINISH_RING].text;
	struct hashring *h = conn();
	struct hashring_migration m;
	int err;

	if (a->v[FINISH_NODE].given && !a->v[FINISH_FORCE].given)
		return fail_usage("\"%s\": the flows of one node are cut with --force",
				  a->v[FINISH_NODE].text);
	if (!h)
		return EXIT_REFUSED;
	if (a->v[FINISH_NODE].given) {
		err = hashring_migrate_cut(h, ring, a->v[FINISH_NODE].text, &m);
		if (!err && !opt.json)
			printf("%s cut %u flows at %s\n", ring, m.step.flows,
			       a->v[FINISH_NODE].text);
	} else {
		err = hashring_migrate_finish(h, ring, a->v[FINISH_FORCE].given,
					      &m);
	}
	return migrate_told(h, ring, err, &m);
}

static const struct command commands[] = {
	{ "show", "list", "show the migration of a ring, or of all",
	  show_args, migrate_show },
	{ "run", NULL,
	  "pace the migration to its end, or hold a change and pace it",
	  migrate_run_args, migrate_run },
	{ "step", NULL,
	  "move the frontier by a distance, or to a position",
	  migrate_step_args, migrate_step },
	{ "pause", NULL, "refuse steps until a resume", pause_args,
	  migrate_pause },
	{ "resume", NULL, "end a pause", resume_args, migrate_resume },
	{ "rollback", NULL,
	  "undo the changes; established flows stay at their nodes, unless --now",
	  rollback_args, migrate_rollback },
	{ "finish", NULL,
	  "end the migration, once all has moved and drained; --force NODE: cut its flows alone",
	  finish_args, migrate_finish },
	{ "wait", NULL, "wait until the migration is done, or in another state",
	  migrate_wait_args, migrate_wait },
	{ "flows", NULL, "list the tracked flows", migrate_list_args,
	  migrate_flows },
	{ "steps", NULL, "list the events of a ring's migrations, oldest first",
	  migrate_list_args, migrate_steps },
	{ }
};

const struct noun noun_migrate = {
	.name = "migrate",
	.help = "held changes, taken in steps",
	.commands = commands,
};
