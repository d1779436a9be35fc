// SPDX-License-Identifier: GPL-2.0-only
/*
 * Carries out a change and prints its receipt.
 */
#include <string.h>

#include "ringctl/ringctl.h"
#include "cli/print/output.h"

/**
 * change_refused() - reports why a change was refused
 * @ring: the ring
 * @err: negative errno
 *
 * A change that a migration stands in the way of has ways on.
 *
 * Return: an exit status.
 */
int change_refused(const char *ring, int err)
{
	bool way = strstr(hashring_error(conn()), "a migration is under way");
	int status = refused(err);

	if (status == EXIT_MIGRATION && way)
		warn("%s: go on by migrate run or step, back by migrate rollback, join by --hold",
		     ring);
	return status;
}

/**
 * change_run() - sends a change to the kernel and prints the receipt
 * @change: the change, which may be a dry run
 *
 * Return: an exit status; errors are reported.
 */
int change_run(const struct hashring_change *change)
{
	struct hashring_receipt receipt;
	int err;

	if (!conn())
		return EXIT_REFUSED;
	err = hashring_change(conn(), change, &receipt);
	if (err)
		return change_refused(change->ring, err);
	if (opt.json)
		json_print(receipt_to_json(&receipt));
	else
		print_receipt(stdout, &receipt, change->dry_run);
	hashring_receipt_release(&receipt);
	return EXIT_DONE;
}
