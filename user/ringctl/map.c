// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl map: the owners of many keys, one a line on standard input.
 */
#include <stdlib.h>

#include "cli/keys/keys.h"
#include "cli/print/output.h"
#include "ringctl/ringctl.h"

#define TRIES	10

enum { MAP_RING, MAP_POSITIONS, MAP_HASH };

static const struct arg map_args[] = {
	[MAP_RING] = { ARG_RING, .meta = "RING", .required = true },
	[MAP_POSITIONS] = { ARG_FLAG, "--positions" },
	[MAP_HASH] = { ARG_ENUM, "--hash", .meta = "HASH",
		       .names = position_hashes },
	{ }
};

/**
 * struct map - a run
 * @ring: the ring
 * @nodes: nodes of the ring, by id
 * @generation: the generation of all answers
 * @begun: whether there was an answer
 * @lines: lines that were read before the chunk
 * @key: keys of the chunk
 * @position: positions of the chunk, as the kernel takes them
 * @id: owners' ids of the chunk
 * @n: number of lines in the chunk
 */
struct map {
	const char *ring;
	struct node_list nodes;
	__u64 generation;
	bool begun;
	__u64 lines;
	struct key_line key[HASHRING_LOOKUP_MAX];
	__u32 position[HASHRING_LOOKUP_MAX];
	__u32 id[HASHRING_LOOKUP_MAX];
	size_t n;
};

static int print_json(const struct map *m, size_t i,
		      const struct hashring_node *node)
{
	json_t *key = json_stringn(m->key[i].text, m->key[i].len);
	json_t *o = json_object();

	if (!key) {
		json_decref(o);
		return fail_usage("line %llu: not UTF-8, which JSON wants",
				  m->lines + i + 1);
	}
	json_object_set_new(o, "key", key);
	json_set_u64(o, "position", m->position[i]);
	json_object_set_new(o, "node", node ? json_string(node->name) :
			    json_null());
	json_list_item(o);
	return 0;
}

static void print_text(const struct map *m, size_t i,
		       const struct hashring_node *node)
{
	fwrite_unlocked(m->key[i].text, 1, m->key[i].len, stdout);
	putchar_unlocked('\t');
	print_number(stdout, m->position[i]);
	putchar_unlocked('\t');
	fputs_unlocked(node ? node->name : "-", stdout);
	putchar_unlocked('\n');
}

/* Names of the ids of the first chunk, both of one generation. */
static int first_chunk(struct map *m, struct hashring *h)
{
	int status, tries;
	int err;

	for (tries = 0; tries < TRIES; tries++) {
		err = hashring_lookup_bulk(h, m->ring, m->position, m->id,
					   m->n, &m->generation);
		if (err)
			return refused(err);
		status = nodes_load(&m->nodes, m->ring);
		if (status)
			return status;
		if (!m->nodes.nr || m->nodes.generation == m->generation) {
			m->begun = true;
			return 0;
		}
	}
	return fail(EXIT_STALE, "%s kept changing", m->ring);
}

static int next_chunk(struct map *m, struct hashring *h)
{
	__u64 generation;
	int err;

	err = hashring_lookup_bulk(h, m->ring, m->position, m->id, m->n,
				   &generation);
	if (err)
		return refused(err);
	if (generation != m->generation)
		return fail(EXIT_STALE,
			    "%s went from generation %llu to %llu before line %llu",
			    m->ring, m->generation, generation, m->lines + 1);
	return 0;
}

/* The owners of the chunk's lines; nothing is printed before all are known. */
static int map_chunk(struct map *m)
{
	struct hashring *h = conn();
	int status;
	size_t i;

	if (!h)
		return EXIT_REFUSED;
	if (!m->n)
		return 0;
	status = m->begun ? next_chunk(m, h) : first_chunk(m, h);
	for (i = 0; i < m->n && !status; i++) {
		const struct hashring_node *node;

		node = nodes_by_id(&m->nodes, m->id[i]);
		if (m->id[i] && !node)
			return fail(EXIT_STALE, "%s: no node has the id %u",
				    m->ring, m->id[i]);
		if (opt.json)
			status = print_json(m, i, node);
		else
			print_text(m, i, node);
	}
	m->lines += m->n;
	m->n = 0;
	return status;
}

static int take_line(const struct key_line *line, void *arg)
{
	struct map *m = arg;

	m->key[m->n] = *line;
	m->position[m->n++] = line->position;
	return m->n == HASHRING_LOOKUP_MAX ? map_chunk(m) : EXIT_DONE;
}

/* Answers go out as lines come in: another program may wait for them. */
static int answer(void *arg)
{
	int status = map_chunk(arg);

	fflush(stdout);
	return status;
}

/* Without lines, nothing else would report a missing ring. */
static int find_ring(const char *ring)
{
	struct hashring *h = conn();
	struct hashring_ring info;
	int err;

	if (!h)
		return EXIT_REFUSED;
	err = hashring_ring_get(h, ring, &info);
	return err ? refused(err) : 0;
}

static int map_make(struct args *a)
{
	struct key_input in = {
		.positions = a->v[MAP_POSITIONS].given,
		.take = take_line,
		.flush = answer,
	};
	struct map *m;
	int status;

	if (in.positions && a->v[MAP_HASH].given)
		return fail_usage("--positions are not hashed");
	m = calloc(1, sizeof(*m));
	if (!m)
		return fail_memory();
	m->ring = a->v[MAP_RING].text;
	in.arg = m;
	status = in.positions ? find_ring(m->ring) :
		 positioner_init(&in.by, a->v[MAP_HASH].num, m->ring);
	if (!status) {
		if (opt.json)
			json_list_begin();
		status = keys_read(&in);
		if (opt.json)
			json_list_end();
	}
	nodes_release(&m->nodes);
	free(m);
	return status;
}

static const struct command commands[] = {
	{ NULL, NULL, "KEY, POSITION, NODE for each key on standard input",
	  map_args, map_make },
	{ }
};

const struct noun noun_map = {
	.name = "map",
	.help = "the owner of each of many keys",
	.commands = commands,
};
