// SPDX-License-Identifier: GPL-2.0-only
/*
 * A plan in words: the receipt, and then more.
 */
#include <string.h>

#include "plan.h"
#include "token.h"
#include "ringctl/measure/flows_print.h"

/* More rows only with -s, more arcs only with --arcs. */
#define MANY_ROWS	5
#define MANY_ZONES	3

static void print_quality(const struct plan *p)
{
	const struct hashring_receipt *r = &p->next.receipt;
	__u64 ratio = localization_ratio(r->moved, r->ideal);
	char a[FIGURE_LEN], b[FIGURE_LEN], c[FIGURE_LEN];

	printf(" min/mean %s -> %s  deviation %.3f -> %.3f\n",
	       figure_ratio(a, p->before.trough),
	       figure_ratio(b, p->after.trough),
	       (double)p->before.deviation / HASHRING_WHOLE,
	       (double)p->after.deviation / HASHRING_WHOLE);
	if (r->ideal)
		printf(" localization %s %s\n", figure_ratio(a, ratio),
		       localization_word(ratio));
	printf(" both tables %s",
	       figure_bytes(a, r->bytes_before + r->bytes_after));
	printf("  writer %s: %s to build, %s to work out\n",
	       figure_ns(a, r->build_ns + r->impact_ns),
	       figure_ns(b, r->build_ns), figure_ns(c, r->impact_ns));
}

static void print_rows(const struct plan *p)
{
	const struct hr_impact *impact = &p->next.impact;
	char share[FIGURE_LEN];
	__u32 i;

	for (i = 0; i < impact->nr_moves; i++) {
		const struct hr_move *row = &impact->moves[i];

		if (!opt.stats && i == MANY_ROWS) {
			printf(" and %u more rows: -s\n", impact->nr_moves - i);
			break;
		}
		printf(" %s -> %s %s in %u arc%s\n", plan_name(p, row->from),
		       plan_name(p, row->to), figure_share(share, row->share),
		       row->arcs, row->arcs == 1 ? "" : "s");
	}
}

static void print_zone(const struct plan *p, const struct zone *zone)
{
	char share[FIGURE_LEN];

	printf(" (%u, %u] %llu %s %s -> %s", zone->arc.start, zone->arc.end,
	       zone->share, figure_share(share, zone->share),
	       plan_name(p, zone->arc.from), plan_name(p, zone->arc.to));
	if (zone->has_neighbours)
		printf("  behind %s %u  before %s %u",
		       plan_name(p, zone->predecessor.slot),
		       zone->predecessor.pos,
		       plan_name(p, zone->successor.slot), zone->successor.pos);
	putchar('\n');
}

static void print_zones(const struct plan *p, bool all)
{
	struct zone largest[MANY_ZONES];
	struct hr_walk walk = { 0 };
	struct zone zone;
	__u32 nr, i;

	if (all) {
		while (!ferror(stdout) && zone_next(p, &walk, &zone))
			print_zone(p, &zone);
		return;
	}
	nr = zones_largest(p, largest, MANY_ZONES);
	for (i = 0; i < nr && i < MANY_ZONES; i++)
		print_zone(p, &largest[i]);
	if (nr > MANY_ZONES)
		printf(" and %u smaller arcs: --arcs\n", nr - MANY_ZONES);
}

/* A line of the table; @moved: what the plan itself moves. */
static void print_method(const struct transfer *t, const char *name,
			 __u64 share, __u64 moved)
{
	char bytes[FIGURE_LEN] = "-", time[FIGURE_LEN] = "-";
	char less[FIGURE_LEN] = "-";
	struct transferred to;

	transfer_share(t, share, &to);
	if (t->key_size)
		figure_volume(bytes, to.bytes);
	if (t->bandwidth)
		figure_duration(time, to.ns);
	if (moved && share > moved)
		snprintf(less, sizeof(less), "%.1fx less",
			 (double)share / moved);
	else if (share && share < moved)
		snprintf(less, sizeof(less), "%.1fx more",
			 (double)moved / share);
	printf(" %-30s %12llu %10s %10s  %-8s  %s\n", name, to.keys, bytes,
	       time, t->bandwidth ? transfer_class(to.ns) : "-", less);
}

static int print_transfer(const struct plan *p, const struct transfer *t)
{
	const __u64 moved = p->next.receipt.moved;
	struct transferred to;
	struct rivals rivals;
	char text[FIGURE_LEN];
	char name[64];
	int status;

	status = rivals_of(p, &rivals);
	if (status)
		return status;
	printf(" %-30s %12s %10s %10s  %-8s  %s\n", "method", "keys", "volume",
	       "time", "impact", "the ring moves");
	print_method(t, "this change", moved, moved);
	snprintf(name, sizeof(name), "modulo %llu -> %llu",
		 rivals.modulo_before, rivals.modulo_after);
	print_method(t, name, rivals.modulo, moved);
	snprintf(name, sizeof(name), "range %u -> %u, largest split",
		 rivals.split_before, rivals.split_after);
	print_method(t, name, rivals.split, moved);
	print_method(t, "range cut anew by weight", rivals.recut, moved);

	transfer_share(t, moved, &to);
	if (t->batch)
		printf(" steps %llu of %llu keys%s", transfer_steps(t, to.keys),
		       t->batch, t->rate ? "" : "\n");
	if (t->rate)
		printf(" %s at %llu keys/s\n",
		       figure_duration(text, transfer_steps_ns(t, to.keys)),
		       t->rate);
	return EXIT_DONE;
}

static int print_hint(const struct plan *p)
{
	char moved[FIGURE_LEN];
	struct hint hint;
	bool first = true;
	int status;
	__u32 i;

	status = hint_of(p, &hint);
	if (!status && hint.nr) {
		printf(" hint:");
		for (i = 0; i < hint.change.nr_ops; i++) {
			const struct hashring_op *op = &hint.change.ops[i];

			if (op->kind != HASHRING_OP_REPLACE)
				continue;
			printf("%s node replace %s %s", first ? "" : " ;",
			       op->name, op->new_name);
			first = false;
		}
		printf(" moves %s, collateral 0\n",
		       figure_share(moved, hint.moved));
	}
	hint_release(&hint);
	return status;
}

int print_plan(const struct plan *p, const struct transfer *t,
	       const struct plan_flows *flows, bool arcs)
{
	char token[TOKEN_LEN];
	int status = EXIT_DONE;

	print_receipt_head(stdout, &p->next.receipt, true);
	print_quality(p);
	print_rows(p);
	print_zones(p, arcs);
	if (t)
		status = print_transfer(p, t);
	if (!status)
		status = print_hint(p);
	if (!status && p->has_generation) {
		token_make(token, p->generation, p->digest);
		printf(" token %s\n", token);
	}
	if (!status && flows)
		print_flow_figures(&flows->set, &flows->figures);
	return status;
}
