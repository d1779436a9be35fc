// SPDX-License-Identifier: GPL-2.0-only
/*
 * proof - compares plans, changes and keys
 *
 * proof makes a ring and changes the ring at random. ringctl plans each change,
 * and carries the change out, with the plan's token or by ringctl measure,
 * which counts the moved keys. The kernel maps all keys before and after.
 *
 * The from-to matrix must be the same in the plan, in the receipt and in the
 * kernel's history. Every key must have the owner of tables that are made here,
 * independently of the kernel's tables. The counts of ringctl measure must be
 * those of these tables, to the key. The number of keys in each row must match
 * the row's share.
 *
 *	proof RINGCTL PLACEMENT CHANGES KEYS
 */
#include <stdlib.h>
#include <string.h>

#include "core/table_build.h"
#include "proof.h"

#define POINTS		40	/* for a unit of weight with hashed placement */
#define GRID		65536	/* cells with balanced placement */

/* Words for a ring of each placement. */
static const struct {
	const char *name;
	const char *words;
} placements[] = {
	[HASHRING_PLACEMENT_HASH] = { "hash", "points 40" },
	[HASHRING_PLACEMENT_EXPLICIT] = { "explicit", "" },
	[HASHRING_PLACEMENT_BALANCED] = { "balanced", "grid 65536" },
};

struct sums sums;
struct hashring *h;
struct hr_config config;
__u32 keys, *position, *id_before, *id_after;
bool alike;

static const __u8 seed[HR_SEED_LEN] = "proof of changes";
static __u64 random_state = 88172645463325252ULL;

void die(const char *what, const char *why)
{
	fprintf(stderr, "proof: %s: %s\n", what, why);
	exit(1);
}

__u32 below(__u32 n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 32) * n >> 32;
}

static struct hr_table *next_table(const struct hr_table *t,
				   const struct step *s)
{
	struct hr_table *next;
	struct hr_error error;

	if (hr_change_build(&config, t, s->op, s->nr, U32_MAX, false,
			    &hr_node_plain_ops, GFP_KERNEL, &next, &error))
		die(s->text, error.text);
	return next;
}

static void look_up(__u32 *ids, __u64 wanted)
{
	__u64 generation;

	if (hashring_lookup_bulk(h, RING, position, ids, keys, &generation))
		die("lookup", hashring_error(h));
	if (generation != wanted)
		die("lookup", "another generation");
}

/* Carries a step out, if the ring is unchanged since the plan. */
static json_t *change(const struct step *s, const char *token)
{
	char with_token[sizeof(s->text) + 64];

	snprintf(with_token, sizeof(with_token), "'%s' --plan %s", s->text,
		 token);
	return ask("change %s %s", RING, with_token);
}

/* Carries a step out while ringctl counts the moved keys. */
static json_t *measure(const struct step *s)
{
	char with_keys[sizeof(s->text) + 64];

	snprintf(with_keys, sizeof(with_keys), "--keys %u --change '%s'", keys,
		 s->text);
	return ask("measure %s %s", RING, with_keys);
}

/* Proves one change: plan, change, keys. Returns the table after the change. */
static struct hr_table *prove(struct hr_table *before, const struct step *s,
			      bool measured)
{
	struct rows planned = { 0 }, kept = { 0 };
	struct hr_table *after = next_table(before, s);
	json_t *plan, *details, *receipt, *done;
	struct counts counts = { 0 };
	__u64 generation;

	plan = ask("plan %s '%s'", RING, s->text);
	details = json_object_get(plan, "plan");
	check_instead(s, plan);
	generation = strtoull(word(details, "token"), NULL, 10);
	look_up(id_before, generation);
	done = measured ? measure(s) : change(s, word(details, "token"));
	receipt = json_object_get(done, "receipt");
	look_up(id_after, generation + 1);

	same_figures(json_object_get(plan, "receipt"), receipt);
	rows_from_json(&planned, json_object_get(details, "move"));
	rows_from_history(&kept, generation + 1);
	same_rows(&planned, &kept, s->text);
	check_definition(receipt, s, before, after);
	check_owners(before, id_before);
	check_owners(after, id_after);
	counts.row = calloc(planned.nr + 1, sizeof(*counts.row));
	if (!counts.row)
		die("count", "no memory");
	recount(&counts, &planned, before, after, s->text);
	check_counts(receipt, &planned, &counts, s->text);
	if (measured)
		check_measured(done, &planned, &counts, s->text);

	sums.ops += s->nr;
	sums.rows += planned.nr;
	free(counts.row);
	free(planned.row);
	free(kept.row);
	json_decref(plan);
	json_decref(done);
	hr_table_put(before, &hr_node_plain_ops);
	return after;
}

