// SPDX-License-Identifier: GPL-2.0-only
/*
 * soak: a ring in the kernel and its expected state
 *
 * The core computes a move first. Then packet checks get the new owners, and
 * then the kernel makes the move. A move that the kernel refuses for lack of
 * memory must change nothing.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "core/table_build.h"
#include "expected.h"

#define CELLS	4096	/* of balanced rings; frontiers stop at their borders */
#define CELL	(HR_WHOLE_RING / CELLS)

static void put(struct hr_table *table)
{
	hr_table_put(table, &hr_node_plain_ops);
}

static void *have(void *memory)
{
	if (!memory)
		die("no memory");
	return memory;
}

static void release_view(struct hr_view *view)
{
	put(view->table);
	put(view->from);
	put(view->base);
	memset(view, 0, sizeof(*view));
}

/* Creates the empty ring, in a kernel without a ring of that name. */
void expected_create(struct expected *t, __u32 placement, __u32 points,
		     const struct hashring_settings *settings, __u32 has)
{
	struct hashring_ring_config config = {
		.name = t->ring, .placement = placement, .has = has,
	};
	struct hashring_ring made;
	int err;

	if (settings)
		config.settings = *settings;
	memset(&t->config, 0, sizeof(t->config));
	t->config.place = hr_place_by_kind(placement);
	t->config.grid = t->config.place->takes_cells ? CELLS : 0;
	if (placement == HASHRING_PLACEMENT_HASH) {
		t->config.points = points;
		t->config.per = 1;
	}
	for (unsigned int i = 0; i < HR_SEED_LEN; i++)
		t->config.seed[i] = below(&t->seed, 256);
	hr_keys_derive(&t->config.keys, t->config.seed);
	config.points = t->config.points;
	config.per = t->config.per;
	config.grid = t->config.grid;
	config.seed = t->config.seed;
	expected_release(t);
	t->view.table = have(hr_table_empty(GFP_KERNEL));
	expected_reconnect(t);
	do {
		err = hashring_ring_add(t->h, &config, &made);
	} while (expected_again(t, err, "not made"));
	count(FIG_RINGS, 1);
}

/* The same without traffic: few tracked flows, or none. */
void expected_create_small(struct expected *t, __u32 placement, __u32 points)
{
	const struct hashring_settings settings = {
		.established = below(&t->seed, 2), .max_entries = 1024,
	};

	expected_create(t, placement, points, &settings,
			HASHRING_SET_ESTABLISHED | HASHRING_SET_MAX_ENTRIES);
}

/* Frees the expected state; the kernel's ring stays. */
void expected_release(struct expected *t)
{
	release_view(&t->view);
	put(t->origin);
	t->origin = NULL;
	t->rolling = false;
	t->downs = false;
}

void expected_reconnect(struct expected *t)
{
	hashring_close(t->h);
	t->h = open_kernel(t->netns);
}

/* The effective map, with a reference. */
struct hr_table *expected_map(const struct expected *t)
{
	return have(hr_view_compose(&t->view, t->view.frontier, t->config.grid,
				    GFP_KERNEL, &hr_node_plain_ops));
}

/* Whether a request that must not fail had no memory, and needs another try. */
bool expected_again(struct expected *t, int err, const char *what)
{
	if (!err || stopped())
		return false;
	if (err == -ENOMEM || err == -ENOBUFS) {
		got_on(t->worker);
		expected_reconnect(t);
		return true;
	}
	violation("state", "%s: %s: %s", t->ring, what, hashring_error(t->h));
	return false;
}

static bool kernel_ring(struct expected *t, struct hashring_ring *ring)
{
	int err;

	do {
		err = hashring_ring_get(t->h, t->ring, ring);
	} while (expected_again(t, err, "not there"));
	return !err;
}

__attribute__((format(printf, 2, 3)))
static void doing(struct expected *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(t->doing, sizeof(t->doing), format, args);
	va_end(args);
}

static void about_to(struct expected *t, const struct hr_view *next)
{
	struct hashring_ring ring;

	if (kernel_ring(t, &ring))
		t->epoch = ring.epoch;
	if (t->announce)
		t->announce(t->arg, next);
	if (t->arm)
		t->arm(t, true);
}

/* The move is finished: packets may rely on it. */
static void over(struct expected *t)
{
	if (t->announce)
		t->announce(t->arg, NULL);
}

/* The move was not made: the state is unchanged. */
static void not_made(struct expected *t, struct hr_view *next)
{
	release_view(next);
	doing(t, "it was not made");
	if (t->announce)
		t->announce(t->arg, &t->view);
	over(t);
}

