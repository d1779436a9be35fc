// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints the kernel's reply about a migration.
 */
#include "migrate.h"
#include "cli/print/output.h"
#include "cli/cli.h"
#include "ringctl/ringctl.h"

/*
 * With the receipt of the whole migration, if it has ended and the receipt is
 * kept.
 */
int migration_tell(struct hashring *h, struct hashring_migration *m)
{
	bool ended = migration_ended(m) && m->has_step;
	int err = 0;

	if (ended && !m->has_receipt)
		err = hashring_history_get(h, m->ring, m->step.generation,
					   &m->receipt);
	if (err && err != -ENOENT)
		return refused_by(h, err);
	if (ended && !err)
		m->has_receipt = true;
	if (opt.json) {
		json_print(migration_to_json(m));
		return EXIT_DONE;
	}
	print_migration(stdout, m);
	if (m->has_receipt)
		print_receipt(stdout, &m->receipt, false);
	return EXIT_DONE;
}

/**
 * migrate_told() - prints the kernel's reply, and releases it
 * @h: the connection
 * @ring: the ring that the request was about
 * @err: 0, or a negative errno, with which there is nothing to release
 * @m: the migration after the request
 *
 * Return: an exit status; errors are reported, with the way on.
 */
int migrate_told(struct hashring *h, const char *ring, int err,
		 struct hashring_migration *m)
{
	int status;

	if (err)
		return refused_on(ring, err);
	status = migration_tell(h, m);
	hashring_migration_release(m);
	return status;
}
