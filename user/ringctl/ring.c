// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl ring: rings come, go and are shown.
 */
#include "ringctl/migrate/migrate.h"
#include "ringctl/ringctl.h"

enum { SHOW_RING };

static const struct arg show_args[] = {
	[SHOW_RING] = { ARG_RING, .meta = "RING" },
	{ }
};

/* Settings are found by their words. */
enum { ADD_RING, ADD_PLACEMENT, ADD_POINTS, ADD_GRID, ADD_SEED };

static const struct arg add_args[] = {
	[ADD_RING] = { ARG_NAME, .meta = "RING", .required = true },
	[ADD_PLACEMENT] = { ARG_ENUM, "placement", .meta = "PLACEMENT",
			    .names = hashring_placement_name },
	[ADD_POINTS] = { ARG_RATIO, "points", .meta = "N[/W]" },
	[ADD_GRID] = { ARG_NUMBER, "grid", .meta = "T", .min = 1 },
	[ADD_SEED] = { ARG_SEED, "seed", .meta = "HEX" },
	{ ARG_ENUM, "established", .meta = "POLICY",
	  .names = hashring_established_name },
	{ ARG_TIME, "tcp-timeout", .meta = "TIME", .min = 1 },
	{ ARG_TIME, "syn-timeout", .meta = "TIME", .min = 1 },
	{ ARG_TIME, "fin-timeout", .meta = "TIME", .min = 1 },
	{ ARG_TIME, "udp-timeout", .meta = "TIME", .min = 1 },
	{ ARG_TIME, "udp-grace", .meta = "TIME" },
	{ ARG_NUMBER, "max-entries", "entries", .meta = "N", .min = 1 },
	{ }
};

enum { SET_RING };

static const struct arg set_args[] = {
	[SET_RING] = { ARG_RING, .meta = "RING", .required = true },
	{ ARG_ENUM, "established", .meta = "POLICY",
	  .names = hashring_established_name },
	{ ARG_TIME, "tcp-timeout", .meta = "TIME", .min = 1 },
	{ ARG_TIME, "syn-timeout", .meta = "TIME", .min = 1 },
	{ ARG_TIME, "fin-timeout", .meta = "TIME", .min = 1 },
	{ ARG_TIME, "udp-timeout", .meta = "TIME", .min = 1 },
	{ ARG_TIME, "udp-grace", .meta = "TIME" },
	{ ARG_NUMBER, "max-entries", "entries", .meta = "N", .min = 1 },
	{ }
};

enum { DEL_RING };

static const struct arg del_args[] = {
	[DEL_RING] = { ARG_RING, .meta = "RING", .required = true },
	{ }
};

static int print_attachments(const char *ring)
{
	struct attach_list list;
	int status;
	size_t i;

	status = attach_load(&list, ring);
	for (i = 0; i < list.nr && !status; i++) {
		printf(" attach id %u ", list.attach[i].id);
		print_attach(stdout, &list.attach[i]);
		putchar('\n');
		if (!opt.stats)
			continue;
		fputs("  ", stdout);
		print_attach_stats(stdout, &list.attach[i]);
		putchar('\n');
	}
	attach_release(&list);
	return status;
}

static void print_seed(const __u8 *seed)
{
	int i;

	fputs("  seed ", stdout);
	for (i = 0; i < HASHRING_SEED_LEN; i++)
		printf("%02x", seed[i]);
}

static void print_settings(const struct hashring_settings *s)
{
	char a[FIGURE_LEN], b[FIGURE_LEN], c[FIGURE_LEN], d[FIGURE_LEN];
	char e[FIGURE_LEN];

	printf(" established %s  max-entries %u",
	       hashring_enum_name(hashring_established_name, s->established),
	       s->max_entries);
	printf("  tcp-timeout %s  syn-timeout %s  fin-timeout %s  udp-timeout %s  udp-grace %s\n",
	       figure_ms(a, s->tcp_timeout), figure_ms(b, s->syn_timeout),
	       figure_ms(c, s->fin_timeout), figure_ms(d, s->udp_timeout),
	       figure_ms(e, s->udp_grace));
}

static void print_ring(const struct hashring_ring *ring, __u64 digest)
{
	char a[FIGURE_LEN], b[FIGURE_LEN];

	printf("%s placement %s", ring->name,
	       hashring_enum_name(hashring_placement_name, ring->placement));
	if (ring->points)
		printf(" points %u", ring->points);
	if (ring->points && ring->per != 1)
		printf("/%u", ring->per);
	if (ring->grid)
		printf(" grid %u", ring->grid);
	printf(" generation %llu digest %016llx\n", ring->generation, digest);
	printf(" nodes %u", ring->nodes);
	if (ring->active_nodes != ring->nodes)
		printf(" (%u active)", ring->active_nodes);
	if (ring->grid)
		printf("  arcs %u", ring->table_points);
	printf("  table %s  max/mean %s  migration %s",
	       figure_bytes(a, ring->table_bytes), figure_ratio(b, ring->peak),
	       hashring_enum_name(hashring_migration_state_name,
				  ring->migration));
	if (ring->settings.established == HASHRING_ESTABLISHED_MOVE)
		fputs("  established move", stdout);
	putchar('\n');
	if (!opt.stats)
		return;
	printf(" points %u  weight %llu  min/mean %s  receipts %u  algorithm %u",
	       ring->table_points, ring->weight, figure_ratio(a, ring->trough),
	       ring->receipts, ring->algorithm);
	if (ring->has_seed)
		print_seed(ring->seed);
	putchar('\n');
	print_settings(&ring->settings);
}

