// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "impact.h"
#include "record.h"

/*
 * An operation takes a head, and for the node before and the node after each a
 * body, points, home, and name and seat with their NULs; all of it in u32s.
 */
#define HAS_BEFORE	BIT(0)
#define HAS_AFTER	BIT(1)
#define SAME_POINTS	BIT(2)

struct head {
	u8 kind;
	u8 flags;
	u16 unused;
};

struct body {
	struct hr_node_attrs attrs;
	u32 nr_points;
	u32 nr_home;
	u8 name_len;
	u8 seat_len;
	u16 unused;
};

/* Writes, or only counts. */
struct pen {
	u8 *to;
	size_t size;
};

static void put(struct pen *pen, const void *data, size_t size)
{
	if (pen->to)
		memcpy(pen->to + pen->size, data, size);
	pen->size += size;
}

/* Pads to the next u32. */
static void pad(struct pen *pen)
{
	static const u8 none[sizeof(u32)];

	put(pen, none, -pen->size % sizeof(u32));
}

static void put_node(struct pen *pen, const struct hr_node *node, bool points)
{
	struct body body = {
		.attrs		= node->attrs,
		.nr_points	= node->nr_points,
		.nr_home	= node->nr_home,
		.name_len	= strlen(node->name),
		.seat_len	= strlen(node->seat),
	};

	put(pen, &body, sizeof(body));
	if (points && node->nr_points)
		put(pen, node->points,
		    node->nr_points * sizeof(*node->points));
	if (node->nr_home)
		put(pen, node->home, node->nr_home * sizeof(*node->home));
	put(pen, node->name, body.name_len + 1);
	put(pen, node->seat, body.seat_len + 1);
	pad(pen);
}

static bool same_bytes(const void *a, const void *b, size_t size)
{
	return !size || !memcmp(a, b, size);
}

static bool same_points(const struct hr_node *a, const struct hr_node *b)
{
	return a && b && a->nr_points && a->nr_points == b->nr_points &&
	       !memcmp(a->points, b->points,
		       a->nr_points * sizeof(*a->points));
}

/**
 * struct source - what is to be recorded, operation by operation
 * @before: the table before
 * @after: the table after
 * @ops: the operations, or NULL: the difference of the members by slot
 * @nr: number of @ops, or else of slots
 * @next: the index of the next one
 */
struct source {
	const struct hr_table *before;
	const struct hr_table *after;
	const struct hr_op *ops;
	u32 nr;
	u32 next;
};

/* What an operation did. */
struct did {
	u8 kind;
	const struct hr_node *old;
	const struct hr_node *new;
};

static void op_did(const struct source *source, const struct hr_op *op,
		   struct did *did)
{
	did->kind = op->kind;
	did->old = NULL;
	did->new = NULL;
	if (op->kind != HASHRING_OP_ADD)
		did->old = hr_table_find(source->before, op->name);
	if (!did->old && op->kind != HASHRING_OP_ADD) {
		did->kind = HASHRING_OP_SET;
		did->old = hr_table_find_leaving(source->before, op->name);
		did->new = hr_table_find_leaving(source->after, op->name);
		return;
	}
	if (op->kind != HASHRING_OP_DEL)
		did->new = hr_table_find(source->after,
					 op->kind == HASHRING_OP_REPLACE ?
					 op->new_name : op->name);
}

static const struct hr_node *member_at(const struct hr_table *t, u32 slot)
{
	const struct hr_node *node = slot < t->nr_slots ? t->nodes[slot] : NULL;

	return node && hr_table_has(t, node) ? node : NULL;
}

/* Whether the two versions of a node differ in what can be set. */
static bool was_set(const struct hr_node *a, const struct hr_node *b)
{
	return !hr_node_attrs_same(&a->attrs, &b->attrs) ||
	       a->nr_points != b->nr_points || a->nr_home != b->nr_home ||
	       !same_bytes(a->points, b->points,
			   a->nr_points * sizeof(*a->points)) ||
	       !same_bytes(a->home, b->home, a->nr_home * sizeof(*a->home));
}

