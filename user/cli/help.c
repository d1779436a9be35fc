// SPDX-License-Identifier: GPL-2.0-only
/*
 * Help, from the parser's table.
 */
#include <string.h>

#include "cli.h"

void help_noun(const struct noun *noun)
{
	const struct command *c;

	printf("%s: %s\n", noun->name, noun->help);
	for (c = noun->commands; c && c->args; c++) {
		printf("  %s %s", program->name, noun->name);
		if (c->name)
			printf(" %s", c->name);
		help_args(stdout, c->args);
		printf("\n      %s\n", c->help);
	}
}

void help_usage(FILE *f)
{
	int i;

	fputs(program->usage, f);
	for (i = 0; program->nouns[i]; i++)
		fprintf(f, "  %-9s %s\n", program->nouns[i]->name,
			program->nouns[i]->help);
	fputs(program->statuses, f);
}

/* help [NOUN]; no words at all are an error. */
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
