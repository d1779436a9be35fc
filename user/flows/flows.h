/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flows and keys of the user, with their packets and bytes, and what a change
 * does to them.
 *
 * A set is begun, filled from sources and settled. Then it holds every flow
 * once, in an order that does not depend on the sources. Positions come from
 * the module's own code. Functions return 0 or a negative errno;
 * flow_set_error() then has the reason in words.
 */
#ifndef HASHRING_FLOWS_H
#define HASHRING_FLOWS_H

#include <linux/types.h>

#include <core/key.h>
#include <core/table.h>

#define FLOW_NOBODY	U32_MAX		/* instead of a node's index */
#define FLOW_KEY_MAX	4096		/* bytes of a key */
#define FLOW_SET_MAX	500000000ULL	/* flows in a set */

/**
 * struct flow - a flow or a key
 * @tuple: addresses, ports and protocol; unless @key_len
 * @key: offset of the key's bytes, for flow_key()
 * @key_len: number of bytes of the key; 0: a flow
 * @position: on the ring
 * @packets: its packets; 0 if not known
 * @bytes: its bytes, from the address header on; 0 if not known
 */
struct flow {
	union {
		struct hr_flow tuple;
		u64 key;
	};
	u32 key_len;
	u32 position;
	u64 packets;
	u64 bytes;
};

/**
 * struct flow_filter - the destination of flows that count
 * @family: 4 or 6; 0: anywhere
 * @len: bits of @addr that count
 * @addr: network order
 * @has_port: whether @port counts
 * @port: destination port, host order
 */
struct flow_filter {
	u8 family;
	u8 len;
	u8 addr[16];
	bool has_port;
	u16 port;
};

/**
 * struct flow_left - what the sources had besides flows that count
 * @filtered: other flows than the filter's; of a capture, packets
 * @foreign: packets of neither IPv4 nor IPv6, or the link's own
 * @broken: packets that are truncated or malformed
 */
struct flow_left {
	u64 filtered;
	u64 foreign;
	u64 broken;
};

/**
 * struct flow_watch - progress of a source
 * @tick: called now and then with what is done of @all, which is 0 if not
 *	known; false ends the work with -EINTR; may be NULL
 * @arg: passed to @tick
 */
struct flow_watch {
	bool (*tick)(void *arg, u64 done, u64 all);
	void *arg;
};

/**
 * struct flow_set - flows
 * @keys: the ring's keys, which positions come from
 * @policy: what of a flow makes its position; under the symmetric policy both
 *	directions are one flow
 * @filter: which flows count
 * @watch: progress of the sources
 * @what: the name of its members: "flows" or "keys"
 * @has_packets: packets of all members are known
 * @has_bytes: bytes of all members are known
 * @flow: its members; once each after flow_set_settle()
 * @nr: number of @flow
 * @left: what was left out
 * @portless: packets that count by their addresses only: fragments
 */
struct flow_set {
	struct hr_keys keys;
	enum hashring_key_policy policy;
	struct flow_filter filter;
	struct flow_watch watch;
	const char *what;
	bool has_packets;
	bool has_bytes;
	struct flow *flow;
	u64 nr;
	struct flow_left left;
	u64 portless;

	/* private to the set */
	u64 room;
	u8 *text;
	u64 text_len;
	u64 text_room;
	char error[512];
};

/* set.c */
void flow_set_init(struct flow_set *s, const struct hr_keys *keys,
		   enum hashring_key_policy policy);
void flow_set_release(struct flow_set *s);
int flow_set_add(struct flow_set *s, const struct hr_flow *tuple, u64 packets,
		 u64 bytes);
int flow_set_add_key(struct flow_set *s, const void *key, size_t len,
		     u32 position);
void flow_set_settle(struct flow_set *s);
const char *flow_set_error(const struct flow_set *s);
const void *flow_key(const struct flow_set *s, const struct flow *flow);

/* text.c */
#define FLOW_TEXT	160
int flow_filter_parse(struct flow_filter *filter, const char *text);
const char *flow_to_text(char text[FLOW_TEXT], const struct hr_flow *tuple);

/* Sources: each adds to a set, and may be called several times. */

/* conntrack.c: the live table of the thread's network namespace */
int flows_from_conntrack(struct flow_set *s);

/* pcap.c: a capture file, or standard input for "-" */
int flows_from_pcap(struct flow_set *s, const char *file);

/**
 * struct flow_synthetic - synthetic flows
 * @nr: number of flows
 * @seed: the same seed makes the same flows
 * @zipf: exponent: the flow of rank r has a weight of r^-zipf; 0: equal weights
 *
 * They go to the filter's address and port, if it has them.
 */
struct flow_synthetic {
	u64 nr;
	u64 seed;
	double zipf;
};

/* synthetic.c */
int flows_from_synthetic(struct flow_set *s, const struct flow_synthetic *how);

/* Figures (figures.c). */

/**
 * struct flow_load - an amount
 * @flows: number of flows
 * @packets: their packets; 0 if not known
 * @bytes: their bytes; 0 if not known
 */
struct flow_load {
	u64 flows;
	u64 packets;
	u64 bytes;
};

/**
 * struct flow_node - a node's loads
 * @name: its name, borrowed
 * @before: its load before
 * @after: its load after
 */
struct flow_node {
	const char *name;
	struct flow_load before;
	struct flow_load after;
};

/**
 * struct flow_row - flows that go from one node to another
 * @from: index of the node, or FLOW_NOBODY
 * @to: as @from
 * @load: all of them
 */
struct flow_row {
	u32 from;
	u32 to;
	struct flow_load load;
};

/**
 * struct flow_figures - what a change does to a set of flows
 * @all: the whole set
 * @moved: flows whose owner differs
 * @gained: flows that had no owner and have one
 * @lost: flows that had an owner and have none
 * @required: the least that any method moves for the same loads; separately for
 *	flows, packets and bytes
 * @collateral: @moved - @required, separately likewise
 * @node: nodes before and after
 * @nr_nodes: number of @node
 * @row: the from->to matrix of what changes hands, most flows first
 * @nr_rows: number of @row
 */
struct flow_figures {
	struct flow_load all;
	struct flow_load moved;
	struct flow_load gained;
	struct flow_load lost;
	struct flow_load required;
	struct flow_load collateral;
	struct flow_node *node;
	u32 nr_nodes;
	struct flow_row *row;
	u32 nr_rows;
};

/*
 * Owners are indices in one list of @nr_names names, or FLOW_NOBODY, for each
 * member of the set. Any method may have found them.
 */
int flow_figures(const struct flow_set *s, const char *const *names,
		 u32 nr_names, const u32 *before, const u32 *after,
		 struct flow_figures *figures);

/*
 * The same between two tables of a ring. A slot that both tables have is the
 * same node in both. figures->node[].name is borrowed from the tables.
 */
int flow_figures_tables(const struct flow_set *s,
			const struct hr_table *before,
			const struct hr_table *after,
			struct flow_figures *figures);
void flow_figures_release(struct flow_figures *figures);

#endif
