/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libhashring: the netlink client of the hashring kernel module.
 *
 * A connection is one generic netlink socket. Functions return 0 or a negative
 * errno; hashring_error() then has the reason in words, in the kernel's words
 * where the kernel gave a text. Two threads must not use a connection at once.
 *
 * Shares are in units of 2^-32 of a ring, see HASHRING_WHOLE.
 */
#ifndef HASHRING_HASHRING_H
#define HASHRING_HASHRING_H

#include <stdbool.h>
#include <stddef.h>
#include <netinet/in.h>

#include <linux/hashring.h>
#include <linux/types.h>

#include <hashring/names.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HASHRING_VERSION	"0.1.0"
#define HASHRING_NAME_LEN	64	/* with the NUL */
#define HASHRING_SEED_LEN	16
#define HASHRING_WHOLE		0x100000000ULL
#define HASHRING_ANY		(~0ULL)
#define HASHRING_LOOKUP_MAX	15000	/* positions in one message */

/* A function of hashring/names.h. */
typedef const char *(*hashring_name_fn)(__u32 value);

const char *hashring_enum_name(hashring_name_fn name, __u32 value);

/* Connections (socket.c, error.c). */

struct hashring;

int hashring_open(struct hashring **h, const char *netns);
void hashring_close(struct hashring *h);
const char *hashring_error(const struct hashring *h);
const char *hashring_error_attr(const struct hashring *h);

/* Network namespaces (netns.c). */
int hashring_in_netns(const char *netns, int (*run)(void *arg), void *arg,
		      char *why, size_t size);

/* Rings (ring.c). */

/**
 * struct hashring_settings - how a ring treats established flows
 * @established: &enum hashring_established
 * @tcp_timeout: ms without a segment after which a tracked connection is
 *	forgotten
 * @syn_timeout: the same for a half-open connection
 * @fin_timeout: the same after FIN or RST
 * @udp_timeout: the same for flows of other protocols
 * @max_entries: flows that a migration can track
 * @udp_grace: ms after a change that is in force at once during which unknown
 *	flows of other protocols stay
 */
struct hashring_settings {
	__u32 established;
	__u32 tcp_timeout;
	__u32 syn_timeout;
	__u32 fin_timeout;
	__u32 udp_timeout;
	__u32 max_entries;
	__u32 udp_grace;
};

/* Which settings are given. */
#define HASHRING_SET_ESTABLISHED	0x01
#define HASHRING_SET_TCP_TIMEOUT	0x02
#define HASHRING_SET_SYN_TIMEOUT	0x04
#define HASHRING_SET_FIN_TIMEOUT	0x08
#define HASHRING_SET_UDP_TIMEOUT	0x10
#define HASHRING_SET_MAX_ENTRIES	0x20
#define HASHRING_SET_UDP_GRACE		0x40
#define HASHRING_SET_ALL		0x7f

/**
 * struct hashring_ring - a ring as the kernel describes it
 * @name: its name
 * @placement: &enum hashring_placement
 * @points: with hashed placement: points for each @per units of weight
 * @per: see @points
 * @has_seed: whether there is @seed: only who may change the ring gets it
 * @seed: decides the positions of points, keys and flows
 * @algorithm: version of everything that decides an owner
 * @generation: the generation in force
 * @nodes: members
 * @active_nodes: members that are active
 * @table_points: number of points in the table
 * @table_bytes: memory of the table
 * @weight: sum of the active nodes' weights
 * @peak: largest share of an active node over its due, in 2^-32 of the due
 * @trough: as @peak, the smallest
 * @attachments: number of attachments that steer by the ring
 * @receipts: number of receipts in its history
 * @grid: with balanced placement: number of cells, else 0
 * @epoch: counts changes, and steps and transitions of migrations
 * @migration: &enum hashring_migration_state
 * @settings: how it treats established flows
 */
