// SPDX-License-Identifier: GPL-2.0-only
/*
 * change_readers - reads rings while other threads change them
 *
 * Each ring has a writer that changes the ring's nodes as fast as the kernel
 * allows. Readers look up positions all the time. Before a writer sends a
 * change, the writer records the next members under their generation. A reader
 * takes the generation from an answer, makes the table of that generation from
 * the members alone and not from earlier tables, and compares every owner. An
 * answer must be of one generation. This generation must not be older than the
 * one in force before the request, and not younger than the last one sent
 * before the answer.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/slab.h>

#include <hashring/hashring.h>

#include "core/change.h"
#include "core/table_build.h"

#define NODES		24	/* names of a ring's members */
#define POINTS		40
#define POSITIONS	512	/* in one look-up */
#define TABLES		8	/* kept by a reader, by generation */
#define RINGS_MAX	16

/* A node in one generation. */
struct member {
	unsigned char present;
	unsigned char weight;
	unsigned char state;
	unsigned char seat;	/* number of the name in the seat */
};

struct members {
	struct member node[NODES];
};

struct ring {
	char name[32];
	unsigned int changes;
	struct members *log;		/* by generation */
	atomic_ullong started;		/* youngest generation that was sent */
	atomic_ullong done;		/* youngest known to be in force */
	unsigned long long table_bytes;	/* of all tables published */
};

struct reader {
	pthread_t thread;
	unsigned int seed;
	struct hr_table *table[TABLES];
	unsigned long long generation[TABLES];
	unsigned long long last[RINGS_MAX];	/* latest generation, by ring */
	unsigned long long lookups;
	unsigned long long answers;
	unsigned long long distinct;		/* different generations */
};

static const __u8 seed[HASHRING_SEED_LEN] = "storm of changes";
static struct ring rings[RINGS_MAX];
static unsigned int nr_rings = 4;
static struct hr_config config;
static atomic_bool stop;
static atomic_ullong wrong;

__attribute__((noreturn))
static void die(const char *what, const char *why)
{
	fprintf(stderr, "change_readers: %s: %s\n", what, why);
	exit(1);
}

static void complain(const char *ring, unsigned long long generation,
		     const char *what)
{
	if (atomic_fetch_add(&wrong, 1) < 10)
		fprintf(stderr, "change_readers: %s generation %llu: %s\n", ring,
			generation, what);
}

static struct hashring *connect_kernel(void)
{
	struct hashring *h;

	if (hashring_open(&h, NULL))
		die("connect", hashring_error(h));
	return h;
}

/* Makes the table of a membership, from no other table. */
static struct hr_table *make_table(const struct members *members)
{
	struct hr_op ops[NODES] = {};
	struct hr_table *base, *table;
	struct hr_error err = {};
	unsigned int i, n = 0;

	for (i = 0; i < NODES; i++) {
		const struct member *m = &members->node[i];
		struct hr_op *op = &ops[n];

		if (!m->present)
			continue;
		op->kind = HASHRING_OP_ADD;
		op->has = HR_HAS_ATTR(ID) | HR_HAS_ATTR(WEIGHT) |
			  HR_HAS_ATTR(STATE) | HR_HAS(SEAT);
		snprintf(op->name, sizeof(op->name), "n%u", i);
		snprintf(op->seat, sizeof(op->seat), "n%u", m->seat);
		op->attrs.id = i + 1;
		op->attrs.weight = m->weight;
		op->attrs.state = m->state;
		n++;
	}
	base = hr_table_empty(GFP_KERNEL);
	if (!base)
		die("table", "no memory");
	if (!n)
		return base;
	if (hr_change_build(&config, base, ops, n, U32_MAX, false, &hr_node_plain_ops,
			    GFP_KERNEL, &table, &err))
		die("table", err.text);
	hr_table_put(base, &hr_node_plain_ops);
	return table;
}

static const struct hr_table *reader_table(struct reader *reader,
					   struct ring *ring,
					   unsigned long long generation)
{
	/* each ring has its own range of keys in the small cache */
	unsigned long long key = generation * RINGS_MAX + (ring - rings) + 1;
	unsigned int slot = key % TABLES;

	if (reader->generation[slot] != key) {
		if (reader->table[slot])
			hr_table_put(reader->table[slot], &hr_node_plain_ops);
		reader->table[slot] = make_table(&ring->log[generation]);
		reader->generation[slot] = key;
		reader->distinct++;
	}
	return reader->table[slot];
}

