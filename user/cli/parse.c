// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parser: words against the table of a noun's commands.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

const char *flows_sources(__u32 value)
{
	static const char *const words[] = {
		[FLOWS_CONNTRACK] = "conntrack",
		[FLOWS_PCAP] = "pcap",
		[FLOWS_SYNTHETIC] = "synthetic",
	};

	return word_at(words, sizeof(words) / sizeof(*words), value);
}

static bool is_prefix(const char *word, const char *of)
{
	return of && !strncmp(of, word, strlen(word));
}

/* Like noun_find() of nouns.c. */
const struct command *command_find(const struct noun *noun, const char *word)
{
	const struct command *found = NULL;
	const struct command *c;
	char list[256] = "";
	int hits = 0;

	for (c = noun->commands; c->args; c++) {
		if (!strcmp(c->name, word) || (c->alias && !strcmp(c->alias, word)))
			return c;
		if (!is_prefix(word, c->name) && !is_prefix(word, c->alias))
			continue;
		found = c;
		list_word(list, sizeof(list), c->name);
		hits++;
	}
	if (hits == 1)
		return found;
	if (hits) {
		fail_usage("command \"%s\" of %s is ambiguous: %s", word,
			   noun->name, list);
		return NULL;
	}
	for (c = noun->commands; c->args; c++)
		list_word(list, sizeof(list), c->name);
	fail_usage("unknown command \"%s\" of %s: expected one of %s", word,
		   noun->name, list);
	return NULL;
}

/* The words that are not read yet. */
struct cursor {
	int argc;
	char **argv;
};

static char *cursor_next(struct cursor *c)
{
	if (!c->argc)
		return NULL;
	c->argc--;
	return *c->argv++;
}

static const char *arg_label(const struct arg *arg)
{
	return arg->word ? arg->word : arg->meta;
}

static int parse_enum(const struct arg *arg, const char *word, struct value *v)
{
	char list[256] = "";
	int i;

	for (i = 0; arg->names(i); i++) {
		if (!strcmp(arg->names(i), word)) {
			v->num = i;
			return 0;
		}
		list_word(list, sizeof(list), arg->names(i));
	}
	return fail_usage("%s \"%s\": expected one of %s", arg_label(arg), word,
			  list);
}

/*
 * The keyword that a word is, or NULL. A place that is required takes the word first,
 * because a ring may have the name of a keyword, such as "seed". An option, with its
 * "--", goes before every place.
 */
const struct arg *find_keyword(const struct arg *args, const struct arg *place,
			       const char *word)
{
	if (place && place->required && strncmp(word, "--", 2))
		return NULL;
	for (; args->kind; args++) {
		if (!args->word)
			continue;
		if (!strcmp(args->word, word) ||
		    (args->alias && !strcmp(args->alias, word)))
			return args;
	}
	return NULL;
}

/* Names up to a keyword or to operations, which no name begins like. */
static int parse_rings(const struct arg *args, struct cursor *c,
		       struct value *v)
{
	v->words = c->argv;
	while (c->argc && c->argv[0][0] != '{' &&
	       !find_keyword(args, NULL, c->argv[0])) {
		cursor_next(c);
		v->n++;
	}
	v->given = true;
	return 0;
}

/* Two numbers around a slash; the second is optional. */
static int parse_pair(const struct arg *arg, char *word, __u64 min,
		      __u64 no_second, struct value *v)
{
	__u64 max = arg->max ? arg->max : UINT32_MAX;
	char *slash = strchr(word, '/');
	int err;

	if (slash)
		*slash = '\0';
	err = get_u64(word, min, max, &v->num);
	v->num2 = no_second;
	if (slash) {
		*slash = '/';
		err |= get_u64(slash + 1, min, max, &v->num2);
	}
	if (err)
		return fail_usage("%s \"%s\": expected N or N/N, each from %llu to %llu",
				  arg_label(arg), word,
				  min,
				  max);
	return 0;
}

static int parse_points(const struct arg *arg, struct cursor *c,
			struct value *v)
{
	size_t room = v->n;
	__u64 num;
	__u32 *list;

	while (c->argc && !get_u64(c->argv[0], 0, UINT32_MAX, &num)) {
		if (v->n == room) {
			room = room ? 2 * room : 16;
			list = realloc(v->list, room * sizeof(*list));
			if (!list)
				return fail_memory();
			v->list = list;
		}
		v->list[v->n++] = num;
		cursor_next(c);
	}
	if (!v->n || !v->list)
		return fail_usage("%s \"%s\": expected positions from 0 to %u",
				  arg_label(arg), c->argc ? c->argv[0] : "",
				  UINT32_MAX);
	return 0;
}

