// SPDX-License-Identifier: GPL-2.0-only
/*
 * Meaningful sequences of messages: rings, nodes, packets, changes, and
 * migrations from their beginning to one of their ends.
 */
#include <string.h>

#include "fuzz.h"

/* Each letter is a message, see letters below; a sequence has one ring. */
static const char *const scripts[] = {
	"RNA",			/* a ring, its nodes, packets to them */
	"RNNAL",
	"RNCLVNCCG",
	"RNHrssLsFf",		/* a migration: held, paced, finished */
	"NHrssPsUsLsEf",
	"RNHsssBtttf",		/* rolled back */
	"HrsHsHsYtqf",
	"HsLJf",
	"NHYf",
	"NHrPK",		/* left unfinished */
	"RHrs",
	"Rcbaac",		/* a staged change */
	"cbac",
	"cbac",
	"baaxbax",
	"ba",
	"bab",
	"RCCCGMOWD",		/* the past */
	"ICSIJ",
	"ApAQAqA",
	"ADz",			/* refused, while it is attached */
	"qqqzR",
	"KJIGMOWLDVTXE",	/* all reading commands */
};

#define RINGS	4	/* ring names of sequences */
#define NODES	10	/* node names */

static u32 below(struct stream *stream, u32 n)
{
	return rng_below(&stream->source.rng, n);
}

static void begin(struct stream *stream, struct message *message, u8 command,
		  u64 which)
{
	message_begin(message, command, 0);
	draw_set(&stream->source, message, spec_commands[command].set, which);
}

/* If a reading command has a dump, half of the requests are dumps. */
static void read_some(struct stream *stream, struct message *message,
		      u8 command, u64 which, u64 dumped)
{
	bool dump = below(stream, 2);

	message_begin(message, command, dump ? NLM_F_DUMP : 0);
	draw_set(&stream->source, message, spec_commands[command].set,
		 dump ? dumped : which);
}

static void put_u32(struct message *message, u16 type, u32 value)
{
	message_put(message, type, &value, sizeof(value));
}

/* A ring name mostly has one placement, so that other streams know it. */
static u32 ring_placement(struct stream *stream)
{
	int ring = stream->source.ring;

	return ring >= 0 && ring < 3 && below(stream, 16) ? (u32)ring :
							    below(stream, 3);
}

static void ring_add(struct stream *stream, struct message *message)
{
	u32 placement = ring_placement(stream);
	u64 which = 1ull << HASHRING_A_RING_SEED |
		    1ull << HASHRING_A_RING_MAX_ENTRIES;

	if (placement == HASHRING_PLACEMENT_HASH)
		which |= 1ull << HASHRING_A_RING_POINTS;
	if (placement == HASHRING_PLACEMENT_BALANCED)
		which |= 1ull << HASHRING_A_RING_GRID;
	if (below(stream, 2))
		which |= 1ull << HASHRING_A_RING_ESTABLISHED |
			 1ull << HASHRING_A_RING_TCP_TIMEOUT;
	begin(stream, message, HASHRING_CMD_RING_ADD,
	      1ull << HASHRING_A_RING_NAME);
	put_u32(message, HASHRING_A_RING_PLACEMENT, placement);
	draw_set(&stream->source, message,
		 spec_commands[HASHRING_CMD_RING_ADD].set, which);
}

/* The name, and one other attribute of the command. */
static void ring_set(struct stream *stream, struct message *message)
{
	u64 name = 1ull << HASHRING_A_RING_NAME;
	u64 more = spec_commands[HASHRING_CMD_RING_SET].request & ~name;
	u32 skip = below(stream, __builtin_popcountll(more));

	while (skip--)
		more &= more - 1;
	begin(stream, message, HASHRING_CMD_RING_SET, name | (more & -more));
}

static void ring_del(struct stream *stream, struct message *message)
{
	begin(stream, message, HASHRING_CMD_RING_DEL,
	      1ull << HASHRING_A_RING_NAME);
}

