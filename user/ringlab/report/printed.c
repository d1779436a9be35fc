// SPDX-License-Identifier: GPL-2.0-only
/*
 * Outputs of ringctl -j about a ring, from a file: the ring, its history, the
 * rows of its last change, and the steps of its migrations. The file has the
 * outputs one after the other, in any order.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "printed.h"

enum field_kind {
	FIELD_U32,
	FIELD_U64,
	FIELD_TEXT,
};

/**
 * struct field - a key of an object
 * @key: the key; without the key the member keeps its value
 * @kind: type of the member
 * @offset: offset of the member in the structure
 * @size: size of a text
 * @names: words of an enum, which becomes a number; NULL: a number
 */
struct field {
	const char *key;
	enum field_kind kind;
	size_t offset;
	size_t size;
	hashring_name_fn names;
};

#define FIELD(s, m, how, ...)	\
	{ .key = #m, .kind = how, .offset = offsetof(struct s, m), ##__VA_ARGS__ }
#define U32(s, m)	FIELD(s, m, FIELD_U32)
#define U64(s, m)	FIELD(s, m, FIELD_U64)
#define WORD(s, m, n)	FIELD(s, m, FIELD_U32, .names = (n))
#define TEXT(s, m, len)	FIELD(s, m, FIELD_TEXT, .size = (len))

static const struct field ring_fields[] = {
	TEXT(hashring_ring, name, HASHRING_NAME_LEN),
	WORD(hashring_ring, placement, hashring_placement_name),
	U32(hashring_ring, points), U32(hashring_ring, per),
	U32(hashring_ring, algorithm), U64(hashring_ring, generation),
	U32(hashring_ring, nodes), U32(hashring_ring, active_nodes),
	U32(hashring_ring, table_points), U64(hashring_ring, table_bytes),
	U64(hashring_ring, weight), U64(hashring_ring, peak),
	U64(hashring_ring, trough), U32(hashring_ring, attachments),
	U32(hashring_ring, receipts), U32(hashring_ring, grid),
	U64(hashring_ring, epoch),
	WORD(hashring_ring, migration, hashring_migration_state_name),
	{ }
};

static const struct field settings_fields[] = {
	WORD(hashring_settings, established, hashring_established_name),
	U32(hashring_settings, tcp_timeout), U32(hashring_settings, syn_timeout),
	U32(hashring_settings, fin_timeout), U32(hashring_settings, udp_timeout),
	U32(hashring_settings, max_entries), U32(hashring_settings, udp_grace),
	{ }
};

static const struct field receipt_fields[] = {
	WORD(hashring_receipt, kind, hashring_receipt_kind_name),
	U64(hashring_receipt, generation), U64(hashring_receipt, time),
	U32(hashring_receipt, added), U32(hashring_receipt, removed),
	U32(hashring_receipt, set), U32(hashring_receipt, replaced),
	U32(hashring_receipt, nodes_before), U32(hashring_receipt, nodes_after),
	U64(hashring_receipt, moved), U64(hashring_receipt, gained),
	U64(hashring_receipt, lost), U64(hashring_receipt, required),
	U64(hashring_receipt, collateral), U64(hashring_receipt, ideal),
	U64(hashring_receipt, peak_before), U64(hashring_receipt, peak_after),
	U32(hashring_receipt, arcs), U64(hashring_receipt, bytes_before),
	U64(hashring_receipt, bytes_after), U64(hashring_receipt, build_ns),
	U64(hashring_receipt, impact_ns), U32(hashring_receipt, nr_moves),
	{ }
};

/* The keys of a past change beside its receipt. */
static const struct field history_fields[] = {
	TEXT(hashring_receipt, ring, HASHRING_NAME_LEN),
	U32(hashring_receipt, kept_moves), U32(hashring_receipt, nr_ops),
	U32(hashring_receipt, kept_ops), U32(hashring_receipt, nr_arcs),
	U32(hashring_receipt, kept_arcs),
	{ }
};

static const struct field move_fields[] = {
	TEXT(hashring_move, from, HASHRING_NAME_LEN), TEXT(hashring_move, to, HASHRING_NAME_LEN),
	U64(hashring_move, share), U32(hashring_move, arcs),
	{ }
};

static const struct field step_fields[] = {
	U64(hashring_step, epoch), U64(hashring_step, time),
	U64(hashring_step, generation),
	WORD(hashring_step, kind, hashring_step_kind_name),
	WORD(hashring_step, state, hashring_migration_state_name),
	TEXT(hashring_step, reason, HASHRING_REASON_LEN), U64(hashring_step, frontier_before),
	U64(hashring_step, frontier), U64(hashring_step, moved),
	U32(hashring_step, arcs), U32(hashring_step, flows),
	{ }
};

static const struct field op_fields[] = {
	WORD(past_op, kind, hashring_op_kind_name),
	{ }
};

static const struct field node_fields[] = {
	TEXT(model_node, name, HASHRING_NAME_LEN), TEXT(model_node, seat, HASHRING_NAME_LEN),
	{ }
};

static int take_number(const json_t *value, __u64 max, __u64 *number)
{
	json_int_t is = json_integer_value(value);

	if (!json_is_integer(value) || is < 0 || (__u64)is > max)
		return -EINVAL;
	*number = is;
	return 0;
}

static int take_word(const json_t *value, hashring_name_fn names, __u64 *number)
{
	const char *word = json_string_value(value);
	__u32 i;

	for (i = 0; word && names(i); i++) {
		if (strcmp(names(i), word))
			continue;
		*number = i;
		return 0;
	}
	return -EINVAL;
}

/* Control characters, in UTF-8: a terminal would obey them. */
static bool has_control(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	for (; *at; at++)
		if (*at < ' ' || *at == 0x7f || (*at == 0xc2 && at[1] < 0xa0))
			return true;
	return false;
}

static int take_text(const json_t *value, char *to, size_t size)
{
	const char *text = json_string_value(value);

	if (!text || strlen(text) >= size || has_control(text))
		return -EINVAL;
	strcpy(to, text);
	return 0;
}

static int take_field(const json_t *value, const struct field *f, void *to)
{
	__u64 max = f->kind == FIELD_U32 ? UINT32_MAX : INT64_MAX;
	__u64 number;
	int err;

	if (f->kind == FIELD_TEXT)
		return take_text(value, to, f->size);
	err = f->names ? take_word(value, f->names, &number) :
			 take_number(value, max, &number);
	if (err)
		return err;
	if (f->kind == FIELD_U32)
		*(__u32 *)to = number;
	else
		*(__u64 *)to = number;
	return 0;
}

static int take_fields(const json_t *object, const struct field *f, void *to)
{
	int err = 0;

	for (; f->key && !err; f++) {
		const json_t *value = json_object_get(object, f->key);

		if (value)
			err = take_field(value, f, (char *)to + f->offset);
	}
	return err;
}

static int take_numbers(const json_t *list, __u32 **numbers, __u32 *nr)
{
	size_t n = json_array_size(list), i;
	__u64 number;

	if (!n)
		return 0;
	*numbers = calloc(n, sizeof(**numbers));
	if (!*numbers)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		if (take_number(json_array_get(list, i), UINT32_MAX, &number))
			return -EINVAL;
		(*numbers)[(*nr)++] = number;
	}
	return 0;
}

