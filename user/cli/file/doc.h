/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A YAML document against tables of keys. Errors are reported with line and
 * column.
 */
#ifndef CLI_FILE_DOC_H
#define CLI_FILE_DOC_H

#include <yaml.h>

#include "cli/model/model.h"

/**
 * struct reader - a file that is being read
 * @m: the model that it becomes
 * @doc: its document
 */
struct reader {
	struct model *m;
	yaml_document_t doc;
};

/**
 * struct key - a key of a mapping
 * @name: the key
 * @required: the mapping must have it
 * @read: reads its value
 * @names: of a word: the valid words
 * @min: of a number
 * @max: of a number
 */
struct key {
	const char *name;
	bool required;
	int (*read)(struct reader *r, yaml_node_t *value, const struct key *key,
		    void *to);
	hashring_name_fn names;
	__u64 min;
	__u64 max;
};

/* Reports an error in a node of the document; returns the status. */
#define doc_bad(r, node, ...)	fail_at((r)->m, doc_mark(node), __VA_ARGS__)

/* A scalar's beginning, for a message. */
#define DOC_SHOWN	40

struct mark doc_mark(const yaml_node_t *node);
const char *doc_shown(char text[DOC_SHOWN], const yaml_node_t *node);

/* doc.c: all return an exit status; errors are reported. */
const char *doc_scalar(struct reader *r, yaml_node_t *value, const char *key,
		       const char *expected);
int doc_number(struct reader *r, yaml_node_t *value, const struct key *key,
	       __u64 *num);
int doc_u32(struct reader *r, yaml_node_t *value, const struct key *key,
	    __u32 *to);
int doc_word(struct reader *r, yaml_node_t *value, const struct key *key,
	     __u32 *to);
int doc_name(struct reader *r, yaml_node_t *value, const struct key *key,
	     char to[HASHRING_NAME_LEN]);
int doc_list(struct reader *r, yaml_node_t *value, const char *what,
	     int (*one)(struct reader *r, yaml_node_t *item, void *to),
	     void *to);
int doc_map(struct reader *r, yaml_node_t *map, const char *what,
	    const struct key *keys, void *to);
int doc_load(struct reader *r, const char *text, size_t len);

/* doc_settings.c */
int doc_read_settings(struct reader *r, yaml_node_t *value,
		      const struct key *key, void *to);
void doc_write_settings(FILE *f, const struct hashring_settings *s);

/* doc_node.c, doc_attach.c: an element of a ring's list. */
int doc_read_node(struct reader *r, yaml_node_t *value, void *to);
int doc_read_attach(struct reader *r, yaml_node_t *value, void *to);

#endif
