/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ringlab compare and scenario: what their files share.
 */
#ifndef RINGLAB_COMPARE_COMPARE_H
#define RINGLAB_COMPARE_COMPARE_H

#include "ringlab/sim/sim.h"

#include "cli/keys/flows.h"

#define COMPARE_METHODS	16

/* Rows of a command's table (words.c). */
#define ARG_ROW_METHODS	{ ARG_TEXT, "--methods", "methods", .meta = "METHOD,..." }
#define ARG_ROW_SEED	{ ARG_SEED, "--seed", "seed", .meta = "HEX" }
#define ARG_ROW_SAMPLES	{ ARG_NUMBER, "--samples", "samples", .meta = "N", \
			  .min = 1000, .max = 1000000000 }

/**
 * enum compare_how - how figures were come by
 * @COMPARE_EXACT: from all positions
 * @COMPARE_COUNTED: from given keys, every one of them
 * @COMPARE_SAMPLED: from keys drawn at random: moved has an interval
 */
enum compare_how {
	COMPARE_EXACT,
	COMPARE_COUNTED,
	COMPARE_SAMPLED,
};

/**
 * struct compare_row - what one method makes of a case
 * @ops: the method
 * @before: its map, and
 * @after: after the change
 * @how: &enum compare_how
 * @tally: what it moves
 * @refused: the method has no map for this case
 * @required: of @tally
 * @low: the least share that may be moved, with 95 % confidence; all shares
 *	are fractions
 * @high: and the largest
 * @peak_before: the largest load of a node, in its due share
 * @peak_after: and after
 * @starved: nodes that have nothing after
 * @bytes: of @after
 * @ns: a look-up in @after
 */
struct compare_row {
	const struct sim_ops *ops;
	struct sim before;
	struct sim after;
	enum compare_how how;
	struct sim_tally tally;
	bool refused;
	__u64 required;
	double low;
	double high;
	double peak_before;
	double peak_after;
	__u32 starved;
	size_t bytes;
	double ns;
};

/**
 * enum compare_figure - what a claim is about
 * @CLAIM_SHARE: the share that moves, a fraction
 * @CLAIM_KEYS: the keys that move
 * @CLAIM_VOLUME: their bytes
 * @CLAIM_SECONDS: that moving them takes, which has a word for its impact
 * @CLAIM_EFFICIENCY: what had to move of what moved, a fraction
 * @CLAIM_LOCALIZATION: what moves, in what a balanced method moves
 * @CLAIM_LESS_THAN_MODULO: times
 * @CLAIM_LESS_THAN_RANGE: times
 */
enum compare_figure {
	CLAIM_SHARE,
	CLAIM_KEYS,
	CLAIM_VOLUME,
	CLAIM_SECONDS,
	CLAIM_EFFICIENCY,
	CLAIM_LOCALIZATION,
	CLAIM_LESS_THAN_MODULO,
	CLAIM_LESS_THAN_RANGE,
};

#define CLAIM_METHODS	4

/**
 * struct compare_claim - what a document says of a case
 * @text: of what
 * @figure: &enum compare_figure
 * @value: what it says
 * @note: what is wrong with it, or NULL
 * @ops: methods that it is about
 */
struct compare_claim {
	const char *text;
	enum compare_figure figure;
	double value;
	const char *note;
	const struct sim_ops *ops[CLAIM_METHODS];
};

#define COMPARE_CLAIMS	9

/**
 * struct compare - a case: nodes, a change of them, and keys
 * @title: for people, or NULL
 * @scenario: its name, or NULL
 * @ring: the ring's name, if the case is a ring's, or NULL
 * @placement: of that ring, or NULL
 * @nodes: all nodes; without a grid it is chosen by their number
 * @member: numbers of those that are there before
 * @nr_before: number of @member
 * @nr_after: how many are there after
 * @change: what becomes of them; its weights are those after it
 * @weight_before: of all nodes, by number; NULL: 1
 * @keys: how many keys the whole ring stands for; 0: unknown
 * @key_size: bytes of each; 0: unknown
 * @bits_per_second: that keys are moved at; 0: unknown
 * @given: keys that are counted, all of @keys; without positions: none
 * @samples: keys that are drawn; 0: as many as time permits
 * @seed: of the drawing
 * @table_before: of the ring, if it is given, or NULL
 * @table_after: the same after the change
 * @number: by slot of both: the node
 * @claim: what is said elsewhere of this case, ended by one without text
 * @ideal: what a perfectly balanced method moves, as a fraction
 * @row: the methods
 * @nr_rows: number of @row
 */
struct compare {
	const char *title;
	const char *scenario;
	const char *ring;
	const char *placement;
	struct sim_nodes nodes;
	__u32 *member;
	__u32 nr_before;
	__u32 nr_after;
	struct sim_change change;
	const __u32 *weight_before;
	__u64 keys;
	__u64 key_size;
	double bits_per_second;
	struct sim_keys given;
	__u64 samples;
	__u64 seed;
	const struct hr_table *table_before;
	const struct hr_table *table_after;
	const __u32 *number;
	struct compare_claim claim[COMPARE_CLAIMS];
	double ideal;
	struct compare_row row[COMPARE_METHODS];
	__u32 nr_rows;
};

/**
 * struct compare_list - nodes that have names made up for them
 * @name: names
 * @point: positions, by MD5 of the names
 * @number: 0, 1, and so on
 * @text: where the names stand
 */
struct compare_list {
	const char **name;
	__u32 *point;
	__u32 *number;
	char (*text)[HASHRING_NAME_LEN];
};

/* list.c */
int compare_list_make(struct compare_list *list, const char *format,
		      __u32 first, __u32 nr);
int compare_list_points(struct compare_list *list, const char *const *name,
			__u32 nr);
void compare_list_release(struct compare_list *list);
void compare_join(struct compare *c, const struct compare_list *list,
		  __u32 nr, __u32 joined);
void compare_leave(struct compare *c, const struct compare_list *list,
		   __u32 nr, __u32 gone);

/**
 * struct compare_flows - flows of the user's own
 * @set: the flows
 * @pos: their positions
 * @bytes: what they carried
 */
struct compare_flows {
	struct flow_set set;
	__u32 *pos;
	__u64 *bytes;
};

/* flows.c */
int compare_flows_load(struct compare_flows *flows, struct args *a,
		       const struct flow_ring *ring, struct compare *c);
void compare_flows_release(struct compare_flows *flows);

/* words.c */
int compare_take(struct args *a, struct compare *c);

/* run.c */
int compare_run(struct compare *c);
void compare_release(struct compare *c);

/* Figures of a row (figures.c); fractions of all keys. */
double compare_share(const struct compare_row *row, __u64 keys);
int compare_figures(struct compare *c);
const struct compare_row *compare_find(const struct compare *c,
				       const struct sim_ops *ops);
const char *compare_why(const struct compare_row *row);
double compare_less(const struct compare *c, const struct compare_row *row,
		    const struct sim_ops *than);

/* print.c, json.c */
void compare_print(const struct compare *c);
json_t *compare_to_json(const struct compare *c);

double compare_measured(const struct compare *c,
			const struct compare_claim *claim,
			const struct compare_row *row);
const char *compare_impact(double seconds);

/*
 * cases.c: the cases of a document. The first word is "all", the
 * last one NULL.
 */
const char *compare_scenarios(__u32 value);
int compare_scenario_begin(__u32 which, struct compare *c,
			   struct compare_list *list, __u32 **keys);

#endif
