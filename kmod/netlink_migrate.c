// SPDX-License-Identifier: GPL-2.0-only
/*
 * Migrations over netlink: what is asked of them, and how they stand.
 */
#include <linux/jiffies.h>
#include <linux/skbuff.h>

#include "compat.h"
#include "member.h"
#include "migrate.h"
#include "netlink.h"
#include "track.h"

static_assert((int)HR_MIGRATION_NONE == HASHRING_MIGRATION_STATE_NONE);
static_assert((int)HR_MIGRATION_HOLDING == HASHRING_MIGRATION_STATE_HOLDING);
static_assert((int)HR_MIGRATION_RUNNING == HASHRING_MIGRATION_STATE_RUNNING);
static_assert((int)HR_MIGRATION_THROTTLED == HASHRING_MIGRATION_STATE_THROTTLED);
static_assert((int)HR_MIGRATION_PAUSED == HASHRING_MIGRATION_STATE_PAUSED);
static_assert((int)HR_MIGRATION_FAILED == HASHRING_MIGRATION_STATE_FAILED);
static_assert((int)HR_MIGRATION_DRAINING == HASHRING_MIGRATION_STATE_DRAINING);
static_assert((int)HR_MIGRATION_ROLLING_BACK == HASHRING_MIGRATION_STATE_ROLLING_BACK);
static_assert((int)HR_MIGRATION_DONE == HASHRING_MIGRATION_STATE_DONE);
static_assert((int)HR_STEP_HELD == HASHRING_STEP_KIND_HELD);
static_assert((int)HR_STEP_STEP == HASHRING_STEP_KIND_STEP);
static_assert((int)HR_STEP_STATE == HASHRING_STEP_KIND_STATE);
static_assert((int)HR_STEP_DOWN == HASHRING_STEP_KIND_DOWN);
static_assert((int)HR_STEP_ROLLBACK == HASHRING_STEP_KIND_ROLLBACK);
static_assert((int)HR_STEP_EXPIRED == HASHRING_STEP_KIND_EXPIRED);
static_assert((int)HR_STEP_FINISH == HASHRING_STEP_KIND_FINISH);
static_assert((int)HR_STEP_UNDONE == HASHRING_STEP_KIND_UNDONE);

/* Nodes that a message tells of, at most. */
#define HR_TOLD_NODES	64

#define HR_MIGRATION_SIZE	(SKB_WITH_OVERHEAD(16384) - NLMSG_HDRLEN)

/**
 * hr_nl_ms_until() - how long it is until a moment
 * @moment: in jiffies_64
 *
 * Return: milliseconds; 0 when it has passed.
 */
u64 hr_nl_ms_until(u64 moment)
{
	u64 now = get_jiffies_64();

	return time_before64(now, moment) ?
		jiffies64_to_msecs(moment - now) : 0;
}

/**
 * hr_nl_put_step() - put a step or a transition into a message
 * @skb: the message
 * @type: the attribute
 * @what: what happened
 *
 * Return: 0 or -EMSGSIZE.
 */
int hr_nl_put_step(struct sk_buff *skb, int type,
		   const struct hr_happened *what)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest ||
	    hr_nl_put_u64(skb, HASHRING_A_STEP_EPOCH, what->epoch) ||
	    hr_nl_put_u64(skb, HASHRING_A_STEP_TIME, what->time) ||
	    hr_nl_put_u64(skb, HASHRING_A_STEP_GENERATION, what->generation) ||
	    nla_put_u32(skb, HASHRING_A_STEP_KIND, what->kind) ||
	    nla_put_u32(skb, HASHRING_A_STEP_STATE, what->state) ||
	    nla_put_string(skb, HASHRING_A_STEP_REASON, what->reason) ||
	    hr_nl_put_u64(skb, HASHRING_A_STEP_FRONTIER_BEFORE, what->before) ||
	    hr_nl_put_u64(skb, HASHRING_A_STEP_FRONTIER, what->after) ||
	    hr_nl_put_u64(skb, HASHRING_A_STEP_MOVED, what->moved) ||
	    nla_put_u32(skb, HASHRING_A_STEP_ARCS, what->arcs) ||
	    nla_put_u32(skb, HASHRING_A_STEP_FLOWS, what->flows))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_way(struct sk_buff *skb, const struct hr_way *way)
{
	if (hr_nl_put_u64(skb, HASHRING_A_MIGRATION_TOTAL, way->share) ||
	    hr_nl_put_u64(skb, HASHRING_A_MIGRATION_RELEASED,
			  way->share_released) ||
	    nla_put_u32(skb, HASHRING_A_MIGRATION_ARCS, way->arcs) ||
	    nla_put_u32(skb, HASHRING_A_MIGRATION_ARCS_RELEASED,
			way->arcs_released))
		return -EMSGSIZE;
	return 0;
}

