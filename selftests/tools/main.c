// SPDX-License-Identifier: GPL-2.0-only
/* Options and subcommands */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "traffic.h"

static const struct {
	const char *name;
	int (*run)(const struct options *opt, int argc, char **argv);
	const char *usage;
} commands[] = {
	{ "sink", run_sink,
	  "--vip A --log DIR NAME=NETNS...\n"
	  "\tthe backends; prints their process's number once they listen" },
	{ "udp", run_udp,
	  "--vip A --from A --count N --round R\n"
	  "\ta datagram and its answer on each flow" },
	{ "tcp", run_tcp,
	  "--vip A --from A --count N --round R\n"
	  "\ta new connection, a request and its answer on each flow" },
	{ "hold", run_hold,
	  "--vip A --from A --count N --round R\n"
	  "\tconnections that stay; more rounds are read from stdin" },
	{ "stream", run_stream,
	  "--vip A --from A --count N --rate R --new N --round R\n"
	  "\tconnections that go on with exchanges, and new ones beside them;\n"
	  "\treads `mark LABEL`, `settle`, `new N`, `numbers FILE` and `stop`\n"
	  "\tfrom stdin" },
	{ "oneway", run_oneway,
	  "--vip A --from A --count N --rate R --round R\n"
	  "\ta datagram on each flow, which nobody answers" },
	{ "forge", run_forge,
	  "--vip A --from A --count N --flags SRFA --times N\n"
	  "\t[--numbers FILE [--seq N] [--ack N]]\n"
	  "\ta TCP segment of no connection's sequence on each flow; or on each\n"
	  "\tflow of FILE, so far from the right numbers" },
	{ "flood", run_flood,
	  "--vip A --from A --count N --protocol P --kind d|p|r --mark M\n"
	  "\ta packet of each flow, from where we are: flows that differ in the\n"
	  "\tdestination, in the ports, or in all" },
	{ "list", run_list,
	  "--vip A --from A --count N --kind u|t\n"
	  "\tthe flows themselves, and sends nothing" },
	{ "count", run_count,
	  "--log DIR --kind u|t|h|s|w --count N ROUND\n"
	  "\twaits for a round's flows at the backends, and counts them" },
	{ "compare", run_compare,
	  "--log DIR --kind u|t|h|s|w [--joined NODE] [--left NODE]\n"
	  "\t[--share S] ROUND ROUND\n"
	  "\twhat moved between two rounds" },
	{ }
};

static void usage(FILE *to)
{
	fputs("Usage: traffic COMMAND [OPTION]... [ARGUMENT]...\n", to);
	for (int i = 0; commands[i].name; i++)
		fprintf(to, "  %s %s\n", commands[i].name, commands[i].usage);
	fputs("also: --netns NS --port P --first FLOW --window N --tries N\n",
	      to);
}

static const struct option long_options[] = {
	{ "netns", required_argument, NULL, 'n' },
	{ "vip", required_argument, NULL, 'v' },
	{ "port", required_argument, NULL, 'p' },
	{ "from", required_argument, NULL, 'f' },
	{ "log", required_argument, NULL, 'l' },
	{ "first", required_argument, NULL, 'F' },
	{ "count", required_argument, NULL, 'c' },
	{ "round", required_argument, NULL, 'r' },
	{ "window", required_argument, NULL, 'w' },
	{ "tries", required_argument, NULL, 't' },
	{ "kind", required_argument, NULL, 'k' },
	{ "joined", required_argument, NULL, 'J' },
	{ "left", required_argument, NULL, 'L' },
	{ "share", required_argument, NULL, 's' },
	{ "rate", required_argument, NULL, 'R' },
	{ "new", required_argument, NULL, 'N' },
	{ "flags", required_argument, NULL, 'g' },
	{ "times", required_argument, NULL, 'T' },
	{ "numbers", required_argument, NULL, 'q' },
	{ "seq", required_argument, NULL, 'S' },
	{ "ack", required_argument, NULL, 'A' },
	{ "protocol", required_argument, NULL, 'P' },
	{ "mark", required_argument, NULL, 'm' },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

static void parse_options(struct options *opt, int argc, char **argv)
{
	const char *vip = NULL, *from = NULL;
	u16 port = 7000;
	socklen_t ignored;
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		switch (c) {
		case 'n':
			opt->netns = optarg;
			break;
		case 'v':
			vip = optarg;
			break;
		case 'p':
			port = number(optarg, "port");
			break;
		case 'f':
			from = optarg;
			break;
		case 'l':
			opt->log = optarg;
			break;
		case 'F':
			opt->first = number(optarg, "first flow");
			break;
		case 'c':
			opt->count = number(optarg, "number of flows");
			break;
		case 'r':
			opt->round = number(optarg, "round");
			break;
		case 'w':
			opt->window = number(optarg, "window");
			break;
		case 't':
			opt->tries = number(optarg, "number of tries");
			break;
		case 'k':
			opt->kind = optarg[0];
			break;
		case 'J':
			opt->joined = optarg;
			break;
		case 'L':
			opt->left = optarg;
			break;
		case 's':
			opt->share = strtoll(optarg, NULL, 0);
			break;
		case 'R':
			opt->rate = number(optarg, "rate");
			break;
		case 'N':
			opt->fresh = number(optarg, "number of new connections");
			break;
		case 'g':
			opt->flags = optarg;
			break;
		case 'T':
			opt->times = number(optarg, "number of times");
			break;
		case 'q':
			opt->numbers = optarg;
			break;
		case 'S':
			opt->seq = number(optarg, "sequence number");
			break;
		case 'A':
			opt->ack = number(optarg, "ACK");
			break;
		case 'P':
			opt->protocol = number(optarg, "protocol");
			break;
		case 'm':
			opt->mark = number(optarg, "mark");
			break;
		case 'h':
			usage(stdout);
			exit(0);
		default:
			usage(stderr);
			exit(1);
		}
	}
	if (vip)
		parse_address(vip, port, &opt->vip, &opt->vip_len);
	if (from)
		parse_address(from, 0, &opt->from, &ignored);
	if (vip && from && opt->vip.ss_family != opt->from.ss_family)
		die("--vip and --from are of different families");
}

int main(int argc, char **argv)
{
	struct options opt = {
		.window = 256, .tries = 25, .kind = KIND_UDP, .share = -1,
		.times = 1, .protocol = IPPROTO_UDP,
	};

	if (argc < 2) {
		usage(stderr);
		return 1;
	}
	for (int i = 0; commands[i].name; i++) {
		if (strcmp(argv[1], commands[i].name))
			continue;
		/* getopt skips one word: here the subcommand's name. */
		parse_options(&opt, argc - 1, argv + 1);
		signal(SIGPIPE, SIG_IGN);
		return commands[i].run(&opt, argc - 1 - optind,
				       argv + 1 + optind);
	}
	usage(strcmp(argv[1], "--help") ? stderr : stdout);
	return strcmp(argv[1], "--help") ? 1 : 0;
}
