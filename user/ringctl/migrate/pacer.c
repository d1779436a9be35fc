// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pacer takes a migration in steps until it has ended. The kernel holds the
 * state, and the pacer follows it, whatever other administrators do.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "health.h"
#include "ringctl/clock.h"
#include "run.h"

#define POLL		200	/* ms between checks of what sends no event */
#define TELL		1000	/* ms between reasons sent to the kernel */

/* What a state makes the pacer do: go on, or end with an exit status. */
#define GO_ON		(-1)

/* The kernel's reply to a request is the state from now on. */
static int take(struct pacer *p, int err, struct hashring_migration *m)
{
	if (err)
		return err;
	hashring_migration_release(&p->m);
	p->m = *m;
	p->stale = false;
	return 0;
}

static int look(struct pacer *p)
{
	struct hashring_migration m;

	return take(p, hashring_migrate_get(p->h, p->ring, &m), &m);
}

static int set_state(struct pacer *p, __u32 state, const char *reason)
{
	const struct hashring_migrate_set set = {
		.state = state,
		.reason = reason,
		.deadline = HASHRING_ANY,
		.quiet = HASHRING_ANY,
	};
	struct hashring_migration m;

	return take(p, hashring_migrate_set(p->h, p->ring, &set, &m), &m);
}

static int is_news(const struct hashring_event *event, void *arg)
{
	struct pacer *p = arg;

	switch (event->kind) {
	case HASHRING_EVENT_LOST:
		p->stale = true;
		break;
	case HASHRING_EVENT_MIGRATE:
		if (!strcmp(event->migration->ring, p->ring) &&
		    event->migration->epoch > p->m.epoch)
			p->stale = true;
		break;
	case HASHRING_EVENT_RING_DEL:
		if (!strcmp(event->ring->name, p->ring))
			p->stale = true;
		break;
	default:
		break;
	}
	return 0;
}

static bool signalled(const struct pacer *p)
{
	struct pollfd fd = { .fd = p->signal_fd, .events = POLLIN };

	return poll(&fd, 1, 0) == 1;
}

/* Waits until a time, or for an event; events of its own steps do not count. */
static int wait_until(struct pacer *p, __u64 end)
{
	enum { SIGNAL, EVENT };
	struct pollfd fd[] = {
		[SIGNAL] = { .fd = p->signal_fd, .events = POLLIN },
		[EVENT] = { .fd = hashring_event_fd(p->events),
			    .events = POLLIN },
	};
	int err;

	while (!p->stale) {
		if (poll(fd, 2, clock_left(end)) < 0)
			continue;
		if (fd[SIGNAL].revents)
			return GO_ON;
		if (fd[EVENT].revents) {
			err = hashring_event_read(p->events, is_news, p);
			if (err)
				return refused_by(p->events, err);
		}
		if (!clock_left(end))
			return GO_ON;
	}
	return GO_ON;
}

/* Sets the reason of a wait, not more often than needed. */
static int throttle(struct pacer *p, const char *reason)
{
	bool throttled = p->m.state == HASHRING_MIGRATION_THROTTLED;
	__u64 now = clock_ms();
	int err;

	if (throttled && (!strcmp(p->m.reason, reason) ||
			  now - p->throttled_at < TELL))
		return 0;
	err = set_state(p, HASHRING_MIGRATION_THROTTLED, reason);
	p->throttled_at = now;
	progress_state(p);
	/* Somebody else was faster: the new state is checked next. */
	if (err == -EBUSY) {
		p->stale = true;
		return 0;
	}
	return err;
}

static bool is_paused(const struct pacer *p)
{
	return p->m.state == HASHRING_MIGRATION_PAUSED ||
	       p->m.state == HASHRING_MIGRATION_FAILED;
}

/* Pauses the migration, which can be resumed. */
static int stop(struct pacer *p, int status, const char *reason)
{
	int err = 0;

	/* The earlier pause has its own reason. */
	if (is_paused(p))
		reason = p->m.reason;
	else
		err = set_state(p, HASHRING_MIGRATION_PAUSED, reason);
	progress_end(p);
	if (err)
		return refused_by(p->h, err);
	if (opt.json)
		json_print(migration_to_json(&p->m));
	return fail(status, "%s: paused at 0x%08llx (%s)", p->ring,
		    p->m.frontier, reason);
}

