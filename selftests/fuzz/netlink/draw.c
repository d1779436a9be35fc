// SPDX-License-Identifier: GPL-2.0-only
/*
 * Draws values of attributes: most are meaningful after the earlier messages,
 * and some are extremes of their type.
 */
#include <arpa/inet.h>
#include <string.h>

#include "fuzz.h"

#define LIMITS_MAX	32

static struct {
	const char *name;
	u64 value;
} limits[LIMITS_MAX];
static u32 nr_limits;

/* A limit of the kernel: nearby values are good tests. */
void draw_limit(const char *name, u64 value)
{
	if (nr_limits == LIMITS_MAX)
		return;
	limits[nr_limits].name = strdup(name);
	limits[nr_limits++].value = value;
}

static u64 boundary(struct source *from)
{
	static const u64 ends[] = {
		0, 1, 2, 0x7f, 0xff, 0xffff, 0x10000, 0x7fffffff, 0x80000000,
		0xfffffffe, 0xffffffff, 1ull << 32, (1ull << 32) + 1,
		~0ull >> 1, ~0ull,
	};
	u32 n = rng_below(&from->rng, ARRAY_SIZE(ends) + nr_limits);

	if (n < ARRAY_SIZE(ends))
		return ends[n];
	return limits[n - ARRAY_SIZE(ends)].value - 1 + rng_below(&from->rng, 3);
}

static bool wild(struct source *from)
{
	return rng_one_in(&from->rng, from->wild);
}

/*
 * Only for little-endian machines: the first bytes are those of the smaller
 * type.
 */
static void put_number(struct message *to, u16 type, enum spec_type kind,
		       u64 value)
{
	static const u8 sizes[] = {
		[SPEC_U8] = 1, [SPEC_U16] = 2, [SPEC_U32] = 4, [SPEC_S32] = 4,
		[SPEC_U64] = 8,
	};

	message_put(to, type, &value, sizes[kind]);
}

static void put_string(struct message *to, u16 type, const char *text)
{
	message_put(to, type, text, strlen(text) + 1);
}

/* Invalid names, and names of maximum length. */
static void wild_string(struct source *from, struct message *to, u16 type)
{
	static const char *const texts[] = {
		"", "-", "-n1", "a b", "{}", "n1\n", "\x7f", "\xff\xfe", "..",
		"a/b", "%s%n", "\"", "'", "\\",
	};
	u32 n = rng_below(&from->rng, ARRAY_SIZE(texts) + 4);
	char lengthy[4100];
	u32 len;

	if (n < ARRAY_SIZE(texts)) {
		put_string(to, type, texts[n]);
		return;
	}
	len = n == ARRAY_SIZE(texts) ? 4096 : 62 + rng_below(&from->rng, 40);
	memset(lengthy, 'a' + rng_below(&from->rng, 26), len);
	lengthy[len] = '\0';
	put_string(to, type, lengthy);
}

static void draw_ring(struct source *from, struct message *to, u16 type)
{
	static const char *const rings[] = { "r0", "r1", "r2", "r3" };

	if (from->ring >= 0)
		put_string(to, type, rings[from->ring % ARRAY_SIZE(rings)]);
	else if (wild(from))
		wild_string(from, to, type);
	else
		put_string(to, type,
			   rings[rng_below(&from->rng, ARRAY_SIZE(rings))]);
}

static void draw_ring_name(struct source *from, struct message *to, u16 type)
{
	if (from->ring < 0 && rng_one_in(&from->rng, 12))
		put_string(to, type, HUGE_RING);
	else
		draw_ring(from, to, type);
}

static void draw_node(struct source *from, struct message *to, u16 type)
{
	char name[8];

	if (wild(from)) {
		wild_string(from, to, type);
		return;
	}
	snprintf(name, sizeof(name), "n%u", rng_below(&from->rng, 10));
	put_string(to, type, name);
}

static void draw_limit_name(struct source *from, struct message *to, u16 type)
{
	if (wild(from) || !nr_limits)
		wild_string(from, to, type);
	else
		put_string(to, type,
			   limits[rng_below(&from->rng, nr_limits)].name);
}

static void draw_text(struct source *from, struct message *to, u16 type)
{
	if (wild(from))
		wild_string(from, to, type);
	else
		put_string(to, type, rng_one_in(&from->rng, 2) ? "fuzz" : "why");
}

static void draw_seed(struct source *from, struct message *to, u16 type)
{
	static const char seeds[2][16] = { "seed one is this", "and another seed" };

	message_put(to, type, seeds[rng_below(&from->rng, 2)], 16);
}