/* How far the ring's migration has come. */
static int show_migration(struct hashring *h, const struct hashring_ring *ring)
{
	struct hashring_migration m;
	int err;

	if (!ring_migrates(ring))
		return 0;
	err = hashring_migrate_get(h, ring->name, &m);
	if (err)
		return refused(err);
	print_migration_body(stdout, &m);
	hashring_migration_release(&m);
	return 0;
}

static int show_one(struct hashring *h, struct hashring_ring *ring)
{
	__u64 digest;
	json_t *o;
	int err;

	err = hashring_digest(h, ring->name, false, &digest, NULL);
	if (err)
		return refused(err);
	if (opt.json) {
		o = ring_to_json(ring);
		json_object_set_new(o, "digest", json_digest(digest));
		json_list_item(o);
		return 0;
	}
	print_ring(ring, digest);
	err = show_migration(h, ring);
	if (err)
		return err;
	return ring->attachments ? print_attachments(ring->name) : 0;
}

static int ring_show(struct args *a)
{
	struct ring_list list;
	int status;
	size_t i;

	status = rings_load(&list, a->v[SHOW_RING].text);
	if (status)
		goto out;
	if (opt.json)
		json_list_begin();
	for (i = 0; i < list.nr && !status; i++)
		status = show_one(conn(), &list.ring[i]);
	if (opt.json)
		json_list_end();
out:
	rings_release(&list);
	return status;
}

/* The given settings; returns which are given. */
static __u32 take_settings(struct args *a, struct hashring_settings *s)
{
	const struct {
		const char *word;
		__u32 *to;
		__u32 has;
	} words[] = {
		{ "established", &s->established, HASHRING_SET_ESTABLISHED },
		{ "tcp-timeout", &s->tcp_timeout, HASHRING_SET_TCP_TIMEOUT },
		{ "syn-timeout", &s->syn_timeout, HASHRING_SET_SYN_TIMEOUT },
		{ "fin-timeout", &s->fin_timeout, HASHRING_SET_FIN_TIMEOUT },
		{ "udp-timeout", &s->udp_timeout, HASHRING_SET_UDP_TIMEOUT },
		{ "udp-grace", &s->udp_grace, HASHRING_SET_UDP_GRACE },
		{ "max-entries", &s->max_entries, HASHRING_SET_MAX_ENTRIES },
	};
	const struct value *v;
	__u32 has = 0;
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		v = args_value(a, words[i].word);
		if (!v->given)
			continue;
		*words[i].to = v->num;
		has |= words[i].has;
	}
	return has;
}

static int ring_add(struct args *a)
{
	struct hashring_ring_config config = {
		.name = a->v[ADD_RING].text,
		.placement = a->v[ADD_PLACEMENT].num,
		.points = a->v[ADD_POINTS].num,
		.per = a->v[ADD_POINTS].num2,
		.grid = a->v[ADD_GRID].num,
	};
	struct hashring *h = conn();
	struct hashring_ring ring;
	int err;

	if (!h)
		return EXIT_REFUSED;
	if (a->v[ADD_SEED].given)
		config.seed = a->v[ADD_SEED].seed;
	config.has = take_settings(a, &config.settings);
	err = hashring_ring_add(h, &config, &ring);
	if (err)
		return refused(err);
	if (opt.json)
		json_print(ring_to_json(&ring));
	return 0;
}

static int ring_set(struct args *a)
{
	struct hashring_settings settings = { 0 };
	__u32 has = take_settings(a, &settings);
	struct hashring_ring ring;
	struct hashring *h;
	int err;

	if (!has)
		return fail_usage("ring set: what? established, max-entries, or a timeout");
	h = conn();
	if (!h)
		return EXIT_REFUSED;
	err = hashring_ring_set(h, a->v[SET_RING].text, has, &settings, &ring);
	if (err)
		return refused(err);
	if (opt.json)
		json_print(ring_to_json(&ring));
	else
		print_settings(&ring.settings);
	return 0;
}

static int ring_del(struct args *a)
{
	struct hashring *h = conn();
	int err;

	if (!h)
		return EXIT_REFUSED;
	err = hashring_ring_del(h, a->v[DEL_RING].text);
	return err ? refused(err) : 0;
}

static const struct command commands[] = {
	{ "show", "list", "show a ring, or all", show_args, ring_show },
	{ "add", NULL, "make an empty ring", add_args, ring_add },
	{ "set", NULL, "set what happens to established flows when arcs move",
	  set_args, ring_set },
	{ "del", "delete", "remove a ring without attachments",
	  del_args, ring_del },
	{ }
};

const struct noun noun_ring = {
	.name = "ring",
	.help = "a ring of nodes",
	.commands = commands,
};
