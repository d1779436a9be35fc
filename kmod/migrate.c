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
	if (m->mode == HR_MIGRATION_PAUSED || m->mode == HR_MIGRATION_FAILED)
		return m->mode;
	if (hr_migration_at_end(ring))
		return HR_MIGRATION_DRAINING;
	if (m->mode == HR_MIGRATION_THROTTLED)
		return m->mode;
	return m->rolling ? HR_MIGRATION_ROLLING_BACK : m->mode;
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

	WRITE_ONCE(ring->epoch, ring->epoch + 1);
	what->epoch = ring->epoch;
	what->time = ktime_get_real_ns();
	what->generation = view->generation;
	what->state = hr_migration_state(ring);
	WRITE_ONCE(ring->state, what->state);
	if (m)
		strscpy(what->reason, m->reason, sizeof(what->reason));
	*hr_steps_next(&ring->steps) = *what;
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
 * hr_migration_get_locked() - the migration that a request is about
 * @ring: the ring
 * @extack: for the reason
 *
 * Context: ring->lock is held.
 * Return: the migration, or -ENOENT.
 */
struct hr_migration *hr_migration_get_locked(struct hr_ring *ring,
					     struct netlink_ext_ack *extack)
{
	struct hr_migration *m = hr_migration_locked(ring);

	if (ring->dead)
		return ERR_PTR(hr_extack(extack, NULL, -ENOENT,
					 "no such ring"));
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

	/* The window is open before the first segment of the range comes. */
	if (view->track)
		hr_track_stepped(view->track);
	WRITE_ONCE(view->core.frontier, target);
	hr_view_way(&view->core, target, &m->way);
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
	if (!m->holder_port)
		atomic_inc(&hr_net(ring->net)->leases);
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
	if (ret || terms->state == HR_MIGRATION_NONE)
		return ret;
	if (terms->state == HR_MIGRATION_RUNNING ||
	    terms->state == HR_MIGRATION_HOLDING)
		set_mode(m, m->holder_port ? HR_MIGRATION_RUNNING :
					     HR_MIGRATION_HOLDING, NULL);
	else
		set_mode(m, terms->state, terms->reason);
	changed_state(ring);
	return 0;
}

/* A dead pacer leaves a paused migration, never a broken one. */
static void drop_lease(struct hr_ring *ring, u32 port)
{
	struct hr_migration *m;

	mutex_lock(&ring->lock);
	m = hr_migration_locked(ring);
	if (m && m->holder_port == port) {
		m->holder_port = 0;
		m->holder[0] = '\0';
		atomic_dec(&hr_net(ring->net)->leases);
		if (m->mode == HR_MIGRATION_RUNNING ||
		    m->mode == HR_MIGRATION_THROTTLED) {
			if (hr_migration_at_end(ring))
				set_mode(m, HR_MIGRATION_HOLDING, NULL);
			else
				set_mode(m, HR_MIGRATION_PAUSED,
					 "its pacer is gone");
		}
		changed_state(ring);
	}
	mutex_unlock(&ring->lock);
}

/**
 * hr_migrate_release() - a socket is closed: so are its leases
 * @net: the namespace
 * @port: the socket's
 *
 * No ring may come or go meanwhile, or one might be passed over.
 *
 * Context: may sleep; takes locks.
 */
void hr_migrate_release(struct net *net, u32 port)
{
	struct hr_net *hn = hr_net(net);
	struct hr_ring *ring;

	if (!atomic_read(&hn->leases))
		return;
	mutex_lock(&hn->lock);
	list_for_each_entry(ring, &hn->rings, list)
		drop_lease(ring, port);
	mutex_unlock(&hn->lock);
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

/* Whether everything has moved and nothing is left where it was. */
static bool drained(struct hr_ring *ring, const struct hr_migration *m)
{
	struct hr_track_counts counts;
	bool window = m->track && hr_track_window(m->track, m->quiet);

	if (!hr_migration_at_end(ring) || window)
		return false;
	if (!m->track)
		return true;
	hr_track_count(hr_ring_view_locked(ring), &counts);
	return !counts.pinned;
}

static void look_after(struct hr_ring *ring)
{
	static const char why[] = "the deadline has passed";
	struct hr_migration *m = hr_migration_locked(ring);
	u64 now = get_jiffies_64();

	expire_nodes(ring, now);
	if (m->deadline && !time_before64(now, m->deadline)) {
		if (hr_migration_at_end(ring)) {
			if (m->track)
				hr_track_close(hr_ring_view_locked(ring));
			/* Without memory it is still due the next time. */
			hr_migrate_settle_locked(ring, why, HR_GFP);
		} else {
			m->deadline = 0;
			set_mode(m, HR_MIGRATION_PAUSED, why);
			changed_state(ring);
		}
		return;
	}
	if (drained(ring, m) && m->automatic)
		hr_migrate_settle_locked(ring, "drained", HR_GFP);
}

static void tick(struct work_struct *work)
{
	struct hr_ring *ring = container_of(to_delayed_work(work),
					    struct hr_ring, tick);

	if (!hr_ring_try_lock(ring, HR_TICK))
		return;
	if (hr_migration_locked(ring))
		look_after(ring);
	if (hr_migration_locked(ring))
		hr_ring_tick(ring, HR_TICK);
	mutex_unlock(&ring->lock);
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
		if (m->holder_port)
			atomic_dec(&hr_net(ring->net)->leases);
		ring->migration = NULL;
		hr_migration_free(m);
	}
	if (cancel_delayed_work(&ring->tick))
		hr_ring_put(ring);
}
