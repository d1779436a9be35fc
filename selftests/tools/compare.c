// SPDX-License-Identifier: GPL-2.0-only
/*
 * The flows that moved between two rounds, by the backends' own logs
 *
 * Prints one figure a line, name first:
 *
 *	flows N			seen in both rounds
 *	missing N		seen in only one round
 *	split N			seen by more than one backend in one round
 *	moved N			with different backends
 *	stray N			moved to a node that did not join, or from one that
 *				did not leave, if such a node is named
 *	required N		the minimum of any method for these loads
 *	collateral N		moved less required
 *	expected N MARGIN	with --share: moved, and three standard errors
 *	within yes|no		with --share: moved is within the margin
 *	peak BEFORE AFTER	largest load over mean, of nodes with flows
 *	load NODE BEFORE AFTER
 *	move FROM TO N
 */
#include <errno.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "traffic.h"

#define NO_NODE	0xffff
#define SPLIT	0xfffe

struct logs {
	glob_t files;
	unsigned int nodes;
	char (*names)[64];
	u16 *owners[2];	/* by flow, of either round */
	u32 flows;		/* size of @owners */
	u32 rounds[2];
	char kind;
};

static void make_room(struct logs *logs, u32 flow)
{
	u32 room = logs->flows ? logs->flows : 16384;

	if (flow < logs->flows)
		return;
	if (flow >= 1u << 30)
		die("flow %u", flow);
	while (room <= flow)
		room *= 2;
	for (int i = 0; i < 2; i++) {
		logs->owners[i] = realloc(logs->owners[i],
					  room * sizeof(*logs->owners[i]));
		if (!logs->owners[i])
			die("%u flows", room);
		memset(logs->owners[i] + logs->flows, 0xff,
		       (room - logs->flows) * sizeof(*logs->owners[i]));
	}
	logs->flows = room;
}

static void see(u16 *owner, u16 node)
{
	if (*owner == NO_NODE)
		*owner = node;
	else if (*owner != node)
		*owner = SPLIT;
}

static void read_log(struct logs *logs, u16 node, const char *path)
{
	FILE *file = fopen(path, "re");
	unsigned long line_number = 0;
	char line[64];

	if (!file)
		die("%s", path);
	while (fgets(line, sizeof(line), file)) {
		char *at = line;
		u32 round, flow;
		char kind;

		/* A backend is writing this line. */
		if (!strchr(line, '\n') && feof(file))
			break;
		line_number++;
		errno = 0;
		round = strtoul(at, &at, 10);
		if (at == line || at[0] != ' ' || !at[1])
			die("%s:%lu: not a line of a log", path, line_number);
		kind = at[1];
		flow = strtoul(at + 2, &at, 10);
		if (*at != '\n')
			die("%s:%lu: not a line of a log", path, line_number);
		if (kind != logs->kind)
			continue;
		make_room(logs, flow);
		for (int i = 0; i < 2; i++) {
			if (round == logs->rounds[i])
				see(&logs->owners[i][flow], node);
		}
	}
	fclose(file);
}

static void find_logs(struct logs *logs, const char *folder)
{
	char pattern[4096];

	snprintf(pattern, sizeof(pattern), "%s/*.log", folder);
	errno = 0;
	if (glob(pattern, 0, NULL, &logs->files))
		die("no logs in %s", folder);
	logs->nodes = logs->files.gl_pathc;
	if (logs->nodes >= SPLIT)
		die("%u logs", logs->nodes);
	logs->names = allocate(logs->nodes, sizeof(*logs->names));
	make_room(logs, 0);
	for (unsigned int i = 0; i < logs->nodes; i++) {
		const char *name = strrchr(logs->files.gl_pathv[i], '/') + 1;

		snprintf(logs->names[i], sizeof(logs->names[i]), "%.*s",
			 (int)strcspn(name, "."), name);
	}
}

static void read_logs(struct logs *logs)
{
	for (unsigned int i = 0; i < logs->nodes; i++)
		read_log(logs, i, logs->files.gl_pathv[i]);
}

/* Sorts loads by the names' numbers: b2 comes before b10. */
static struct logs *sorting;

static int by_name(const void *a, const void *b)
{
	return strverscmp(sorting->names[*(const unsigned int *)a],
			  sorting->names[*(const unsigned int *)b]);
}

static unsigned int *sort_names(struct logs *logs)
{
	unsigned int *sorted = allocate(logs->nodes, sizeof(*sorted));

	for (unsigned int i = 0; i < logs->nodes; i++)
		sorted[i] = i;
	sorting = logs;
	qsort(sorted, logs->nodes, sizeof(*sorted), by_name);
	return sorted;
}

static double peak(const u32 *load, unsigned int nodes, u32 flows)
{
	u32 largest = 0, with_load = 0;

	for (unsigned int i = 0; i < nodes; i++) {
		with_load += load[i] != 0;
		if (load[i] > largest)
			largest = load[i];
	}
	return flows ? (double)largest * with_load / flows : 0;
}

