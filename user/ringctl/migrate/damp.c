// SPDX-License-Identifier: GPL-2.0-only
/*
 * Damping: a node that joins and leaves again within a short time should move
 * nothing twice. So a change that takes back a recent one waits before its
 * first step. If it is itself taken back meanwhile, nothing has moved.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ringctl/clock.h"
#include "cli/past/past.h"
#include "run.h"

/**
 * struct coming - a node that joined or left
 * @name: the node
 * @came: joined; else left
 * @held: by a change of this migration
 * @time: ns since 1970
 */
struct coming {
	char name[HASHRING_NAME_LEN];
	bool came;
	bool held;
	__u64 time;
};

/**
 * struct comings - joining and leaving nodes of a ring's history, oldest first
 * @receipt: its receipts, without their rows
 * @nr_receipts: number of @receipt
 * @coming: the nodes that joined or left
 * @nr: number of @coming
 */
struct comings {
	struct hashring_receipt *receipt;
	__u32 nr_receipts;
	struct coming *coming;
	__u32 nr;
};

static int take_receipt(const struct hashring_receipt *receipt, void *arg)
{
	struct comings *all = arg;
	struct hashring_receipt *more;

	more = model_grow(all->receipt, all->nr_receipts, sizeof(*more));
	if (!more)
		return -ENOMEM;
	all->receipt = more;
	more += all->nr_receipts++;
	*more = *receipt;
	more->rows = NULL;
	more->assigned = NULL;
	return 0;
}

static void restart(void *arg)
{
	struct comings *all = arg;

	all->nr_receipts = 0;
}

static int note(struct comings *all, const struct hashring_receipt *r,
		const char *name, bool came, __u64 origin)
{
	struct coming *more;

	more = model_grow(all->coming, all->nr, sizeof(*more));
	if (!more)
		return -ENOMEM;
	all->coming = more;
	more += all->nr++;
	strcpy(more->name, name);
	more->came = came;
	more->held = r->generation > origin;
	more->time = r->time;
	return 0;
}

static int note_op(struct comings *all, const struct hashring_receipt *r,
		   const struct past_op *op, __u64 origin)
{
	bool was = op->has_before &&
		   op->before.attrs.state == HASHRING_NODE_ACTIVE;
	bool is = op->has_after &&
		  op->after.attrs.state == HASHRING_NODE_ACTIVE;
	bool same = was && is && !strcmp(op->before.name, op->after.name);
	int err = 0;

	if (same)
		return 0;
	if (was)
		err = note(all, r, op->before.name, false, origin);
	if (!err && is)
		err = note(all, r, op->after.name, true, origin);
	return err;
}

/* What the history still has; receipts that go meanwhile are of no use. */
static int comings_load(struct comings *all, const char *ring, __u64 origin)
{
	struct past_ops ops;
	__u32 i, j;
	int err;

	err = hashring_history_list(conn(), ring, take_receipt, restart, all);
	for (i = 0; i < all->nr_receipts && !err; i++) {
		if (!all->receipt[i].kept_ops)
			continue;
		err = past_ops_load(&ops, ring, all->receipt[i].generation);
		if (err == -ENOENT)
			err = 0;
		for (j = 0; j < ops.nr && !err; j++)
			err = note_op(all, &all->receipt[i], &ops.op[j],
				      origin);
		past_ops_release(&ops);
	}
	return err;
}

static __u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* The last time that a node did the opposite before one of this migration. */
static const struct coming *opposite(const struct comings *all,
				     const struct coming *of)
{
	const struct coming *c = of;

	while (c-- > all->coming)
		if (c->came != of->came && !strcmp(c->name, of->name))
			return c;
	return NULL;
}

static void damp_by(struct pacer *p, const struct coming *c, __u64 now)
{
	__u64 ago = now > c->time ? (now - c->time) / 1000000 : 0;
	__u64 until;

	if (ago >= p->damp)
		return;
	until = clock_ms() + p->damp - ago;
	if (until <= p->damp_until)
		return;
	p->damp_until = until;
	snprintf(p->damp_reason, sizeof(p->damp_reason),
		 "damped: %s %s %llus ago", c->name, c->came ? "came" : "left",
		 ago / 1000);
}

/**
 * damp_look() - checks whether the first step has to wait
 * @p: the pacer; its @damp_until and @damp_reason are set
 *
 * Return: an exit status; errors are reported.
 */
int damp_look(struct pacer *p)
{
	struct comings all = { 0 };
	__u64 now = now_ns();
	__u32 i;
	int err;

	p->damped_for = p->m.generation;
	p->damp_until = 0;
	if (!conn())
		return EXIT_REFUSED;
	err = comings_load(&all, p->ring, p->m.origin);
	for (i = 0; i < all.nr && !err; i++) {
		const struct coming *c = &all.coming[i];
		const struct coming *before = opposite(&all, c);

		if (c->held && before)
			damp_by(p, before, now);
	}
	free(all.receipt);
	free(all.coming);
	if (err)
		return err == -ENOMEM ? fail_memory() : refused(err);
	return EXIT_DONE;
}
