// SPDX-License-Identifier: GPL-2.0-only
#include <asm/byteorder.h>
#include <linux/sched.h>
#include <linux/siphash.h>
#include <linux/string.h>

#include "config.h"
#include "digest.h"
#include "sort.h"

/* Public and for ever: "hashring" and "digest 1" as little-endian words. */
static const siphash_key_t digest_key = { {
	0x676e697268736168ULL, 0x3120747365676964ULL,
} };

static u64 add_word(u64 digest, u64 word)
{
	return siphash_2u64(digest, word, &digest_key);
}

static u64 add_bytes(u64 digest, const void *bytes, size_t len)
{
	return siphash_3u64(digest, siphash(bytes, len, &digest_key), len,
			    &digest_key);
}

/**
 * hr_digest_map() - the digest of a map
 * @t: its table
 *
 * Only arcs and names count: neither slots nor ids, nor cuts within one owner's
 * arc, nor the history of points. The beginning of an arc counts where the
 * positions before it have no owner.
 *
 * Context: process; sleeps. The caller keeps the table alive.
 * Return: the digest.
 */
u64 hr_digest_map(const struct hr_table *t)
{
	u32 cursor = 0, arcs = 0, behind = 0, first = 0;
	struct hr_arc arc;
	u64 digest = 0;

	while (hr_table_next_arc(t, &cursor, &arc)) {
		/* A lone owner's arc ends where it begins, wherever that is. */
		u32 end = arc.start == arc.end ? U32_MAX : arc.end;
		const char *name = t->nodes[arc.slot]->name;

		if (!arcs)
			first = arc.start;
		else if (arc.start != behind)
			digest = add_word(digest, arc.start);
		behind = arc.end;
		digest = siphash_3u64(digest, end,
				      siphash(name, strlen(name), &digest_key),
				      &digest_key);
		if (!(arcs++ & (HR_CHUNK - 1)))
			cond_resched();
	}
	if (first != behind)
		digest = add_word(digest, first);
	return add_word(digest, arcs);
}

static u64 add_member(u64 digest, const struct hr_node *node)
{
	const struct hr_via *via = &node->attrs.via;
	u32 i;

	digest = add_bytes(digest, node->name, strlen(node->name));
	digest = add_bytes(digest, node->seat, strlen(node->seat));
	digest = add_word(digest, (u64)node->attrs.id << 32 |
					  node->attrs.weight << 8 |
					  node->attrs.state);
	digest = add_bytes(digest, via->addr4, via->has4 ? 4 : 0);
	digest = add_bytes(digest, via->addr6, via->has6 ? 16 : 0);
	/* Default values leave digests as they were. */
	if (node->attrs.zone)
		digest =
			add_word(digest, (u64)U32_MAX << 32 | node->attrs.zone);
	digest = add_word(digest, node->nr_points);
	for (i = 0; i < node->nr_points; i++)
		digest = add_word(digest, node->points[i]);
	for (i = 0; i < node->nr_home; i++)
		digest = add_word(digest, (u64)node->home[i].first << 32 |
					  node->home[i].count);
	return digest;
}

/**
 * hr_digest_members() - the digest of a ring's configuration and members
 * @cfg: the ring's configuration
 * @t: its table
 *
 * Equal where two rings answer, mark and forward every key alike: it covers the
 * seed, the placement and every member.
 *
 * Context: process; sleeps. The caller keeps the table alive.
 * Return: the digest.
 */
u64 hr_digest_members(const struct hr_config *cfg, const struct hr_table *t)
{
	u64 digest = add_word(HR_ALGORITHM, hr_place_kind(cfg->place));
	u32 i;

	/* One of the two is 0. */
	digest = add_word(digest, (u64)cfg->per << 32 |
				  (cfg->points | cfg->grid));
	digest = add_bytes(digest, cfg->seed, sizeof(cfg->seed));
	for (i = 0; i < t->nr_nodes; i++) {
		digest = add_member(digest, t->by_name[i]);
		if (!(i & 0xff))
			cond_resched();
	}
	return add_word(digest, t->nr_nodes);
}

/**
 * hr_digest_attach() - the digest of an attachment
 * @word: its values, see HR_DIGEST_ATTACH
 *
 * The digests of all attachments of a ring are added up, in any order, and to
 * that of its members.
 *
 * Context: any.
 * Return: the digest.
 */
u64 hr_digest_attach(const u32 word[HR_DIGEST_ATTACH])
{
	static const siphash_key_t key = { {
		0x6873616872696e67ULL, 0x6174746163686d74ULL,
	} };
	__le32 le[HR_DIGEST_ATTACH];
	u32 i;

	for (i = 0; i < HR_DIGEST_ATTACH; i++)
		le[i] = cpu_to_le32(word[i]);
	return siphash(le, sizeof(le), &key);
}
