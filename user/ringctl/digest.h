/* SPDX-License-Identifier: GPL-2.0-only */
/* Digests to compare with. */
#ifndef RINGCTL_DIGEST_H
#define RINGCTL_DIGEST_H

#include "cli/model/model.h"

/**
 * struct told - a digest of another director
 * @name: the director, or the file that it was computed from
 * @digest: the digest
 * @generation: the generation of the digest
 * @has_generation: whether there is @generation
 */
struct told {
	const char *name;
	__u64 digest;
	__u64 generation;
	bool has_generation;
};

/**
 * struct told_list - digests from a file
 * @told: in the order of the file
 * @nr: number of @told
 * @text: memory of the names
 */
struct told_list {
	struct told *told;
	__u32 nr;
	char *text;
};

int told_read(struct told_list *list, const char *file, const char *ring,
	      bool config);
void told_release(struct told_list *list);

#endif
