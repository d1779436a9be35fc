// SPDX-License-Identifier: GPL-2.0-only
/*
 * The search for a noun of the program.
 */
#include <string.h>

#include "cli.h"

/* Whether the other program has this noun. */
static bool is_elsewhere(const char *word)
{
	const char *const *other = program->other_nouns;

	while (other && *other && strcmp(*other, word))
		other++;
	return other && *other;
}

/* Also finds an unambiguous abbreviation; errors are reported. */
const struct noun *noun_find(const char *word)
{
	const struct noun *found = NULL;
	char list[256] = "";
	int i, hits = 0;

	for (i = 0; program->nouns[i]; i++) {
		if (!strcmp(program->nouns[i]->name, word))
			return program->nouns[i];
		if (strncmp(program->nouns[i]->name, word, strlen(word)))
			continue;
		found = program->nouns[i];
		list_word(list, sizeof(list), found->name);
		hits++;
	}
	if (hits == 1)
		return found;
	if (hits) {
		fail_usage("%s \"%s\" is ambiguous: %s", program->noun, word,
			   list);
		return NULL;
	}
	if (is_elsewhere(word)) {
		fail_usage("%s is a command of %s: %s %s", word,
			   program->other, program->other, word);
		return NULL;
	}
	for (i = 0; program->nouns[i]; i++)
		list_word(list, sizeof(list), program->nouns[i]->name);
	fail_usage("unknown %s \"%s\": expected one of %s", program->noun,
		   word, list);
	return NULL;
}
