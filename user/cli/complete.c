// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command complete: what may come next on a command line, for the shell's
 * completion. Words come from the parser's table, names of rings and nodes from
 * the kernel.
 *
 *	PROGRAM [OPTIONS] complete -- WORD... LAST
 *
 * prints candidates for LAST, one a line; where a file is wanted, a line @file.
 */
#include <string.h>

#include "cli.h"

/* The complete words, and the beginning of the last one. */
struct line {
	char **word;
	int nr;
	const char *last;
};

static void offer(const char *word, const char *last)
{
	if (!strncmp(word, last, strlen(last)))
		puts(word);
}

static void offer_nouns(const char *last)
{
	int i;

	for (i = 0; program->nouns[i]; i++)
		offer(program->nouns[i]->name, last);
}

/* The nouns with the words of their commands; a noun may have none. */
static void offer_commands(const struct noun *noun, const char *last)
{
	const struct command *c;

	for (c = noun->commands; c->args; c++)
		if (c->name)
			offer(c->name, last);
}

static int offer_ring(const struct hashring_ring *ring, void *arg)
{
	offer(ring->name, arg);
	return 0;
}

static int offer_node(const struct hashring_node *node, void *arg)
{
	offer(node->name, arg);
	return 0;
}

/* An error of the kernel must not disturb the prompt. */
static struct hashring *quiet_conn(void)
{
	static struct hashring *h;

	if (!h && hashring_open(&h, opt.netns)) {
		hashring_close(h);
		h = NULL;
	}
	return h;
}

/* Values of an argument; @ring is the given one, or NULL. */
static void offer_value(const struct arg *arg, const char *ring,
			const char *last)
{
	struct hashring *h;
	int i;

	switch (arg->kind) {
	case ARG_RING:
	case ARG_RINGS:
		h = quiet_conn();
		if (h)
			hashring_ring_list(h, offer_ring, NULL, (void *)last);
		return;
	case ARG_NODE:
		h = ring ? quiet_conn() : NULL;
		if (h)
			hashring_node_list(h, ring, false, offer_node, NULL,
					   (void *)last);
		return;
	case ARG_ENUM:
		for (i = 0; arg->names(i); i++)
			offer(arg->names(i), last);
		return;
	case ARG_VIA:
		offer("none", last);
		return;
	case ARG_FILE:
	case ARG_KEYS:
		offer("@file", "");
		return;
	default:
		return;
	}
}

/*
 * The next words of a source of flows that has @nr words already; false: other
 * arguments may follow too.
 */
static bool offer_flows(char *const *word, int nr, const char *last)
{
	int i;

	if (!nr) {
		for (i = 0; flows_sources(i); i++)
			offer(flows_sources(i), last);
		return true;
	}
	if (!strcmp(word[0], flows_sources(FLOWS_PCAP))) {
		if (nr == 1)
			offer("@file", "");
		return nr == 1;
	}
	if (strcmp(word[0], flows_sources(FLOWS_SYNTHETIC)))
		return false;
	/* A number, then words in pairs. */
	if (nr % 2)
		return true;
	offer("zipf", last);
	offer("seed", last);
	return false;
}

/* The number of words, of @nr, that belong to a source of flows. */
static int flows_words(char *const *word, int nr)
{
	int n = 2;

	if (nr && !strcmp(word[0], flows_sources(FLOWS_CONNTRACK)))
		return 1;
	if (nr && !strcmp(word[0], flows_sources(FLOWS_SYNTHETIC)))
		while (n < nr && (!strcmp(word[n], "zipf") ||
				  !strcmp(word[n], "seed")))
			n += 2;
	return n < nr ? n : nr;
}

/* The number of words of an argument's value; -1: any number. */
static int value_words(enum arg_kind kind)
{
	switch (kind) {
	case ARG_FLAG:
		return 0;
	case ARG_FLOW:
		return 5;
	case ARG_RINGS:
	case ARG_POINTS:
	case ARG_OPS:
		return -1;
	default:
		return 1;
	}
}

/**
 * struct seen - the complete words of a command
 * @given: by index of the argument: it is given
 * @ring: the ring that was given, or NULL
 * @open: the argument whose value the last word belongs to, or NULL
 * @flows: the words of a source of flows that the last word may belong to
 * @nr_flows: number of @flows
 */