struct hashring_ring {
	char name[HASHRING_NAME_LEN];
	__u32 placement;
	__u32 points;
	__u32 per;
	bool has_seed;
	__u8 seed[HASHRING_SEED_LEN];
	__u32 algorithm;
	__u64 generation;
	__u32 nodes;
	__u32 active_nodes;
	__u32 table_points;
	__u64 table_bytes;
	__u64 weight;
	__u64 peak;
	__u64 trough;
	__u32 attachments;
	__u32 receipts;
	__u32 grid;
	__u64 epoch;
	__u32 migration;
	struct hashring_settings settings;
};

/**
 * struct hashring_ring_config - what a ring is made with
 * @name: its name
 * @placement: &enum hashring_placement
 * @points: points for each @per units of weight; 0: the kernel's default
 * @per: see @points; 0: the kernel's default
 * @seed: HASHRING_SEED_LEN bytes, or NULL for a random one
 * @grid: with balanced placement: number of cells; 0: the kernel's default
 * @has: HASHRING_SET_*: which of @settings are given
 * @settings: how it treats established flows
 */
struct hashring_ring_config {
	const char *name;
	__u32 placement;
	__u32 points;
	__u32 per;
	const __u8 *seed;
	__u32 grid;
	__u32 has;
	struct hashring_settings settings;
};

/*
 * Callbacks of lists are called for each element, with @arg of the caller. A
 * return other than 0 ends the list, which returns that value. Arguments are
 * valid during the call only. If the kernel's state changes during a list, the
 * list begins again, a few times: @restart, if there is one, is called first,
 * so that the caller can drop what was seen.
 */
typedef int (*hashring_ring_cb)(const struct hashring_ring *ring, void *arg);
typedef void (*hashring_restart_cb)(void *arg);

int hashring_ring_add(struct hashring *h,
		      const struct hashring_ring_config *config,
		      struct hashring_ring *ring);
int hashring_ring_set(struct hashring *h, const char *name, __u32 has,
		      const struct hashring_settings *settings,
		      struct hashring_ring *ring);
int hashring_ring_del(struct hashring *h, const char *name);
int hashring_ring_get(struct hashring *h, const char *name,
		      struct hashring_ring *ring);
int hashring_ring_list(struct hashring *h, hashring_ring_cb cb,
		       hashring_restart_cb restart, void *arg);
int hashring_digest(struct hashring *h, const char *ring, bool config,
		    __u64 *digest, __u64 *generation);

/* Nodes (node.c). */

/**
 * struct hashring_via - a node's own addresses
 * @has4: whether there is @addr4
 * @has6: whether there is @addr6
 * @addr4: network order
 * @addr6: network order
 */
struct hashring_via {
	bool has4;
	bool has6;
	struct in_addr addr4;
	struct in6_addr addr6;
};

/**
 * struct hashring_node_attrs - what can be set of a node
 * @id: the mark of its packets
 * @weight: its weight
 * @state: &enum hashring_node_state
 * @via: its own addresses
 * @zone: number of its failure domain; 0: none
 */
struct hashring_node_attrs {
	__u32 id;
	__u32 weight;
	__u32 state;
	struct hashring_via via;
	__u32 zone;
};

/**
 * struct hashring_run - neighbouring cells of a balanced ring's grid
 * @first: the first cell
 * @count: number of cells
 */
struct hashring_run {
	__u32 first;
	__u32 count;
};

/**
 * struct hashring_node - a node as the kernel describes it
 * @name: its name
 * @seat: the identity that placement hashes
 * @attrs: what can be set of the node
 * @nr_points: number of its points in the table
 * @nr_given: number of @points
 * @points: explicit positions, if asked for and if there are any
 * @share: the share that it owns
 * @packets: steered to it
 * @bytes: steered to it
 * @generation: the generation of all of this
 * @nr_home: number of @home
 * @home: with balanced placement: cells that a node which is not active returns
 *	to, ascending, if asked for and if there are any
 * @has_deadline: whether there is @deadline
 * @deadline: ms until its established flows are cut
 */
