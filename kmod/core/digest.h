/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Digests: one word that is equal exactly where two maps are (except by chance,
 * 2^-64), whatever their history. The hash key is a public constant: a digest
 * compares, it does not authenticate.
 */
#ifndef HASHRING_CORE_DIGEST_H
#define HASHRING_CORE_DIGEST_H

#include "table.h"

/*
 * The values of an attachment that count: NF_INET_* hook, priority, mark, its
 * mask, the node's mask, key policy, whether to drop without an owner, whether
 * to observe only.
 */
#define HR_DIGEST_ATTACH	8

u64 hr_digest_map(const struct hr_table *t);
u64 hr_digest_members(const struct hr_config *cfg, const struct hr_table *t);
u64 hr_digest_attach(const u32 word[HR_DIGEST_ATTACH]);

#endif