static int take_via(const json_t *object, struct hashring_via *via)
{
	const char *v4 = json_string_value(json_object_get(object, "via4"));
	const char *v6 = json_string_value(json_object_get(object, "via6"));

	via->has4 = v4;
	via->has6 = v6;
	if ((v4 && inet_pton(AF_INET, v4, &via->addr4) != 1) ||
	    (v6 && inet_pton(AF_INET6, v6, &via->addr6) != 1))
		return -EINVAL;
	return 0;
}

static int take_attrs(const json_t *object, struct hashring_node_attrs *attrs)
{
	const struct node_attr *attr;
	__u64 number;
	int err = 0;

	for (attr = node_attrs; attr->name && !err; attr++) {
		const json_t *value = json_object_get(object, attr->name);

		err = attr->names ? take_word(value, attr->names, &number) :
				    take_number(value, UINT32_MAX, &number);
		if (!err)
			*node_attr_at(attr, attrs) = number;
	}
	return err ? err : take_via(object, &attrs->via);
}

static int take_node(const json_t *object, struct model_node *node)
{
	int err = take_fields(object, node_fields, node);

	if (!err && !*node->name)
		err = -EINVAL;
	if (!err && !strcmp(node->seat, node->name))
		*node->seat = '\0';
	if (!err)
		err = take_attrs(object, &node->attrs);
	if (!err)
		err = take_numbers(json_object_get(object, "points"),
				   &node->points, &node->nr_points);
	return err;
}