/* Sets @config. Returns ringctl's words for the same ring. */
static const char *make_config(const char *placement)
{
	size_t i;

	for (i = 0; i < sizeof(placements) / sizeof(*placements); i++)
		if (!strcmp(placements[i].name, placement))
			break;
	if (i == sizeof(placements) / sizeof(*placements))
		die(placement, "no such placement");
	config.place = hr_place_by_kind(i);
	config.points = POINTS;
	config.per = 1;
	config.grid = config.place->takes_cells ? GRID : 0;
	memcpy(config.seed, seed, sizeof(seed));
	hr_keys_derive(&config.keys, config.seed);
	return placements[i].words;
}

static void make_keys(void)
{
	char key[16];
	__u32 i;

	position = calloc(keys, sizeof(*position));
	id_before = calloc(keys, sizeof(*id_before));
	id_after = calloc(keys, sizeof(*id_after));
	if (!position || !id_before || !id_after)
		die("keys", "no memory");
	for (i = 0; i < keys; i++)
		position[i] = hr_key_position(&config.keys, key,
					      sprintf(key, "key_%u", i));
}

static void make_ring(const char *placement)
{
	const char *special = make_config(placement);
	char words[128];
	int len;
	__u32 i;

	len = snprintf(words, sizeof(words), "placement %s %s seed ",
		       placement, special);
	for (i = 0; i < sizeof(seed); i++)
		len += snprintf(words + len, sizeof(words) - len, "%02x",
				seed[i]);
	json_decref(ask("ring add %s %s", RING, words));
}

static void tell(unsigned int changes)
{
	printf("changes %u, operations %u, rows %u, keys moved %llu\n", changes,
	       sums.ops, sums.rows, sums.moved);
	printf("measured by ringctl %u, that only add or only take %u\n",
	       sums.measured, sums.pure);
	printf("only replacements %u, planned as a replacement too %u\n",
	       sums.only_replaced, sums.replaced);
	if (config.place->takes_cells)
		printf("ideal to a cell a node %u, of these among equals %u\n",
		       sums.ideal, sums.alike);
	printf("rows judged %u, beyond 3 standard errors %u, the farthest at %.2f\n",
	       sums.judged, sums.far, sums.farthest);
	if (config.place->takes_cells && !sums.alike)
		die("nodes", "no change was among equals");
	/* Beyond are 0.27 % by chance; many more are a fault. */
	if (sums.far > 5 + sums.judged / 100)
		die("rows", "too many are far from their shares");
}

int main(int argc, char **argv)
{
	static struct step step;
	struct hr_table *table;
	unsigned int changes, i;

	if (argc != 5)
		die("usage", "proof RINGCTL PLACEMENT CHANGES KEYS");
	changes = strtoul(argv[3], NULL, 10);
	keys = strtoul(argv[4], NULL, 10);
	random_state += keys;
	if (hashring_open(&h, NULL))
		die("connect", hashring_error(h));
	start_ringctl(argv[1]);
	make_ring(argv[2]);
	make_keys();

	table = hr_table_empty(GFP_KERNEL);
	if (!table)
		die("table", "no memory");
	alike = config.place->takes_cells;
	first_step(&step);
	table = prove(table, &step, false);
	for (i = 0; i < changes; i++) {
		/* Weights begin to differ after half of the changes. */
		alike &= i < changes / 2;
		random_step(&step, table);
		table = prove(table, &step, i % 2);
	}
	tell(changes);
	if (hashring_ring_del(h, RING))
		die("ring", hashring_error(h));
	hr_table_put(table, &hr_node_plain_ops);
	hashring_close(h);
	return 0;
}