static void put_attrs(struct stream *stream, struct message *message)
{
	const struct spec_set *op =
		spec_commands[HASHRING_CMD_CHANGE].set->attrs[HASHRING_A_CHANGE_OP].nest;
	const struct spec_set *set = op->attrs[HASHRING_A_OP_ATTRS].nest;
	struct nlattr *nest = message_nest(message, HASHRING_A_OP_ATTRS);
	u64 which = 0;
	int i;

	/* Each attribute sometimes, a weight often, an id rarely. */
	for (i = 1; i <= set->max; i++)
		if (!below(stream, 4))
			which |= 1ull << i;
	which &= ~(1ull << HASHRING_A_NODE_ATTRS_STATE);
	if (below(stream, 4))
		which &= ~(1ull << HASHRING_A_NODE_ATTRS_ID);
	if (below(stream, 2))
		which |= 1ull << HASHRING_A_NODE_ATTRS_WEIGHT;
	if (!below(stream, 5))
		put_u32(message, HASHRING_A_NODE_ATTRS_STATE,
			below(stream, HASHRING_NODE_LEAVING));
	draw_set(&stream->source, message, set, which);
	message_nest_end(message, nest);
}

/* One operation, which the present members may not allow. */
static void put_op(struct stream *stream, struct message *message, u32 kind,
		   u32 node)
{
	const struct spec_set *set =
		spec_commands[HASHRING_CMD_CHANGE].set->attrs[HASHRING_A_CHANGE_OP].nest;
	struct nlattr *nest = message_nest(message, HASHRING_A_CHANGE_OP);
	u32 placement = ring_placement(stream);
	char name[8];
	u64 which = 0;

	snprintf(name, sizeof(name), "n%u", node % NODES);
	put_u32(message, HASHRING_A_OP_KIND, kind);
	message_put(message, HASHRING_A_OP_NAME, name, strlen(name) + 1);
	if (kind == HASHRING_OP_REPLACE)
		which |= 1ull << HASHRING_A_OP_NEW_NAME;
	if (kind == HASHRING_OP_DEL) {
		if (!below(stream, 3))
			which |= 1ull << HASHRING_A_OP_NOW;
	} else {
		put_attrs(stream, message);
		if (placement == HASHRING_PLACEMENT_EXPLICIT &&
		    (kind == HASHRING_OP_ADD || !below(stream, 3)))
			which |= 1ull << HASHRING_A_OP_POINTS;
		if (placement == HASHRING_PLACEMENT_BALANCED &&
		    !below(stream, 32))
			which |= 1ull << HASHRING_A_OP_CELLS;
	}
	draw_set(&stream->source, message, set, which);
	message_nest_end(message, nest);
}

/* On different nodes, because a change names a node at most once. */
static void put_ops(struct stream *stream, struct message *message)
{
	u32 n = below(stream, 2) ? 1 : 1 + below(stream, 3);
	u32 node = below(stream, NODES);

	while (n--)
		put_op(stream, message, below(stream, 4), node++);
}

static void nodes_add(struct stream *stream, struct message *message)
{
	u32 n = 1 + below(stream, 3);
	u32 node = below(stream, NODES);

	begin(stream, message, HASHRING_CMD_CHANGE,
	      1ull << HASHRING_A_CHANGE_RING);
	while (n--)
		put_op(stream, message, HASHRING_OP_ADD, node++);
}

static void change(struct stream *stream, struct message *message)
{
	static const u16 terms[] = {
		HASHRING_A_CHANGE_EXPECT_GENERATION,
		HASHRING_A_CHANGE_MAX_MOVED, HASHRING_A_CHANGE_DRY_RUN,
		HASHRING_A_CHANGE_RING, HASHRING_A_CHANGE_RING,
		HASHRING_A_CHANGE_RING,
	};

	begin(stream, message, HASHRING_CMD_CHANGE,
	      1ull << HASHRING_A_CHANGE_RING |
	      1ull << terms[below(stream, ARRAY_SIZE(terms))]);
	put_ops(stream, message);
}

static void drain(struct stream *stream, struct message *message)
{
	const struct spec_set *set = spec_commands[HASHRING_CMD_CHANGE].set;
	struct nlattr *nest, *attrs;

	begin(stream, message, HASHRING_CMD_CHANGE,
	      1ull << HASHRING_A_CHANGE_RING);
	nest = message_nest(message, HASHRING_A_CHANGE_OP);
	put_u32(message, HASHRING_A_OP_KIND, HASHRING_OP_SET);
	attrs = message_nest(message, HASHRING_A_OP_ATTRS);
	put_u32(message, HASHRING_A_NODE_ATTRS_STATE, HASHRING_NODE_DRAINING);
	message_nest_end(message, attrs);
	draw_set(&stream->source, message,
		 set->attrs[HASHRING_A_CHANGE_OP].nest,
		 1ull << HASHRING_A_OP_NAME | 1ull << HASHRING_A_OP_DEADLINE);
	message_nest_end(message, nest);
}