static int put_stats(struct sk_buff *skb, const struct hr_track *track)
{
	u64 stats[HR_TRACK_COUNTERS];
	struct nlattr *nest;
	u32 i;

	hr_track_stats(track, stats);
	nest = nla_nest_start(skb, HASHRING_A_MIGRATION_STATS);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < HR_TRACK_COUNTERS; i++)
		if (hr_nl_put_u64(skb, HASHRING_A_TRACK_STATS_STARTED + i,
				  stats[i]))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_tracked(struct sk_buff *skb, const struct hr_ring *ring,
		       const struct hr_migration *m)
{
	struct hr_track_counts counts = {};

	if (m->track)
		hr_track_count(hr_ring_view_locked(ring), &counts);
	if (nla_put_u32(skb, HASHRING_A_MIGRATION_MAX_ENTRIES,
			m->track ? hr_track_max(m->track) : 0) ||
	    nla_put_u32(skb, HASHRING_A_MIGRATION_ENTRIES, counts.entries) ||
	    nla_put_u32(skb, HASHRING_A_MIGRATION_PINNED, counts.pinned) ||
	    nla_put_u32(skb, HASHRING_A_MIGRATION_NOTED, counts.noted))
		return -EMSGSIZE;
	if (!m->track)
		return 0;
	if (hr_track_window(m->track, m->quiet) &&
	    nla_put_flag(skb, HASHRING_A_MIGRATION_WINDOW))
		return -EMSGSIZE;
	return put_stats(skb, m->track);
}