static void print_expected(s64 share, u32 flows, u32 moved)
{
	double part = ldexp(share, -32);
	double expected = part * flows;
	double margin = 3 * sqrt(flows * part * (1 - part));

	printf("expected %.0f %.0f\n", expected, margin);
	printf("within %s\n", fabs(moved - expected) <= margin ? "yes" : "no");
}

int run_compare(const struct options *opt, int argc, char **argv)
{
	u32 flows = 0, missing = 0, split = 0, moved = 0, stray = 0;
	u32 required = 0, *load[2], *moves;
	struct logs logs = { .kind = opt->kind };
	unsigned int n, *sorted;

	if (!opt->log || argc != 2)
		die("compare wants --log and two rounds");
	logs.rounds[0] = number(argv[0], "round");
	logs.rounds[1] = number(argv[1], "round");
	find_logs(&logs, opt->log);
	read_logs(&logs);
	n = logs.nodes;
	load[0] = allocate(n, sizeof(**load));
	load[1] = allocate(n, sizeof(**load));
	moves = allocate((size_t)n * n, sizeof(*moves));
	sorted = sort_names(&logs);

	for (u32 flow = 0; flow < logs.flows; flow++) {
		u16 from = logs.owners[0][flow];
		u16 to = logs.owners[1][flow];

		if (from == NO_NODE && to == NO_NODE)
			continue;
		if (from == NO_NODE || to == NO_NODE) {
			missing++;
			continue;
		}
		if (from == SPLIT || to == SPLIT) {
			split++;
			continue;
		}
		flows++;
		load[0][from]++;
		load[1][to]++;
		if (from == to)
			continue;
		moved++;
		moves[from * n + to]++;
		if ((opt->joined && strcmp(logs.names[to], opt->joined)) ||
		    (opt->left && strcmp(logs.names[from], opt->left)))
			stray++;
	}
	for (unsigned int i = 0; i < n; i++) {
		if (load[1][i] > load[0][i])
			required += load[1][i] - load[0][i];
	}

	printf("flows %u\nmissing %u\nsplit %u\nmoved %u\nstray %u\n", flows,
	       missing, split, moved, stray);
	printf("required %u\ncollateral %u\n", required, moved - required);
	if (opt->share >= 0)
		print_expected(opt->share, flows, moved);
	printf("peak %.3f %.3f\n", peak(load[0], n, flows),
	       peak(load[1], n, flows));
	for (unsigned int i = 0; i < n; i++)
		printf("load %s %u %u\n", logs.names[sorted[i]],
		       load[0][sorted[i]], load[1][sorted[i]]);
	for (unsigned int i = 0; i < n; i++) {
		for (unsigned int j = 0; j < n; j++) {
			if (moves[sorted[i] * n + sorted[j]])
				printf("move %s %s %u\n", logs.names[sorted[i]],
				       logs.names[sorted[j]],
				       moves[sorted[i] * n + sorted[j]]);
		}
	}
	return flows ? 0 : 1;
}

/* Counts the arrived flows of one round, by node. */
static u32 count_arrived(const struct logs *logs, u32 *load, u32 *split)
{
	u32 flows = 0;

	*split = 0;
	memset(load, 0, logs->nodes * sizeof(*load));
	for (u32 flow = 0; flow < logs->flows; flow++) {
		u16 node = logs->owners[0][flow];

		if (node == NO_NODE)
			continue;
		flows++;
		if (node == SPLIT)
			++*split;
		else
			load[node]++;
	}
	return flows;
}

/*
 * Without answers, a missing flow may be on its way: a flow is lost when no
 * more flows arrive for a while.
 */
int run_count(const struct options *opt, int argc, char **argv)
{
	const struct timespec nap = { .tv_nsec = QUIET_MS * 1000000 };
	struct logs logs = { .kind = opt->kind };
	unsigned int quiet = 0, *sorted;
	u32 flows = 0, before, split = 0, *load;

	if (!opt->log || !opt->count || argc != 1)
		die("count wants --log, --count and a round");
	logs.rounds[0] = number(argv[0], "round");
	logs.rounds[1] = logs.rounds[0];
	find_logs(&logs, opt->log);
	load = allocate(logs.nodes, sizeof(*load));
	/* Flows of other kinds may continue. */
	do {
		before = flows;
		nanosleep(&nap, NULL);
		read_logs(&logs);
		flows = count_arrived(&logs, load, &split);
		quiet = flows == before ? quiet + 1 : 0;
	} while (flows < opt->count && quiet < opt->tries);
	printf("flows %u\nmissing %u\nsplit %u\n", flows,
	       flows < opt->count ? opt->count - flows : 0, split);
	sorted = sort_names(&logs);
	for (unsigned int i = 0; i < logs.nodes; i++)
		printf("load %s %u\n", logs.names[sorted[i]], load[sorted[i]]);
	return flows >= opt->count ? 0 : 1;
}
