// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl lookup: the owner of a key, a flow or a position, and why.
 */
#include <string.h>

#include "cli/print/output.h"
#include "ringctl/ringctl.h"

enum { LOOKUP_RING, LOOKUP_KEY, LOOKUP_POSITION, LOOKUP_FLOW, LOOKUP_POLICY };

static const struct arg lookup_args[] = {
	[LOOKUP_RING] = { ARG_RING, .meta = "RING", .required = true },
	[LOOKUP_KEY] = { ARG_TEXT, .meta = "KEY" },
	[LOOKUP_POSITION] = { ARG_NUMBER, "position", .meta = "POSITION" },
	[LOOKUP_FLOW] = { ARG_FLOW, "flow" },
	[LOOKUP_POLICY] = { ARG_ENUM, "key", .meta = "POLICY",
			    .names = hashring_key_policy_name },
	{ }
};

/* What a migration has done with the position. */
static void print_way(const struct hashring_owner *owner)
{
	if (!owner->migrating)
		return;
	printf(" old %s  new %s  %s", *owner->before ? owner->before : "none",
	       *owner->after ? owner->after : "none",
	       owner->released ? "released" : "not released");
	if (*owner->pinned)
		printf("; pinned %s", owner->pinned);
	putchar('\n');
}

static void print_owner(const char *ring, const struct hashring_owner *owner)
{
	char share[FIGURE_LEN];
	__u32 length;

	if (opt.json) {
		json_print(owner_to_json(ring, owner));
		return;
	}
	printf("position %u", owner->position);
	if (!owner->id) {
		printf(" none generation %llu\n", owner->generation);
		print_way(owner);
		return;
	}
	/* An arc from a position to itself is the whole ring. */
	length = owner->arc_end - owner->arc_start;
	printf(" node %s id %u generation %llu\n", owner->node, owner->id,
	       owner->generation);
	printf(" arc (%u, %u] %s\n", owner->arc_start, owner->arc_end,
	       figure_share(share, length ? length : HASHRING_WHOLE));
	print_way(owner);
}

static int lookup(struct args *a)
{
	const char *ring = a->v[LOOKUP_RING].text;
	struct value *key = &a->v[LOOKUP_KEY];
	struct value *flow = &a->v[LOOKUP_FLOW];
	struct value *policy = &a->v[LOOKUP_POLICY];
	struct hashring_owner owner;
	struct hashring *h;
	int err;

	if (key->given + flow->given + a->v[LOOKUP_POSITION].given != 1)
		return fail_usage("one of KEY, position and flow is missing");
	if (policy->given && !flow->given)
		return fail_usage("\"key\" is a word for a flow; -- KEY for a key of that name");
	h = conn();
	if (!h)
		return EXIT_REFUSED;
	if (key->given) {
		err = hashring_lookup_key(h, ring, key->text, strlen(key->text),
					  &owner);
	} else if (flow->given) {
		flow->flow.policy = policy->given ? policy->num :
				    HASHRING_KEY_5TUPLE;
		err = hashring_lookup_flow(h, ring, &flow->flow, &owner);
	} else {
		err = hashring_lookup_position(h, ring,
					       a->v[LOOKUP_POSITION].num,
					       &owner);
	}
	if (err)
		return refused(err);
	print_owner(ring, &owner);
	return 0;
}

static const struct command commands[] = {
	{ NULL, NULL, "the owner of a key, a position or a flow, and why",
	  lookup_args, lookup },
	{ }
};

const struct noun noun_lookup = {
	.name = "lookup",
	.help = "the owner of a key or a flow, and why",
	.commands = commands,
};