static void check_answer(struct reader *reader, struct ring *ring,
			 unsigned long long generation, const __u32 *positions,
			 const __u32 *ids)
{
	const struct hr_table *table = reader_table(reader, ring, generation);
	unsigned int i;

	for (i = 0; i < POSITIONS; i++) {
		struct hr_node *owner = hr_table_owner(table, positions[i]);

		if (ids[i] != (owner ? owner->attrs.id : HR_NO_ID))
			complain(ring->name, generation, "a wrong owner");
	}
}

static void *read_rings(void *arg)
{
	__u32 positions[POSITIONS], ids[POSITIONS];
	struct reader *reader = arg;
	struct hashring *h = connect_kernel();
	unsigned int i, r;

	for (r = 0; !atomic_load(&stop); r = (r + 1) % nr_rings) {
		struct ring *ring = &rings[r];
		unsigned long long before = atomic_load(&ring->done);
		__u64 generation;

		for (i = 0; i < POSITIONS; i++)
			positions[i] = (__u32)rand_r(&reader->seed) << 16 ^
				       (__u32)rand_r(&reader->seed);
		if (hashring_lookup_bulk(h, ring->name, positions, ids,
					 POSITIONS, &generation))
			die("lookup", hashring_error(h));
		if (generation < before || generation < reader->last[r])
			complain(ring->name, generation, "an old answer");
		if (generation > atomic_load(&ring->started)) {
			complain(ring->name, generation, "not sent yet");
			continue;
		}
		reader->last[r] = generation;
		check_answer(reader, ring, generation, positions, ids);
		reader->lookups += POSITIONS;
		reader->answers++;
	}
	for (i = 0; i < TABLES; i++)
		if (reader->table[i])
			hr_table_put(reader->table[i], &hr_node_plain_ops);
	hashring_close(h);
	return NULL;
}

static bool seat_free(const struct members *members, unsigned int seat)
{
	unsigned int i;

	for (i = 0; i < NODES; i++)
		if (members->node[i].present && members->node[i].seat == seat)
			return false;
	return true;
}

/* Applies a legal operation to node @i; false if there was none. */
static bool random_op(unsigned int *state, struct members *members,
		      unsigned int i, bool *named, struct hashring_op *op,
		      char name[2][8])
{
	struct member *m = &members->node[i];
	unsigned int j = rand_r(state) % NODES;

	memset(op, 0, sizeof(*op));
	snprintf(name[0], 8, "n%u", i);
	op->name = name[0];
	op->attrs.id = i + 1;
	if (!m->present) {
		if (!seat_free(members, i))
			return false;
		*m = (struct member){ 1, 1 + rand_r(state) % 3, 0, i };
		op->kind = HASHRING_OP_ADD;
		op->has = HASHRING_HAS_ATTR(ID) | HASHRING_HAS_ATTR(WEIGHT);
		op->attrs.weight = m->weight;
		return true;
	}
	switch (rand_r(state) % 4) {
	case 0:
		m->present = 0;
		op->kind = HASHRING_OP_DEL;
		return true;
	case 1:
		m->weight = 1 + rand_r(state) % 3;
		op->kind = HASHRING_OP_SET;
		op->has = HASHRING_HAS_ATTR(WEIGHT);
		op->attrs.weight = m->weight;
		return true;
	case 2:
		m->state = rand_r(state) % 3;
		op->kind = HASHRING_OP_SET;
		op->has = HASHRING_HAS_ATTR(STATE);
		op->attrs.state = m->state;
		return true;
	default:
		if (named[j] || members->node[j].present)
			return false;
		named[j] = true;
		members->node[j] = *m;
		m->present = 0;
		snprintf(name[1], 8, "n%u", j);
		op->kind = HASHRING_OP_REPLACE;
		op->new_name = name[1];
		op->has = HASHRING_HAS_ATTR(ID);
		op->attrs.id = j + 1;
		return true;
	}
}

static void *write_ring(void *arg)
{
	struct ring *ring = arg;
	struct hashring *h = connect_kernel();
	unsigned int state = 1 + (unsigned int)(ring - rings);
	unsigned long long generation = 0;

	while (generation < ring->changes) {
		struct members *next = &ring->log[generation + 1];
		struct hashring_receipt receipt = {};
		char names[4][2][8];
		struct hashring_op ops[4];
		bool named[NODES] = {};
		struct hashring_change change = {
			.ring = ring->name,
			.ops = ops,
			.expect_generation = generation,
			.max_moved = HASHRING_ANY,
		};
		unsigned int tries = 1 + rand_r(&state) % 4;

		*next = ring->log[generation];
		while (tries--) {
			unsigned int i = rand_r(&state) % NODES;

			if (named[i])
				continue;
			named[i] = true;
			if (random_op(&state, next, i, named,
				      &ops[change.nr_ops],
				      names[change.nr_ops]))
				change.nr_ops++;
		}
		if (!change.nr_ops)
			continue;
		generation++;
		atomic_store(&ring->started, generation);
		if (hashring_change(h, &change, &receipt))
			die("change", hashring_error(h));
		if (receipt.generation != generation)
			die("change", "a generation that was not asked for");
		atomic_store(&ring->done, generation);
		ring->table_bytes += receipt.bytes_after;
		hashring_receipt_release(&receipt);
	}
	hashring_close(h);
	return NULL;
}

