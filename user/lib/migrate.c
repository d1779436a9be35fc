// SPDX-License-Identifier: GPL-2.0-only
/*
 * Migrations: their state, and commands about them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/genl/genl.h>

#include <hashring/migrate.h>
#include "private.h"

int decode_step(struct nlattr *nest, struct hashring_step *step)
{
	struct nlattr *tb[HASHRING_A_STEP_MAX + 1];

	if (nla_parse_nested(tb, HASHRING_A_STEP_MAX, nest, NULL) < 0)
		return -EBADMSG;
	step->epoch = attr_u64(tb[HASHRING_A_STEP_EPOCH]);
	step->time = attr_u64(tb[HASHRING_A_STEP_TIME]);
	step->generation = attr_u64(tb[HASHRING_A_STEP_GENERATION]);
	step->kind = attr_u32(tb[HASHRING_A_STEP_KIND]);
	step->state = attr_u32(tb[HASHRING_A_STEP_STATE]);
	attr_string(step->reason, sizeof(step->reason),
		    tb[HASHRING_A_STEP_REASON]);
	step->frontier_before = attr_u64(tb[HASHRING_A_STEP_FRONTIER_BEFORE]);
	step->frontier = attr_u64(tb[HASHRING_A_STEP_FRONTIER]);
	step->moved = attr_u64(tb[HASHRING_A_STEP_MOVED]);
	step->arcs = attr_u32(tb[HASHRING_A_STEP_ARCS]);
	step->flows = attr_u32(tb[HASHRING_A_STEP_FLOWS]);
	return 0;
}

static int decode_stats(struct nlattr *nest, struct hashring_track_stats *stats)
{
	struct nlattr *tb[HASHRING_A_TRACK_STATS_MAX + 1];

	if (nla_parse_nested(tb, HASHRING_A_TRACK_STATS_MAX, nest, NULL) < 0)
		return -EBADMSG;
	stats->started = attr_u64(tb[HASHRING_A_TRACK_STATS_STARTED]);
	stats->seen = attr_u64(tb[HASHRING_A_TRACK_STATS_SEEN]);
	stats->ended = attr_u64(tb[HASHRING_A_TRACK_STATS_ENDED]);
	stats->half_open = attr_u64(tb[HASHRING_A_TRACK_STATS_HALF_OPEN]);
	stats->idle = attr_u64(tb[HASHRING_A_TRACK_STATS_IDLE]);
	stats->expired = attr_u64(tb[HASHRING_A_TRACK_STATS_EXPIRED]);
	stats->evicted = attr_u64(tb[HASHRING_A_TRACK_STATS_EVICTED]);
	stats->no_entry = attr_u64(tb[HASHRING_A_TRACK_STATS_NO_ENTRY]);
	stats->not_noted = attr_u64(tb[HASHRING_A_TRACK_STATS_NOT_NOTED]);
	stats->unknown = attr_u64(tb[HASHRING_A_TRACK_STATS_UNKNOWN]);
	stats->unknown_late = attr_u64(tb[HASHRING_A_TRACK_STATS_UNKNOWN_LATE]);
	return 0;
}

static int decode_node_flows(struct nlattr *nest,
			     struct hashring_node_flows *node)
{
	struct nlattr *tb[HASHRING_A_NODE_FLOWS_MAX + 1];

	if (nla_parse_nested(tb, HASHRING_A_NODE_FLOWS_MAX, nest, NULL) < 0)
		return -EBADMSG;
	attr_string(node->name, sizeof(node->name),
		    tb[HASHRING_A_NODE_FLOWS_NAME]);
	node->flows = attr_u32(tb[HASHRING_A_NODE_FLOWS_FLOWS]);
	node->pinned = attr_u32(tb[HASHRING_A_NODE_FLOWS_PINNED]);
	node->leaving = tb[HASHRING_A_NODE_FLOWS_LEAVING];
	node->has_deadline = tb[HASHRING_A_NODE_FLOWS_DEADLINE];
	node->deadline = attr_u64(tb[HASHRING_A_NODE_FLOWS_DEADLINE]);
	return 0;
}

static void decode_progress(struct nlattr **tb, struct hashring_migration *m)
{
	attr_string(m->ring, sizeof(m->ring), tb[HASHRING_A_MIGRATION_RING]);
	m->state = attr_u32(tb[HASHRING_A_MIGRATION_STATE]);
	attr_string(m->reason, sizeof(m->reason),
		    tb[HASHRING_A_MIGRATION_REASON]);
	m->generation = attr_u64(tb[HASHRING_A_MIGRATION_GENERATION]);
	m->origin = attr_u64(tb[HASHRING_A_MIGRATION_ORIGIN]);
	m->epoch = attr_u64(tb[HASHRING_A_MIGRATION_EPOCH]);
	m->changes = attr_u32(tb[HASHRING_A_MIGRATION_CHANGES]);
	m->undone = attr_u64(tb[HASHRING_A_MIGRATION_UNDONE]);
	m->frontier = attr_u64(tb[HASHRING_A_MIGRATION_FRONTIER]);
	m->total = attr_u64(tb[HASHRING_A_MIGRATION_TOTAL]);
	m->released = attr_u64(tb[HASHRING_A_MIGRATION_RELEASED]);
	m->arcs = attr_u32(tb[HASHRING_A_MIGRATION_ARCS]);
	m->arcs_released = attr_u32(tb[HASHRING_A_MIGRATION_ARCS_RELEASED]);
	m->back = tb[HASHRING_A_MIGRATION_BACK];
	attr_string(m->holder, sizeof(m->holder),
		    tb[HASHRING_A_MIGRATION_HOLDER]);
	m->has_deadline = tb[HASHRING_A_MIGRATION_DEADLINE];
	m->deadline = attr_u64(tb[HASHRING_A_MIGRATION_DEADLINE]);
	m->quiet = attr_u64(tb[HASHRING_A_MIGRATION_QUIET]);
	m->window = tb[HASHRING_A_MIGRATION_WINDOW];
	m->grace = attr_u64(tb[HASHRING_A_MIGRATION_GRACE]);
	m->max_entries = attr_u32(tb[HASHRING_A_MIGRATION_MAX_ENTRIES]);
	m->entries = attr_u32(tb[HASHRING_A_MIGRATION_ENTRIES]);
	m->pinned = attr_u32(tb[HASHRING_A_MIGRATION_PINNED]);
	m->noted = attr_u32(tb[HASHRING_A_MIGRATION_NOTED]);
}

static int decode_nests(struct nlattr **tb, struct hashring_migration *m)
{
	int err = 0;

	m->has_stats = tb[HASHRING_A_MIGRATION_STATS];
	if (m->has_stats)
		err = decode_stats(tb[HASHRING_A_MIGRATION_STATS], &m->stats);
	m->has_step = tb[HASHRING_A_MIGRATION_STEP];
	if (!err && m->has_step)
		err = decode_step(tb[HASHRING_A_MIGRATION_STEP], &m->step);
	m->has_receipt = tb[HASHRING_A_MIGRATION_RECEIPT];
	if (!err && m->has_receipt)
		err = decode_receipt(tb[HASHRING_A_MIGRATION_RECEIPT],
				     &m->receipt);
	memcpy(m->receipt.ring, m->ring, sizeof(m->ring));
	return err;
}

static int decode_nodes(struct nlmsghdr *nlh, struct hashring_migration *m)
{
	struct nlattr *attr;
	__u32 nr = 0;
	int left;

	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, left)
		nr += nla_type(attr) == HASHRING_A_MIGRATION_NODE;
	if (!nr)
		return 0;
	m->nodes = calloc(nr, sizeof(*m->nodes));
	if (!m->nodes)
		return -ENOMEM;
	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, left) {
		if (nla_type(attr) != HASHRING_A_MIGRATION_NODE)
			continue;
		if (decode_node_flows(attr, &m->nodes[m->nr_nodes++]))
			return -EBADMSG;
	}
	return 0;
}

int decode_migration(struct hashring *h, struct nlmsghdr *nlh,
		     struct hashring_migration *m)
{
	struct nlattr *tb[HASHRING_A_MIGRATION_MAX + 1];
	int err;

	memset(m, 0, sizeof(*m));
	err = parse_message(h, nlh, tb, HASHRING_A_MIGRATION_MAX);
	if (err)
		return err;
	decode_progress(tb, m);
	err = decode_nests(tb, m);
	if (!err)
		err = decode_nodes(nlh, m);
	if (!err)
		return 0;
	hashring_migration_release(m);
	return hr_error(h, err, "%s", err == -ENOMEM ? strerror(ENOMEM) :
			"a malformed message");
}

/**
 * hashring_migration_release() - frees what a migration holds
 * @m: a migration that was filled in, or zeroes
 */
