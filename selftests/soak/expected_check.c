// SPDX-License-Identifier: GPL-2.0-only
/*
 * soak: checks of a ring in the kernel
 */
#include <string.h>

#include "expected.h"

#include <hashring/attach.h>

#include "core/digest.h"

/* The kernel's digest: of the map, or of members and attachments. */
__u64 expected_kernel_digest(struct expected *t, bool config)
{
	__u64 digest = 0, generation;
	int err;

	do {
		err = hashring_digest(t->h, t->ring, config, &digest,
				      &generation);
	} while (expected_again(t, err, "no digest"));
	return digest;
}

/* Compares the digests of the maps. */
void expected_check_digest(struct expected *t, const char *when)
{
	struct hr_table *map = expected_map(t);
	__u64 wanted = hr_digest_map(map), seen = expected_kernel_digest(t, false);

	hr_table_put(map, &hr_node_plain_ops);
	if (wanted != seen && !stopped())
		violation("digest", "%s: %016llx instead of %016llx %s",
			  t->ring, seen, wanted, when);
	count(FIG_DIGESTS, 1);
}

/* The part of an attachment in the digest of a ring's configuration. */
__u64 expected_attach_digest(const struct hashring_attach *a)
{
	const __u32 word[HR_DIGEST_ATTACH] = {
		/* NF_INET_PRE_ROUTING or NF_INET_LOCAL_OUT */
		a->hook == HASHRING_HOOK_OUTPUT ? 3 : 0, a->priority, a->mark,
		a->mark_mask, a->node_mask, a->key_policy,
		a->none_policy == HASHRING_NONE_POLICY_DROP,
		a->mode == HASHRING_ATTACH_MODE_OBSERVE,
	};

	return hr_digest_attach(word);
}

/* Compares the digests of seed, members and attachments. */
static void check_config(struct expected *t)
{
	struct hr_table *map = expected_map(t);
	__u64 wanted = hr_digest_members(&t->config, map) + t->attached;

	hr_table_put(map, &hr_node_plain_ops);
	if (expected_kernel_digest(t, true) != wanted && !stopped())
		violation("digest", "%s: other members or attachments",
			  t->ring);
	count(FIG_DIGESTS, 1);
}

/* While nothing moves: compares the map, the members, and look-ups. */
void expected_check(struct expected *t, unsigned int lookups)
{
	__u32 position[4096], id[4096], i;
	__u64 generation;
	int err;

	expected_check_digest(t, "while nothing moves");
	for (i = 0; i < lookups; i++)
		position[i] = (__u32)rand_r(&t->seed) << 16 ^ rand_r(&t->seed);
	do {
		err = hashring_lookup_bulk(t->h, t->ring, position, id, lookups,
					   &generation);
	} while (expected_again(t, err, "no look-up"));
	if (err)
		return;
	for (i = 0; i < lookups; i++) {
		const struct hr_node *owner = hr_view_owner(&t->view,
							    position[i]);

		if (id[i] == (owner ? owner->attrs.id : HR_NO_ID))
			continue;
		violation("lookup", "%s: position %u is node %u's instead of %u's",
			  t->ring, position[i], id[i],
			  owner ? owner->attrs.id : HR_NO_ID);
		break;
	}
	count(FIG_LOOKUPS, lookups);
	check_config(t);
}

/*
 * A new ring with the same members, made in one change, has the same map. The
 * map of a balanced ring depends on its past.
 */
void expected_check_history(struct expected *t)
{
	struct hashring_ring_config config = {
		.name = "again", .placement = hr_place_kind(t->config.place),
		.points = t->config.points, .per = t->config.per,
		.seed = t->config.seed,
	};
	const struct hr_table *table = t->view.table;
	struct hashring_op ops[EXPECTED_NAMES] = {};
	struct hashring_change ask = {
		.ring = "again", .ops = ops, .nr_ops = table->nr_nodes,
		.expect_generation = HASHRING_ANY, .max_moved = HASHRING_ANY,
	};
	struct hashring_receipt receipt = {};
	__u64 digest = 0, generation, i;
	struct hashring_ring made;

	if (!expected_settled(t) || t->config.grid || t->may_fail)
		return;
	for (i = 0; i < table->nr_nodes; i++) {
		const struct hr_node *node = table->by_name[i];

		ops[i] = (struct hashring_op){
			.kind = HASHRING_OP_ADD,
			.has = HASHRING_HAS_ATTR(ID) |
			       HASHRING_HAS_ATTR(WEIGHT) |
			       HASHRING_HAS_ATTR(STATE),
			.name = node->name,
			.seat = node->seat,
			.attrs.id = node->attrs.id,
			.attrs.weight = node->attrs.weight,
			.attrs.state = node->attrs.state,
		};
		if (!t->config.place->takes_points)
			continue;
		ops[i].has |= HASHRING_HAS(POINTS);
		ops[i].nr_points = node->nr_points;
		ops[i].points = node->points;
	}
	if (hashring_ring_add(t->h, &config, &made) ||
	    hashring_change(t->h, &ask, &receipt) ||
	    hashring_digest(t->h, "again", false, &digest, &generation))
		violation("state", "%s: not made again: %s", t->ring,
			  hashring_error(t->h));
	else if (digest != expected_kernel_digest(t, false))
		violation("digest", "%s: depends on its past", t->ring);
	hashring_receipt_release(&receipt);
	hashring_ring_del(t->h, "again");
	count(FIG_RINGS, 1);
	count(FIG_DIGESTS, 1);
}
