/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the genetlink family share.
 *
 * Each object has one function that fills a message: for replies, dumps and events
 * alike.
 */
#ifndef HASHRING_NETLINK_COMMON_H
#define HASHRING_NETLINK_COMMON_H

#include <linux/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/hashring.h>

#include "extack.h"
#include "gen.h"
#include "hashring.h"
#include "ring/ring.h"

extern struct genl_family hr_nl_family;

int hr_nl_init(void);
void hr_nl_exit(void);

/**
 * struct hr_nl_to - the addressee and the header of a message
 * @portid: the socket; 0 for events
 * @seq: sequence number of the request; 0 for events
 * @flags: NLM_F_*
 * @cmd: command of the message
 */
struct hr_nl_to {
	u32 portid;
	u32 seq;
	int flags;
	u8 cmd;
};

static inline struct hr_nl_to hr_nl_reply(const struct genl_info *info)
{
	return (struct hr_nl_to){
		.portid	= info->snd_portid,
		.seq	= info->snd_seq,
		.cmd	= info->genlhdr->cmd,
	};
}

static inline struct hr_nl_to hr_nl_dump(const struct netlink_callback *cb)
{
	const struct genlmsghdr *head = nlmsg_data(cb->nlh);

	return (struct hr_nl_to){
		.portid	= NETLINK_CB(cb->skb).portid,
		.seq	= cb->nlh->nlmsg_seq,
		.flags	= NLM_F_MULTI,
		.cmd	= head->cmd,
	};
}

static inline struct hr_nl_to hr_nl_event(u8 cmd)
{
	return (struct hr_nl_to){ .cmd = cmd };
}

/* Begin a message; end it with genlmsg_end() or genlmsg_cancel(). */
static inline void *hr_nl_begin(struct sk_buff *skb, const struct hr_nl_to *to)
{
	return genlmsg_put(skb, to->portid, to->seq, &hr_nl_family, to->flags,
			   to->cmd);
}

/**
 * hr_nl_answer() - send a reply, or drop it
 * @reply: taken over
 * @info: the request
 * @error: the error of filling the reply in; 0: the reply is sent
 *
 * Return: @error, or the result of sending the reply.
 */
static inline int hr_nl_answer(struct sk_buff *reply, struct genl_info *info,
			       int error)
{
	if (error) {
		nlmsg_free(reply);
		return error;
	}
	return genlmsg_reply(reply, info);
}

/* Attribute 1 is the padding by which netlink aligns 64-bit attributes. */
static inline int hr_nl_put_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, 1);
}

/**
 * hr_nl_consistent() - set the version of what a dump shows
 * @cb: the dump
 * @version: the version; the reader is told of a version that changes
 *
 * To be called before each message, and before the end.
 */
static inline void hr_nl_consistent(struct netlink_callback *cb, u64 version)
{
	cb->seq = (u32)version << 1 | 1;	/* 0 would be "unknown" */
}

int hr_nl_missing_as(struct netlink_ext_ack *extack, const struct nlattr *nest,
		     u32 type, const char *what);
#define hr_nl_missing(extack, nest, type, name)				\
	hr_nl_missing_as(extack, nest, type, name " is missing")
struct hr_ring *hr_nl_ring_get(struct net *net, const struct nlattr *attr,
			       u32 type, struct netlink_ext_ack *extack);
bool hr_nl_has_listeners(struct net *net);
void hr_nl_send_event(struct net *net, struct sk_buff *skb);

/**
 * struct hr_nl_snapshot - what one message tells of a ring
 * @view: the view, pinned
 * @map: the effective map, with a reference
 * @frontier: the frontier that @map is of
 * @epoch: the epoch; not later than that of @map
 */
struct hr_nl_snapshot {
	struct hr_ring_view *view;
	struct hr_table *map;
	u64 frontier;
	u64 epoch;
};

int hr_nl_snapshot_get(struct hr_nl_snapshot *snapshot, struct hr_ring *ring);
void hr_nl_snapshot_put(struct hr_nl_snapshot *snapshot);

