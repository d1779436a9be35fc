// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module that uses each exported symbol of hashring. The module holds one
 * ring, of the namespace of the loading process. Files in debugfs, in
 * hashring_consumer/:
 *
 *	owners	  write u32 positions, read the u32 ids of their owners
 *	flows	  write &struct consumer_flow, read &struct consumer_place
 *	command	  write one command, read an error number and a text
 *	events	  read the events of rings of that namespace
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/nsproxy.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "compat.h"
#include "hashring.h"

static char *ring = "";
module_param(ring, charp, 0444);
MODULE_PARM_DESC(ring, "name of the ring");

static u64 consumer_net;	/* cookie of the namespace of consumer_ring */
static struct hr_ring *consumer_ring;
static struct dentry *consumer_dir;

/* A flow as written, without padding; addresses and ports as in packets. */
struct consumer_flow {
	u8 policy;
	u8 family;
	u8 protocol;
	u8 unused;
	u8 ports[4];
	u8 saddr[16];
	u8 daddr[16];
};

/* The answer: the position by addresses and ports, and by a packet. */
struct consumer_place {
	u32 by_flow;
	u32 by_packet;
	u32 owner;
};

static u32 owner_id(const struct hr_ring *owned, u32 position)
{
	const struct hr_node *node;
	u32 id;

	rcu_read_lock();
	node = hashring_owner(owned, position);
	id = node ? node->attrs.id : HR_NO_ID;
	rcu_read_unlock();
	return id;
}

static ssize_t owners_write(struct file *file, const char __user *from,
			    size_t size, loff_t *pos)
{
	u32 *word;
	size_t i;

	if (size % sizeof(*word))
		return -EINVAL;
	/* The same buffer holds the answer later. */
	word = (u32 *)simple_transaction_get(file, from, size);
	if (IS_ERR(word))
		return PTR_ERR(word);
	for (i = 0; i < size / sizeof(*word); i++)
		word[i] = owner_id(consumer_ring, word[i]);
	simple_transaction_set(file, size);
	return size;
}

/* A packet of a flow: the address header, and eight bytes of payload. */
static void packet_fill(struct sk_buff *skb, const struct consumer_flow *flow)
{
	u8 *payload;

	skb_reset_network_header(skb);
	if (flow->family == 4) {
		struct iphdr *iph = skb_put_zero(skb, sizeof(*iph));

		iph->version = 4;
		iph->ihl = sizeof(*iph) / 4;
		iph->protocol = flow->protocol;
		memcpy(&iph->saddr, flow->saddr, sizeof(iph->saddr));
		memcpy(&iph->daddr, flow->daddr, sizeof(iph->daddr));
	} else {
		struct ipv6hdr *iph = skb_put_zero(skb, sizeof(*iph));

		iph->version = 6;
		iph->nexthdr = flow->protocol;
		memcpy(&iph->saddr, flow->saddr, sizeof(iph->saddr));
		memcpy(&iph->daddr, flow->daddr, sizeof(iph->daddr));
	}
	payload = skb_put_zero(skb, 8);
	memcpy(payload, flow->ports, sizeof(flow->ports));
	if (flow->protocol == IPPROTO_ICMP)
		payload[0] = ICMP_ECHO;
	else if (flow->protocol == IPPROTO_ICMPV6)
		payload[0] = ICMPV6_ECHO_REQUEST;
}

static int place_flow(const struct consumer_flow *flow, struct sk_buff *skb,
		      struct consumer_place *place)
{
	struct hr_flow by_hand = {
		.family = flow->family,
		.protocol = flow->protocol,
	};

	memcpy(by_hand.ports, flow->ports, sizeof(by_hand.ports));
	memcpy(by_hand.saddr, flow->saddr, sizeof(by_hand.saddr));
	memcpy(by_hand.daddr, flow->daddr, sizeof(by_hand.daddr));
	place->by_flow = hashring_flow_position(consumer_ring, flow->policy,
						&by_hand);
	place->owner = owner_id(consumer_ring, place->by_flow);

	skb_trim(skb, 0);
	packet_fill(skb, flow);
	return hashring_skb_position(consumer_ring, skb, flow->family == 4 ?
				     NFPROTO_IPV4 : NFPROTO_IPV6, flow->policy,
				     &place->by_packet);
}

