// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl measure: carries out a change and counts, through the kernel's own
 * look-up, which of many keys it moves.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "measure.h"
#include "cli/keys/position.h"
#include "cli/model/model.h"
#include "cli/signals.h"
#include "ringctl/ringctl.h"

enum measure_arg {
	MEASURE_RING,
	MEASURE_KEYS,
	MEASURE_OPS,
	MEASURE_FILE,
	MEASURE_HASH,
	MEASURE_MAX_MOVED,
	MEASURE_REVERT,
	MEASURE_FLOWS,
	MEASURE_TO,
	MEASURE_KEY,
};

static const struct arg measure_args[] = {
	[MEASURE_RING] = { ARG_RING, .meta = "RING", .required = true },
	[MEASURE_KEYS] = { ARG_KEYS, "--keys", "keys", .meta = "N|KEYS",
			   .min = 1, .max = 100000000 },
	[MEASURE_OPS] = { ARG_OPS, "--change", "change",
			  .meta = "'{ OPERATION; ... }'" },
	[MEASURE_FILE] = { ARG_FILE, "-f", "--file", .meta = "FILE" },
	[MEASURE_HASH] = { ARG_ENUM, "--hash", .meta = "HASH",
			   .names = position_hashes },
	[MEASURE_MAX_MOVED] = { ARG_SHARE, "--max-moved", .meta = "SHARE" },
	[MEASURE_REVERT] = { ARG_FLAG, "--revert" },
	[MEASURE_FLOWS] = ARG_ROW_FLOWS,
	[MEASURE_TO] = ARG_ROW_TO,
	[MEASURE_KEY] = ARG_ROW_KEY,
	{ }
};

/**
 * struct side - the ring before, after, or restored
 * @nodes: its nodes
 * @generation: its generation
 * @owner: of each key: index in @nodes, or NOBODY
 */
struct side {
	struct node_list nodes;
	__u64 generation;
	__u32 *owner;
};

/**
 * struct measure - a run
 * @ring: the ring
 * @keys: number of keys
 * @by: hash for their positions
 * @set: the keys or flows; without any, keys are key_0, key_1...
 * @before: the ring before the change
 * @after: the ring after the change
 * @patient: signals whose delivery is deferred
 */
struct measure {
	const char *ring;
	__u32 keys;
	struct positioner by;
	struct flow_set set;
	struct side before;
	struct side after;
	bool patient;
};

static int fail_changed(const struct measure *m, __u64 was, __u64 is)
{
	return fail(EXIT_STALE,
		    "%s was changed in between: generation is %llu, not %llu",
		    m->ring, is, was);
}

static void progress(const struct measure *m, __u32 done, bool *shown)
{
	if (!isatty(STDERR_FILENO) || (done % (HASHRING_LOOKUP_MAX * 20) &&
				       done != m->keys))
		return;
	if (done == m->keys && !*shown)
		return;
	*shown = done != m->keys;
	if (*shown)
		fprintf(stderr, "\rmapping keys: %u%%",
			(__u32)(100ULL * done / m->keys));
	else
		fputs("\r                    \r", stderr);
}

/* The owners of the next keys, from number @first on. */
static int map_some(const struct measure *m, struct side *s, __u32 first,
		    __u32 n)
{
	static __u32 position[HASHRING_LOOKUP_MAX], id[HASHRING_LOOKUP_MAX];
	const struct hashring_node *node;
	__u64 generation;
	char key[16];
	__u32 i;
	int err;

	for (i = 0; i < n; i++)
		position[i] = m->set.nr ? m->set.flow[first + i].position :
			      position_of(&m->by, key,
					  sprintf(key, "key_%u", first + i));
	err = hashring_lookup_bulk(conn(), m->ring, position, id, n,
				   &generation);
	if (err)
		return refused(err);
	if (generation != s->generation)
		return fail_changed(m, s->generation, generation);
	for (i = 0; i < n; i++) {
		node = id[i] ? nodes_by_id(&s->nodes, id[i]) : NULL;
		s->owner[first + i] = node ? node - s->nodes.node : NOBODY;
	}
	return EXIT_DONE;
}

