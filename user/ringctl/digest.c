// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl digest: one word that is equal exactly where two maps are, and the
 * directors that have another one.
 */
#include "digest.h"
#include "cli/print/output.h"
#include "ringctl/ringctl.h"

enum { DIGEST_RING, DIGEST_CONFIG, DIGEST_AGAINST };

static const struct arg digest_args[] = {
	[DIGEST_RING] = { ARG_RING, .meta = "RING", .required = true },
	[DIGEST_CONFIG] = { ARG_FLAG, "--config" },
	[DIGEST_AGAINST] = { ARG_FILE, "--against", .meta = "FILE" },
	{ }
};

/**
 * struct here - the digest of the kernel's ring
 * @ring: the ring
 * @digest: its digest
 * @generation: the generation of the digest
 */
struct here {
	const char *ring;
	__u64 digest;
	__u64 generation;
};

static json_t *here_to_json(const struct here *here)
{
	json_t *o = json_object();

	json_set_text(o, "ring", here->ring);
	json_set_u64(o, "generation", here->generation);
	json_object_set_new(o, "digest", json_digest(here->digest));
	return o;
}

static json_t *told_to_json(const struct told *told, bool agrees)
{
	json_t *o = json_object();

	json_set_text(o, "name", told->name);
	json_object_set_new(o, "digest", json_digest(told->digest));
	if (told->has_generation)
		json_set_u64(o, "generation", told->generation);
	json_object_set_new(o, "agrees", json_boolean(agrees));
	return o;
}

static void print_told(const struct here *here, const struct told *told)
{
	printf("%s: %s has %016llx", here->ring, told->name, told->digest);
	if (told->has_generation)
		printf(" generation %llu", told->generation);
	printf(", here it is %016llx generation %llu\n", here->digest,
	       here->generation);
}

static int compare(const struct here *here, const struct told_list *list)
{
	__u32 differ = 0;
	__u32 i;

	if (opt.json) {
		json_open(here_to_json(here), "against");
		json_list_begin();
	}
	for (i = 0; i < list->nr; i++) {
		const struct told *told = &list->told[i];
		bool agrees = told->digest == here->digest;

		differ += !agrees;
		if (opt.json)
			json_list_item(told_to_json(told, agrees));
		else if (!agrees)
			print_told(here, told);
	}
	if (opt.json) {
		json_list_close();
		json_close();
		putchar('\n');
	} else if (!differ) {
		printf("%s: %u agree\n", here->ring, list->nr);
	}
	return differ ? EXIT_STALE : EXIT_DONE;
}

static int digest_show(struct args *a)
{
	struct here here = { .ring = a->v[DIGEST_RING].text };
	bool config = a->v[DIGEST_CONFIG].given;
	struct told_list list = { 0 };
	int status = EXIT_DONE;
	int err;

	if (a->v[DIGEST_AGAINST].given)
		status = told_read(&list, a->v[DIGEST_AGAINST].text, here.ring,
				   config);
	if (status)
		goto out;
	if (!conn()) {
		status = EXIT_REFUSED;
		goto out;
	}
	err = hashring_digest(conn(), here.ring, config, &here.digest,
			      &here.generation);
	if (err)
		status = refused(err);
	else if (a->v[DIGEST_AGAINST].given)
		status = compare(&here, &list);
	else if (opt.json)
		json_print(here_to_json(&here));
	else
		printf("%016llx\n", here.digest);
out:
	told_release(&list);
	return status;
}

static const struct command commands[] = {
	{ NULL, NULL,
	  "the map's digest; --config: of seed, placement, members, attachments; --against: name digests of FILE that differ",
	  digest_args, digest_show },
	{ }
};

const struct noun noun_digest = {
	.name = "digest",
	.help = "one word that is equal exactly where two maps are",
	.commands = commands,
};