/* As an operation would have done it; false without a difference. */
static bool slot_did(const struct source *source, u32 slot, struct did *did)
{
	did->old = member_at(source->before, slot);
	did->new = member_at(source->after, slot);
	if (did->old == did->new)
		return false;
	did->kind = !did->old ? HASHRING_OP_ADD :
		    !did->new ? HASHRING_OP_DEL :
				HASHRING_OP_SET;
	return did->kind != HASHRING_OP_SET || was_set(did->old, did->new);
}

static bool next_did(struct source *source, struct did *did)
{
	while (source->next < source->nr) {
		u32 i = source->next++;

		if (!(i & 0xff))
			cond_resched();
		if (source->ops) {
			op_did(source, &source->ops[i], did);
			return true;
		}
		if (slot_did(source, i, did))
			return true;
	}
	return false;
}

static void put_did(struct pen *pen, const struct did *did)
{
	struct head head = { .kind = did->kind };

	if (did->old)
		head.flags |= HAS_BEFORE;
	if (did->new)
		head.flags |= HAS_AFTER;
	if (same_points(did->old, did->new))
		head.flags |= SAME_POINTS;
	put(pen, &head, sizeof(head));
	if (did->old)
		put_node(pen, did->old, true);
	if (did->new)
		put_node(pen, did->new, !(head.flags & SAME_POINTS));
}

static int record_ops(struct hr_record *record, const struct source *source,
		      gfp_t gfp)
{
	struct source from = *source;
	struct pen pen = {};
	struct did did;
	size_t begun;

	while (next_did(&from, &did)) {
		record->nr_ops++;
		if (pen.size > HR_MAX_HISTORY)
			continue;
		begun = pen.size;
		put_did(&pen, &did);
		if (pen.size - begun > record->largest)
			record->largest = pen.size - begun;
	}
	if (pen.size > HR_MAX_HISTORY)
		return 0;
	record->data = kvmalloc(pen.size, gfp);
	if (!record->data)
		return -ENOMEM;
	record->size = pen.size;
	record->bytes += pen.size;
	from = *source;
	pen = (struct pen) { .to = record->data };
	while (next_did(&from, &did))
		put_did(&pen, &did);
	return 0;
}

static u32 id_of(const struct hr_table *t, u32 slot)
{
	return slot == HR_NO_SLOT ? HR_NO_ID : t->nodes[slot]->attrs.id;
}

static int record_arcs(struct hr_record *record, const struct hr_table *before,
		       const struct hr_table *after, gfp_t gfp)
{
	const struct hr_walk begin = { .before = before, .after = after };
	struct hr_walk walk = begin;
	struct hr_past_arc *to;
	struct hr_moved_arc arc;

	while (hr_walk_next(&walk, &arc))
		record->nr_arcs++;
	if (!record->nr_arcs || !record->data ||
	    record->bytes + (u64)record->nr_arcs * sizeof(*to) > HR_MAX_HISTORY)
		return 0;
	to = kvmalloc_array(record->nr_arcs, sizeof(*to), gfp);
	if (!to)
		return -ENOMEM;
	record->arcs = to;
	record->bytes += record->nr_arcs * sizeof(*to);
	walk = begin;
	while (hr_walk_next(&walk, &arc))
		*to++ = (struct hr_past_arc) {
			.start	= arc.start,
			.end	= arc.end,
			.from	= id_of(before, arc.from),
			.to	= id_of(after, arc.to),
		};
	return 0;
}

static int record_make(struct hr_record *record, const struct source *source,
		       bool arcs, gfp_t gfp)
{
	int ret;

	memset(record, 0, sizeof(*record));
	ret = record_ops(record, source, gfp);
	if (!ret && arcs)
		ret = record_arcs(record, source->before, source->after, gfp);
	if (ret)
		hr_record_release(record);
	return ret;
}