/* Maps all keys in one generation, the present one. */
static int map_keys(const struct measure *m, struct side *s)
{
	bool shown = false;
	__u32 done = 0;
	int status;

	status = nodes_load(&s->nodes, m->ring);
	if (status)
		return status;
	if (s->nodes.nr && s->nodes.generation != s->generation)
		return fail_changed(m, s->generation, s->nodes.generation);
	s->owner = malloc((size_t)m->keys * sizeof(*s->owner));
	if (!s->owner)
		return fail_memory();
	while (done < m->keys) {
		__u32 n = m->keys - done;

		if (n > HASHRING_LOOKUP_MAX)
			n = HASHRING_LOOKUP_MAX;
		status = map_some(m, s, done, n);
		if (status)
			return status;
		if (!m->patient && signals_wait())
			return fail(EXIT_ABORTED, "interrupted");
		done += n;
		progress(m, done, &shown);
	}
	return EXIT_DONE;
}

static void side_release(struct side *s)
{
	nodes_release(&s->nodes);
	free(s->owner);
	s->owner = NULL;
}

/*
 * The nodes of both sides in one list; *a and *b are set to the indices of each
 * side's nodes.
 */
static int join_nodes(const struct measure *m, struct counted *c, __u32 **a,
		      __u32 **b)
{
	const struct node_list *x = &m->before.nodes;
	const struct node_list *y = &m->after.nodes;
	__u32 i = 0, k = 0;

	c->node = calloc((size_t)x->nr + y->nr + 1, sizeof(*c->node));
	*a = calloc((size_t)x->nr + 1, sizeof(**a));
	*b = calloc((size_t)y->nr + 1, sizeof(**b));
	if (!c->node || !*a || !*b)
		return fail_memory();
	while (i < x->nr || k < y->nr) {
		struct counted_node *node = &c->node[c->nr_nodes];
		int order = i == x->nr ? 1 : k == y->nr ? -1 :
			    strcmp(x->node[i].name, y->node[k].name);

		node->name = order > 0 ? y->node[k].name : x->node[i].name;
		if (order <= 0)
			(*a)[i++] = c->nr_nodes;
		if (order >= 0) {
			node->share = y->node[k].share;
			(*b)[k++] = c->nr_nodes;
		}
		c->nr_nodes++;
	}
	return EXIT_DONE;
}

static int compare_pairs(const void *a, const void *b)
{
	const __u64 x = *(const __u64 *)a;
	const __u64 y = *(const __u64 *)b;

	return x < y ? -1 : x > y;
}

static int compare_rows(const void *a, const void *b)
{
	const struct counted_row *x = a;
	const struct counted_row *y = b;

	if (x->keys != y->keys)
		return x->keys > y->keys ? -1 : 1;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return x->to < y->to ? -1 : x->to > y->to;
}

/* Merges equal pairs into a row. */
static int count_rows(struct counted *c, __u64 *pair, __u32 nr)
{
	struct counted_row *row;
	__u32 i;

	qsort(pair, nr, sizeof(*pair), compare_pairs);
	for (i = 0; i < nr; i++) {
		if (i && pair[i] == pair[i - 1]) {
			c->row[c->nr_rows - 1].keys++;
			continue;
		}
		row = model_grow(c->row, c->nr_rows, sizeof(*row));
		if (!row)
			return fail_memory();
		c->row = row;
		row += c->nr_rows++;
		row->from = pair[i] >> 32;
		row->to = pair[i];
		row->keys = 1;
	}
	qsort(c->row, c->nr_rows, sizeof(*c->row), compare_rows);
	return EXIT_DONE;
}

static void take_indices(__u32 *owner, __u32 nr, const __u32 *index)
{
	__u32 i;

	for (i = 0; i < nr; i++)
		if (owner[i] != NOBODY)
			owner[i] = index[owner[i]];
}

