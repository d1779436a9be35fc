// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings over netlink.
 */
#include <linux/capability.h>
#include <linux/random.h>
#include <net/sock.h>

#include "common.h"
#include "net.h"
#include "compat.h"
#include "ring/notify.h"

static u32 active_nodes(const struct hr_table *table)
{
	u32 i, nr = 0;

	for (i = 0; i < table->nr_nodes; i++) {
		nr += table->by_name[i]->attrs.state == HASHRING_NODE_ACTIVE;
		if (!(i % 4096))
			cond_resched();
	}
	return nr;
}

static int ring_put_config(struct sk_buff *skb, const struct hr_config *config,
			   bool secret)
{
	if (nla_put_u32(skb, HASHRING_A_RING_PLACEMENT,
			hr_place_kind(config->place)))
		return -EMSGSIZE;
	if (config->points &&
	    (nla_put_u32(skb, HASHRING_A_RING_POINTS, config->points) ||
	     nla_put_u32(skb, HASHRING_A_RING_PER, config->per)))
		return -EMSGSIZE;
	if (config->grid && nla_put_u32(skb, HASHRING_A_RING_GRID, config->grid))
		return -EMSGSIZE;
	if (secret && nla_put(skb, HASHRING_A_RING_SEED, sizeof(config->seed),
			      config->seed))
		return -EMSGSIZE;
	return nla_put_u32(skb, HASHRING_A_RING_ALGORITHM, HR_ALGORITHM);
}

static int ring_put_map(struct sk_buff *skb,
			const struct hr_nl_snapshot *snapshot)
{
	const struct hr_table *map = snapshot->map;

	if (hr_nl_put_u64(skb, HASHRING_A_RING_GENERATION,
			  snapshot->view->generation) ||
	    hr_nl_put_u64(skb, HASHRING_A_RING_EPOCH, snapshot->epoch) ||
	    nla_put_u32(skb, HASHRING_A_RING_NODES, map->nr_nodes) ||
	    nla_put_u32(skb, HASHRING_A_RING_ACTIVE_NODES, active_nodes(map)) ||
	    nla_put_u32(skb, HASHRING_A_RING_TABLE_POINTS, map->nr_points) ||
	    hr_nl_put_u64(skb, HASHRING_A_RING_TABLE_BYTES,
			  hr_view_bytes(snapshot->view)) ||
	    hr_nl_put_u64(skb, HASHRING_A_RING_WEIGHT, map->weight) ||
	    hr_nl_put_u64(skb, HASHRING_A_RING_PEAK, hr_table_peak(map)) ||
	    hr_nl_put_u64(skb, HASHRING_A_RING_TROUGH, hr_table_trough(map)))
		return -EMSGSIZE;
	return 0;
}

static int ring_put_settings(struct sk_buff *skb, const struct hr_ring *ring)
{
	const struct hr_settings *settings = &ring->settings;

	if (nla_put_u32(skb, HASHRING_A_RING_ESTABLISHED,
			READ_ONCE(settings->established)) ||
	    nla_put_u32(skb, HASHRING_A_RING_TCP_TIMEOUT,
			READ_ONCE(settings->tcp_timeout)) ||
	    nla_put_u32(skb, HASHRING_A_RING_SYN_TIMEOUT,
			READ_ONCE(settings->syn_timeout)) ||
	    nla_put_u32(skb, HASHRING_A_RING_FIN_TIMEOUT,
			READ_ONCE(settings->fin_timeout)) ||
	    nla_put_u32(skb, HASHRING_A_RING_UDP_TIMEOUT,
			READ_ONCE(settings->udp_timeout)) ||
	    nla_put_u32(skb, HASHRING_A_RING_UDP_GRACE,
			READ_ONCE(settings->udp_grace)) ||
	    nla_put_u32(skb, HASHRING_A_RING_MAX_ENTRIES,
			READ_ONCE(settings->max_entries)))
		return -EMSGSIZE;
	return 0;
}

