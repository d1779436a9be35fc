// SPDX-License-Identifier: GPL-2.0-only
/*
 * The frontier in motion: steps, the pacer's lease, deadlines.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/log2.h>

#include "extack.h"
#include "member.h"
#include "migrate.h"
#include "told.h"
#include "trace.h"
#include "track.h"

/* How often a migration is looked after: windows and deadlines. */
#define HR_TICK		(HZ / 5)

BLOCKING_NOTIFIER_HEAD(hr_migrate_chain);

/**
 * hr_migration_at_end() - whether everything has moved
 * @ring: with a migration
 *
 * Context: ring->lock is held.
 * Return: whether its frontier is at its end.
 */
bool hr_migration_at_end(const struct hr_ring *ring)
{
	return hr_ring_view_locked(ring)->core.frontier == HR_WHOLE_RING;
}

/**
 * hr_migration_state_of() - what a migration is up to
 * @m: the migration
 * @frontier: where it stands
 *
 * Context: any.
 * Return: &enum hr_migration_state.
 */
u8 hr_migration_state_of(const struct hr_migration *m, u64 frontier)
{
	if (m->mode == HR_MIGRATION_PAUSED || m->mode == HR_MIGRATION_FAILED)
		return m->mode;
	if (frontier == HR_WHOLE_RING)
		return HR_MIGRATION_DRAINING;
	if (m->mode == HR_MIGRATION_THROTTLED)
		return m->mode;
	return m->rolling ? HR_MIGRATION_ROLLING_BACK : m->mode;
}

/**
 * hr_migration_state() - what the migration of a ring is up to
 * @ring: the ring
 *
 * Context: ring->lock is held.
 * Return: &enum hr_migration_state.
 */
u8 hr_migration_state(const struct hr_ring *ring)
{
	const struct hr_migration *m = hr_migration_locked(ring);

	if (!m)
		return ring->steps.nr ? HR_MIGRATION_DONE : HR_MIGRATION_NONE;
	return hr_migration_state_of(m, hr_ring_view_locked(ring)->core.frontier);
}

/**
 * hr_migrate_happened_locked() - something happened: log, trace and tell it
 * @ring: the ring
 * @what: kind, and what a step has; the rest is filled in
 * @receipt: of the whole migration, if it has ended
 *
 * Context: ring->lock is held. May sleep.
 */
void hr_migrate_happened_locked(struct hr_ring *ring, struct hr_happened *what,
				const struct hr_receipt *receipt)
{
	const struct hr_migration *m = hr_migration_locked(ring);
	const struct hr_ring_view *view = hr_ring_view_locked(ring);
	struct hr_migrate_event event = {
		.ring = ring, .what = what, .receipt = receipt,
	};

	what->epoch = ring->epoch + 1;
	what->time = ktime_get_real_ns();
	what->generation = view->generation;
	what->state = hr_migration_state(ring);
	WRITE_ONCE(ring->state, what->state);
	if (m)
		strscpy(what->reason, m->reason, sizeof(what->reason));
	hr_told_update_locked(ring, what);
	/* Who sees this epoch sees frontier and state: pairs with hr_nl_look(). */
	smp_store_release(&ring->epoch, what->epoch);
	trace_hashring_migration(ring, what);
	blocking_notifier_call_chain(&hr_migrate_chain, 0, &event);
}

/* A transition that moves nothing. */
static void changed_state(struct hr_ring *ring)
{
	u64 frontier = hr_ring_view_locked(ring)->core.frontier;
	struct hr_happened what = {
		.kind = HR_STEP_STATE, .before = frontier, .after = frontier,
	};

	hr_migrate_happened_locked(ring, &what, NULL);
}

static void set_mode(struct hr_migration *m, u8 mode, const char *reason)
{
	m->mode = mode;
	hr_steps_words(m->reason, reason ?: "", sizeof(m->reason));
}

/**
 * hr_migration_unpaced() - the pacer is gone
 * @m: the migration, or a copy
 * @at_end: everything has moved
 *
 * A dead pacer leaves a paused migration, never a broken one.
 *
 * Context: any.
 */
