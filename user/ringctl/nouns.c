// SPDX-License-Identifier: GPL-2.0-only
/*
 * The nouns, in the order of the help, and how one is found.
 */
#include <string.h>

#include "ringctl/ringctl.h"

const struct noun *const nouns[] = {
	&noun_ring,
	&noun_node,
	&noun_change,
	&noun_plan,
	&noun_lookup,
	&noun_map,
	&noun_arcs,
	&noun_stats,
	&noun_history,
	&noun_diff,
	&noun_digest,
	&noun_attach,
	&noun_migrate,
	&noun_measure,
	&noun_compare,
	&noun_monitor,
	&noun_save,
	&noun_restore,
	&noun_sync,
	&noun_report,
	&noun_limits,
	NULL
};

/* Also from an abbreviation that means one noun only; errors are told. */
const struct noun *noun_find(const char *word)
{
	const struct noun *found = NULL;
	char list[256] = "";
	int i, hits = 0;

	for (i = 0; nouns[i]; i++) {
		if (!strcmp(nouns[i]->name, word))
			return nouns[i];
		if (strncmp(nouns[i]->name, word, strlen(word)))
			continue;
		found = nouns[i];
		list_word(list, sizeof(list), found->name);
		hits++;
	}
	if (hits == 1)
		return found;
	if (hits) {
		fail_usage("object \"%s\" is ambiguous: %s", word, list);
		return NULL;
	}
	for (i = 0; nouns[i]; i++)
		list_word(list, sizeof(list), nouns[i]->name);
	fail_usage("unknown object \"%s\": expected one of %s", word, list);
	return NULL;
}