/* From a word that begins with { to a word that ends with }, as one text. */
static int parse_ops(struct cursor *c, struct value *v)
{
	size_t len = 0;
	char *text;
	char *word;
	int i;

	if (!c->argc || c->argv[0][0] != '{')
		return fail_usage("unknown word \"%s\": expected '{ OPERATION; ... }'",
				  c->argc ? c->argv[0] : "");
	for (i = 0; i < c->argc; i++)
		len += strlen(c->argv[i]) + 1;
	text = calloc(1, len + 1);
	if (!text)
		return fail_memory();
	/* The text between the braces. */
	len = 0;
	while ((word = cursor_next(c))) {
		len += sprintf(text + len, "%s ", word);
		while (len && strchr(" \t\r\n", text[len - 1]))
			len--;
		if (text[len - 1] == '}')
			break;
		text[len++] = ' ';
	}
	if (!word) {
		free(text);
		return fail_usage("the closing } of the operations is missing");
	}
	text[len - 1] = '\0';
	text[0] = ' ';
	v->text = text;
	return 0;
}

static int parse_address(const char *word, int *family, void *addr)
{
	if (inet_pton(AF_INET, word, addr) == 1)
		*family = AF_INET;
	else if (inet_pton(AF_INET6, word, addr) == 1)
		*family = AF_INET6;
	else
		return fail_usage("\"%s\": expected an IPv4 or IPv6 address",
				  word);
	return 0;
}

static int parse_protocol(const char *word, __u8 *protocol)
{
	struct protoent *p;
	__u64 num;

	if (!get_u64(word, 0, UINT8_MAX, &num)) {
		*protocol = num;
		return 0;
	}
	p = getprotobyname(word);
	if (!p)
		return fail_usage("unknown protocol \"%s\"", word);
	*protocol = p->p_proto;
	return 0;
}

static int parse_port(const char *word, __u16 *port)
{
	__u64 num;

	if (get_u64(word, 0, UINT16_MAX, &num))
		return fail_usage("port \"%s\": expected a number from 0 to %u",
				  word, UINT16_MAX);
	*port = num;
	return 0;
}

static int parse_flow(struct cursor *c, struct value *v)
{
	struct hashring_flow *flow = &v->flow;
	int family = 0;

	if (c->argc < 5)
		return fail_usage("flow: expected PROTOCOL SRC SPORT DST DPORT");
	if (parse_protocol(c->argv[0], &flow->protocol) ||
	    parse_address(c->argv[1], &family, &flow->saddr) ||
	    parse_port(c->argv[2], &flow->sport) ||
	    parse_address(c->argv[3], &flow->family, &flow->daddr) ||
	    parse_port(c->argv[4], &flow->dport))
		return EXIT_USAGE;
	if (family != flow->family)
		return fail_usage("flow: %s and %s are of two families",
				  c->argv[1], c->argv[3]);
	c->argc -= 5;
	c->argv += 5;
	return 0;
}

/* The words of a flow source that may follow the first. */
static int parse_synthetic(struct cursor *c, struct flows_source *from)
{
	char *word = cursor_next(c);

	if (!word || get_u64(word, 1, FLOWS_MADE_UP, &from->nr))
		return fail_usage("synthetic \"%s\": expected a number from 1 to %u",
				  word ? word : "", FLOWS_MADE_UP);
	while (c->argc) {
		bool zipf = !strcmp(c->argv[0], "zipf");

		if (!zipf && strcmp(c->argv[0], "seed"))
			break;
		cursor_next(c);
		word = cursor_next(c);
		if (!word)
			word = "";
		if (zipf && get_real(word, 10, &from->zipf))
			return fail_usage("zipf \"%s\": expected a number from 0 to 10",
					  word);
		if (!zipf && get_u64(word, 0, UINT64_MAX, &from->seed))
			return fail_usage("seed \"%s\": expected a number",
					  word);
	}
	return 0;
}

static int parse_flows(const struct arg *arg, struct cursor *c,
		       struct value *v)
{
	const struct arg source = { .word = arg->word, .names = flows_sources };