void hashring_migration_release(struct hashring_migration *m)
{
	free(m->nodes);
	m->nodes = NULL;
	m->nr_nodes = 0;
	hashring_receipt_release(&m->receipt);
}

static int take_migration(struct hashring *h, struct nlmsghdr *nlh, void *arg)
{
	struct hashring_migration *m = arg;

	hashring_migration_release(m);
	return decode_migration(h, nlh, m);
}

/* The reply to each of these requests is the migration. */
static int ask(struct request *req, struct hashring_migration *m)
{
	int err;

	if (!m)
		return request_do(req, NULL, NULL);
	memset(m, 0, sizeof(*m));
	err = request_do(req, take_migration, m);
	if (err)
		hashring_migration_release(m);
	return err;
}

/**
 * hashring_migrate_get() - the migration of a ring
 * @h: the connection
 * @ring: the ring
 * @m: set
 *
 * Return: 0, also when there is none: see its state; or a negative errno.
 */
int hashring_migrate_get(struct hashring *h, const char *ring,
			 struct hashring_migration *m)
{
	struct request req;

	request_begin(h, &req, HASHRING_CMD_MIGRATE_GET);
	request_string(&req, HASHRING_A_MIGRATION_RING, ring);
	return ask(&req, m);
}

/* HASHRING_ANY sends nothing. */
static void put_times(struct request *req, __u64 deadline, __u64 quiet)
{
	if (deadline != HASHRING_ANY)
		request_u64(req, HASHRING_A_MIGRATION_DEADLINE, deadline);
	if (quiet != HASHRING_ANY)
		request_u64(req, HASHRING_A_MIGRATION_QUIET, quiet);
}