static void draw_positions(struct source *from, struct message *to, u16 type)
{
	static const u32 many[] = { 0, 1, 14999, 15000, 15001, 16000, 16001 };
	static const u32 words[16010];
	const u32 *at;
	u32 local[32], n = rng_below(&from->rng, 12), i;

	/* The maximum number takes time: it is rare. */
	if (wild(from) && rng_one_in(&from->rng, 8)) {
		n = many[rng_below(&from->rng, ARRAY_SIZE(many))];
		at = words;
	} else {
		for (i = 0; i < n; i++)
			local[i] = rng_next(&from->rng) >>
				   (rng_one_in(&from->rng, 64) ? 60 : 32);
		at = local;
	}
	message_put(to, type, at, n * sizeof(u32));
}

static void draw_cells(struct source *from, struct message *to, u16 type)
{
	u32 runs[16], n = rng_below(&from->rng, 8), i;

	for (i = 0; i < n; i++) {
		runs[2 * i] = wild(from) ? boundary(from) :
					   rng_below(&from->rng, 1024);
		runs[2 * i + 1] = wild(from) ? boundary(from) :
					       1 + rng_below(&from->rng, 64);
	}
	message_put(to, type, runs, 2 * n * sizeof(u32));
}

static void draw_key(struct source *from, struct message *to, u16 type)
{
	static const char key[4100];
	u32 len = wild(from) ? 4090 + rng_below(&from->rng, 10) :
			       rng_below(&from->rng, 40);

	message_put(to, type, key, len);
}

/*
 * 10.7.0.0/16 is routed to lo, see session.c; other addresses have no route, or
 * are local.
 */
static void draw_addr4(struct source *from, struct message *to, u16 type)
{
	static const u32 addrs[] = {
		0x0a070001, 0x0a070002, 0x0a070003, 0x7f000001, 0x7f000002,
		0xc0000201, 0, 0xffffffff, 0xe0000001,
	};
	u32 addr = htonl(addrs[rng_below(&from->rng, wild(from) ? 9 : 6)]);

	message_put(to, type, &addr, sizeof(addr));
}

static void draw_addr6(struct source *from, struct message *to, u16 type)
{
	static const char *const addrs[] = {
		"::1", "2001:db8::1", "fd00::7", "::", "ff02::1",
		"::ffff:10.7.0.1",
	};
	struct in6_addr addr;

	inet_pton(AF_INET6, addrs[rng_below(&from->rng, wild(from) ? 6 : 3)],
		  &addr);
	message_put(to, type, &addr, sizeof(addr));
}

static void draw_generation(struct source *from, struct message *to, u16 type)
{
	put_number(to, type, SPEC_U64, wild(from) ? boundary(from) :
		   from->generation - rng_below(&from->rng, 3));
}

static void draw_epoch(struct source *from, struct message *to, u16 type)
{
	put_number(to, type, SPEC_U64, wild(from) ? boundary(from) :
		   from->epoch);
}

static void draw_attachment(struct source *from, struct message *to, u16 type)
{
	put_number(to, type, SPEC_U32, wild(from) ? boundary(from) :
		   from->attach - rng_below(&from->rng, 2));
}

/* A frontier on the border of a cell of the coarsest grid. */
static void draw_frontier(struct source *from, struct message *to, u16 type)
{
	put_number(to, type, SPEC_U64, wild(from) ? boundary(from) :
		   (u64)rng_below(&from->rng, 1025) << 22);
}

static void draw_share(struct source *from, struct message *to, u16 type)
{
	put_number(to, type, SPEC_U64, wild(from) ? boundary(from) :
		   rng_next(&from->rng) >> (32 + rng_below(&from->rng, 4)));
}

static void draw_grid(struct source *from, struct message *to, u16 type)
{
	put_number(to, type, SPEC_U32, wild(from) ? boundary(from) :
		   1024u << rng_below(&from->rng, 3));
}

static void draw_mark(struct source *from, struct message *to, u16 type)
{
	put_number(to, type, SPEC_U32, wild(from) ? boundary(from) :
		   0x100u << rng_below(&from->rng, 3));
}

static void draw_mark_mask(struct source *from, struct message *to, u16 type)
{
	put_number(to, type, SPEC_U32, wild(from) ? boundary(from) : 0xf00);
}

static void draw_node_mask(struct source *from, struct message *to, u16 type)
{
	static const u32 masks[] = { 0xff0000, 0x3f000, 0, 0x70000 };

	put_number(to, type, SPEC_U32, wild(from) ? boundary(from) :
		   masks[rng_below(&from->rng, ARRAY_SIZE(masks))]);
}

/*
 * Functions by the attribute's name, for attributes that the table does not
 * limit.
 */
