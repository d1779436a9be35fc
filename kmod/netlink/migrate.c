// SPDX-License-Identifier: GPL-2.0-only
/*
 * Migrations over netlink: commands and events.
 */
#include <linux/skbuff.h>
#include <net/sock.h>

#include "common.h"
#include "compat.h"
#include "migrate/info.h"
#include "migrate/migration.h"
#include "ring/lease.h"

/* A migration that has ended is told with its last event, which says how it ended. */
static const struct hr_migrate_event *
last_step(const struct hr_migrate_info *info)
{
	return info->ended ? &info->last : NULL;
}

/**
 * hr_nl_migrate_event() - send the event of a step or a transition
 * @note: of hr_ring_notify()
 *
 * Context: ring->lock is held; there are listeners. May sleep.
 */
void hr_nl_migrate_event(const struct hashring_note *note)
{
	const struct hr_nl_to to = hr_nl_event(HASHRING_CMD_MIGRATE_NTF);
	struct hr_migrate_info migration;
	struct sk_buff *skb;

	skb = nlmsg_new(HR_MIGRATION_SIZE, GFP_KERNEL);
	hr_migrate_info_get(note->ring, &migration);
	if (skb && hr_nl_migration_fill(skb, &to, NULL, note->ring, &migration,
					note->step, note->receipt, false)) {
		nlmsg_free(skb);
		skb = NULL;
	}
	hr_migrate_info_put(&migration);
	hr_nl_send_event(note->net, skb);
}

/**
 * struct hr_nl_migrating - a request about a migration
 * @ring: the ring, with a reference
 * @reply: the reply; allocated before the work
 * @to: the addressee of the reply
 */
struct hr_nl_migrating {
	struct hr_ring *ring;
	struct sk_buff *reply;
	struct hr_nl_to to;
};

/* Find the ring, allocate the reply, lock the ring. */
static int migrating_begin(struct hr_nl_migrating *migrating,
			   struct genl_info *info)
{
	int ret;

	migrating->reply = NULL;
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

/*
 * Unlock the ring, and reply with the state of the migration at that moment. A command
 * that has done its work does not fail for want of memory.
 */
static int migrating_end(struct hr_nl_migrating *migrating,
			 struct genl_info *info, int error,
			 const struct hr_migrate_event *what)
{
	struct hr_ring *ring = migrating->ring;
	struct hr_migrate_info migration;

	hr_migrate_info_get(ring, &migration);
	mutex_unlock(&ring->lock);
	if (!error)
		error = hr_nl_migration_fill(migrating->reply, &migrating->to,
					     NULL, ring, &migration,
					     what ?: last_step(&migration),
					     NULL, true);
	hr_migrate_info_put(&migration);
	hr_ring_put(ring);
	return hr_nl_answer(migrating->reply, info, error);
}

int hashring_nl_migrate_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct hr_nl_to to = hr_nl_reply(info);
	struct sk_buff *reply;
	struct hr_migrate_info migration;
	struct hr_ring *ring;
	int ret;

	ring = hr_nl_ring_get(genl_info_net(info),
			      info->attrs[HASHRING_A_MIGRATION_RING],
			      HASHRING_A_MIGRATION_RING, info->extack);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	ret = -ENOMEM;
	reply = nlmsg_new(HR_MIGRATION_SIZE, GFP_KERNEL);
	if (!reply)
		goto put_ring;
	hr_migrate_info_get(ring, &migration);
	ret = hr_nl_migration_fill(reply, &to, NULL, ring, &migration,
				   last_step(&migration), NULL, false);
	hr_migrate_info_put(&migration);
	ret = hr_nl_answer(reply, info, ret);
put_ring:
	hr_ring_put(ring);
	return ret;
}

int hashring_nl_migrate_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb)
{
	const struct hr_nl_to to = hr_nl_dump(cb);
	struct net *net = sock_net(cb->skb->sk);
	u32 *next = (u32 *)cb->ctx;
	struct hr_ring *ring;
	struct hr_migrate_info migration;
	int ret = 0;

	if (hr_dump_attrs(cb)[HASHRING_A_MIGRATION_RING])
		return hr_extack(cb->extack,
				 hr_dump_attrs(cb)[HASHRING_A_MIGRATION_RING],
				 -EINVAL, "a dump is of all rings");
	hr_nl_consistent(cb, READ_ONCE(hr_net(net)->rings_seq));
	for (; (ring = hr_ring_get_nth(net, *next)); (*next)++) {
		hr_migrate_info_get(ring, &migration);
		if (migration.moving)
			ret = hr_nl_migration_fill(skb, &to, cb, ring,
						   &migration, NULL, NULL,
						   false);
		hr_migrate_info_put(&migration);
		hr_ring_put(ring);
		if (ret)
			return skb->len ? skb->len : ret;
	}
	return 0;
}

/* A message of a dump must have room for a whole migration. */
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
				 "the reason is too long", ": at most %d bytes",
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
				 "time is out of range", ": %llu ms, not 0 to %d",
				 nla_get_u64(quiet), HR_MAX_DEADLINE);
	terms->has_quiet = true;
	terms->quiet = nla_get_u64(quiet);
	return 0;
}

/* Name the attribute at fault in an error about a lease or a state. */
static int terms_refuse(struct genl_info *info, int error)
{
	struct nlattr **attrs = info->attrs;

	if (info->extack && info->extack->bad_attr)
		return error;
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
				 "the holder is too long", ": at most %d bytes",
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
					 info->attrs[HASHRING_A_MIGRATION_ALL],
					 info->extack);
	return migrating_end(&migrating, info, terms_refuse(info, ret), NULL);
}

int hashring_nl_migrate_finish_doit(struct sk_buff *skb,
				    struct genl_info *info)
{
	const struct nlattr *cut = info->attrs[HASHRING_A_MIGRATION_CUT];
	struct hr_nl_migrating migrating;
	struct hr_migrate_event what;
	int ret;

	ret = migrating_begin(&migrating, info);
	if (ret)
		return ret;
	if (cut)
		ret = hr_migrate_cut_locked(migrating.ring, cut, &what,
					    info->extack);
	else
		ret = hr_migrate_finish_locked(migrating.ring,
					       info->attrs[HASHRING_A_MIGRATION_FORCE],
					       info->extack);
	return migrating_end(&migrating, info, terms_refuse(info, ret),
			     cut ? &what : NULL);
}
