// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings through changes, migrations and failing allocations, driven like the
 * kernel drives the core. After each step everything is compared with the
 * model.
 */
#include <errno.h>
#include <string.h>

#include <linux/slab.h>

#include "core/digest.h"
#include "core/table_build.h"
#include "core/view_frontier.h"
#include "core_make.h"
#include "core_ops.h"

#define MAX_STEPS	40

/* Such a change is in force at once, wherever the frontier is. */
static bool keeps_arcs(const struct hr_op *ops, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (!model_downs_only(&ops[i]) &&
		    (ops[i].kind != HASHRING_OP_SET ||
		     ops[i].has & ~(u64)HR_HAS_VIA))
			return false;
	return true;
}

static bool has_deadline(const struct hr_op *ops, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (ops[i].has & HR_HAS(DEADLINE))
			return true;
	return false;
}

/* In a migration ids do not change: the kernel refuses this beforehand. */
static bool changes_id(const struct hr_op *ops, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (ops[i].kind == HASHRING_OP_SET &&
		    ops[i].has & HR_HAS_ATTR(ID))
			return true;
	return false;
}

/* The way to carry out a change. */
struct how {
	const struct hr_op *ops;
	u32 n;
	u32 id_max;
	bool held;
	bool stay;
	gfp_t gfp;
	struct hr_error err;
};

static int make(const struct ring *r, struct how *how, struct making *m)
{
	int ret;

	ret = hr_change_build(&r->model.cfg, r->view.table, how->ops, how->n,
			      how->id_max, how->held, &hr_node_plain_ops,
			      how->gfp, &m->next, &how->err);
	if (ret)
		return ret;
	m->map = compose(r, how->gfp);
	if (!m->map)
		return -ENOMEM;
	ret = hr_impact(m->map, m->next, how->gfp, &m->impact);
	if (ret)
		return ret;
	ret = hr_record_make(&m->record, r->view.table, m->next, how->ops,
			     how->n, r->model.cfg.grid, how->gfp);
	if (ret)
		return ret;
	return how->held ? make_maps(r, m, how->stay, how->gfp) : 0;
}

/*
 * Checks that the record of a change has the requested operations. An operation on a
 * leaving node sets its state.
 */
static void check_record(const struct hr_record *record,
			 const struct model_nodes *before,
			 const struct hr_op *ops, u32 n)
{
	u32 next = 0, i;
	struct hr_op_record did;

	CHECK(record->nr_ops == n);
	for (i = 0; record->data && i < n; i++) {
		CHECK(hr_record_next(record, &next, &did));
		if (model_find_leaving(before, ops[i].name))
			CHECK(did.kind == HASHRING_OP_SET);
		else
			CHECK(did.kind == ops[i].kind);
		CHECK(did.has_before == (did.kind != HASHRING_OP_ADD));
		CHECK(did.has_after == (did.kind != HASHRING_OP_DEL));
		if (did.has_before)
			CHECK(!strcmp(did.before.name, ops[i].name));
	}
	if (record->data)
		CHECK(!hr_record_next(record, &next, &did));
}

/*
 * A change with only additions, or only removals, moves nothing without need. A
 * balanced ring without given cells never does.
 */
static void check_collateral(const struct ring *r, const struct how *how,
			     const struct hr_impact *impact)
{
	bool alike = true;
	u32 i;

	if (r->view.from)
		return;
	for (i = 0; i < how->n; i++) {
		if (how->ops[i].has & HR_HAS(CELLS))
			return;
		alike &= how->ops[i].kind == how->ops[0].kind &&
			 how->ops[i].kind != HASHRING_OP_SET;
	}
	if (alike || r->model.cfg.place->takes_cells)
		CHECK(!impact->collateral);
}

static int run_change(const struct ring *r, void *arg, struct making *m)
{
	return make(r, arg, m);
}

