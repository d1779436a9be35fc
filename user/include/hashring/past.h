/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libhashring: what past changes did (past.c, and the counts in history.c).
 */
#ifndef HASHRING_PAST_H
#define HASHRING_PAST_H

#include <hashring/hashring.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct hashring_node_info - a node as it was
 * @name: its name
 * @seat: the identity that placement hashes
 * @attrs: its attributes
 * @nr_points: number of @points
 * @points: explicit positions; only for administrators
 * @nr_home: number of @home
 * @home: with balanced placement, the cells that it would return to; only for
 *	administrators
 */
struct hashring_node_info {
	char name[HASHRING_NAME_LEN];
	char seat[HASHRING_NAME_LEN];
	struct hashring_node_attrs attrs;
	__u32 nr_points;
	const __u32 *points;
	__u32 nr_home;
	const struct hashring_run *home;
};

/**
 * struct hashring_op_record - what an operation of a past change did
 * @generation: the generation that the change led to
 * @kind: &enum hashring_op_kind
 * @has_before: whether there is @before
 * @has_after: whether there is @after
 * @before: the node before; of a replacement the node that went
 * @after: the node after
 */
struct hashring_op_record {
	__u64 generation;
	__u32 kind;
	bool has_before;
	bool has_after;
	struct hashring_node_info before;
	struct hashring_node_info after;
};

/**
 * struct hashring_past_arcs - pieces (start, end] of a ring that changed hands
 * @generation: the generation that the change led to
 * @nr: number of pieces
 * @starts: exclusive
 * @ends: inclusive; if it is the start, the piece is the whole ring
 * @from: ids of the owners before the change, as of then; 0: none
 * @to: ids of the owners after the change, as of then; 0: none
 */
struct hashring_past_arcs {
	__u64 generation;
	__u32 nr;
	const __u32 *starts;
	const __u32 *ends;
	const __u32 *from;
	const __u32 *to;
};

typedef int (*hashring_did_cb)(const struct hashring_op_record *did, void *arg);
typedef int (*hashring_past_arcs_cb)(const struct hashring_past_arcs *arcs,
				     void *arg);

int hashring_ops_list(struct hashring *h, const char *ring, __u64 generation,
		      hashring_did_cb cb, hashring_restart_cb restart,
		      void *arg);
int hashring_past_arcs_count(struct hashring *h, const char *ring,
			     __u64 generation, __u32 *kept, __u32 *all);
int hashring_past_arcs_list(struct hashring *h, const char *ring,
			    __u64 generation, hashring_past_arcs_cb cb,
			    hashring_restart_cb restart, void *arg);

#ifdef __cplusplus
}
#endif

#endif
