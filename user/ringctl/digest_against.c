// SPDX-License-Identifier: GPL-2.0-only
/*
 * Digests of other directors: one a line, or computed from a saved ring.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/netfilter.h>

#include <core/digest.h>

#include "digest.h"

static struct told *told_add(struct told_list *list)
{
	struct told *told = model_grow(list->told, list->nr, sizeof(*told));

	if (!told)
		return NULL;
	list->told = told;
	return &told[list->nr++];
}

void told_release(struct told_list *list)
{
	free(list->told);
	free(list->text);
	memset(list, 0, sizeof(*list));
}

static int read_digest(const char *word, __u64 *digest)
{
	if (strlen(word) != 16 || word[strspn(word, "0123456789abcdefABCDEF")])
		return -1;
	*digest = strtoull(word, NULL, 16);
	return 0;
}

/* No control characters of a file reach a terminal. */
static bool is_word(const char *word)
{
	for (; *word; word++)
		if (*word < 0x21 || *word > 0x7e)
			return false;
	return true;
}

/* NAME DIGEST [GENERATION] */
static int read_line(struct told_list *list, const struct words *words)
{
	struct told *told;

	if (!is_word(words->argv[0]))
		return fail_usage("the name has invalid bytes");
	if (words->argc < 2 || words->argc > 3)
		return fail_usage("expected NAME DIGEST [GENERATION], not %d words",
				  words->argc);
	told = told_add(list);
	if (!told)
		return fail_memory();
	told->name = words->argv[0];
	if (!is_word(words->argv[1]) ||
	    read_digest(words->argv[1], &told->digest))
		return fail_usage("digest of %s: expected 16 hexadecimal digits",
				  told->name);
	told->has_generation = words->argc == 3;
	if (told->has_generation &&
	    get_u64(words->argv[2], 0, UINT64_MAX, &told->generation))
		return fail_usage("generation of %s: expected a number",
				  told->name);
	return EXIT_DONE;
}

static int read_lines(struct told_list *list, const char *file, char *text)
{
	const char *outer_file = error_file;
	unsigned int outer_line = error_line;
	struct words words = { 0 };
	unsigned int line = 1;
	int status = 0;
	int ret;

	error_file = file;
	do {
		ret = words_next(&words, &text, false, &line);
		error_line = words.line;
		if (ret < 0)
			status = fail_usage("a quote is not closed");
		else if (ret)
			status = read_line(list, &words);
	} while (ret > 0 && !status);
	error_file = outer_file;
	error_line = outer_line;
	words_release(&words);
	if (!status && !list->nr)
		return fail_usage("%s: the file has no digests", file);
	return status;
}

static __u64 digest_of_attach(const struct hashring_attach *a)
{
	const __u32 word[HR_DIGEST_ATTACH] = {
		a->hook == HASHRING_HOOK_OUTPUT ? NF_INET_LOCAL_OUT :
						  NF_INET_PRE_ROUTING,
		a->priority, a->mark, a->mark_mask, a->node_mask, a->key_policy,
		a->none_policy, a->mode == HASHRING_ATTACH_MODE_OBSERVE,
	};

	return hr_digest_attach(word);
}

static int digest_of_model(const struct model *m, const struct model_ring *r,
			   bool config, __u64 *digest)
{
	struct native_ring native;
	int status;
	__u32 i;

	if (config && !r->has_attach)
		return fail_at(m, r->at,
			       "--config: the file has no attachments of ring %s",
			       r->name);
	if (!r->has_seed && (config || model_hashes(r)))
		return fail_at(m, r->at, "ring %s has no seed here: its digest depends on it",
			       r->name);
	status = native_ring_make(&native, m, r);
	if (status)
		return status;
	if (config) {
		*digest = hr_digest_members(&native.config, native.table);
		for (i = 0; i < r->nr_attach; i++)
			*digest += digest_of_attach(&r->attach[i].is);
	} else {
		*digest = hr_digest_map(native.table);
	}
	native_ring_release(&native);
	return EXIT_DONE;
}

static int read_saved(struct told_list *list, const char *file,
		      const char *text, const char *ring, bool config)
{
	struct model_ring *r;
	struct told *told;
	struct model m;
	int status;

	status = model_parse(&m, file, text);
	if (status)
		goto release;
	r = model_ring_find(&m, ring);
	told = r ? told_add(list) : NULL;
	if (!r) {
		status = fail_usage("%s: there is no ring %s", file, ring);
	} else if (!told) {
		status = fail_memory();
	} else {
		told->name = file;
		told->has_generation = r->has_generation;
		told->generation = r->generation;
		status = digest_of_model(&m, r, config, &told->digest);
	}
release:
	model_release(&m);
	return status;
}

/* Whether a text is rings as YAML: the first word after comments tells. */
static bool is_saved(const char *text)
{
	for (;;) {
		text += strspn(text, " \t\r\n");
		if (*text != '#')
			break;
		text += strcspn(text, "\n");
	}
	return !strncmp(text, "rings:", strlen("rings:")) ||
	       !strncmp(text, "---", strlen("---"));
}

/**
 * told_read() - reads digests from a file
 * @list: zeroed; to be released also after an error
 * @file: its name, - for standard input; valid as long as the list
 * @ring: the ring of the digest, where the file holds rings
 * @config: the digest of --config
 *
 * Return: an exit status; errors are reported.
 */
int told_read(struct told_list *list, const char *file, const char *ring,
	      bool config)
{
	list->text = read_file(file);
	if (!list->text)
		return EXIT_USAGE;
	if (!strcmp(file, "-"))
		file = "stdin";
	if (is_saved(list->text))
		return read_saved(list, file, list->text, ring, config);
	return read_lines(list, file, list->text);
}
