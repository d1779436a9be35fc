// SPDX-License-Identifier: GPL-2.0-only
/*
 * The socket: requests, replies, dumps.
 *
 * libnl resolves the family and builds messages. Replies are read here, because
 * libnl's callbacks lose what matters: the errno, the extended acknowledgment,
 * an error at the end of a dump, and whether a dump was interrupted.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

#include "private.h"

#define BUFFER_SIZE	(256 * 1024)	/* above any message's size */
#define SOCKET_BUFFER	(4 * 1024 * 1024)
#define DUMP_TRIES	10

static int connect_here(void *arg)
{
	struct hashring *h = arg;
	int err = genl_connect(h->sk);

	if (err)
		return hr_error(h, -EPROTONOSUPPORT, "netlink socket: %s",
				nl_geterror(err));
	return 0;
}

static int connect_in(struct hashring *h, const char *netns)
{
	char why[256];
	int err = hashring_in_netns(netns, connect_here, h, why, sizeof(why));

	return *why ? hr_error(h, err, "%s", why) : err;
}

static void set_options(struct hashring *h)
{
	int fd = nl_socket_get_fd(h->sk);
	int size = SOCKET_BUFFER;
	int on = 1;

	/* All of these options help, and none is needed. */
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

/**
 * hashring_open() - connects to the module
 * @h: set to the connection, also after an error, for hashring_error() and
 *	hashring_close(); NULL when there was no memory
 * @netns: a network namespace: name (in /run/netns) or path; NULL: the present
 *
 * Return: 0; -EPROTONOSUPPORT when the kernel has no hashring; another errno.
 */
int hashring_open(struct hashring **h, const char *netns)
{
	struct hashring *new;
	int err;

	*h = NULL;
	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->buf = malloc(BUFFER_SIZE);
	new->sk = nl_socket_alloc();
	if (!new->buf || !new->sk)
		goto err_free;
	*h = new;

	err = connect_in(new, netns);
	if (err)
		return err;
	set_options(new);
	new->family = genl_ctrl_resolve(new->sk, HASHRING_FAMILY_NAME);
	if (new->family < 0)
		return hr_error(new, -EPROTONOSUPPORT,
				"the kernel has no hashring family: is the module loaded?");
	return 0;

err_free:
	nl_socket_free(new->sk);
	free(new->buf);
	free(new);
	return -ENOMEM;
}

/**
 * hashring_close() - closes a connection, and drops its staged change
 * @h: the connection, or NULL
 */
void hashring_close(struct hashring *h)
{
	if (!h)
		return;
	nl_socket_free(h->sk);
	free(h->buf);
	free(h);
}

/* Begins a message; errors are kept until the message is sent. */
void request_begin(struct hashring *h, struct request *req, int cmd)
{
	hr_error_clear(h);
	req->h = h;
	req->err = 0;
	req->set = attr_set_of(cmd);
	req->msg = nlmsg_alloc_size(MESSAGE_SIZE);
	if (!req->msg || !genlmsg_put(req->msg, NL_AUTO_PORT, NL_AUTO_SEQ,
				      h->family, 0, NLM_F_REQUEST, cmd,
				      HASHRING_FAMILY_VERSION))
		req->err = -ENOMEM;
}

static void too_long(struct request *req, int type)
{
	const char *name = attr_set_name(req->set, type);

	req->err = hr_error(req->h, -EMSGSIZE,
			    "%s does not fit into a netlink message",
			    name ? name : "it");
}

void request_data(struct request *req, int type, const void *data, size_t len)
{
	if (req->err)
		return;
	if (len > UINT16_MAX - NLA_HDRLEN ||
	    nla_put(req->msg, type, len, data))
		too_long(req, type);
}

void request_u32(struct request *req, int type, __u32 value)
{
	request_data(req, type, &value, sizeof(value));
}

void request_u64(struct request *req, int type, __u64 value)
{
	request_data(req, type, &value, sizeof(value));
}

void request_flag(struct request *req, int type, bool value)
{
	if (value)
		request_data(req, type, NULL, 0);
}

void request_string(struct request *req, int type, const char *string)
{
	request_data(req, type, string, strlen(string) + 1);
}

void request_nest(struct request *req, struct nest *nest, int type)
{
	if (req->err)
		return;
	nest->attr = nla_nest_start(req->msg, type | NLA_F_NESTED);
	nest->outer = req->set;
	if (nest->attr)
		req->set = attr_set_nested(req->set, type);
	else
		too_long(req, type);
}

void request_nest_end(struct request *req, const struct nest *nest)
{
	size_t len;

	if (req->err)
		return;
	req->set = nest->outer;
	len = (char *)nlmsg_tail(nlmsg_hdr(req->msg)) - (char *)nest->attr;
	if (len > UINT16_MAX)
		too_long(req, nla_type(nest->attr));
	else
		nla_nest_end(req->msg, nest->attr);
}

static int request_send(struct request *req, int flags)
{
	struct hashring *h = req->h;
	int err;

	if (req->err == -EMSGSIZE)
		return req->err;
	if (req->err)
		return hr_error(h, req->err, "%s", strerror(-req->err));
	nlmsg_hdr(req->msg)->nlmsg_flags |= flags;
	nl_complete_msg(h->sk, req->msg);
	err = nl_send(h->sk, req->msg);
	if (err < 0)
		return hr_error(h, err == -NLE_NOMEM ? -ENOMEM : -EIO,
				"netlink send: %s", nl_geterror(err));
	return 0;
}

/**
 * socket_receive() - reads the next datagram from the kernel into the buffer
 * @h: the connection
 * @len: set to its length
 *
 * Return: 0 or a negative errno.
 */
int socket_receive(struct hashring *h, size_t *len)
{
	struct sockaddr_nl from = { 0 };
	socklen_t from_len;
	ssize_t n;

	do {
		from_len = sizeof(from);
		n = recvfrom(nl_socket_get_fd(h->sk), h->buf, BUFFER_SIZE,
			     MSG_TRUNC, (struct sockaddr *)&from, &from_len);
	} while ((n < 0 && errno == EINTR) || (n >= 0 && from.nl_pid));
	if (n < 0)
		return hr_error(h, -errno, "netlink receive: %s",
				strerror(errno));
	if (n > BUFFER_SIZE)
		return hr_error(h, -EMSGSIZE,
				"the kernel's message is too long");
	*len = n;
	return 0;
}

/* The error of an acknowledgment, or 0. */
static int error_of_ack(struct hashring *h, const struct nlmsghdr *request,
			struct nlmsghdr *nlh)
{
	struct nlmsgerr *e = nlmsg_data(nlh);
	int skip = sizeof(*e);

	if (nlmsg_datalen(nlh) < skip)
		return hr_error(h, -EBADMSG, "a truncated acknowledgment");
	if (!e->error)
		return 0;
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return hr_error_kernel(h, e->error, request, NULL, 0);
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(e->msg.nlmsg_len) - NLMSG_HDRLEN;
	return hr_error_kernel(h, e->error, request,
			       (struct nlattr *)((char *)e + skip),
			       nlmsg_datalen(nlh) - skip);
}

/* The error that ended a dump, or 0. */
static int error_of_done(struct hashring *h, const struct nlmsghdr *request,
			 struct nlmsghdr *nlh)
{
	int *err = nlmsg_data(nlh);
	int skip = NLMSG_ALIGN(sizeof(*err));

	if (nlmsg_datalen(nlh) < (int)sizeof(*err) || *err >= 0)
		return 0;
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return hr_error_kernel(h, *err, request, NULL, 0);
	return hr_error_kernel(h, *err, request,
			       (struct nlattr *)((char *)err + skip),
			       nlmsg_datalen(nlh) - skip);
}

/**
 * struct reply - a reply that is being read
 * @h: the connection
 * @request: the request that it answers
 * @cb: for its messages; NULL once @cb has ended the dump
 * @arg: for @cb
 * @interrupted: the kernel's state changed during a dump
 * @done: the reply is complete
 */
struct reply {
	struct hashring *h;
	const struct nlmsghdr *request;
	reply_cb cb;
	void *arg;
	bool interrupted;
	bool done;
};

static int take_message(struct reply *r, struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_seq != r->request->nlmsg_seq)
		return 0;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		r->interrupted = true;
	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
		r->done = true;
		return error_of_ack(r->h, r->request, nlh);
	case NLMSG_DONE:
		r->done = true;
		return error_of_done(r->h, r->request, nlh);
	case NLMSG_NOOP:
		return 0;
	default:
		return r->cb ? r->cb(r->h, nlh, r->arg) : 0;
	}
}