static int check_health(struct pacer *p)
{
	char reason[HASHRING_REASON_LEN] = "health: ";
	size_t len = strlen(reason);
	struct hashring_migration m;
	int err;

	switch (health_run(p->health, p->health_timeout, p->signal_fd,
			   reason + len, sizeof(reason) - len)) {
	case HEALTH_GOOD:
	case HEALTH_STOPPED:
		return GO_ON;
	case HEALTH_BAD:
		break;
	}
	if (!p->roll_back)
		return stop(p, EXIT_ABORTED, reason);
	err = hashring_migrate_rollback(p->h, p->ring, reason,
					p->roll_back_now, false, &m);
	/* Changes of others are not undone by a pacer. */
	if (err == -EINPROGRESS)
		return stop(p, EXIT_ABORTED, reason);
	if (take(p, err, &m))
		return refused_by(p->h, err);
	progress_end(p);
	warn("%s: rolling back: %s", p->ring, reason);
	return GO_ON;
}

/* What the step would do; not known if somebody else was faster. */
static int try_step(struct pacer *p, const struct hashring_step_ask *ask,
		    struct hashring_step *step)
{
	struct hashring_step_ask dry = *ask;
	struct hashring_migration m;
	int err;

	dry.dry_run = true;
	dry.has_max_flows = false;
	err = hashring_migrate_step(p->h, &dry, &m);
	if (err)
		return err;
	*step = m.step;
	hashring_migration_release(&m);
	return 0;
}

/* Fits a step into what may still move; -EDQUOT: there is no such step. */
static int fit_budget(struct pacer *p, struct hashring_step_ask *ask,
		      struct hashring_step *step)
{
	__u64 allowed = pace_allowed(&p->pace, &p->meter);
	int err;

	if (step->moved <= allowed)
		return 0;
	if (!allowed)
		return -EDQUOT;
	ask->by = HASHRING_STEP_SHARE;
	ask->amount = allowed;
	err = try_step(p, ask, step);
	if (err)
		return err;
	return step->moved <= allowed ? 0 : -EDQUOT;
}

/* Whether the flows in the range are few enough, or have waited long enough. */
static bool is_idle(struct pacer *p, const struct hashring_step *step)
{
	__u64 now = clock_ms();

	if (step->flows <= p->pace.idle_flows)
		return true;
	if (!p->idle_since)
		p->idle_since = now;
	return p->pace.idle_wait != HASHRING_ANY &&
	       now - p->idle_since >= p->pace.idle_wait;
}

static int wait_idle(struct pacer *p, const struct hashring_step *step)
{
	char reason[HASHRING_REASON_LEN];
	int err;

	snprintf(reason, sizeof(reason), "%u flows in the next range",
		 step->flows);
	err = throttle(p, reason);
	if (err)
		return refused_by(p->h, err);
	return wait_until(p, clock_ms() + POLL);
}

/* The state has changed, or another pacer has the lease. */
static int refused_step(struct pacer *p, int err)
{
	char text[256];
	__u64 epoch = p->m.epoch;

	if (err != -ESTALE && err != -EBUSY)
		return refused_by(p->h, err);
	snprintf(text, sizeof(text), "%s", hashring_error(p->h));
	if (look(p))
		return refused_by(p->h, err);
	if (p->m.epoch == epoch)
		return fail(EXIT_REFUSED, "%s", text);
	return GO_ON;
}

static int take_step(struct pacer *p, const struct hashring_step_ask *ask)
{
	struct hashring_migration m;
	int err;

	err = take(p, hashring_migrate_step(p->h, ask, &m), &m);
	/* Other flows began in its range meanwhile. */
	if (err == -EAGAIN)
		return GO_ON;
	if (err)
		return refused_step(p, err);
	p->idle_since = 0;
	pace_count(&p->meter, &p->m.step);
	p->due = clock_ms() + pace_delay(&p->pace, &p->m.step);
	progress_step(p);
	return GO_ON;
}

/* Flows and budget are checked earlier, health right before the step. */
static int step_forward(struct pacer *p)
{
	struct hashring_step_ask ask = {
		.ring = p->ring,
		.by = p->pace.by,
		.amount = p->pace.batch,
		.expect_epoch = p->m.epoch,
	};
	struct hashring_step step;
	int status;
	int err;

	if (p->pace.wait_idle || p->pace.budget != HASHRING_ANY) {
		err = try_step(p, &ask, &step);
		if (!err)
			err = fit_budget(p, &ask, &step);
		if (err == -EDQUOT)
			return stop(p, EXIT_BUDGET, "budget");
		if (err)
			return refused_step(p, err);
	}
	if (p->pace.wait_idle) {
		if (!is_idle(p, &step))
			return wait_idle(p, &step);
		ask.has_max_flows = step.flows <= p->pace.idle_flows;
		ask.max_flows = p->pace.idle_flows;
	}
	if (p->health) {
		status = check_health(p);
		if (status != GO_ON || p->m.back || migration_ended(&p->m) ||
		    signalled(p))
			return status;
	}
	return take_step(p, &ask);
}

