// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringbench - the cost of the ring's table in userspace, beside other tables
 *
 * All measurements take turns, in nine rounds, so that other work on the
 * machine affects all of them alike.
 */
#include <getopt.h>
#include <linux/kernel.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench.h"

#define POINTS	160

static const struct {
	u32 nodes;
	u32 grid;	/* of the balanced ring */
} lookup_rings[] = {
	{ 10, HR_DEFAULT_GRID }, { 100, HR_DEFAULT_GRID },
	{ 1000, HR_DEFAULT_GRID }, { 10000, HR_MAX_GRID },
};

static const struct {
	u32 nodes;
	u32 points;
} add_rings[] = {
	{ 10, POINTS }, { 100, POINTS }, { 1000, POINTS }, { 10000, POINTS },
	{ 10000, 100 },
};

/* Rings of cells, each beside Maglev's table with about as many slots. */
static const struct {
	u32 nodes;
	u32 grid;
	u32 maglev;
} grid_rings[] = {
	{ 1000, HR_DEFAULT_GRID, 65537 }, { 10000, HR_MAX_GRID, 1048583 },
};

static struct lookup_bench lookups[ARRAY_SIZE(lookup_rings)];
static struct add_bench adds[ARRAY_SIZE(add_rings)];
static struct add_bench grids[ARRAY_SIZE(grid_rings)];
static struct rebuild_bench rebuilds[ARRAY_SIZE(grid_rings)];

static void measure(void)
{
	bool progress = isatty(STDERR_FILENO);
	u32 i, round;

	for (i = 0; i < ARRAY_SIZE(lookups); i++)
		lookup_bench_init(&lookups[i], lookup_rings[i].nodes, POINTS,
				  lookup_rings[i].grid);
	for (i = 0; i < ARRAY_SIZE(adds); i++)
		add_bench_init(&adds[i], add_rings[i].nodes,
			       add_rings[i].points, 0);
	for (i = 0; i < ARRAY_SIZE(grids); i++) {
		add_bench_init(&grids[i], grid_rings[i].nodes, 0,
			       grid_rings[i].grid);
		rebuild_bench_init(&rebuilds[i], grid_rings[i].maglev,
				   &grids[i].ring);
	}
	for (round = 0; round < BENCH_ROUNDS; round++) {
		if (progress)
			fprintf(stderr, "\rround %u of %u", round + 1,
				BENCH_ROUNDS);
		for (i = 0; i < ARRAY_SIZE(lookups); i++)
			lookup_bench_round(&lookups[i], round);
		for (i = 0; i < ARRAY_SIZE(adds); i++)
			add_bench_round(&adds[i], round);
		for (i = 0; i < ARRAY_SIZE(grids); i++) {
			add_bench_round(&grids[i], round);
			rebuild_bench_round(&rebuilds[i], round);
		}
	}
	if (progress)
		fprintf(stderr, "\r\033[K");
	for (i = 0; i < ARRAY_SIZE(lookups); i++)
		lookup_bench_free(&lookups[i]);
	for (i = 0; i < ARRAY_SIZE(adds); i++)
		add_bench_free(&adds[i]);
	for (i = 0; i < ARRAY_SIZE(grids); i++) {
		rebuild_bench_free(&rebuilds[i]);
		add_bench_free(&grids[i]);
	}
}

static const char *bytes_text(size_t bytes, char text[16])
{
	if (bytes < 1000000)
		snprintf(text, 16, "%.1fK", bytes / 1e3);
	else
		snprintf(text, 16, "%.1fM", bytes / 1e6);
	return text;
}

/* The median, the smallest and the largest sample, in units of @unit ns. */
static void print_samples(const struct samples *samples, double unit)
{
	char spread[32];

	snprintf(spread, sizeof(spread), "(%.1f..%.1f)",
		 samples->ns[0] / unit, samples->ns[BENCH_ROUNDS - 1] / unit);
	printf("  %8.1f %-18s", bench_median(samples) / unit, spread);
}

/* The balanced ring against Maglev's table: time and moved shares. */
static void print_beside(const struct lookup_bench *b)
{
	double ideal = (double)HR_WHOLE_RING / (b->ring.nodes + 1);
	u64 balanced = b->moved[BENCH_BALANCED];
	u64 maglev = b->moved[BENCH_MAGLEV_SMALL];

	printf("       balanced in maglev 65537's time: %.2fx (%.2f..%.2f)\n"
	       "       a node more moves, in its due: ring %.3fx, balanced %.3fx, maglev 65537 %.3fx;\n"
	       "       balanced %.1fx less than maglev 65537\n\n",
	       bench_median(&b->waiting[BENCH_BALANCED]) /
	       bench_median(&b->waiting[BENCH_MAGLEV_SMALL]),
	       b->beside.ns[0], b->beside.ns[BENCH_ROUNDS - 1],
	       b->moved[BENCH_RING] / ideal, balanced / ideal, maglev / ideal,
	       (double)maglev / balanced);
}

static void print_lookups(void)
{
	char text[16];
	u32 i, m;

	printf("ns a lookup, %u points a node: median of %u (least..most)\n\n"
	       "nodes  method         %-29s%-29s%s\n", POINTS, BENCH_ROUNDS,
	       "  each waits for the last", "  independent", "  bytes read");
	for (i = 0; i < ARRAY_SIZE(lookups); i++) {
		const struct lookup_bench *b = &lookups[i];
		double ring = bench_median(&b->waiting[BENCH_RING]);

		for (m = 0; m < BENCH_METHODS; m++) {
			if (m)
				printf("       ");
			else
				printf("%5u  ", b->ring.nodes);
			printf("%-14s", bench_method_names[m]);
			print_samples(&b->waiting[m], 1);
			print_samples(&b->independent[m], 1);
			printf("%12s\n", bytes_text(b->bytes[m], text));
		}
		printf("       waiting: %.1fx bisection's speed, %.2fx two loads' time\n",
		       bench_median(&b->waiting[BENCH_BISECTION]) / ring,
		       ring / bench_median(&b->waiting[BENCH_TWO_LOADS]));
		print_beside(b);
	}
}

