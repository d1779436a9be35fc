// SPDX-License-Identifier: GPL-2.0-only
/*
 * Strict YAML: a key that is not in the table is an error.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "doc.h"

/* No control characters of a file reach a terminal. */
const char *doc_shown(char text[DOC_SHOWN], const yaml_node_t *node)
{
	size_t i;

	snprintf(text, DOC_SHOWN, "%s", (const char *)node->data.scalar.value);
	for (i = 0; text[i]; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			text[i] = '?';
	return text;
}

struct mark doc_mark(const yaml_node_t *node)
{
	return (struct mark) {
		.line = node->start_mark.line + 1,
		.column = node->start_mark.column + 1,
	};
}

int fail_at(const struct model *m, struct mark at, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!m->file)
		return fail_usage("%s", text);
	return fail_usage("%s:%u:%u: %s", m->file, at.line, at.column, text);
}

static yaml_node_t *node_at(struct reader *r, yaml_node_item_t item)
{
	return yaml_document_get_node(&r->doc, item);
}

/* A scalar's text, or NULL; errors are reported. */
const char *doc_scalar(struct reader *r, yaml_node_t *value, const char *key,
		       const char *expected)
{
	if (value->type != YAML_SCALAR_NODE) {
		doc_bad(r, value, "%s: expected %s, not a %s", key, expected,
			value->type == YAML_MAPPING_NODE ? "mapping" : "list");
		return NULL;
	}
	if (strlen((char *)value->data.scalar.value) !=
	    value->data.scalar.length) {
		doc_bad(r, value, "%s: holds a NUL byte", key);
		return NULL;
	}
	return (const char *)value->data.scalar.value;
}

int doc_number(struct reader *r, yaml_node_t *value, const struct key *key,
	       __u64 *num)
{
	const char *text = doc_scalar(r, value, key->name, "a number");
	char word[DOC_SHOWN];

	if (!text)
		return EXIT_USAGE;
	if (get_u64(text, key->min, key->max, num))
		return doc_bad(r, value, "%s: expected a number from %llu to %llu, not \"%s\"",
			       key->name, key->min, key->max,
			       doc_shown(word, value));
	return EXIT_DONE;
}

int doc_u32(struct reader *r, yaml_node_t *value, const struct key *key,
	    __u32 *to)
{
	__u64 num = 0;
	int status = doc_number(r, value, key, &num);

	*to = num;
	return status;
}

int doc_word(struct reader *r, yaml_node_t *value, const struct key *key,
	     __u32 *to)
{
	const char *text = doc_scalar(r, value, key->name, "a word");
	char list[128] = "", word[DOC_SHOWN];
	int i;

	if (!text)
		return EXIT_USAGE;
	for (i = 0; key->names(i); i++) {
		size_t len = strlen(list);

		if (!strcmp(key->names(i), text)) {
			*to = i;
			return EXIT_DONE;
		}
		snprintf(list + len, sizeof(list) - len, "%s%s", len ? ", " : "",
			 key->names(i));
	}
	return doc_bad(r, value, "%s: expected one of %s, not \"%s\"", key->name,
		       list, doc_shown(word, value));
}

int doc_name(struct reader *r, yaml_node_t *value, const struct key *key,
	     char to[HASHRING_NAME_LEN])
{
	const char *text = doc_scalar(r, value, key->name, "a name");
	const char *wrong;
	char word[DOC_SHOWN];

	if (!text)
		return EXIT_USAGE;
	wrong = hr_name_check(text, strlen(text));
	if (wrong)
		return doc_bad(r, value, "%s \"%s\": %s", key->name,
			       doc_shown(word, value), wrong);
	strcpy(to, text);
	return EXIT_DONE;
}

/* Calls @one for each element of a list. */
int doc_list(struct reader *r, yaml_node_t *value, const char *what,
	     int (*one)(struct reader *r, yaml_node_t *item, void *to),
	     void *to)
{
	yaml_node_item_t *item;
	int status;

	if (value->type != YAML_SEQUENCE_NODE)
		return doc_bad(r, value, "%s: expected a list", what);
	for (item = value->data.sequence.items.start;
	     item < value->data.sequence.items.top; item++) {
		status = one(r, node_at(r, *item), to);
		if (status)
			return status;
	}
	return EXIT_DONE;
}

