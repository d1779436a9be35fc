// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings from a YAML file, see hashring.yaml(5). All of it is checked before it
 * is used, as strictly as by the kernel.
 */
#include <stdlib.h>
#include <string.h>

#include <core/grid.h>

#include "doc.h"

static int read_ring_name(struct reader *r, yaml_node_t *value,
			  const struct key *key, void *to)
{
	struct model_ring *ring = to;
	const struct model_ring *other;
	char name[HASHRING_NAME_LEN];
	int status = doc_name(r, value, key, name);

	if (status)
		return status;
	other = model_ring_find(r->m, name);
	if (other)
		return doc_bad(r, value, "ring %s stands on line %u already", name,
			       other->at.line);
	strcpy(ring->name, name);
	ring->at = doc_mark(value);
	return EXIT_DONE;
}

static int read_ring_word(struct reader *r, yaml_node_t *value,
			  const struct key *key, void *to)
{
	struct model_ring *ring = to;

	return doc_word(r, value, key, &ring->placement);
}

static int read_ring_points(struct reader *r, yaml_node_t *value,
			    const struct key *key, void *to)
{
	struct model_ring *ring = to;

	ring->at_points = doc_mark(value);
	return doc_u32(r, value, key, &ring->points);
}

static int read_per(struct reader *r, yaml_node_t *value,
		    const struct key *key, void *to)
{
	struct model_ring *ring = to;

	if (!ring->at_points.line)
		ring->at_points = doc_mark(value);
	return doc_u32(r, value, key, &ring->per);
}

static int read_grid(struct reader *r, yaml_node_t *value,
		     const struct key *key, void *to)
{
	struct model_ring *ring = to;
	const char *bad;
	int status;

	ring->at_grid = doc_mark(value);
	status = doc_u32(r, value, key, &ring->grid);
	if (status)
		return status;
	bad = hr_grid_check(ring->grid);
	return bad ? doc_bad(r, value, "grid: %s", bad) : EXIT_DONE;
}

static int read_seed(struct reader *r, yaml_node_t *value,
		     const struct key *key, void *to)
{
	const char *text = doc_scalar(r, value, key->name, "hexadecimal digits");
	struct model_ring *ring = to;

	if (!text)
		return EXIT_USAGE;
	if (get_seed(text, ring->seed))
		return doc_bad(r, value, "seed: expected %d hexadecimal digits",
			       2 * HASHRING_SEED_LEN);
	ring->has_seed = true;
	ring->at_seed = doc_mark(value);
	return EXIT_DONE;
}

static int read_algorithm(struct reader *r, yaml_node_t *value,
			  const struct key *key, void *to)
{
	__u64 num = 0;
	int status = doc_number(r, value, key, &num);

	if (!status && num != HR_ALGORITHM)
		return doc_bad(r, value, "algorithm %llu: this program has version %d",
			       num, HR_ALGORITHM);
	return status;
}

static int read_generation(struct reader *r, yaml_node_t *value,
			   const struct key *key, void *to)
{
	struct model_ring *ring = to;

	ring->has_generation = true;
	return doc_number(r, value, key, &ring->generation);
}

static int read_nodes(struct reader *r, yaml_node_t *value,
		      const struct key *key, void *to)
{
	return doc_list(r, value, key->name, doc_read_node, to);
}

static int read_attachments(struct reader *r, yaml_node_t *value,
			    const struct key *key, void *to)
{
	struct model_ring *ring = to;

	ring->has_attach = true;
	return doc_list(r, value, key->name, doc_read_attach, to);
}