static int put_node(struct sk_buff *skb, struct hr_node *node, u32 flows,
		    u32 pinned)
{
	const struct hr_shared *shared = hr_member(node)->shared;
	struct nlattr *nest;

	nest = nla_nest_start(skb, HASHRING_A_MIGRATION_NODE);
	if (!nest ||
	    nla_put_string(skb, HASHRING_A_NODE_FLOWS_NAME, node->name) ||
	    nla_put_u32(skb, HASHRING_A_NODE_FLOWS_FLOWS, flows) ||
	    nla_put_u32(skb, HASHRING_A_NODE_FLOWS_PINNED, pinned) ||
	    (node->state == HR_LEAVING &&
	     nla_put_flag(skb, HASHRING_A_NODE_FLOWS_LEAVING)) ||
	    (shared->deadline &&
	     nla_put_u64_64bit(skb, HASHRING_A_NODE_FLOWS_DEADLINE,
			       hr_nl_ms_until(shared->deadline),
			       HASHRING_A_NODE_FLOWS_PAD)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* The nodes that there is something to say of; without memory none. */
static int put_nodes(struct sk_buff *skb, const struct hr_ring *ring)
{
	struct hr_ring_view *view = hr_ring_view_locked(ring);
	const struct hr_table *t = view->core.table;
	u32 *flows, i, told = 0;
	int ret = 0;

	flows = kvcalloc(t->nr_slots, 2 * sizeof(*flows), GFP_KERNEL);
	if (!flows)
		return 0;
	if (view->track)
		hr_track_nodes(view, flows, flows + t->nr_slots);
	for (i = 0; i < t->nr_slots && told < HR_TOLD_NODES && !ret; i++) {
		struct hr_node *node = t->nodes[i];

		if (!node || (!flows[i] && node->state != HR_LEAVING &&
			      !hr_member(node)->shared->deadline))
			continue;
		ret = put_node(skb, node, flows[i], flows[t->nr_slots + i]);
		told++;
	}
	kvfree(flows);
	return ret;
}

static int put_migration(struct sk_buff *skb, const struct hr_ring *ring,
			 const struct hr_migration *m)
{
	if (nla_put_string(skb, HASHRING_A_MIGRATION_REASON, m->reason) ||
	    hr_nl_put_u64(skb, HASHRING_A_MIGRATION_ORIGIN,
			  m->origin_generation) ||
	    nla_put_u32(skb, HASHRING_A_MIGRATION_CHANGES, m->changes) ||
	    hr_nl_put_u64(skb, HASHRING_A_MIGRATION_FRONTIER,
			  hr_ring_view_locked(ring)->core.frontier) ||
	    put_way(skb, &m->way) ||
	    (m->rolling && nla_put_flag(skb, HASHRING_A_MIGRATION_BACK)) ||
	    (m->holder_port &&
	     nla_put_string(skb, HASHRING_A_MIGRATION_HOLDER, m->holder)) ||
	    (m->deadline &&
	     hr_nl_put_u64(skb, HASHRING_A_MIGRATION_DEADLINE,
			   hr_nl_ms_until(m->deadline))) ||
	    hr_nl_put_u64(skb, HASHRING_A_MIGRATION_QUIET, m->quiet))
		return -EMSGSIZE;
	return put_tracked(skb, ring, m);
}

/* How a migration stands; @what and @receipt: what has just happened. */
static int migration_fill_locked(struct sk_buff *skb,
				 const struct hr_nl_to *to,
				 struct netlink_callback *cb,
				 const struct hr_ring *ring,
				 const struct hr_happened *what,
				 const struct hr_receipt *receipt)
{
	const struct hr_migration *m = hr_migration_locked(ring);
	void *head;

	head = hr_nl_begin(skb, to);
	if (!head)
		return -EMSGSIZE;
	if (cb)
		genl_dump_check_consistent(cb, head);
	if (nla_put_string(skb, HASHRING_A_MIGRATION_RING, ring->name) ||
	    nla_put_u32(skb, HASHRING_A_MIGRATION_STATE,
			hr_migration_state(ring)) ||
	    hr_nl_put_u64(skb, HASHRING_A_MIGRATION_GENERATION,
			  hr_ring_view_locked(ring)->generation) ||
	    hr_nl_put_u64(skb, HASHRING_A_MIGRATION_EPOCH, ring->epoch) ||
	    (m && put_migration(skb, ring, m)) ||
	    (what && hr_nl_put_step(skb, HASHRING_A_MIGRATION_STEP, what)) ||
	    (receipt &&
	     hr_nl_put_receipt(skb, HASHRING_A_MIGRATION_RECEIPT, receipt,
			       false)) ||
	    (m && put_nodes(skb, ring))) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

/* The last step is told with a migration that has ended: it says how. */
static const struct hr_happened *last_step(const struct hr_ring *ring)
{
	const struct hr_steps *steps = &ring->steps;

	return steps->nr && !hr_migration_locked(ring) ?
		&steps->log[(steps->nr - 1) % HR_MAX_STEPS] : NULL;
}

static int migrate_notify(struct notifier_block *block, unsigned long unused,
			  void *data)
{
	const struct hr_nl_to to = hr_nl_event(HASHRING_CMD_MIGRATE_NTF);
	const struct hr_migrate_event *event = data;
	struct net *net = event->ring->net;
	struct sk_buff *skb;

	if (!hr_nl_heard(net))
		return NOTIFY_DONE;
	skb = nlmsg_new(HR_MIGRATION_SIZE, GFP_KERNEL);
	if (skb && migration_fill_locked(skb, &to, NULL, event->ring,
					 event->what, event->receipt)) {
		nlmsg_free(skb);
		skb = NULL;
	}
	hr_nl_send_event(net, skb);
	return NOTIFY_DONE;
}

static struct notifier_block hr_nl_migrate_block = {
	.notifier_call = migrate_notify,
};

static int socket_notify(struct notifier_block *block, unsigned long event,
			 void *data)
{
	const struct netlink_notify *notify = data;

	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC)
		hr_migrate_release(notify->net, notify->portid);
	return NOTIFY_DONE;
}

static struct notifier_block hr_nl_socket_block = {
	.notifier_call = socket_notify,
};

/**
 * struct hr_nl_migrating - a request about a migration
 * @ring: the ring, with a reference
 * @reply: made beforehand
 * @to: whom it is for
 */
struct hr_nl_migrating {
	struct hr_ring *ring;
	struct sk_buff *reply;
	struct hr_nl_to to;
};

/* Finds the ring, makes the reply, locks the ring. */
static int migrating_begin(struct hr_nl_migrating *migrating,
			   struct genl_info *info)
{
	int ret;

	migrating->ring = hr_nl_ring_get(genl_info_net(info),
					 info->attrs[HASHRING_A_MIGRATION_RING],
					 HASHRING_A_MIGRATION_RING,
					 info->extack);
	if (IS_ERR(migrating->ring))
		return PTR_ERR(migrating->ring);
	ret = -ENOMEM;
	migrating->to = hr_nl_reply(info);
	migrating->reply = nlmsg_new(HR_MIGRATION_SIZE, GFP_KERNEL);
	if (!migrating->reply)
		goto err_put_ring;
	ret = mutex_lock_killable(&migrating->ring->lock);
	if (!ret)
		return 0;
	nlmsg_free(migrating->reply);
err_put_ring:
	hr_ring_put(migrating->ring);
	return ret;
}

/* Replies with how the migration stands now, or does not. */
static int migrating_end(struct hr_nl_migrating *migrating,
			 struct genl_info *info, int error,
			 const struct hr_happened *what)
{
	if (!error)
		error = migration_fill_locked(migrating->reply, &migrating->to,
					      NULL, migrating->ring,
					      what ?: last_step(migrating->ring),
					      NULL);
	mutex_unlock(&migrating->ring->lock);
	hr_ring_put(migrating->ring);
	return hr_nl_answer(migrating->reply, info, error);
}

int hashring_nl_migrate_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct hr_nl_migrating migrating;
	int ret;

	ret = migrating_begin(&migrating, info);
	return ret ?: migrating_end(&migrating, info, 0, NULL);
}

int hashring_nl_migrate_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb)
{
	const struct hr_nl_to to = hr_nl_dump(cb);
	struct net *net = sock_net(cb->skb->sk);
	u32 *next = (u32 *)cb->ctx;
	struct hr_ring *ring;
	int ret = 0;

	if (hr_dump_attrs(cb)[HASHRING_A_MIGRATION_RING])
		return hr_extack(cb->extack,
				 hr_dump_attrs(cb)[HASHRING_A_MIGRATION_RING],
				 -EINVAL, "a dump is of all rings");
	hr_nl_consistent(cb, READ_ONCE(hr_net(net)->rings_seq));
	for (; (ring = hr_ring_get_nth(net, *next)); (*next)++) {
		mutex_lock(&ring->lock);
		if (hr_migration_locked(ring))
			ret = migration_fill_locked(skb, &to, cb, ring, NULL,
						    NULL);
		mutex_unlock(&ring->lock);
		hr_ring_put(ring);
		if (ret)
			return skb->len ? skb->len : ret;
	}
	return 0;
}

/* Everything of a migration's message must fit into a dump's. */
int hr_nl_migrate_start(struct netlink_callback *cb)
{
	cb->min_dump_alloc = HR_MIGRATION_SIZE;
	return 0;
}

static int terms_get(struct hr_migrate_terms *terms,
		     const struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;
	const struct nlattr *state = attrs[HASHRING_A_MIGRATION_STATE];
	const struct nlattr *quiet = attrs[HASHRING_A_MIGRATION_QUIET];
	const struct nlattr *reason = attrs[HASHRING_A_MIGRATION_REASON];

	*terms = (struct hr_migrate_terms){ .port = info->snd_portid };
	if (state)
		terms->state = nla_get_u32(state);
	if (reason && nla_len(reason) > HR_MAX_REASON)
		return hr_extack(info->extack, reason, -E2BIG,
				 "a reason has at most %d bytes",
				 HR_MAX_REASON - 1);
	if (reason)
		terms->reason = nla_data(reason);
	if (attrs[HASHRING_A_MIGRATION_DEADLINE]) {
		terms->has_deadline = true;
		terms->deadline = nla_get_u64(attrs[HASHRING_A_MIGRATION_DEADLINE]);
	}
	if (!quiet)
		return 0;
	if (nla_get_u64(quiet) > HR_MAX_DEADLINE)
		return hr_extack(info->extack, quiet, -ERANGE,
				 "%llu ms are more than %d",
				 nla_get_u64(quiet), HR_MAX_DEADLINE);
	terms->has_quiet = true;
	terms->quiet = nla_get_u64(quiet);
	return 0;
}

/* The attribute that an error of a lease or a state is about. */
static int terms_refuse(struct genl_info *info, int error)
{
	struct nlattr **attrs = info->attrs;

	if (error == -ERANGE)
		NL_SET_BAD_ATTR(info->extack,
				attrs[HASHRING_A_MIGRATION_DEADLINE]);
	else if (error == -EINVAL)
		NL_SET_BAD_ATTR(info->extack,
				attrs[HASHRING_A_MIGRATION_STATE]);
	else if (error)
		NL_SET_BAD_ATTR(info->extack,
				attrs[HASHRING_A_MIGRATION_RING]);
	return error;
}

int hashring_nl_migrate_run_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *holder = info->attrs[HASHRING_A_MIGRATION_HOLDER];
	struct hr_nl_migrating migrating;
	struct hr_migrate_terms terms;
	char nobody[32];
	int ret;

	ret = terms_get(&terms, info);
	if (ret)
		return ret;
	if (holder && nla_len(holder) > HR_MAX_NAME + 1)
		return hr_extack(info->extack, holder, -E2BIG,
				 "a holder's name has at most %d bytes",
				 HR_MAX_NAME);
	snprintf(nobody, sizeof(nobody), "port %u", info->snd_portid);
	terms.holder = holder ? nla_data(holder) : nobody;
	ret = migrating_begin(&migrating, info);
	if (ret)
		return ret;
	ret = hr_migrate_run_locked(migrating.ring, &terms, info->extack);
	return migrating_end(&migrating, info, terms_refuse(info, ret), NULL);
}

