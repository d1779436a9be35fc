/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * proof: the interfaces of its files
 */
#ifndef SELFTESTS_PROOF_H
#define SELFTESTS_PROOF_H

#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include <linux/minmax.h>
#include <linux/slab.h>

#include <hashring/hashring.h>

#include "core/impact.h"

#define OPS_MAX		5
#define POINTS_MAX	8	/* of a node with explicit placement */
#define RING		"proof"

/**
 * struct row - the moves from one node to another
 * @from: name of the first node
 * @to: name of the second node
 * @share: sum of the moves
 * @arcs: number of pieces
 */
struct row {
	char from[HASHRING_NAME_LEN];
	char to[HASHRING_NAME_LEN];
	__u64 share;
	__u32 arcs;
};

struct rows {
	struct row *row;
	__u32 nr;
};

/**
 * struct step - a change
 * @op: the operations for the core
 * @nr: number of @op
 * @points: of the operations
 * @text: the operations for ringctl
 * @instead: a replacement with the same result, or empty
 */
struct step {
	struct hr_op op[OPS_MAX];
	unsigned int nr;
	__u32 points[OPS_MAX][POINTS_MAX];
	char text[2048];
	char instead[256];
};

/**
 * struct counts - counted keys of a change
 * @row: number of keys, for each row
 * @gained: keys without an owner before
 * @lost: keys without an owner after
 */
struct counts {
	__u32 *row;
	__u32 gained;
	__u32 lost;
};

/**
 * struct sums - sums over all changes
 * @ops: operations
 * @rows: rows of matrices
 * @pure: changes that must move nothing without need
 * @replaced: swaps that were also planned as a replacement
 * @only_replaced: changes with replacements only
 * @ideal: changes that move the ideal to a cell a node
 * @alike: of @ideal, changes among nodes of equal weight
 * @measured: changes that ringctl measure carried out
 * @moved: moved keys
 * @judged: rows with enough keys for a judgement
 * @far: of @judged, rows beyond three standard errors
 * @farthest: largest distance, in standard errors
 */
struct sums {
	unsigned int ops;
	unsigned int rows;
	unsigned int pure;
	unsigned int replaced;
	unsigned int only_replaced;
	unsigned int ideal;
	unsigned int alike;
	unsigned int measured;
	__u64 moved;
	unsigned int judged;
	unsigned int far;
	double farthest;
};

/* proof.c */
extern struct sums sums;
extern struct hashring *h;
extern struct hr_config config;
extern __u32 keys, *position, *id_before, *id_after;
extern bool alike;	/* all weights must be 1 */

void die(const char *what, const char *why) __attribute__((noreturn));
__u32 below(__u32 n);

/* proof_ringctl.c */
void start_ringctl(const char *program);
json_t *ask(const char *format, const char *a, const char *b);
__u64 number(const json_t *object, const char *key);
const char *word(const json_t *object, const char *key);
void rows_from_json(struct rows *rows, const json_t *list);
void rows_from_history(struct rows *rows, __u64 generation);
int compare_rows(const void *a, const void *b);
void same_rows(const struct rows *a, const struct rows *b, const char *what);
void same_figures(const json_t *a, const json_t *b);

/* proof_change.c */
void first_step(struct step *s);
void random_step(struct step *s, const struct hr_table *t);

/* proof_check.c */
void check_definition(const json_t *r, const struct step *s,
		      const struct hr_table *before,
		      const struct hr_table *after);
void check_instead(const struct step *s, const json_t *planned);
void check_owners(const struct hr_table *t, const __u32 *ids);
void check_measured(const json_t *measured, const struct rows *rows,
		    const struct counts *counts, const char *what);
void check_counts(const json_t *r, const struct rows *rows,
		  const struct counts *counts, const char *what);
void recount(struct counts *counts, const struct rows *rows,
	     const struct hr_table *before, const struct hr_table *after,
	     const char *what);

#endif
