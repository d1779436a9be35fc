// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl limits: the limits of the module.
 */
#include "cli/print/output.h"
#include "ringctl/ringctl.h"

static const struct arg no_args[] = {
	{ }
};

static int print_limit(const struct hashring_limit *limit, void *arg)
{
	if (opt.json)
		json_list_item(limit_to_json(limit));
	else
		printf("%-12s %10llu  %s\n", limit->name, limit->value,
		       limit->what);
	return 0;
}

static int limits_show(struct args *a)
{
	struct hashring *h = conn();
	int err;

	if (!h)
		return EXIT_REFUSED;
	if (opt.json)
		json_list_begin();
	err = hashring_limit_list(h, print_limit, NULL, NULL);
	if (opt.json)
		json_list_end();
	return err ? refused(err) : 0;
}

static const struct command commands[] = {
	{ NULL, NULL, "the limits that the module enforces", no_args,
	  limits_show },
	{ }
};

const struct noun noun_limits = {
	.name = "limits",
	.help = "what the module enforces",
	.commands = commands,
};