static const struct key ring_keys[] = {
	{ "name", .required = true, .read = read_ring_name },
	{ "placement", .read = read_ring_word, .names = hashring_placement_name },
	{ "points", .read = read_ring_points, .min = 1, .max = HR_MAX_POINTS },
	{ "per", .read = read_per, .min = 1, .max = HR_MAX_WEIGHT },
	{ "grid", .read = read_grid, .max = UINT32_MAX },
	{ "seed", .read = read_seed },
	{ "algorithm", .read = read_algorithm, .max = UINT32_MAX },
	{ "generation", .read = read_generation, .max = UINT64_MAX },
	{ "settings", .read = doc_read_settings },
	{ "nodes", .required = true, .read = read_nodes },
	{ "attachments", .read = read_attachments },
	{ }
};

static int compare_names(const void *a, const void *b)
{
	const struct model_node *const *x = a;
	const struct model_node *const *y = b;
	int order = strcmp((*x)->name, (*y)->name);

	/* Of two nodes of one name the later one is wrong. */
	return order ? order : *x < *y ? -1 : *x > *y;
}

static int check_names(struct reader *r, const struct model_ring *ring)
{
	const struct model_node **list;
	int status = 0;
	__u32 i;

	list = calloc((size_t)ring->nr_nodes + 1, sizeof(*list));
	if (!list)
		return fail_memory();
	for (i = 0; i < ring->nr_nodes; i++)
		list[i] = &ring->node[i];
	qsort(list, ring->nr_nodes, sizeof(*list), compare_names);
	for (i = 1; i < ring->nr_nodes && !status; i++)
		if (!strcmp(list[i - 1]->name, list[i]->name))
			status = fail_at(r->m, list[i]->at[HR_PART(NAME)],
					 "node %s stands on line %u already",
					 list[i]->name,
					 list[i - 1]->at[HR_PART(NAME)].line);
	free(list);
	return status;
}

/* Checks of a ring as a whole: whether it can be made. */
static int check_ring(struct reader *r, const struct model_ring *ring)
{
	struct native_ring native;
	int status;

	status = check_names(r, ring);
	if (status)
		return status;
	status = native_ring_make(&native, r->m, ring);
	if (!status)
		native_ring_release(&native);
	return status;
}

static int read_ring(struct reader *r, yaml_node_t *value, void *to)
{
	struct model *m = to;
	struct model_ring *ring;
	int status;

	ring = model_grow(m->ring, m->nr_rings, sizeof(*ring));
	if (!ring)
		return fail_memory();
	m->ring = ring;
	ring += m->nr_rings++;
	status = doc_map(r, value, "a ring", ring_keys, ring);
	if (status)
		return status;
	return check_ring(r, ring);
}

static int read_rings(struct reader *r, yaml_node_t *value,
		      const struct key *key, void *to)
{
	return doc_list(r, value, key->name, read_ring, to);
}

/**
 * model_parse() - rings from a text
 * @m: filled in
 * @file: the file for errors; valid as long as the model
 * @text: the text
 *
 * Return: an exit status; errors are reported.
 */
int model_parse(struct model *m, const char *file, const char *text)
{
	static const struct key keys[] = {
		{ "rings", .required = true, .read = read_rings },
		{ }
	};
	struct reader r = { .m = m };
	yaml_node_t *root;
	int status;

	memset(m, 0, sizeof(*m));
	m->file = file;
	status = doc_load(&r, text, strlen(text));
	if (status)
		return status;
	root = yaml_document_get_root_node(&r.doc);
	if (root)
		status = doc_map(&r, root, "rings", keys, m);
	else
		status = fail_at(m, (struct mark) { 1, 1 },
				 "expected rings: the file is empty");
	yaml_document_delete(&r.doc);
	return status;
}

/**
 * model_read() - rings from a file
 * @m: filled in
 * @file: its name, - for standard input; valid as long as the model
 *
 * Return: an exit status; errors are reported.
 */
int model_read(struct model *m, const char *file)
{
	char *text = read_file(file);
	int status;

	memset(m, 0, sizeof(*m));
	if (!text)
		return EXIT_USAGE;
	status = model_parse(m, strcmp(file, "-") ? file : "stdin", text);
	free(text);
	return status;
}
