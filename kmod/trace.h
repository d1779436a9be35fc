/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints: changes, refusals, steps of migrations, packets without an
 * owner, and flows that a migration tracks. Documentation/observe.md is for
 * users.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM hashring

#if !defined(HASHRING_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define HASHRING_TRACE_H

#include <linux/tracepoint.h>

#include "compat.h"

/* Only trace.c needs their definitions. */
struct hr_attach;
struct hr_entry;
struct hr_flow;
struct hr_migrate_event;
struct hr_receipt;
struct hr_ring;
struct hr_track;
struct net;

/*
 * A change, before any notification. All names are those of the receipt on the
 * wire; shares are in 2^-32 of the ring. Under the ring's lock, so that
 * generations come in order.
 */
TRACE_EVENT(hashring_change,
	TP_PROTO(const struct hr_ring *ring, const struct hr_receipt *receipt),
	TP_ARGS(ring, receipt),
	TP_STRUCT__entry(
		__field(unsigned int, netns)
		__string(ring, ring->name)
		__field(u64, generation)
		__field(u32, added)
		__field(u32, removed)
		__field(u32, set)
		__field(u32, replaced)
		__field(u64, moved)
		__field(u64, gained)
		__field(u64, lost)
		__field(u64, required)
		__field(u64, collateral)
		__field(u32, nodes)
		__field(u64, bytes)
		__field(u64, build_ns)
	),
	TP_fast_assign(
		__entry->netns = ring->net->ns.inum;
		hr_assign_str(ring, ring->name);
		__entry->generation = receipt->generation;
		__entry->added = receipt->added;
		__entry->removed = receipt->removed;
		__entry->set = receipt->set;
		__entry->replaced = receipt->replaced;
		__entry->moved = receipt->impact.moved;
		__entry->gained = receipt->impact.gained;
		__entry->lost = receipt->impact.lost;
		__entry->required = receipt->impact.required;
		__entry->collateral = receipt->impact.collateral;
		__entry->nodes = receipt->nodes_after;
		__entry->bytes = receipt->bytes_after;
		__entry->build_ns = receipt->build_ns;
	),
	TP_printk("netns=%u ring=%s generation=%llu added=%u removed=%u set=%u replaced=%u moved=%llu gained=%llu lost=%llu required=%llu collateral=%llu nodes=%u bytes=%llu build_ns=%llu",
		  __entry->netns, __get_str(ring), __entry->generation,
		  __entry->added, __entry->removed, __entry->set,
		  __entry->replaced, __entry->moved, __entry->gained,
		  __entry->lost, __entry->required, __entry->collateral,
		  __entry->nodes, __entry->bytes, __entry->build_ns)
);

/*
 * A refused change, part of a staged change, or plan (dry_run): the error, and
 * the text for the caller.
 */
TRACE_EVENT(hashring_refused,
	TP_PROTO(const struct net *net, const char *ring, bool dry_run,
		 int error, const char *text),
	TP_ARGS(net, ring, dry_run, error, text),
	TP_STRUCT__entry(
		__field(unsigned int, netns)
		__string(ring, ring)
		__field(bool, dry_run)
		__field(int, error)
		__string(text, text)
	),
	TP_fast_assign(
		__entry->netns = net->ns.inum;
		hr_assign_str(ring, ring);
		__entry->dry_run = dry_run;
		__entry->error = error;
		hr_assign_str(text, text);
	),
	TP_printk("netns=%u ring=%s dry_run=%d error=%d text=\"%s\"",
		  __entry->netns, __get_str(ring), __entry->dry_run,
		  __entry->error, __get_str(text))
);

/* A step or a transition of a migration; kind and state by the wire's numbers. */
TRACE_EVENT(hashring_migration,
	TP_PROTO(const struct hr_ring *ring, const struct hr_migrate_event *what),
	TP_ARGS(ring, what),
	TP_STRUCT__entry(
		__field(unsigned int, netns)
		__string(ring, ring->name)
		__field(u64, generation)
		__field(u64, epoch)
		__field(u8, kind)
		__field(u8, state)
		__field(u64, before)
		__field(u64, frontier)
		__field(u64, moved)
		__field(u32, arcs)
		__field(u32, flows)
		__string(reason, what->reason)
	),
	TP_fast_assign(
		__entry->netns = ring->net->ns.inum;
		hr_assign_str(ring, ring->name);
		__entry->generation = what->generation;
		__entry->epoch = what->epoch;
		__entry->kind = what->kind;
		__entry->state = what->state;
		__entry->before = what->before;
		__entry->frontier = what->after;
		__entry->moved = what->moved;
		__entry->arcs = what->arcs;
		__entry->flows = what->flows;
		hr_assign_str(reason, what->reason);
	),
	TP_printk("netns=%u ring=%s generation=%llu epoch=%llu kind=%u state=%u before=%llu frontier=%llu moved=%llu arcs=%u flows=%u reason=\"%s\"",
		  __entry->netns, __get_str(ring), __entry->generation,
		  __entry->epoch, __entry->kind, __entry->state,
		  __entry->before, __entry->frontier, __entry->moved,
		  __entry->arcs, __entry->flows, __get_str(reason))
);

