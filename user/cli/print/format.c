// SPDX-License-Identifier: GPL-2.0-only
/*
 * Figures in words, and what several nouns print.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "output.h"

/*
 * A share of a ring in percent; exactly nothing is 0, a rounded figure is not.
 */
const char *figure_share(char text[FIGURE_LEN], __u64 share)
{
	if (share)
		snprintf(text, FIGURE_LEN, "%.3f%%",
			 100.0 * share / HASHRING_WHOLE);
	else
		snprintf(text, FIGURE_LEN, "0");
	return text;
}

/* Such as max/mean, which is in 2^-32 of the mean. */
const char *figure_ratio(char text[FIGURE_LEN], __u64 ratio)
{
	if (ratio)
		snprintf(text, FIGURE_LEN, "%.3f",
			 (double)ratio / HASHRING_WHOLE);
	else
		snprintf(text, FIGURE_LEN, "-");
	return text;
}

static const char *figure_scaled(char text[FIGURE_LEN], __u64 value,
				 unsigned int base)
{
	const char *unit = "KMGTPE";
	double scaled = value;

	if (value < base) {
		snprintf(text, FIGURE_LEN, "%llu", value);
		return text;
	}
	for (scaled /= base; scaled >= base - 0.05 && unit[1]; unit++)
		scaled /= base;
	snprintf(text, FIGURE_LEN, "%.1f%c", scaled, *unit);
	return text;
}

const char *figure_bytes(char text[FIGURE_LEN], __u64 bytes)
{
	return figure_scaled(text, bytes, 1024);
}

/* With the unit, which is of powers of 1024. */
const char *figure_volume(char text[FIGURE_LEN], __u64 bytes)
{
	size_t len;

	figure_bytes(text, bytes);
	len = strlen(text);
	strcpy(text + len, isdigit(text[len - 1]) ? "B" : "iB");
	return text;
}

const char *figure_ns(char text[FIGURE_LEN], __u64 ns)
{
	if (ns < 1000)
		snprintf(text, FIGURE_LEN, "%lluns", ns);
	else if (ns < 1000 * 1000)
		snprintf(text, FIGURE_LEN, "%.1fus", ns / 1e3);
	else if (ns < 1000 * 1000 * 1000)
		snprintf(text, FIGURE_LEN, "%.1fms", ns / 1e6);
	else
		snprintf(text, FIGURE_LEN, "%.3fs", ns / 1e9);
	return text;
}

/* Durations: seconds, or hours, minutes and seconds. */
const char *figure_duration(char text[FIGURE_LEN], __u64 ns)
{
	__u64 s = ns / 1000000000ULL;

	if (s < 120)
		return figure_ns(text, ns);
	if (s < 3600)
		snprintf(text, FIGURE_LEN, "%llum%02llus", s / 60, s % 60);
	else
		snprintf(text, FIGURE_LEN, "%lluh%02llum%02llus", s / 3600,
			 s / 60 % 60, s % 60);
	return text;
}

/* Times as in settings, such as 500ms, 2s, 15m00s. */
const char *figure_ms(char text[FIGURE_LEN], __u64 ms)
{
	if (ms < 1000)
		snprintf(text, FIGURE_LEN, "%llums", ms);
	else if (ms < 120000 && ms % 1000)
		snprintf(text, FIGURE_LEN, "%.1fs", ms / 1e3);
	else if (ms < 120000)
		snprintf(text, FIGURE_LEN, "%llus", ms / 1000);
	else
		figure_duration(text, ms * 1000000);
	return text;
}

/* A time, from ns since 1970. */
const char *figure_time(char text[FIGURE_LEN], __u64 ns)
{
	time_t seconds = ns / 1000000000;
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) ||
	    !strftime(text, FIGURE_LEN, "%Y-%m-%dT%H:%M:%SZ", &tm))
		snprintf(text, FIGURE_LEN, "-");
	return text;
}

/* Decimal; printf() would take most of the time of a list of millions. */
void print_number(FILE *f, __u32 number)
{
	char digits[10];
	char *p = digits + sizeof(digits);

	do {
		*--p = '0' + number % 10;
		number /= 10;
	} while (number);
	fwrite_unlocked(p, 1, digits + sizeof(digits) - p, f);
}

void print_via(FILE *f, const struct hashring_via *via)
{
	char text[INET6_ADDRSTRLEN];

	if (via->has4)
		fprintf(f, " via %s", inet_ntop(AF_INET, &via->addr4, text,
						sizeof(text)));
	if (via->has6)
		fprintf(f, " via %s", inet_ntop(AF_INET6, &via->addr6, text,
						sizeof(text)));
}

