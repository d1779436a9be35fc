/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Models: rings as plain data, from a file or from the kernel. The difference
 * of two models is a change.
 */
#ifndef CLI_MODEL_MODEL_H
#define CLI_MODEL_MODEL_H

#include "node_attrs.h"
#include "cli/cli.h"

#include <core/impact.h>

/**
 * struct mark - a place in a file
 * @line: from 1; 0: not in a file
 * @column: from 1
 */
struct mark {
	__u32 line;
	__u32 column;
};

/**
 * struct model_node - a node
 * @name: its name
 * @seat: empty: the name
 * @attrs: its attributes; an id of 0 is not given
 * @nr_points: number of @points
 * @points: explicit positions, ascending
 * @has_cells: whether @cells are known or requested
 * @nr_cells: number of @cells
 * @cells: of a balanced ring: the cells that it has, or returns to while it is
 *	not active; ascending
 * @at: its places in the file, by HR_PART() and HR_ATTR()
 */
struct model_node {
	char name[HASHRING_NAME_LEN];
	char seat[HASHRING_NAME_LEN];
	struct hashring_node_attrs attrs;
	__u32 nr_points;
	__u32 *points;
	bool has_cells;
	__u32 nr_cells;
	struct hashring_run *cells;
	struct mark at[HR_PARTS + 1];
};

/* The priority of an attachment without one: the spec's default. */
#define MODEL_PRIORITY	(-140)

/**
 * struct model_attach - an attachment
 * @is: the attachment; its id only if it is the kernel's
 * @at: its place in the file
 */
struct model_attach {
	struct hashring_attach is;
	struct mark at;
};

/**
 * struct model_ring - a ring
 * @name: its name
 * @placement: &enum hashring_placement
 * @points: 0: not given
 * @per: 0: not given
 * @grid: 0: not given
 * @has_seed: whether there is @seed
 * @seed: decides positions
 * @generation: in force when it was saved; for information only
 * @has_generation: whether there is @generation
 * @has_settings: HASHRING_SET_*: which @settings are known
 * @settings: how it treats established flows
 * @node: its nodes; those of the kernel ascending by name
 * @nr_nodes: number of @node
 * @has_attach: whether the attachments are known too
 * @attach: its attachments
 * @nr_attach: number of @attach
 * @at: its place in the file
 * @at_seed: the place of its seed
 * @at_points: the place of its points
 * @at_grid: the place of its grid
 */
struct model_ring {
	char name[HASHRING_NAME_LEN];
	__u32 placement;
	__u32 points;
	__u32 per;
	__u32 grid;
	bool has_seed;
	__u8 seed[HASHRING_SEED_LEN];
	__u64 generation;
	bool has_generation;
	__u32 has_settings;
	struct hashring_settings settings;
	struct model_node *node;
	__u32 nr_nodes;
	bool has_attach;
	struct model_attach *attach;
	__u32 nr_attach;
	struct mark at;
	struct mark at_seed;
	struct mark at_points;
	struct mark at_grid;
};

/**
 * struct model - rings
 * @file: the file that they come from, or NULL
 * @ring: in the order of the file
 * @nr_rings: number of @ring
 */
struct model {
	const char *file;
	struct model_ring *ring;
	__u32 nr_rings;
};

/*
 * All of the following return an exit status, and have reported the error if it
 * is not EXIT_DONE. The caller releases the model in either case.
 */

/* model.c */
void model_release(struct model *m);
void model_ring_release(struct model_ring *r);
struct model_ring *model_ring_find(const struct model *m, const char *name);
const char *model_seat(const struct model_node *node);
void *model_grow(void *array, __u32 nr, size_t size);
void model_sort_points(__u32 *points, __u32 nr);
int model_from_kernel(struct model *m, char **names, int nr_names);
int model_ring_from_kernel(struct model_ring *r, const char *name);

/* file/doc_settings.c */
__u32 settings_differ(const struct model_ring *want,
		      const struct hashring_settings *have);

/* model_cells.c */
int model_add_cells(struct model_node *node, __u32 first, __u32 count);
int model_load_cells(struct model_ring *r);

/* diff.c */
bool same_points(const struct model_node *a, const struct model_node *b);
bool same_attach(const struct hashring_attach *a,
		 const struct hashring_attach *b);
int model_diff(const struct model *m, const struct model_ring *have,
	       const struct model_ring *want, struct ops *ops);
int model_ops(const struct model_ring *r, struct ops *ops);

/* file/doc_ring.c, file/doc_write.c */
int model_read(struct model *m, const char *file);
int model_parse(struct model *m, const char *file, const char *text);
void model_write(FILE *f, const struct model *m);
int model_save(const struct model *m, const char *file);
int fail_at(const struct model *m, struct mark at, const char *fmt, ...)
	__printf(3, 4);

/* native.c: a ring as the kernel would make it, in this process. */

/**
 * struct native_ring - a ring's table outside of the kernel
 * @config: what the ring is made with
 * @table: the map
 * @id_max: the highest id that fits the attachments
 * @policies: a bit for each &enum hashring_key_policy of the attachments
 */
struct native_ring {
	struct hr_config config;
	struct hr_table *table;
	__u32 id_max;
	__u32 policies;
};

bool model_hashes(const struct model_ring *r);
int native_ring_make(struct native_ring *n, const struct model *m,
		     const struct model_ring *r);
void native_ring_release(struct native_ring *n);
struct hr_op *native_ops(const struct hashring_op *ops, __u32 nr);
void native_ops_release(struct hr_op *ops);

/* native_plan.c: a change of it, as the kernel would make it. */

/**
 * struct native_change - a change that was computed
 * @after: the table after it
 * @impact: what moves; rows the largest first
 * @receipt: as the kernel's, without memory and times
 */
struct native_change {
	struct hr_table *after;
	struct hr_impact impact;
	struct hashring_receipt receipt;
};

int native_change_make(struct native_change *c, const struct native_ring *n,
		       __u64 generation, const struct hashring_change *change,
		       struct hr_error *error);
void native_change_release(struct native_change *c);
int native_refused_change(int err, const struct hashring_change *change,
			  const struct hr_error *error);
int native_plan(const struct native_ring *n, __u64 generation,
		const struct hashring_change *change,
		struct hashring_receipt *receipt);

#endif
