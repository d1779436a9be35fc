// SPDX-License-Identifier: GPL-2.0-only
/*
 * Steps: the frontier moves.
 */
#include <linux/log2.h>

#include "extack.h"
#include "migration.h"
#include "track/track.h"

static int check_may_step(const struct hr_ring *ring,
			  const struct hr_migration *m,
			  const struct hr_migrate_step *step,
			  struct netlink_ext_ack *extack)
{
	int ret = hr_migrate_check_holder(ring, m, step->port, extack);

	if (ret)
		return ret;
	if (m->mode == HASHRING_MIGRATION_PAUSED ||
	    m->mode == HASHRING_MIGRATION_FAILED)
		return hr_extack(extack, NULL, -EBUSY,
				 "the migration has to be resumed", "%s%.40s",
				 m->reason[0] ? ": " : "", m->reason);
	if (step->expect != U64_MAX && step->expect != ring->epoch)
		return hr_extack(extack, NULL, -ESTALE,
				 "epoch does not match", ": %llu, not %llu",
				 ring->epoch, step->expect);
	return 0;
}

static u64 cell_width(const struct hr_ring *ring)
{
	return ring->config.grid ?
		HR_WHOLE_RING >> ilog2(ring->config.grid) : 1;
}

/* A given frontier has to be on the border of a cell, if the ring has cells. */
static int check_position(const struct hr_ring *ring, u64 position,
			  struct netlink_ext_ack *extack)
{
	u64 cell = cell_width(ring);

	if (position > HR_WHOLE_RING)
		return hr_extack(extack, NULL, -ERANGE,
				 "frontier is out of range", ": %llu, not 0 to %llu",
				 position, HR_WHOLE_RING);
	if (position & (cell - 1))
		return hr_extack(extack, NULL, -EINVAL,
				 "frontier is no border of a cell",
				 ": %llu, and cells are %llu wide", position,
				 cell);
	return 0;
}

/* The frontier after so many tracked flows, moved on to the border of a cell. */
static int flows_target(const struct hr_ring *ring,
			const struct hr_ring_view *view,
			const struct hr_migrate_step *step, u64 *target,
			struct netlink_ext_ack *extack)
{
	u64 cell = cell_width(ring);
	int ret;

	if (!view->track)
		return hr_extack(extack, NULL, -EINVAL,
				 "no flows are tracked: established flows move");
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
		return step->back ?
			hr_extack(extack, NULL, -ERANGE,
				  "the frontier is at its start already") :
			hr_extack(extack, NULL, -ERANGE,
				  "the frontier is at its end already");
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
 * @step: the request; its result is filled in
 * @extack: for the reason
 *
 * Context: ring->lock is held. May sleep.
 * Return: 0, or an error and the frontier has not moved: -ENOENT (no migration),
 * -EBUSY (paused, failed, or paced by another socket), -ESTALE (another epoch),
 * -ERANGE (already at that end, or beyond the ring), -EINVAL, -EAGAIN (more flows than
 * allowed), -ENOMEM.
 */
int hr_migrate_step_locked(struct hr_ring *ring, struct hr_migrate_step *step,
			   struct netlink_ext_ack *extack)
{
	struct hr_migration *m = hr_migration_get_locked(ring, extack);
	struct hr_migrate_event *done = &step->done;
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
	if (m->at_once && target < view->core.frontier)
		return hr_extack(extack, NULL, -ERANGE,
				 "the last change was in force at once",
				 ": no step goes back");

	memset(done, 0, sizeof(*done));
	done->kind = HASHRING_STEP_STEP;
	done->before = view->core.frontier;
	done->after = target;
	low = min(done->before, done->after);
	high = max(done->before, done->after);
	hr_view_between(&view->core, low, high, &done->moved, &done->arcs);
	if (view->track)
		done->flows = hr_track_between(view, low, high);
	if (done->flows > step->max_flows)
		return hr_extack(extack, NULL, -EAGAIN,
				 "too many tracked flows in that range",
				 ": %u, more than %u", done->flows,
				 step->max_flows);
	done->epoch = ring->epoch;
	if (step->dry_run || target == view->core.frontier)
		return 0;

	hr_migrate_move_locked(ring, target);
	if (m->mode == HASHRING_MIGRATION_THROTTLED)
		hr_migration_set_mode(m, HASHRING_MIGRATION_RUNNING, NULL);
	hr_migrate_event_locked(ring, done, NULL);
	return 0;
}