/* A held change; its members mostly differ from the present ones. */
static void hold(struct stream *stream, struct message *message)
{
	begin(stream, message, HASHRING_CMD_CHANGE,
	      1ull << HASHRING_A_CHANGE_RING | 1ull << HASHRING_A_CHANGE_HOLD);
	put_op(stream, message, below(stream, 3), below(stream, NODES));
}

static void stage(struct stream *stream, struct message *message)
{
	begin(stream, message, HASHRING_CMD_CHANGE_BEGIN,
	      1ull << HASHRING_A_CHANGE_RING |
	      (below(stream, 8) ? 0 : 1ull << HASHRING_A_CHANGE_HOLD));
}

static void stage_add(struct stream *stream, struct message *message)
{
	begin(stream, message, HASHRING_CMD_CHANGE_ADD, 0);
	put_op(stream, message, below(stream, 2) ? HASHRING_OP_ADD :
						   below(stream, 4),
	       below(stream, NODES));
}

static void stage_commit(struct stream *stream, struct message *message)
{
	begin(stream, message, HASHRING_CMD_CHANGE_COMMIT,
	      below(stream, 4) ? 0 : 1ull << HASHRING_A_CHANGE_DRY_RUN);
}

static void stage_abort(struct stream *stream, struct message *message)
{
	begin(stream, message, HASHRING_CMD_CHANGE_ABORT,
	      1ull << HASHRING_A_CHANGE_RING);
}

static void attach(struct stream *stream, struct message *message)
{
	u64 which = spec_commands[HASHRING_CMD_ATTACH_ADD].request;

	if (!below(stream, 4))
		which &= ~(1ull << HASHRING_A_ATTACH_NODE_MASK);
	begin(stream, message, HASHRING_CMD_ATTACH_ADD, which);
}

static void attach_replace(struct stream *stream, struct message *message)
{
	begin(stream, message, HASHRING_CMD_ATTACH_REPLACE,
	      spec_commands[HASHRING_CMD_ATTACH_REPLACE].request);
}

static void detach(struct stream *stream, struct message *message)
{
	begin(stream, message, HASHRING_CMD_ATTACH_DEL,
	      1ull << HASHRING_A_ATTACH_ID);
}

static void run(struct stream *stream, struct message *message)
{
	begin(stream, message, HASHRING_CMD_MIGRATE_RUN,
	      1ull << HASHRING_A_MIGRATION_RING |
	      1ull << (HASHRING_A_MIGRATION_HOLDER + below(stream, 3)));
}

static void step_by(struct stream *stream, struct message *message, bool back)
{
	static const u16 by[] = {
		HASHRING_A_MIGRATION_POSITION, HASHRING_A_MIGRATION_STEP_SHARE,
		HASHRING_A_MIGRATION_STEP_SHARE, HASHRING_A_MIGRATION_STEP_ARCS,
		HASHRING_A_MIGRATION_STEP_ARCS, HASHRING_A_MIGRATION_STEP_FLOWS,
	};
	static const u16 terms[] = {
		HASHRING_A_MIGRATION_MAX_FLOWS, HASHRING_A_MIGRATION_DRY_RUN,
		HASHRING_A_MIGRATION_EXPECT_EPOCH,
	};
	u64 which = 1ull << HASHRING_A_MIGRATION_RING |
		    1ull << by[below(stream, ARRAY_SIZE(by))];

	if (!below(stream, 4))
		which |= 1ull << terms[below(stream, ARRAY_SIZE(terms))];
	if (back)
		which |= 1ull << HASHRING_A_MIGRATION_BACK;
	begin(stream, message, HASHRING_CMD_MIGRATE_STEP, which);
}

static void step(struct stream *stream, struct message *message)
{
	step_by(stream, message, !below(stream, 8));
}

