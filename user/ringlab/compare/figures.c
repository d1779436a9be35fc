// SPDX-License-Identifier: GPL-2.0-only
/*
 * Figures of a comparison, from its tallies.
 */
#include <math.h>
#include <stdlib.h>

#include "compare.h"
#include "cli/keys/transfer.h"

#define Z95	1.959964	/* normal quantile for 95 %, two-sided */

/**
 * struct side - the nodes before or after the change
 * @weight: by number; 0: the node is absent
 * @all: sum of @weight
 */
struct side {
	__u64 *weight;
	__u64 all;
};

static void side_set(struct side *s, __u32 number, __u64 weight)
{
	s->all += weight - s->weight[number];
	s->weight[number] = weight;
}

static __u64 weight_of(const __u32 *weight, __u32 number)
{
	return weight ? weight[number] : 1;
}

static void set_sides(const struct compare *c, struct side *before,
		      struct side *after)
{
	const struct sim_change *change = &c->change;
	__u32 i, number;

	for (i = 0; i < c->nr_before; i++) {
		number = c->member[i];
		side_set(before, number, weight_of(c->weight_before, number));
		side_set(after, number, weight_of(change->weight, number));
	}
	for (i = 0; i < change->nr_gone; i++)
		side_set(after, change->gone[i], 0);
	for (i = 0; i < change->nr_joined; i++)
		side_set(after, change->joined[i],
			 weight_of(change->weight, change->joined[i]));
	for (i = 0; i < change->nr_swaps; i++) {
		side_set(after, change->swap[i].gone, 0);
		number = change->swap[i].joined;
		side_set(after, number, weight_of(change->weight, number));
	}
}

/* The largest load over its node's due; counts nodes without keys. */
static double peak_of(const __u64 *load, __u64 whole, const struct side *s,
		      __u32 nr, __u32 *starved)
{
	double peak = 0, due;
	__u32 i;

	*starved = 0;
	for (i = 0; i < nr; i++) {
		if (!s->weight[i])
			continue;
		due = (double)whole * s->weight[i] / s->all;
		if (load[i] / due > peak)
			peak = load[i] / due;
		*starved += !load[i];
	}
	return peak;
}

/* Wilson's score interval. */
static void interval(struct compare_row *row)
{
	double n = row->tally.whole, p = row->tally.moved / n;
	double z2 = Z95 * Z95 / n;
	double middle = (p + z2 / 2) / (1 + z2);
	double half = Z95 * sqrt(p * (1 - p) / n + z2 / n / 4) / (1 + z2);

	row->low = middle - half;
	row->high = middle + half;
}

static void row_figures(const struct compare *c, struct compare_row *row,
			const struct side *before, const struct side *after)
{
	const struct sim_tally *t = &row->tally;
	__u32 nr = c->nodes.nr, starved;

	row->required = sim_required(t, nr);
	row->peak_before = peak_of(t->before, t->whole, before, nr, &starved);
	row->peak_after = peak_of(t->after, t->whole, after, nr, &row->starved);
	if (row->how == COMPARE_SAMPLED) {
		interval(row);
	} else {
		row->low = (double)t->moved / t->whole;
		row->high = row->low;
	}
}

static double ideal(const struct side *before, const struct side *after,
		    __u32 nr)
{
	double more = 0, d;
	__u32 i;

	for (i = 0; i < nr; i++) {
		d = (double)after->weight[i] / after->all -
		    (double)before->weight[i] / before->all;
		if (d > 0)
			more += d;
	}
	return more;
}

/**
 * compare_figures() - computes the figures to print
 * @c: a case; the tallies of its methods are complete
 *
 * Return: an exit status; errors are reported.
 */
int compare_figures(struct compare *c)
{
	struct side before = { calloc(c->nodes.nr, sizeof(__u64)), 0 };
	struct side after = { calloc(c->nodes.nr, sizeof(__u64)), 0 };
	int status = EXIT_DONE;
	__u32 i;

	if (before.weight && after.weight) {
		set_sides(c, &before, &after);
		c->ideal = ideal(&before, &after, c->nodes.nr);
		for (i = 0; i < c->nr_rows; i++)
			if (!c->row[i].refused)
				row_figures(c, &c->row[i], &before, &after);
	} else {
		status = fail_memory();
	}
	free(before.weight);
	free(after.weight);
	return status;
}

/* A number of a row's keys as a fraction of all keys. */
double compare_share(const struct compare_row *row, __u64 keys)
{
	return (double)keys / row->tally.whole;
}

/* The row of a method, or NULL. */
const struct compare_row *compare_find(const struct compare *c,
				       const struct sim_ops *ops)
{
	__u32 i;

	for (i = 0; i < c->nr_rows; i++)
		if (c->row[i].ops == ops && !c->row[i].refused)
			return &c->row[i];
	return NULL;
}

/* The reason why a method has no map for this case. */
const char *compare_why(const struct compare_row *row)
{
	return *row->before.why ? row->before.why : row->after.why;
}

/* Another method's moved share over a row's; 0: unknown. */
double compare_less(const struct compare *c, const struct compare_row *row,
		    const struct sim_ops *than)
{
	const struct compare_row *other = compare_find(c, than);

	if (!other || !row->tally.moved)
		return 0;
	return compare_share(other, other->tally.moved) /
	       compare_share(row, row->tally.moved);
}

/**
 * compare_measured() - the measured figure for a claim
 * @c: the case
 * @claim: the claim
 * @row: the row
 *
 * Return: the figure, in the claim's unit.
 */
double compare_measured(const struct compare *c,
			const struct compare_claim *claim,
			const struct compare_row *row)
{
	double share = compare_share(row, row->tally.moved);

	switch (claim->figure) {
	case CLAIM_SHARE:
		return share;
	case CLAIM_KEYS:
		return share * c->keys;
	case CLAIM_VOLUME:
		return share * c->keys * c->key_size;
	case CLAIM_SECONDS:
		return share * c->keys * c->key_size * 8 / c->bits_per_second;
	case CLAIM_EFFICIENCY:
		return row->tally.moved ?
		       (double)row->required / row->tally.moved : 1;
	case CLAIM_LOCALIZATION:
		return share / c->ideal;
	case CLAIM_LESS_THAN_MODULO:
		return compare_less(c, row, &sim_modulo);
	default:
		return compare_less(c, row, &sim_range_recut);
	}
}

/* The word for the impact of a transfer of @seconds. */
const char *compare_impact(double seconds)
{
	return transfer_class(seconds * 1e9);
}