/*
 * The result of a move to @next; takes the reference. If an answer had no
 * memory, the kernel's epoch shows whether the move was made.
 */
static enum moved came_of(struct expected *t, int err, struct hr_view *next)
{
	struct hashring_ring ring;

	if (t->arm)
		t->arm(t, false);
	got_on(t->worker);
	if (err == -ENOMEM || err == -ENOBUFS) {
		count(FIG_REFUSED, 1);
		expected_reconnect(t);
		if (kernel_ring(t, &ring) && ring.epoch == t->epoch) {
			not_made(t, next);
			expected_check_digest(t, "after a refusal");
			return REFUSED;
		}
		err = 0;
	}
	if (err && !stopped())
		violation("state", "%s: a move was refused: %s", t->ring,
			  hashring_error(t->h));
	release_view(&t->view);
	t->view = *next;
	over(t);
	return MOVED;
}

/* The view of a held change to @table; takes the reference. */
static struct hr_view held_view(struct expected *t, struct hr_table *table,
				bool stay)
{
	const __u32 grid = t->config.grid;
	bool settled = expected_settled(t);
	struct hr_table *base = settled ? t->view.table : t->view.base;
	struct hr_table *map = expected_map(t);
	struct hr_table *from = stay ? t->view.from : map;
	struct hr_view next = { .table = table };

	next.base = have(hr_table_without(base, table, grid, GFP_KERNEL,
					  &hr_node_plain_ops));
	if (from == base)
		next.from = hr_table_get(next.base);
	else
		next.from = have(hr_table_without(from, table, grid, GFP_KERNEL,
						  &hr_node_plain_ops));
	next.frontier = stay ? t->view.frontier : 0;
	put(map);
	return next;
}

/* A change: first everything that the kernel does with it, then the kernel. */
static enum moved change(struct expected *t, const struct hr_op *op,
			 unsigned int nr, bool hold)
{
	struct hashring_op ops[EXPECTED_NAMES];
	struct hashring_change ask = {
		.ring = t->ring, .ops = ops, .nr_ops = nr, .hold = hold,
		.expect_generation = HASHRING_ANY, .max_moved = HASHRING_ANY,
	};
	bool migrating = !expected_settled(t), removes, downs = true;
	struct hashring_receipt receipt = {};
	struct hr_view next = {};
	struct hr_error refusal;
	struct hr_table *table;
	enum moved moved;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		expected_op_to_kernel(&op[i], &ops[i]);
		downs &= op[i].kind == HASHRING_OP_SET &&
			 op[i].has == HR_HAS_ATTR(STATE) &&
			 op[i].attrs.state == HASHRING_NODE_DOWN;
	}
	if (hr_change_build(&t->config, t->view.table, op, nr, U32_MAX,
			    hold || migrating, &hr_node_plain_ops, GFP_KERNEL,
			    &table, &refusal))
		return IDLE;
	if (t->polite && !table->weight) {
		put(table);
		return IDLE;
	}
	removes = hr_change_only_removes(op, nr) && (migrating || !hold);
	if (hold && !migrating) {
		put(t->origin);
		t->origin = hr_table_get(t->view.table);
		t->origin_digest = expected_kernel_digest(t, false);
		t->downs = false;
	}
	if (hold || migrating)
		next = held_view(t, table, migrating && downs);
	else
		next.table = table;
	expected_op_words(t, op, nr);
	about_to(t, &next);
	moved = came_of(t, hashring_change(t->h, &ask, &receipt), &next);
	hashring_receipt_release(&receipt);
	if (moved != MOVED) {
		/* With injected faults the request itself may be lost. */
		if (removes && !t->arm && !stopped())
			violation("state", "%s: a removal was refused", t->ring);
		return moved;
	}
	for (i = 0; i < nr; i++) {
		t->gone |= op[i].kind == HASHRING_OP_DEL ||
			   op[i].kind == HASHRING_OP_REPLACE;
		t->downs |= op[i].kind == HASHRING_OP_SET &&
			    op[i].has & HR_HAS_ATTR(STATE) &&
			    op[i].attrs.state == HASHRING_NODE_DOWN;
	}
	if (!(migrating && downs))
		t->rolling = false;
	count(FIG_CHANGES, 1);
	count(FIG_JOINED, migrating);
	count(FIG_MIGRATIONS, hold && !migrating);
	return MOVED;
}

enum moved expected_change(struct expected *t, unsigned int nr, bool hold)
{
	__u32 points[EXPECTED_OPS][EXPECTED_POINTS];
	struct hr_op op[EXPECTED_OPS];
	bool used[EXPECTED_NAMES] = {};
	unsigned int n = 0, tries;

