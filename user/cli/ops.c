// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations of a change: the words of `ringctl node`, without the ring.
 */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "cli/model/model.h"

/* Room for one more operation, zeroed; NULL without memory. */
struct hashring_op *ops_add(struct ops *ops)
{
	struct hashring_op *more;

	more = model_grow(ops->op, ops->nr, sizeof(*more));
	if (!more)
		return NULL;
	ops->op = more;
	return &ops->op[ops->nr++];
}

void ops_release(struct ops *ops)
{
	__u32 i;

	for (i = 0; i < ops->nr; i++) {
		free((void *)ops->op[i].points);
		free((void *)ops->op[i].cells);
	}
	free(ops->op);
	free(ops->text);
	memset(ops, 0, sizeof(*ops));
}

static int parse_op(struct ops *ops, const struct words *words)
{
	const struct command *cmd;
	struct hashring_op *op;
	struct args a;
	int status;

	if (strcmp(words->argv[0], noun_op.name))
		return fail_usage("unknown word \"%s\": every operation begins with \"node\"",
				  words->argv[0]);
	if (words->argc < 2)
		return fail_usage("node: which command?");
	cmd = command_find(&noun_op, words->argv[1]);
	if (!cmd)
		return EXIT_USAGE;
	status = args_parse_op(&noun_op, cmd, words->argc - 2,
			       words->argv + 2, &a);
	if (!status && args_value(&a, "--hold")->given)
		status = fail_usage("--hold applies to the whole change, not to one operation");
	if (!status) {
		op = ops_add(ops);
		if (op)
			node_op(&a, op);
		else
			status = fail_memory();
	}
	args_release(&a);
	return status;
}

/* Braces around a whole file have no effect. */
static char *strip_braces(char *text)
{
	size_t len;

	text += strspn(text, " \t\r\n");
	if (*text != '{')
		return text;
	len = strlen(text);
	while (len && strchr(" \t\r\n", text[len - 1]))
		len--;
	if (text[len - 1] == '}') {
		text[len - 1] = '\0';
		*text = ' ';
	}
	return text;
}

/**
 * ops_parse() - parses operations
 * @ops: gets the operations
 * @text: operations, separated by newlines or semicolons; overwritten, and
 *	valid as long as @ops
 * @file: the file for errors; NULL: the command line
 *
 * Return: an exit status; errors are reported, with the line or the operation's
 * number.
 */
int ops_parse(struct ops *ops, char *text, const char *file)
{
	const char *outer_file = error_file;
	unsigned int outer_line = error_line;
	struct words words = { 0 };
	unsigned int line = 1;
	int status = 0;
	int ret;

	do {
		ret = words_next(&words, &text, true, &line);
		if (file) {
			error_file = file;
			error_line = words.line;
		} else {
			error_op = ops->nr + 1;
		}
		if (ret < 0)
			status = fail_usage("a quote is not closed");
		else if (ret)
			status = parse_op(ops, &words);
	} while (ret > 0 && !status);
	error_file = outer_file;
	error_line = outer_line;
	error_op = 0;
	words_release(&words);
	if (!status && !ops->nr)
		return fail_usage("no operations");
	return status;
}

/**
 * ops_from_args() - operations from the command line or a file
 * @ops: zeroed; to be released also after an error
 * @text: an ARG_OPS
 * @file: an ARG_FILE; one of the two is to be given
 *
 * Return: an exit status; errors are reported.
 */
int ops_from_args(struct ops *ops, const struct value *text,
		  const struct value *file)
{
	if (text->given == file->given)
		return fail_usage("operations are missing: '{ ... }' or -f FILE");
	if (text->given) {
		ops->text = strdup(text->text);
		if (!ops->text)
			return fail_memory();
		return ops_parse(ops, ops->text, NULL);
	}
	ops->text = read_file(file->text);
	if (!ops->text)
		return EXIT_USAGE;
	return ops_parse(ops, strip_braces(ops->text),
			 strcmp(file->text, "-") ? file->text : "stdin");
}