static int take_op(const json_t *object, struct past_ops *ops)
{
	const json_t *before = json_object_get(object, "before");
	const json_t *after = json_object_get(object, "after");
	struct past_op *op = model_grow(ops->op, ops->nr, sizeof(*op));
	int err;

	if (!op)
		return -ENOMEM;
	ops->op = op;
	op += ops->nr++;
	op->has_before = before;
	op->has_after = after;
	err = take_fields(object, op_fields, op);
	if (!err && before)
		err = take_node(before, &op->before);
	if (!err && after)
		err = take_node(after, &op->after);
	return err;
}

/* The change that led to a generation, or NULL. */
static const json_t *find_change(const struct printed *p, __u64 generation)
{
	json_t *item;
	size_t i;

	json_array_foreach(p->history, i, item) {
		const json_t *receipt = json_object_get(item, "receipt");

		if ((__u64)json_integer_value(json_object_get(receipt,
							      "generation")) ==
		    generation)
			return item;
	}
	return NULL;
}

static int bad(const struct printed *p, int err, const char *what)
{
	if (err == -ENOMEM)
		return fail_memory();
	return fail_usage("%s: not what ringctl -j %s prints", p->file, what);
}

/*
 * The operations of a past change, for past_return_kept(). Outputs do not have
 * the cells that changed hands.
 */
static int printed_ops(struct past_ops *ops, const struct model_ring *r,
		       bool *gone, const void *arg)
{
	const struct printed *p = arg;
	const json_t *item = find_change(p, r->generation);
	json_t *list = json_object_get(item, "op"), *op;
	json_int_t nr = json_integer_value(json_object_get(item, "nr_ops"));
	size_t i;
	int err;

	*gone = !item || r->placement == HASHRING_PLACEMENT_BALANCED ||
		(nr && !json_array_size(list));
	if (*gone)
		return EXIT_DONE;
	json_array_foreach(list, i, op) {
		err = take_op(op, ops);
		if (err)
			return bad(p, err, "history");
	}
	return EXIT_DONE;
}

struct past_source printed_source(const struct printed *p)
{
	return (struct past_source) { .load = printed_ops, .arg = p };
}

/**
 * printed_ring() - the printed description of a ring
 * @p: the printed outputs
 * @ring: filled in without its seed, if the ring was printed
 * @digest: set, if the ring was printed
 *
 * Return: an exit status; errors are reported.
 */
int printed_ring(const struct printed *p, struct hashring_ring *ring, __u64 *digest)
{
	const char *word = json_string_value(json_object_get(p->ring, "digest"));
	int err;

	if (!p->ring)
		return EXIT_DONE;
	memset(ring, 0, sizeof(*ring));
	err = take_fields(p->ring, ring_fields, ring);
	if (!err)
		err = take_fields(p->ring, settings_fields, &ring->settings);
	if (!err && !word)
		err = -EINVAL;
	if (err)
		return bad(p, err, "ring show");
	*digest = strtoull(word, NULL, 16);
	return EXIT_DONE;
}

static int take_rows(const json_t *list, struct hashring_receipt *receipt)
{
	size_t nr = json_array_size(list), i;
	int err = 0;

	receipt->rows = calloc(nr + 1, sizeof(*receipt->rows));
	if (!receipt->rows)
		return -ENOMEM;
	for (i = 0; i < nr && !err; i++)
		err = take_fields(json_array_get(list, i), move_fields,
				  &receipt->rows[receipt->nr_rows++]);
	return err;
}

