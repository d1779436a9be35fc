// SPDX-License-Identifier: GPL-2.0-only
/*
 * A comparison as text: a table, 100 columns wide at most, and remarks on the
 * table.
 */
#include <string.h>

#include "compare.h"
#include "cli/print/balance.h"

static const char *const how_mark[] = {
	[COMPARE_EXACT] = "",
	[COMPARE_COUNTED] = "",
	[COMPARE_SAMPLED] = "~",
};

/* A fraction in percent: small ones with more digits, exactly nothing as 0. */
static const char *figure_part(char text[FIGURE_LEN], double part)
{
	if (part > 0)
		snprintf(text, FIGURE_LEN, part < 0.001 ? "%.5f%%" : "%.3f%%",
			 100 * part);
	else
		snprintf(text, FIGURE_LEN, "0");
	return text;
}

/* With three or four significant digits. */
static const char *figure_times(char text[FIGURE_LEN], double times)
{
	if (times)
		snprintf(text, FIGURE_LEN, times < 100 ? "%.2fx" : "%.0fx",
			 times);
	else
		snprintf(text, FIGURE_LEN, "-");
	return text;
}

/* For a column: exact as long as there is room. */
static const char *figure_keys(char text[FIGURE_LEN], double keys)
{
	if (keys < 1e7)
		snprintf(text, FIGURE_LEN, "%.0f", keys);
	else if (keys < 1e9)
		snprintf(text, FIGURE_LEN, "%.2fM", keys / 1e6);
	else
		snprintf(text, FIGURE_LEN, keys < 1e12 ? "%.2fG" : "%.0fG",
			 keys / 1e9);
	return text;
}

static const char *figure_seconds(char text[FIGURE_LEN], double seconds)
{
	char time[FIGURE_LEN];

	snprintf(text, FIGURE_LEN, "%.20s %s",
		 figure_ns(time, 1e9 * seconds + 0.5), compare_impact(seconds));
	return text;
}

/* A map may be more balanced than its sample. */
static const char *figure_peak(char text[FIGURE_LEN],
			       const struct compare_row *row)
{
	snprintf(text, FIGURE_LEN, "%s%.3f",
		 row->how == COMPARE_SAMPLED ? "<" : "", row->peak_after);
	return text;
}

static void print_heads(const struct compare *c)
{
	printf("%-13s%9s%10s%11s%9s%9s%8s%7s%8s%8s%8s\n", "method", "moved",
	       "required", "collateral", "ideal", "max/mean", "bytes", "ns",
	       c->key_size || c->given.bytes ? "volume" : "keys", "<modulo", "<range");
}

static void print_row(const struct compare *c, const struct compare_row *row)
{
	const struct sim_tally *t = &row->tally;
	char text[10][FIGURE_LEN], moved[FIGURE_LEN + 1];
	double share = compare_share(row, t->moved);

	if (row->refused) {
		printf("%-13s %s\n", row->ops->name, compare_why(row));
		return;
	}
	snprintf(moved, sizeof(moved), "%s%s", how_mark[row->how],
		 figure_part(text[0], share));
	if (!c->keys)
		strcpy(text[6], "-");
	else if (c->given.bytes)
		figure_bytes(text[6], t->moved_bytes);
	else if (c->key_size)
		figure_bytes(text[6], share * c->keys * c->key_size + 0.5);
	else
		figure_keys(text[6], share * c->keys);
	printf("%-13s%9s%10s%11s%9s%9s%8s%7.*f%8s%8s%8s\n", row->ops->name,
	       moved, figure_part(text[1], compare_share(row, row->required)),
	       figure_part(text[2],
			   compare_share(row, t->moved - row->required)),
	       figure_part(text[3], c->ideal), figure_peak(text[4], row),
	       figure_bytes(text[5], row->bytes), row->ns < 1000 ? 1 : 0,
	       row->ns, text[6],
	       figure_times(text[7], compare_less(c, row, &sim_modulo)),
	       figure_times(text[8], compare_less(c, row, &sim_range_recut)));
}

