// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringlab scenario: the cases of a document, and the document's claims beside
 * the measured figures.
 */
#include <stdlib.h>

#include "cli/signals.h"
#include "compare.h"
#include "ringlab/ringlab.h"

enum {
	SCENARIO_NAME,
	SCENARIO_METHODS,
	SCENARIO_SEED,
	SCENARIO_SAMPLES,
};

static const struct arg scenario_args[] = {
	[SCENARIO_NAME] = { ARG_ENUM, .meta = "NAME", .required = true,
			    .names = compare_scenarios },
	[SCENARIO_METHODS] = ARG_ROW_METHODS,
	[SCENARIO_SEED] = ARG_ROW_SEED,
	[SCENARIO_SAMPLES] = ARG_ROW_SAMPLES,
	{ }
};

/* Computes one case and prints it, or adds it to the list. */
static int run_one(struct args *a, __u32 which, json_t *list)
{
	struct compare_list nodes = { 0 };
	struct compare c = {
		.nodes = { .points = HR_DEFAULT_POINTS, .per = 1 },
	};
	__u32 *keys = NULL;
	int status;

	memcpy(c.nodes.seed, a->v[SCENARIO_SEED].seed, sizeof(c.nodes.seed));
	status = compare_take(a, &c);
	if (!status)
		status = compare_scenario_begin(which, &c, &nodes, &keys);
	if (!status)
		status = compare_run(&c);
	if (!status && list)
		json_array_append_new(list, compare_to_json(&c));
	else if (!status)
		compare_print(&c);
	compare_release(&c);
	compare_list_release(&nodes);
	free(keys);
	return status;
}

static int run_all(struct args *a, json_t *list)
{
	int status = EXIT_DONE;
	__u32 i;

	for (i = 1; compare_scenarios(i) && !status; i++) {
		if (i > 1 && !list)
			putchar('\n');
		status = run_one(a, i, list);
		fflush(stdout);
	}
	return status;
}

/* One case is printed as one object, all of them as a list. */
static int scenario(struct args *a)
{
	__u32 which = a->v[SCENARIO_NAME].num;
	json_t *list = opt.json ? json_array() : NULL;
	int status;

	signals_hold();
	status = which ? run_one(a, which, list) : run_all(a, list);
	if (list && !status)
		json_print(json_incref(which ? json_array_get(list, 0) : list));
	json_decref(list);
	/* An interrupt has had its effect: its signal stays blocked. */
	if (status != EXIT_ABORTED)
		signals_release();
	return status;
}

static const struct command commands[] = {
	{ NULL, NULL, "a case of the document, or all: claims beside what is measured",
	  scenario_args, scenario },
	{ }
};

const struct noun noun_scenario = {
	.name = "scenario",
	.help = "known cases, all methods on the same keys",
	.commands = commands,
};