struct seen {
	bool given[ARGS_MAX];
	const char *ring;
	const struct arg *open;
	char *const *flows;
	int nr_flows;
};

static const struct arg *next_place(const struct arg *args,
				    const struct seen *s)
{
	int i;

	for (i = 0; args[i].kind; i++)
		if (!args[i].word && !s->given[i])
			return &args[i];
	return NULL;
}

/* Reads the complete words as the parser would, but ignores errors. */
static void read_words(const struct arg *args, const struct line *l,
		       struct seen *s)
{
	int i = 0;

	while (i < l->nr) {
		const struct arg *arg = next_place(args, s);
		const struct arg *keyword = find_keyword(args, arg, l->word[i]);
		int n;

		if (keyword) {
			arg = keyword;
			i++;
		}
		if (!arg) {
			i++;
			continue;
		}
		s->given[arg - args] = true;
		if ((arg->kind == ARG_RING || arg->kind == ARG_RINGS) &&
		    i < l->nr && !s->ring)
			s->ring = l->word[i];
		if (arg->kind == ARG_FLOWS) {
			n = flows_words(l->word + i, l->nr - i);
			s->flows = l->word + i;
			s->nr_flows = n;
			i += n;
			s->open = i == l->nr ? arg : NULL;
			continue;
		}
		n = value_words(arg->kind);
		if (n < 0)
			while (i < l->nr && !find_keyword(args, NULL, l->word[i]))
				i++;
		else
			i += n;
		if (i > l->nr || (i == l->nr && n < 0))
			s->open = arg;
	}
}

static void offer_arguments(const struct command *cmd, const struct line *l)
{
	const struct arg *args = cmd->args;
	const struct arg *place;
	struct seen s = { 0 };
	int i;

	read_words(args, l, &s);
	if (s.open && s.open->kind == ARG_FLOWS) {
		if (offer_flows(s.flows, s.nr_flows, l->last))
			return;
	} else if (s.open) {
		offer_value(s.open, s.ring, l->last);
		if (value_words(s.open->kind) > 0)
			return;
	}
	place = next_place(args, &s);
	if (place)
		offer_value(place, s.ring, l->last);
	if (place && place->required && *l->last != '-')
		return;
	for (i = 0; args[i].kind; i++)
		if (args[i].word && find_keyword(args, place, args[i].word) &&
		    (!s.given[i] || args[i].kind == ARG_VIA))
			offer(args[i].word, l->last);
}

static const struct noun *noun_named(const char *word)
{
	int i;

	for (i = 0; program->nouns[i]; i++)
		if (!strcmp(program->nouns[i]->name, word))
			return program->nouns[i];
	return NULL;
}

static const struct command *command_named(const struct noun *noun,
					   const char *word)
{
	const struct command *c;

	for (c = noun->commands; c->args; c++)
		if (!strcmp(c->name, word) || (c->alias && !strcmp(c->alias, word)))
			return c;
	return NULL;
}

/* Prints what may come next, for the shell. */
int complete(int argc, char **argv)
{
	const struct command *cmd;
	const struct noun *noun;
	struct line l;

	if (argc && !strcmp(argv[0], "--")) {
		argc--;
		argv++;
	}
	if (!argc)
		return fail_usage("complete: the words so far are missing");
	l.last = argv[argc - 1];
	l.word = argv;
	l.nr = argc - 1;
	if (!l.nr || (l.nr == 1 && !strcmp(l.word[0], "help"))) {
		offer_nouns(l.last);
		if (!l.nr)
			offer("help", l.last);
		return EXIT_DONE;
	}
	noun = noun_named(l.word[0]);
	if (!noun || !noun->commands)
		return EXIT_DONE;
	l.word++;
	l.nr--;
	cmd = noun->commands;
	if (cmd->name) {
		if (!l.nr) {
			offer_commands(noun, l.last);
			return EXIT_DONE;
		}
		cmd = command_named(noun, l.word[0]);
		if (!cmd)
			return EXIT_DONE;
		l.word++;
		l.nr--;
	}
	offer_arguments(cmd, &l);
	return EXIT_DONE;
}
