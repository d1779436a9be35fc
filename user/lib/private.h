/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the library's files share: requests, their replies, and errors.
 */
#ifndef LIBHASHRING_PRIVATE_H
#define LIBHASHRING_PRIVATE_H

#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/socket.h>

#include <linux/compiler.h>
#include <linux/netlink.h>

#include <hashring/hashring.h>

/* Room for a message with the longest attribute, and more. */
#define MESSAGE_SIZE	(96 * 1024)

struct hashring_attach;
struct hashring_migration;
struct hashring_step;

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/**
 * struct attr_set - attributes that may be in one nest or message
 * @names: their names, by number from 1 on
 * @strings: a bit for each attribute that is a string
 * @nested: by number, the set inside an attribute; NULL: none
 * @max: the largest number
 */
struct attr_set {
	const char *const *names;
	__u64 strings;
	const struct attr_set *const *nested;
	int max;
};

/**
 * struct hashring - a connection
 * @sk: the socket
 * @family: number of the family
 * @buf: buffer of received messages
 * @error: the reason of the last error, in words
 * @attr: the attribute of the last error, or empty
 */
struct hashring {
	struct nl_sock *sk;
	int family;
	void *buf;
	char error[512];
	char attr[128];
};

/**
 * struct request - a message under way
 * @h: its connection
 * @msg: the message, or NULL
 * @set: the set of the next attributes
 * @err: an error while the message was built; checked when it is sent
 */
struct request {
	struct hashring *h;
	struct nl_msg *msg;
	const struct attr_set *set;
	int err;
};

/**
 * struct nest - a nested attribute that is being built
 * @attr: the attribute
 * @outer: set of the attributes after it
 */
struct nest {
	struct nlattr *attr;
	const struct attr_set *outer;
};

/* Called for each message of a reply; not 0: an error, or the end of a dump. */
typedef int (*reply_cb)(struct hashring *h, struct nlmsghdr *nlh, void *arg);

/* error.c */
int hr_error(struct hashring *h, int err, const char *fmt, ...) __printf(3, 4);
void hr_error_clear(struct hashring *h);
int hr_error_kernel(struct hashring *h, int err, const struct nlmsghdr *request,
		    struct nlattr *tlvs, int len);

/* socket.c */
void request_begin(struct hashring *h, struct request *req, int cmd);
void request_u32(struct request *req, int type, __u32 value);
void request_u64(struct request *req, int type, __u64 value);
void request_flag(struct request *req, int type, bool value);
void request_data(struct request *req, int type, const void *data, size_t len);
void request_string(struct request *req, int type, const char *string);
void request_nest(struct request *req, struct nest *nest, int type);
void request_nest_end(struct request *req, const struct nest *nest);
int request_do(struct request *req, reply_cb cb, void *arg);
int request_dump(struct request *req, reply_cb cb, void *arg,
		 hashring_restart_cb restart, void *restart_arg);
int socket_receive(struct hashring *h, size_t *len);

/* names_gen.c */
const struct attr_set *attr_set_of(int cmd);

/* names.c */
const struct attr_set *attr_set_nested(const struct attr_set *set, int type);
const char *attr_set_name(const struct attr_set *set, int type);
bool attr_set_is_string(const struct attr_set *set, int type);

/* attr.c */
int parse_message(struct hashring *h, struct nlmsghdr *nlh, struct nlattr **tb,
		  int max);
void attr_string(char *to, size_t size, struct nlattr *attr);
__u32 attr_u32(struct nlattr *attr);
__u64 attr_u64(struct nlattr *attr);
const __u32 *attr_packed(struct nlattr *attr, __u32 *nr);
const struct hashring_run *attr_runs(struct nlattr *attr, __u32 *nr);

/* decode.c */
int decode_ring(struct hashring *h, struct nlmsghdr *nlh,
		struct hashring_ring *ring);
int decode_node(struct hashring *h, struct nlmsghdr *nlh,
		struct hashring_node *node);
int decode_attach(struct hashring *h, struct nlmsghdr *nlh,
		  struct hashring_attach *attach);

/* node_attrs.c */
void request_attrs(struct request *req, int type,
		   const struct hashring_node_attrs *attrs, __u64 has);
int decode_attrs(struct nlattr *nest, struct hashring_node_attrs *attrs);

/* receipt.c */
int decode_receipt(struct nlattr *nest, struct hashring_receipt *receipt);
int decode_move(struct nlattr *nest, struct hashring_move *move);
int decode_change(struct hashring *h, struct nlmsghdr *nlh,
		  struct hashring_receipt *receipt);
int decode_history(struct hashring *h, struct nlmsghdr *nlh,
		   struct hashring_receipt *receipt);

/* migrate.c */
int decode_step(struct nlattr *nest, struct hashring_step *step);
int decode_migration(struct hashring *h, struct nlmsghdr *nlh,
		     struct hashring_migration *migration);

#endif
