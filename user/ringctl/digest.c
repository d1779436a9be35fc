// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl digest: one word that is equal exactly where two maps are.
 */
#include "output.h"

enum { DIGEST_RING, DIGEST_CONFIG };

static const struct arg digest_args[] = {
	[DIGEST_RING] = { ARG_RING, .meta = "RING", .required = true },
	[DIGEST_CONFIG] = { ARG_FLAG, "--config" },
	{ }
};

static int digest_show(struct args *a)
{
	const char *ring = a->v[DIGEST_RING].text;
	struct hashring *h = conn();
	__u64 digest, generation;
	json_t *o;
	int err;

	if (!h)
		return EXIT_REFUSED;
	err = hashring_digest(h, ring, a->v[DIGEST_CONFIG].given, &digest,
			      &generation);
	if (err)
		return refused(err);
	if (!opt.json) {
		printf("%016llx\n", digest);
		return 0;
	}
	o = json_object();
	json_set_text(o, "ring", ring);
	json_set_u64(o, "generation", generation);
	json_object_set_new(o, "digest", json_digest(digest));
	json_print(o);
	return 0;
}

static const struct command commands[] = {
	{ NULL, NULL,
	  "the map's digest; --config: of seed, placement, members, attachments",
	  digest_args, digest_show },
	{ }
};

const struct noun noun_digest = {
	.name = "digest",
	.help = "one word that is equal exactly where two maps are",
	.commands = commands,
};