/* In the words that would set the attachment. */
void print_attach(FILE *f, const struct hashring_attach *attach)
{
	fprintf(f, "hook %s priority %d fwmark 0x%x/0x%x",
		hashring_enum_name(hashring_hook_name, attach->hook),
		attach->priority, attach->mark, attach->mark_mask);
	if (attach->node_mask)
		fprintf(f, " set 0x%x", attach->node_mask);
	fprintf(f, " key %s none %s mode %s",
		hashring_enum_name(hashring_key_policy_name,
				   attach->key_policy),
		hashring_enum_name(hashring_none_policy_name,
				   attach->none_policy),
		hashring_enum_name(hashring_attach_mode_name, attach->mode));
}

/* The counters that every packet passes, and the others if not 0. */
void print_attach_stats(FILE *f, const struct hashring_attach *attach)
{
	const struct attach_counter *c;
	const char *letter;
	__u64 value;

	for (c = attach_counters; c->name; c++) {
		value = attach_counted(attach, c);
		if (!value && c - attach_counters >= COMMON_COUNTERS)
			continue;
		if (c != attach_counters)
			fputc(' ', f);
		for (letter = c->name; *letter; letter++)
			fputc(*letter == '_' ? '-' : *letter, f);
		fprintf(f, " %llu", value);
	}
}

static void print_counts(FILE *f, const struct hashring_receipt *r)
{
	if (r->added)
		fprintf(f, "  added %u", r->added);
	if (r->removed)
		fprintf(f, "  removed %u", r->removed);
	if (r->set)
		fprintf(f, "  set %u", r->set);
	if (r->replaced)
		fprintf(f, "  replaced %u", r->replaced);
}

void print_move(FILE *f, const struct hashring_move *move)
{
	char share[FIGURE_LEN];

	fprintf(f, " %s -> %s %s in %u arc%s\n", move->from, move->to,
		figure_share(share, move->share), move->arcs,
		move->arcs == 1 ? "" : "s");
}

/* Whether a change is in force, and what becomes of established flows. */
static void print_force(FILE *f, const struct hashring_receipt *r)
{
	switch (r->kind) {
	case HASHRING_RECEIPT_SETTLED:
		return;
	case HASHRING_RECEIPT_HELD:
		fputs("  moves by migrate run or step, is undone by migrate rollback",
		      f);
		return;
	case HASHRING_RECEIPT_RELEASED:
		fputs("  in force, established flows stay", f);
		if (r->has_cut)
			fprintf(f, ", but not at nodes that go down (%u known)",
				r->cut);
		return;
	default:
		fputs("  in force", f);
		if (r->moved || (r->has_cut && r->cut))
			fputs(", cuts established flows that move", f);
		if (r->has_cut && (r->cut || r->moved))
			fprintf(f, " (%u known)", r->cut);
	}
}

/* The first line of a receipt. */
void print_receipt_head(FILE *f, const struct hashring_receipt *r, bool planned)
{
	char a[FIGURE_LEN], b[FIGURE_LEN], c[FIGURE_LEN], d[FIGURE_LEN];
	__u32 i;

	fprintf(f, "%s generation %llu%s", r->ring, r->generation,
		planned ? " planned" : "");
	if (r->kind == HASHRING_RECEIPT_HELD ||
	    r->kind == HASHRING_RECEIPT_SETTLED)
		fprintf(f, " %s", hashring_enum_name(hashring_receipt_kind_name,
						     r->kind));
	print_counts(f, r);
	print_force(f, r);
	fprintf(f, "\n moved %s  required %s  collateral %s  ideal %s\n",
		figure_share(a, r->moved), figure_share(b, r->required),
		figure_share(c, r->collateral), figure_share(d, r->ideal));
	if (r->gained || r->lost)
		fprintf(f, " gained %s  lost %s\n", figure_share(a, r->gained),
			figure_share(b, r->lost));
	fprintf(f, " max/mean %s -> %s  nodes %u -> %u  table %s -> %s\n",
		figure_ratio(a, r->peak_before), figure_ratio(b, r->peak_after),
		r->nodes_before, r->nodes_after,
		figure_bytes(c, r->bytes_before),
		figure_bytes(d, r->bytes_after));
	for (i = 0; i < r->nr_assigned; i++)
		fprintf(f, " %s id %u\n", r->assigned[i].name,
			r->assigned[i].id);
}

/**
 * print_receipt() - prints what a change did, or would do
 * @f: the output
 * @r: the receipt
 * @planned: the change was not carried out
 */
void print_receipt(FILE *f, const struct hashring_receipt *r, bool planned)
{
	char a[FIGURE_LEN], b[FIGURE_LEN];
	__u32 i;

	print_receipt_head(f, r, planned);
	if (!opt.stats)
		return;
	fprintf(f, " arcs %u  built in %s  worked out in %s\n", r->arcs,
		figure_ns(a, r->build_ns), figure_ns(b, r->impact_ns));
	for (i = 0; i < r->nr_rows; i++)
		print_move(f, &r->rows[i]);
	if (r->nr_rows < r->nr_moves)
		fprintf(f, " and %u more\n", r->nr_moves - r->nr_rows);
}
