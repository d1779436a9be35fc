// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl save, restore: rings into a file, and from a file into a namespace
 * that has no rings of these names.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/signals.h"
#include "sync.h"
#include "ringctl/ringctl.h"

/* save */

enum { SAVE_FILE, SAVE_RINGS };

static const struct arg save_args[] = {
	[SAVE_FILE] = { ARG_FILE, .meta = "FILE" },
	[SAVE_RINGS] = { ARG_RINGS, .meta = "RING..." },
	{ }
};

static int save(const char *file, char **names, int nr_names)
{
	struct model m;
	__u32 i;
	int status = model_from_kernel(&m, names, nr_names);

	if (!status && !strcmp(file, "-")) {
		model_write(stdout, &m);
	} else if (!status) {
		status = model_save(&m, file);
		for (i = 0; i < m.nr_rings && !status && !opt.json; i++)
			printf("%s saved: generation %llu, nodes %u, attachments %u\n",
			       m.ring[i].name, m.ring[i].generation,
			       m.ring[i].nr_nodes, m.ring[i].nr_attach);
	}
	model_release(&m);
	return status;
}

static int save_rings(struct args *a)
{
	const struct value *rings = &a->v[SAVE_RINGS];

	return save(a->v[SAVE_FILE].given ? a->v[SAVE_FILE].text : "-",
		    rings->words, rings->n);
}

static const struct command save_commands[] = {
	{ NULL, NULL, "write these rings, or all, to FILE; no FILE or -: print them",
	  save_args, save_rings },
	{ }
};

const struct noun noun_save = {
	.name = "save",
	.help = "rings into a YAML file",
	.commands = save_commands,
};

/* restore */

/**
 * ring_make() - makes a ring with its nodes
 * @r: the ring; its name is free
 * @receipt: of its one change, to be released; empty without nodes
 *
 * Return: an exit status; errors are reported, and then there is no ring.
 */
int ring_make(const struct model_ring *r, struct hashring_receipt *receipt)
{
	const struct hashring_ring_config config = {
		.name = r->name,
		.placement = r->placement,
		.points = r->points,
		.per = r->per,
		.seed = r->has_seed ? r->seed : NULL,
		.grid = r->grid,
		.has = r->has_settings,
		.settings = r->settings,
	};
	struct hashring_change change = {
		.ring = r->name,
		.expect_generation = 0,
		.max_moved = HASHRING_ANY,
	};
	struct hashring_ring made;
	struct ops ops = { 0 };
	int status, err;

	memset(receipt, 0, sizeof(*receipt));
	err = hashring_ring_add(conn(), &config, &made);
	if (err)
		return refused(err);
	if (made.algorithm != HR_ALGORITHM) {
		status = fail(EXIT_REFUSED,
			      "the kernel places nodes by algorithm %u, this program by %d",
			      made.algorithm, HR_ALGORITHM);
		goto err_unmake;
	}
	if (!r->nr_nodes)
		return EXIT_DONE;

	status = model_ops(r, &ops);
	if (!status) {
		change.ops = ops.op;
		change.nr_ops = ops.nr;
		err = hashring_change(conn(), &change, receipt);
		status = err ? refused(err) : EXIT_DONE;
	}
	ops_release(&ops);
	if (!status)
		return EXIT_DONE;

err_unmake:
	ring_unmake(r);
	return status;
}

void ring_unmake(const struct model_ring *r)
{
	if (hashring_ring_del(conn(), r->name))
		warn("ring %s could not be removed again: %s", r->name,
		     hashring_error(conn()));
}

/* The names must be free; checked before anything is done. */
static int check_free(const struct model *m)
{
	struct hashring_ring ring;
	__u32 i;
	int err;

	for (i = 0; i < m->nr_rings; i++) {
		const struct model_ring *r = &m->ring[i];

		err = hashring_ring_get(conn(), r->name, &ring);
		if (err == -ENOENT)
			continue;
		if (err)
			return refused(err);
		fail_at(m, r->at, "ring %s exists: sync makes it like the file",
			r->name);
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

static void print_all(const struct model *m,
		      const struct hashring_receipt *receipts,
		      const struct attach_plan *plan)
{
	__u32 i;

	if (opt.json)
		json_list_begin();
	for (i = 0; i < m->nr_rings; i++)
		print_made(&m->ring[i], &receipts[i], false);
	attach_plan_print(plan);
	if (opt.json)
		json_list_end();
}

/* All or nothing: if one ring cannot be made, the others are removed. */
static int make_all(const struct model *m)
{
	struct hashring_receipt *receipts;
	struct attach_plan plan = { 0 };
	int status = 0;
	__u32 made, i;

	receipts = calloc((size_t)m->nr_rings + 1, sizeof(*receipts));
	if (!receipts)
		return fail_memory();
	for (made = 0; made < m->nr_rings; made++) {
		status = ring_make(&m->ring[made], &receipts[made]);
		if (status)
			break;
	}
	if (!status)
		status = attach_plan_make(&plan, m, false);
	if (!status)
		status = attach_plan_run(&plan);
	if (!status) {
		print_all(m, receipts, &plan);
	} else {
		attach_plan_undo(&plan);
		for (i = made; i-- > 0;)
			ring_unmake(&m->ring[i]);
		warn("nothing was restored");
	}
	attach_plan_release(&plan);
	for (i = 0; i < made; i++)
		hashring_receipt_release(&receipts[i]);
	free(receipts);
	return status;
}

enum { RESTORE_FILE };

static const struct arg restore_args[] = {
	[RESTORE_FILE] = { ARG_FILE, .meta = "FILE", .required = true },
	{ }
};

static int restore(struct args *a)
{
	struct model m;
	int status = model_read(&m, a->v[RESTORE_FILE].text);

	if (!status)
		status = conn() ? check_free(&m) : EXIT_REFUSED;
	if (!status) {
		signals_hold();
		status = make_all(&m);
		signals_release();
	}
	model_release(&m);
	return status;
}

static const struct command restore_commands[] = {
	{ NULL, NULL, "make the rings of FILE, none of which may exist; - is standard input",
	  restore_args, restore },
	{ }
};

const struct noun noun_restore = {
	.name = "restore",
	.help = "rings from a file into the kernel",
	.commands = restore_commands,
};
