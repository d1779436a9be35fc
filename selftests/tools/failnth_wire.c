// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends requests as bytes, and collects the results.
 *
 * Between arming and disarming, functions here allocate nothing, and call the
 * kernel only by send() and recv().
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>

#include <linux/genetlink.h>
#include <linux/hashring.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

#include "failnth.h"

#define MASKS		512
#define DEPTH		4
#define RECEIVE_MAX	(64 * 1024)

struct mask {
	__u8 cmd;
	size_t depth;
	unsigned short path[DEPTH];
};

static struct mask masks[MASKS];
static size_t nr_masks;
static struct nl_sock *asking, *looking, *listening;
static int family;
static __u32 last_attach;

/**
 * wire_mask() - ignore the value of an attribute
 * @cmd: of messages with the attribute
 * @path: the attribute's type, after the types of its nests
 * @depth: of @path
 */
void wire_mask(__u8 cmd, const unsigned short *path, size_t depth)
{
	struct mask *mask = &masks[nr_masks++];

	if (nr_masks > MASKS || depth > DEPTH)
		die("too many masks");
	mask->cmd = cmd;
	mask->depth = depth;
	memcpy(mask->path, path, depth * sizeof(*path));
}

static void apply(const struct mask *mask, size_t depth, struct nlattr *attr,
		  int left)
{
	for (; nla_ok(attr, left); attr = nla_next(attr, &left)) {
		if (nla_type(attr) != mask->path[depth])
			continue;
		if (depth + 1 == mask->depth)
			memset(nla_data(attr), 0, nla_len(attr));
		else
			apply(mask, depth + 1, nla_data(attr), nla_len(attr));
	}
}

static void learn_attach(struct nlattr *attrs, int len)
{
	struct nlattr *id = nla_find(attrs, len, HASHRING_A_ATTACH_ID);

	if (id)
		last_attach = nla_get_u32(id);
}

/* Adds a message of the family to @a: command and masked attributes. */
static void keep(struct answer *a, struct nlmsghdr *nlh)
{
	struct genlmsghdr *genl = nlmsg_data(nlh);
	struct nlattr *attrs = genlmsg_attrdata(genl, 0);
	int len = genlmsg_attrlen(genl, 0);
	size_t i;

	if (genl->cmd == HASHRING_CMD_ATTACH_ADD ||
	    genl->cmd == HASHRING_CMD_ATTACH_GET)
		learn_attach(attrs, len);
	for (i = 0; i < nr_masks; i++)
		if (masks[i].cmd == genl->cmd)
			apply(&masks[i], 0, attrs, len);
	if (a->len + sizeof(*genl) + len > ANSWER_MAX)
		die("an answer is too long");
	memcpy(a->data + a->len, genl, sizeof(*genl) + len);
	a->len += sizeof(*genl) + len;
}

/* Reads the end of an answer: errno and text. */
static void end(struct answer *a, struct nlmsghdr *nlh)
{
	size_t skip = sizeof(int);
	struct nlattr *text;

	a->err = *(int *)nlmsg_data(nlh);
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (nlh->nlmsg_type == NLMSG_ERROR)
		skip = sizeof(struct nlmsgerr);
	text = nla_find((void *)((char *)nlmsg_data(nlh) + skip),
			nlmsg_datalen(nlh) - skip, NLMSGERR_ATTR_MSG);
	if (text)
		snprintf(a->text, sizeof(a->text), "%s", (char *)nla_data(text));
}

static void receive(int fd, struct answer *a, int flags)
{
	static char buf[RECEIVE_MAX];
	struct nlmsghdr *nlh;
	int len;

	for (;;) {
		len = recv(fd, buf, sizeof(buf), flags);
		if (len < 0) {
			a->err = -errno;
			a->unknown = errno == ENOBUFS;
			return;
		}
		for (nlh = (void *)buf; nlmsg_ok(nlh, len);
		     nlh = nlmsg_next(nlh, &len)) {
			if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
				die("a dump was interrupted");
			if (nlh->nlmsg_type == NLMSG_ERROR ||
			    nlh->nlmsg_type == NLMSG_DONE) {
				end(a, nlh);
				return;
			}
			keep(a, nlh);
		}
	}
}