struct hashring_node {
	char name[HASHRING_NAME_LEN];
	char seat[HASHRING_NAME_LEN];
	struct hashring_node_attrs attrs;
	__u32 nr_points;
	__u32 nr_given;
	const __u32 *points;
	__u64 share;
	__u64 packets;
	__u64 bytes;
	__u64 generation;
	__u32 nr_home;
	const struct hashring_run *home;
	bool has_deadline;
	__u64 deadline;
};

typedef int (*hashring_node_cb)(const struct hashring_node *node, void *arg);

int hashring_node_get(struct hashring *h, const char *ring, const char *name,
		      bool with_points, hashring_node_cb cb, void *arg);
int hashring_node_list(struct hashring *h, const char *ring, bool with_points,
		       hashring_node_cb cb, hashring_restart_cb restart,
		       void *arg);

/* Changes (change.c). */

/* What is given of an operation, by its number on the wire. */
#define HASHRING_HAS(name)	(1ULL << HASHRING_A_OP_##name)
#define HASHRING_HAS_ATTR_OF(type)	(1ULL << (16 + (type)))
#define HASHRING_HAS_ATTR(name) \
	HASHRING_HAS_ATTR_OF(HASHRING_A_NODE_ATTRS_##name)
#define HASHRING_HAS_VIA \
	(HASHRING_HAS_ATTR(VIA4) | HASHRING_HAS_ATTR(VIA6))

/**
 * struct hashring_op - an operation on one node
 * @kind: &enum hashring_op_kind
 * @has: which of the following are given: HASHRING_HAS_ATTR() of @attrs, and
 *	HASHRING_HAS() of points, cells and deadline; and HASHRING_HAS(NOW) to cut
 *	the flows of a node that is deleted, or is leaving
 * @name: the node; of a replacement the node that goes
 * @new_name: of a replacement the node that takes the seat, else NULL
 * @seat: of an addition the seat, or NULL for the name
 * @attrs: what is set of the node; @attrs.via replaces all addresses, and
 *	without either family clears them
 * @nr_points: number of @points
 * @points: explicit positions
 * @nr_cells: number of @cells
 * @cells: with balanced placement, to restore a table: exactly the cells that
 *	the node gets, ascending; of a node that is not active the cells that it
 *	returns to
 * @deadline: with &HASHRING_NODE_DRAINING, ms until established flows are cut
 *
 * All memory is the caller's.
 */
struct hashring_op {
	__u32 kind;
	__u64 has;
	const char *name;
	const char *new_name;
	const char *seat;
	struct hashring_node_attrs attrs;
	__u32 nr_points;
	const __u32 *points;
	__u32 nr_cells;
	const struct hashring_run *cells;
	__u64 deadline;
};

/**
 * struct hashring_change - a change as requested
 * @ring: the ring
 * @ops: the operations: all of them are carried out, or none
 * @nr_ops: number of @ops
 * @expect_generation: refuse (-ESTALE) another generation; HASHRING_ANY
 * @max_moved: refuse (-EDQUOT) when more share would move; HASHRING_ANY
 * @dry_run: compute the receipt, change nothing
 * @hold: move nothing yet, begin a migration
 */
struct hashring_change {
	const char *ring;
	const struct hashring_op *ops;
	__u32 nr_ops;
	__u64 expect_generation;
	__u64 max_moved;
	bool dry_run;
	bool hold;
};

/**
 * struct hashring_move - share that went from one node to another
 * @from: the node before
 * @to: the node after
 * @share: the whole share
 * @arcs: number of pieces
 */
struct hashring_move {
	char from[HASHRING_NAME_LEN];
	char to[HASHRING_NAME_LEN];
	__u64 share;
	__u32 arcs;
};

/**
 * struct hashring_assigned - an id that the kernel chose
 * @name: the node
 * @id: its id
 */
struct hashring_assigned {
	char name[HASHRING_NAME_LEN];
	__u32 id;
};

/**
 * struct hashring_receipt - what a change did, or would do
 * @ring: the ring
 * @kind: &enum hashring_receipt_kind
 * @generation: after the change
 * @time: ns since 1970
 * @added: nodes
 * @removed: nodes
 * @set: nodes
 * @replaced: nodes
 * @nodes_before: members
 * @nodes_after: members
 * @moved: share whose owner differs
 * @gained: share that had no owner and has one
 * @lost: share that had an owner and has none
 * @required: the least that any method moves for the same loads
 * @collateral: @moved - @required
 * @ideal: what a perfectly balanced method moves
 * @peak_before: largest share over its due, in 2^-32 of the due
 * @peak_after: as @peak_before
 * @arcs: pieces of the ring that changed hands
 * @bytes_before: memory of the table
 * @bytes_after: memory of the table
 * @build_ns: time to make the table
 * @impact_ns: time to compute the figures
 * @has_cut: whether there is @cut
 * @cut: established flows that the change cuts, or would cut
 * @nr_moves: rows of the whole from-to matrix
 * @kept_moves: of these, rows that the history keeps
 * @nr_ops: operations of the change
 * @kept_ops: of these, operations that the history keeps: all or none
 * @nr_arcs: with balanced placement, pieces that changed hands
 * @kept_arcs: of these, pieces that the history keeps: all or none
 * @nr_rows: number of @rows
 * @rows: the largest rows, as many as came with the receipt
 * @nr_assigned: number of @assigned
 * @assigned: ids that the kernel chose, as many as came with the receipt
 *
 * Only a past change has @kept_moves to @kept_arcs.
 */
struct hashring_receipt {
	char ring[HASHRING_NAME_LEN];
	__u32 kind;
	__u64 generation;
	__u64 time;
	__u32 added;
	__u32 removed;
	__u32 set;
	__u32 replaced;
	__u32 nodes_before;
	__u32 nodes_after;
	__u64 moved;
	__u64 gained;
	__u64 lost;
	__u64 required;
	__u64 collateral;
	__u64 ideal;
	__u64 peak_before;
	__u64 peak_after;
	__u32 arcs;
	__u64 bytes_before;
	__u64 bytes_after;
	__u64 build_ns;
	__u64 impact_ns;
	bool has_cut;
	__u32 cut;
	__u32 nr_moves;
	__u32 kept_moves;
	__u32 nr_ops;
	__u32 kept_ops;
	__u32 nr_arcs;
	__u32 kept_arcs;
	__u32 nr_rows;
	struct hashring_move *rows;
	__u32 nr_assigned;
	struct hashring_assigned *assigned;
};

typedef int (*hashring_receipt_cb)(const struct hashring_receipt *receipt,
				   void *arg);
typedef int (*hashring_move_cb)(const struct hashring_move *move, void *arg);

int hashring_change(struct hashring *h, const struct hashring_change *change,
		    struct hashring_receipt *receipt);
void hashring_receipt_release(struct hashring_receipt *receipt);

/* Past changes (history.c). */

int hashring_history_get(struct hashring *h, const char *ring,
			 __u64 generation, struct hashring_receipt *receipt);
int hashring_history_list(struct hashring *h, const char *ring,
			  hashring_receipt_cb cb, hashring_restart_cb restart,
			  void *arg);
int hashring_moves_count(struct hashring *h, const char *ring,
			 __u64 generation, __u32 *kept, __u32 *all);
int hashring_moves_list(struct hashring *h, const char *ring,
			__u64 generation, hashring_move_cb cb,
			hashring_restart_cb restart, void *arg);

/* Operations and pieces of past changes: past.h. */

/* Look-ups and maps (lookup.c, arcs.c). */

/**
 * struct hashring_flow - the parts of a packet that make the key
 * @family: AF_INET or AF_INET6
 * @protocol: IPPROTO_*
 * @saddr: source address, struct in_addr or in6_addr
 * @daddr: destination address
 * @sport: source port, host order
 * @dport: destination port, host order
 * @policy: &enum hashring_key_policy
 */
struct hashring_flow {
	int family;
	__u8 protocol;
	union {
		struct in_addr v4;
		struct in6_addr v6;
	} saddr, daddr;
	__u16 sport;
	__u16 dport;
	__u32 policy;
};

/**
 * struct hashring_owner - the owner of a position, and why
 * @position: the position that was looked up
 * @node: the owner's name, empty if there is none
 * @id: the owner's id, 0 if there is none
 * @arc_start: the arc that @position lies in is (@arc_start, @arc_end]
 * @arc_end: see @arc_start
 * @generation: the generation of all of this
 * @epoch: the epoch of all of this
 * @migrating: a migration is under way; the following members tell more
 * @before: the owner by the last settled map, or empty
 * @after: the owner by the map that the migration leads to, or empty
 * @released: the position goes by the map of @after already
 * @pinned: the node where this flow stays, or empty
 */
struct hashring_owner {
	__u32 position;
	char node[HASHRING_NAME_LEN];
	__u32 id;
	__u32 arc_start;
	__u32 arc_end;
	__u64 generation;
	__u64 epoch;
	bool migrating;
	char before[HASHRING_NAME_LEN];
	char after[HASHRING_NAME_LEN];
	bool released;
	char pinned[HASHRING_NAME_LEN];
};

int hashring_lookup_key(struct hashring *h, const char *ring, const void *key,
			size_t len, struct hashring_owner *owner);
int hashring_lookup_flow(struct hashring *h, const char *ring,
			 const struct hashring_flow *flow,
			 struct hashring_owner *owner);
int hashring_lookup_position(struct hashring *h, const char *ring,
			     __u32 position, struct hashring_owner *owner);
int hashring_lookup_bulk(struct hashring *h, const char *ring,
			 const __u32 *positions, __u32 *ids, size_t n,
			 __u64 *generation);

/* Arcs of one message: the last positions of n arcs, and the owners' ids. */
typedef int (*hashring_arcs_cb)(__u64 generation, const __u32 *ends,
				const __u32 *owners, size_t n, void *arg);

int hashring_arcs_count(struct hashring *h, const char *ring, bool raw_points,
			__u32 *nr, __u64 *generation);
int hashring_arcs_list(struct hashring *h, const char *ring, bool raw_points,
		       hashring_arcs_cb cb, hashring_restart_cb restart,
		       void *arg);

/* Attachments and limits: attach.h, migrations: migrate.h. */

/* Events (event.c). */

struct hashring_attach;
struct hashring_migration;

enum hashring_event_kind {
	HASHRING_EVENT_RING_ADD,
	HASHRING_EVENT_RING_DEL,
	HASHRING_EVENT_RING_SET,
	HASHRING_EVENT_CHANGE,
	HASHRING_EVENT_MIGRATE,
	HASHRING_EVENT_ATTACH_ADD,
	HASHRING_EVENT_ATTACH_DEL,
	HASHRING_EVENT_LOST,
};

/**
 * struct hashring_event - an event
 * @kind: what happened; HASHRING_EVENT_LOST: events did not fit the socket's
 *	buffer
 * @ring: of HASHRING_EVENT_RING_*, else NULL
 * @receipt: of HASHRING_EVENT_CHANGE, else NULL
 * @attach: of HASHRING_EVENT_ATTACH_*, else NULL
 * @migration: of HASHRING_EVENT_MIGRATE, else NULL
 */
struct hashring_event {
	enum hashring_event_kind kind;
	const struct hashring_ring *ring;
	const struct hashring_receipt *receipt;
	const struct hashring_attach *attach;
	const struct hashring_migration *migration;
};

typedef int (*hashring_event_cb)(const struct hashring_event *event, void *arg);

int hashring_subscribe(struct hashring *h);
int hashring_event_fd(const struct hashring *h);
int hashring_event_read(struct hashring *h, hashring_event_cb cb, void *arg);

#ifdef __cplusplus
}
#endif

#endif