/**
 * hashring_migrate_run() - takes the lease, to pace a migration
 * @h: the connection, which holds the lease: the lease ends with it
 * @ring: the ring
 * @lease: the pacer's name and settings
 * @m: set, if not NULL
 *
 * Return: 0; -EBUSY while another socket has the lease; another negative errno.
 */
int hashring_migrate_run(struct hashring *h, const char *ring,
			 const struct hashring_lease *lease,
			 struct hashring_migration *m)
{
	struct request req;

	request_begin(h, &req, HASHRING_CMD_MIGRATE_RUN);
	request_string(&req, HASHRING_A_MIGRATION_RING, ring);
	if (lease->holder)
		request_string(&req, HASHRING_A_MIGRATION_HOLDER,
			       lease->holder);
	put_times(&req, lease->deadline, lease->quiet);
	return ask(&req, m);
}

static void put_amount(struct request *req, const struct hashring_step_ask *a)
{
	switch (a->by) {
	case HASHRING_STEP_TO:
		request_u64(req, HASHRING_A_MIGRATION_POSITION, a->amount);
		return;
	case HASHRING_STEP_SHARE:
		request_u64(req, HASHRING_A_MIGRATION_STEP_SHARE, a->amount);
		return;
	case HASHRING_STEP_ARCS:
		request_u32(req, HASHRING_A_MIGRATION_STEP_ARCS, a->amount);
		return;
	case HASHRING_STEP_FLOWS:
		request_u32(req, HASHRING_A_MIGRATION_STEP_FLOWS, a->amount);
		return;
	}
}

/**
 * hashring_migrate_step() - moves the frontier
 * @h: the connection
 * @ask_for: how far
 * @m: set, if not NULL; its step says what was done, or would be done
 *
 * Return: 0; -EAGAIN when the step is over more flows than allowed; -ESTALE
 * when another epoch than expected is in force; -EBUSY while the migration is
 * paused, or another socket has the lease; another negative errno. After an
 * error nothing has moved.
 */
int hashring_migrate_step(struct hashring *h,
			  const struct hashring_step_ask *ask_for,
			  struct hashring_migration *m)
{
	struct request req;

	request_begin(h, &req, HASHRING_CMD_MIGRATE_STEP);
	request_string(&req, HASHRING_A_MIGRATION_RING, ask_for->ring);
	put_amount(&req, ask_for);
	if (ask_for->has_max_flows)
		request_u32(&req, HASHRING_A_MIGRATION_MAX_FLOWS,
			    ask_for->max_flows);
	request_flag(&req, HASHRING_A_MIGRATION_BACK, ask_for->back);
	request_flag(&req, HASHRING_A_MIGRATION_DRY_RUN, ask_for->dry_run);
	if (ask_for->expect_epoch != HASHRING_ANY)
		request_u64(&req, HASHRING_A_MIGRATION_EXPECT_EPOCH,
			    ask_for->expect_epoch);
	return ask(&req, m);
}