/* @secret: the reader may know the seed. */
static int ring_put(struct sk_buff *skb, const struct hr_nl_to *to,
		    struct netlink_callback *cb, const struct hr_ring *ring,
		    const struct hr_nl_snapshot *snapshot, bool secret)
{
	void *head;

	head = hr_nl_begin(skb, to);
	if (!head)
		return -EMSGSIZE;
	if (cb)
		genl_dump_check_consistent(cb, head);
	if (nla_put_string(skb, HASHRING_A_RING_NAME, ring->name) ||
	    ring_put_config(skb, &ring->config, secret) ||
	    ring_put_map(skb, snapshot) || ring_put_settings(skb, ring) ||
	    nla_put_u32(skb, HASHRING_A_RING_MIGRATION,
			READ_ONCE(ring->state)) ||
	    nla_put_u32(skb, HASHRING_A_RING_ATTACHMENTS,
			READ_ONCE(ring->attachments)) ||
	    nla_put_u32(skb, HASHRING_A_RING_RECEIPTS,
			READ_ONCE(ring->history.nr))) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

static int ring_fill(struct sk_buff *skb, const struct hr_nl_to *to,
		     struct netlink_callback *cb, struct hr_ring *ring,
		     bool secret)
{
	struct hr_nl_snapshot snapshot;
	int ret;

	ret = hr_nl_snapshot_get(&snapshot, ring);
	if (ret)
		return ret;
	ret = ring_put(skb, to, cb, ring, &snapshot, secret);
	hr_nl_snapshot_put(&snapshot);
	return ret;
}

/**
 * hr_nl_ring_event() - send the event that a ring was added, set or removed
 * @note: of hr_ring_notify()
 * @cmd: the event's command
 *
 * Context: there are listeners. May sleep.
 */
void hr_nl_ring_event(const struct hashring_note *note, u8 cmd)
{
	const struct hr_nl_to to = hr_nl_event(cmd);
	struct sk_buff *skb;

	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (skb && ring_fill(skb, &to, NULL, note->ring, false)) {
		nlmsg_free(skb);
		skb = NULL;
	}
	hr_nl_send_event(note->net, skb);
}

int hashring_nl_ring_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct hr_nl_to to = hr_nl_reply(info);
	struct sk_buff *reply;
	struct hr_ring *ring;
	int ret;

	ring = hr_nl_ring_get(genl_info_net(info),
			      info->attrs[HASHRING_A_RING_NAME],
			      HASHRING_A_RING_NAME, info->extack);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	ret = -ENOMEM;
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		goto put_ring;
	ret = ring_fill(reply, &to, NULL, ring,
			netlink_net_capable(skb, CAP_NET_ADMIN));
	if (ret)
		nlmsg_free(reply);
	else
		ret = genlmsg_reply(reply, info);
put_ring:
	hr_ring_put(ring);
	return ret;
}

int hashring_nl_ring_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	const struct hr_nl_to to = hr_nl_dump(cb);
	struct net *net = sock_net(cb->skb->sk);
	u32 *next = (u32 *)cb->ctx;
	struct hr_ring *ring;
	int ret;

	if (hr_dump_attrs(cb)[HASHRING_A_RING_NAME])
		return hr_extack(cb->extack,
				 hr_dump_attrs(cb)[HASHRING_A_RING_NAME],
				 -EINVAL, "a dump is of all rings");
	hr_nl_consistent(cb, READ_ONCE(hr_net(net)->rings_seq));
	while ((ring = hr_ring_get_nth(net, *next))) {
		ret = ring_fill(skb, &to, cb, ring,
				netlink_net_capable(cb->skb, CAP_NET_ADMIN));
		hr_ring_put(ring);
		if (ret)
			return skb->len ? skb->len : ret;
		(*next)++;
	}
	return 0;
}