/**
 * hr_record_make() - record what a change did
 * @record: filled in; give it to hr_record_release()
 * @before: the table before
 * @after: the table that hr_change_build() made of it
 * @ops: the operations of the change
 * @nr_ops: their number
 * @arcs: also record the pieces that changed hands, which do not follow from
 *	the operations
 * @gfp: how to allocate
 *
 * A record of more than HR_MAX_HISTORY bytes is not kept; arcs are kept only
 * together with the operations.
 *
 * Context: process; sleeps.
 * Return: 0, or -ENOMEM with nothing to release.
 */
int hr_record_make(struct hr_record *record, const struct hr_table *before,
		   const struct hr_table *after, const struct hr_op *ops,
		   u32 nr_ops, bool arcs, gfp_t gfp)
{
	const struct source source = {
		.before = before, .after = after, .ops = ops, .nr = nr_ops,
	};

	return record_make(record, &source, arcs, gfp);
}

/**
 * hr_record_diff() - record the difference of two tables' members
 * @record: filled in; give it to hr_record_release()
 * @before: a table
 * @after: a table made of it by changes that left nodes, or a rollback or a
 *	settled table of these: no slot has different nodes in the two
 * @arcs: as in hr_record_make()
 * @gfp: how to allocate
 *
 * As if by one change: missing nodes are deleted, new nodes are added with
 * their seat, and others set. Leaving nodes count as missing. If another node
 * has taken a name, the record has both, and a replaced node is deleted. There
 * may be no operation at all. Limits are those of hr_record_make().
 *
 * Context: process; sleeps.
 * Return: 0, or -ENOMEM with nothing to release.
 */
int hr_record_diff(struct hr_record *record, const struct hr_table *before,
		   const struct hr_table *after, bool arcs, gfp_t gfp)
{
	const struct source source = {
		.before = before, .after = after,
		.nr = max(before->nr_slots, after->nr_slots),
	};

	return record_make(record, &source, arcs, gfp);
}

/* Reads a node at @from; returns the data behind it. */
static const u8 *get_node(const u8 *from, struct hr_node_info *was, bool points)
{
	const struct body *body = (const struct body *)from;

	was->attrs = body->attrs;
	was->nr_points = body->nr_points;
	was->nr_home = body->nr_home;
	from += sizeof(*body);
	if (points) {
		was->points = (const u32 *)from;
		from += was->nr_points * sizeof(*was->points);
	}
	was->home = (const struct hr_run *)from;
	from += was->nr_home * sizeof(*was->home);
	was->name = (const char *)from;
	was->seat = was->name + body->name_len + 1;
	return from + ((body->name_len + body->seat_len + 2 + 3) & ~3);
}

/**
 * hr_record_next() - the next operation of a record
 * @record: the record
 * @next: the place in the record, from 0; goes on
 * @did: filled in; points into the record
 *
 * Context: any.
 * Return: whether there was one more operation.
 */
bool hr_record_next(const struct hr_record *record, u32 *next,
		    struct hr_op_record *did)
{
	const struct head *head;
	const u8 *from;

	if (!record->data || *next >= record->size)
		return false;
	from = (const u8 *)record->data + *next;
	head = (const struct head *)from;
	memset(did, 0, sizeof(*did));
	did->kind = head->kind;
	did->has_before = head->flags & HAS_BEFORE;
	did->has_after = head->flags & HAS_AFTER;
	did->same_points = head->flags & SAME_POINTS;
	from += sizeof(*head);
	if (did->has_before)
		from = get_node(from, &did->before, true);
	if (did->has_after)
		from = get_node(from, &did->after, !did->same_points);
	if (did->same_points)
		did->after.points = did->before.points;
	*next = from - (const u8 *)record->data;
	return true;
}

/**
 * hr_record_release() - free a record, except for its numbers
 * @record: may have been released before
 *
 * Context: any that kvfree() may be called from.
 */
void hr_record_release(struct hr_record *record)
{
	kvfree(record->data);
	kvfree(record->arcs);
	record->data = NULL;
	record->arcs = NULL;
	record->size = 0;
	record->bytes = 0;
}
