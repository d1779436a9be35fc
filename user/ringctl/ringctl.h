/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ringctl: what its files share.
 *
 * Each noun is a file with one table of commands and their arguments. A noun is
 * added by a file that defines its table and a line in main.c.
 */
#ifndef RINGCTL_H
#define RINGCTL_H

#include "cli/cli.h"

extern const struct program ringctl;

extern const struct noun noun_ring;
extern const struct noun noun_node;
extern const struct noun noun_change;
extern const struct noun noun_plan;
extern const struct noun noun_lookup;
extern const struct noun noun_map;
extern const struct noun noun_arcs;
extern const struct noun noun_stats;
extern const struct noun noun_history;
extern const struct noun noun_diff;
extern const struct noun noun_digest;
extern const struct noun noun_attach;
extern const struct noun noun_migrate;
extern const struct noun noun_measure;
extern const struct noun noun_monitor;
extern const struct noun noun_save;
extern const struct noun noun_restore;
extern const struct noun noun_sync;
extern const struct noun noun_limits;

/* change_run.c, change.c */
int refused_on(const char *ring, int err);
int change_run(const struct hashring_change *change);
int check_plan(const char *ring, const char *word, __u64 *expect);

/* past/revert.c */
int history_revert(const char *ring, __u64 generation, __u64 max_moved,
		   bool dry_run);

/**
 * struct stats - rings with their counters
 * @rings: the rings
 * @nodes: nodes of each of @rings
 * @attach: attachments of all of them
 */
struct stats {
	struct ring_list rings;
	struct node_list *nodes;
	struct attach_list attach;
};

/* prometheus.c */
void print_prometheus(FILE *f, const struct stats *stats);

#endif
