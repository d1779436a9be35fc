// SPDX-License-Identifier: GPL-2.0-only
/*
 * What readers are told of migrations.
 *
 * hr_ring.told_lock is held to copy a few hundred bytes, by the writer and by
 * readers, and as a spinlock keeps the CPU of a reader that has it.
 */
#include "info.h"
#include "ring/lease.h"

/**
 * hr_told_update_locked() - from here on readers are told how things stand now
 * @ring: the ring
 * @what: what has just happened, for the log; NULL: nothing that is logged
 *
 * Context: ring->lock is held.
 */
void hr_told_update_locked(struct hr_ring *ring,
			   const struct hr_happened *what)
{
	const struct hr_migration *m = hr_migration_locked(ring);
	struct hr_ring_view *view = hr_ring_view_locked(ring), *old = NULL;
	struct hr_told *told = m ? m->told : NULL;

	spin_lock(&ring->told_lock);
	if (what)
		*hr_steps_next(&ring->steps) = *what;
	if (ring->told) {
		old = ring->told->view;
		ring->told->view = NULL;
	}
	if (told) {
		refcount_inc(&view->refs);
		told->view = view;
		told->moving = true;
		told->m = *m;
		told->frontier = view->core.frontier;
		told->state = hr_migration_state(ring);
		told->epoch = what ? what->epoch : ring->epoch;
	}
	ring->told = told;
	spin_unlock(&ring->told_lock);
	if (old)
		hr_ring_unpin(old);
}

/**
 * hr_told_get() - how a ring's migration stands
 * @ring: outlasts @told
 * @told: filled in, for hr_told_put()
 *
 * Context: not in softirq; waits for nobody.
 */
void hr_told_get(struct hr_ring *ring, struct hr_told *told)
{
	const struct hr_steps *steps = &ring->steps;

	memset(told, 0, sizeof(*told));
	spin_lock(&ring->told_lock);
	if (ring->told) {
		*told = *ring->told;
		refcount_inc(&told->view->refs);
	} else if (steps->nr) {
		told->ended = true;
		told->last = steps->log[(steps->nr - 1) % HR_MAX_STEPS];
	}
	spin_unlock(&ring->told_lock);

	if (!told->moving) {
		told->state = told->ended ? HASHRING_MIGRATION_DONE :
					    HASHRING_MIGRATION_NONE;
		/* then the view: pairs with hr_ring_publish_locked() */
		told->epoch = smp_load_acquire(&ring->epoch);
		told->view = hr_ring_pin(ring);
	} else if (told->m.holder_port && !hr_lease_taken(ring)) {
		/* Its socket is closed, and nobody has come to say so yet. */
		hr_migration_unpaced(&told->m,
				     told->frontier == HR_WHOLE_RING);
		told->state = hr_migration_state_of(&told->m, told->frontier);
	}
}

/**
 * hr_told_put() - let go what hr_told_get() has taken
 * @told: is of no use afterwards
 *
 * Context: any.
 */
void hr_told_put(struct hr_told *told)
{
	hr_ring_unpin(told->view);
}

/**
 * hr_told_steps() - how many steps and transitions are kept
 * @ring: the ring
 * @oldest: filled in: how many were kept once and are not any more
 *
 * Context: not in softirq; waits for nobody.
 * Return: 0 to HR_MAX_STEPS.
 */
u32 hr_told_steps(struct hr_ring *ring, u64 *oldest)
{
	u32 kept;

	spin_lock(&ring->told_lock);
	kept = hr_steps_kept(&ring->steps);
	*oldest = ring->steps.nr - kept;
	spin_unlock(&ring->told_lock);
	return kept;
}

/**
 * hr_told_step_after() - the first step or transition after an epoch
 * @ring: the ring
 * @epoch: any
 * @what: filled in
 *
 * Context: not in softirq; waits for nobody.
 * Return: whether there is one.
 */
bool hr_told_step_after(struct hr_ring *ring, u64 epoch,
			struct hr_happened *what)
{
	const struct hr_happened *found;

	spin_lock(&ring->told_lock);
	found = hr_steps_after(&ring->steps, epoch);
	if (found)
		*what = *found;
	spin_unlock(&ring->told_lock);
	return found;
}
