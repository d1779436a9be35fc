// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state of a migration, derived from the migration and its frontier alone.
 */
#include "migration.h"

/**
 * hr_migration_at_end() - whether everything has moved
 * @ring: a ring with a migration
 *
 * Context: ring->lock is held.
 * Return: whether the frontier is at its end, or no arc beyond it moves, such as after
 * the only node that was to join has gone again.
 */
bool hr_migration_at_end(const struct hr_ring *ring)
{
	const struct hr_progress *progress = &hr_migration_locked(ring)->progress;

	return hr_ring_view_locked(ring)->core.frontier == HR_WHOLE_RING ||
	       progress->share == progress->share_released;
}

/**
 * hr_migration_left() - what has still to move
 * @m: the migration
 *
 * Context: any.
 * Return: the share of the ring, in thousandths of a percent.
 */
u64 hr_migration_left(const struct hr_migration *m)
{
	u64 left = m->progress.share - m->progress.share_released;

	return (left * 100000 + HR_WHOLE_RING / 2) >> 32;
}

/**
 * hr_migrate_refuse() - refuse a change because a migration has still to move
 * @ring: a ring with a migration that is not at its end
 * @err: filled in
 *
 * Context: ring->lock is held.
 * Return: -EINPROGRESS.
 */
int hr_migrate_refuse(const struct hr_ring *ring, struct hr_error *err)
{
	const struct hr_migration *m = hr_migration_locked(ring);
	u64 left = hr_migration_left(m);

	return hr_refuse(err, U32_MAX, HR_PART_ALL, -EINPROGRESS,
			 "a migration is under way",
			 ": %llu.%03llu%% %s", left / 1000, left % 1000,
			 m->rolling ? "has still to go back" :
				      "has still to move");
}

/**
 * hr_migration_state_of() - the state of a migration at a frontier
 * @m: the migration
 * @frontier: the frontier
 *
 * Context: any.
 * Return: &enum hashring_migration_state.
 */
u8 hr_migration_state_of(const struct hr_migration *m, u64 frontier)
{
	if (m->mode == HASHRING_MIGRATION_PAUSED ||
	    m->mode == HASHRING_MIGRATION_FAILED)
		return m->mode;
	if (frontier == HR_WHOLE_RING)
		return HASHRING_MIGRATION_DRAINING;
	if (m->mode == HASHRING_MIGRATION_THROTTLED)
		return m->mode;
	return m->rolling ? HASHRING_MIGRATION_ROLLING_BACK : m->mode;
}

/**
 * hr_migration_state() - the state of a ring's migration
 * @ring: the ring
 *
 * Context: ring->lock is held.
 * Return: &enum hashring_migration_state.
 */
u8 hr_migration_state(const struct hr_ring *ring)
{
	const struct hr_migration *m = hr_migration_locked(ring);

	if (!m)
		return ring->migrate_log.nr ? HASHRING_MIGRATION_DONE :
					      HASHRING_MIGRATION_NONE;
	return hr_migration_state_of(m, hr_ring_view_locked(ring)->core.frontier);
}

/**
 * hr_migration_set_mode() - set the mode of a migration
 * @m: the migration, or a copy
 * @mode: &enum hashring_migration_state
 * @reason: for operators; NULL: none
 *
 * Context: any; no other thread uses @m at that time.
 */
void hr_migration_set_mode(struct hr_migration *m, u8 mode,
			   const char *reason)
{
	m->mode = mode;
	hr_migrate_log_text(m->reason, reason ?: "", sizeof(m->reason));
}

/**
 * hr_migration_unpaced() - a migration loses its pacer
 * @m: the migration, or a copy
 * @at_end: everything has moved
 *
 * A dead pacer leaves a paused migration, never a broken migration.
 *
 * Context: any.
 */
void hr_migration_unpaced(struct hr_migration *m, bool at_end)
{
	m->holder_port = 0;
	m->holder[0] = '\0';
	if (m->mode != HASHRING_MIGRATION_RUNNING &&
	    m->mode != HASHRING_MIGRATION_THROTTLED)
		return;
	if (at_end)
		hr_migration_set_mode(m, HASHRING_MIGRATION_HOLDING, NULL);
	else
		hr_migration_set_mode(m, HASHRING_MIGRATION_PAUSED, "its pacer is gone");
}