	if (parse_enum(&source, cursor_next(c), v))
		return EXIT_USAGE;
	v->flows.from = v->num;
	if (v->flows.from == FLOWS_SYNTHETIC)
		return parse_synthetic(c, &v->flows);
	if (v->flows.from == FLOWS_CONNTRACK)
		return 0;
	v->flows.file = cursor_next(c);
	return v->flows.file ? 0 : fail_usage("\"pcap\" wants FILE");
}

static int parse_keys(const struct arg *arg, char *word, struct value *v)
{
	if (word[strspn(word, "0123456789")])
		return 0;
	v->text = NULL;
	if (get_u64(word, arg->min, arg->max, &v->num))
		return fail_usage("%s \"%s\": expected a number from %llu to %llu, or a file",
				  arg_label(arg), word, arg->min, arg->max);
	return 0;
}

static int parse_time(const struct arg *arg, const char *word, struct value *v)
{
	bool deadline = arg->kind == ARG_DEADLINE;
	__u64 max = arg->max ? arg->max : TIME_MAX;
	__u64 ms;

	if (deadline && *word == '-' && !get_time(word + 1, &ms))
		return fail_usage("%s \"%s\": has passed already",
				  arg_label(arg), word);
	if (get_time(word, &v->num))
		return fail_usage("%s \"%s\": expected a time, such as 10ms, 2s, 10m or 1h",
				  arg_label(arg), word);
	if (deadline && !v->num)
		return fail_usage("%s \"%s\": has passed already",
				  arg_label(arg), word);
	if (v->num < arg->min || v->num > max)
		return fail_usage("%s \"%s\": expected a time from %llums to %llus",
				  arg_label(arg), word, arg->min, max / 1000);
	return 0;
}

static int parse_via(const struct arg *arg, const char *word, struct value *v)
{
	bool had4 = v->via.has4;
	bool had6 = v->via.has6;

	if (!strcmp(word, "none"))
		return 0;
	if (get_via(word, &v->via))
		return fail_usage("%s \"%s\": expected an IPv4 or IPv6 address or none",
				  arg_label(arg), word);
	if ((had4 && v->via.has4 && had6 == v->via.has6) ||
	    (had6 && v->via.has6 && had4 == v->via.has4))
		return fail_usage("%s \"%s\": a node has one address of each family",
				  arg_label(arg), word);
	return 0;
}

/* One value for @arg from the words at the cursor. */
static int parse_value(const struct arg *arg, struct cursor *c,
		       struct value *v)
{
	__u64 max = arg->max ? arg->max : UINT32_MAX;
	char *word;

	if (v->given && arg->kind != ARG_VIA && arg->kind != ARG_POINTS)
		return fail_usage("\"%s\" is given twice", arg_label(arg));
	v->given = true;
	if (arg->kind == ARG_FLAG)
		return 0;
	if (!c->argc)
		return fail_usage("\"%s\" wants %s", arg_label(arg),
				  arg->meta ? arg->meta : "a value");
	if (arg->kind == ARG_POINTS)
		return parse_points(arg, c, v);
	if (arg->kind == ARG_OPS)
		return parse_ops(c, v);
	if (arg->kind == ARG_FLOW)
		return parse_flow(c, v);
	if (arg->kind == ARG_FLOWS)
		return parse_flows(arg, c, v);

	word = cursor_next(c);
	v->text = word;
	switch (arg->kind) {
	case ARG_NUMBER:
		if (get_u64(word, arg->min, max, &v->num))
			return fail_usage("%s \"%s\": expected a number from %llu to %llu",
					  arg_label(arg), word,
					  arg->min,
					  max);
		return 0;
	case ARG_SIGNED:
		if (get_s64(word, -(__s64)arg->min, max, (__s64 *)&v->num))
			return fail_usage("%s \"%s\": expected a number from -%llu to %llu",
					  arg_label(arg), word,
					  arg->min,
					  max);
		return 0;
	case ARG_ENUM:
		return parse_enum(arg, word, v);
	case ARG_RATIO:
		return parse_pair(arg, word, 1, 1, v);
	case ARG_MARK:
		return parse_pair(arg, word, 0, UINT32_MAX, v);
	case ARG_SHARE:
		if (get_share(word, &v->num))
			return fail_usage("%s \"%s\": expected a percentage, 5%%, or 0 to 1",
					  arg_label(arg), word);
		return 0;
	case ARG_SIZE:
		if (get_size(word, &v->num))
			return fail_usage("%s \"%s\": expected bytes, such as 2KiB (2048)",
					  arg_label(arg), word);
		return 0;
	case ARG_BANDWIDTH:
		if (get_bandwidth(word, &v->num))
			return fail_usage("%s \"%s\": expected a rate, such as 10Gbit or 1.25GB/s",
					  arg_label(arg), word);
		return 0;
	case ARG_TIME:
	case ARG_DEADLINE:
		return parse_time(arg, word, v);
	case ARG_KEYS:
		return parse_keys(arg, word, v);
	case ARG_SEED:
		if (get_seed(word, v->seed))
			return fail_usage("%s \"%s\": expected %d hexadecimal digits",
					  arg_label(arg), word,
					  2 * HASHRING_SEED_LEN);
		return 0;
	case ARG_VIA:
		return parse_via(arg, word, v);
	default:
		return 0;
	}
}

