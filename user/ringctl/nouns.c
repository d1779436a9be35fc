// SPDX-License-Identifier: GPL-2.0-only
/*
 * The nouns, in the order of the help.
 */
#include "ringctl.h"

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
	&noun_complete,
	NULL
};