static int config_get(struct hr_config *config, struct nlattr **attrs,
		      struct netlink_ext_ack *extack)
{
	const struct nlattr *kind = attrs[HASHRING_A_RING_PLACEMENT];
	const struct nlattr *seed = attrs[HASHRING_A_RING_SEED];
	const struct hr_place_ops *place;
	u8 random[HR_SEED_LEN];
	struct hr_error err;
	int ret;

	place = hr_place_by_kind(kind ? nla_get_u32(kind) :
					HASHRING_PLACEMENT_HASH);
	if (!place)
		return hr_extack(extack, kind, -EINVAL, "no such placement",
				 ": %u", nla_get_u32(kind));
	hr_config_default(config, place);
	if (attrs[HASHRING_A_RING_POINTS])
		config->points = nla_get_u32(attrs[HASHRING_A_RING_POINTS]);
	if (attrs[HASHRING_A_RING_PER])
		config->per = nla_get_u32(attrs[HASHRING_A_RING_PER]);
	if (attrs[HASHRING_A_RING_GRID])
		config->grid = nla_get_u32(attrs[HASHRING_A_RING_GRID]);
	ret = hr_config_check(config, &err);
	if (ret)
		return hr_extack_as(extack, attrs[err.part], ret, err.what,
				    "%s", err.text);
	if (!seed)
		get_random_bytes(random, sizeof(random));
	hr_config_seed(config, seed ? nla_data(seed) : random);
	memzero_explicit(random, sizeof(random));
	return 0;
}

static int settings_time(u32 *ms, const struct nlattr *attr, u32 least,
			 struct netlink_ext_ack *extack)
{
	if (!attr)
		return 0;
	if (nla_get_u32(attr) < least || nla_get_u32(attr) > HR_MAX_DEADLINE)
		return hr_extack(extack, attr, -ERANGE,
				 "time is out of range", ": %u ms, not %u to %u",
				 nla_get_u32(attr), least, HR_MAX_DEADLINE);
	*ms = nla_get_u32(attr);
	return 0;
}

/* Settings in the message replace those in @settings. */
static int settings_get(struct hr_settings *settings, struct nlattr **attrs,
			struct netlink_ext_ack *extack)
{
	const struct nlattr *established = attrs[HASHRING_A_RING_ESTABLISHED];
	const struct nlattr *entries = attrs[HASHRING_A_RING_MAX_ENTRIES];
	u32 *const times[] = {
		&settings->tcp_timeout, &settings->syn_timeout,
		&settings->fin_timeout, &settings->udp_timeout,
	};
	u32 i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(times); i++) {
		ret = settings_time(times[i],
				    attrs[HASHRING_A_RING_TCP_TIMEOUT + i], 1,
				    extack);
		if (ret)
			return ret;
	}
	ret = settings_time(&settings->udp_grace,
			    attrs[HASHRING_A_RING_UDP_GRACE], 0, extack);
	if (ret)
		return ret;
	if (established)
		settings->established = nla_get_u32(established);
	if (!entries)
		return 0;
	if (!nla_get_u32(entries) || nla_get_u32(entries) > HR_MAX_ENTRIES)
		return hr_extack(extack, entries, -ERANGE,
				 "entries is out of range", ": %u, not 1 to %u",
				 nla_get_u32(entries), HR_MAX_ENTRIES);
	settings->max_entries = nla_get_u32(entries);
	return 0;
}

int hashring_nl_ring_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *name = info->attrs[HASHRING_A_RING_NAME];
	const struct hr_nl_to to = hr_nl_reply(info);
	struct net *net = genl_info_net(info);
	struct hr_settings settings = hr_default_settings;
	struct hr_config config;
	struct sk_buff *reply;
	struct hr_ring *ring;
	int ret;

	if (!name)
		return hr_nl_missing(info->extack, NULL, HASHRING_A_RING_NAME,
				     "name");
	ret = config_get(&config, info->attrs, info->extack);
	if (ret)
		return ret;
	ret = settings_get(&settings, info->attrs, info->extack);
	if (ret)
		goto wipe;
	ret = -ENOMEM;
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		goto wipe;

	mutex_lock(&hr_net(net)->lock);
	ring = hr_ring_create_locked(net, nla_data(name), &config,
				     &settings, info->extack);
	ret = PTR_ERR_OR_ZERO(ring);
	/* The reply fits: the message is new and large enough. */
	if (!ret)
		ret = ring_fill(reply, &to, NULL, ring, true);
	else
		NL_SET_BAD_ATTR(info->extack, name);
	mutex_unlock(&hr_net(net)->lock);

	if (ret)
		nlmsg_free(reply);
	else
		genlmsg_reply(reply, info);	/* the ring is made in any case */