/* The next positional argument, or NULL. */
static const struct arg *find_place(const struct arg *args,
				    const struct args *a)
{
	int i;

	for (i = 0; args[i].kind; i++)
		if (!args[i].word && !a->v[i].given)
			return &args[i];
	return NULL;
}

static int fail_word(const struct command *cmd, const struct args *a,
		     const char *word)
{
	char list[512] = "";
	int i;

	for (i = 0; cmd->args[i].kind; i++)
		if (!a->v[i].given)
			list_word(list, sizeof(list), arg_label(&cmd->args[i]));
	if (!*list)
		return fail_usage("unknown word \"%s\": no more words are expected",
				  word);
	return fail_usage("unknown word \"%s\": expected %s", word, list);
}

static int parse_words(const struct command *cmd, struct cursor *c,
		       struct args *a)
{
	bool by_place = false;
	int err, i;

	while (c->argc) {
		const struct arg *arg = find_place(cmd->args, a);

		if (!by_place && !strcmp(c->argv[0], "--")) {
			by_place = true;
			cursor_next(c);
			continue;
		}
		if (!by_place) {
			const struct arg *keyword;

			keyword = find_keyword(cmd->args, arg, c->argv[0]);
			if (keyword) {
				arg = keyword;
				cursor_next(c);
			}
		}
		if (!arg)
			return fail_word(cmd, a, c->argv[0]);
		by_place = false;
		if (arg->kind == ARG_RINGS)
			err = parse_rings(cmd->args, c, &a->v[arg - cmd->args]);
		else
			err = parse_value(arg, c, &a->v[arg - cmd->args]);
		if (err)
			return err;
	}
	for (i = 0; cmd->args[i].kind; i++) {
		if (!cmd->args[i].required || a->v[i].given)
			continue;
		fail_usage("%s is missing", arg_label(&cmd->args[i]));
		help_command(stderr, a->noun, cmd);
		return EXIT_USAGE;
	}
	return 0;
}

/**
 * args_parse() - parses a command's arguments
 * @noun: the command's
 * @cmd: the command
 * @argc: number of @argv
 * @argv: the words after the command; values point into them
 * @a: set; to be released also after an error
 *
 * Return: 0, or an exit status; errors are reported.
 */
int args_parse(const struct noun *noun, const struct command *cmd, int argc,
	       char **argv, struct args *a)
{
	struct cursor c = { argc, argv };

	memset(a, 0, sizeof(*a));
	a->noun = noun;
	a->cmd = cmd;
	return parse_words(cmd, &c, a);
}

/* Like args_parse(), for an operation of a change, where the ring is known. */
int args_parse_op(const struct noun *noun, const struct command *cmd, int argc,
		  char **argv, struct args *a)
{
	struct cursor c = { argc, argv };
	int i;

	memset(a, 0, sizeof(*a));
	a->noun = noun;
	a->cmd = cmd;
	for (i = 0; cmd->args[i].kind; i++)
		if (cmd->args[i].kind == ARG_RING)
			a->v[i].given = true;
	return parse_words(cmd, &c, a);
}

/* The value after a keyword, or NULL when the command has no such word. */
struct value *args_value(struct args *a, const char *word)
{
	const struct arg *arg = find_keyword(a->cmd->args, NULL, word);

	return arg ? &a->v[arg - a->cmd->args] : NULL;
}

void args_release(struct args *a)
{
	int i;

	if (!a->cmd)
		return;
	for (i = 0; a->cmd->args[i].kind; i++) {
		free(a->v[i].list);
		if (a->cmd->args[i].kind == ARG_OPS)
			free(a->v[i].text);
	}
}