static ssize_t flows_write(struct file *file, const char __user *from,
			   size_t size, loff_t *pos)
{
	struct consumer_place place;
	struct consumer_flow flow;
	struct sk_buff *skb;
	size_t i, done = 0;
	int ret = 0;
	char *buf;

	if (size % sizeof(flow))
		return -EINVAL;
	buf = simple_transaction_get(file, from, size);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	skb = alloc_skb(128, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	/* The answer is shorter than the request. */
	BUILD_BUG_ON(sizeof(place) > sizeof(flow));
	for (i = 0; i < size; i += sizeof(flow)) {
		memcpy(&flow, buf + i, sizeof(flow));
		ret = place_flow(&flow, skb, &place);
		if (ret)
			break;
		memcpy(buf + done, &place, sizeof(place));
		done += sizeof(place);
	}
	kfree_skb(skb);
	if (ret)
		return ret;
	simple_transaction_set(file, done);
	return size;
}

static int create(const char *name, unsigned int placement, u32 size, int seed,
		  char *text)
{
	u8 bytes[HR_SEED_LEN];
	struct netlink_ext_ack extack = { };
	struct hr_ring *made;

	memset(bytes, seed, sizeof(bytes));
	made = hashring_create(current->nsproxy->net_ns, name, placement, size,
			       seed < 0 ? NULL : bytes, &extack);
	if (IS_ERR(made)) {
		strscpy(text, extack._msg ?: "", SIMPLE_TRANSACTION_LIMIT - 16);
		return PTR_ERR(made);
	}
	hashring_put(made);
	return 0;
}

/* An id of 0 removes the node. */
static int change(struct hr_ring *changed, const char *node, u32 id,
		  unsigned int weight, unsigned int dry_run, char *text)
{
	const struct hr_change_terms terms = {
		.expect = U64_MAX,
		.max_moved = U64_MAX,
		.dry_run = dry_run,
	};
	struct hr_op op = {
		.kind = id ? HASHRING_OP_ADD : HASHRING_OP_DEL,
		.has = id ? HR_HAS_ATTR(ID) | HR_HAS_ATTR(WEIGHT) : 0,
		.attrs = { .id = id, .weight = weight },
	};
	struct hr_impact impact;
	struct hr_error err;
	int ret;

	strscpy(op.name, node, sizeof(op.name));
	ret = hashring_change(changed, &op, 1, &terms, &impact, &err);
	if (ret)
		strscpy(text, err.text, sizeof(err.text));
	else
		sprintf(text, "moved %llu gained %llu", impact.moved,
			impact.gained);
	return ret;
}

/* Rings are of the writing process's namespace, which stays until the end. */
static int command(const char *words, char *text)
{
	struct net *net = current->nsproxy->net_ns;
	unsigned int placement, size, id, weight, dry_run;
	struct netlink_ext_ack extack = { };
	struct hr_ring *named;
	char name[64], node[64];
	int seed, ret = -EINVAL;

	if (sscanf(words, "create %63s %u %u %d", name, &placement, &size,
		   &seed) == 4)
		return create(name, placement, size, seed, text);
	if (sscanf(words, "%*s %63s", name) != 1)
		return -EINVAL;
	named = hashring_get(net, name);
	if (!named)
		return -ENOENT;
	if (sscanf(words, "change %*s %63s %u %u %u", node, &id, &weight,
		   &dry_run) == 4) {
		ret = change(named, node, id, weight, dry_run, text);
	} else if (!strncmp(words, "remove ", 7)) {
		ret = hashring_remove(net, named, &extack);
		/* a second removal finds no ring */
		if (!ret && hashring_remove(net, named, &extack) != -ENOENT)
			ret = -EBADFD;
		else if (ret && extack._msg)
			strscpy(text, extack._msg, 128);
	}
	hashring_put(named);
	return ret;
}

static ssize_t command_write(struct file *file, const char __user *from,
			     size_t size, loff_t *pos)
{
	char words[256], *text, *buf;
	int ret;

	if (size >= sizeof(words))
		return -EINVAL;
	buf = simple_transaction_get(file, from, size);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	memcpy(words, buf, size);
	words[size] = '\0';
	text = kzalloc(SIMPLE_TRANSACTION_LIMIT, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	ret = command(words, text);
	simple_transaction_set(file, scnprintf(buf, SIMPLE_TRANSACTION_LIMIT,
					       "%d %s\n", ret, text));
	kfree(text);
	return size;
}

#define CONSUMER_FILE(name)						\
static const struct file_operations name##_fops = {			\
	.owner		= THIS_MODULE,					\
	.write		= name##_write,					\
	.read		= simple_transaction_read,			\
	.release	= simple_transaction_release,			\
}

CONSUMER_FILE(owners);
CONSUMER_FILE(flows);
CONSUMER_FILE(command);

/**
 * struct consumer_event - a received event
 * @event: &enum hashring_event
 * @name: of the ring
 * @generation: at the event
 * @epoch: at the event
 * @nr_ops: of a change
 * @owner: of position 0, at the event
 */
struct consumer_event {
	unsigned long event;
	char name[64];
	u64 generation;
	u64 epoch;
	u32 nr_ops;
	u32 owner;
};

static struct consumer_event consumer_events[64];
static u32 consumer_heard;
static DEFINE_MUTEX(consumer_lock);	/* consumer_events, consumer_heard */

static int heard(struct notifier_block *block, unsigned long event, void *data)
{
	const struct hashring_note *note = data;
	struct consumer_event *next;

	if (note->net->net_cookie != consumer_net)
		return NOTIFY_DONE;
	mutex_lock(&consumer_lock);
	next = &consumer_events[consumer_heard++ % ARRAY_SIZE(consumer_events)];
	*next = (struct consumer_event){
		.event = event,
		.generation = note->generation,
		.epoch = note->epoch,
		.nr_ops = note->nr_ops,
		.owner = owner_id(note->ring, 0),
	};
	strscpy(next->name, note->name, sizeof(next->name));
	mutex_unlock(&consumer_lock);
	return NOTIFY_DONE;
}

static struct notifier_block consumer_block = {
	.notifier_call = heard,
};

static int events_show(struct seq_file *m, void *unused)
{
	static const char * const names[] = {
		[HASHRING_EVENT_ADDED]		= "added",
		[HASHRING_EVENT_SET]		= "set",
		[HASHRING_EVENT_CHANGED]	= "changed",
		[HASHRING_EVENT_MIGRATED]	= "migrated",
		[HASHRING_EVENT_REMOVED]	= "removed",
	};
	u32 i;

	mutex_lock(&consumer_lock);
	for (i = 0; i < min_t(u32, consumer_heard,
			      ARRAY_SIZE(consumer_events)); i++) {
		const struct consumer_event *e = &consumer_events[i];

		seq_printf(m, "%s %s generation %llu epoch %llu ops %u owner %u\n",
			   names[e->event], e->name, e->generation, e->epoch,
			   e->nr_ops, e->owner);
	}
	mutex_unlock(&consumer_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(events);

static int __init consumer_init(void)
{
	struct net *net = current->nsproxy->net_ns;
	int ret;

	consumer_net = net->net_cookie;
	consumer_ring = hashring_get(net, ring);
	if (!consumer_ring)
		return -ENODEV;
	ret = hashring_notifier_register(&consumer_block);
	if (ret) {
		hashring_put(consumer_ring);
		return ret;
	}
	consumer_dir = debugfs_create_dir("hashring_consumer", NULL);
	debugfs_create_file("owners", 0600, consumer_dir, NULL, &owners_fops);
	debugfs_create_file("flows", 0600, consumer_dir, NULL, &flows_fops);
	debugfs_create_file("command", 0600, consumer_dir, NULL, &command_fops);
	debugfs_create_file("events", 0400, consumer_dir, NULL, &events_fops);
	return 0;
}

static void __exit consumer_exit(void)
{
	debugfs_remove(consumer_dir);
	hashring_notifier_unregister(&consumer_block);
	hashring_put(consumer_ring);
}

module_init(consumer_init);
module_exit(consumer_exit);
MODULE_LICENSE("GPL");
MODULE_AUTHOR("The hashring authors");
MODULE_DESCRIPTION("A consumer of hashring, for its selftests");
MODULE_IMPORT_NS(HR_EXPORT_NS);
