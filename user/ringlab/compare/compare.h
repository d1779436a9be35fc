/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ringlab compare and scenario: common parts of their files.
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
 * enum compare_how - the source of figures
 * @COMPARE_EXACT: all positions
 * @COMPARE_COUNTED: given keys, all of them
 * @COMPARE_SAMPLED: keys drawn at random: moved has an interval
 */
enum compare_how {
	COMPARE_EXACT,
	COMPARE_COUNTED,
	COMPARE_SAMPLED,
};

/**
 * struct compare_row - one method's result for a case
 * @ops: the method
 * @before: its map before the change
 * @after: its map after the change
 * @how: &enum compare_how
 * @tally: the moved keys
 * @refused: the method has no map for this case
 * @required: the least that any method moves for the loads of @tally
 * @low: lower end of the moved share's interval of 95 %; all shares are
 *	fractions
 * @high: upper end of that interval
 * @peak_before: the largest load of a node over its due, before the change
 * @peak_after: the same after the change
 * @starved: number of nodes without keys after the change
 * @bytes: memory of @after
 * @ns: time of a look-up in @after
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
 * enum compare_figure - the figure of a claim
 * @CLAIM_SHARE: the moved share, a fraction
 * @CLAIM_KEYS: number of moved keys
 * @CLAIM_VOLUME: bytes of the moved keys
 * @CLAIM_SECONDS: time of the transfer, which has a word for its impact
 * @CLAIM_EFFICIENCY: the required part of the moved keys, a fraction
 * @CLAIM_LOCALIZATION: the moved share over that of a balanced method
 * @CLAIM_LESS_THAN_MODULO: modulo's moved share over the row's
 * @CLAIM_LESS_THAN_RANGE: range-recut's moved share over the row's
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
 * struct compare_claim - a document's claim about a case
 * @text: the name of the figure
 * @figure: &enum compare_figure
 * @value: the claimed value
 * @note: a remark on the claim, such as its error, or NULL
 * @ops: the methods that it concerns
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
 * @title: a title to print, or NULL
 * @scenario: the scenario's name, or NULL
 * @ring: the name of the case's ring, or NULL
 * @placement: the placement of @ring, or NULL
 * @nodes: all nodes; a grid of 0 is chosen by the number of nodes
 * @member: numbers of the nodes before the change
 * @nr_before: number of @member
 * @nr_after: number of nodes after the change
 * @change: the change; its weights are those after the change
 * @weight_before: weights before the change, by number; NULL: 1
 * @keys: number of keys of the whole ring; 0: unknown
 * @key_size: bytes of each key; 0: unknown
 * @bits_per_second: rate of the transfer; 0: unknown
 * @given: keys to count, all of @keys; without positions: none
 * @samples: number of keys to draw; 0: as many as time permits
 * @seed: seed of the drawn keys
 * @table_before: table of @ring before the change, or NULL
 * @table_after: table of @ring after the change
 * @number: by slot of both tables: the node
 * @claim: claims about this case, ended by one without text
 * @ideal: share that a perfectly balanced method moves, a fraction
 * @row: results of the methods
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
 * struct compare_list - nodes with generated names
 * @name: names
 * @point: positions, by MD5 of the names
 * @number: 0, 1, and so on
 * @text: memory of the names
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
 * struct compare_flows - the user's own flows
 * @set: the flows
 * @pos: their positions
 * @bytes: bytes that each flow carried
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
 * cases.c: the cases of a document. The first word is "all", the last one NULL.
 */
const char *compare_scenarios(__u32 value);
int compare_scenario_begin(__u32 which, struct compare *c,
			   struct compare_list *list, __u32 **keys);

#endif
