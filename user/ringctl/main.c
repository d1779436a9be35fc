// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl: keeps consistent-hash rings of the hashring kernel module. The table
 * of nouns has the order of the help.
 */
#include "ringctl.h"

static const struct noun *const nouns[] = {
	&noun_ring,
	&noun_node,
	&noun_change,
	&noun_plan,
	&noun_lookup,
	&noun_map,
	&noun_arcs,
	&noun_stats,
	&noun_history,
	&noun_diff,
	&noun_digest,
	&noun_attach,
	&noun_migrate,
	&noun_measure,
	&noun_monitor,
	&noun_save,
	&noun_restore,
	&noun_sync,
	&noun_limits,
	NULL
};

/* Commands of ringlab, for a desk with or without the module. */
static const char *const of_ringlab[] = { "compare", "report", "scenario", NULL };

const struct program ringctl = {
	.name = "ringctl",
	.noun = "object",
	.nouns = nouns,
	.usage = "Usage: ringctl [OPTIONS] OBJECT [COMMAND] [ARGUMENTS]\n"
		 "       ringctl [OPTIONS] -b FILE\n"
		 "       ringctl help OBJECT\n"
		 "Options:\n"
		 "  -j, --json        print JSON\n"
		 "  -p, --pretty      indent it\n"
		 "  -s, --statistics  print more figures\n"
		 "  -n, --netns NAME  act in this network namespace\n"
		 "  -b, --batch FILE  read a command a line, - for standard input\n"
		 "      --force       a batch goes on after an error\n"
		 "  -V, --version     print the version\n"
		 "  -h, --help        this\n"
		 "Objects:\n",
	.statuses = "Exit status: 0 done, 1 usage, 2 refused by the kernel,\n"
		    "             3 stale or another digest, 4 over budget, 5 aborted\n",
	.other = "ringlab",
	.other_nouns = of_ringlab,
};

int main(int argc, char **argv)
{
	return program_main(&ringctl, argc, argv);
}