/**
 * printed_receipt() - a receipt of the printed history
 * @p: the printed outputs
 * @i: its index, oldest first
 * @receipt: filled in; to be released also after an error
 *
 * Return: an exit status; errors are reported.
 */
int printed_receipt(const struct printed *p, __u32 i, struct hashring_receipt *receipt)
{
	const json_t *item = json_array_get(p->history, i);
	const json_t *figures = json_object_get(item, "receipt");
	int err;

	memset(receipt, 0, sizeof(*receipt));
	err = take_fields(item, history_fields, receipt);
	if (!err)
		err = take_fields(figures, receipt_fields, receipt);
	if (!err)
		err = take_rows(json_object_get(figures, "move"), receipt);
	return err ? bad(p, err, "history") : EXIT_DONE;
}

/* Like printed_receipt(), for a row of the moves and for a step. */
int printed_move(const struct printed *p, __u32 i, struct hashring_move *move)
{
	int err;

	memset(move, 0, sizeof(*move));
	err = take_fields(json_array_get(p->moves, i), move_fields, move);
	return err ? bad(p, err, "history moves") : EXIT_DONE;
}

int printed_step(const struct printed *p, __u32 i, struct hashring_step *step)
{
	int err;

	memset(step, 0, sizeof(*step));
	err = take_fields(json_array_get(p->steps, i), step_fields, step);
	return err ? bad(p, err, "migrate steps") : EXIT_DONE;
}

/* The place of an output, known by the output's first item. */
static json_t **place_of(struct printed *p, const json_t *list)
{
	static const char *const known[] = { "placement", "receipt", "share", "frontier" };
	json_t **const place[] = { &p->ring, &p->history, &p->moves, &p->steps };
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (json_object_get(json_array_get(list, 0), known[i]))
			return place[i];
	return NULL;
}

static bool is_named(const json_t *object, const char *key, const char *name)
{
	const char *is = json_string_value(json_object_get(object, key));

	return is && !strcmp(is, name);
}

/* The ring of that name, out of all rings. */
static json_t *pick_ring(json_t *list, const char *ring)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		if (is_named(item, "name", ring))
			return json_incref(item);
	return NULL;
}

static int take_output(struct printed *p, json_t *list, const char *ring)
{
	json_t **place = place_of(p, list);

	if (json_is_array(list) && !json_array_size(list))
		return EXIT_DONE;
	if (!place)
		return fail(EXIT_USAGE,
			    "%s: expected ring show, history, history moves, migrate steps of ringctl -j",
			    p->file);
	if (*place)
		return fail_usage("%s: the same output twice", p->file);
	*place = place == &p->ring ? pick_ring(list, ring) : json_incref(list);
	if (!*place || (place == &p->history &&
			!is_named(json_array_get(list, 0), "ring", ring)))
		return fail_usage("%s: it is not about ring %s", p->file, ring);
	return EXIT_DONE;
}

/**
 * printed_read() - reads printed outputs about a ring
 * @p: zeroed; to be released also after an error
 * @file: the file, or - for standard input
 * @ring: the ring
 *
 * Return: an exit status; errors are reported.
 */
int printed_read(struct printed *p, const char *file, const char *ring)
{
	char *text = read_file(file), *at = text;
	int status = text ? EXIT_DONE : EXIT_USAGE;

	p->file = strcmp(file, "-") ? file : "stdin";
	while (!status && at[strspn(at, " \t\r\n")]) {
		json_error_t error;
		json_t *list = json_loadb(at, strlen(at),
					  JSON_DISABLE_EOF_CHECK |
					  JSON_REJECT_DUPLICATES, &error);

		if (!list)
			status = fail_usage("%s: %s", p->file, error.text);
		else
			status = take_output(p, list, ring);
		json_decref(list);
		at += list ? error.position : 0;
	}
	free(text);
	return status;
}

void printed_release(struct printed *p)
{
	json_decref(p->ring);
	json_decref(p->history);
	json_decref(p->moves);
	json_decref(p->steps);
}
