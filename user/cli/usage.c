// SPDX-License-Identifier: GPL-2.0-only
/*
 * The usage of a command: its words, from the parser's table.
 */
#include "cli.h"

static void help_value(FILE *f, const struct arg *arg)
{
	int i;

	switch (arg->kind) {
	case ARG_FLAG:
		return;
	case ARG_ENUM:
		for (i = 0; arg->names(i); i++)
			fprintf(f, "%s%s", i ? "|" : " ", arg->names(i));
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
void help_args(FILE *f, const struct arg *arg)
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

void help_command(FILE *f, const struct noun *noun, const struct command *cmd)
{
	fprintf(f, "Usage: %s %s", program->name, noun->name);
	if (cmd->name)
		fprintf(f, " %s", cmd->name);
	help_args(f, cmd->args);
	fputc('\n', f);
}