static void step_back(struct stream *stream, struct message *message)
{
	step_by(stream, message, true);
}

/* A step to the end, or to the start, at once. */
static void step_end(struct stream *stream, struct message *message)
{
	u64 end = below(stream, 4) ? 1ull << 32 : 0;

	begin(stream, message, HASHRING_CMD_MIGRATE_STEP,
	      1ull << HASHRING_A_MIGRATION_RING);
	message_put(message, HASHRING_A_MIGRATION_POSITION, &end, sizeof(end));
}

static void set_state(struct stream *stream, struct message *message, u32 state)
{
	begin(stream, message, HASHRING_CMD_MIGRATE_SET,
	      1ull << HASHRING_A_MIGRATION_RING |
	      1ull << HASHRING_A_MIGRATION_REASON);
	put_u32(message, HASHRING_A_MIGRATION_STATE, state);
}

static void pause_it(struct stream *stream, struct message *message)
{
	set_state(stream, message, HASHRING_MIGRATION_THROTTLED +
		  below(stream, 3));
}

static void resume(struct stream *stream, struct message *message)
{
	set_state(stream, message, HASHRING_MIGRATION_HOLDING +
		  below(stream, 2));
}

static void rollback(struct stream *stream, struct message *message)
{
	begin(stream, message, HASHRING_CMD_MIGRATE_ROLLBACK,
	      1ull << HASHRING_A_MIGRATION_RING |
	      (below(stream, 2) ? 0 : 1ull << HASHRING_A_MIGRATION_REASON) |
	      (below(stream, 2) ? 0 : 1ull << HASHRING_A_MIGRATION_NOW) |
	      (below(stream, 4) ? 1ull << HASHRING_A_MIGRATION_ALL : 0));
}

static void finish(struct stream *stream, struct message *message)
{
	begin(stream, message, HASHRING_CMD_MIGRATE_FINISH,
	      1ull << HASHRING_A_MIGRATION_RING |
	      1ull << (below(stream, 4) ? HASHRING_A_MIGRATION_FORCE :
					  HASHRING_A_MIGRATION_CUT));
}

static void lookup(struct stream *stream, struct message *message)
{
	static const u16 by[] = {
		HASHRING_A_LOOKUP_KEY, HASHRING_A_LOOKUP_POSITION,
		HASHRING_A_LOOKUP_POSITIONS,
	};
	const struct spec_set *set = spec_commands[HASHRING_CMD_LOOKUP].set;
	struct nlattr *nest;

	begin(stream, message, HASHRING_CMD_LOOKUP,
	      1ull << HASHRING_A_LOOKUP_RING);
	if (below(stream, 3)) {
		draw_attr(&stream->source, message, set,
			  by[below(stream, ARRAY_SIZE(by))]);
		return;
	}
	nest = message_nest(message, HASHRING_A_LOOKUP_FLOW);
	draw_set(&stream->source, message,
		 set->attrs[HASHRING_A_LOOKUP_FLOW].nest,
		 1ull << HASHRING_A_FLOW_PROTOCOL |
		 1ull << HASHRING_A_FLOW_SADDR4 |
		 1ull << HASHRING_A_FLOW_DADDR4 |
		 1ull << HASHRING_A_FLOW_SPORT | 1ull << HASHRING_A_FLOW_DPORT |
		 1ull << HASHRING_A_FLOW_KEY_POLICY);
	message_nest_end(message, nest);
}

static void rings(struct stream *stream, struct message *message)
{
	read_some(stream, message, HASHRING_CMD_RING_GET,
		  1ull << HASHRING_A_RING_NAME, 0);
}

static void nodes(struct stream *stream, struct message *message)
{
	u64 ring = 1ull << HASHRING_A_NODE_RING |
		   (u64)below(stream, 2) << HASHRING_A_NODE_WITH_POINTS;

	read_some(stream, message, HASHRING_CMD_NODE_GET,
		  ring | 1ull << HASHRING_A_NODE_NAME, ring);
}

static void past(struct stream *stream, struct message *message, u8 command,
		 bool all)
{
	u64 ring = 1ull << HASHRING_A_HISTORY_RING;
	u64 one = ring | 1ull << HASHRING_A_HISTORY_GENERATION;

	read_some(stream, message, command, one, all ? ring : one);
}

