// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets of flows, synthetic flows, and figures compared with a recount.
 */
#include <stdio.h>
#include <stdlib.h>

#include <linux/kernel.h>

#include "flows/flows.h"
#include "unit.h"

static const struct hr_keys keys = { { { 1, 2 } }, { { 3, 4 } } };

static void made_up(struct flow_set *s, u64 nr, u64 seed, double zipf)
{
	const struct flow_synthetic how = { nr, seed, zipf };

	flow_set_init(s, &keys, HASHRING_KEY_5TUPLE);
	assert_int_equal(flows_from_synthetic(s, &how), 0);
	flow_set_settle(s);
}

static void flows_made_up(void **state)
{
	struct flow_set a, b, c;
	u64 i, k, same = 0;

	made_up(&a, 200000, 1, 0);
	made_up(&b, 200000, 1, 0);
	made_up(&c, 200000, 2, 0);
	/* All flows differ, also after merges on the way. */
	assert_int_equal(a.nr, 200000);
	assert_int_equal(c.nr, 200000);
	assert_memory_equal(a.flow, b.flow, a.nr * sizeof(*a.flow));
	/* Another seed gives other flows, except for a few by chance. */
	for (i = 0, k = 0; i < a.nr && k < c.nr;) {
		same += a.flow[i].position == c.flow[k].position;
		if (a.flow[i].position <= c.flow[k].position)
			i++;
		else
			k++;
	}
	assert_true(same < 100);
	assert_false(a.has_packets);
	assert_false(a.has_bytes);
	flow_set_release(&a);
	flow_set_release(&b);
	flow_set_release(&c);
}

static int by_packets(const void *a, const void *b)
{
	const struct flow *x = a, *y = b;

	return x->packets > y->packets ? -1 : x->packets < y->packets;
}

static void weights_by_zipf(void **state)
{
	struct flow_set s;
	u32 i;

	made_up(&s, 1000, 1, 1);
	assert_true(s.has_packets);
	assert_false(s.has_bytes);
	qsort(s.flow, s.nr, sizeof(*s.flow), by_packets);
	/* The size of rank r: 1000 / r, rounded to the nearest. */
	for (i = 0; i < s.nr; i++)
		assert_int_equal(s.flow[i].packets,
				 (2 * 1000 + i + 1) / (2 * (i + 1)));
	flow_set_release(&s);
}

static void made_up_for_an_address(void **state)
{
	const struct flow_synthetic how = { 1000, 3, 0 };
	char text[FLOW_TEXT];
	struct flow_set s;
	u32 i;

	flow_set_init(&s, &keys, HASHRING_KEY_5TUPLE);
	assert_int_equal(flow_filter_parse(&s.filter, "[2001:db8::5]:443"), 0);
	assert_int_equal(flows_from_synthetic(&s, &how), 0);
	flow_set_settle(&s);
	assert_int_equal(s.nr, 1000);
	assert_int_equal(s.left.filtered, 0);
	for (i = 0; i < s.nr; i++)
		assert_non_null(strstr(flow_to_text(text, &s.flow[i].tuple),
				       " 2001:db8::5 443"));
	flow_set_release(&s);
}

static void out_of_range(void **state)
{
	static const struct flow_synthetic bad[] = {
		{ 0, 1, 0 }, { FLOW_SET_MAX + 1, 1, 0 }, { 1, 1, -1 },
		{ 1, 1, 11 },
	};
	struct flow_set s;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		flow_set_init(&s, &keys, HASHRING_KEY_5TUPLE);
		assert_int_equal(flows_from_synthetic(&s, &bad[i]), -EINVAL);
		assert_true(*flow_set_error(&s));
		flow_set_release(&s);
	}
}

static void keys_once(void **state)
{
	struct flow_set s;
	char key[16];
	u32 i;

	flow_set_init(&s, &keys, HASHRING_KEY_5TUPLE);
	for (i = 0; i < 300000; i++) {
		u32 len = sprintf(key, "key_%u", i % 1000);

		/* Some keys share a position, and are still different keys. */
		assert_int_equal(flow_set_add_key(&s, key, len, i % 1000 / 2),
				 0);
	}
	flow_set_settle(&s);
	assert_int_equal(s.nr, 1000);
	for (i = 0; i < s.nr; i++) {
		memcpy(key, flow_key(&s, &s.flow[i]), s.flow[i].key_len);
		key[s.flow[i].key_len] = '\0';
		assert_int_equal(s.flow[i].position, atoi(key + 4) / 2);
	}
	flow_set_release(&s);
}

