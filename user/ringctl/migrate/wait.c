// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl migrate wait: waits for a state of a migration. Events say only when
 * to check again, because events may be lost.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "migrate.h"
#include "ringctl/clock.h"

enum { WAIT_RING, WAIT_FOR, WAIT_TIMEOUT };

static const char *wanted(__u32 value)
{
	static const char *const words[] = {
		"done",
		"draining",
		"paused",
	};

	return word_at(words, sizeof(words) / sizeof(*words), value);
}

enum { FOR_DONE, FOR_DRAINING, FOR_PAUSED };

const struct arg migrate_wait_args[] = {
	[WAIT_RING] = { ARG_RING, .meta = "RING", .required = true },
	[WAIT_FOR] = { ARG_ENUM, "--for", .meta = "STATE", .names = wanted },
	[WAIT_TIMEOUT] = { ARG_TIME, "--timeout", .meta = "TIME" },
	{ }
};

#define NOT_YET		(-1)

/* It has ended: where it led to, or where it began? */
static int judge_end(const struct hashring_migration *m, __u32 target)
{
	if (migration_undone(m))
		return fail(EXIT_ABORTED, "%s: rolled back", m->ring);
	if (target == FOR_PAUSED)
		return fail(EXIT_ABORTED, "%s: done", m->ring);
	return EXIT_DONE;
}

/* An exit status, or NOT_YET. */
static int judge(const struct hashring_migration *m, __u32 target)
{
	switch (m->state) {
	case HASHRING_MIGRATION_NONE:
	case HASHRING_MIGRATION_DONE:
		return judge_end(m, target);
	case HASHRING_MIGRATION_FAILED:
		return fail(EXIT_ABORTED, "%s: failed: %s", m->ring, m->reason);
	case HASHRING_MIGRATION_PAUSED:
		return target == FOR_PAUSED ? EXIT_DONE : NOT_YET;
	case HASHRING_MIGRATION_DRAINING:
		return target == FOR_DRAINING ? EXIT_DONE : NOT_YET;
	default:
		return NOT_YET;
	}
}

static int look(struct hashring *h, const char *ring, __u32 target)
{
	struct hashring_migration m;
	int status;
	int err;

	err = hashring_migrate_get(h, ring, &m);
	if (err)
		return refused(err);
	status = judge(&m, target);
	if (status == EXIT_DONE && opt.json)
		json_print(migration_to_json(&m));
	else if (status == EXIT_DONE)
		print_migration(stdout, &m);
	hashring_migration_release(&m);
	return status;
}

static int is_ours(const struct hashring_event *event, void *arg)
{
	const char *ring = arg;

	switch (event->kind) {
	case HASHRING_EVENT_LOST:
		return 1;
	case HASHRING_EVENT_MIGRATE:
		return !strcmp(event->migration->ring, ring);
	case HASHRING_EVENT_RING_DEL:
		return !strcmp(event->ring->name, ring);
	default:
		return 0;
	}
}

/* Waits for an event of the ring: 1; none until @end: 0; a negative errno. */
static int next_event(struct hashring *events, const char *ring, __u64 end)
{
	struct pollfd fd = { .fd = hashring_event_fd(events), .events = POLLIN };
	int ret;

	for (;;) {
		ret = poll(&fd, 1, clock_left(end));
		if (ret < 0 && errno == EINTR)
			continue;
		if (ret <= 0)
			return ret < 0 ? -errno : 0;
		ret = hashring_event_read(events, is_ours, (void *)ring);
		if (ret)
			return ret;
	}
}

int migrate_wait(struct args *a)
{
	const char *ring = a->v[WAIT_RING].text;
	__u32 target = a->v[WAIT_FOR].num;
	struct hashring *events = NULL;
	__u64 end = CLOCK_NEVER;
	int status = EXIT_REFUSED;
	int ret;

	if (!conn())
		return EXIT_REFUSED;
	if (a->v[WAIT_TIMEOUT].given)
		end = clock_ms() + a->v[WAIT_TIMEOUT].num;
	/*
	 * It subscribes first, so that nothing is missed between check and
	 * event.
	 */
	if (hashring_open(&events, opt.netns) || hashring_subscribe(events)) {
		fail(EXIT_REFUSED, "%s", hashring_error(events));
		goto out;
	}
	for (;;) {
		status = look(conn(), ring, target);
		if (status != NOT_YET)
			break;
		ret = next_event(events, ring, end);
		if (ret < 0)
			status = fail(EXIT_REFUSED, "%s",
				      hashring_error(events));
		else if (!ret)
			status = fail(EXIT_ABORTED, "%s: not %s in time", ring,
				      wanted(target));
		if (ret <= 0)
			break;
	}
out:
	hashring_close(events);
	return status;
}
