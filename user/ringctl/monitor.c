// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl monitor: a line for each event.
 */
#include <string.h>

#include "ringctl/migrate/migrate.h"
#include "ringctl/ringctl.h"

enum { MONITOR_RING };

static const struct arg monitor_args[] = {
	[MONITOR_RING] = { ARG_RING, .meta = "RING" },
	{ }
};

static const char *const kinds[] = {
	[HASHRING_EVENT_RING_ADD] = "ring add",
	[HASHRING_EVENT_RING_DEL] = "ring del",
	[HASHRING_EVENT_RING_SET] = "ring set",
	[HASHRING_EVENT_CHANGE] = "change",
	[HASHRING_EVENT_MIGRATE] = "migrate",
	[HASHRING_EVENT_ATTACH_ADD] = "attach add",
	[HASHRING_EVENT_ATTACH_DEL] = "attach del",
	[HASHRING_EVENT_LOST] = "lost",
};

/* The ring that an event is about, or NULL. */
static const char *event_ring(const struct hashring_event *event)
{
	if (event->ring)
		return event->ring->name;
	if (event->receipt)
		return event->receipt->ring;
	if (event->migration)
		return event->migration->ring;
	return event->attach ? event->attach->ring : NULL;
}

static void print_change(const struct hashring_receipt *r)
{
	char a[FIGURE_LEN], b[FIGURE_LEN], c[FIGURE_LEN];

	printf(" generation %llu nodes %u -> %u moved %s collateral %s max/mean %s",
	       r->generation, r->nodes_before, r->nodes_after,
	       figure_share(a, r->moved), figure_share(b, r->collateral),
	       figure_ratio(c, r->peak_after));
	if (r->gained)
		printf(" gained %s", figure_share(a, r->gained));
	if (r->lost)
		printf(" lost %s", figure_share(a, r->lost));
}

static void print_migration_event(const struct hashring_migration *m)
{
	putchar(' ');
	if (m->has_step)
		print_step(stdout, &m->step);
	else
		print_state(stdout, m->state, m->reason);
	if (!migration_ended(m))
		printf("  %.1f%%  pinned(seen) %u", 100 * migration_part(m),
		       m->pinned);
	if (m->has_receipt)
		print_change(&m->receipt);
}

static void print_text(const struct hashring_event *event)
{
	if (event->kind == HASHRING_EVENT_LOST) {
		puts("lost: events came faster than they were read");
		return;
	}
	printf("%s %s", kinds[event->kind], event_ring(event));
	if (event->kind == HASHRING_EVENT_RING_ADD && event->ring)
		printf(" placement %s",
		       hashring_enum_name(hashring_placement_name,
					  event->ring->placement));
	if (event->kind == HASHRING_EVENT_RING_SET && event->ring)
		printf(" established %s",
		       hashring_enum_name(hashring_established_name,
					  event->ring->settings.established));
	if (event->receipt)
		print_change(event->receipt);
	if (event->migration)
		print_migration_event(event->migration);
	if (event->attach) {
		printf(" id %u ", event->attach->id);
		print_attach(stdout, event->attach);
	}
	putchar('\n');
}

/* An object on one line, unless JSON is to be indented. */
static void print_json(const struct hashring_event *event)
{
	json_t *o = json_object();

	json_set_text(o, "event", kinds[event->kind]);
	if (event->ring)
		json_object_set_new(o, "ring", ring_to_json(event->ring));
	if (event->receipt)
		json_object_set_new(o, "change",
				    receipt_to_json(event->receipt));
	if (event->attach)
		json_object_set_new(o, "attach", attach_to_json(event->attach));
	if (event->migration)
		json_object_set_new(o, "migration",
				    migration_to_json(event->migration));
	json_print(o);
}

static int print_event(const struct hashring_event *event, void *arg)
{
	const char *only = arg;
	const char *ring = event_ring(event);

	if (only && ring && strcmp(only, ring))
		return 0;
	if (opt.json)
		print_json(event);
	else
		print_text(event);
	fflush(stdout);
	return ferror(stdout) ? EXIT_REFUSED : 0;
}

static int monitor(struct args *a)
{
	struct hashring *h;
	int err;

	h = conn();
	if (!h)
		return EXIT_REFUSED;
	err = hashring_subscribe(h);
	while (!err)
		err = hashring_event_read(h, print_event,
					  a->v[MONITOR_RING].text);
	return err < 0 ? refused(err) : err;
}

static const struct command commands[] = {
	{ NULL, NULL, "events of a ring, or all, as they come", monitor_args,
	  monitor },
	{ }
};

const struct noun noun_monitor = {
	.name = "monitor",
	.help = "events as they come",
	.commands = commands,
};