/* The frontier of the way back goes forward too; no check is made. */
static int roll_back(struct pacer *p)
{
	const struct hashring_step_ask ask = {
		.ring = p->ring,
		.by = p->pace.by,
		.amount = p->pace.batch,
		.expect_epoch = p->m.epoch,
	};

	if (clock_left(p->due)) {
		progress_state(p);
		return wait_until(p, p->due);
	}
	return take_step(p, &ask);
}

/* A change that takes back a recent one waits; nothing has moved yet. */
static int damp(struct pacer *p)
{
	int status;
	int err;

	if (p->damped_for != p->m.generation) {
		status = damp_look(p);
		if (status)
			return status;
	}
	if (!clock_left(p->damp_until))
		return EXIT_DONE;
	err = throttle(p, p->damp_reason);
	if (err)
		return refused_by(p->h, err);
	return wait_until(p, p->damp_until);
}

static int forward(struct pacer *p)
{
	int status;

	if (clock_left(p->due)) {
		progress_state(p);
		return wait_until(p, p->due);
	}
	if (p->damp && p->m.total && !p->m.released) {
		status = damp(p);
		if (status || p->stale)
			return status;
	}
	return step_forward(p);
}

/* All has moved: flows that stay at their nodes are left. */
static int drain(struct pacer *p)
{
	struct hashring_migration m;
	int err;

	progress_state(p);
	if (p->no_finish) {
		progress_end(p);
		if (opt.json)
			json_print(migration_to_json(&p->m));
		else
			print_migration(stdout, &p->m);
		return EXIT_DONE;
	}
	if (p->m.window || p->m.pinned) {
		err = wait_until(p, clock_ms() + POLL);
		p->stale = true;
		return err;
	}
	err = take(p, hashring_migrate_finish(p->h, p->ring, false, &m), &m);
	/* A flow was seen after all, or the kernel has ended the migration. */
	if (err != -EBUSY && err != -ENOENT)
		return err ? refused_by(p->h, err) : GO_ON;
	p->stale = true;
	return wait_until(p, clock_ms() + POLL);
}

/* Somebody else paused it, and will resume or end it. */
static int wait_paused(struct pacer *p)
{
	int status;

	progress_end(p);
	warn("%s: %s at 0x%08llx%s%s%s: waiting until it is resumed", p->ring,
	     hashring_enum_name(hashring_migration_state_name, p->m.state),
	     p->m.frontier, *p->m.reason ? " (" : "", p->m.reason,
	     *p->m.reason ? ")" : "");
	status = wait_until(p, CLOCK_NEVER);
	pace_begin(&p->meter, clock_ms());
	return status;
}

/*
 * Also after a pause that took the lease; if another pacer has it, it stays
 * there.
 */
static int take_lease(struct pacer *p)
{
	struct hashring_migration m;
	int err;

	err = take(p, hashring_migrate_run(p->h, p->ring, &p->lease, &m), &m);
	if (err)
		return refused_by(p->h, err);
	p->lease.deadline = HASHRING_ANY;
	p->lease.quiet = HASHRING_ANY;
	return GO_ON;
}

static int ended(struct pacer *p)
{
	int status;

	progress_end(p);
	status = migration_tell(p->h, &p->m);
	if (status)
		return status;
	if (migration_undone(&p->m))
		return fail(EXIT_ABORTED, "%s: rolled back", p->ring);
	return EXIT_DONE;
}

static int act(struct pacer *p)
{
	switch (p->m.state) {
	case HASHRING_MIGRATION_NONE:
	case HASHRING_MIGRATION_DONE:
		return ended(p);
	case HASHRING_MIGRATION_HOLDING:
		return take_lease(p);
	case HASHRING_MIGRATION_PAUSED:
	case HASHRING_MIGRATION_FAILED:
		return wait_paused(p);
	case HASHRING_MIGRATION_DRAINING:
		return drain(p);
	case HASHRING_MIGRATION_ROLLING_BACK:
		return roll_back(p);
	default:
		return forward(p);
	}
}

/**
 * pacer_run() - paces a migration to its end
 * @p: the pacer, with its connections
 *
 * Return: an exit status; errors are reported.
 */
int pacer_run(struct pacer *p)
{
	int status;
	int err;

	status = take_lease(p);
	if (status != GO_ON)
		return status;
	pace_begin(&p->meter, clock_ms());
	do {
		err = p->stale ? look(p) : 0;
		if (err)
			return refused_by(p->h, err);
		if (signalled(p) && !migration_ended(&p->m))
			return stop(p, EXIT_ABORTED, "operator");
		status = act(p);
	} while (status == GO_ON);
	return status;
}
