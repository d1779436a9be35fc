// SPDX-License-Identifier: GPL-2.0-only
/*
 * Carries out a change and prints its receipt.
 */
#include <string.h>

#include "ringctl/ringctl.h"
#include "cli/print/output.h"

/* What can be done where a migration stands in the way, by the kernel's words. */
static const struct {
	const char *said;
	const char *way;
} ways[] = {
	{ "a migration is under way",
	  "go on by migrate run or step, back by migrate rollback, join by --hold" },
	{ "a node that goes down is not held",
	  "without --hold it goes down at once" },
	{ "a leaving node has the name",
	  "the name is free once the migration has ended: migrate wait, or finish" },
	{ "node is leaving, and can only go down",
	  "state down, node del --now and migrate finish --force NODE cut its flows" },
	{ "more than one change would be undone", "--all undoes all of them" },
	{ "a part has still to move", "migrate run or step moves it" },
	{ "the node is in service", "state draining and state down take it out" },
};

/**
 * refused_on() - reports why a request about a ring was refused, and the way on
 * @ring: the ring
 * @err: negative errno
 *
 * Return: an exit status.
 */
int refused_on(const char *ring, int err)
{
	const char *said = hashring_error(conn());
	const char *way = NULL;
	size_t i;
	int status;

	for (i = 0; i < sizeof(ways) / sizeof(*ways) && !way; i++)
		if (strstr(said, ways[i].said))
			way = ways[i].way;
	status = refused(err);
	if (way)
		warn("%s: %s", ring, way);
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
		return refused_on(change->ring, err);
	if (opt.json)
		json_print(receipt_to_json(&receipt));
	else
		print_receipt(stdout, &receipt, change->dry_run);
	hashring_receipt_release(&receipt);
	return EXIT_DONE;
}
