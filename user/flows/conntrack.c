// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flows from the kernel's connection tracking: the live table of the thread's
 * network namespace.
 */
#include <asm/byteorder.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flow.h"
#include "private.h"

#define BUFFER_SIZE	65536

/**
 * struct dump - a dump of the table
 * @s: the set that is filled
 * @nr: entries seen
 * @err: error of the set
 */
struct dump {
	struct flow_set *s;
	u64 nr;
	int err;
};

/* The direction that opened the connection; false if the entry does not say. */
static bool original_tuple(const struct nf_conntrack *ct, struct hr_flow *flow)
{
	struct in_addr addr;

	memset(flow, 0, sizeof(*flow));
	switch (nfct_get_attr_u8(ct, ATTR_ORIG_L3PROTO)) {
	case AF_INET:
		flow->family = 4;
		addr.s_addr = nfct_get_attr_u32(ct, ATTR_ORIG_IPV4_SRC);
		memcpy(flow->saddr, &addr, sizeof(addr));
		addr.s_addr = nfct_get_attr_u32(ct, ATTR_ORIG_IPV4_DST);
		memcpy(flow->daddr, &addr, sizeof(addr));
		break;
	case AF_INET6:
		flow->family = 6;
		memcpy(flow->saddr, nfct_get_attr(ct, ATTR_ORIG_IPV6_SRC), 16);
		memcpy(flow->daddr, nfct_get_attr(ct, ATTR_ORIG_IPV6_DST), 16);
		break;
	default:
		return false;
	}
	flow->protocol = nfct_get_attr_u8(ct, ATTR_ORIG_L4PROTO);
	if (hr_protocol_has_ports(flow->protocol)) {
		u16 port = nfct_get_attr_u16(ct, ATTR_ORIG_PORT_SRC);

		memcpy(flow->sport, &port, sizeof(port));
		port = nfct_get_attr_u16(ct, ATTR_ORIG_PORT_DST);
		memcpy(flow->dport, &port, sizeof(port));
	}
	return true;
}

/*
 * Packets and bytes: of both directions for a symmetric flow, else of the
 * first.
 */
static u64 count_of(const struct flow_set *s, const struct nf_conntrack *ct,
		    enum nf_conntrack_attr orig, enum nf_conntrack_attr repl)
{
	u64 count = nfct_get_attr_u64(ct, orig);

	if (s->policy == HASHRING_KEY_5TUPLE_SYM)
		count += nfct_get_attr_u64(ct, repl);
	return count;
}

static int add_entry(struct flow_set *s, const struct nf_conntrack *ct)
{
	u64 packets = 0, bytes = 0;
	struct hr_flow flow;

	if (!original_tuple(ct, &flow)) {
		s->left.foreign++;
		return 0;
	}
	if (nfct_attr_is_set(ct, ATTR_ORIG_COUNTER_BYTES) > 0) {
		packets = count_of(s, ct, ATTR_ORIG_COUNTER_PACKETS,
				   ATTR_REPL_COUNTER_PACKETS);
		bytes = count_of(s, ct, ATTR_ORIG_COUNTER_BYTES,
				 ATTR_REPL_COUNTER_BYTES);
	} else if (flow_counts(s, &flow)) {
		s->has_packets = false;
		s->has_bytes = false;
	}
	return flow_set_add(s, &flow, packets, bytes);
}

static int take_entry(const struct nlmsghdr *message, void *arg)
{
	struct nf_conntrack *ct = nfct_new();
	struct dump *d = arg;

	if (!ct)
		d->err = flow_fail_memory(d->s);
	else if (nfct_nlmsg_parse(message, ct) < 0)
		d->s->left.broken++;
	else
		d->err = add_entry(d->s, ct);
	if (ct)
		nfct_destroy(ct);
	if (!d->err && d->nr++ % FLOW_TICK == 0)
		d->err = flow_tick(d->s, d->nr, 0);
	return d->err ? MNL_CB_ERROR : MNL_CB_OK;
}

static int ask(struct mnl_socket *socket, u32 number)
{
	char buffer[MNL_NLMSG_HDRLEN + MNL_ALIGN(sizeof(struct nfgenmsg))];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct nfgenmsg *head;

	message->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	message->nlmsg_seq = number;
	head = mnl_nlmsg_put_extra_header(message, sizeof(*head));
	head->nfgen_family = AF_UNSPEC;
	head->version = NFNETLINK_V0;
	return mnl_socket_sendto(socket, message, message->nlmsg_len);
}

static int fail_dump(struct flow_set *s)
{
	/* The kernel's error when it has no such subsystem. */
	if (errno == EINVAL || errno == EOPNOTSUPP || errno == EPROTONOSUPPORT)
		return flow_fail(s, -errno,
				 "conntrack: the kernel does not list connections: is nf_conntrack_netlink loaded?");
	return flow_fail(s, -errno, "conntrack: %s", strerror(errno));
}

static int read_table(struct flow_set *s, struct mnl_socket *socket)
{
	u32 number = getpid(), port = mnl_socket_get_portid(socket);
	struct dump d = { .s = s };
	char *buffer;
	ssize_t len;
	int ret;

	buffer = malloc(BUFFER_SIZE);
	if (!buffer)
		return flow_fail_memory(s);
	ret = ask(socket, number) < 0 ? -1 : MNL_CB_OK;
	while (ret > MNL_CB_STOP) {
		len = mnl_socket_recvfrom(socket, buffer, BUFFER_SIZE);
		ret = len < 0 ? -1 : mnl_cb_run(buffer, len, number, port,
						take_entry, &d);
	}
	if (ret < 0)
		ret = d.err ? d.err : fail_dump(s);
	free(buffer);
	return ret;
}

/**
 * flows_from_conntrack() - adds the connections that the kernel tracks
 * @s: the set
 *
 * Each connection counts in the direction that opened it, with the packets and
 * bytes of that direction; under the symmetric policy with those of both. They
 * are known if net.netfilter.nf_conntrack_acct was on when the connection
 * began.
 *
 * Return: 0; -EPERM; -EINTR; -ENOMEM; another errno of netlink.
 */
int flows_from_conntrack(struct flow_set *s)
{
	struct mnl_socket *socket;
	int err;

	socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (!socket)
		return fail_dump(s);
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0)
		err = fail_dump(s);
	else
		err = read_table(s, socket);
	mnl_socket_close(socket);
	return err;
}
