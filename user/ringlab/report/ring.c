// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pieces of a ring to draw: of a map, and of the moves between two maps.
 */
#include <stdlib.h>
#include <string.h>

#include "ring.h"

/**
 * struct gathering - a run of arcs that are too thin to draw
 * @to: gets a piece when the run reaches a slice
 * @start: the first position
 * @end: behind the last position
 * @arcs: number of arcs
 * @tally: number of positions of each node; of moves: one tally
 * @seen: nodes with a tally
 * @nr_seen: number of @seen
 */
struct gathering {
	struct pieces *to;
	__u64 start;
	__u64 end;
	__u32 arcs;
	__u64 *tally;
	__u32 *seen;
	__u32 nr_seen;
};

static int add_piece(struct pieces *to, const struct piece *piece)
{
	struct piece *more = model_grow(to->piece, to->nr, sizeof(*more));

	if (!more)
		return fail_memory();
	to->piece = more;
	more[to->nr++] = *piece;
	return EXIT_DONE;
}

static int compare_pieces(const void *a, const void *b)
{
	const struct piece *x = a;
	const struct piece *y = b;

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	return x->start < y->start ? -1 : x->start > y->start;
}

static void sort_pieces(struct pieces *p)
{
	if (p->nr)
		qsort(p->piece, p->nr, sizeof(*p->piece), compare_pieces);
}

/* Gathered arcs of a map become a piece of the node that owns most of them. */
static int settle(struct gathering *g)
{
	struct piece piece = { g->start, g->end, 0 };
	__u64 most = 0;
	__u32 i;

	if (!g->arcs)
		return EXIT_DONE;
	for (i = 0; i < g->nr_seen; i++) {
		__u32 node = g->seen[i];

		if (g->tally[node] > most) {
			most = g->tally[node];
			piece.node = node;
		}
		g->tally[node] = 0;
	}
	g->nr_seen = 0;
	g->arcs = 0;
	return add_piece(g->to, &piece);
}

/* Arcs come in the order of positions, without gaps. */
static int take_arc(struct gathering *g, const struct piece *arc,
		    struct drawn *drawn)
{
	int status;

	drawn->arcs++;
	if (arc->end - arc->start >= RING_SLICE) {
		status = settle(g);
		return status ? status : add_piece(g->to, arc);
	}
	drawn->thin++;
	if (!g->arcs++)
		g->start = arc->start;
	g->end = arc->end;
	if (!g->tally[arc->node])
		g->seen[g->nr_seen++] = arc->node;
	g->tally[arc->node] += arc->end - arc->start;
	return g->end - g->start >= RING_SLICE ? settle(g) : EXIT_DONE;
}

/* The report's index of each node, by slot. */
static __u32 *numbers_of(const struct report *r, const struct hr_table *map)
{
	__u32 *number = calloc((size_t)map->nr_slots + 1, sizeof(*number));
	__u32 i;

	for (i = 0; number && i < map->nr_nodes; i++)
		number[map->by_name[i]->slot] =
			report_node(r, map->by_name[i]->name) - r->node;
	return number;
}

/* An arc over position 0 is drawn as it is. */
static int take_first(struct gathering *g, const struct piece *arc,
		      struct drawn *drawn)
{
	struct piece piece = *arc;

	piece.end += HASHRING_WHOLE;
	drawn->arcs++;
	return add_piece(g->to, &piece);
}

static int walk_map(struct gathering *g, const struct hr_table *map,
		    const __u32 *number, struct drawn *drawn)
{
	struct hr_arc arc;
	__u32 cursor = 0;
	int status = 0;

	while (!status && hr_table_next_arc(map, &cursor, &arc)) {
		const struct piece piece = {
			.start = ((__u64)arc.start + 1) % HASHRING_WHOLE,
			.end = (__u64)arc.end + 1,
			.node = number[arc.slot],
		};

		status = piece.start < piece.end ? take_arc(g, &piece, drawn) :
						   take_first(g, &piece, drawn);
	}
	return status ? status : settle(g);
}

/**
 * pieces_of_map() - the pieces to draw of a map
 * @p: zeroed; filled in
 * @r: the report with the map's nodes
 * @map: the map
 * @drawn: the map's numbers of arcs are added to it
 *
 * Return: an exit status; errors are reported.
 */
int pieces_of_map(struct pieces *p, const struct report *r,
		  const struct hr_table *map, struct drawn *drawn)
{
	struct gathering g = { .to = p };
	__u32 *number = numbers_of(r, map);
	int status = EXIT_REFUSED;

	g.tally = calloc((size_t)r->nr_nodes + 1, sizeof(*g.tally));
	g.seen = calloc((size_t)r->nr_nodes + 1, sizeof(*g.seen));
	if (number && g.tally && g.seen)
		status = walk_map(&g, map, number, drawn);
	else
		fail_memory();
	sort_pieces(p);
	free(g.seen);
	free(g.tally);
	free(number);
	return status;
}

/* Gathered moves become a mark, which is at least as wide as a slice. */
static int settle_marks(struct gathering *g)
{
	struct piece piece = { g->start, g->end, 0 };
	__u64 width = g->end - g->start;

	if (!g->arcs)
		return EXIT_DONE;
	g->arcs = 0;
	if (width < RING_SLICE) {
		width = RING_SLICE;
		piece.end = piece.start + width;
	}
	/* At least 1 high, so that the mark can be seen. */
	piece.node = (g->tally[0] * MARK_HEIGHT + width / 2) / width;
	if (!piece.node)
		piece.node = 1;
	g->tally[0] = 0;
	return add_piece(g->to, &piece);
}

/* Moves come in the order of positions, with gaps. */
static int take_move(struct gathering *g, __u64 start, __u64 end)
{
	const struct piece piece = { start, end, MARK_HEIGHT };
	bool thick = end - start >= RING_SLICE;
	int status = EXIT_DONE;

	if (g->arcs && (thick || end - g->start >= 2 * RING_SLICE))
		status = settle_marks(g);
	if (status)
		return status;
	if (thick)
		return add_piece(g->to, &piece);
	if (!g->arcs++)
		g->start = start;
	g->end = end;
	g->tally[0] += end - start;
	return g->end - g->start >= RING_SLICE ? settle_marks(g) : EXIT_DONE;
}

/**
 * pieces_of_moves() - the marks to draw of the moves between two maps
 * @p: zeroed; filled in
 * @r: the report with both maps
 *
 * Positions that gain or lose their owner count too.
 *
 * Return: an exit status; errors are reported.
 */
int pieces_of_moves(struct pieces *p, const struct report *r)
{
	struct hr_walk walk = { .before = r->before, .after = r->after };
	__u64 tally = 0;
	struct gathering g = { .to = p, .tally = &tally };
	struct hr_moved_arc arc;
	int status = 0;

	while (!status && hr_walk_next(&walk, &arc)) {
		__u64 start = ((__u64)arc.start + 1) % HASHRING_WHOLE;
		__u64 end = (__u64)arc.end + 1;

		/* The arc over position 0 comes last. */
		if (start >= end)
			end += HASHRING_WHOLE;
		status = take_move(&g, start, end);
	}
	if (!status)
		status = settle_marks(&g);
	sort_pieces(p);
	return status;
}