void hr_migration_unpaced(struct hr_migration *m, bool at_end)
{
	m->holder_port = 0;
	m->holder[0] = '\0';
	if (m->mode != HR_MIGRATION_RUNNING && m->mode != HR_MIGRATION_THROTTLED)
		return;
	if (at_end)
		set_mode(m, HR_MIGRATION_HOLDING, NULL);
	else
		set_mode(m, HR_MIGRATION_PAUSED, "its pacer is gone");
}

/**
 * hr_migrate_catch_up_locked() - see whether the pacer's socket is closed
 * @ring: the ring
 *
 * Closing it waits for no ring's lock: whoever has that looks here first.
 *
 * Context: ring->lock is held. May sleep.
 */
void hr_migrate_catch_up_locked(struct hr_ring *ring)
{
	struct hr_migration *m = hr_migration_locked(ring);

	if (!m || !m->holder_port || hr_lease_taken(ring))
		return;
	hr_migration_unpaced(m, hr_migration_at_end(ring));
	changed_state(ring);
}

/**
 * hr_migration_get_locked() - the migration that a request is about
 * @ring: the ring
 * @extack: for the reason
 *
 * Context: ring->lock is held. May sleep.
 * Return: the migration, or -ENOENT.
 */
struct hr_migration *hr_migration_get_locked(struct hr_ring *ring,
					     struct netlink_ext_ack *extack)
{
	struct hr_migration *m = hr_migration_locked(ring);

	if (ring->dead)
		return ERR_PTR(hr_extack(extack, NULL, -ENOENT,
					 "no such ring"));
	hr_migrate_catch_up_locked(ring);
	if (!m)
		return ERR_PTR(hr_extack(extack, NULL, -ENOENT,
					 "no migration of %s is under way",
					 ring->name));
	return m;
}

/* Only who has the lease, if anybody has, may move the frontier. */
static int check_holder(const struct hr_ring *ring,
			const struct hr_migration *m, u32 port,
			struct netlink_ext_ack *extack)
{
	if (!m->holder_port || m->holder_port == port)
		return 0;
	return hr_extack(extack, NULL, -EBUSY, "%s is paced by %s", ring->name,
			 m->holder);
}

static int check_may_step(const struct hr_ring *ring,
			  const struct hr_migration *m,
			  const struct hr_migrate_step *step,
			  struct netlink_ext_ack *extack)
{
	int ret = check_holder(ring, m, step->port, extack);

	if (ret)
		return ret;
	if (m->mode == HR_MIGRATION_PAUSED || m->mode == HR_MIGRATION_FAILED)
		return hr_extack(extack, NULL, -EBUSY,
				 "%s %s%s%s%s: resume it first", ring->name,
				 m->mode == HR_MIGRATION_PAUSED ? "is paused" :
								  "has failed",
				 m->reason[0] ? " (" : "", m->reason,
				 m->reason[0] ? ")" : "");
	if (step->expect != U64_MAX && step->expect != ring->epoch)
		return hr_extack(extack, NULL, -ESTALE,
				 "epoch is %llu, not %llu", ring->epoch,
				 step->expect);
	return 0;
}

static u64 cell_width(const struct hr_ring *ring)
{
	return ring->config.grid ?
		HR_WHOLE_RING >> ilog2(ring->config.grid) : 1;
}

/* A frontier that is given: on the border of a cell, where there are cells. */
static int check_position(const struct hr_ring *ring, u64 position,
			  struct netlink_ext_ack *extack)
{
	u64 cell = cell_width(ring);

	if (position > HR_WHOLE_RING)
		return hr_extack(extack, NULL, -ERANGE,
				 "frontier %llu is not between 0 and %llu",
				 position, HR_WHOLE_RING);
	if (position & (cell - 1))
		return hr_extack(extack, NULL, -EINVAL,
				 "frontier %llu is no border of a cell, which are %llu wide",
				 position, cell);
	return 0;
}

/* Over so many tracked flows, and on to the border of a cell. */
static int flows_target(const struct hr_ring *ring,
			const struct hr_ring_view *view,
			const struct hr_migrate_step *step, u64 *target,
			struct netlink_ext_ack *extack)
{
	u64 cell = cell_width(ring);
	int ret;

