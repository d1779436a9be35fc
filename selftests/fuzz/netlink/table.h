/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The wire as a table. table.py generates the table from the netlink spec and
 * from the errors in Documentation/netlink.md.
 */
#ifndef FUZZ_TABLE_H
#define FUZZ_TABLE_H

#include <stdbool.h>
#include <linux/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;

enum spec_type {
	SPEC_NONE,	/* no attribute has this number */
	SPEC_PAD,
	SPEC_FLAG,
	SPEC_U8,
	SPEC_U16,
	SPEC_U32,
	SPEC_S32,
	SPEC_U64,
	SPEC_STRING,
	SPEC_BINARY,
	SPEC_NEST,
};

struct source;
struct message;
struct spec_set;

/**
 * struct spec_attr - an attribute
 * @name: name in the spec
 * @type: type of the value
 * @exact: length, if the spec fixes it
 * @packed: array of u32
 * @many: may occur several times in a message
 * @values: number of values of its enum, from 0; 0: any number
 * @nest: the attributes in it
 * @draw: puts one into a message; set by draw_init()
 */
struct spec_attr {
	const char *name;
	enum spec_type type;
	u32 exact;
	bool packed;
	bool many;
	u32 values;
	const struct spec_set *nest;
	void (*draw)(struct source *from, struct message *to, u16 type);
};

/* A set of attributes, by number up to @max. */
struct spec_set {
	const char *name;
	struct spec_attr *attrs;
	u32 max;
};

/**
 * struct spec_command - a command or an event
 * @name: name in the spec; NULL: no command has this number
 * @set: set of its attributes
 * @admin: needs CAP_NET_ADMIN
 * @event: only the kernel sends it
 * @dump: has a dump
 * @request: allowed attributes of a request, a bit each
 * @reply: attributes of its reply, or of the event
 * @dumped: attributes of the messages of a dump
 */
struct spec_command {
	const char *name;
	const struct spec_set *set;
	bool admin;
	bool event;
	bool dump;
	u64 request;
	u64 reply;
	u64 dumped;
};

extern const struct spec_command spec_commands[];
extern const u32 spec_max_command;
extern const struct spec_set *const spec_sets[];	/* ended by NULL */
extern const int spec_errnos[];				/* ended by 0 */

#endif
