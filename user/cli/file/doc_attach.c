// SPDX-License-Identifier: GPL-2.0-only
/*
 * An attachment in a file.
 */
#include <string.h>

#include "doc.h"

static int read_attach_word(struct reader *r, yaml_node_t *value,
			    const struct key *key, void *to)
{
	struct hashring_attach *attach = to;

	if (key->names == hashring_hook_name)
		return doc_word(r, value, key, &attach->hook);
	if (key->names == hashring_key_policy_name)
		return doc_word(r, value, key, &attach->key_policy);
	if (key->names == hashring_none_policy_name)
		return doc_word(r, value, key, &attach->none_policy);
	return doc_word(r, value, key, &attach->mode);
}

static int read_priority(struct reader *r, yaml_node_t *value,
			 const struct key *key, void *to)
{
	struct hashring_attach *attach = to;
	const char *text = doc_scalar(r, value, key->name, "a number");
	char word[DOC_SHOWN];
	__s64 num;

	if (!text)
		return EXIT_USAGE;
	if (get_s64(text, INT32_MIN, INT32_MAX, &num))
		return doc_bad(r, value, "priority: expected a number, not \"%s\"",
			       doc_shown(word, value));
	attach->priority = num;
	return EXIT_DONE;
}

static int read_fwmark(struct reader *r, yaml_node_t *value,
		       const struct key *key, void *to)
{
	struct hashring_attach *attach = to;
	const char *text = doc_scalar(r, value, key->name, "VALUE/MASK");
	__u64 mark = 0, mask = UINT32_MAX;
	char word[DOC_SHOWN], number[24];
	const char *slash;
	size_t len;

	if (!text)
		return EXIT_USAGE;
	slash = strchrnul(text, '/');
	len = slash - text;
	if (len >= sizeof(number))
		len = 0;
	memcpy(number, text, len);
	number[len] = '\0';
	if (get_u64(number, 0, UINT32_MAX, &mark) ||
	    (*slash && get_u64(slash + 1, 0, UINT32_MAX, &mask)))
		return doc_bad(r, value, "fwmark: expected VALUE/MASK, not \"%s\"",
			       doc_shown(word, value));
	attach->mark = mark;
	attach->mark_mask = mask;
	return EXIT_DONE;
}

static int read_set(struct reader *r, yaml_node_t *value,
		    const struct key *key, void *to)
{
	struct hashring_attach *attach = to;

	return doc_u32(r, value, key, &attach->node_mask);
}

static const struct key attach_keys[] = {
	{ "hook", .required = true, .read = read_attach_word,
	  .names = hashring_hook_name },
	{ "priority", .read = read_priority },
	{ "fwmark", .required = true, .read = read_fwmark },
	{ "set", .read = read_set, .max = UINT32_MAX },
	{ "key", .required = true, .read = read_attach_word,
	  .names = hashring_key_policy_name },
	{ "none", .read = read_attach_word, .names = hashring_none_policy_name },
	{ "mode", .read = read_attach_word, .names = hashring_attach_mode_name },
	{ }
};

int doc_read_attach(struct reader *r, yaml_node_t *value, void *to)
{
	struct model_ring *ring = to;
	struct model_attach *attach;
	int status;

	attach = model_grow(ring->attach, ring->nr_attach, sizeof(*attach));
	if (!attach)
		return fail_memory();
	ring->attach = attach;
	attach += ring->nr_attach++;
	attach->at = doc_mark(value);
	attach->is.priority = MODEL_PRIORITY;
	status = doc_map(r, value, "an attachment", attach_keys, &attach->is);
	if (status)
		return status;
	if (attach->is.mark & ~attach->is.mark_mask)
		return doc_bad(r, value, "fwmark 0x%x has bits that its mask 0x%x has not",
			       attach->is.mark, attach->is.mark_mask);
	if (attach->is.node_mask & attach->is.mark_mask)
		return doc_bad(r, value, "set 0x%x has bits of the fwmark's mask 0x%x",
			       attach->is.node_mask, attach->is.mark_mask);
	return EXIT_DONE;
}

