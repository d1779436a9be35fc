// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words of a batch's line or a change's operation, split as by a shell: blanks
 * separate, quotes and backslashes protect, # begins a comment.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static bool is_end(char c, bool semicolon)
{
	return !c || c == '\n' || (semicolon && c == ';');
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static int words_add(struct words *w, char *word)
{
	if (w->argc + 1 >= w->room) {
		int room = w->room ? 2 * w->room : 16;
		char **argv = realloc(w->argv, room * sizeof(*argv));

		if (!argv)
			return -1;
		w->argv = argv;
		w->room = room;
	}
	w->argv[w->argc++] = word;
	w->argv[w->argc] = NULL;
	return 0;
}

/*
 * Splits one word off *text, in place and without its quotes, so that it never
 * gets longer. Returns the character that ended it, or -1 for a missing closing
 * quote.
 */
static int take_word(char **text, bool semicolon, unsigned int *line)
{
	char *in = *text;
	char *to = in;
	char quote = 0;
	char end;

	for (; quote ? *in : !is_end(*in, semicolon) && !is_blank(*in); in++) {
		if (*in == '\n')
			++*line;
		if (quote && *in == quote) {
			quote = 0;
		} else if (!quote && (*in == '\'' || *in == '"')) {
			quote = *in;
		} else {
			if (*in == '\\' && quote != '\'' && in[1])
				in++;
			*to++ = *in;
		}
	}
	end = *in;
	*text = in + !!end;
	*to = '\0';
	return quote ? -1 : end;
}

int words_next(struct words *w, char **text, bool semicolon, unsigned int *line)
{
	char *in = *text;
	int end = ' ';

	w->argc = 0;
	while (is_blank(*in) || *in == '\n' || *in == '#' ||
	       (semicolon && *in == ';')) {
		if (*in == '#')
			in += strcspn(in, "\n");
		else if (*in++ == '\n')
			++*line;
	}
	w->line = *line;
	while (is_blank(end)) {
		char *word;

		while (is_blank(*in))
			in++;
		if (*in == '#')
			in += strcspn(in, "\n");
		if (is_end(*in, semicolon)) {
			end = (unsigned char)*in;
			in += !!end;
			break;
		}
		word = in;
		end = take_word(&in, semicolon, line);
		if (end < 0 || words_add(w, word))
			return -1;
	}
	if (end == '\n')
		++*line;
	*text = in;
	return w->argc > 0;
}

void words_release(struct words *w)
{
	free(w->argv);
	memset(w, 0, sizeof(*w));
}

/* A whole file, or standard input for "-", with a NUL; errors are reported. */
char *read_file(const char *path)
{
	bool is_stdin = !strcmp(path, "-");
	FILE *f = is_stdin ? stdin : fopen(path, "re");
	size_t room = 0, n = 0;
	char *text = NULL;

	if (!f) {
		fail_usage("%s: %s", path, strerror(errno));
		return NULL;
	}
	do {
		char *more;

		room = room ? 2 * room : 65536;
		more = realloc(text, room);
		if (!more) {
			fail_memory();
			goto err_free;
		}
		text = more;
		n += fread(text + n, 1, room - n - 1, f);
	} while (n == room - 1);
	if (ferror(f)) {
		fail_usage("%s: %s", path, strerror(errno));
		goto err_free;
	}
	text[n] = '\0';
	if (memchr(text, '\0', n)) {
		fail_usage("%s: holds a NUL byte", path);
		goto err_free;
	}
	if (!is_stdin)
		fclose(f);
	return text;

err_free:
	free(text);
	if (!is_stdin)
		fclose(f);
	return NULL;
}

/*
 * Appends to a list of words for a message; words that do not fit are left out.
 */
void list_word(char *list, size_t size, const char *word)
{
	size_t len = strlen(list);

	snprintf(list + len, size - len, "%s%s", len ? ", " : "", word);
}