/* Available memory, in kB. */
static long available(void)
{
	FILE *f = fopen("/proc/meminfo", "r");
	char line[128];
	long kb = -1;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "MemAvailable: %ld", &kb) == 1)
			break;
	if (f)
		fclose(f);
	if (kb < 0)
		die("/proc/meminfo", "no MemAvailable");
	return kb;
}

static unsigned long long all_done(void)
{
	unsigned long long sum = 0;
	unsigned int i;

	for (i = 0; i < nr_rings; i++)
		sum += atomic_load(&rings[i].done);
	return sum;
}

int main(int argc, char **argv)
{
	unsigned int changes = 10000, nr_readers = 2, i;
	unsigned long long lookups = 0, answers = 0, distinct = 0, bytes = 0;
	pthread_t writer[RINGS_MAX];
	struct reader *readers;
	long before, least;
	struct hashring *h;
	int opt;

	while ((opt = getopt(argc, argv, "c:r:t:")) != -1) {
		if (opt == 'c')
			changes = strtoul(optarg, NULL, 0);
		else if (opt == 'r')
			nr_rings = strtoul(optarg, NULL, 0);
		else if (opt == 't')
			nr_readers = strtoul(optarg, NULL, 0);
		else
			die("usage", "change_readers [-c CHANGES] [-r RINGS] [-t READERS]");
	}
	if (!changes || !nr_rings || nr_rings > RINGS_MAX || !nr_readers)
		die("usage", "out of range");

	config.place = &hr_place_hash;
	config.points = POINTS;
	config.per = 1;
	memcpy(config.seed, seed, sizeof(config.seed));
	hr_keys_derive(&config.keys, config.seed);

	h = connect_kernel();
	for (i = 0; i < nr_rings; i++) {
		struct ring *ring = &rings[i];
		struct hashring_ring_config born = {
			.name = ring->name,
			.placement = HASHRING_PLACEMENT_HASH,
			.points = POINTS,
			.per = 1,
			.seed = seed,
		};
		struct hashring_ring made;

		snprintf(ring->name, sizeof(ring->name), "readers%u", i);
		ring->changes = changes / nr_rings + (i < changes % nr_rings);
		ring->log = calloc(ring->changes + 1, sizeof(*ring->log));
		if (!ring->log)
			die("log", "no memory");
		if (hashring_ring_add(h, &born, &made))
			die("ring add", hashring_error(h));
	}
	readers = calloc(nr_readers, sizeof(*readers));
	if (!readers)
		die("readers", "no memory");
	before = available();
	least = before;

	for (i = 0; i < nr_readers; i++) {
		readers[i].seed = 1000 + i;
		if (pthread_create(&readers[i].thread, NULL, read_rings,
				   &readers[i]))
			die("reader", "no thread");
	}
	for (i = 0; i < nr_rings; i++)
		if (pthread_create(&writer[i], NULL, write_ring, &rings[i]))
			die("writer", "no thread");
	while (all_done() < changes) {
		struct timespec tick = { .tv_nsec = 50000000 };
		long now = available();

		if (now < least)
			least = now;
		nanosleep(&tick, NULL);
	}
	for (i = 0; i < nr_rings; i++) {
		pthread_join(writer[i], NULL);
		bytes += rings[i].table_bytes;
	}
	atomic_store(&stop, true);
	for (i = 0; i < nr_readers; i++) {
		pthread_join(readers[i].thread, NULL);
		lookups += readers[i].lookups;
		answers += readers[i].answers;
		distinct += readers[i].distinct;
	}
	for (i = 0; i < nr_rings; i++) {
		if (hashring_ring_del(h, rings[i].name))
			die("ring del", hashring_error(h));
		free(rings[i].log);
	}
	hashring_close(h);
	free(readers);

	printf("changes %u\nanswers %llu\nlookups %llu\ntables %llu\nwrong %llu\n",
	       changes, answers, lookups, distinct, atomic_load(&wrong));
	printf("published_kb %llu\ndipped_kb %ld\n", bytes / 1024,
	       before - least);
	return atomic_load(&wrong) ? 1 : 0;
}
