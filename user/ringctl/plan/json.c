// SPDX-License-Identifier: GPL-2.0-only
/*
 * A plan as JSON: the receipt's object, with the details beside it.
 */
#include <string.h>

#include "plan.h"
#include "token.h"
#include "ringctl/measure/flows_print.h"

static json_t *row_to_json(const struct plan *p, const struct hr_move *row)
{
	json_t *o = json_object();

	json_set_text(o, "from", plan_name(p, row->from));
	json_set_text(o, "to", plan_name(p, row->to));
	json_set_u64(o, "share", row->share);
	json_set_u64(o, "arcs", row->arcs);
	return o;
}

/* A gain has no node before, a loss none after. */
static void set_owner(json_t *o, const char *key, const struct plan *p,
		      __u32 slot)
{
	if (slot == HR_NO_SLOT)
		json_object_set_new(o, key, json_null());
	else
		json_set_text(o, key, plan_name(p, slot));
}

static json_t *point_to_json(const struct plan *p, const struct hr_point *point)
{
	json_t *o = json_object();

	json_set_u64(o, "position", point->pos);
	json_set_text(o, "node", plan_name(p, point->slot));
	return o;
}

static json_t *zone_to_json(const struct plan *p, const struct zone *zone)
{
	json_t *o = json_object();

	json_set_u64(o, "arc_start", zone->arc.start);
	json_set_u64(o, "arc_end", zone->arc.end);
	json_set_u64(o, "share", zone->share);
	set_owner(o, "from", p, zone->arc.from);
	set_owner(o, "to", p, zone->arc.to);
	if (zone->has_neighbours) {
		json_object_set_new(o, "predecessor",
				    point_to_json(p, &zone->predecessor));
		json_object_set_new(o, "successor",
				    point_to_json(p, &zone->successor));
	}
	return o;
}

/* @moved: what the plan itself moves. */
static json_t *method_to_json(const struct transfer *t, const char *name,
			      __u64 share, __u64 moved)
{
	json_t *o = json_object();
	struct transferred to;

	transfer_share(t, share, &to);
	json_set_text(o, "method", name);
	json_set_u64(o, "share", share);
	if (moved)
		json_object_set_new(o, "less",
				    json_real((double)share / moved));
	json_set_u64(o, "keys", to.keys);
	if (t->key_size)
		json_set_u64(o, "bytes", to.bytes);
	if (t->bandwidth) {
		json_set_u64(o, "transfer_ns", to.ns);
		json_set_text(o, "impact", transfer_class(to.ns));
	}
	return o;
}

static int set_transfer(json_t *o, const struct plan *p,
			const struct transfer *t)
{
	const __u64 moved = p->next.receipt.moved;
	json_t *list = json_array();
	json_t *data = json_object();
	struct transferred to;
	struct rivals rivals;
	int status;

	status = rivals_of(p, &rivals);
	json_array_append_new(list, method_to_json(t, "ring", moved, moved));
	json_array_append_new(list, method_to_json(t, "modulo", rivals.modulo,
						   moved));
	json_array_append_new(list, method_to_json(t, "range-split",
						   rivals.split, moved));
	json_array_append_new(list, method_to_json(t, "range-recut",
						   rivals.recut, moved));
	json_set_u64(data, "keys", t->keys);
	if (t->key_size)
		json_set_u64(data, "key_size", t->key_size);
	if (t->bandwidth) {
		json_set_u64(data, "bandwidth", t->bandwidth);
		json_set_u64(data, "efficiency", t->efficiency);
	}
	json_object_set_new(data, "methods", list);
	transfer_share(t, moved, &to);
	if (t->batch)
		json_set_u64(data, "steps", transfer_steps(t, to.keys));
	if (t->rate)
		json_set_u64(data, "steps_ns", transfer_steps_ns(t, to.keys));
	json_object_set_new(o, "transfer", data);
	return status;
}

static int set_hint(json_t *o, const struct plan *p)
{
	struct hint hint;
	json_t *list;
	int status;
	__u32 i;

	status = hint_of(p, &hint);
	if (!status && hint.nr) {
		list = json_array();
		for (i = 0; i < hint.change.nr_ops; i++) {
			const struct hashring_op *op = &hint.change.ops[i];
			json_t *pair;

			if (op->kind != HASHRING_OP_REPLACE)
				continue;
			pair = json_object();
			json_set_text(pair, "name", op->name);
			json_set_text(pair, "new_name", op->new_name);
			json_array_append_new(list, pair);
		}
		json_object_set_new(o, "hint", list);
		json_set_u64(o, "hint_moved", hint.moved);
	}
	hint_release(&hint);
	return status;
}

static void set_figures(json_t *o, const struct plan *p)
{
	const struct hashring_receipt *r = &p->next.receipt;
	__u64 ratio = localization_ratio(r->moved, r->ideal);
	char token[TOKEN_LEN];

	if (p->has_generation) {
		token_make(token, p->generation, p->digest);
		json_set_text(o, "token", token);
	}
	json_object_set_new(o, "digest", json_digest(p->digest));
	json_set_u64(o, "trough_before", p->before.trough);
	json_set_u64(o, "trough_after", p->after.trough);
	json_set_u64(o, "deviation_before", p->before.deviation);
	json_set_u64(o, "deviation_after", p->after.deviation);
	if (r->ideal) {
		json_set_u64(o, "localization", ratio);
		json_set_text(o, "quality", localization_word(ratio));
	}
	json_set_u64(o, "bytes_both", r->bytes_before + r->bytes_after);
}

/* Rows and arcs are printed one by one: there may be millions. */
int print_plan_json(const struct plan *p, const struct transfer *t,
		    const struct plan_flows *flows, bool arcs)
{
	const struct hr_impact *impact = &p->next.impact;
	json_t *o = receipt_to_json(&p->next.receipt);
	json_t *details = json_object();
	struct hr_walk walk = { 0 };
	int status = EXIT_DONE;
	struct zone zone;
	__u32 i;

	set_figures(details, p);
	if (t)
		status = set_transfer(details, p, t);
	if (!status)
		status = set_hint(details, p);
	if (flows)
		json_object_set_new(details, "flows",
				    flow_figures_to_json(&flows->set,
							 &flows->figures));
	if (status) {
		json_decref(details);
		json_decref(o);
		return status;
	}
	json_open(o, "plan");
	json_open(details, "move");
	json_list_begin();
	for (i = 0; i < impact->nr_moves && !ferror(stdout); i++)
		json_list_item(row_to_json(p, &impact->moves[i]));
	json_list_close();
	json_close();
	if (arcs) {
		json_list_member("moved_arcs");
		while (!ferror(stdout) && zone_next(p, &walk, &zone))
			json_list_item(zone_to_json(p, &zone));
		json_list_close();
	}
	json_close();
	putchar('\n');
	return EXIT_DONE;
}