	if (!view->track)
		return hr_extack(extack, NULL, -EINVAL,
				 "no flows are tracked: established flows of %s move",
				 ring->name);
	ret = hr_track_nth(view, view->core.frontier, step->amount, step->back,
			   target);
	if (ret)
		return ret;
	*target = step->back ? round_down(*target, cell) :
			       round_up(*target, cell);
	return 0;
}

/* The frontier that a step leads to. */
static int step_target(struct hr_ring *ring, const struct hr_ring_view *view,
		       const struct hr_migrate_step *step, u64 *target,
		       struct netlink_ext_ack *extack)
{
	static const u8 pace_by[] = {
		[HR_BY_SHARE] = HR_PACE_SHARE,
		[HR_BY_ARCS] = HR_PACE_ARCS,
	};
	u64 frontier = view->core.frontier;
	struct hr_pace pace = { .back = step->back, .amount = step->amount };
	int ret;

	if (step->by == HR_BY_POSITION) {
		ret = check_position(ring, step->amount, extack);
		*target = step->amount;
		return ret;
	}
	if (frontier == (step->back ? 0 : HR_WHOLE_RING))
		return hr_extack(extack, NULL, -ERANGE,
				 "the frontier of %s is at its %s already",
				 ring->name, step->back ? "start" : "end");
	if (!step->amount)
		return hr_extack(extack, NULL, -ERANGE,
				 "a step of 0 goes nowhere");
	if (step->by == HR_BY_FLOWS)
		return flows_target(ring, view, step, target, extack);
	pace.by = pace_by[step->by];
	*target = hr_view_step(&view->core, frontier, &pace,
			       ring->config.grid);
	return 0;
}

/**
 * hr_migrate_move_locked() - set the frontier
 * @ring: with a migration
 * @frontier: where it is to be
 *
 * The window is open before the first segment of the range comes: a packet reads
 * the frontier first and the window then, and hr_track_stepped() has opened that
 * and ordered it before what follows.
 *
 * Context: ring->lock is held; hr_migrate_happened_locked() is to follow, whose
 * release of the epoch orders the frontier before it for readers.
 */
void hr_migrate_move_locked(struct hr_ring *ring, u64 frontier)
{
	struct hr_migration *m = hr_migration_locked(ring);
	struct hr_view *view = &hr_ring_view_locked(ring)->core;

	if (m->track)
		hr_track_stepped(m->track);
	WRITE_ONCE(view->frontier, frontier);
	hr_view_way(view, frontier, &m->way);
}

/**
 * hr_migrate_step_locked() - move the frontier
 * @ring: the ring
 * @step: what is asked; says afterwards what was done
 * @extack: for the reason
 *
 * Context: ring->lock is held. May sleep.
 * Return: 0, or an error and the frontier stands where it stood: -ENOENT (no
 * migration), -EBUSY (paused, or somebody else's), -ESTALE, -ERANGE (already
 * there, or beyond), -EINVAL, -EAGAIN (more flows than wanted), -ENOMEM.
 */
int hr_migrate_step_locked(struct hr_ring *ring, struct hr_migrate_step *step,
			   struct netlink_ext_ack *extack)
{
	struct hr_migration *m = hr_migration_get_locked(ring, extack);
	struct hr_happened *done = &step->done;
	struct hr_ring_view *view;
	u64 target = 0, low, high;
	int ret;

	if (IS_ERR(m))
		return PTR_ERR(m);
	view = hr_ring_view_locked(ring);
	ret = check_may_step(ring, m, step, extack);
	if (ret)
		return ret;
	ret = step_target(ring, view, step, &target, extack);
	if (ret)
		return ret;

	memset(done, 0, sizeof(*done));
	done->kind = HR_STEP_STEP;
	done->before = view->core.frontier;
	done->after = target;
	low = min(done->before, done->after);
	high = max(done->before, done->after);
	hr_view_between(&view->core, low, high, &done->moved, &done->arcs);
	if (view->track)
		done->flows = hr_track_between(view, low, high);
	if (done->flows > step->max_flows)
		return hr_extack(extack, NULL, -EAGAIN,
				 "%u tracked flow%s in that range, more than %u",
				 done->flows, done->flows == 1 ? "" : "s",
				 step->max_flows);
	done->epoch = ring->epoch;
	if (step->dry_run || target == view->core.frontier)
		return 0;

