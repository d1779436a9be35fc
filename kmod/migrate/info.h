/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What readers are told of a migration: a copy of its state after its last event.
 * Any user may read the copy. A reader does not take the lock of the ring, under
 * which the migration goes on.
 */
#ifndef HASHRING_MIGRATE_INFO_H
#define HASHRING_MIGRATE_INFO_H

#include "migration.h"

/**
 * struct hr_migrate_info - the state of a migration
 * @moving: a migration is under way; @m and @frontier are valid
 * @ended: the last migration has ended; @last is valid
 * @state: &enum hashring_migration_state
 * @epoch: the epoch of this state
 * @view: the view, pinned; has the track, if there is one
 * @m: the migration, without references: its track is that of @view
 * @frontier: the frontier
 * @last: the last event
 */
struct hr_migrate_info {
	bool moving;
	bool ended;
	u8 state;
	u64 epoch;
	struct hr_ring_view *view;
	struct hr_migration m;
	u64 frontier;
	struct hr_migrate_event last;
};

void hr_migrate_info_update_locked(struct hr_ring *ring,
				   const struct hr_migrate_event *what);
void hr_migrate_info_get(struct hr_ring *ring, struct hr_migrate_info *info);
void hr_migrate_info_put(struct hr_migrate_info *info);

u32 hr_migrate_info_kept(struct hr_ring *ring, u64 *oldest);
bool hr_migrate_info_event_after(struct hr_ring *ring, u64 epoch,
				 struct hr_migrate_event *what);

#endif
