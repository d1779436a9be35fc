// SPDX-License-Identifier: GPL-2.0-only
/*
 * failnth - runs commands while their allocations fail, one after the other
 *
 *	failnth commands		reads cases, see below
 *	failnth module FILE		loads the module, and removes it
 *	failnth namespaces		makes network namespaces
 *	... all				all later allocations fail too, not
 *					only one
 *
 * A case runs until its command has no more allocation to fail. Each run begins
 * from the same start conditions. After each run
 *
 * - a command that failed reports a lack of memory, and no other error; the
 *   readable state is as before the command; a second run of the command
 *   succeeds
 * - a command that succeeded has sent its complete answer and made its complete
 *   change; a listener has received all events, or has been told of lost events
 *
 * A run without a failure comes first, and is the standard.
 *
 * The cases come from failnth.py, as words, with attributes in hexadecimal:
 *
 *	mask CMD TYPE...		an attribute with a value to ignore
 *	forget CMD ATTRS		removes an existing ring between cases
 *	state CMD do|dump loose|tight ATTRS	a part of the readable state; packets may
 *					change tight parts
 *	setup CMD do|dump ATTRS		a start condition of the next case
 *	packets N			packets as a start condition
 *	case NAME CMD do|dump once|again ATTRS	the command; once: the command
 *					cannot run twice
 *
 * Each case has a line: the verdict, the name, and figures.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "failnth.h"

#define MESSAGES	64
#define REASONS		3
#define LINE_SIZE	(256 * 1024)
#define BLANK		"\t\n "

/* The readable state. */
struct state {
	struct answer part[MESSAGES];
};

/* The results of failures. */
struct figures {
	unsigned int injected;	/* injected failures */
	unsigned int refused;	/* commands that reported a lack of memory */
	unsigned int done;	/* commands that succeeded in spite of the failure */
	unsigned int unsent;	/* the socket had no memory to send the command */
	unsigned int unknown;	/* the socket had no memory for the result */
};

static struct message forget[MESSAGES], looks[MESSAGES], setup[MESSAGES];
static size_t nr_forget, nr_looks, nr_setup;
static bool all_from;
static unsigned int nr_wrong;	/* of the present case */

/* The standard: answer and events of the command without a failure. */
static struct answer told, heard;
static struct state before, after, now;

