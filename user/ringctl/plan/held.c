// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plans while a migration is under way. The map then is between two maps and
 * follows from no membership, so that there are only the kernel's figures.
 */
#include "plan.h"
#include "ringctl/migrate/migrate.h"
#include "ringctl/ringctl.h"
#include "token.h"

#define TRIES	10

/**
 * plan_migrates() - whether a ring has a migration under way
 * @ring: the ring
 * @migrates: set
 *
 * Return: an exit status; errors are reported.
 */
int plan_migrates(const char *ring, bool *migrates)
{
	struct hashring_ring is;
	int err;

	if (!conn())
		return EXIT_REFUSED;
	err = hashring_ring_get(conn(), ring, &is);
	if (err)
		return refused(err);
	*migrates = ring_migrates(&is);
	return EXIT_DONE;
}

static void print_held(const struct hashring_receipt *r, __u64 digest)
{
	char token[TOKEN_LEN];
	json_t *o, *plan;

	token_make(token, r->generation - 1, digest);
	if (!opt.json) {
		print_receipt(stdout, r, true);
		printf(" token %s\n", token);
		return;
	}
	plan = json_object();
	json_set_text(plan, "token", token);
	json_object_set_new(plan, "digest", json_digest(digest));
	o = receipt_to_json(r);
	json_object_set_new(o, "plan", plan);
	json_print(o);
}

/**
 * plan_held() - prints what a change would do to a ring that migrates
 * @change: the change, a dry run
 *
 * Return: an exit status; errors are reported.
 */
int plan_held(const struct hashring_change *change)
{
	struct hashring_receipt receipt;
	__u64 digest, generation;
	int tries, err;

	for (tries = 0; tries < TRIES; tries++) {
		err = hashring_change(conn(), change, &receipt);
		if (err)
			return refused_on(change->ring, err);
		err = hashring_digest(conn(), change->ring, false, &digest,
				      &generation);
		if (!err && generation + 1 == receipt.generation)
			print_held(&receipt, digest);
		hashring_receipt_release(&receipt);
		if (err)
			return refused(err);
		if (generation + 1 == receipt.generation)
			return EXIT_DONE;
	}
	return fail(EXIT_STALE, "ring %s changes all the time", change->ring);
}
