/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Common parts of commands: errors, the connection, lists of the kernel's
 * objects, and one table of words that drives the parser, the help and the
 * completion.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <linux/compiler.h>

#include <hashring/hashring.h>
#include <hashring/attach.h>

/* Exit statuses: scripts rely on them. */
enum status {
	EXIT_DONE,
	EXIT_USAGE,	/* no request was sent to the kernel */
	EXIT_REFUSED,	/* the kernel refused */
	EXIT_STALE,	/* another generation is in force */
	EXIT_BUDGET,	/* more would move than allowed */
	EXIT_ABORTED,
	EXIT_MIGRATION,	/* refused because of a migration; nothing is done */
	EXIT_HELD,	/* done, and a part is held */
};

/**
 * struct options - the options before the object
 * @json: print JSON
 * @pretty: indent it
 * @stats: print more figures
 * @force: a batch goes on after an error
 * @netns: name of the network namespace, or NULL
 */
struct options {
	bool json;
	bool pretty;
	bool stats;
	bool force;
	const char *netns;
};

extern struct options opt;

/* The table: nouns, their commands, the commands' arguments (parse.c). */

/**
 * enum arg_kind - what an argument takes, and where struct value has it
 * @ARG_END: no argument: ends a table
 * @ARG_FLAG: nothing: the word itself
 * @ARG_RING: text: a ring that exists
 * @ARG_RINGS: words, n: rings that exist, any number of them
 * @ARG_NODE: text: a node of the ring that was given
 * @ARG_NAME: text: a new name
 * @ARG_TEXT: text: anything
 * @ARG_FILE: text: a file, or - for standard input
 * @ARG_NUMBER: num: @min to @max, decimal or 0x
 * @ARG_SIGNED: num: an __s64, -@min to @max
 * @ARG_ENUM: num: index in @names
 * @ARG_RATIO: num, num2: N or N/W, both 1 to @max
 * @ARG_MARK: num, num2: VALUE/MASK; the mask is all bits if not given
 * @ARG_SHARE: num: 5%, or a fraction from 0 to 1, in units of 2^-32
 * @ARG_SIZE: num: bytes, 2KiB
 * @ARG_BANDWIDTH: num: bits in a second, 10Gbit
 * @ARG_TIME: num: ms, @min to @max (0: TIME_MAX); 10ms, 2s, 10m, 1h; a plain
 *	number is in seconds
 * @ARG_DEADLINE: num: ms from now on, more than 0; as ARG_TIME
 * @ARG_SEED: seed: 32 hexadecimal digits
 * @ARG_VIA: via: an IPv4 or IPv6 address, or none; may be repeated
 * @ARG_POINTS: list, n: one or more positions; may be repeated
 * @ARG_OPS: text: { operations }, in one word or in many
 * @ARG_FLOW: flow: PROTOCOL SRC SPORT DST DPORT
 * @ARG_FLOWS: flows: conntrack, pcap FILE, or synthetic N [zipf S] [seed X]
 * @ARG_KEYS: num: how many, @min to @max; or text: a file
 */
enum arg_kind {
	ARG_END,
	ARG_FLAG,
	ARG_RING,
	ARG_RINGS,
	ARG_NODE,
	ARG_NAME,
	ARG_TEXT,
	ARG_FILE,
	ARG_NUMBER,
	ARG_SIGNED,
	ARG_ENUM,
	ARG_RATIO,
	ARG_MARK,
	ARG_SHARE,
	ARG_SIZE,
	ARG_BANDWIDTH,
	ARG_TIME,
	ARG_DEADLINE,
	ARG_SEED,
	ARG_VIA,
	ARG_POINTS,
	ARG_OPS,
	ARG_FLOW,
	ARG_FLOWS,
	ARG_KEYS,
};

#define ARGS_MAX	24
#define FLOWS_MADE_UP	100000000U	/* the largest number */
#define TIME_MAX	(30 * 86400000ULL)	/* ms */

/**
 * struct arg - an argument of a command
 * @kind: &enum arg_kind
 * @word: the keyword before it; NULL: a positional argument
 * @alias: another keyword for the same
 * @meta: the name of its value in the help
 * @required: the command needs it
 * @min: see @kind
 * @max: see @kind; 0: U32_MAX
 * @names: see ARG_ENUM
 */
