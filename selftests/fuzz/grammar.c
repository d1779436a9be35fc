// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line, as lines of a batch. A wrong line gives an error. A right
 * line gives a message that the kernel's policies accept. The operations of
 * this message, written as words, give the same message again. The text behind
 * the first NUL of the input is the content of every file that a command reads.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <netlink/errno.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "ctl.h"
#include "message.h"
#include "cli/model/node_attrs.h"
#include "ringctl/ringctl.h"
#include "wrap.h"

#define MAX_MESSAGE	(96 * 1024)
#define MAX_LINES	8

/* The last message; there is no answer. */
static union {
	struct nlmsghdr head;
	char bytes[MAX_MESSAGE];
} sent;
static bool was_sent;

/* The content of all files, while a command runs. */
static const char *file_text;
static size_t file_size;

int __wrap_genl_connect(struct nl_sock *sk)
{
	return 0;
}

int __wrap_genl_ctrl_resolve(struct nl_sock *sk, const char *name)
{
	return 99;
}

int __wrap_nl_send(struct nl_sock *sk, struct nl_msg *msg)
{
	const struct nlmsghdr *nlh = nlmsg_hdr(msg);

	CHECK(nlh->nlmsg_len <= sizeof(sent));
	memcpy(&sent, nlh, nlh->nlmsg_len);
	was_sent = true;
	return -NLE_FAILURE;
}

int __wrap_hashring_change(struct hashring *h,
			   const struct hashring_change *change,
			   struct hashring_receipt *receipt)
{
	int err = __real_hashring_change(h, change, receipt);

	CHECK(err);
	if (was_sent)
		message_check_change(&sent.head, change);
	return err;
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
	if (!file_text)
		return __real_fopen(path, mode);
	if (*mode != 'r' || !file_size) {
		errno = ENOENT;
		return NULL;
	}
	return fmemopen((void *)file_text, file_size, "r");
}

/*
 * Whether a command only sends requests to the kernel. All other commands use
 * files, measure, or run programs.
 */