	hr_migrate_move_locked(ring, target);
	if (m->mode == HR_MIGRATION_THROTTLED)
		set_mode(m, HR_MIGRATION_RUNNING, NULL);
	hr_migrate_happened_locked(ring, done, NULL);
	return 0;
}

static int set_terms(struct hr_migration *m,
		     const struct hr_migrate_terms *terms,
		     struct netlink_ext_ack *extack)
{
	if (terms->has_deadline && !terms->deadline)
		return hr_extack(extack, NULL, -ERANGE,
				 "a deadline of 0 ms has passed already");
	if (terms->has_deadline) {
		m->deadline = get_jiffies_64() +
			      msecs_to_jiffies(min_t(u64, terms->deadline,
						     HR_MAX_DEADLINE));
		m->automatic = true;
	}
	if (terms->has_quiet)
		m->quiet = terms->quiet;
	return 0;
}

/**
 * hr_migrate_run_locked() - take the lease
 * @ring: the ring
 * @terms: who takes it, and on which terms
 * @extack: for the reason
 *
 * Takes up a migration that was paused.
 *
 * Context: ring->lock is held. May sleep.
 * Return: 0, -ENOENT, -EBUSY (somebody has it), -ERANGE.
 */
int hr_migrate_run_locked(struct hr_ring *ring,
			  const struct hr_migrate_terms *terms,
			  struct netlink_ext_ack *extack)
{
	struct hr_migration *m = hr_migration_get_locked(ring, extack);
	int ret;

	if (IS_ERR(m))
		return PTR_ERR(m);
	ret = check_holder(ring, m, terms->port, extack);
	if (ret)
		return ret;
	ret = set_terms(m, terms, extack);
	if (ret)
		return ret;
	hr_lease_take_locked(ring, terms->port);
	m->holder_port = terms->port;
	hr_steps_words(m->holder, terms->holder, sizeof(m->holder));
	set_mode(m, HR_MIGRATION_RUNNING, NULL);
	changed_state(ring);
	return 0;
}

/**
 * hr_migrate_set_locked() - pause, resume, say why, or change the terms
 * @ring: the ring
 * @terms: what to set
 * @extack: for the reason
 *
 * Context: ring->lock is held. May sleep.
 * Return: 0, -ENOENT, -EBUSY (only the lease's holder may), -EINVAL, -ERANGE.
 */
int hr_migrate_set_locked(struct hr_ring *ring,
			  const struct hr_migrate_terms *terms,
			  struct netlink_ext_ack *extack)
{
	struct hr_migration *m = hr_migration_get_locked(ring, extack);
	int ret;

	if (IS_ERR(m))
		return PTR_ERR(m);
	switch (terms->state) {
	case HR_MIGRATION_NONE:
	case HR_MIGRATION_PAUSED:
	case HR_MIGRATION_FAILED:
	case HR_MIGRATION_RUNNING:
	case HR_MIGRATION_HOLDING:
		break;
	case HR_MIGRATION_THROTTLED:
		if (m->holder_port == terms->port)
			break;
		return hr_extack(extack, NULL, -EBUSY,
				 "only who paces %s can say what it waits for",
				 ring->name);
	default:
		return hr_extack(extack, NULL, -EINVAL,
				 "a migration cannot be set to that state");
	}
	ret = set_terms(m, terms, extack);
	if (ret)
		return ret;
	if (terms->state == HR_MIGRATION_NONE) {
		hr_told_update_locked(ring, NULL);
		return 0;
	}
	if (terms->state == HR_MIGRATION_RUNNING ||
	    terms->state == HR_MIGRATION_HOLDING)
		set_mode(m, m->holder_port ? HR_MIGRATION_RUNNING :
					     HR_MIGRATION_HOLDING, NULL);
	else
		set_mode(m, terms->state, terms->reason);
	changed_state(ring);
	return 0;
}