static void do_change(struct ring *r, struct bytes *b, bool hold)
{
	static struct op_list list;
	static struct model_nodes after;
	u8 fail = take8(b);
	struct how how = {
		.ops = list.op,
		.n = take_ops(b, &r->model.cfg, &list),
		.id_max = r->id_max,
		.gfp = GFP_KERNEL,
	};
	struct making m = {};
	enum model_verdict verdict;
	bool nofail, stay, release;
	int ret;

	how.held = hold || r->view.from || has_deadline(how.ops, how.n);
	stay = r->view.from && keeps_arcs(how.ops, how.n);
	release = how.held && !hold && !stay;
	how.stay = stay || (release && r->view.from);
	/* The kernel refuses such changes beforehand. */
	if (release && r->view.from && r->view.frontier != HR_WHOLE_RING)
		return;
	if ((how.held && changes_id(how.ops, how.n)) || !has_room(r))
		return;
	nofail = (r->view.from || !how.held) &&
		 hr_change_only_removes(how.ops, how.n);
	if (nofail)
		how.gfp |= __GFP_NOFAIL;
	verdict = model_apply(&r->model.nodes, how.ops, how.n, how.id_max,
			      how.held, &after);
	if (verdict == MODEL_TOO_MUCH)
		return;
	ret = attempt(r, &m, fail, run_change, &how, nofail);
	if (ret) {
		CHECK(verdict != MODEL_GOOD);
		CHECK(how.err.text[0]);
		CHECK(how.err.op == U32_MAX || how.err.op < how.n);
		return;
	}
	CHECK(verdict != MODEL_BAD);
	model_check_change(&r->model, r->view.frontier, &after, m.map, m.next,
			   &m.impact);
	check_collateral(r, &how, &m.impact);
	check_record(&m.record, &r->model.nodes, how.ops, how.n);
	if (!how.held) {
		publish(r, &m, false, 0);
	} else {
		hold_view(r, how.stay);
		r->rolling &= stay;
		publish(r, &m, true, release ? HR_WHOLE_RING :
				     how.stay ? r->view.frontier : 0);
	}
	model_publish(&r->model, &after, r->view.table);
}

static int run_rollback(const struct ring *r, void *arg, struct making *m)
{
	const struct hr_table *table = r->view.table;
	struct hr_op *ops = NULL;
	struct hr_error err;
	u32 nr = 0;
	int ret;

	m->next = hr_table_rollback(r->origin, table, r->model.cfg.grid, GFP_KERNEL,
				    &hr_node_plain_ops);
	if (!m->next)
		return -ENOMEM;
	ret = hr_rollback_ops(r->origin, table, &ops, &nr, GFP_KERNEL);
	if (ret)
		return ret;
	if (nr) {
		struct hr_table *less = NULL;

		ret = hr_change_build(&r->model.cfg, m->next, ops, nr, U32_MAX, true,
				      &hr_node_plain_ops, GFP_KERNEL, &less,
				      &err);
		kvfree(ops);
		if (ret)
			return ret;
		put(m->next);
		m->next = less;
	}
	m->map = compose(r, GFP_KERNEL);
	if (!m->map)
		return -ENOMEM;
	ret = hr_impact(m->map, m->next, GFP_KERNEL, &m->impact);
	if (ret)
		return ret;
	ret = hr_record_diff(&m->record, table, m->next, r->model.cfg.grid,
			     GFP_KERNEL);
	return ret ? ret : make_maps(r, m, false, GFP_KERNEL);
}

static void do_rollback(struct ring *r, struct bytes *b)
{
	static struct model_nodes after;
	u8 fail = take8(b);
	struct making m = {};

	if (!r->view.from || r->rolling || !has_room(r))
		return;
	model_rollback(&r->model, &after);
	CHECK(!attempt(r, &m, fail, run_rollback, NULL, false));
	if (!model_downs(&r->model)) {
		CHECK(hr_digest_map(m.next) == hr_digest_map(r->origin));
		CHECK(hr_digest_members(&r->model.cfg, m.next) ==
		      hr_digest_members(&r->model.cfg, r->origin));
	}
	model_check_change(&r->model, r->view.frontier, &after, m.map, m.next,
			   &m.impact);
	hold_view(r, false);
	publish(r, &m, true, 0);
	model_publish(&r->model, &after, r->view.table);
	r->rolling = true;
}

