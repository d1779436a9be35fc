// SPDX-License-Identifier: GPL-2.0-only
/*
 * Carries out a change and prints its receipt.
 */
#include "ringctl/ringctl.h"
#include "cli/print/output.h"

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
		return refused(err);
	if (opt.json)
		json_print(receipt_to_json(&receipt));
	else
		print_receipt(stdout, &receipt, change->dry_run);
	hashring_receipt_release(&receipt);
	return EXIT_DONE;
}