static const struct {
	const char *set;	/* NULL: any set */
	const char *attr;
	void (*draw)(struct source *from, struct message *to, u16 type);
} draws[] = {
	{ "ring", "name", draw_ring_name },
	{ "limit", "name", draw_limit_name },
	{ NULL, "ring", draw_ring },
	{ NULL, "name", draw_node },
	{ NULL, "new-name", draw_node },
	{ NULL, "cut", draw_node },
	{ NULL, "seat", draw_node },
	{ NULL, "holder", draw_text },
	{ NULL, "reason", draw_text },
	{ NULL, "seed", draw_seed },
	{ "op", "points", draw_positions },
	{ "op", "cells", draw_cells },
	{ NULL, "positions", draw_positions },
	{ NULL, "key", draw_key },
	{ NULL, "via4", draw_addr4 },
	{ NULL, "saddr4", draw_addr4 },
	{ NULL, "daddr4", draw_addr4 },
	{ NULL, "via6", draw_addr6 },
	{ NULL, "saddr6", draw_addr6 },
	{ NULL, "daddr6", draw_addr6 },
	{ NULL, "generation", draw_generation },
	{ NULL, "expect-generation", draw_generation },
	{ NULL, "expect-epoch", draw_epoch },
	{ "attach", "id", draw_attachment },
	{ "migration", "position", draw_frontier },
	{ NULL, "step-share", draw_share },
	{ NULL, "max-moved", draw_share },
	{ NULL, "grid", draw_grid },
	{ NULL, "mark", draw_mark },
	{ NULL, "mark-mask", draw_mark_mask },
	{ NULL, "node-mask", draw_node_mask },
};

/* Meaningful numbers. */
static const struct {
	const char *attr;
	u32 least;
	u32 most;
} numbers[] = {
	{ "points", 1, 8 }, { "per", 1, 3 }, { "id", 1, 40 },
	{ "weight", 1, 5 }, { "step-arcs", 1, 4 }, { "step-flows", 1, 4 },
	{ "max-flows", 0, 20 }, { "deadline", 1, 300 }, { "quiet", 0, 30 },
	{ "max-entries", 1, 200 }, { "tcp-timeout", 1, 2000 },
	{ "syn-timeout", 1, 500 }, { "fin-timeout", 1, 500 },
	{ "udp-timeout", 1, 1000 }, { "udp-grace", 0, 500 },
	{ "priority", 0, 100 }, { "sport", 1, 64 }, { "dport", 1, 64 },
};

static u64 draw_number(struct source *from, const struct spec_attr *attr)
{
	u32 i;

	if (wild(from))
		return attr->values && rng_one_in(&from->rng, 2) ?
			attr->values : boundary(from);
	if (attr->values)
		return rng_below(&from->rng, attr->values);
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		if (!strcmp(numbers[i].attr, attr->name))
			return numbers[i].least +
			       rng_below(&from->rng, numbers[i].most -
						     numbers[i].least + 1);
	return rng_next(&from->rng);
}

static void draw_bytes(struct source *from, struct message *to, u16 type,
		       u32 len)
{
	u8 bytes[64];
	u32 i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = rng_next(&from->rng);
	message_put(to, type, bytes, len < sizeof(bytes) ? len : sizeof(bytes));
}

void draw_init(void)
{
	const struct spec_set *const *set;
	u32 type, i;

	for (set = spec_sets; *set; set++) {
		for (type = 1; type <= (*set)->max; type++) {
			struct spec_attr *attr = &(*set)->attrs[type];

			for (i = 0; attr->name && i < ARRAY_SIZE(draws); i++) {
				if ((draws[i].set &&
				     strcmp(draws[i].set, (*set)->name)) ||
				    strcmp(draws[i].attr, attr->name))
					continue;
				attr->draw = draws[i].draw;
				break;
			}
		}
	}
}

void draw_attr(struct source *from, struct message *to,
	       const struct spec_set *set, u16 type)
{
	const struct spec_attr *attr = &set->attrs[type];
	struct nlattr *nest;
	u64 which;

	if (attr->draw) {
		attr->draw(from, to, type);
		return;
	}
	switch (attr->type) {
	case SPEC_NONE:
		break;
	case SPEC_PAD:
	case SPEC_FLAG:
		message_put(to, type, NULL, 0);
		break;
	case SPEC_STRING:
		draw_text(from, to, type);
		break;
	case SPEC_BINARY:
		draw_bytes(from, to, type, attr->exact ? attr->exact :
			   4 * rng_below(&from->rng, 8));
		break;
	case SPEC_NEST:
		which = rng_next(&from->rng);
		if (rng_one_in(&from->rng, 2))
			which |= rng_next(&from->rng);
		nest = message_nest(to, type);
		draw_set(from, to, attr->nest, which);
		message_nest_end(to, nest);
		break;
	default:
		put_number(to, type, attr->type, draw_number(from, attr));
	}
}

/* Draws the attributes of @which, each once, or more often if allowed. */
void draw_set(struct source *from, struct message *to,
	      const struct spec_set *set, u64 which)
{
	u32 type, times;

	for (type = 1; type <= set->max; type++) {
		if (!(which >> type & 1))
			continue;
		times = set->attrs[type].many ? 1 + rng_below(&from->rng, 4) : 1;
		while (times--)
			draw_attr(from, to, set, type);
	}
}
