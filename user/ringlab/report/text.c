// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text in a page, escaped so that no text becomes markup.
 */
#include <stdlib.h>
#include <time.h>

#include "report.h"

/* Escaped for HTML and XML, between tags and in attributes. */
void text_escaped(FILE *f, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '<':
			fputs("&lt;", f);
			break;
		case '>':
			fputs("&gt;", f);
			break;
		case '&':
			fputs("&amp;", f);
			break;
		case '"':
			fputs("&quot;", f);
			break;
		case '\'':
			fputs("&#39;", f);
			break;
		default:
			fputc(*text, f);
		}
	}
}

/*
 * JSON for a script element. Characters that could end the element or begin a
 * comment occur in strings only, and are written as \u escapes. The value is
 * released.
 */
void text_json(FILE *f, json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT);
	const char *c;

	for (c = text ? text : "null"; *c; c++) {
		if (*c == '<' || *c == '>' || *c == '&')
			fprintf(f, "\\u%04x", *c);
		else
			fputc(*c, f);
	}
	free(text);
	json_decref(value);
}

/* Figures for readers, with raw values for programs. */

static void put_data(FILE *f, const char *figure, __u64 raw, const char *text)
{
	fprintf(f, "<data data-figure=\"%s\" value=\"%llu\">%s</data>", figure,
		raw, text);
}

void text_share(FILE *f, const char *figure, __u64 share)
{
	char text[FIGURE_LEN];

	put_data(f, figure, share, figure_share(text, share));
}

void text_ratio(FILE *f, const char *figure, __u64 ratio)
{
	char text[FIGURE_LEN];

	put_data(f, figure, ratio, figure_ratio(text, ratio));
}

void text_count(FILE *f, const char *figure, __u64 count)
{
	char text[FIGURE_LEN];

	snprintf(text, sizeof(text), "%llu", count);
	put_data(f, figure, count, text);
}

void text_time(FILE *f, __u64 ns)
{
	char text[FIGURE_LEN];
	time_t seconds = ns / 1000000000;
	struct tm tm;

	if (gmtime_r(&seconds, &tm) &&
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
		fprintf(f, "<time datetime=\"%s\">%s</time>", text, text);
}

/* The number of nodes of each kind of operation. */
void text_operations(FILE *f, const struct hashring_receipt *receipt)
{
	const struct {
		const char *word;
		__u32 count;
	} of[] = {
		{ "added", receipt->added },
		{ "removed", receipt->removed },
		{ "set", receipt->set },
		{ "replaced", receipt->replaced },
	};
	const char *comma = "";
	size_t i;

	for (i = 0; i < sizeof(of) / sizeof(*of); i++) {
		if (!of[i].count)
			continue;
		fprintf(f, "%s%s %u", comma, of[i].word, of[i].count);
		comma = ", ";
	}
}