static void filters(void **state)
{
	static const struct {
		const char *text;
		u8 family, len;
		int port;	/* -1: none */
	} good[] = {
		{ "192.0.2.1", 4, 32, -1 },
		{ "192.0.2.0/24", 4, 24, -1 },
		{ "192.0.2.1:80", 4, 32, 80 },
		{ "192.0.2.0/24:0", 4, 24, 0 },
		{ "0.0.0.0/0:65535", 4, 0, 65535 },
		{ ":53", 0, 0, 53 },
		{ "2001:db8::1", 6, 128, -1 },
		{ "2001:db8::/32", 6, 32, -1 },
		{ "[2001:db8::1]", 6, 128, -1 },
		{ "[2001:db8::/32]:443", 6, 32, 443 },
		{ "::/0", 6, 0, -1 },
	};
	static const char *const bad[] = {
		"", "web", "192.0.2.1/33", "192.0.2.1/", "192.0.2.1:",
		"192.0.2.1:65536", "192.0.2.1:80x", ":", "::1/129", "[::1",
		"[::1]80", "[::1]:", "[]:80", "192.0.2.1/-1", "192.0.2.1 ",
		"1111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111",
	};
	struct flow_filter f;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		assert_int_equal(flow_filter_parse(&f, good[i].text), 0);
		assert_int_equal(f.family, good[i].family);
		assert_int_equal(f.len, good[i].len);
		assert_int_equal(f.has_port, good[i].port >= 0);
		if (f.has_port)
			assert_int_equal(f.port, good[i].port);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		if (flow_filter_parse(&f, bad[i]) != -EINVAL)
			fail_msg("'%s' is taken", bad[i]);
}

static void filters_by_bit(void **state)
{
	struct hr_flow t = { .family = 4, .protocol = 6 };
	struct flow_set s;
	u32 i, k;

	for (i = 0; i <= 32; i++) {
		flow_set_init(&s, &keys, HASHRING_KEY_5TUPLE);
		s.filter.family = 4;
		s.filter.len = i;
		/*
		 * Of addresses with one bit set, those with the bit outside of
		 * the prefix match.
		 */
		for (k = 0; k < 32; k++) {
			memset(t.daddr, 0, 4);
			t.daddr[k / 8] = 0x80 >> k % 8;
			assert_int_equal(flow_set_add(&s, &t, 1, 1), 0);
		}
		assert_int_equal(s.nr, 32 - i);
		assert_int_equal(s.left.filtered, i);
		flow_set_release(&s);
	}
}

/* @what selects an amount: figures[0] to [2] are flows, packets, bytes. */
static u64 amount(const struct flow_load *load, u32 what)
{
	return what == 0 ? load->flows : what == 1 ? load->packets :
	       load->bytes;
}

static void recount(const struct flow_set *s, const u32 *before,
		    const u32 *after, u32 nr, const struct flow_figures *f)
{
	u32 what, n, k;
	u64 i;

	for (what = 0; what < 3; what++) {
		u64 moved = 0, gained = 0, lost = 0, all = 0, more = 0, rows = 0;

		for (n = 0; n < nr; n++) {
			u64 a = 0, b = 0;

			for (i = 0; i < s->nr; i++) {
				const struct flow_load l = {
					1, s->flow[i].packets, s->flow[i].bytes,
				};

				b += before[i] == n ? amount(&l, what) : 0;
				a += after[i] == n ? amount(&l, what) : 0;
			}
			assert_int_equal(amount(&f->node[n].before, what), b);
			assert_int_equal(amount(&f->node[n].after, what), a);
			more += a > b ? a - b : 0;
		}
		for (i = 0; i < s->nr; i++) {
			const struct flow_load l = {
				1, s->flow[i].packets, s->flow[i].bytes,
			};
			u64 x = amount(&l, what);

			all += x;
			if (before[i] == after[i])
				continue;
			if (before[i] == FLOW_NOBODY)
				gained += x;
			else if (after[i] == FLOW_NOBODY)
				lost += x;
			else
				moved += x;
		}
		for (k = 0; k < f->nr_rows; k++)
			rows += amount(&f->row[k].load, what);
		more = more > gained ? more - gained : 0;
		assert_int_equal(amount(&f->all, what), all);
		assert_int_equal(amount(&f->moved, what), moved);
		assert_int_equal(amount(&f->gained, what), gained);
		assert_int_equal(amount(&f->lost, what), lost);
		assert_int_equal(rows, moved + gained + lost);
		assert_int_equal(amount(&f->required, what), more);
		assert_int_equal(amount(&f->collateral, what), moved - more);
	}
	for (k = 0; k < f->nr_rows; k++) {
		u64 flows = 0;

		assert_true(!k || f->row[k - 1].load.flows >=
				  f->row[k].load.flows);
		for (i = 0; i < s->nr; i++)
			flows += before[i] == f->row[k].from &&
				 after[i] == f->row[k].to;
		assert_int_equal(f->row[k].load.flows, flows);
	}
}

