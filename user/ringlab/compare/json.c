// SPDX-License-Identifier: GPL-2.0-only
/*
 * A comparison as JSON: shares are in 2^-32 of all keys, as in all JSON output.
 */
#include "compare.h"

static const char *const how_names[] = {
	[COMPARE_EXACT] = "exact",
	[COMPARE_COUNTED] = "counted",
	[COMPARE_SAMPLED] = "sampled",
};

static const char *const figure_names[] = {
	[CLAIM_SHARE] = "share",
	[CLAIM_KEYS] = "keys",
	[CLAIM_VOLUME] = "volume",
	[CLAIM_SECONDS] = "seconds",
	[CLAIM_EFFICIENCY] = "efficiency",
	[CLAIM_LOCALIZATION] = "localization",
	[CLAIM_LESS_THAN_MODULO] = "less_than_modulo",
	[CLAIM_LESS_THAN_RANGE] = "less_than_range",
};

static __u64 in_share(double fraction)
{
	return fraction * HASHRING_WHOLE + 0.5;
}

static void set_real(json_t *o, const char *key, double value)
{
	json_object_set_new(o, key, json_real(value));
}

static void set_times(json_t *o, const char *key, double times)
{
	if (times)
		set_real(o, key, times);
}

/* Collateral is the difference of rounded shares, so that shares add up. */
static json_t *row_to_json(const struct compare *c,
			   const struct compare_row *row)
{
	const struct sim_tally *t = &row->tally;
	double part = compare_share(row, t->moved);
	__u64 moved = in_share(part), required;
	json_t *o = json_object();

	json_set_text(o, "method", row->ops->name);
	if (row->refused) {
		json_set_text(o, "refused", compare_why(row));
		return o;
	}
	required = in_share(compare_share(row, row->required));
	json_set_text(o, "how", how_names[row->how]);
	json_set_u64(o, "moved", moved);
	json_set_u64(o, "required", required);
	json_set_u64(o, "collateral", moved - required);
	json_set_u64(o, "ideal", in_share(c->ideal));
	if (row->how == COMPARE_SAMPLED) {
		json_set_u64(o, "samples", t->whole);
		json_set_u64(o, "moved_low", in_share(row->low));
		json_set_u64(o, "moved_high", in_share(row->high));
	}
	if (row->ops == &sim_ring_balanced)
		json_set_u64(o, "grid", c->nodes.grid);
	json_set_u64(o, "peak_before", in_share(row->peak_before));
	json_set_u64(o, "peak_after", in_share(row->peak_after));
	json_set_u64(o, "starved", row->starved);
	json_set_u64(o, "bytes_after", row->bytes);
	set_real(o, "lookup_ns", row->ns);
	if (row->how == COMPARE_COUNTED)
		json_set_u64(o, "moved_keys", t->moved);
	else if (c->keys)
		set_real(o, "moved_keys", part * c->keys);
	if (c->given.bytes)
		json_set_u64(o, "moved_bytes", t->moved_bytes);
	else if (c->keys && c->key_size)
		set_real(o, "moved_bytes", part * c->keys * c->key_size);
	set_times(o, "less_than_modulo", compare_less(c, row, &sim_modulo));
	set_times(o, "less_than_range",
		  compare_less(c, row, &sim_range_recut));
	return o;
}

static json_t *claim_to_json(const struct compare *c,
			     const struct compare_claim *claim)
{
	json_t *o = json_object(), *list = json_object();
	json_t *impact = json_object();
	const struct compare_row *row;
	double measured;
	__u32 i;

	json_set_text(o, "claim", claim->text);
	json_set_text(o, "figure", figure_names[claim->figure]);
	set_real(o, "claimed", claim->value);
	for (i = 0; i < CLAIM_METHODS && claim->ops[i]; i++) {
		row = compare_find(c, claim->ops[i]);
		if (!row)
			continue;
		measured = compare_measured(c, claim, row);
		set_real(list, row->ops->name, measured);
		json_set_text(impact, row->ops->name, compare_impact(measured));
	}
	json_object_set_new(o, "measured", list);
	if (claim->figure == CLAIM_SECONDS) {
		json_set_text(o, "claimed_impact",
			      compare_impact(claim->value));
		json_object_set(o, "measured_impact", impact);
	}
	json_decref(impact);
	if (claim->note)
		json_set_text(o, "note", claim->note);
	return o;
}

/**
 * compare_to_json() - a computed case as JSON
 * @c: the case, after compare_run()
 *
 * Return: an object, to be released.
 */
json_t *compare_to_json(const struct compare *c)
{
	json_t *o = json_object(), *list = json_array();
	const struct compare_claim *claim;
	__u32 i;

	if (c->scenario)
		json_set_text(o, "scenario", c->scenario);
	if (c->ring)
		json_set_text(o, "ring", c->ring);
	json_set_u64(o, "nodes_before", c->nr_before);
	json_set_u64(o, "nodes_after", c->nr_after);
	json_set_u64(o, "joined", c->change.nr_joined);
	json_set_u64(o, "removed", c->change.nr_gone);
	json_set_u64(o, "replaced", c->change.nr_swaps);
	if (c->keys)
		json_set_u64(o, "keys", c->keys);
	if (c->key_size)
		json_set_u64(o, "key_size", c->key_size);
	json_set_u64(o, "ideal", in_share(c->ideal));
	for (i = 0; i < c->nr_rows; i++)
		json_array_append_new(list, row_to_json(c, &c->row[i]));
	json_object_set_new(o, "methods", list);
	if (!c->claim[0].text)
		return o;
	list = json_array();
	for (claim = c->claim; claim->text; claim++)
		json_array_append_new(list, claim_to_json(c, claim));
	json_object_set_new(o, "claims", list);
	return o;
}
