// SPDX-License-Identifier: GPL-2.0-only
/*
 * Help, all of it from the table that the parser goes by.
 */
#include <string.h>

#include "cli/cli.h"

void help_noun(const struct noun *noun)
{
	const struct command *c;

	printf("%s: %s\n", noun->name, noun->help);
	for (c = noun->commands; c && c->args; c++) {
		printf("  ringctl %s", noun->name);
		if (c->name)
			printf(" %s", c->name);
		help_args(stdout, c->args);
		printf("\n      %s\n", c->help);
	}
}

void help_usage(FILE *f)
{
	int i;

	fputs("Usage: ringctl [OPTIONS] OBJECT [COMMAND] [ARGUMENTS]\n"
	      "       ringctl [OPTIONS] -b FILE\n"
	      "       ringctl help OBJECT\n"
	      "Options:\n"
	      "  -j, --json        print JSON\n"
	      "  -p, --pretty      indent it\n"
	      "  -s, --statistics  more figures\n"
	      "  -n, --netns NAME  in this network namespace\n"
	      "  -b, --batch FILE  a command a line, - for standard input\n"
	      "      --force       a batch goes on after an error\n"
	      "  -V, --version     the version\n"
	      "  -h, --help        this\n"
	      "Objects:\n", f);
	for (i = 0; nouns[i]; i++)
		fprintf(f, "  %-9s %s\n", nouns[i]->name, nouns[i]->help);
	fputs("Exit status: 0 done, 1 usage, 2 refused by the kernel,\n"
	      "             3 stale or another digest, 4 over budget, 5 aborted\n", f);
}

/* ringctl help [OBJECT]; no words at all are an error. */
int help(int argc, char **argv)
{
	const struct noun *noun;

	if (!argc) {
		help_usage(argv ? stdout : stderr);
		return argv ? EXIT_DONE : EXIT_USAGE;
	}
	noun = noun_find(argv[0]);
	if (!noun)
		return EXIT_USAGE;
	help_noun(noun);
	return EXIT_DONE;
}