struct arg {
	enum arg_kind kind;
	const char *word;
	const char *alias;
	const char *meta;
	bool required;
	__u64 min;
	__u64 max;
	hashring_name_fn names;
};

/* Looks up a name in a table, as a function of type hashring_name_fn would. */
static inline const char *word_at(const char *const *words, size_t nr,
				  __u32 value)
{
	return value < nr ? words[value] : NULL;
}

enum flows_from {
	FLOWS_CONNTRACK,
	FLOWS_PCAP,
	FLOWS_SYNTHETIC,
};

/* The words of enum flows_from, ended by NULL. */
const char *flows_sources(__u32 value);

/**
 * struct flows_source - the source of flows
 * @from: &enum flows_from
 * @file: the file of a capture
 * @nr: number of synthetic flows
 * @seed: their seed
 * @zipf: the exponent of their weights; 0: none
 */
struct flows_source {
	__u32 from;
	const char *file;
	__u64 nr;
	__u64 seed;
	double zipf;
};

/* A given argument; &enum arg_kind says which members count. */
struct value {
	bool given;
	char *text;
	__u64 num;
	__u64 num2;
	__u8 seed[HASHRING_SEED_LEN];
	struct hashring_via via;
	struct hashring_flow flow;
	struct flows_source flows;
	__u32 *list;
	char **words;
	size_t n;
};

struct command;
struct noun;

/**
 * struct args - a command's arguments
 * @noun: the command's
 * @cmd: the command
 * @v: values, by index in the command's table
 */
struct args {
	const struct noun *noun;
	const struct command *cmd;
	struct value v[ARGS_MAX];
};

/**
 * struct command - a command of a noun
 * @name: its word; NULL when the noun has one command without a word
 * @alias: another word for it, or NULL
 * @help: a line for the help
 * @args: its arguments, ended by ARG_END
 * @run: carries it out; returns an exit status
 */
struct command {
	const char *name;
	const char *alias;
	const char *help;
	const struct arg *args;
	int (*run)(struct args *a);
};

/**
 * struct noun - an object
 * @name: its word
 * @help: a line for the help
 * @commands: ended by one without @args; the first one is the default
 */
struct noun {
	const char *name;
	const char *help;
	const struct command *commands;
};

/**
 * struct program - a program and its table
 * @name: its name
 * @noun: the word for its nouns: object, command
 * @nouns: its nouns, in the order of the help, ended by NULL
 * @usage: the beginning of the help, before the nouns
 * @statuses: the end of the help
 * @other: the name of another program, or NULL
 * @other_nouns: nouns of @other, for an error's hint, ended by NULL
 */
struct program {
	const char *name;
	const char *noun;
	const struct noun *const *nouns;
	const char *usage;
	const char *statuses;
	const char *other;
	const char *const *other_nouns;
};

/* The running program: program_main() sets it (error.c). */
extern const struct program *program;

int program_main(const struct program *p, int argc, char **argv);

int complete(int argc, char **argv);
const struct noun *noun_find(const char *word);
const struct command *command_find(const struct noun *noun, const char *word);
int run_words(int argc, char **argv);

const struct arg *find_keyword(const struct arg *args, const struct arg *place,
			       const char *word);
int args_parse(const struct noun *noun, const struct command *cmd, int argc,
	       char **argv, struct args *a);
int args_parse_op(const struct noun *noun, const struct command *cmd, int argc,
		  char **argv, struct args *a);
void args_release(struct args *a);
struct value *args_value(struct args *a, const char *word);

/* Help, from the table (usage.c, help.c). */
void help_args(FILE *f, const struct arg *arg);
void help_command(FILE *f, const struct noun *noun, const struct command *cmd);
void help_usage(FILE *f);
void help_noun(const struct noun *noun);
int help(int argc, char **argv);

/* Strict numbers: the whole word or -1 (number.c). */
int get_u64(const char *word, __u64 min, __u64 max, __u64 *num);
int get_s64(const char *word, __s64 min, __s64 max, __s64 *num);
int get_share(const char *word, __u64 *share);
int get_real(const char *word, double max, double *num);
int get_size(const char *word, __u64 *bytes);
int get_bandwidth(const char *word, __u64 *bits);
int get_time(const char *word, __u64 *ms);
int get_seed(const char *word, __u8 seed[HASHRING_SEED_LEN]);
int get_via(const char *word, struct hashring_via *via);