static void ask(struct nl_sock *sk, const struct message *m, struct answer *a)
{
	static char buf[RECEIVE_MAX];
	struct nlmsghdr *nlh = (void *)buf;
	struct genlmsghdr *genl = nlmsg_data(nlh);
	const __u32 wanted = LAST_ATTACH;
	char *attrs = (char *)(genl + 1), *id;
	int fd = nl_socket_get_fd(sk);

	a->err = 0;
	a->len = 0;
	a->unsent = false;
	a->unknown = false;
	a->text[0] = '\0';
	if (!m->cmd) {
		packets_send(m->len);
		return;
	}
	memset(buf, 0, NLMSG_HDRLEN + GENL_HDRLEN);
	nlh->nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN + m->len;
	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK |
			   (m->dump ? NLM_F_DUMP : 0);
	genl->cmd = m->cmd;
	genl->version = HASHRING_FAMILY_VERSION;
	memcpy(attrs, m->attrs, m->len);
	id = memmem(attrs, m->len, &wanted, sizeof(wanted));
	if (id)
		memcpy(id, &last_attach, sizeof(last_attach));
	if (send(fd, buf, nlh->nlmsg_len, 0) < 0) {
		a->err = -errno;
		a->unsent = true;
		return;
	}
	receive(fd, a, 0);
}

/* Sends a request on the socket of the case. */
void wire_ask(const struct message *m, struct answer *a)
{
	ask(asking, m, a);
}

/* Sends a request on another socket. */
void wire_look(const struct message *m, struct answer *a)
{
	ask(looking, m, a);
}

/* Collects the received events; -ENOBUFS if some were lost. */
void wire_heard(struct answer *a)
{
	bool lost = false;

	a->len = 0;
	do {
		receive(nl_socket_get_fd(listening), a, MSG_DONTWAIT);
		lost |= a->err == -ENOBUFS;
	} while (a->err == -ENOBUFS);
	if (a->err != -EAGAIN)
		die("listening");
	a->err = lost ? -ENOBUFS : 0;
}

static struct nl_sock *connect_kernel(void)
{
	struct timeval patience = { .tv_sec = 30 };
	struct nl_sock *sk = nl_socket_alloc();
	int on = 1, size = 4 << 20, fd;

	if (!sk || genl_connect(sk))
		die("netlink socket");
	fd = nl_socket_get_fd(sk);
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return sk;
}

/* Whether the family answers in the present namespace. */
bool wire_there(void)
{
	static unsigned char data[ANSWER_MAX];
	const struct message show = {
		.cmd = HASHRING_CMD_RING_GET, .dump = true,
	};
	struct answer a = { .data = data };
	struct nl_sock *sk = connect_kernel();

	family = genl_ctrl_resolve(sk, HASHRING_FAMILY_NAME);
	if (family >= 0)
		ask(sk, &show, &a);
	nl_socket_free(sk);
	return family >= 0 && !a.err && !a.len;
}

/* Opens sockets for reading the state and for events. */
void wire_open(void)
{
	int group;

	looking = connect_kernel();
	listening = connect_kernel();
	family = genl_ctrl_resolve(looking, HASHRING_FAMILY_NAME);
	group = genl_ctrl_resolve_grp(looking, HASHRING_FAMILY_NAME,
				      HASHRING_MCGRP_EVENTS);
	if (family < 0 || group < 0 ||
	    nl_socket_add_membership(listening, group))
		die("no hashring family");
}

/* Opens a new socket for requests. The objects of the old socket go. */
void wire_renew(void)
{
	nl_socket_free(asking);
	asking = connect_kernel();
}

/* Drops an answer that came after the report of its loss. */
void wire_drain(void)
{
	char byte;

	while (recv(nl_socket_get_fd(asking), &byte, 1, MSG_DONTWAIT) > 0)
		;
}

/* Removes all attachments, and then all rings. */
void wire_forget(const struct message *list)
{
	static unsigned char data[ANSWER_MAX];
	const __u32 placeholder = LAST_ATTACH;
	struct { struct nlattr head; __u32 id; } id = {
		.head = { .nla_len = 8, .nla_type = HASHRING_A_ATTACH_ID },
		.id = placeholder,
	};
	const struct message show = {
		.cmd = HASHRING_CMD_ATTACH_GET, .dump = true,
	}, del = {
		.cmd = HASHRING_CMD_ATTACH_DEL, .len = sizeof(id),
		.attrs = (void *)&id,
	};
	struct answer a = { .data = data };

	for (;;) {
		wire_look(&show, &a);
		if (a.err)
			die("attachments do not show");
		if (!a.len)
			break;
		wire_look(&del, &a);
		if (a.err)
			die("an attachment stays");
	}
	for (; list->cmd; list++) {
		wire_look(list, &a);
		if (a.err && a.err != -ENOENT)
			die("a ring stays");
	}
}