int hashring_nl_migrate_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct hr_nl_migrating migrating;
	struct hr_migrate_terms terms;
	int ret;

	ret = terms_get(&terms, info);
	if (ret)
		return ret;
	if (!terms.state && !terms.has_deadline && !terms.has_quiet)
		return hr_nl_missing(info->extack, NULL,
				     HASHRING_A_MIGRATION_STATE, "state");
	ret = migrating_begin(&migrating, info);
	if (ret)
		return ret;
	ret = hr_migrate_set_locked(migrating.ring, &terms, info->extack);
	return migrating_end(&migrating, info, terms_refuse(info, ret), NULL);
}

static int step_get(struct hr_migrate_step *step, const struct nlattr **amount,
		    const struct genl_info *info)
{
	static const int by[] = {
		[HR_BY_POSITION] = HASHRING_A_MIGRATION_POSITION,
		[HR_BY_SHARE] = HASHRING_A_MIGRATION_STEP_SHARE,
		[HR_BY_ARCS] = HASHRING_A_MIGRATION_STEP_ARCS,
		[HR_BY_FLOWS] = HASHRING_A_MIGRATION_STEP_FLOWS,
	};
	struct nlattr **attrs = info->attrs;
	u32 i;

	*step = (struct hr_migrate_step){
		.port	= info->snd_portid,
		.back	= attrs[HASHRING_A_MIGRATION_BACK],
		.dry_run = attrs[HASHRING_A_MIGRATION_DRY_RUN],
		.max_flows = U32_MAX,
		.expect	= U64_MAX,
	};
	*amount = NULL;
	for (i = 0; i < ARRAY_SIZE(by); i++) {
		const struct nlattr *attr = attrs[by[i]];

		if (!attr)
			continue;
		if (*amount)
			return hr_extack(info->extack, attr, -EINVAL,
					 "one of position, share, arcs and flows");
		*amount = attr;
		step->by = i;
		step->amount = nla_len(attr) == sizeof(u64) ?
			       nla_get_u64(attr) : nla_get_u32(attr);
	}
	if (!*amount)
		return hr_nl_missing(info->extack, NULL,
				     HASHRING_A_MIGRATION_STEP_SHARE,
				     "one of position, share, arcs and flows");
	if (attrs[HASHRING_A_MIGRATION_MAX_FLOWS])
		step->max_flows = nla_get_u32(attrs[HASHRING_A_MIGRATION_MAX_FLOWS]);
	if (attrs[HASHRING_A_MIGRATION_EXPECT_EPOCH])
		step->expect = nla_get_u64(attrs[HASHRING_A_MIGRATION_EXPECT_EPOCH]);
	return 0;
}

