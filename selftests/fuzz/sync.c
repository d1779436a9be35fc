// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of rings: each file is refused with a position, or read. A ring that is
 * read, written and read again is the same.
 */
#include <string.h>

#include <linux/slab.h>

#include "core/digest.h"
#include "ctl.h"
#include "cli/model/model.h"
#include "wrap.h"

#define MAX_TEXT	16384
#define MAX_POINTS	20000
#define MAX_CELLS	65536

/* A ring that takes too long to make counts as refused. */
int __wrap_native_ring_make(struct native_ring *n, const struct model *m,
			    const struct model_ring *r)
{
	__u64 points = 0;
	__u32 i;

	for (i = 0; i < r->nr_nodes; i++)
		points += (__u64)r->node[i].attrs.weight *
			  (r->points ? r->points : HR_DEFAULT_POINTS);
	if (r->placement == HASHRING_PLACEMENT_HASH && points > MAX_POINTS)
		return fail_at(m, r->at, "too many points");
	if (r->grid > MAX_CELLS)
		return fail_at(m, r->at, "too many cells");
	return __real_native_ring_make(n, m, r);
}

static void check_refusal(const char *said)
{
	unsigned int line, column;
	int end = 0;

	ctl_check_error(said);
	CHECK(sscanf(said, "ringctl: f:%u:%u: %n", &line, &column, &end) == 2);
	CHECK(line && column && said[end]);
	CHECK(strchr(said, '\n') == said + strlen(said) - 1);
}

/* A file may leave settings to the kernel; a running ring has all settings. */
static void complete_settings(const struct model *m)
{
	static const struct hashring_settings defaults = {
		.tcp_timeout = 900000, .syn_timeout = 60000,
		.fin_timeout = 1500, .udp_timeout = 300000,
		.max_entries = 65536,
	};
	struct native_ring native;
	__u32 i, k;

	for (i = 0; i < m->nr_rings; i++) {
		struct model_ring *r = &m->ring[i];
		struct hashring_settings s = r->settings;

		CHECK(!native_ring_make(&native, m, r));
		r->points = native.config.points;
		r->per = native.config.per;
		r->grid = native.config.grid;
		if (!(r->has_settings & HASHRING_SET_TCP_TIMEOUT))
			s.tcp_timeout = defaults.tcp_timeout;
		if (!(r->has_settings & HASHRING_SET_SYN_TIMEOUT))
			s.syn_timeout = defaults.syn_timeout;
		if (!(r->has_settings & HASHRING_SET_FIN_TIMEOUT))
			s.fin_timeout = defaults.fin_timeout;
		if (!(r->has_settings & HASHRING_SET_UDP_TIMEOUT))
			s.udp_timeout = defaults.udp_timeout;
		if (!(r->has_settings & HASHRING_SET_MAX_ENTRIES))
			s.max_entries = defaults.max_entries;
		r->settings = s;
		r->has_settings = HASHRING_SET_ALL;
		for (k = 0; k < r->nr_nodes; k++)
			r->node[k].attrs.id =
				hr_table_find(native.table, r->node[k].name)
					->attrs.id;
		native_ring_release(&native);
	}
}

static bool same_cells(const struct model_node *a, const struct model_node *b)
{
	return a->has_cells == b->has_cells && a->nr_cells == b->nr_cells &&
	       (!a->nr_cells || !memcmp(a->cells, b->cells,
					a->nr_cells * sizeof(*a->cells)));
}

static void check_node(const struct model_node *a, const struct model_node *b)
{
	const struct node_attr *attr;

	CHECK(!strcmp(a->name, b->name) && !strcmp(a->seat, b->seat));
	for (attr = node_attrs; attr->name; attr++)
		CHECK(!node_attr_differs(attr, &a->attrs, &b->attrs));
	CHECK(same_via(&a->attrs.via, &b->attrs.via) && same_points(a, b) &&
	      same_cells(a, b));
}

static void check_ring(const struct model_ring *a, const struct model_ring *b)
{
	__u32 i;

	CHECK(!strcmp(a->name, b->name) && a->placement == b->placement);
	CHECK(a->points == b->points && a->per == b->per && a->grid == b->grid);
	CHECK(!memcmp(a->seed, b->seed, sizeof(a->seed)));
	CHECK(a->generation == b->generation);
	CHECK(b->has_seed && b->has_settings == HASHRING_SET_ALL);
	CHECK(!memcmp(&a->settings, &b->settings, sizeof(a->settings)));
	CHECK(a->nr_nodes == b->nr_nodes && a->nr_attach == b->nr_attach);
	for (i = 0; i < a->nr_nodes; i++)
		check_node(&a->node[i], &b->node[i]);
	for (i = 0; i < a->nr_attach; i++)
		CHECK(same_attach(&a->attach[i].is, &b->attach[i].is));
}

/* Compares the maps and their members. */
static void check_maps(const struct model *a, const struct model *b, __u32 i)
{
	struct native_ring one, other;

	CHECK(!native_ring_make(&one, a, &a->ring[i]));
	CHECK(!native_ring_make(&other, b, &b->ring[i]));
	CHECK(hr_digest_map(one.table) == hr_digest_map(other.table));
	CHECK(hr_digest_members(&one.config, one.table) ==
	      hr_digest_members(&other.config, other.table));
	native_ring_release(&one);
	native_ring_release(&other);
}

static char *written(const struct model *m)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	CHECK(f);
	model_write(f, m);
	CHECK(!fclose(f));
	return text;
}

static void check_again(const struct model *m)
{
	char *text = written(m), *again;
	struct model other;
	__u32 i;

	CHECK(!model_parse(&other, "f", text));
	CHECK(other.nr_rings == m->nr_rings);
	for (i = 0; i < m->nr_rings; i++) {
		check_ring(&m->ring[i], &other.ring[i]);
		check_maps(m, &other, i);
	}
	again = written(&other);
	CHECK(!strcmp(text, again));
	free(again);
	free(text);
	model_release(&other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct model m;
	const char *said;
	char *text;
	int status;

	/* Such a file is refused before the parser. */
	if (size > MAX_TEXT || memchr(data, '\0', size))
		return -1;
	text = strndup((const char *)data, size);
	CHECK(text);
	ctl_begin();
	status = model_parse(&m, "f", text);
	said = ctl_end();
	if (status) {
		CHECK(status == EXIT_USAGE);
		check_refusal(said);
	} else {
		CHECK(!*said);
		complete_settings(&m);
		check_again(&m);
	}
	model_release(&m);
	free(text);
	return 0;
}