static void figures_at_random(void **state)
{
	static const char *const names[] = { "a", "b", "c", "d", "e" };
	u32 nr = ARRAY_SIZE(names), before[500], after[500], round, i;
	struct unit_random random = { 3 };

	for (round = 0; round < 200; round++) {
		struct flow_figures f;
		struct flow_set s;

		made_up(&s, 500, round, 0);
		for (i = 0; i < s.nr; i++) {
			s.flow[i].packets = unit_below(&random, 100);
			s.flow[i].bytes = unit_random(&random);
			/* One beyond the last means no node. */
			before[i] = unit_below(&random, nr + 1);
			after[i] = unit_below(&random, 3) ? before[i] :
				   unit_below(&random, nr + 1);
			before[i] = before[i] == nr ? FLOW_NOBODY : before[i];
			after[i] = after[i] == nr ? FLOW_NOBODY : after[i];
		}
		assert_int_equal(flow_figures(&s, names, nr, before, after, &f),
				 0);
		recount(&s, before, after, nr, &f);
		flow_figures_release(&f);
		flow_set_release(&s);
	}
}

/* Two tables: one node leaves, one node joins, and slots are used again. */
static void figures_of_tables(void **state)
{
	struct unit_ring ring, old;
	struct hr_op ops[3];
	struct flow_figures f;
	struct flow_set s;
	u64 loads = 0;
	u32 i;

	unit_ring_init(NULL, &ring, &hr_place_hash, 100, 1);
	unit_ring_init(NULL, &old, &hr_place_hash, 100, 1);
	unit_add_many(&ring, "n%u", 4);
	unit_add_many(&old, "n%u", 4);
	ops[0] = unit_del("n1");
	ops[1] = unit_add("x");
	ops[2] = unit_replace("n3", "y");
	unit_change(&ring, ops, 3);
	made_up(&s, 3000, 5, 1);
	assert_int_equal(flow_figures_tables(&s, old.table, ring.table, &f), 0);
	assert_int_equal(f.all.flows, 3000);
	assert_int_equal(f.nr_nodes, 6);
	assert_int_equal(f.gained.flows + f.lost.flows, 0);
	for (i = 0; i < f.nr_nodes; i++) {
		const struct flow_node *n = &f.node[i];
		bool gone = !strcmp(n->name, "n1") || !strcmp(n->name, "n3");
		bool came = !strcmp(n->name, "x") || !strcmp(n->name, "y");

		assert_int_equal(!n->after.flows, gone);
		assert_int_equal(!n->before.flows, came);
		loads += n->after.flows;
	}
	assert_int_equal(loads, 3000);
	for (i = 0; i < f.nr_rows; i++) {
		const char *from = f.node[f.row[i].from].name;
		const char *to = f.node[f.row[i].to].name;

		/* Without the kept flows: only x takes, and only n1 gives. */
		assert_true(!strcmp(from, "n1") || !strcmp(to, "x") ||
			    !strcmp(from, "n3"));
		if (!strcmp(to, "y"))
			assert_true(!strcmp(from, "n3") ||
				    !strcmp(from, "n1"));
	}
	flow_figures_release(&f);
	flow_set_release(&s);
	unit_ring_free(&ring);
	unit_ring_free(&old);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flows_made_up),
		cmocka_unit_test(weights_by_zipf),
		cmocka_unit_test(made_up_for_an_address),
		cmocka_unit_test(out_of_range),
		cmocka_unit_test(keys_once),
		cmocka_unit_test(filters),
		cmocka_unit_test(filters_by_bit),
		cmocka_unit_test(figures_at_random),
		cmocka_unit_test(figures_of_tables),
	};

	return cmocka_run_group_tests_name("flows", tests, NULL, NULL);
}