/* The figures of flows; owners become indices in the list of both sides. */
static int count_flows(const struct measure *m, struct counted *c)
{
	__u32 *a = NULL, *b = NULL, *from = NULL, *to = NULL, i;
	size_t size = (size_t)m->keys * sizeof(*from);
	const char **names = NULL;
	int status;

	c->set = &m->set;
	status = join_nodes(m, c, &a, &b);
	if (!status) {
		names = calloc((size_t)c->nr_nodes + 1, sizeof(*names));
		from = malloc(size);
		to = malloc(size);
		if (!names || !from || !to)
			status = fail_memory();
	}
	if (!status) {
		for (i = 0; i < c->nr_nodes; i++)
			names[i] = c->node[i].name;
		memcpy(from, m->before.owner, size);
		memcpy(to, m->after.owner, size);
		take_indices(from, m->keys, a);
		take_indices(to, m->keys, b);
		if (flow_figures(&m->set, names, c->nr_nodes, from, to,
				 &c->flows))
			status = fail_memory();
	}
	free(to);
	free(from);
	free(names);
	free(b);
	free(a);
	return status;
}

static int count_keys(const struct measure *m, struct counted *c)
{
	__u32 *a = NULL, *b = NULL, nr = 0, i;
	__u64 *pair = NULL;
	int status;

	status = join_nodes(m, c, &a, &b);
	if (!status) {
		pair = malloc((size_t)m->keys * sizeof(*pair));
		status = pair ? EXIT_DONE : fail_memory();
	}
	for (i = 0; i < m->keys && !status; i++) {
		__u32 from = m->before.owner[i];
		__u32 to = m->after.owner[i];

		from = from == NOBODY ? NOBODY : a[from];
		to = to == NOBODY ? NOBODY : b[to];
		if (from != NOBODY)
			c->node[from].before++;
		if (to != NOBODY)
			c->node[to].after++;
		if (from == to)
			continue;
		pair[nr++] = (__u64)from << 32 | to;
		if (from == NOBODY)
			c->gained++;
		else if (to == NOBODY)
			c->lost++;
		else
			c->moved++;
	}
	if (!status)
		status = count_rows(c, pair, nr);
	free(pair);
	free(b);
	free(a);
	return status;
}

/* Counts the keys that are not with their first node again. */
static __u64 count_differing(const struct side *a, const struct side *b,
			     __u32 keys)
{
	__u64 differ = 0;
	__u32 i;

	for (i = 0; i < keys; i++) {
		__u32 x = a->owner[i];
		__u32 y = b->owner[i];

		if (x == NOBODY || y == NOBODY)
			differ += x != y;
		else
			differ += strcmp(a->nodes.node[x].name,
					 b->nodes.node[y].name) != 0;
	}
	return differ;
}

/* Takes the change back, by one change. */
static int go_back(const struct measure *m, const struct model_ring *start,
		   struct counted *c)
{
	const struct model none = { 0 };
	struct hashring_change change = {
		.ring = m->ring,
		.expect_generation = c->receipt.generation,
		.max_moved = HASHRING_ANY,
	};
	struct model_ring now;
	struct ops ops = { 0 };
	int status, err;

	status = model_ring_from_kernel(&now, m->ring);
	if (!status)
		status = model_diff(&none, &now, start, &ops);
	if (!status) {
		change.ops = ops.op;
		change.nr_ops = ops.nr;
		err = hashring_change(conn(), &change, &c->back);
		status = err ? refused(err) : EXIT_DONE;
	}
	ops_release(&ops);
	model_ring_release(&now);
	return status;
}

/* Checks whether all keys have returned. */
static int count_back(const struct measure *m, struct counted *c)
{
	struct side back = { .generation = c->back.generation };
	int status = map_keys(m, &back);

	if (!status) {
		c->has_back = true;
		c->differ = count_differing(&m->before, &back, m->keys);
	}
	side_release(&back);
	return status;
}