int hashring_nl_migrate_step_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct hr_nl_migrating migrating;
	const struct nlattr *amount;
	struct hr_migrate_step step;
	int ret;

	ret = step_get(&step, &amount, info);
	if (ret)
		return ret;
	ret = migrating_begin(&migrating, info);
	if (ret)
		return ret;
	ret = hr_migrate_step_locked(migrating.ring, &step, info->extack);
	if (ret == -ESTALE)
		amount = info->attrs[HASHRING_A_MIGRATION_EXPECT_EPOCH];
	else if (ret == -EAGAIN)
		amount = info->attrs[HASHRING_A_MIGRATION_MAX_FLOWS];
	else if (ret == -EBUSY || ret == -ENOENT)
		amount = info->attrs[HASHRING_A_MIGRATION_RING];
	if (ret)
		NL_SET_BAD_ATTR(info->extack, amount);
	return migrating_end(&migrating, info, ret, &step.done);
}

int hashring_nl_migrate_rollback_doit(struct sk_buff *skb,
				      struct genl_info *info)
{
	struct hr_nl_migrating migrating;
	struct hr_migrate_terms terms;
	int ret;

	ret = terms_get(&terms, info);
	if (ret)
		return ret;
	ret = migrating_begin(&migrating, info);
	if (ret)
		return ret;
	ret = hr_migrate_rollback_locked(migrating.ring, terms.reason,
					 info->attrs[HASHRING_A_MIGRATION_NOW],
					 info->extack);
	return migrating_end(&migrating, info, terms_refuse(info, ret), NULL);
}

