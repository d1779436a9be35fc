// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flows and keys of the user, from the source of the arguments.
 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "flows.h"
#include "keys.h"
#include "cli/signals.h"

static bool given(struct args *a, const char *word)
{
	const struct value *v = args_value(a, word);

	return v && v->given;
}

/* The file of --keys, or NULL. */
static const char *keys_file(struct args *a)
{
	const struct value *v = args_value(a, "--keys");

	return v && v->given ? v->text : NULL;
}

bool flows_wanted(struct args *a)
{
	return given(a, "--flows") || keys_file(a);
}

/* Words that exclude each other. */
int flows_check(struct args *a)
{
	if (given(a, "--flows") && given(a, "--keys"))
		return fail_usage("--flows and --keys exclude each other");
	if (given(a, "--flows"))
		return EXIT_DONE;
	if (given(a, "--to"))
		return fail_usage("--to wants --flows");
	if (given(a, "--key"))
		return fail_usage("--key wants --flows");
	return EXIT_DONE;
}

/* The key policies of the ring's attachments. */
int flows_policies(const char *ring, __u32 *policies)
{
	struct attach_list list = { 0 };
	int status = attach_load(&list, ring);
	size_t i;

	*policies = 0;
	for (i = 0; i < list.nr && !status; i++)
		*policies |= 1U << list.attach[i].key_policy;
	attach_release(&list);
	return status;
}

static int get_policy(struct args *a, const struct flow_ring *ring,
		      __u32 *policy)
{
	if (given(a, "--key")) {
		*policy = args_value(a, "--key")->num;
		return EXIT_DONE;
	}
	*policy = HASHRING_KEY_5TUPLE;
	if (!ring->policies)
		return EXIT_DONE;
	if (ring->policies & (ring->policies - 1))
		return fail_usage("attachments of %s differ in their keys: give --key",
				  ring->name);
	*policy = __builtin_ctz(ring->policies);
	return EXIT_DONE;
}

/* When progress was shown last, and whether at all. */
struct progress {
	time_t told;
	bool shown;
};

/* Once a second, on a terminal. */
static bool tick(void *arg, u64 done, u64 all)
{
	struct progress *p = arg;
	time_t now = time(NULL);

	if (!p->told)
		p->told = now;
	if (now != p->told && isatty(STDERR_FILENO)) {
		p->told = now;
		p->shown = true;
		if (all)
			fprintf(stderr, "\rreading flows: %llu%%\r",
				100 * done / all);
		else
			fprintf(stderr, "\rreading flows: %llu\r", done);
	}
	return !signals_wait();
}

static int load_conntrack(void *set)
{
	return flows_from_conntrack(set);
}

static int load_flows(struct flow_set *s, const struct flows_source *from)
{
	const struct flow_synthetic how = { from->nr, from->seed, from->zipf };
	char why[256] = "";
	int err;

	switch (from->from) {
	case FLOWS_PCAP:
		err = flows_from_pcap(s, from->file);
		break;
	case FLOWS_SYNTHETIC:
		err = flows_from_synthetic(s, &how);
		break;
	default:
		err = hashring_in_netns(opt.netns, load_conntrack, s, why,
					sizeof(why));
	}
	if (!err)
		return EXIT_DONE;
	return fail(err == -EINTR ? EXIT_ABORTED :
		    from->from == FLOWS_CONNTRACK ? EXIT_REFUSED : EXIT_USAGE,
		    "%s", *why ? why : flow_set_error(s));
}

static int take_key(const struct key_line *line, void *arg)
{
	struct flow_set *s = arg;

	if (flow_set_add_key(s, line->text, line->len, line->position))
		return fail(EXIT_REFUSED, "%s", flow_set_error(s));
	return EXIT_DONE;
}

static int check_signals(void *arg)
{
	return signals_wait() ? fail(EXIT_ABORTED, "interrupted") : EXIT_DONE;
}

static int load_keys(struct flow_set *s, const char *file,
		     const struct flow_ring *ring)
{
	struct key_input in = {
		.file = strcmp(file, "-") ? file : NULL,
		.by = ring->by,
		.take = take_key,
		.flush = check_signals,
		.arg = s,
	};

	s->what = "keys";
	s->has_packets = false;
	s->has_bytes = false;
	return keys_read(&in);
}

/**
 * flows_load() - loads the flows of the arguments
 * @s: filled and settled; to be released also after an error
 * @a: the arguments, for which flows_wanted() is true
 * @ring: the ring that maps them
 *
 * Return: an exit status; errors are reported.
 */
int flows_load(struct flow_set *s, struct args *a, const struct flow_ring *ring)
{
	const struct value *to = args_value(a, "--to");
	const char *file = keys_file(a);
	struct progress progress = { 0 };
	__u32 policy = 0;
	int status;

	memset(s, 0, sizeof(*s));
	if (!ring->has_seed && !(file && ring->by.hash == POSITION_MD5))
		return fail_usage("ring %s has no seed here: positions depend on it",
				  ring->name);
	status = file ? EXIT_DONE : get_policy(a, ring, &policy);
	if (status)
		return status;
	flow_set_init(s, &ring->by.keys, policy);
	s->watch.tick = tick;
	s->watch.arg = &progress;
	if (to && to->given && flow_filter_parse(&s->filter, to->text))
		return fail_usage("--to \"%s\": expected ADDRESS[/LENGTH][:PORT], as [IPV6]:PORT",
				  to->text);
	status = file ? load_keys(s, file, ring) :
		 load_flows(s, &args_value(a, "--flows")->flows);
	if (progress.shown)
		fprintf(stderr, "\r%-40s\r", "");
	if (status)
		return status;
	flow_set_settle(s);
	if (!s->nr)
		return fail(EXIT_USAGE, "there are no %s to count", s->what);
	return EXIT_DONE;
}