	for (tries = 0; tries < 4 * nr && n < nr; tries++)
		n += expected_op_random(t, used, &op[n], points[n]);
	return n ? change(t, op, n, hold) : IDLE;
}

/* Adds the first nodes, in one change. */
enum moved expected_populate(struct expected *t, unsigned int nr)
{
	__u32 points[EXPECTED_NAMES][EXPECTED_POINTS];
	struct hr_op op[EXPECTED_NAMES] = {};
	unsigned int i;

	for (i = 0; i < nr; i++) {
		snprintf(op[i].name, sizeof(op[i].name), "b%u", i + 1);
		expected_op_add(t, i, &op[i], points[i]);
	}
	return change(t, op, nr, false);
}

/* Takes one node down in one step, also in the middle of a migration. */
enum moved expected_down(struct expected *t)
{
	struct hr_op op = { .kind = HASHRING_OP_SET, .has = HR_HAS_ATTR(STATE),
			    .attrs.state = HASHRING_NODE_DOWN };
	unsigned int i = below(&t->seed, t->names);
	const struct hr_node *node;

	snprintf(op.name, sizeof(op.name), "b%u", i + 1);
	node = hr_table_find(t->view.table, op.name);
	if (!node || node->attrs.state == HASHRING_NODE_DOWN)
		return IDLE;
	return change(t, &op, 1, false);
}

enum moved expected_step(struct expected *t, enum hr_pace_by by, bool back,
			 __u64 amount)
{
	static const enum hashring_step_by as[] = {
		[HR_PACE_POSITION] = HASHRING_STEP_TO,
		[HR_PACE_SHARE] = HASHRING_STEP_SHARE,
		[HR_PACE_ARCS] = HASHRING_STEP_ARCS,
	};
	struct hr_pace pace = { .by = by, .back = back, .amount = amount };
	struct hashring_step_ask ask = {
		.ring = t->ring, .by = as[by], .amount = amount,
		.back = back, .expect_epoch = HASHRING_ANY,
	};
	struct hr_view next = t->view;
	enum moved moved;

	if (expected_settled(t))
		return IDLE;
	if (by != HR_PACE_POSITION &&
	    t->view.frontier == (back ? 0 : HR_WHOLE_RING))
		return IDLE;
	hr_table_get(next.table);
	hr_table_get(next.from);
	hr_table_get(next.base);
	if (by == HR_PACE_POSITION)
		next.frontier = amount;
	else
		next.frontier = hr_view_step(&t->view, t->view.frontier, &pace,
					     t->config.grid);
	doing(t, "step from %llx to %llx", t->view.frontier, next.frontier);
	about_to(t, &next);
	moved = came_of(t, hashring_migrate_step(t->h, &ask, NULL), &next);
	count(FIG_STEPS, moved == MOVED);
	return moved;
}

/* The map after a rollback: the origin, without nodes that went down since. */
static struct hr_table *way_back(struct expected *t)
{
	struct hr_table *table, *down;
	struct hr_error refusal;
	struct hr_op *ops;
	__u32 nr;

	table = have(hr_table_rollback(t->origin, t->view.table, t->config.grid,
				       GFP_KERNEL, &hr_node_plain_ops));
	if (hr_rollback_ops(t->origin, t->view.table, &ops, &nr, GFP_KERNEL))
		die("no memory");
	if (!nr)
		return table;
	if (hr_change_build(&t->config, table, ops, nr, U32_MAX, true,
			    &hr_node_plain_ops, GFP_KERNEL, &down, &refusal))
		die("%s", refusal.text);
	kvfree(ops);
	put(table);
	return down;
}

static struct hr_table *settled_table(const struct hr_table *table,
				      const struct expected *t)
{
	return have(hr_table_settle((struct hr_table *)table, t->config.grid,
				    GFP_KERNEL, &hr_node_plain_ops));
}

/*
 * Checks a finished rollback: the state is that of the migration's beginning.
 */
static void undone(struct expected *t)
{
	__u64 digest = expected_kernel_digest(t, false);

	if (!t->downs && digest != t->origin_digest && !stopped())
		violation("digest", "%s: %016llx instead of %016llx after a rollback",
			  t->ring, digest, t->origin_digest);
	count(FIG_UNDONE, 1);
}

enum moved expected_rollback(struct expected *t, bool now)
{
	struct hr_view next, end = {};
	enum moved moved;

