// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a new state comes into force: it is made beside the present state,
 * checked, and then replaces the present state, or is dropped without a trace.
 */
#include <errno.h>
#include <string.h>

#include <linux/slab.h>

#include "core/digest.h"
#include "core_make.h"

void put(struct hr_table *t)
{
	hr_table_put(t, &hr_node_plain_ops);
}

struct hr_table *compose(const struct ring *r, gfp_t gfp)
{
	return hr_view_compose(&r->view, r->view.frontier, r->model.cfg.grid,
			       gfp, &hr_node_plain_ops);
}

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
	return hr_table_without(t, next, r->model.cfg.grid, gfp, &hr_node_plain_ops);
}

/*
 * Both maps of a view that continues from the effective map, or from its old
 * one.
 */
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

/* Publishes the new state, with @frontier. */
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

/* The state that must survive a failure. */
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
		.members = hr_digest_members(&r->model.cfg, v->table),
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
 * Calls @run, first with the failing allocation that @fail selects, and then
 * again. After a failure the ring is unchanged.
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

/* Whether the effective map fits into the model. */
bool has_room(const struct ring *r)
{
	static struct model_map map;

	return model_effective(&r->model, r->view.frontier, &map);
}

/* Begins or continues a view. */
void hold_view(struct ring *r, bool stay)
{
	if (!r->origin)
		r->origin = hr_table_get(r->view.table);
	model_hold(&r->model, r->view.frontier, stay);
}
