// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl history RING revert G: one change that restores a ring's members to
 * generation G.
 */
#include <hashring/migrate.h>

#include "cli/past/past.h"
#include "ringctl/ringctl.h"

/* The members are as they were, but a migration may have still to move. */
static int print_unchanged(const char *ring, __u64 generation)
{
	struct hashring_migration m;
	char text[FIGURE_LEN];
	__u64 left;
	json_t *o;
	int err;

	err = hashring_migrate_get(conn(), ring, &m);
	if (err)
		return refused(err);
	left = m.total - m.released;
	hashring_migration_release(&m);
	if (opt.json) {
		o = json_object();
		json_set_text(o, "ring", ring);
		json_object_set_new(o, "unchanged", json_true());
		if (left)
			json_set_u64(o, "left", left);
		json_print(o);
	} else if (left) {
		printf("%s is like generation %llu; %s has still to move: migrate run or step\n",
		       ring, generation, figure_share(text, left));
	} else {
		printf("%s is as it was in generation %llu: nothing to change\n",
		       ring, generation);
	}
	return left ? EXIT_HELD : EXIT_DONE;
}

/*
 * The change expects the generation that the way back began from: the kernel
 * refuses it when the ring has changed meanwhile.
 */
static int revert(const struct model_ring *now, const struct model_ring *then,
		  __u64 max_moved, bool dry_run)
{
	const struct model none = { 0 };
	struct ops ops = { 0 };
	int status;

	status = model_diff(&none, now, then, &ops);
	if (!status && !ops.nr) {
		status = print_unchanged(now->name, then->generation);
	} else if (!status) {
		const struct hashring_change change = {
			.ring = now->name,
			.ops = ops.op,
			.nr_ops = ops.nr,
			.expect_generation = now->generation,
			.max_moved = max_moved,
			.dry_run = dry_run,
		};

		status = change_run(&change);
	}
	ops_release(&ops);
	return status;
}

/**
 * history_revert() - restores a ring to an earlier generation
 * @ring: the ring
 * @generation: the generation to restore
 * @max_moved: refuse when more would move; HASHRING_ANY
 * @dry_run: only print what it would do
 *
 * Return: an exit status; errors are reported.
 */
int history_revert(const char *ring, __u64 generation, __u64 max_moved,
		   bool dry_run)
{
	struct model_ring now, then = { 0 };
	int status;

	status = model_ring_from_kernel(&now, ring);
	if (!status)
		status = past_check(&now, generation);
	if (!status)
		status = past_copy(&then, &now);
	if (!status)
		status = past_return(&then, generation);
	if (!status)
		status = past_seats(&now, &then);
	if (!status)
		status = revert(&now, &then, max_moved, dry_run);
	model_ring_release(&then);
	model_ring_release(&now);
	return status;
}
