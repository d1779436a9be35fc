// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program from its table: options, the first word, or a batch of lines.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

#define OUTPUT_BUFFER	(64 * 1024)

/* No name begins with a dash, so that the word is unambiguous. */
static bool wants_help(int argc, char **argv)
{
	int i;

	if (argc && !strcmp(argv[0], "help"))
		return true;
	for (i = 0; i < argc; i++)
		if (!strcmp(argv[i], "--help"))
			return true;
	return false;
}

int run_words(int argc, char **argv)
{
	const struct command *cmd;
	const struct noun *noun;
	struct args a;
	int status;

	if (!strcmp(argv[0], "help"))
		return help(argc - 1, argv + 1);
	if (!strcmp(argv[0], "complete"))
		return complete(argc - 1, argv + 1);
	noun = noun_find(argv[0]);
	if (!noun)
		return EXIT_USAGE;
	argc--;
	argv++;

	cmd = noun->commands;
	if (wants_help(argc, argv)) {
		help_noun(noun);
		return EXIT_DONE;
	}
	if (cmd->name && argc) {
		cmd = command_find(noun, argv[0]);
		if (!cmd)
			return EXIT_USAGE;
		argc--;
		argv++;
	}
	status = args_parse(noun, cmd, argc, argv, &a);
	if (!status)
		status = cmd->run(&a);
	args_release(&a);
	return status;
}

/*
 * One command a line; stops at the first that fails, unless forced. Lines are
 * read as they come, so that another program can feed a batch.
 */
static int run_batch(const char *path)
{
	bool is_stdin = !strcmp(path, "-");
	FILE *f = is_stdin ? stdin : fopen(path, "re");
	struct words words = { 0 };
	unsigned int line = 0;
	char *text = NULL;
	size_t room = 0;
	ssize_t len = 0;
	int status = 0;

	if (!f)
		return fail_usage("%s: %s", path, strerror(errno));

	while ((!status || opt.force) &&
	       (len = getline(&text, &room, f)) >= 0) {
		unsigned int ignored = 0;
		char *rest = text;
		/* Reading the words writes NUL bytes. */
		bool nul = memchr(text, '\0', len);
		int err = 0;
		int ret;

		error_file = is_stdin ? "stdin" : path;
		error_line = ++line;
		ret = words_next(&words, &rest, false, &ignored);
		if (nul)
			err = fail_usage("holds a NUL byte");
		else if (ret < 0)
			err = fail_usage("a quote is not closed");
		else if (ret)
			err = run_words(words.argc, words.argv);
		fflush(stdout);
		if (!status)
			status = err;
	}
	error_file = NULL;
	if (ferror(f) && !status)
		status = fail_usage("%s: %s", path, strerror(errno));
	words_release(&words);
	free(text);
	if (!is_stdin)
		fclose(f);
	return status;
}

/* Output that could not be written is an error. */
static int flush_output(int status)
{
	if (fflush(stdout) || ferror(stdout)) {
		if (!status)
			return fail(EXIT_REFUSED, "standard output: %s",
				    strerror(errno));
	}
	return status;
}

/**
 * program_main() - runs the command of the words, or a batch
 * @p: the program
 * @argc: number of @argv
 * @argv: the words; the first one is the program's name
 *
 * Return: an exit status; errors are reported.
 */
int program_main(const struct program *p, int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "pretty", no_argument, NULL, 'p' },
		{ "statistics", no_argument, NULL, 's' },
		{ "stats", no_argument, NULL, 's' },
		{ "netns", required_argument, NULL, 'n' },
		{ "batch", required_argument, NULL, 'b' },
		{ "force", no_argument, NULL, 'F' },
		{ "help", no_argument, NULL, 'h' },
		{ "Version", no_argument, NULL, 'V' },
		{ "version", no_argument, NULL, 'V' },
		{ }
	};
	const char *batch = NULL;
	int status;
	int c;

	program = p;
	/* Errors of getopt begin like all others. */
	argv[0] = (char *)p->name;
	/* One dash is enough for long options too, as in iproute2. */
	while ((c = getopt_long_only(argc, argv, "+jpsn:b:hV", options,
				     NULL)) != -1) {
		switch (c) {
		case 'j':
			opt.json = true;
			break;
		case 'p':
			opt.pretty = true;
			break;
		case 's':
			opt.stats = true;
			break;
		case 'n':
			opt.netns = optarg;
			break;
		case 'b':
			batch = optarg;
			break;
		case 'F':
			opt.force = true;
			break;
		case 'h':
			help_usage(stdout);
			return flush_output(EXIT_DONE);
		case 'V':
			printf("%s %s\n", p->name, HASHRING_VERSION);
			return flush_output(EXIT_DONE);
		default:
			return EXIT_USAGE;
		}
	}
	argc -= optind;
	argv += optind;

	/* A larger buffer for lists of millions. */
	if (!isatty(STDOUT_FILENO))
		setvbuf(stdout, NULL, _IOFBF, OUTPUT_BUFFER);

	if (batch && argc)
		status = fail_usage("\"%s\": with -b commands come from the file",
				    argv[0]);
	else if (batch)
		status = run_batch(batch);
	else if (argc)
		status = run_words(argc, argv);
	else
		status = help(0, NULL);

	conn_close();
	return flush_output(status);
}
