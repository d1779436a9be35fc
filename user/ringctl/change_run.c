// SPDX-License-Identifier: GPL-2.0-only
/*
 * A change is carried out, and its receipt is printed.
 */
#include "ringctl/ringctl.h"
#include "cli/print/output.h"

/**
 * change_run() - asks the kernel for a change and prints the receipt
 * @change: the change, which may be a dry run
 *
 * Return: an exit status; errors are told.
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
