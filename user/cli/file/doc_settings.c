// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring's settings in a file, with one table of them: their words, their bits
 * and their offsets.
 */
#include <stddef.h>
#include <string.h>

#include "doc.h"

/**
 * struct setting - a setting of a ring
 * @name: its word
 * @has: its bit
 * @offset: in &struct hashring_settings
 */
static const struct setting {
	const char *name;
	__u32 has;
	size_t offset;
} settings[] = {
	{ "established", HASHRING_SET_ESTABLISHED,
	  offsetof(struct hashring_settings, established) },
	{ "tcp-timeout", HASHRING_SET_TCP_TIMEOUT,
	  offsetof(struct hashring_settings, tcp_timeout) },
	{ "syn-timeout", HASHRING_SET_SYN_TIMEOUT,
	  offsetof(struct hashring_settings, syn_timeout) },
	{ "fin-timeout", HASHRING_SET_FIN_TIMEOUT,
	  offsetof(struct hashring_settings, fin_timeout) },
	{ "udp-timeout", HASHRING_SET_UDP_TIMEOUT,
	  offsetof(struct hashring_settings, udp_timeout) },
	{ "udp-grace", HASHRING_SET_UDP_GRACE,
	  offsetof(struct hashring_settings, udp_grace) },
	{ "max-entries", HASHRING_SET_MAX_ENTRIES,
	  offsetof(struct hashring_settings, max_entries) },
	{ }
};

/* The place of @key's setting, which is noted as given. */
static __u32 *place_of(struct model_ring *ring, const struct key *key)
{
	const struct setting *s = settings;

	while (strcmp(s->name, key->name))
		s++;
	ring->has_settings |= s->has;
	return (__u32 *)((char *)&ring->settings + s->offset);
}

static int read_setting_word(struct reader *r, yaml_node_t *value,
			     const struct key *key, void *to)
{
	return doc_word(r, value, key, place_of(to, key));
}

static int read_setting_number(struct reader *r, yaml_node_t *value,
			       const struct key *key, void *to)
{
	return doc_u32(r, value, key, place_of(to, key));
}

static int read_setting_time(struct reader *r, yaml_node_t *value,
			     const struct key *key, void *to)
{
	const char *text = doc_scalar(r, value, key->name, "a time");
	char word[DOC_SHOWN];
	__u64 ms;

	if (!text)
		return EXIT_USAGE;
	if (get_time(text, &ms) || ms < key->min || ms > key->max)
		return doc_bad(r, value,
			       "%s: expected a time such as 500ms, 2s or 10m, not \"%s\"",
			       key->name, doc_shown(word, value));
	*place_of(to, key) = ms;
	return EXIT_DONE;
}

#define KEY_TIME(word, least) \
	{ word, .read = read_setting_time, .min = (least), .max = TIME_MAX }

int doc_read_settings(struct reader *r, yaml_node_t *value,
		      const struct key *key, void *to)
{
	static const struct key keys[] = {
		{ "established", .read = read_setting_word,
		  .names = hashring_established_name },
		KEY_TIME("tcp-timeout", 1),
		KEY_TIME("syn-timeout", 1),
		KEY_TIME("fin-timeout", 1),
		KEY_TIME("udp-timeout", 1),
		KEY_TIME("udp-grace", 0),
		{ "max-entries", .read = read_setting_number, .min = 1,
		  .max = UINT32_MAX },
		{ }
	};

	return doc_map(r, value, key->name, keys, to);
}

static void write_time(FILE *f, const char *name, __u32 ms)
{
	if (ms % 1000)
		fprintf(f, ", %s: %ums", name, ms);
	else
		fprintf(f, ", %s: %us", name, ms / 1000);
}

void doc_write_settings(FILE *f, const struct hashring_settings *s)
{
	fprintf(f, "  settings: { established: %s",
		hashring_enum_name(hashring_established_name, s->established));
	write_time(f, "tcp-timeout", s->tcp_timeout);
	write_time(f, "syn-timeout", s->syn_timeout);
	write_time(f, "fin-timeout", s->fin_timeout);
	write_time(f, "udp-timeout", s->udp_timeout);
	fprintf(f, ",\n    max-entries: %u", s->max_entries);
	write_time(f, "udp-grace", s->udp_grace);
	fputs(" }\n", f);
}

/**
 * settings_differ() - settings of a file that differ from a ring's
 * @want: the ring in the file
 * @have: the ring in the kernel
 *
 * Return: HASHRING_SET_*.
 */
__u32 settings_differ(const struct model_ring *want,
		      const struct hashring_settings *have)
{
	const struct setting *s;
	__u32 differ = 0;

	for (s = settings; s->name; s++)
		if ((want->has_settings & s->has) &&
		    memcmp((const char *)&want->settings + s->offset,
			   (const char *)have + s->offset, sizeof(__u32)))
			differ |= s->has;
	return differ;
}