static void print_samples(const struct compare *c)
{
	char low[FIGURE_LEN], high[FIGURE_LEN];
	__u32 i;

	for (i = 0; i < c->nr_rows; i++) {
		const struct compare_row *row = &c->row[i];

		if (row->refused || row->how != COMPARE_SAMPLED)
			continue;
		printf(" ~ %s: %llu keys drawn; with 95%% confidence %s to %s move\n",
		       row->ops->name, row->tally.whole,
		       figure_part(low, row->low), figure_part(high, row->high));
	}
}

static void print_starved(const struct compare *c)
{
	__u32 i;

	for (i = 0; i < c->nr_rows; i++) {
		const struct compare_row *row = &c->row[i];

		if (!row->refused && row->how != COMPARE_SAMPLED &&
		    row->starved)
			printf(" ! %s: %u nodes have nothing\n", row->ops->name,
			       row->starved);
	}
}

static const char *figure_claim(char text[FIGURE_LEN],
				enum compare_figure figure, double value)
{
	switch (figure) {
	case CLAIM_SHARE:
	case CLAIM_EFFICIENCY:
		return figure_part(text, value);
	case CLAIM_KEYS:
		snprintf(text, FIGURE_LEN, "%.0f", value);
		return text;
	case CLAIM_VOLUME:
		return figure_volume(text, value + 0.5);
	case CLAIM_SECONDS:
		return figure_seconds(text, value);
	case CLAIM_LOCALIZATION:
		snprintf(text, FIGURE_LEN, "%.3f %s", value,
			 localization_word(value * HASHRING_WHOLE));
		return text;
	default:
		return figure_times(text, value);
	}
}

static void print_claim(const struct compare *c,
			const struct compare_claim *claim)
{
	const struct compare_row *row;
	char text[FIGURE_LEN];
	const char *comma = "";
	__u32 i;

	printf(" %s: claimed %s, measured", claim->text,
	       figure_claim(text, claim->figure, claim->value));
	for (i = 0; i < CLAIM_METHODS && claim->ops[i]; i++) {
		row = compare_find(c, claim->ops[i]);
		if (!row)
			continue;
		printf("%s %s %s", comma, row->ops->name,
		       figure_claim(text, claim->figure,
				    compare_measured(c, claim, row)));
		comma = ",";
	}
	if (!*comma)
		fputs(" nothing: its methods are left out", stdout);
	putchar('\n');
	if (claim->note)
		printf("   %s\n", claim->note);
}

static const char *change_text(const struct compare *c, char *text, size_t size)
{
	const struct sim_change *change = &c->change;

	if (change->nr_gone == 1 && !change->nr_joined && !change->nr_swaps)
		snprintf(text, size, "%s leaves",
			 c->nodes.name[change->gone[0]]);
	else if (change->nr_joined == 1 && !change->nr_gone &&
		 !change->nr_swaps)
		snprintf(text, size, "%s joins",
			 c->nodes.name[change->joined[0]]);
	else
		snprintf(text, size, "%u join, %u leave, %u take a place",
			 change->nr_joined, change->nr_gone, change->nr_swaps);
	return text;
}

static bool weighted(const struct compare *c)
{
	__u32 i;

	for (i = 0; c->weight_before && i < c->nodes.nr; i++)
		if (c->weight_before[i] != 1 || c->change.weight[i] != 1)
			return true;
	return false;
}

/**
 * compare_print() - prints a computed case
 * @c: the case, after compare_run()
 */
void compare_print(const struct compare *c)
{
	const struct compare_claim *claim;
	char text[2 * HASHRING_NAME_LEN];
	__u32 i;

	if (c->scenario)
		printf("%s: %s\n", c->scenario, c->title);
	if (c->ring)
		printf("%s: ", c->ring);
	printf("%u -> %u nodes, %s", c->nr_before, c->nr_after,
	       change_text(c, text, sizeof(text)));
	if (c->keys)
		printf(", %llu keys%s", c->keys,
		       c->given.pos ? ", each of them counted" : "");
	if (c->key_size)
		printf(" of %llu bytes", c->key_size);
	putchar('\n');
	print_heads(c);
	for (i = 0; i < c->nr_rows; i++)
		print_row(c, &c->row[i]);
	print_samples(c);
	print_starved(c);
	if (weighted(c))
		puts(" only rings know weights: to the others all nodes are alike");
	for (claim = c->claim; claim->text; claim++)
		print_claim(c, claim);
}
