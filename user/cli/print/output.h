/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Output: figures in words, and JSON whose keys are the spec's attribute names.
 */
#ifndef CLI_PRINT_OUTPUT_H
#define CLI_PRINT_OUTPUT_H

#include <jansson.h>

#include "cli/cli.h"

/* Figures (format.c); all return the text that they wrote to the buffer. */
#define FIGURE_LEN	32

const char *figure_share(char text[FIGURE_LEN], __u64 share);
const char *figure_ratio(char text[FIGURE_LEN], __u64 ratio);
const char *figure_bytes(char text[FIGURE_LEN], __u64 bytes);
const char *figure_volume(char text[FIGURE_LEN], __u64 bytes);
const char *figure_ns(char text[FIGURE_LEN], __u64 ns);
const char *figure_duration(char text[FIGURE_LEN], __u64 ns);
const char *figure_ms(char text[FIGURE_LEN], __u64 ms);
const char *figure_time(char text[FIGURE_LEN], __u64 ns);

/**
 * struct attach_counter - a counter of attachments (counters.c)
 * @name: the spec's, with underscores
 * @help: a sentence
 * @offset: in &struct hashring_attach_stats
 */
struct attach_counter {
	const char *name;
	const char *help;
	size_t offset;
};

#define COMMON_COUNTERS	6	/* printed even when they are 0 */

/* Ended by one without a name. */
extern const struct attach_counter attach_counters[];

__u64 attach_counted(const struct hashring_attach *attach,
		     const struct attach_counter *counter);

void print_number(FILE *f, __u32 number);
void print_via(FILE *f, const struct hashring_via *via);
void print_attach(FILE *f, const struct hashring_attach *attach);
void print_attach_stats(FILE *f, const struct hashring_attach *attach);
void print_move(FILE *f, const struct hashring_move *move);
void print_receipt_head(FILE *f, const struct hashring_receipt *r,
			bool planned);
void print_receipt(FILE *f, const struct hashring_receipt *r, bool planned);

/* Messages of the kernel as JSON (json.c). */
json_t *ring_to_json(const struct hashring_ring *ring);
json_t *node_to_json(const struct hashring_node *node);
json_t *figures_to_json(const struct hashring_receipt *receipt);
json_t *receipt_to_json(const struct hashring_receipt *receipt);
json_t *move_to_json(const struct hashring_move *move);
json_t *runs_to_json(const struct hashring_run *runs, __u32 nr);
json_t *attach_to_json(const struct hashring_attach *attach);
json_t *limit_to_json(const struct hashring_limit *limit);
json_t *owner_to_json(const char *ring, const struct hashring_owner *owner);

json_t *json_digest(__u64 digest);
void json_set_u64(json_t *object, const char *key, __u64 value);
void json_set_text(json_t *object, const char *key, const char *text);
void json_set_flag(json_t *object, const char *key, bool value);
void json_set_enum(json_t *object, const char *key,
		   hashring_name_fn name, __u32 value);
void json_set_node_attrs(json_t *object,
			 const struct hashring_node_attrs *attrs);
void json_set_impact(json_t *object, const struct hashring_receipt *r);

/* Prints a value and a newline, and releases it. */
void json_print(json_t *value);

/*
 * Prints an object without its end, so that another member follows: its value
 * is printed next, up to json_close(). The object is released.
 */
void json_open(json_t *object, const char *key);
void json_close(void);

/*
 * An array that is printed item by item: begin, items, end. An item is
 * released.
 */
void json_list_begin(void);
void json_list_item(json_t *item);
void json_list_end(void);

/* The same as a member of an open object, without a newline. */
void json_list_member(const char *key);
void json_list_close(void);

#endif