/* The first error counts; the messages after it are read all the same. */
static int take_reply(struct reply *r)
{
	int first = 0;

	while (!r->done) {
		struct nlmsghdr *nlh = r->h->buf;
		size_t len = 0;
		int err, left;

		err = socket_receive(r->h, &len);
		if (err)
			return err;
		for (left = len; nlmsg_ok(nlh, left) && !r->done;
		     nlh = nlmsg_next(nlh, &left)) {
			err = take_message(r, nlh);
			if (!err || first)
				continue;
			first = err;
			r->cb = NULL;
		}
	}
	return first;
}

/**
 * request_do() - sends a request and waits until it is carried out
 * @req: the request, which is released
 * @cb: for the reply, or NULL
 * @arg: for @cb
 *
 * Return: 0, or a negative errno with hashring_error() set.
 */
int request_do(struct request *req, reply_cb cb, void *arg)
{
	struct reply r = { .h = req->h, .cb = cb, .arg = arg };
	int err;

	err = request_send(req, NLM_F_ACK);
	if (!err) {
		r.request = nlmsg_hdr(req->msg);
		err = take_reply(&r);
	}
	nlmsg_free(req->msg);
	return err;
}

/**
 * request_dump() - sends a request for a list and reads the reply
 * @req: the request, which is released
 * @cb: for each message; returns 0, or what request_dump() is to return
 * @arg: for @cb
 * @restart: called before the list is requested again because it changed; NULL:
 *	a change is an error at once
 * @restart_arg: for @restart
 *
 * Return: 0, what @cb returned, or a negative errno with hashring_error() set:
 * -EAGAIN when it changed again and again.
 */
int request_dump(struct request *req, reply_cb cb, void *arg,
		 hashring_restart_cb restart, void *restart_arg)
{
	struct hashring *h = req->h;
	int tries;
	int err;

	for (tries = 0; tries < DUMP_TRIES; tries++) {
		struct reply r = { .h = h, .cb = cb, .arg = arg };

		if (tries)
			nlmsg_hdr(req->msg)->nlmsg_seq = NL_AUTO_SEQ;
		err = request_send(req, NLM_F_DUMP);
		if (err)
			goto out;
		r.request = nlmsg_hdr(req->msg);
		err = take_reply(&r);
		if (err || !r.interrupted)
			goto out;
		if (!restart)
			break;
		restart(restart_arg);
	}
	err = hr_error(h, -EAGAIN, "it changed while it was listed");
out:
	nlmsg_free(req->msg);
	return err;
}