static bool only_asks(const struct noun *noun, const struct command *cmd)
{
	static const struct noun *const all[] = {
		&noun_ring, &noun_node, &noun_change, &noun_lookup, &noun_arcs,
		&noun_stats, &noun_history, &noun_attach, &noun_migrate,
		&noun_limits,
	};
	size_t i;

	if (cmd->name && (!strcmp(cmd->name, "run") ||
			  !strcmp(cmd->name, "wait")))
		return false;
	for (i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (noun == all[i])
			return true;
	return false;
}

/* Parses the words of a command without running the command. */
static int only_parse(const struct noun *noun, const struct command *cmd,
		      int argc, char **argv)
{
	struct ops ops = { 0 };
	struct args a;
	int status = args_parse(noun, cmd, argc, argv, &a), i;

	for (i = 0; !status && cmd->args[i].kind; i++)
		if (cmd->args[i].kind == ARG_OPS && a.v[i].given) {
			ops.text = strdup(a.v[i].text);
			CHECK(ops.text);
			status = ops_parse(&ops, ops.text, NULL);
			break;
		}
	ops_release(&ops);
	args_release(&a);
	return status;
}

/* As run_words(), for commands that run. */
static int run(int argc, char **argv)
{
	const struct command *cmd;
	const struct noun *noun;

	if (!strcmp(argv[0], "help"))
		return run_words(argc, argv);
	noun = noun_find(argv[0]);
	if (!noun)
		return EXIT_USAGE;
	cmd = noun->commands;
	if (cmd->name && argc > 1) {
		cmd = command_find(noun, argv[1]);
		if (!cmd)
			return EXIT_USAGE;
		if (!only_asks(noun, cmd))
			return only_parse(noun, cmd, argc - 2, argv + 2);
	} else if (!cmd->name && !only_asks(noun, cmd)) {
		return only_parse(noun, cmd, argc - 1, argv + 1);
	}
	return run_words(argc, argv);
}

/* The next operation of a message; NULL at the end. */
static const struct nlattr *next_op(const struct nlattr *after)
{
	const char *at = after ? (const char *)after + NLA_ALIGN(after->nla_len) :
				 (const char *)NLMSG_DATA(&sent.head) + GENL_HDRLEN;
	const char *end = sent.bytes + sent.head.nlmsg_len;

	for (; at < end; at += NLA_ALIGN(((struct nlattr *)at)->nla_len))
		if ((((struct nlattr *)at)->nla_type & NLA_TYPE_MASK) ==
		    HASHRING_A_CHANGE_OP)
			return (const struct nlattr *)at;
	return NULL;
}

static bool is_change(void)
{
	const struct genlmsghdr *genl = NLMSG_DATA(&sent.head);

	return was_sent && genl->cmd == HASHRING_CMD_CHANGE && next_op(NULL);
}

/* Writes a quoted word, with any content. */
static void put_word(FILE *f, const char *word)
{
	if (!*word)
		fputs("''", f);
	for (; *word; word++)
		fprintf(f, "\\%c", *word);
	fputc(' ', f);
}

static void put_attr(FILE *f, const struct nlattr *attr, const __u8 *data)
{
	size_t len = attr->nla_len - NLA_HDRLEN, i;
	__u64 word = 0;

	switch (attr->nla_type) {
	case HASHRING_A_OP_SEAT:
		fputs("seat ", f);
		put_word(f, (const char *)data);
		return;
	case HASHRING_A_OP_POINTS:
		fputs("point ", f);
		for (i = 0; i < len; i += sizeof(__u32))
			fprintf(f, "%u ", *(const __u32 *)(data + i));
		return;
	}
	memcpy(&word, data, len < sizeof(word) ? len : sizeof(word));
	if (attr->nla_type == HASHRING_A_OP_DEADLINE)
		fprintf(f, "deadline %llums ", word);
}

/* Writes an attribute of a node. */
static void put_node_attr(FILE *f, const struct nlattr *attr, const __u8 *data)
{
	char text[INET6_ADDRSTRLEN];
	const struct node_attr *a;

	switch (attr->nla_type) {
	case HASHRING_A_NODE_ATTRS_VIA4:
		inet_ntop(AF_INET, data, text, sizeof(text));
		fprintf(f, "via %s ", text);
		return;
	case HASHRING_A_NODE_ATTRS_VIA6:
		inet_ntop(AF_INET6, data, text, sizeof(text));
		fprintf(f, "via %s ", text);
		return;
	}
	for (a = node_attrs; a->type != attr->nla_type; a++)
		;
	fprintf(f, "%s ", a->name);
	if (a->names)
		fprintf(f, "%s ", a->names(*(const __u32 *)data));
	else
		fprintf(f, "%u ", *(const __u32 *)data);
}

static void put_node_attrs(FILE *f, const struct nlattr *nest)
{
	const char *at = (const char *)nest + NLA_HDRLEN;
	const char *end = (const char *)nest + nest->nla_len;

	for (; at < end; at += NLA_ALIGN(((struct nlattr *)at)->nla_len))
		put_node_attr(f, (const struct nlattr *)at,
			      (const __u8 *)at + NLA_HDRLEN);
}

/* Kind and names come first, as in a message. */
static void put_op(FILE *f, const struct nlattr *op)
{
	static const char *const kinds[] = {
		[HASHRING_OP_ADD] = "add", [HASHRING_OP_SET] = "set",
		[HASHRING_OP_DEL] = "del",
		[HASHRING_OP_REPLACE] = "replace",
	};
	const char *at = (const char *)op + NLA_HDRLEN;
	const char *end = (const char *)op + op->nla_len;

	for (; at < end; at += NLA_ALIGN(((struct nlattr *)at)->nla_len)) {
		const struct nlattr *attr = (const struct nlattr *)at;
		const __u8 *data = (const __u8 *)at + NLA_HDRLEN;

		if (attr->nla_type == HASHRING_A_OP_KIND) {
			fprintf(f, "node %s ", kinds[*(const __u32 *)data]);
		} else if (attr->nla_type == HASHRING_A_OP_NAME ||
			   attr->nla_type == HASHRING_A_OP_NEW_NAME) {
			fputs("-- ", f);
			put_word(f, (const char *)data);
		} else if ((attr->nla_type & NLA_TYPE_MASK) ==
			   HASHRING_A_OP_ATTRS) {
			put_node_attrs(f, attr);
		} else if (attr->nla_type == HASHRING_A_OP_NOW) {
			fputs("--now ", f);
		} else {
			put_attr(f, attr, data);
		}
	}
	fputs("; ", f);
}

/* Copies all operations of the message, for comparison. */
static char *copy_ops(size_t *len)
{
	const struct nlattr *op = NULL;
	char *copy = NULL;
	FILE *f = open_memstream(&copy, len);

	CHECK(f);
	while ((op = next_op(op)))
		fwrite(op, op->nla_len, 1, f);
	CHECK(!fclose(f));
	return copy;
}

static void check_again(void)
{
	char *argv[4] = { NULL };
	const struct nlattr *op = NULL;
	char *words = NULL, *before, *after;
	size_t len, before_len, after_len;
	FILE *f = open_memstream(&words, &len);
	const char *said;
	int status;

	CHECK(f);
	fputs("{ ", f);
	while ((op = next_op(op)))
		put_op(f, op);
	fputs("}", f);
	CHECK(!fclose(f));
	before = copy_ops(&before_len);
	argv[0] = (char *)"change";
	argv[1] = (char *)"ring";
	argv[2] = words;
	was_sent = false;
	ctl_begin();
	status = run_words(3, argv);
	said = ctl_end();
	if (!is_change())
		fprintf(stderr, "%s\n%s", words, said);
	CHECK(status == EXIT_REFUSED && is_change());
	after = copy_ops(&after_len);
	CHECK(after_len == before_len && !memcmp(after, before, after_len));
	free(after);
	free(before);
	free(words);
}

static void run_line(struct words *words, const char *name)
{
	const char *said;
	int status;

	was_sent = false;
	ctl_begin();
	error_file = name;
	error_line = 1;
	status = run(words->argc, words->argv);
	said = ctl_end();
	if (status)
		ctl_check_error(said);
	CHECK(was_sent ? status == EXIT_REFUSED :
	      status == EXIT_DONE || status == EXIT_USAGE);
	if (!was_sent)
		return;
	message_check(&sent.head);
	if (is_change())
		check_again();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = memchr(data, '\0', size);
	struct words words = { 0 };
	unsigned int line = 0;
	char *text, *rest;
	int lines = 0;

	text = strndup((const char *)data, size);
	CHECK(text);
	file_text = nul ? (const char *)nul + 1 : "";
	file_size = nul ? data + size - nul - 1 : 0;
	/* Lines are read as in a batch. */
	rest = text;
	while (lines++ < MAX_LINES &&
	       words_next(&words, &rest, false, &line) > 0)
		run_line(&words, lines & 1 ? "batch" : NULL);
	words_release(&words);
	conn_close();
	file_text = NULL;
	free(text);
	return 0;
}