void die(const char *what)
{
	fprintf(stderr, "failnth: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void begin(const char *name)
{
	struct answer *a = &now.part[0];
	size_t i;

	wire_forget(forget);
	wire_renew();
	for (i = 0; i < nr_setup; i++) {
		wire_ask(&setup[i], a);
		if (!a->err)
			continue;
		fprintf(stderr, "failnth: %s: its setup fails at %zu: %s (%s)\n",
			name, i, strerror(-a->err), a->text);
		exit(1);
	}
	wire_heard(a);
}

static void look(struct state *state)
{
	size_t i;

	for (i = 0; i < nr_looks; i++)
		wire_look(&looks[i], &state->part[i]);
}

static bool same(const struct answer *a, const struct answer *b)
{
	return a->err == b->err && a->len == b->len &&
	       !memcmp(a->data, b->data, a->len);
}

/* The first part that differs from @want, or NULL. */
static const struct message *differs(const struct state *want, bool loose)
{
	size_t i;

	for (i = 0; i < nr_looks; i++)
		if ((!loose || looks[i].loose) &&
		    !same(&want->part[i], &now.part[i]))
			return &looks[i];
	return NULL;
}

/* Prints the first few faults of a case; later ones are much the same. */
static bool wrong(const char *name, unsigned int nth, const char *what,
		  const struct message *part, const struct answer *a)
{
	if (nr_wrong++ >= REASONS)
		return false;
	printf("# %s: allocation %u%s failed: %s", name, nth,
	       all_from ? " and all after it" : "", what);
	if (part)
		printf(" (command %u)", part->cmd);
	if (a)
		printf(": %s %s", strerror(-a->err), a->text);
	putchar('\n');
	return false;
}

static bool said_no_memory(const struct answer *a)
{
	return (a->err == -ENOMEM || a->err == -ENOBUFS) &&
	       (!a->text[0] || strstr(a->text, "memory"));
}

static bool is_as(const char *name, unsigned int nth, const struct state *want,
		  const char *what)
{
	const struct message *part;

	look(&now);
	part = differs(want, false);
	return part ? wrong(name, nth, what, part, NULL) : true;
}

/* Runs the command again, without a failure. */
static bool works_again(const char *name, const struct message *m,
			unsigned int nth, struct answer *a)
{
	if (m->dump)
		wire_renew();
	if (a->unknown)
		wire_drain();
	wire_ask(m, a);
	if (a->err)
		return wrong(name, nth, "then it does not work", NULL, a);
	if (!same(a, &told))
		return wrong(name, nth, "then it answers otherwise", NULL, NULL);
	return is_as(name, nth, &after, "then it does something else");
}

/* One run; @last: the command had no more allocation to fail. */
static bool attempt(const char *name, const struct message *m, bool again,
		    unsigned int nth, struct figures *figures, bool *last)
{
	static unsigned char data[ANSWER_MAX], event_data[ANSWER_MAX];
	struct answer a = { .data = data }, events = { .data = event_data };
	bool done;

	begin(name);
	inject_arm(nth, all_from);
	wire_ask(m, &a);
	*last = !inject_disarm();
	figures->injected += !*last;
	wire_heard(&events);

	if (*last && a.err)
		return wrong(name, nth, "nothing failed but the command", NULL,
			     &a);
	if (!a.err || a.unknown) {
		look(&now);
		done = !differs(&after, !m->cmd);
	}
	if (!a.err) {
		figures->done += !*last;
		if (!done)
			return wrong(name, nth, "success, but not all is done",
				     differs(&after, !m->cmd), NULL);
		if (m->cmd && !same(&a, &told))
			return wrong(name, nth, "success, but the answer differs",
				     NULL, NULL);
		if (m->cmd && events.err != -ENOBUFS && !same(&events, &heard))
			return wrong(name, nth, "success, but events differ",
				     NULL, NULL);
		return true;
	}
	figures->unsent += a.unsent;
	figures->unknown += a.unknown;
	figures->refused += !a.unsent && !a.unknown;
	if (a.unknown && done && differs(&before, false))
		return true;
	if (!said_no_memory(&a))
		return wrong(name, nth, "it says something else", NULL, &a);
	if (!is_as(name, nth, &before, "it fails, but something is different"))
		return false;
	if (events.len)
		return wrong(name, nth, "it fails, but there are events", NULL,
			     NULL);
	return !again || works_again(name, m, nth, &a);
}

static bool run(const char *name, const struct message *m, bool again)
{
	struct figures figures = {};
	bool good = true, last = false;
	unsigned int nth;

	nr_wrong = 0;
	begin(name);
	look(&before);
	wire_ask(m, &told);
	if (told.err) {
		printf("bad %s does not work without failures: %s %s\n", name,
		       strerror(-told.err), told.text);
		return false;
	}
	wire_heard(&heard);
	look(&after);
	for (nth = 1; !last; nth++)
		good &= attempt(name, m, again, nth, &figures, &last);
	printf("%s %s injected %u: refused %u, done %u, unsent %u, unanswered %u\n",
	       good ? "good" : "bad", name, figures.injected, figures.refused,
	       figures.done, figures.unsent, figures.unknown);
	fflush(stdout);
	return good;
}

static void *room(void)
{
	void *data = calloc(1, ANSWER_MAX);

	if (!data)
		die("memory");
	return data;
}

static void read_hex(struct message *m)
{
	const char *hex = strtok(NULL, BLANK);
	size_t i;

	m->len = hex ? strlen(hex) / 2 : 0;
	m->attrs = calloc(1, m->len + 1);
	if (!m->attrs)
		die("memory");
	for (i = 0; i < m->len; i++)
		if (sscanf(hex + 2 * i, "%2hhx", &m->attrs[i]) != 1)
			die("not hexadecimal");
}

static const char *word(void)
{
	const char *next = strtok(NULL, BLANK);

	if (!next)
		die("a line is too short");
	return next;
}

static struct message *read_message(struct message *list, size_t *nr)
{
	struct message *m = &list[(*nr)++];

	if (*nr >= MESSAGES)
		die("too many messages");
	memset(m, 0, sizeof(*m));
	m->cmd = atoi(word());
	return m;
}

static void read_mask(void)
{
	unsigned short path[8];
	__u8 cmd = atoi(word());
	size_t depth = 0;
	const char *next;

	while (depth < 8 && (next = strtok(NULL, BLANK)))
		path[depth++] = atoi(next);
	wire_mask(cmd, path, depth);
}

static bool read_case(void)
{
	char *name = strdup(word());
	struct message m = { .cmd = atoi(word()) };
	bool again, good;

	m.dump = !strcmp(word(), "dump");
	again = !strcmp(word(), "again");
	read_hex(&m);
	good = run(name, &m, again);
	free(m.attrs);
	free(name);
	while (nr_setup)
		free(setup[--nr_setup].attrs);
	return good;
}

static int commands(void)
{
	static char line[LINE_SIZE];
	bool good = true;
	size_t i;

	for (i = 0; i < MESSAGES; i++) {
		before.part[i].data = room();
		after.part[i].data = room();
		now.part[i].data = room();
	}
	told.data = room();
	heard.data = room();
	packets_open();
	wire_open();
	while (fgets(line, sizeof(line), stdin)) {
		const char *what = strtok(line, BLANK);
		struct message *m;

		if (!what)
			continue;
		if (!strcmp(what, "mask")) {
			read_mask();
		} else if (!strcmp(what, "forget")) {
			read_hex(read_message(forget, &nr_forget));
		} else if (!strcmp(what, "state")) {
			m = read_message(looks, &nr_looks);
			m->dump = !strcmp(word(), "dump");
			m->loose = !strcmp(word(), "loose");
			read_hex(m);
		} else if (!strcmp(what, "setup")) {
			m = read_message(setup, &nr_setup);
			m->dump = !strcmp(word(), "dump");
			read_hex(m);
		} else if (!strcmp(what, "packets")) {
			m = &setup[nr_setup++];
			*m = (struct message){ .len = atoi(word()) };
		} else if (!strcmp(what, "case")) {
			good &= read_case();
		} else {
			die("a line is none of these");
		}
	}
	wire_forget(forget);
	return good ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[argc - 1], "all")) {
		all_from = true;
		argc--;
	}
	inject_open();
	/*
	 * All pages are present, so that the kernel's writes cause no failure.
	 */
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		die("mlockall");
	if (argc == 2 && !strcmp(argv[1], "commands"))
		return commands();
	if (argc == 3 && !strcmp(argv[1], "module"))
		return start_module(argv[2], all_from);
	if (argc == 2 && !strcmp(argv[1], "namespaces"))
		return start_namespaces(all_from);
	fprintf(stderr, "usage: failnth commands|module FILE|namespaces [all]\n");
	return 2;
}
