// SPDX-License-Identifier: GPL-2.0-only
/* Options, and the result of a run */
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/mman.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

#include "fuzz.h"
#include <hashring/hashring.h>
#include <hashring/attach.h>

#define VIOLATIONS_SHOWN	20

struct totals *totals;

void die(const char *what)
{
	fprintf(stderr, "fuzz-netlink: %s: %s\n", what, strerror(errno));
	exit(1);
}

void rng_seed(struct rng *rng, u64 seed, u32 a, u32 b, u32 c)
{
	rng->state = seed ^ (a + 1) * 0x9e3779b97f4a7c15ULL ^
		     (b + 1) * 0xbf58476d1ce4e5b9ULL ^
		     (c + 1) * 0x94d049bb133111ebULL;
	if (!rng->state)
		rng->state = 1;
	/* Mixes similar seeds until they differ. */
	for (a = 0; a < 16; a++)
		rng_next(rng);
}

void violation(const struct stream *stream, const void *bytes, u32 len,
	       const char *format, ...)
{
	va_list args;

	if (__atomic_fetch_add(&totals->violations, 1, __ATOMIC_RELAXED) >=
	    VIOLATIONS_SHOWN)
		return;
	flockfile(stderr);
	fprintf(stderr, "worker %u session %u thread %u, message %u: ",
		stream->worker, stream->session, stream->thread, stream->number);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	if (bytes) {
		fputs("  ", stderr);
		show_message(stderr, bytes, len);
	}
	funlockfile(stderr);
}

static void find_family(void)
{
	struct nl_sock *sock = nl_socket_alloc();
	int number, group;

	if (!sock || genl_connect(sock))
		die("generic netlink");
	number = genl_ctrl_resolve(sock, HASHRING_FAMILY_NAME);
	group = genl_ctrl_resolve_grp(sock, HASHRING_FAMILY_NAME,
				      HASHRING_MCGRP_EVENTS);
	if (number < 0 || group < 0) {
		errno = ENOENT;
		die("the family " HASHRING_FAMILY_NAME);
	}
	family = number;
	events = group;
	nl_socket_free(sock);
}

static int take_limit(const struct hashring_limit *limit, void *arg)
{
	draw_limit(limit->name, limit->value);
	return 0;
}

static void find_limits(void)
{
	struct hashring *h;

	if (hashring_open(&h, NULL) || hashring_limit_list(h, take_limit, NULL, NULL))
		die("limits");
	hashring_close(h);
}

static void totals_open(void)
{
	pthread_mutexattr_t shared;
	u32 i;

	totals = mmap(NULL, sizeof(*totals), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (totals == MAP_FAILED)
		die("memory");
	pthread_mutexattr_init(&shared);
	pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
	for (i = 0; i < WORKERS; i++)
		pthread_mutex_init(&totals->visit_lock[i], &shared);
}

/* Commands that never succeeded: a run without them tests little. */
static u32 report_commands(void)
{
	u32 i, never = 0;

	printf("%-20s %9s %9s %9s\n", "command", "done", "dumped", "refused");
	for (i = 1; i <= spec_max_command; i++) {
		const struct spec_command *command = &spec_commands[i];

		if (!command->name || command->event)
			continue;
		printf("%-20s %9llu ", command->name, totals->accepted[i]);
		if (command->dump)
			printf("%9llu", totals->dumped[i]);
		else
			printf("%9s", "-");
		printf(" %9llu\n", totals->refused[i]);
		if (!totals->accepted[i] ||
		    (command->dump && !totals->dumped[i])) {
			printf("  %s was never done\n", command->name);
			never++;
		}
	}
	return never;
}

static u32 report(void)
{
	u32 i, never;

	never = report_commands();
	for (i = 1; i < ERRORS_MAX; i++)
		if (totals->errors[i])
			printf("%-20s %9llu  %s\n", strerrorname_np(i),
			       totals->errors[i], strerror(i));
	printf("messages %llu\nanswers %llu\nevents %llu\nunread_dumps %llu\n"
	       "interrupted %llu\noverruns %llu\npackets %llu\nsessions %llu\n"
	       "visits %llu\nrings_settled %llu\nrings_rebuilt %llu\n"
	       "never_done %u\nviolations %llu\n",
	       totals->sent, totals->heard, totals->events, totals->unread,
	       totals->interrupted, totals->overruns, totals->packets,
	       totals->sessions, totals->visits, totals->settled,
	       totals->rebuilt, never, totals->violations);
	return never;
}

static void usage(FILE *to)
{
	fputs("Usage: fuzz-netlink [--seed N] [--messages N | --time SECONDS] [--record FILE]\n"
	      "       fuzz-netlink --seed N --worker N [--session N]\n"
	      "\truns one session again, in one thread\n"
	      "       fuzz-netlink --show FILE [--last N]\n"
	      "\tprints the last messages of a record\n", to);
}

static const struct option long_options[] = {
	{ "seed", required_argument, NULL, 's' },
	{ "messages", required_argument, NULL, 'm' },
	{ "time", required_argument, NULL, 't' },
	{ "worker", required_argument, NULL, 'w' },
	{ "session", required_argument, NULL, 'e' },
	{ "record", required_argument, NULL, 'r' },
	{ "show", required_argument, NULL, 'S' },
	{ "last", required_argument, NULL, 'n' },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

static u64 number(const char *text)
{
	char *end;
	u64 value = strtoull(text, &end, 0);

	if (end == text || *end) {
		fprintf(stderr, "fuzz-netlink: %s is no number\n", text);
		exit(1);
	}
	return value;
}

int main(int argc, char **argv)
{
	struct play play = { .seed = time(NULL), .worker = -1 };
	const char *record = NULL, *show = NULL;
	u32 last = LAST, never;
	int c, failed;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		switch (c) {
		case 's':
			play.seed = number(optarg);
			break;
		case 'm':
			play.messages = number(optarg);
			break;
		case 't':
			play.seconds = number(optarg);
			break;
		case 'w':
			play.worker = number(optarg);
			break;
		case 'e':
			play.session = number(optarg);
			break;
		case 'r':
			record = optarg;
			break;
		case 'S':
			show = optarg;
			break;
		case 'n':
			last = number(optarg);
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 1;
		}
	}
	if (optind < argc || play.worker >= WORKERS) {
		usage(stderr);
		return 1;
	}
	if (show) {
		record_show(show, last);
		return 0;
	}
	if (!play.messages && !play.seconds)
		play.messages = 20000;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("seed %llu\n", play.seed);
	totals_open();
	record_open(record, play.seed);
	find_family();
	find_limits();
	draw_init();
	failed = workers_run(&play);
	never = report();
	/* Only all sessions together must use every command. */
	return failed || counted(&totals->violations) ||
	       (never && play.worker < 0);
}