/* A packet without an owner, and whether it was dropped. */
TRACE_EVENT(hashring_no_owner,
	TP_PROTO(const struct hr_attach *attach, const struct hr_ring *ring,
		 const struct hr_flow *flow, u32 position, bool dropped),
	TP_ARGS(attach, ring, flow, position, dropped),
	TP_STRUCT__entry(
		__field(unsigned int, netns)
		__string(ring, ring->name)
		__field(u32, attach)
		__field(u8, family)
		__field(u8, protocol)
		__field(u32, position)
		__field(bool, dropped)
	),
	TP_fast_assign(
		__entry->netns = attach->net->ns.inum;
		hr_assign_str(ring, ring->name);
		__entry->attach = attach->id;
		__entry->family = flow->family;
		__entry->protocol = flow->protocol;
		__entry->position = position;
		__entry->dropped = dropped;
	),
	TP_printk("netns=%u ring=%s attach=%u family=%u protocol=%u position=%u dropped=%d",
		  __entry->netns, __get_str(ring), __entry->attach,
		  __entry->family, __entry->protocol, __entry->position,
		  __entry->dropped)
);

/*
 * A flow of a migration: when tracking begins or ends, and why; after expired
 * it may go on at another node. Addresses are IPv6 addresses. The ends are in
 * order where both directions are one flow. The node is 0 where a scan does not
 * know it. Scans go on for a moment after the namespace is gone: the track has
 * its number.
 */
TRACE_DEFINE_ENUM(HR_TRACK_STARTED);
TRACE_DEFINE_ENUM(HR_TRACK_SEEN);
TRACE_DEFINE_ENUM(HR_TRACK_ENDED);
TRACE_DEFINE_ENUM(HR_TRACK_HALF_OPEN);
TRACE_DEFINE_ENUM(HR_TRACK_IDLE);
TRACE_DEFINE_ENUM(HR_TRACK_EXPIRED);
TRACE_DEFINE_ENUM(HR_TRACK_EVICTED);

TRACE_EVENT(hashring_flow,
	TP_PROTO(const struct hr_track *track, const struct hr_entry *flow,
		 u32 node, u32 what),
	TP_ARGS(track, flow, node, what),
	TP_STRUCT__entry(
		__field(unsigned int, netns)
		__string(ring, track->ring->name)
		__field(u8, protocol)
		__array(u8, saddr, 16)
		__array(u8, daddr, 16)
		__field(u16, sport)
		__field(u16, dport)
		__field(u32, position)
		__field(u32, node)
		__field(u32, what)
	),
	TP_fast_assign(
		const struct hr_track_key *key = &flow->key;
		const bool mapped = key->family == 4;

		__entry->netns = track->netns;
		hr_assign_str(ring, track->ring->name);
		__entry->protocol = key->protocol;
		memset(__entry->saddr, 0, sizeof(__entry->saddr));
		memset(__entry->daddr, 0, sizeof(__entry->daddr));
		if (mapped) {
			memset(__entry->saddr + 10, 0xff, 2);
			memset(__entry->daddr + 10, 0xff, 2);
		}
		memcpy(__entry->saddr + 12 * mapped, key->saddr,
		       mapped ? 4 : 16);
		memcpy(__entry->daddr + 12 * mapped, key->daddr,
		       mapped ? 4 : 16);
		__entry->sport = key->ports[0] << 8 | key->ports[1];
		__entry->dport = key->ports[2] << 8 | key->ports[3];
		__entry->position = flow->pos;
		__entry->node = node;
		__entry->what = what;
	),
	TP_printk("netns=%u ring=%s what=%s protocol=%u saddr=%pI6c sport=%u daddr=%pI6c dport=%u position=%u node=%u",
		  __entry->netns, __get_str(ring),
		  __print_symbolic(__entry->what,
				   { HR_TRACK_STARTED, "started" },
				   { HR_TRACK_SEEN, "seen" },
				   { HR_TRACK_ENDED, "ended" },
				   { HR_TRACK_HALF_OPEN, "half-open" },
				   { HR_TRACK_IDLE, "idle" },
				   { HR_TRACK_EXPIRED, "expired" },
				   { HR_TRACK_EVICTED, "evicted" }),
		  __entry->protocol, __entry->saddr, __entry->sport,
		  __entry->daddr, __entry->dport, __entry->position,
		  __entry->node)
);

#endif

/* Kbuild has kmod/ in its include paths. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