/**
 * hashring_migrate_set() - pauses or resumes a migration, or says what it waits
 *	for
 * @h: the connection
 * @ring: the ring
 * @set: what is changed
 * @m: set, if not NULL
 *
 * Return: 0 or a negative errno.
 */
int hashring_migrate_set(struct hashring *h, const char *ring,
			 const struct hashring_migrate_set *set,
			 struct hashring_migration *m)
{
	struct request req;

	request_begin(h, &req, HASHRING_CMD_MIGRATE_SET);
	request_string(&req, HASHRING_A_MIGRATION_RING, ring);
	if (set->state != HASHRING_STATE_KEPT)
		request_u32(&req, HASHRING_A_MIGRATION_STATE, set->state);
	if (set->reason)
		request_string(&req, HASHRING_A_MIGRATION_REASON, set->reason);
	put_times(&req, set->deadline, set->quiet);
	return ask(&req, m);
}

/**
 * hashring_migrate_rollback() - reverses a migration
 * @h: the connection
 * @ring: the ring
 * @reason: why, or NULL
 * @now: the whole way at once, which cuts pinned flows
 * @all: also if that undoes more than one change
 * @m: set, if not NULL
 *
 * Return: 0; -EINPROGRESS when it would undo more than one change; another negative
 * errno.
 */
int hashring_migrate_rollback(struct hashring *h, const char *ring,
			      const char *reason, bool now, bool all,
			      struct hashring_migration *m)
{
	struct request req;

	request_begin(h, &req, HASHRING_CMD_MIGRATE_ROLLBACK);
	request_string(&req, HASHRING_A_MIGRATION_RING, ring);
	if (reason)
		request_string(&req, HASHRING_A_MIGRATION_REASON, reason);
	request_flag(&req, HASHRING_A_MIGRATION_NOW, now);
	request_flag(&req, HASHRING_A_MIGRATION_ALL, all);
	return ask(&req, m);
}

/**
 * hashring_migrate_cut() - cuts the flows that stay at one node
 * @h: the connection
 * @ring: the ring
 * @node: the node, which may be leaving
 * @m: set, if not NULL; the migration goes on
 *
 * Return: 0 or a negative errno.
 */
int hashring_migrate_cut(struct hashring *h, const char *ring, const char *node,
			 struct hashring_migration *m)
{
	struct request req;

	request_begin(h, &req, HASHRING_CMD_MIGRATE_FINISH);
	request_string(&req, HASHRING_A_MIGRATION_RING, ring);
	request_flag(&req, HASHRING_A_MIGRATION_FORCE, true);
	request_string(&req, HASHRING_A_MIGRATION_CUT, node);
	return ask(&req, m);
}

/**
 * hashring_migrate_finish() - ends a migration where it leads to
 * @h: the connection
 * @ring: the ring
 * @force: wherever the frontier is; pinned flows are cut
 * @m: set, if not NULL; with the receipt of the whole migration
 *
 * Return: 0; -EBUSY when it is not at its end; another negative errno.
 */
int hashring_migrate_finish(struct hashring *h, const char *ring, bool force,
			    struct hashring_migration *m)
{
	struct request req;

	request_begin(h, &req, HASHRING_CMD_MIGRATE_FINISH);
	request_string(&req, HASHRING_A_MIGRATION_RING, ring);
	request_flag(&req, HASHRING_A_MIGRATION_FORCE, force);
	return ask(&req, m);
}

/* The list that take_listed() passes migrations to. */
struct migration_list {
	hashring_migration_cb cb;
	void *arg;
};

static int take_listed(struct hashring *h, struct nlmsghdr *nlh, void *arg)
{
	struct migration_list *list = arg;
	struct hashring_migration m;
	int err;

	err = decode_migration(h, nlh, &m);
	if (err)
		return err;
	err = list->cb(&m, list->arg);
	hashring_migration_release(&m);
	return err;
}

/**
 * hashring_migrate_list() - the migrations of all rings that have one
 * @h: the connection
 * @cb: called for each
 * @restart: see &hashring_restart_cb
 * @arg: for both
 *
 * Return: 0, what @cb returned, or a negative errno.
 */
int hashring_migrate_list(struct hashring *h, hashring_migration_cb cb,
			  hashring_restart_cb restart, void *arg)
{
	struct migration_list list = { cb, arg };
	struct request req;

	request_begin(h, &req, HASHRING_CMD_MIGRATE_GET);
	return request_dump(&req, take_listed, &list, restart, arg);
}