static void print_adds(void)
{
	char text[16];
	u32 i;

	printf("us to add one node: median of %u (least..most)\n"
	       "copy: one memcpy of points and index into memory that is there\n\n"
	       "nodes x points  %-29s%-29s%-29s%10s  %s\n", BENCH_ROUNDS,
	       "  next table", "  receipt", "  copy", "bytes",
	       "in copies: table, with receipt");
	for (i = 0; i < ARRAY_SIZE(adds); i++) {
		const struct add_bench *b = &adds[i];
		double copy = bench_median(&b->copy);
		double build = bench_median(&b->build);

		printf("%5u x %-6u  ", b->ring.nodes, b->ring.points);
		print_samples(&b->build, 1e3);
		print_samples(&b->receipt, 1e3);
		print_samples(&b->copy, 1e3);
		printf("%10s  %.1f, %.1f\n", bytes_text(b->bytes, text),
		       build / copy,
		       (build + bench_median(&b->receipt)) / copy);
	}
}

static void print_grids(void)
{
	char text[16];
	u32 i;

	printf("\nus to add one node where nodes share slots out: median of %u (least..most)\n\n"
	       "nodes  method and slots    %-29s%-29s%10s\n", BENCH_ROUNDS,
	       "  next table", "  receipt", "bytes");
	for (i = 0; i < ARRAY_SIZE(grids); i++) {
		const struct add_bench *b = &grids[i];
		const struct rebuild_bench *r = &rebuilds[i];

		printf("%5u  balanced %-11u", b->ring.nodes, b->ring.grid);
		print_samples(&b->build, 1e3);
		print_samples(&b->receipt, 1e3);
		printf("%10s\n       maglev %-13u", bytes_text(b->bytes, text),
		       r->size);
		print_samples(&r->build, 1e3);
		printf("%39s\n", bytes_text(r->size * sizeof(u32), text));
	}
}

static void json_samples(const char *name, const struct samples *samples)
{
	u32 i;

	printf(", \"%s\": {\"median\": %.3f, \"samples\": [", name,
	       bench_median(samples));
	for (i = 0; i < BENCH_ROUNDS; i++)
		printf("%s%.3f", i ? ", " : "", samples->ns[i]);
	printf("]}");
}

static void print_json(void)
{
	const char *comma = "";
	u32 i, m;

	printf("{\"rounds\": %u, \"unit\": \"ns\", \"lookup\": [", BENCH_ROUNDS);
	for (i = 0; i < ARRAY_SIZE(lookups); i++) {
		const struct lookup_bench *b = &lookups[i];

		for (m = 0; m < BENCH_METHODS; m++) {
			printf("%s\n {\"nodes\": %u, \"points\": %u, \"bytes\": %zu",
			       comma, b->ring.nodes, b->ring.points,
			       b->bytes[m]);
			printf(", \"method\": \"%s\"", bench_method_names[m]);
			json_samples("waiting", &b->waiting[m]);
			json_samples("independent", &b->independent[m]);
			if (b->moved[m])
				printf(", \"moved\": %llu", b->moved[m]);
			printf("}");
			comma = ",";
		}
	}
	printf("],\n \"add\": [");
	for (i = 0, comma = ""; i < ARRAY_SIZE(adds); i++, comma = ",") {
		const struct add_bench *b = &adds[i];

		printf("%s\n {\"nodes\": %u, \"points\": %u, \"bytes\": %zu",
		       comma, b->ring.nodes, b->ring.points, b->bytes);
		json_samples("table", &b->build);
		json_samples("receipt", &b->receipt);
		json_samples("copy", &b->copy);
		printf("}");
	}
	printf("],\n \"share_out\": [");
	for (i = 0, comma = ""; i < ARRAY_SIZE(grids); i++, comma = ",") {
		const struct add_bench *b = &grids[i];

		printf("%s\n {\"nodes\": %u, \"method\": \"balanced\", \"slots\": %u",
		       comma, b->ring.nodes, b->ring.grid);
		json_samples("table", &b->build);
		json_samples("receipt", &b->receipt);
		printf("},\n {\"nodes\": %u, \"method\": \"maglev\", \"slots\": %u",
		       b->ring.nodes, rebuilds[i].size);
		json_samples("table", &rebuilds[i].build);
		printf("}");
	}
	printf("]}\n");
}

static void usage(FILE *out)
{
	fprintf(out, "Usage: ringbench [--json]\n\n"
		"Measures lookups and changes of the ring's table in this process,\n"
		"beside other methods on the same positions.\n");
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	bool json = false;
	int c;

	while ((c = getopt_long(argc, argv, "jh", options, NULL)) != -1) {
		switch (c) {
		case 'j':
			json = true;
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 1;
		}
	}
	if (optind < argc) {
		usage(stderr);
		return 1;
	}

	/* Freed memory stays mapped: page faults are not the core's cost. */
	mallopt(M_MMAP_THRESHOLD, 1 << 30);
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
	measure();
	if (json) {
		print_json();
		return 0;
	}
	print_lookups();
	print_adds();
	print_grids();
	return 0;
}