/* Words of a line or file, with quotes and comments (words.c). */

/**
 * struct words - words of a command
 * @argv: the words, ended by NULL
 * @argc: number of @argv
 * @room: allocated elements of @argv
 * @line: the line of the first word
 */
struct words {
	char **argv;
	int argc;
	int room;
	unsigned int line;
};

/*
 * Splits the next command off *text: up to a newline or, with @semicolon, a
 * semicolon that is not quoted. Empty commands are skipped. *line becomes the
 * line where *text then starts. Words point into the text, which is
 * overwritten. Returns 1, 0 at the end, -1 for a missing closing quote or
 * without memory.
 */
int words_next(struct words *w, char **text, bool semicolon,
	       unsigned int *line);
void words_release(struct words *w);
void list_word(char *list, size_t size, const char *word);
char *read_file(const char *path);

/*
 * Errors: "PROGRAM: [FILE:LINE: ][operation N: ]text" on stderr; return the
 * status (error.c).
 */
extern const char *error_file;
extern unsigned int error_line;
extern unsigned int error_op;

int fail(int status, const char *fmt, ...)
	__printf(2, 3);
int fail_usage(const char *fmt, ...) __printf(1, 2);
void warn(const char *fmt, ...) __printf(1, 2);
int status_of(int err);
int refused_by(const struct hashring *h, int err);

/* In this header, so that analyzers see that it is no success. */
static inline int fail_memory(void)
{
	warn("%s", strerror(ENOMEM));
	return EXIT_REFUSED;
}

/*
 * The one connection, made at the first use. NULL without a connection: the
 * error is reported, return EXIT_REFUSED (conn.c).
 */
struct hashring *conn(void);
void conn_close(void);
int refused(int err);

/* Operations of a change (ops.c, node_op.c). */

/**
 * struct ops - operations of a change
 * @op: the operations; each owns its points, names point into @text
 * @nr: number of @op
 * @text: the text that they were parsed from, or NULL
 */
struct ops {
	struct hashring_op *op;
	__u32 nr;
	char *text;
};

/* Positional arguments of all commands that change a node, by index. */
enum { NODE_OP_RING, NODE_OP_NODE, NODE_OP_NEW };

extern const struct arg node_add_args[];
extern const struct arg node_set_args[];
extern const struct arg node_del_args[];
extern const struct arg node_replace_args[];
extern const struct noun noun_op;

void node_op(struct args *a, struct hashring_op *op);
struct hashring_op *ops_add(struct ops *ops);
int ops_parse(struct ops *ops, char *text, const char *file);
int ops_from_args(struct ops *ops, const struct value *text,
		  const struct value *file);
void ops_release(struct ops *ops);

/* The rings of the namespace (model/rings.c). */

/**
 * struct ring_list - a ring, or all
 * @ring: ascending by name
 * @nr: number of @ring
 */
struct ring_list {
	struct hashring_ring *ring;
	size_t nr;
};

int rings_load(struct ring_list *list, const char *ring);
bool ring_migrates(const struct hashring_ring *ring);
void rings_release(struct ring_list *list);

/* The nodes of a ring, by id and by name (model/nodes.c). */

/**
 * struct node_list - the nodes of a ring
 * @node: ascending by name; without their points
 * @nr: number of @node
 * @index: open hash of id to index in @node + 1
 * @mask: size of @index - 1
 * @generation: the generation of all of them; 0 without nodes
 */
struct node_list {
	struct hashring_node *node;
	__u32 nr;
	__u32 *index;
	__u32 mask;
	__u64 generation;
};

int nodes_load(struct node_list *list, const char *ring);
const struct hashring_node *nodes_by_id(const struct node_list *list,
					__u32 id);
void nodes_release(struct node_list *list);

/* The attachments of the namespace (model/attachments.c). */

/**
 * struct attach_list - attachments of a ring, or all
 * @ring: the ring, or NULL
 * @attach: ascending by id
 * @nr: number of @attach
 */
struct attach_list {
	const char *ring;
	struct hashring_attach *attach;
	size_t nr;
};

int attach_load(struct attach_list *list, const char *ring);
void attach_release(struct attach_list *list);

#endif