/* Flows are no longer kept at nodes whose deadline has passed. */
static void expire_nodes(struct hr_ring *ring, u64 now)
{
	const struct hr_table *t = hr_ring_view_locked(ring)->core.table;
	u64 frontier = hr_ring_view_locked(ring)->core.frontier;
	struct hr_happened what = {
		.kind = HR_STEP_EXPIRED, .before = frontier, .after = frontier,
	};
	bool any = false;
	u32 i;

	for (i = 0; i < t->nr_slots; i++) {
		struct hr_shared *shared;

		if (!t->nodes[i])
			continue;
		shared = hr_member(t->nodes[i])->shared;
		if (!shared->deadline || READ_ONCE(shared->expired) ||
		    time_before64(now, shared->deadline))
			continue;
		WRITE_ONCE(shared->expired, true);
		any = true;
	}
	if (any)
		hr_migrate_happened_locked(ring, &what, NULL);
}

/* The tick does not wait for readers of older views: there is a next time. */
static void settle(struct hr_ring *ring, const char *why)
{
	if (hr_ring_has_room_locked(ring))
		hr_migrate_settle_locked(ring, why, HR_GFP);
}

/*
 * Whether the migration ends now, should nothing be left where it was. Looks at
 * the window in any case: that closes it.
 */
static bool about_to_end(struct hr_ring *ring, const struct hr_migration *m)
{
	bool window = m->track && hr_track_window(m->track, m->quiet);

	return !window && m->automatic && hr_migration_at_end(ring);
}

static void look_after(struct hr_ring *ring)
{
	static const char why[] = "the deadline has passed";
	struct hr_migration *m = hr_migration_locked(ring);
	u64 now = get_jiffies_64();

	hr_migrate_catch_up_locked(ring);
	expire_nodes(ring, now);
	if (!m->deadline || time_before64(now, m->deadline))
		return;
	if (hr_migration_at_end(ring)) {
		if (m->track)
			hr_track_close(hr_ring_view_locked(ring));
		/* Without memory it is still due the next time. */
		settle(ring, why);
	} else {
		m->deadline = 0;
		set_mode(m, HR_MIGRATION_PAUSED, why);
		changed_state(ring);
	}
}

/*
 * Ends a migration if no flow is left where it was. They are counted without the
 * lock, for which a change would wait meanwhile.
 */
static void settle_drained(struct hr_ring *ring, struct hr_ring_view *view,
			   u64 epoch)
{
	struct hr_track_counts counts = {};
	struct hr_migration *m;

	if (view->track)
		hr_track_count(view, &counts);
	if (counts.pinned || !mutex_trylock(&ring->lock))
		return;
	m = hr_migration_locked(ring);
	if (m && ring->epoch == epoch && about_to_end(ring, m))
		settle(ring, "drained");
	mutex_unlock(&ring->lock);
}

static void tick(struct work_struct *work)
{
	struct hr_ring *ring = container_of(to_delayed_work(work),
					    struct hr_ring, tick);
	struct hr_ring_view *view = NULL;
	u64 epoch;

	if (!hr_ring_try_lock(ring, HR_TICK))
		return;
	if (hr_migration_locked(ring))
		look_after(ring);
	if (hr_migration_locked(ring)) {
		if (about_to_end(ring, hr_migration_locked(ring)))
			view = hr_ring_pin(ring);
		epoch = ring->epoch;
		hr_ring_tick(ring, HR_TICK);
	}
	mutex_unlock(&ring->lock);
	if (view) {
		settle_drained(ring, view, epoch);
		hr_ring_unpin(view);
	}
	hr_ring_put(ring);
}

/**
 * hr_migrate_init() - make a ring ready for migrations
 * @ring: the ring
 */
void hr_migrate_init(struct hr_ring *ring)
{
	INIT_DELAYED_WORK(&ring->tick, tick);
}

/**
 * hr_migrate_drop_locked() - the ring goes, with the migration that it may have
 * @ring: the ring
 *
 * Nothing looks after it any more, nor after one that has just ended.
 *
 * Context: ring->lock is held.
 */
void hr_migrate_drop_locked(struct hr_ring *ring)
{
	struct hr_migration *m = hr_migration_locked(ring);

	if (m) {
		hr_lease_give_locked(ring);
		ring->migration = NULL;
		hr_told_update_locked(ring, NULL);
		hr_migration_free(m);
	}
	if (cancel_delayed_work(&ring->tick))
		hr_ring_put(ring);
}