static void history(struct stream *stream, struct message *message)
{
	past(stream, message, HASHRING_CMD_HISTORY_GET, true);
}

static void moves(struct stream *stream, struct message *message)
{
	past(stream, message, HASHRING_CMD_MOVES_GET, false);
}

static void ops(struct stream *stream, struct message *message)
{
	past(stream, message, HASHRING_CMD_OPS_GET, false);
}

static void moved_arcs(struct stream *stream, struct message *message)
{
	past(stream, message, HASHRING_CMD_MOVED_ARCS_GET, false);
}

static void arcs(struct stream *stream, struct message *message)
{
	u64 ring = 1ull << HASHRING_A_ARC_RING |
		   (u64)below(stream, 2) << HASHRING_A_ARC_RAW_POINTS;

	read_some(stream, message, HASHRING_CMD_ARCS_GET, ring, ring);
}

static void digest(struct stream *stream, struct message *message)
{
	begin(stream, message, HASHRING_CMD_DIGEST_GET,
	      1ull << HASHRING_A_DIGEST_RING |
	      (u64)below(stream, 2) << HASHRING_A_DIGEST_CONFIG);
}

static void attachments(struct stream *stream, struct message *message)
{
	read_some(stream, message, HASHRING_CMD_ATTACH_GET,
		  1ull << HASHRING_A_ATTACH_ID, 0);
}

static void all_limits(struct stream *stream, struct message *message)
{
	read_some(stream, message, HASHRING_CMD_LIMITS_GET,
		  1ull << HASHRING_A_LIMIT_NAME, 0);
}

static void migrations(struct stream *stream, struct message *message)
{
	read_some(stream, message, HASHRING_CMD_MIGRATE_GET,
		  1ull << HASHRING_A_MIGRATION_RING, 0);
}

static void steps(struct stream *stream, struct message *message)
{
	u64 ring = 1ull << HASHRING_A_STEPS_RING;

	read_some(stream, message, HASHRING_CMD_STEPS_GET, ring, ring);
}

static void flows(struct stream *stream, struct message *message)
{
	u64 ring = 1ull << HASHRING_A_TRACKED_RING;

	read_some(stream, message, HASHRING_CMD_FLOWS_GET, ring, ring);
}

static void (*const letters[128])(struct stream *stream,
				  struct message *message) = {
	['R'] = ring_add,	['S'] = ring_set,	['z'] = ring_del,
	['N'] = nodes_add,	['C'] = change,		['Y'] = drain,
	['H'] = hold,		['b'] = stage,		['a'] = stage_add,
	['c'] = stage_commit,	['x'] = stage_abort,	['A'] = attach,
	['Q'] = attach_replace,	['q'] = detach,		['r'] = run,
	['s'] = step,		['t'] = step_back,	['E'] = step_end,
	['P'] = pause_it,	['U'] = resume,		['B'] = rollback,
	['f'] = finish,		['L'] = lookup,		['I'] = rings,
	['V'] = nodes,		['G'] = history,	['M'] = moves,
	['O'] = ops,		['W'] = moved_arcs,	['D'] = digest,
	['p'] = attachments,	['T'] = all_limits,	['K'] = migrations,
	['J'] = steps,		['F'] = flows,		['X'] = arcs,
};

/* The next message of the sequence; after its end, of a new sequence. */
void script_next(struct stream *stream, struct message *message)
{
	struct source *source = &stream->source;

	if (!*stream->script) {
		source->ring = below(stream, RINGS);
		stream->script = scripts[below(stream, ARRAY_SIZE(scripts))];
		/* A session begins with all of its rings. */
		if (!stream->thread && stream->begun < RINGS) {
			source->ring = stream->begun++;
			stream->script = scripts[0];
		}
		stream->socket = below(stream, SOCKETS);
	}
	letters[(u8)*stream->script++](stream, message);
	message_end(message);
}

/* Any message, on any ring, for faults. */
void script_any(struct stream *stream, struct message *message)
{
	const char *script = scripts[below(stream, ARRAY_SIZE(scripts))];
	int ring = stream->source.ring;

	stream->source.ring = -1;
	letters[(u8)script[below(stream, strlen(script))]](stream, message);
	message_end(message);
	stream->source.ring = ring;
}