static int measure_change(struct measure *m, struct counted *c)
{
	int status = map_keys(m, &m->after);

	if (!status)
		status = m->set.nr ? count_flows(m, c) : count_keys(m, c);
	if (!status && signals_wait())
		status = fail(EXIT_ABORTED, "interrupted");
	return status;
}

/* An interrupt leaves the ring as it was. */
static int measure_run(struct measure *m, struct hashring_change *change,
		       const struct model_ring *start, bool revert,
		       struct counted *c)
{
	int status, back, err;

	status = map_keys(m, &m->before);
	if (status)
		return status;
	change->expect_generation = m->before.generation;
	err = hashring_change(conn(), change, &c->receipt);
	if (err)
		return refused(err);

	m->after.generation = c->receipt.generation;
	status = measure_change(m, c);
	if (!revert && status != EXIT_ABORTED)
		return status;
	back = go_back(m, start, c);
	if (!back && !status) {
		m->patient = true;
		back = count_back(m, c);
	}
	return status ?: back;
}

/* Flows of the user, if the arguments name any. */
static int load_set(struct args *a, struct measure *m)
{
	struct flow_ring ring = {
		.name = m->ring,
		.has_seed = true,
		.by = m->by,
	};
	int status;

	if (!flows_wanted(a))
		return EXIT_DONE;
	if (a->v[MEASURE_FLOWS].given && m->by.hash != POSITION_SIPHASH)
		return fail_usage("--hash applies to keys, not to flows");
	status = flows_policies(m->ring, &ring.policies);
	if (!status)
		status = flows_load(&m->set, a, &ring);
	m->keys = m->set.nr;
	return status;
}

static int measure_with(struct args *a, struct measure *m,
			struct hashring_change *change)
{
	bool revert = a->v[MEASURE_REVERT].given;
	struct counted c = { .ring = m->ring };
	struct model_ring start = { 0 };
	int status;

	status = positioner_init(&m->by, a->v[MEASURE_HASH].num, m->ring);
	if (!status)
		status = load_set(a, m);
	c.keys = m->keys;
	if (!status)
		status = model_ring_from_kernel(&start, m->ring);
	if (status)
		goto out;
	m->before.generation = start.generation;
	c.generation = start.generation;
	signals_hold();
	status = measure_run(m, change, &start, revert, &c);
	signals_release();
	if (!status) {
		print_counted(&c);
		if (c.differ)
			status = fail(EXIT_ABORTED, "not all keys returned");
	}
out:
	hashring_receipt_release(&c.receipt);
	hashring_receipt_release(&c.back);
	flow_figures_release(&c.flows);
	flow_set_release(&m->set);
	free(c.row);
	free(c.node);
	model_ring_release(&start);
	return status;
}

static int measure(struct args *a)
{
	struct measure m = {
		.ring = a->v[MEASURE_RING].text,
		.keys = a->v[MEASURE_KEYS].num,
	};
	struct ops ops = { 0 };
	int status;

	status = flows_check(a);
	if (!status && !flows_wanted(a) && !a->v[MEASURE_KEYS].given)
		status = fail_usage("--keys or --flows is missing: what is to be counted?");
	if (!status)
		status = ops_from_args(&ops, &a->v[MEASURE_OPS],
				       &a->v[MEASURE_FILE]);
	if (!status)
		status = conn() ? EXIT_DONE : EXIT_REFUSED;
	if (!status) {
		struct hashring_change change = {
			.ring = m.ring,
			.ops = ops.op,
			.nr_ops = ops.nr,
			.max_moved = a->v[MEASURE_MAX_MOVED].given ?
				a->v[MEASURE_MAX_MOVED].num : HASHRING_ANY,
		};

		status = measure_with(a, &m, &change);
	}
	side_release(&m.before);
	side_release(&m.after);
	ops_release(&ops);
	return status;
}

static const struct command commands[] = {
	{ NULL, NULL,
	  "carry out a change and count which of N keys move; --revert: take it back afterwards",
	  measure_args, measure },
	{ }
};

const struct noun noun_measure = {
	.name = "measure",
	.help = "the keys that a change moves, counted",
	.commands = commands,
};