static int bad_key(struct reader *r, yaml_node_t *node, const char *what,
		   const struct key *keys)
{
	char list[256] = "", word[DOC_SHOWN];

	for (; keys->name; keys++) {
		size_t len = strlen(list);

		snprintf(list + len, sizeof(list) - len, "%s%s", len ? ", " : "",
			 keys->name);
	}
	return doc_bad(r, node, "unknown key \"%s\" of %s: expected one of %s",
		       doc_shown(word, node), what, list);
}

/* Reads a mapping key by key. */
int doc_map(struct reader *r, yaml_node_t *map, const char *what,
	    const struct key *keys, void *to)
{
	yaml_node_pair_t *pair;
	__u32 seen = 0;
	int status, i;

	if (map->type != YAML_MAPPING_NODE)
		return doc_bad(r, map, "expected %s: a mapping of keys to values",
			       what);
	for (pair = map->data.mapping.pairs.start;
	     pair < map->data.mapping.pairs.top; pair++) {
		yaml_node_t *key = node_at(r, pair->key);
		const char *name;

		name = doc_scalar(r, key, "a key", "a word");
		if (!name)
			return EXIT_USAGE;
		for (i = 0; keys[i].name; i++)
			if (!strcmp(keys[i].name, name))
				break;
		if (!keys[i].name)
			return bad_key(r, key, what, keys);
		if (seen & 1U << i)
			return doc_bad(r, key, "%s is given twice", name);
		seen |= 1U << i;
		status = keys[i].read(r, node_at(r, pair->value), &keys[i], to);
		if (status)
			return status;
	}
	for (i = 0; keys[i].name; i++)
		if (keys[i].required && !(seen & 1U << i))
			return doc_bad(r, map, "%s is missing from %s",
				       keys[i].name, what);
	return EXIT_DONE;
}

/* The place of a parser's error; an invalid byte has only an offset. */
static struct mark problem_mark(const yaml_parser_t *parser, const char *text)
{
	struct mark at = {
		.line = parser->problem_mark.line + 1,
		.column = parser->problem_mark.column + 1,
	};
	size_t i;

	if (parser->error != YAML_READER_ERROR)
		return at;
	at.line = 1;
	at.column = 1;
	for (i = 0; i < parser->problem_offset; i++) {
		at.column++;
		if (text[i] == '\n') {
			at.line++;
			at.column = 1;
		}
	}
	return at;
}

static int bad_yaml(struct reader *r, const yaml_parser_t *parser,
		    const char *text)
{
	if (parser->error == YAML_MEMORY_ERROR)
		return fail_memory();
	return fail_at(r->m, problem_mark(parser, text), "%s%s%s",
		       parser->context ? parser->context : "",
		       parser->context ? ": " : "", parser->problem);
}

/**
 * doc_load() - the one document of a text
 * @r: gets the document, for yaml_document_delete()
 * @text: the text
 * @len: its bytes
 *
 * Return: an exit status; errors are reported.
 */
int doc_load(struct reader *r, const char *text, size_t len)
{
	yaml_document_t second;
	yaml_parser_t parser;
	yaml_node_t *root;
	int status = 0;

	if (!yaml_parser_initialize(&parser))
		return fail_memory();
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	if (!yaml_parser_load(&parser, &r->doc)) {
		status = bad_yaml(r, &parser, text);
		goto out;
	}
	if (!yaml_parser_load(&parser, &second)) {
		status = bad_yaml(r, &parser, text);
		goto err_document;
	}
	root = yaml_document_get_root_node(&second);
	if (root)
		status = doc_bad(r, root, "expected one document, this is a second one");
	yaml_document_delete(&second);
	if (status)
		goto err_document;
	goto out;

err_document:
	yaml_document_delete(&r->doc);
out:
	yaml_parser_delete(&parser);
	return status;
}
