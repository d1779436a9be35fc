/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * --flows, --keys FILE, --to and --key: the flows that figures count.
 */
#ifndef CLI_KEYS_FLOWS_H
#define CLI_KEYS_FLOWS_H

#include <flows/flows.h>

#include "position.h"
#include "cli/print/output.h"

/* Rows of a command's table. */
#define ARG_ROW_FLOWS	{ ARG_FLOWS, "--flows", .meta = "SOURCE" }
#define ARG_ROW_TO	{ ARG_TEXT, "--to", \
			  .meta = "ADDRESS[/LENGTH][:PORT]" }
#define ARG_ROW_KEY	{ ARG_ENUM, "--key", .meta = "POLICY", \
			  .names = hashring_key_policy_name }

/**
 * struct flow_ring - the ring that maps flows
 * @name: its name
 * @has_seed: whether its seed is known, and so its hashes
 * @by: hash for positions of keys
 * @policies: a bit for each &enum hashring_key_policy of its attachments
 */
struct flow_ring {
	const char *name;
	bool has_seed;
	struct positioner by;
	__u32 policies;
};

/*
 * flows.c; functions that return an int return an exit status; errors are
 * reported.
 */
int flows_check(struct args *a);
bool flows_wanted(struct args *a);
int flows_policies(const char *ring, __u32 *policies);
int flows_load(struct flow_set *s, struct args *a,
	       const struct flow_ring *ring);

#endif
