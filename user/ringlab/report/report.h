/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reports: a ring, and the effect of its last change or of a planned one. The
 * data is gathered first, then drawn and written.
 */
#ifndef RINGLAB_REPORT_REPORT_H
#define RINGLAB_REPORT_REPORT_H

#include <core/impact.h>

#include "printed.h"
#include "cli/model/model.h"

/* The change of a report. */
enum report_kind {
	REPORT_STILL,	/* no change is known: the present ring */
	REPORT_PLANNED,	/* a planned change, not carried out */
	REPORT_DONE,	/* the last change, by its receipt */
};

/**
 * struct report_node - a node before and after the change
 * @name: its name
 * @id: its id; 0: unknown
 * @weight: its weight after the change, or before it if the node left
 * @state: &enum hashring_node_state
 * @is_before: a member before the change; false if that map is unknown
 * @is_after: a member after the change
 * @before: its share before, in 2^-32 of the ring; see report.has_before
 * @after: its share after
 * @due: its share by weight alone, rounded down; 0 unless active
 */
struct report_node {
	const char *name;
	__u32 id;
	__u32 weight;
	__u32 state;
	bool is_before;
	bool is_after;
	__u64 before;
	__u64 after;
	__u64 due;
};

/**
 * struct report - a ring and its change
 * @kind: &enum report_kind
 * @ops: the planned operations, or those of the last change; NULL: unknown
 * @past: operations of the last change; names point into @then and into the
 *	reported ring
 * @then: the ring before the last change
 * @about: the present ring, after the last change and before a planned one;
 *	without its seed, which readers of a report must not get
 * @digest: digest of the map of @about
 * @before: the map before the change, or NULL if it is unknown
 * @after: the map after the change
 * @receipt: receipt of the change; empty with REPORT_STILL
 * @move: rows of the from-to matrix, the largest first
 * @nr_moves: number of @move; fewer than the receipt's if not all are kept
 * @has_before: whether the nodes' shares before the change are known
 * @node: all nodes of both maps, ascending by name
 * @nr_nodes: number of @node
 * @history: receipts of the ring, oldest first, without rows
 * @nr_history: number of @history
 * @step: steps and transitions of its migrations, oldest first
 * @nr_steps: number of @step
 * @native: the map of @about
 * @other: the map on the other side of the change, or NULL
 */
struct report {
	enum report_kind kind;
	const struct ops *ops;
	struct ops past;
	struct model_ring then;
	struct hashring_ring about;
	__u64 digest;
	const struct hr_table *before;
	const struct hr_table *after;
	struct hashring_receipt receipt;
	struct hashring_move *move;
	__u32 nr_moves;
	bool has_before;
	struct report_node *node;
	__u32 nr_nodes;
	struct hashring_receipt *history;
	__u32 nr_history;
	struct hashring_step *step;
	__u32 nr_steps;
	struct native_ring native;
	struct hr_table *other;
};

/**
 * struct report_migration - a migration, as far as its steps are kept
 * @step: its steps and transitions
 * @nr: number of @step
 * @ended: whether the last of @step ends it
 * @moves: number of @step that move the frontier
 * @moved: share that all of @step moved
 * @flows: tracked flows that were alive in it
 */
struct report_migration {
	const struct hashring_step *step;
	__u32 nr;
	bool ended;
	__u32 moves;
	__u64 moved;
	__u64 flows;
};

/* Whether no migration of the ring is under way. */
static inline bool report_settled(const struct report *r)
{
	return r->about.migration == HASHRING_MIGRATION_NONE ||
	       r->about.migration == HASHRING_MIGRATION_DONE;
}

/* past.c */
int past_receipts(struct report *r);
int past_change(struct report *r, const struct model_ring *ring);
int past_printed(struct report *r, const struct printed *p);
int past_change_printed(struct report *r, const struct model_ring *ring,
			const struct printed *p);
int report_take_move(const struct hashring_move *move, void *arg);
void report_sort_moves(struct report *r);

/* steps.c */
int past_steps(struct report *r);
bool report_migration(const struct report *r, struct report_migration *m);

/* The same change by other methods (rivals.c). */
int rivals_make(const struct report *r, json_t **rivals);

/* data.c */
int report_from_kernel(struct report *r, const struct model *m,
		       const struct model_ring *ring, const struct ops *ops);
int report_from_file(struct report *r, const struct model *m,
		     const struct model_ring *ring, const struct printed *printed,
		     const struct ops *ops);
void report_release(struct report *r);
const struct report_node *report_node(const struct report *r, const char *name);

/* Drawings and pages (colour.c, svg.c, page.c, tables.c, timeline.c). */
#define COLOUR_LEN	8

/**
 * struct drawn - the arcs of a drawing
 * @arcs: number of arcs of all maps in it
 * @thin: number of arcs that are drawn together with their neighbours
 */
struct drawn {
	__u64 arcs;
	__u64 thin;
};

const char *colour_of(char text[COLOUR_LEN], __u32 index);
bool colour_is_light(__u32 index);
int svg_write(FILE *f, const struct report *r, __u32 number,
	      struct drawn *drawn, bool alone);
int page_write(FILE *f, const struct report *reports, __u32 nr);
void page_tables(FILE *f, const struct report *r, const json_t *rivals);
void page_migrations(FILE *f, const struct report *r, __u32 number);

/* Text in a page (text.c). */
void text_escaped(FILE *f, const char *text);
void text_json(FILE *f, json_t *value);
void text_share(FILE *f, const char *figure, __u64 share);
void text_ratio(FILE *f, const char *figure, __u64 ratio);
void text_count(FILE *f, const char *figure, __u64 count);
void text_time(FILE *f, __u64 ns);
void text_operations(FILE *f, const struct hashring_receipt *receipt);

#endif
