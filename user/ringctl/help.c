// SPDX-License-Identifier: GPL-2.0-only
/*
 * Help, all of it from the table that the parser goes by.
 */
#include <string.h>

#include "ringctl.h"

static void help_value(FILE *f, const struct arg *arg)
{
	int i;

	switch (arg->kind) {
	case ARG_FLAG:
		return;
	case ARG_ENUM:
		for (i = 0; arg->names[i]; i++)
			fprintf(f, "%s%s", i ? "|" : " ", arg->names[i]);
		return;
	case ARG_FLOW:
		fputs(" PROTOCOL SRC SPORT DST DPORT", f);
		return;
	case ARG_FLOWS:
		fputs(" conntrack|pcap FILE|synthetic N [zipf S] [seed X]", f);
		return;
	case ARG_POINTS:
		fputs(" POSITION...", f);
		return;
	default:
		fprintf(f, " %s", arg->meta);
	}
}

/* The arguments of a command, on one line. */
static void help_args(FILE *f, const struct arg *arg)
{
	for (; arg->kind; arg++) {
		fputs(arg->required ? " " : " [", f);
		if (arg->word) {
			fputs(arg->word, f);
			if (arg->alias)
				fprintf(f, "|%s", arg->alias);
			help_value(f, arg);
		} else {
			fputs(arg->meta, f);
		}
		if (!arg->required)
			fputc(']', f);
		if (arg->kind == ARG_VIA)
			fputs("...", f);
	}
}

static const struct noun *noun_of(const struct command *cmd)
{
	const struct command *c;
	int i;

	for (i = 0; nouns[i]; i++)
		for (c = nouns[i]->commands; c && c->run; c++)
			if (c == cmd)
				return nouns[i];
	return NULL;
}

void help_command(FILE *f, const struct command *cmd)
{
	const struct noun *noun = noun_of(cmd);

	fputs("Usage:", f);
	if (noun)
		fprintf(f, " ringctl %s", noun->name);
	if (cmd->name)
		fprintf(f, " %s", cmd->name);
	help_args(f, cmd->args);
	fputc('\n', f);
}

void help_noun(const struct noun *noun)
{
	const struct command *c;

	printf("%s: %s\n", noun->name, noun->help);
	for (c = noun->commands; c && c->run; c++) {
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
		if (!nouns[i]->hidden)
			fprintf(f, "  %-9s %s\n", nouns[i]->name,
				nouns[i]->help);
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
