// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringlab: what rings and other methods would move, for a desk. The table of
 * commands has the order of the help.
 */
#include "ringlab.h"

static const struct noun *const nouns[] = {
	&noun_compare,
	&noun_scenario,
	&noun_report,
	NULL
};

static const struct program ringlab = {
	.name = "ringlab",
	.noun = "command",
	.nouns = nouns,
	.usage = "Usage: ringlab [OPTIONS] COMMAND [ARGUMENTS]\n"
		 "       ringlab [OPTIONS] -b FILE\n"
		 "       ringlab help COMMAND\n"
		 "Options:\n"
		 "  -j, --json        print JSON\n"
		 "  -p, --pretty      indent it\n"
		 "  -n, --netns NAME  rings of this network namespace\n"
		 "  -b, --batch FILE  read a command a line, - for standard input\n"
		 "      --force       a batch goes on after an error\n"
		 "  -V, --version     print the version\n"
		 "  -h, --help        this\n"
		 "Commands:\n",
	.statuses = "Exit status: 0 done, 1 usage, 2 refused, 3 the ring changed meanwhile,\n"
		    "             5 aborted\n",
};

int main(int argc, char **argv)
{
	return program_main(&ringlab, argc, argv);
}
