// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings as YAML, see hashring.yaml(5): complete, and the same text for the same
 * rings, with one line a node, so that two files can be compared.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "doc.h"
#include "cli/model/model.h"
#include "save.h"

#define POINTS_A_LINE	6
#define RUNS_A_LINE	8

/* Whether other readers of YAML also take a plain word for a string. */
static bool is_plain(const char *word)
{
	static const char *const taken[] = {
		"y", "n", "yes", "no", "on", "off", "true", "false", "null",
	};
	size_t i;

	if (!isalpha(*word) && *word != '_')
		return false;
	for (i = 0; i < sizeof(taken) / sizeof(*taken); i++)
		if (!strcasecmp(word, taken[i]))
			return false;
	for (i = 0; word[i]; i++)
		if (!isalnum(word[i]) && !strchr("_-.", word[i]))
			return false;
	return true;
}

/* A name holds no quotes, so that nothing has to be escaped. */
static void write_name(FILE *f, const char *key, const char *name)
{
	if (is_plain(name))
		fprintf(f, "%s: %s", key, name);
	else
		fprintf(f, "%s: '%s'", key, name);
}

static void write_via(FILE *f, const struct hashring_via *via)
{
	char text[INET6_ADDRSTRLEN];

	fputs(", via: [", f);
	if (via->has4) {
		inet_ntop(AF_INET, &via->addr4, text, sizeof(text));
		fprintf(f, "%s%s", text, via->has6 ? ", " : "");
	}
	if (via->has6) {
		inet_ntop(AF_INET6, &via->addr6, text, sizeof(text));
		fprintf(f, "'%s'", text);
	}
	fputc(']', f);
}

static void write_attrs(FILE *f, const struct hashring_node_attrs *attrs)
{
	const struct node_attr *attr;

	for (attr = node_attrs; attr->name; attr++) {
		__u32 value = node_attr_get(attr, attrs);

		if (!attr->saved && !node_attr_shown(attr, attrs))
			continue;
		fprintf(f, ", %s: ", attr->name);
		if (attr->names)
			fputs(hashring_enum_name(attr->names, value), f);
		else
			fprintf(f, "%u", value);
	}
	if (attrs->via.has4 || attrs->via.has6)
		write_via(f, &attrs->via);
}

static void write_points(FILE *f, const struct model_node *node)
{
	__u32 i;

	fputs(", points: [", f);
	for (i = 0; i < node->nr_points; i++) {
		if (i)
			fputc(',', f);
		if (i && !(i % POINTS_A_LINE))
			fputs("\n        ", f);
		else if (i)
			fputc(' ', f);
		fprintf(f, "%u", node->points[i]);
	}
	fputc(']', f);
}

/* The cells that a node has or returns to; also when there are none. */
static void write_cells(FILE *f, const struct model_node *node)
{
	__u32 i;

	fputs(", cells: [", f);
	for (i = 0; i < node->nr_cells; i++) {
		const struct hashring_run *run = &node->cells[i];

		if (i)
			fputc(',', f);
		if (i && !(i % RUNS_A_LINE))
			fputs("\n        ", f);
		else if (i)
			fputc(' ', f);
		fprintf(f, "%u", run->first);
		if (run->count > 1)
			fprintf(f, "-%u", run->first + run->count - 1);
	}
	fputc(']', f);
}

static void write_node(FILE *f, const struct model_node *node)
{
	fputs("  - { ", f);
	write_name(f, "name", node->name);
	if (*node->seat) {
		fputs(", ", f);
		write_name(f, "seat", node->seat);
	}
	write_attrs(f, &node->attrs);
	if (node->nr_points)
		write_points(f, node);
	if (node->has_cells)
		write_cells(f, node);
	fputs(" }\n", f);
}

static void write_attach(FILE *f, const struct hashring_attach *a)
{
	fprintf(f, "  - { hook: %s, priority: %d, fwmark: 0x%x/0x%x",
		hashring_enum_name(hashring_hook_name, a->hook), a->priority,
		a->mark, a->mark_mask);
	if (a->node_mask)
		fprintf(f, ", set: 0x%x", a->node_mask);
	fprintf(f, ", key: %s, none: %s, mode: %s }\n",
		hashring_enum_name(hashring_key_policy_name, a->key_policy),
		hashring_enum_name(hashring_none_policy_name, a->none_policy),
		hashring_enum_name(hashring_attach_mode_name, a->mode));
}

static void write_ring(FILE *f, const struct model_ring *r)
{
	__u32 i;

	fputs("- ", f);
	write_name(f, "name", r->name);
	fprintf(f, "\n  placement: %s\n",
		hashring_enum_name(hashring_placement_name, r->placement));
	if (r->points)
		fprintf(f, "  points: %u\n  per: %u\n", r->points, r->per);
	if (r->grid)
		fprintf(f, "  grid: %u\n", r->grid);
	fputs("  seed: '", f);
	for (i = 0; i < HASHRING_SEED_LEN; i++)
		fprintf(f, "%02x", r->seed[i]);
	fprintf(f, "'\n  algorithm: %d\n  generation: %llu\n",
		HR_ALGORITHM, r->generation);
	if (r->has_settings)
		doc_write_settings(f, &r->settings);
	fprintf(f, "  nodes:%s\n", r->nr_nodes ? "" : " []");
	for (i = 0; i < r->nr_nodes; i++)
		write_node(f, &r->node[i]);
	fprintf(f, "  attachments:%s\n", r->nr_attach ? "" : " []");
	for (i = 0; i < r->nr_attach; i++)
		write_attach(f, &r->attach[i].is);
}

void model_write(FILE *f, const struct model *m)
{
	__u32 i;

	fprintf(f, "rings:%s\n", m->nr_rings ? "" : " []");
	for (i = 0; i < m->nr_rings; i++)
		write_ring(f, &m->ring[i]);
}

static void write_model(FILE *f, const void *arg)
{
	model_write(f, arg);
}

/**
 * model_save() - writes rings to a file, all of them or none
 * @m: the rings
 * @file: its name; it is replaced by one rename
 *
 * Return: an exit status; errors are reported.
 */
int model_save(const struct model *m, const char *file)
{
	/* Only its owner may read it: it holds seeds. */
	int err = save_file(file, 0600, write_model, m);

	if (err)
		return fail_usage("%s: %s", file, strerror(-err));
	return EXIT_DONE;
}