static int run_settle(const struct ring *r, void *arg, struct making *m)
{
	int ret;

	m->next = hr_table_settle(r->view.table, r->model.cfg.grid, GFP_KERNEL,
				  &hr_node_plain_ops);
	if (!m->next)
		return -ENOMEM;
	ret = hr_impact(r->origin, m->next, GFP_KERNEL, &m->impact);
	return ret ? ret : hr_record_diff(&m->record, r->view.table, m->next,
					  r->model.cfg.grid, GFP_KERNEL);
}

static void do_settle(struct ring *r, struct bytes *b)
{
	const struct model_ring *model = &r->model;
	struct model_change change = {
		.before = r->origin, .uid_of_slot = model->uid_of_slot,
		.from = &model->origin_to, .to = &model->to,
		.old = &model->origin, .new = &model->nodes,
	};
	u8 fail = take8(b);
	struct making m = {};

	if (!r->view.from)
		return;
	CHECK(!attempt(r, &m, fail, run_settle, NULL, false));
	change.after = m.next;
	model_check_impact(model->test, &change, &m.impact);
	CHECK(hr_digest_map(m.next) == hr_digest_map(r->view.table));
	publish(r, &m, false, 0);
	put(r->origin);
	r->origin = NULL;
	r->rolling = false;
	model_settle(&r->model, false, r->view.table);
	model_check_anew(model, r->view.table, 0);
}

/* Steps end where the model says. */
static void do_step(struct ring *r, struct bytes *b)
{
	u64 cell = r->model.cfg.grid ? HR_WHOLE_RING / r->model.cfg.grid : 1;
	static struct model_arcs moves;
	u64 at = r->view.frontier, to;
	u8 how = take8(b);
	struct hr_pace pace = {
		.by = how % 3,
		.back = how & 0x80,
		.amount = take_position(b),
	};

	if (how & 0x40)
		pace.amount >>= take8(b) & 31;
	if (pace.by == HR_PACE_POSITION)
		pace.amount = (pace.amount + (how & 1)) / cell * cell;
	if (!r->view.from)
		return;
	if (pace.by != HR_PACE_POSITION && at == (pace.back ? 0 : HR_WHOLE_RING))
		return;
	to = hr_view_step(&r->view, at, &pace, r->model.cfg.grid);
	model_moves(&r->model, &moves);
	model_check_step(r->model.test, &moves, &r->view, r->model.cfg.grid,
			 &pace, to);
	r->view.frontier = to;
}

static void do_lookups(const struct ring *r, struct bytes *b)
{
	struct hr_table *composed = compose(r, GFP_KERNEL);
	u8 n = take8(b) % 8;

	do {
		model_check_at(&r->model, &r->view, composed, take_position(b));
	} while (n--);
	put(composed);
}

static void do_one(struct ring *r, struct bytes *b)
{
	switch (take8(b) % 8) {
	case 0:
	case 1:
		do_change(r, b, false);
		break;
	case 2:
	case 3:
		do_change(r, b, true);
		break;
	case 4:
		do_rollback(r, b);
		break;
	case 5:
		do_settle(r, b);
		break;
	case 6:
		do_step(r, b);
		break;
	case 7:
		do_lookups(r, b);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ring r;
	struct bytes b = { data, size };
	struct hr_config cfg;
	u32 steps;

	shim_fail_after(0);
	take_config(&b, &cfg);
	model_begin(&r.model, NULL, &cfg);
	r.id_max = take8(&b) & 1 ? 30 : U32_MAX;
	r.view = (struct hr_view) { .table = hr_table_empty(GFP_KERNEL) };
	r.origin = NULL;
	r.rolling = false;
	for (steps = 0; b.left && steps < MAX_STEPS; steps++) {
		do_one(&r, &b);
		model_check(&r.model, &r.view);
	}
	model_check_anew(&r.model, r.view.table, 0);
	put(r.view.table);
	put(r.view.from);
	put(r.view.base);
	put(r.origin);
	return 0;
}
