// SPDX-License-Identifier: GPL-2.0-only
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "sort.h"
#include "table_index.h"

/**
 * hr_table_search() - the part of a look-up after the index
 * @t: the table
 * @pos: the position
 * @entry: its index slot, which does not answer by itself
 *
 * Context: as hr_table_lookup(), which calls it.
 * Return: the owner's slot.
 */
u32 hr_table_search(const struct hr_table *t, u32 pos, u64 entry)
{
	const struct hr_point *p;
	u32 first, class;

	if (likely(!(entry & HR_INDEX_SEARCH)))
		return hr_index_pair_owner(t->index + (pos >> t->shift & ~1U),
					   pos);
	first = hr_index_first(entry);
	class = hr_index_class(entry);
	p = t->points + first;
	/* The copy of the first point at the end stops the search. */
	if (likely(class <= HR_INDEX_LINEAR)) {
		while (p->pos < pos)
			p++;
		return p->slot;
	}
	return p[hr_points_seek(p, min(1U << class, t->nr_points - first),
				pos)].slot;
}

u32 hr_members_seek(struct hr_node *const *members, u32 from, u32 n,
		    const char *key, size_t offset)
{
	u32 low = from, high, step;

	for (step = 1; low + step <= n; step *= 2) {
		if (strcmp(hr_member_key(members[low + step - 1], offset),
			   key) >= 0)
			break;
		low += step;
	}
	high = min(low + step, n);
	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (strcmp(hr_member_key(members[mid], offset), key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct hr_node *find(struct hr_node *const *members, u32 n,
			    const char *key, size_t offset)
{
	u32 i = hr_members_seek(members, 0, n, key, offset);

	if (i == n || strcmp(hr_member_key(members[i], offset), key))
		return NULL;
	return members[i];
}

/**
 * hr_table_find() - the member with a name
 * @t: the table
 * @name: NUL-terminated
 *
 * Context: any; the caller keeps the table alive.
 * Return: the node, or NULL.
 */
struct hr_node *hr_table_find(const struct hr_table *t, const char *name)
{
	return find(t->by_name, t->nr_nodes, name,
		    offsetof(struct hr_node, name));
}

/**
 * hr_table_find_leaving() - the leaving node with a name
 * @t: the table
 * @name: NUL-terminated; no member and no other leaving node has the name
 *
 * Context: any; the caller keeps the table alive.
 * Return: the node, or NULL.
 */
struct hr_node *hr_table_find_leaving(const struct hr_table *t,
				      const char *name)
{
	return find(t->by_name + t->nr_nodes, t->nr_leaving, name,
		    offsetof(struct hr_node, name));
}

/**
 * hr_table_find_seat() - the member with a seat
 * @t: the table
 * @seat: NUL-terminated
 *
 * Context: any; the caller keeps the table alive.
 * Return: the node, or NULL.
 */
struct hr_node *hr_table_find_seat(const struct hr_table *t, const char *seat)
{
	return find(t->by_seat, t->nr_nodes, seat,
		    offsetof(struct hr_node, seat));
}

/**
 * hr_table_has() - whether a node is a member
 * @t: the table
 * @node: a version of a node in the table
 *
 * Context: any; the caller keeps the table alive.
 * Return: true, or false for a leaving node.
 */
bool hr_table_has(const struct hr_table *t, const struct hr_node *node)
{
	return !t->nr_leaving || hr_table_find(t, node->name) == node;
}

/**
 * hr_table_put() - put a reference; the last one frees the table and puts its
 *	nodes
 * @t: the table, or NULL
 * @ops: the ops that made the nodes; NULL if there are none
 *
 * Context: any that hr_node_put() may be called from.
 */
void hr_table_put(struct hr_table *t, const struct hr_node_ops *ops)
{
	u32 i;

	if (!t || !refcount_dec_and_test(&t->refs))
		return;
	for (i = 0; i < t->nr_slots; i++)
		hr_node_put(t->nodes[i], ops);
	kvfree(t->cells);
	kvfree(t->index);
	kvfree(t->points);
	kvfree(t->nodes);
	kvfree(t->by_name);
	kvfree(t->by_seat);
	kvfree(t->share);
	kvfree(t);
}

/* The share of an active node over its due by weight, rounded to nearest. */
static u64 load(const struct hr_table *t, const struct hr_node *node)
{
	return div_u64(t->share[node->slot] * t->weight +
			       node->attrs.weight / 2,
		       node->attrs.weight);
}

/**
 * hr_table_peak() - the largest share over its due
 * @t: the table
 *
 * Context: any; the caller keeps the table alive.
 * Return: the largest share of an active node over its due by weight, in
 * 2^-32: 2^32 is exactly its due; 0 without active nodes.
 */
u64 hr_table_peak(const struct hr_table *t)
{
	u64 peak = 0;
	u32 i;

	for (i = 0; i < t->nr_nodes; i++)
		if (t->by_name[i]->attrs.state == HASHRING_NODE_ACTIVE)
			peak = max(peak, load(t, t->by_name[i]));
	return peak;
}

/**
 * hr_table_trough() - the smallest share over its due
 * @t: the table
 *
 * Context: any; the caller keeps the table alive.
 * Return: as hr_table_peak(), for the smallest share.
 */
u64 hr_table_trough(const struct hr_table *t)
{
	u64 trough = U64_MAX;
	u32 i;

	for (i = 0; i < t->nr_nodes; i++)
		if (t->by_name[i]->attrs.state == HASHRING_NODE_ACTIVE)
			trough = min(trough, load(t, t->by_name[i]));
	return trough == U64_MAX ? 0 : trough;
}

/* The first point behind @k that owns anything: not at @k's position. */
static u32 next_owning(const struct hr_table *t, u32 k)
{
	u32 pos = t->points[k].pos;

	while (k < t->nr_points && t->points[k].pos == pos)
		k++;
	return k;
}

/* The point after the arc that ends at or beyond the owning point @k. */
static u32 skip_arc(const struct hr_table *t, u32 k, struct hr_arc *arc)
{
	arc->slot = t->points[k].slot;
	while (k < t->nr_points && t->points[k].slot == arc->slot) {
		arc->end = t->points[k].pos;
		k = next_owning(t, k);
	}
	return k;
}

/* The start of the arc that holds position 0 and ends before point @k. */
static u32 first_start(const struct hr_table *t, u32 k)
{
	const struct hr_point *points = t->points;
	u32 i = t->nr_points;
	u32 start;

	while (i > k) {
		start = points[--i].pos;
		while (i > k && points[i - 1].pos == start)
			i--;
		if (points[i].slot != points[0].slot)
			return start;
	}
	return points[k - 1].pos;
}

/**
 * hr_table_next_piece() - walk the arcs of a table, and pieces without an owner
 * @t: the table
 * @cursor: 0 at first, then unchanged by the caller
 * @piece: filled in; its slot is HR_NO_SLOT without an owner
 *
 * Pieces come in ring order, from the piece that holds position 0 on, which may
 * wrap. Neighbours of one owner, or of none, are one piece.
 *
 * Context: any; the caller keeps the table alive. A call takes as long as the
 * piece has points.
 * Return: whether there was one more.
 */
bool hr_table_next_piece(const struct hr_table *t, u32 *cursor,
			 struct hr_arc *piece)
{
	u32 k = *cursor;

	if (k >= t->nr_points)
		return false;
	*cursor = skip_arc(t, k, piece);
	if (!k) {
		piece->start = first_start(t, *cursor);
		return true;
	}
	piece->start = t->points[k - 1].pos;
	/* The last piece of the ring belongs to the first if that one wraps. */
	return *cursor < t->nr_points || piece->slot != t->points[0].slot;
}

/**
 * hr_table_next_arc() - walk the arcs of a table
 * @t: the table
 * @cursor: 0 at first, then unchanged by the caller
 * @arc: filled in
 *
 * As hr_table_next_piece(), without pieces that have no owner.
 *
 * Context: any; the caller keeps the table alive. A call takes as long as the
 * arc has points.
 * Return: whether there was one more.
 */
bool hr_table_next_arc(const struct hr_table *t, u32 *cursor,
		       struct hr_arc *arc)
{
	while (hr_table_next_piece(t, cursor, arc))
		if (likely(arc->slot != HR_NO_SLOT))
			return true;
	return false;
}