int hashring_nl_migrate_finish_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	struct hr_nl_migrating migrating;
	int ret;

	ret = migrating_begin(&migrating, info);
	if (ret)
		return ret;
	ret = hr_migrate_finish_locked(migrating.ring,
				       info->attrs[HASHRING_A_MIGRATION_FORCE],
				       info->extack);
	return migrating_end(&migrating, info, terms_refuse(info, ret), NULL);
}

/**
 * hr_nl_migrate_init() - tell of migrations, and hear of sockets that close
 *
 * Context: module init.
 * Return: 0 or a negative error.
 */
int __init hr_nl_migrate_init(void)
{
	int ret;

	ret = netlink_register_notifier(&hr_nl_socket_block);
	if (ret)
		return ret;
	ret = blocking_notifier_chain_register(&hr_migrate_chain,
					       &hr_nl_migrate_block);
	if (ret)
		netlink_unregister_notifier(&hr_nl_socket_block);
	return ret;
}

/**
 * hr_nl_migrate_exit() - undo hr_nl_migrate_init()
 *
 * Context: the family is unregistered.
 */
void hr_nl_migrate_exit(void)
{
	blocking_notifier_chain_unregister(&hr_migrate_chain,
					   &hr_nl_migrate_block);
	netlink_unregister_notifier(&hr_nl_socket_block);
}
