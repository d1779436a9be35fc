// SPDX-License-Identifier: GPL-2.0-only
/*
 * How something comes into force: it is made beside what is there, checked, and
 * then takes its place, or is dropped and has left no trace.
 */
#include <errno.h>
#include <string.h>

#include <linux/slab.h>

#include "core/digest.h"
#include "core_make.h"

static void making_drop(struct making *m)
{
	put(m->map);
	put(m->next);
	put(m->from);
	put(m->base);
	hr_impact_release(&m->impact);
	hr_record_release(&m->record);
	memset(m, 0, sizeof(*m));
}

static struct hr_table *without(const struct ring *r, struct hr_table *t,
				const struct hr_table *next, gfp_t gfp)
{
	return hr_table_without(t, next, r->cfg.grid, gfp, &hr_node_plain_ops);
}

/* Both maps of a view that goes on from the effective one, or from where it was. */
int make_maps(const struct ring *r, struct making *m, bool stay, gfp_t gfp)
{
	struct hr_table *base = r->view.from ? r->view.base : r->view.table;
	struct hr_table *from = stay ? r->view.from : m->map;

	m->base = without(r, base, m->next, gfp);
	if (!m->base)
		return -ENOMEM;
	m->from = from == base ? hr_table_get(m->base) :
				 without(r, from, m->next, gfp);
	return m->from ? 0 : -ENOMEM;
}

/* Takes what has been made into force; @frontier is where it then is. */
void publish(struct ring *r, struct making *m, bool held, u64 frontier)
{
	put(r->view.table);
	put(r->view.from);
	put(r->view.base);
	r->view = (struct hr_view) { .table = m->next };
	m->next = NULL;
	if (held) {
		r->view.from = m->from;
		r->view.base = m->base;
		r->view.frontier = frontier;
		m->from = NULL;
		m->base = NULL;
	}
	making_drop(m);
}

/* Who stands in the slots of the table: nodes keep theirs. */
static void name_slots(struct ring *r)
{
	const struct hr_table *t = r->view.table;
	u32 i;

	CHECK(t->nr_slots <= MAX_SLOTS);
	for (i = 0; i < t->nr_slots; i++) {
		struct oracle_node *is;

		if (!t->nodes[i])
			continue;
		is = oracle_find(&r->nodes, t->nodes[i]->name);
		if (!is || hr_table_find(t, is->name) != t->nodes[i]) {
			is = oracle_of(&r->nodes, r->uid_of_slot[i]);
			CHECK(is && !is->member);
			is->id = t->nodes[i]->attrs.id;
			continue;
		}
		/* One that a change frees is not given out by it. */
		CHECK(!r->uid_of_slot[i] || r->uid_of_slot[i] == is->uid);
		r->uid_of_slot[i] = is->uid;
	}
}

/* Slots are free again when nobody stands there: not in a migration. */
void free_slots(struct ring *r)
{
	const struct hr_table *t = r->view.table;
	u32 i;

	for (i = 0; i < MAX_SLOTS; i++) {
		if (i < t->nr_slots && t->nodes[i])
			continue;
		CHECK(!r->view.from || !r->uid_of_slot[i]);
		r->uid_of_slot[i] = NOBODY;
	}
}

/* What is down owns nothing any more, in none of the maps. */
static void drop_down(struct ring *r)
{
	u32 i;

	for (i = 0; i < r->nodes.n; i++) {
		if (r->nodes.node[i].state != HASHRING_NODE_DOWN)
			continue;
		map_drop(&r->from, r->nodes.node[i].uid);
		map_drop(&r->base, r->nodes.node[i].uid);
	}
}

void came_into_force(struct ring *r)
{
	name_slots(r);
	free_slots(r);
	copy_map(r, r->view.table, &r->to);
	if (r->view.from)
		drop_down(r);
}

/* The figures of what goes from the effective map to the one that was made. */
void check_made(const struct ring *r, const struct making *m,
		const struct oracle *after)
{
	static struct ring as;
	static struct map before, next;

	if (r->view.from)
		CHECK(map_splice(&before, &r->to, &r->from, r->view.frontier));
	else
		before = r->to;
	as = *r;
	as.nodes = *after;
	as.view = (struct hr_view) { .table = m->next };
	name_slots(&as);
	copy_map(&as, m->next, &next);
	oracle_check_impact(&m->impact, as.uid_of_slot, &before, &next,
			    &r->nodes, after);
}

/* Everything that a failure must leave as it was. */
struct mark {
	struct hr_view view;
	u64 table;
	u64 from;
	u64 base;
	u64 members;
	u64 refs;
};

static struct mark mark_ring(const struct ring *r)
{
	const struct hr_view *v = &r->view;
	struct mark mark = {
		.view = *v,
		.table = hr_digest_map(v->table),
		.members = hr_digest_members(&r->cfg, v->table),
		.refs = refcount_read(&v->table->refs),
	};
	u32 i;

	for (i = 0; i < v->table->nr_slots; i++)
		if (v->table->nodes[i])
			mark.refs += refcount_read(&v->table->nodes[i]->refs);
	if (v->from) {
		mark.from = v->from->nr_points + refcount_read(&v->from->refs);
		mark.base = v->base->nr_points + refcount_read(&v->base->refs);
	}
	return mark;
}

static void check_mark(const struct ring *r, const struct mark *mark)
{
	struct mark now = mark_ring(r);

	CHECK(!memcmp(&now, mark, sizeof(now)));
}

/*
 * Runs what makes something; the allocation that @fail says fails, and then it
 * runs again. Whatever fails leaves the ring as it was.
 */
int attempt(const struct ring *r, struct making *m, u8 fail, making_run run,
	    void *arg, bool nofail)
{
	struct mark mark = mark_ring(r);
	int ret;

	if (fail & 1) {
		shim_fail_after(1 + (fail >> 1));
		ret = run(r, arg, m);
		shim_fail_after(0);
		if (ret != -ENOMEM)
			return ret;
		CHECK(!nofail);
		making_drop(m);
		check_mark(r, &mark);
	}
	ret = run(r, arg, m);
	CHECK(ret != -ENOMEM);
	if (!ret)
		return 0;
	making_drop(m);
	check_mark(r, &mark);
	return ret;
}

/* Whether what is spliced has room in the oracle. */
bool has_room(const struct ring *r)
{
	static struct map map;

	return !r->view.from ||
	       map_splice(&map, &r->to, &r->from, r->view.frontier);
}

/* The oracle's side of a view that begins or goes on. */
void went_on(struct ring *r, const struct oracle *after, bool stay)
{
	static struct map from;

	if (!r->origin) {
		r->origin = hr_table_get(r->view.table);
		r->origin_nodes = r->nodes;
		r->origin_map = r->to;
		r->base = r->to;
		r->from = r->to;
	} else if (!stay) {
		CHECK(map_splice(&from, &r->to, &r->from, r->view.frontier));
		r->from = from;
	}
	r->nodes = *after;
}