	/* An immediate rollback has two parts, and may end between them. */
	now &= !t->may_fail;
	if (expected_settled(t) || (t->rolling && !now))
		return IDLE;
	if (t->rolling)
		next = (struct hr_view){ .table = hr_table_get(t->view.table) };
	else
		next = held_view(t, way_back(t), false);
	if (now) {
		end.table = settled_table(next.table, t);
		release_view(&next);
		next = end;
	}
	doing(t, "rollback%s at %llx%s", now ? " at once" : "",
	      t->view.frontier, t->rolling ? ", rolling" : "");
	about_to(t, &next);
	moved = came_of(t, hashring_migrate_rollback(t->h, t->ring, NULL, now, true,
						     NULL), &next);
	if (moved != MOVED)
		return moved;
	count(FIG_ROLLBACKS, 1);
	t->rolling = !now;
	t->gone = true;
	if (now)
		undone(t);
	return MOVED;
}

/* Without @force, IDLE while flows are still at their old nodes. */
enum moved expected_finish(struct expected *t, bool force)
{
	bool undo = t->rolling;
	struct hr_view next = {};
	enum moved moved;
	int err;

	if (expected_settled(t))
		return IDLE;
	next.table = settled_table(t->view.table, t);
	doing(t, "finish%s at %llx", force ? " by force" : "",
	      t->view.frontier);
	about_to(t, &next);
	err = hashring_migrate_finish(t->h, t->ring, force, NULL);
	if (err == -EBUSY && !force) {
		if (t->arm)
			t->arm(t, false);
		not_made(t, &next);
		return IDLE;
	}
	moved = came_of(t, err, &next);
	if (moved != MOVED)
		return moved;
	count(FIG_FINISHED, 1);
	t->gone = true;
	if (undo)
		undone(t);
	t->rolling = false;
	return MOVED;
}

/* A paused migration takes no step; a resumed migration does. */
void expected_pause(struct expected *t)
{
	struct hashring_migrate_set set = {
		.state = HASHRING_MIGRATION_PAUSED,
		.deadline = HASHRING_ANY, .quiet = HASHRING_ANY,
	};
	struct hashring_step_ask ask = {
		.ring = t->ring, .by = HASHRING_STEP_TO,
		.amount = HASHRING_WHOLE, .expect_epoch = HASHRING_ANY,
	};

	if (expected_settled(t) || t->may_fail)
		return;
	if (hashring_migrate_set(t->h, t->ring, &set, NULL))
		return;		/* only draining: nothing to pause */
	if (!hashring_migrate_step(t->h, &ask, NULL))
		violation("state", "%s: a step while paused", t->ring);
	set.state = HASHRING_MIGRATION_HOLDING;
	if (hashring_migrate_set(t->h, t->ring, &set, NULL) && !stopped())
		violation("state", "%s: not resumed: %s", t->ring,
			  hashring_error(t->h));
}

void expected_quiet(struct expected *t, __u64 ms)
{
	struct hashring_migrate_set set = {
		.state = HASHRING_STATE_KEPT,
		.deadline = HASHRING_ANY, .quiet = ms,
	};

	if (hashring_migrate_set(t->h, t->ring, &set, NULL) && !stopped())
		violation("state", "%s: no quiet: %s", t->ring,
			  hashring_error(t->h));
}

static enum moved random_step(struct expected *t)
{
	unsigned int dice = below(&t->seed, 100);

	if (dice < 10)
		return expected_step(t, HR_PACE_POSITION, false, HR_WHOLE_RING);
	if (dice < 40)
		return expected_step(t, HR_PACE_POSITION, false,
				 (__u64)below(&t->seed, CELLS) * CELL);
	if (dice < 70)
		return expected_step(t, HR_PACE_SHARE, dice < 50,
				 1 + rand_r(&t->seed) / 4);
	return expected_step(t, HR_PACE_ARCS, dice < 80,
			 1 + below(&t->seed, 20));
}

/* Makes a random move. */
enum moved expected_move(struct expected *t)
{
	unsigned int dice = below(&t->seed, 100);
	unsigned int ops = 1 + below(&t->seed, EXPECTED_OPS);

	if (expected_settled(t))
		return expected_change(t, ops, dice < 60);
	if (dice < 10)
		return expected_change(t, ops, dice < 5);
	if (dice < 12)
		return expected_down(t);
	if (dice < 17)
		return expected_finish(t, dice < 14);
	if (dice < 20)
		return expected_rollback(t, false);
	if (dice < 22)
		return expected_rollback(t, true);
	if (dice < 24) {
		expected_pause(t);
		return MOVED;
	}
	return random_step(t);
}

/* Ends a migration, with any number of tries. */
void expected_settle(struct expected *t)
{
	while (!expected_settled(t) && !stopped())
		expected_finish(t, true);
}