/**
 * struct hr_nl_dump_ctx - the state of a dump of a ring's parts, in cb->ctx
 * @ring: the ring, with a reference from the first message to the end
 * @generation: generation or epoch of what is dumped
 * @next: place of the next part
 * @begun: the other fields are set
 */
struct hr_nl_dump_ctx {
	struct hr_ring *ring;
	u64 generation;
	u32 next;
	bool begun;
};

struct hr_nl_dump_ctx *hr_nl_dump_begin(struct netlink_callback *cb, u32 type);
int hr_nl_dump_snapshot(struct netlink_callback *cb, struct hr_nl_dump_ctx *ctx,
			struct hr_nl_snapshot *snapshot);

/* history.c */

/**
 * struct hr_nl_part - a part of a receipt that is dumped by itself
 * @size: size of the part; 0 if the part is forgotten
 * @fill: puts a message from *@next on, below that size, and moves *@next on; 0 or
 *	-EMSGSIZE. Called under hr_history.lock
 */
struct hr_nl_part {
	u32 (*size)(const struct hr_receipt *receipt);
	int (*fill)(struct sk_buff *skb, const struct hr_nl_to *to,
		    struct netlink_callback *cb, const struct hr_ring *ring,
		    const struct hr_receipt *receipt, u32 *next);
};

int hr_nl_put_receipt(struct sk_buff *skb, int type,
		      const struct hr_receipt *receipt, bool whole);
void *hr_nl_part_begin(struct sk_buff *skb, const struct hr_nl_to *to,
		       struct netlink_callback *cb, const struct hr_ring *ring,
		       const struct hr_receipt *receipt);
int hr_nl_part_dump(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct hr_nl_part *part);

/* op.c */

/**
 * struct hr_nl_ops - the operations of one or many messages
 * @ops: the operations, with their points and cells
 * @nr: number of @ops
 * @size: number of operations that there is room for
 * @nr_points: number of points of all operations
 * @nr_cells: number of runs of cells of all operations
 */
struct hr_nl_ops {
	struct hr_op *ops;
	u32 nr;
	u32 size;
	u32 nr_points;
	u32 nr_cells;
};

int hr_nl_get_attrs(struct hr_op *op, const struct nlattr *nest,
		    struct netlink_ext_ack *extack);
int hr_nl_put_attrs(struct sk_buff *skb, int type,
		    const struct hr_node_attrs *attrs);
int hr_nl_ops_add(struct hr_nl_ops *ops, int type, const struct genl_info *info);
void hr_nl_ops_release(struct hr_nl_ops *ops);
int hr_nl_ops_refuse(const struct genl_info *info, int type, u32 nr_ops,
		     const struct hr_error *err, int error);

/* ring.c */
void hr_nl_ring_event(const struct hashring_note *note, u8 cmd);

/* change.c */
void hr_nl_change_event(const struct hashring_note *note);
int hr_nl_trace_refused(struct genl_info *info, const char *ring,
			bool dry_run, int error);
const char *hr_nl_ring_name(const struct nlattr *attr);
void hr_nl_change_terms_get(struct hr_change_terms *terms,
			    const struct genl_info *info);
int hr_nl_change(struct hr_ring *ring, const struct hr_nl_ops *ops,
		 const struct hr_change_terms *terms,
		 struct genl_info *info);

/* migrate_fill.c */
#define HR_MIGRATION_SIZE	(SKB_WITH_OVERHEAD(16384) - NLMSG_HDRLEN)

u64 hr_nl_ms_until(u64 moment);
int hr_nl_put_step(struct sk_buff *skb, int type,
		   const struct hr_migrate_event *what);
int hr_nl_migration_fill(struct sk_buff *skb, const struct hr_nl_to *to,
			 struct netlink_callback *cb,
			 const struct hr_ring *ring,
			 const struct hr_migrate_info *info,
			 const struct hr_migrate_event *what,
			 const struct hr_receipt *receipt, bool done);

/* migrate.c */
void hr_nl_migrate_event(const struct hashring_note *note);

/* event.c */
int hr_nl_event_init(void);
void hr_nl_event_exit(void);

/* stage.c */
int hr_nl_stage_init(void);
void hr_nl_stage_exit(void);

#endif
