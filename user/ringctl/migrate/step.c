// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl migrate step: the frontier, moved by hand.
 */
#include <string.h>

#include "migrate.h"

enum {
	STEP_RING,
	STEP_SHARE,
	STEP_ARCS,
	STEP_FLOWS,
	STEP_TO,
	STEP_BACK,
	STEP_MAX_FLOWS,
	STEP_DRY_RUN,
	STEP_EPOCH,
};

const struct arg migrate_step_args[] = {
	[STEP_RING] = { ARG_RING, .meta = "RING", .required = true },
	[STEP_SHARE] = { ARG_SHARE, "--share", .meta = "SHARE" },
	[STEP_ARCS] = { ARG_NUMBER, "--arcs", .meta = "N", .min = 1 },
	[STEP_FLOWS] = { ARG_NUMBER, "--flows", .meta = "N", .min = 1 },
	[STEP_TO] = { ARG_TEXT, "--to", .meta = "POSITION|start|end" },
	[STEP_BACK] = { ARG_FLAG, "--back" },
	[STEP_MAX_FLOWS] = { ARG_NUMBER, "--max-flows", .meta = "N" },
	[STEP_DRY_RUN] = { ARG_FLAG, "--dry-run" },
	[STEP_EPOCH] = { ARG_NUMBER, "--epoch", .meta = "E",
			 .max = INT64_MAX },
	{ }
};

static int get_frontier(const char *word, __u64 *frontier)
{
	if (!strcmp(word, "start"))
		*frontier = 0;
	else if (!strcmp(word, "end"))
		*frontier = HASHRING_WHOLE;
	else if (get_u64(word, 0, HASHRING_WHOLE, frontier))
		return fail_usage("--to \"%s\": expected 0 to 0x100000000, start or end",
				  word);
	return EXIT_DONE;
}

/* Exactly one of the four. */
static int take_amount(const struct value *v, struct hashring_step_ask *ask)
{
	int given = v[STEP_SHARE].given + v[STEP_ARCS].given +
		    v[STEP_FLOWS].given + v[STEP_TO].given;

	if (given != 1)
		return fail_usage("how far? give one of --share, --arcs, --flows and --to");
	if (v[STEP_TO].given) {
		if (v[STEP_BACK].given)
			return fail_usage("--to and --back exclude each other");
		ask->by = HASHRING_STEP_TO;
		return get_frontier(v[STEP_TO].text, &ask->amount);
	}
	if (v[STEP_SHARE].given) {
		if (!v[STEP_SHARE].num)
			return fail_usage("--share \"%s\": not a step",
					  v[STEP_SHARE].text);
		ask->by = HASHRING_STEP_SHARE;
		ask->amount = v[STEP_SHARE].num;
	} else if (v[STEP_ARCS].given) {
		ask->by = HASHRING_STEP_ARCS;
		ask->amount = v[STEP_ARCS].num;
	} else {
		ask->by = HASHRING_STEP_FLOWS;
		ask->amount = v[STEP_FLOWS].num;
	}
	return EXIT_DONE;
}

static void print_stepped(const struct hashring_migration *m, bool planned)
{
	printf("%s ", m->ring);
	if (planned) {
		fputs("planned ", stdout);
		print_way(stdout, &m->step);
		putchar('\n');
		return;
	}
	print_step(stdout, &m->step);
	printf("  %.1f%%\n", 100 * migration_part(m));
}

int migrate_step(struct args *a)
{
	const struct value *v = a->v;
	struct hashring_step_ask ask = {
		.ring = v[STEP_RING].text,
		.has_max_flows = v[STEP_MAX_FLOWS].given,
		.max_flows = v[STEP_MAX_FLOWS].num,
		.back = v[STEP_BACK].given,
		.dry_run = v[STEP_DRY_RUN].given,
		.expect_epoch = HASHRING_ANY,
	};
	int status = take_amount(v, &ask);
	struct hashring_migration m;
	struct hashring *h;
	int err;

	if (status)
		return status;
	if (v[STEP_EPOCH].given)
		ask.expect_epoch = v[STEP_EPOCH].num;
	h = conn();
	if (!h)
		return EXIT_REFUSED;
	err = hashring_migrate_step(h, &ask, &m);
	if (err || opt.json)
		return migrate_told(h, ask.ring, err, &m);
	print_stepped(&m, ask.dry_run);
	hashring_migration_release(&m);
	return EXIT_DONE;
}
