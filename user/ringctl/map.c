// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl map: the owners of many keys, one a line on standard input.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "output.h"
#include "position.h"

#define MAX_KEY		4096
#define BUFFER		(1024 * 1024)
#define TRIES		10

enum { MAP_RING, MAP_POSITIONS, MAP_HASH };

static const struct arg map_args[] = {
	[MAP_RING] = { ARG_RING, .meta = "RING", .required = true },
	[MAP_POSITIONS] = { ARG_FLAG, "--positions" },
	[MAP_HASH] = { ARG_ENUM, "--hash", .meta = "HASH",
		       .names = position_hashes },
	{ }
};

/* A line of input, without its newline. */
struct key {
	const char *text;
	size_t len;
};

/**
 * struct map - a run
 * @ring: the ring
 * @positions: lines are positions already
 * @by: what makes positions of other lines
 * @nodes: the ring's, by id
 * @generation: that all answers are of
 * @begun: whether there was an answer
 * @told: when progress was shown last
 * @lines: that were read before the chunk
 * @key: of the chunk
 * @position: of the chunk
 * @id: of the chunk
 * @n: number of lines in the chunk
 */
struct map {
	const char *ring;
	bool positions;
	struct positioner by;
	struct node_list nodes;
	__u64 generation;
	bool begun;
	time_t told;
	__u64 lines;
	struct key key[HASHRING_LOOKUP_MAX];
	__u32 position[HASHRING_LOOKUP_MAX];
	__u32 id[HASHRING_LOOKUP_MAX];
	size_t n;
};

static int fail_line(const struct map *m, const char *what)
{
	return fail_usage("line %llu: %s", m->lines + m->n + 1, what);
}

/* A line of digits, which has no NUL after it. */
static int line_position(struct map *m, const char *text, size_t len)
{
	char word[32];
	__u64 num;

	if (len >= sizeof(word))
		return fail_line(m, "not a position");
	memcpy(word, text, len);
	word[len] = '\0';
	if (get_u64(word, 0, UINT32_MAX, &num))
		return fail_line(m, "not a position");
	m->position[m->n] = num;
	return 0;
}

static int take_line(struct map *m, const char *text, size_t len)
{
	int status = 0;

	if (!len)
		return fail_line(m, "no key");
	if (len > MAX_KEY)
		return fail_line(m, "longer than 4096 bytes");
	if (memchr(text, '\0', len))
		return fail_line(m, "holds a NUL byte");
	if (m->positions)
		status = line_position(m, text, len);
	else
		m->position[m->n] = position_of(&m->by, text, len);
	if (status)
		return status;
	m->key[m->n].text = text;
	m->key[m->n++].len = len;
	return 0;
}

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

/* Names for the ids of the first chunk, both of one generation. */
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

/* The owners of the lines that are held; nothing is printed before all are. */
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

/* Once a second, to who waits before a terminal and sees nothing else. */
static void show_progress(struct map *m)
{
	time_t now = time(NULL);

	if (!m->told)
		m->told = now;
	if (now == m->told || !isatty(STDERR_FILENO) || isatty(STDOUT_FILENO))
		return;
	m->told = now;
	fprintf(stderr, "\r%llu keys\r", m->lines);
}

/*
 * Takes the whole lines off a buffer, and at the end of the input the last one
 * too; *used is set to the bytes that are done with.
 */
static int map_buffer(struct map *m, const char *buf, size_t len, bool end,
		      size_t *used)
{
	const char *p = buf;
	int status;

	while (p < buf + len) {
		size_t left = buf + len - p;
		const char *newline = memchr(p, '\n', left);

		if (!newline && !end) {
			if (left > MAX_KEY)
				return fail_line(m, "longer than 4096 bytes");
			break;
		}
		if (newline)
			left = newline - p;
		status = take_line(m, p, left);
		if (status)
			return status;
		p += left + !!newline;
		if (m->n == HASHRING_LOOKUP_MAX) {
			status = map_chunk(m);
			if (status)
				return status;
		}
	}
	*used = p - buf;
	return map_chunk(m);
}

/* Answers go out as lines come in: another program may wait for them. */
static int map_input(struct map *m, char *buf)
{
	size_t held = 0;
	size_t used = 0;
	int status;
	ssize_t n;

	do {
		n = read(STDIN_FILENO, buf + held, BUFFER - held);
		if (n < 0)
			return fail_usage("standard input: %s",
					  strerror(errno));
		held += n;
		status = map_buffer(m, buf, held, !n, &used);
		fflush(stdout);
		if (status)
			return status;
		show_progress(m);
		held -= used;
		memmove(buf, buf + used, held);
	} while (n && !ferror(stdout));
	return 0;
}

/* Without lines nothing else would tell that there is no such ring. */
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
	char *buf = malloc(BUFFER);
	struct map *m = calloc(1, sizeof(*m));
	int status;

	if (!buf || !m) {
		status = fail_memory();
		goto out;
	}
	m->ring = a->v[MAP_RING].text;
	m->positions = a->v[MAP_POSITIONS].given;
	if (m->positions && a->v[MAP_HASH].given) {
		status = fail_usage("--positions are not hashed");
		goto out;
	}
	status = m->positions ? find_ring(m->ring) :
		 positioner_init(&m->by, a->v[MAP_HASH].num, m->ring);
	if (status)
		goto out;
	if (opt.json)
		json_list_begin();
	status = map_input(m, buf);
	if (opt.json)
		json_list_end();
	nodes_release(&m->nodes);
out:
	free(m);
	free(buf);
	return status;
}

static const struct command commands[] = {
	{ NULL, NULL, "KEY, POSITION, NODE for each key on standard input",
	  map_args, map_make },
	{ }
};

const struct noun noun_map = {
	.name = "map",
	.help = "who owns each of many keys",
	.commands = commands,
};
