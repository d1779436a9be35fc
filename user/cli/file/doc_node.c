// SPDX-License-Identifier: GPL-2.0-only
/*
 * A node in a file.
 */
#include <string.h>

#include "doc.h"

static int read_node_name(struct reader *r, yaml_node_t *value,
			  const struct key *key, void *to)
{
	struct model_node *node = to;

	node->at[HR_PART(NAME)] = doc_mark(value);
	return doc_name(r, value, key, node->name);
}

static int read_node_seat(struct reader *r, yaml_node_t *value,
			  const struct key *key, void *to)
{
	struct model_node *node = to;

	node->at[HR_PART(SEAT)] = doc_mark(value);
	return doc_name(r, value, key, node->seat);
}

static int read_attr(struct reader *r, yaml_node_t *value,
		     const struct key *key, void *to)
{
	const struct node_attr *attr = node_attrs;
	struct model_node *node = to;

	while (strcmp(attr->name, key->name))
		attr++;
	node->at[HR_ATTR_OF(attr->type)] = doc_mark(value);
	if (key->names)
		return doc_word(r, value, key,
				node_attr_at(attr, &node->attrs));
	return doc_u32(r, value, key, node_attr_at(attr, &node->attrs));
}

static int read_address(struct reader *r, yaml_node_t *value, void *to)
{
	const char *text = doc_scalar(r, value, "via", "an address");
	struct hashring_via *all = &((struct model_node *)to)->attrs.via;
	struct hashring_via via = { 0 };
	char word[DOC_SHOWN];

	if (!text)
		return EXIT_USAGE;
	if (get_via(text, &via))
		return doc_bad(r, value, "via: expected an IPv4 or IPv6 address, not \"%s\"",
			       doc_shown(word, value));
	if ((via.has4 && all->has4) || (via.has6 && all->has6))
		return doc_bad(r, value, "via: a node has one address of each family");
	if (via.has4) {
		all->has4 = true;
		all->addr4 = via.addr4;
	} else {
		all->has6 = true;
		all->addr6 = via.addr6;
	}
	return EXIT_DONE;
}

static int read_via(struct reader *r, yaml_node_t *value,
		    const struct key *key, void *to)
{
	if (value->type == YAML_SCALAR_NODE)
		return read_address(r, value, to);
	return doc_list(r, value, key->name, read_address, to);
}

static int read_point(struct reader *r, yaml_node_t *value, void *to)
{
	static const struct key key = { .name = "points", .max = UINT32_MAX };
	struct model_node *node = to;
	__u64 num = 0;
	__u32 *points;
	int status;

	status = doc_number(r, value, &key, &num);
	if (status)
		return status;
	points = model_grow(node->points, node->nr_points, sizeof(*points));
	if (!points)
		return fail_memory();
	node->points = points;
	node->points[node->nr_points++] = num;
	return EXIT_DONE;
}

static int read_points(struct reader *r, yaml_node_t *value,
		       const struct key *key, void *to)
{
	struct model_node *node = to;
	int status;

	node->at[HR_PART(POINTS)] = doc_mark(value);
	status = doc_list(r, value, key->name, read_point, to);
	if (status)
		return status;
	if (!node->nr_points)
		return doc_bad(r, value, "points: a node needs at least one");
	model_sort_points(node->points, node->nr_points);
	return EXIT_DONE;
}

/* A run of cells: FIRST-LAST, or one cell. */
static int read_run(struct reader *r, yaml_node_t *value, void *to)
{
	const char *text = doc_scalar(r, value, "cells", "FIRST-LAST");
	__u64 first = 0, last = 0;
	char word[DOC_SHOWN];
	char *dash;
	int err;

	if (!text)
		return EXIT_USAGE;
	dash = strchr(text, '-');
	if (dash)
		*dash = '\0';
	err = get_u64(text, 0, HR_MAX_GRID - 1, &first);
	last = first;
	if (dash) {
		*dash = '-';
		err |= get_u64(dash + 1, first, HR_MAX_GRID - 1, &last);
	}
	if (err)
		return doc_bad(r, value, "cells: expected CELL or FIRST-LAST up to %u, not \"%s\"",
			       HR_MAX_GRID - 1, doc_shown(word, value));
	if (model_add_cells(to, first, last - first + 1))
		return fail_memory();
	return EXIT_DONE;
}

static int read_cells(struct reader *r, yaml_node_t *value,
		      const struct key *key, void *to)
{
	struct model_node *node = to;

	node->at[HR_PART(CELLS)] = doc_mark(value);
	node->has_cells = true;
	return doc_list(r, value, key->name, read_run, to);
}

/* Keys of a node, without its attributes. */
static const struct key own_keys[] = {
	{ "name", .required = true, .read = read_node_name },
	{ "seat", .read = read_node_seat },
	{ "via", .read = read_via },
	{ "points", .read = read_points },
	{ "cells", .read = read_cells },
};

#define NR_OWN	(sizeof(own_keys) / sizeof(*own_keys))

/* These, and a key for each attribute; ended by one without a name. */
static const struct key *node_keys(void)
{
	static struct key keys[NR_OWN + HASHRING_A_NODE_ATTRS_MAX + 1];
	const struct node_attr *attr;
	struct key *key;

	if (keys[0].name)
		return keys;
	memcpy(keys, own_keys, sizeof(own_keys));
	key = keys + NR_OWN;
	for (attr = node_attrs; attr->name; attr++)
		*key++ = (struct key){
			attr->name, .read = read_attr, .names = attr->names,
			.min = attr->min, .max = attr->max,
		};
	return keys;
}

int doc_read_node(struct reader *r, yaml_node_t *value, void *to)
{
	struct model_ring *ring = to;
	struct model_node *node;
	int i;

	node = model_grow(ring->node, ring->nr_nodes, sizeof(*node));
	if (!node)
		return fail_memory();
	ring->node = node;
	node += ring->nr_nodes++;
	node->attrs = newborn_attrs;
	for (i = 0; i <= (int)HR_PARTS; i++)
		node->at[i] = doc_mark(value);
	return doc_map(r, value, "a node", node_keys(), node);
}
