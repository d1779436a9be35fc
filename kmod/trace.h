/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints: changes, changes that were refused, and packets that nobody
 * owns. Documentation/observe.md tells users of them.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM hashring

#if !defined(HASHRING_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define HASHRING_TRACE_H

#include <linux/tracepoint.h>
#include <net/net_namespace.h>

#include "compat.h"
#include "history.h"
#include "ring.h"
#include "steer.h"

/*
 * A change, before anybody is told of it. All names of the receipt are the
 * wire's; shares are in 2^-32 of the ring. Under the ring's lock, so that
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
 * A change, or a part of a staged one, or a plan (dry_run), that was refused:
 * the error, and the words for the person that asked.
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

/* A packet whose position nobody owns, and whether it was dropped. */
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

#endif

/* Kbuild has kmod/ among its paths. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