wipe:
	memzero_explicit(&config, sizeof(config));
	return ret;
}

/*
 * Packets read some of the settings meanwhile, each setting by itself. @snapshot is
 * taken for the reply first, so that nothing fails once the settings are written.
 */
static int ring_set_locked(struct hr_ring *ring, const struct genl_info *info,
			   struct hr_nl_snapshot *snapshot)
{
	struct hr_settings *to = &ring->settings, settings;
	int ret;

	if (ring->dead) {
		hr_extack(info->extack, info->attrs[HASHRING_A_RING_NAME],
			  -ENOENT, "no such ring", ": %s",
			  hr_name_shown(ring->name));
		return -ENOENT;
	}
	settings = *to;
	ret = settings_get(&settings, info->attrs, info->extack);
	if (ret)
		return ret;
	ret = hr_nl_snapshot_get(snapshot, ring);
	if (ret)
		return ret;
	WRITE_ONCE(to->established, settings.established);
	WRITE_ONCE(to->tcp_timeout, settings.tcp_timeout);
	WRITE_ONCE(to->syn_timeout, settings.syn_timeout);
	WRITE_ONCE(to->fin_timeout, settings.fin_timeout);
	WRITE_ONCE(to->udp_timeout, settings.udp_timeout);
	WRITE_ONCE(to->udp_grace, settings.udp_grace);
	WRITE_ONCE(to->max_entries, settings.max_entries);
	return 0;
}

int hashring_nl_ring_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct hr_nl_to to = hr_nl_reply(info);
	struct net *net = genl_info_net(info);
	struct hr_nl_snapshot snapshot;
	struct sk_buff *reply;
	struct hr_ring *ring;
	int ret;

	ring = hr_nl_ring_get(net, info->attrs[HASHRING_A_RING_NAME],
			      HASHRING_A_RING_NAME, info->extack);
	if (IS_ERR(ring))
		return PTR_ERR(ring);
	ret = -ENOMEM;
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		goto put_ring;
	mutex_lock(&hr_net(net)->lock);
	mutex_lock(&ring->lock);
	ret = ring_set_locked(ring, info, &snapshot);
	mutex_unlock(&ring->lock);
	if (!ret)
		hr_ring_notify(ring, HASHRING_EVENT_SET,
			       &(struct hashring_note){ });
	mutex_unlock(&hr_net(net)->lock);
	if (!ret) {
		ret = ring_put(reply, &to, NULL, ring, &snapshot, true);
		hr_nl_snapshot_put(&snapshot);
	}
	ret = hr_nl_answer(reply, info, ret);
put_ring:
	hr_ring_put(ring);
	return ret;
}

int hashring_nl_ring_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *name = info->attrs[HASHRING_A_RING_NAME];
	struct net *net = genl_info_net(info);
	struct hr_ring *ring;
	int ret;

	ring = hr_nl_ring_get(net, name, HASHRING_A_RING_NAME, info->extack);
	if (IS_ERR(ring))
		return PTR_ERR(ring);

	mutex_lock(&hr_net(net)->lock);
	ret = hr_ring_remove_locked(net, ring, info->extack);
	if (ret)
		NL_SET_BAD_ATTR(info->extack, name);
	mutex_unlock(&hr_net(net)->lock);
	hr_ring_put(ring);
	return ret;
}
