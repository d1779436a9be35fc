// SPDX-License-Identifier: GPL-2.0-only
/* Faults in messages: lengths, nesting, repetition, headers */
#include <string.h>

#include "fuzz.h"

#define ATTRS_MAX	64

/* Finds the start of each attribute, those in nests too. */
static u32 find_attrs(struct message *message, struct nlattr **found)
{
	const u8 *end = message->bytes + message->len;
	const u8 *at = message->bytes + NLMSG_HDRLEN + GENL_HDRLEN;
	struct nlattr *attr;
	u32 nr = 0;

	while (nr < ATTRS_MAX && at < end && (attr = attr_at(at, end))) {
		found[nr++] = attr;
		at = attr->nla_type & NLA_F_NESTED ?
			(const u8 *)attr + NLA_HDRLEN : attr_end(attr);
	}
	return nr;
}

static void spoil_length(struct source *from, struct nlattr *attr)
{
	static const u16 lengths[] = { 0, 1, 3, 4, 5, 8, 0x7fff, 0xffff };

	if (rng_one_in(&from->rng, 3))
		attr->nla_len = lengths[rng_below(&from->rng,
						  ARRAY_SIZE(lengths))];
	else
		attr->nla_len += rng_below(&from->rng, 17) - 8;
}

/* Repeats an attribute at the end, where it may mean another one. */
static void repeat(struct source *from, struct message *message,
		   struct nlattr *attr)
{
	u32 times = rng_one_in(&from->rng, 16) ? 400 : 1;
	u32 left = message->bytes + message->len - (u8 *)attr;

	while (times-- && attr->nla_len >= NLA_HDRLEN && attr->nla_len <= left)
		message_put(message, attr->nla_type, attr_data(attr),
			    attr_payload(attr));
}

static void cut_out(struct message *message, struct nlattr *attr)
{
	u8 *from = (u8 *)attr + NLA_ALIGN(attr->nla_len);
	u8 *end = message->bytes + message->len;

	if (from > end)
		return;
	memmove(attr, from, end - from);
	message->len -= from - (u8 *)attr;
}

static void wrap(struct source *from, struct message *message)
{
	struct nlattr *nest[32];
	u32 depth = 1 + rng_below(&from->rng, ARRAY_SIZE(nest)), i;

	for (i = 0; i < depth; i++)
		nest[i] = message_nest(message, 1 + rng_below(&from->rng, 12));
	while (i--)
		message_nest_end(message, nest[i]);
}

static void spoil_attr(struct source *from, struct message *message)
{
	struct nlattr *attrs[ATTRS_MAX], *attr;
	u32 nr = find_attrs(message, attrs);

	if (!nr) {
		wrap(from, message);
		return;
	}
	attr = attrs[rng_below(&from->rng, nr)];
	switch (rng_below(&from->rng, 8)) {
	case 0:
	case 1:
		spoil_length(from, attr);
		break;
	case 2:
		attr->nla_type = rng_below(&from->rng, 40);
		break;
	case 3:
		attr->nla_type ^= rng_one_in(&from->rng, 2) ?
				  NLA_F_NESTED : NLA_F_NET_BYTEORDER;
		break;
	case 4:
		repeat(from, message, attr);
		break;
	case 5:
		cut_out(message, attr);
		break;
	case 6:
		wrap(from, message);
		break;
	default:
		if (attr->nla_len > NLA_HDRLEN &&
		    attr_end(attr) <= message->bytes + message->len)
			((u8 *)attr)[NLA_HDRLEN +
				     rng_below(&from->rng, attr_payload(attr))] ^=
				1 << rng_below(&from->rng, 8);
	}
}

static void spoil_head(struct source *from, struct message *message)
{
	struct nlmsghdr *head = (struct nlmsghdr *)message->bytes;
	struct genlmsghdr *generic = NLMSG_DATA(head);

	switch (rng_below(&from->rng, 8)) {
	case 0:
		generic->cmd = rng_next(&from->rng);
		break;
	case 1:
		generic->version = rng_next(&from->rng);
		break;
	case 2:
		generic->reserved = rng_next(&from->rng);
		break;
	case 3:
		head->nlmsg_flags ^= 1 << rng_below(&from->rng, 16);
		break;
	case 4:
		/* no type of another family */
		head->nlmsg_type = rng_one_in(&from->rng, 2) ?
				   rng_below(&from->rng, NLMSG_MIN_TYPE) :
				   GENL_MAX_ID + 1 + rng_below(&from->rng, 200);
		break;
	case 5:
		head->nlmsg_pid = rng_next(&from->rng);
		break;
	default:
		head->nlmsg_len += rng_below(&from->rng, 41) - 20;
	}
}

static void spoil_end(struct source *from, struct message *message)
{
	if (rng_one_in(&from->rng, 2)) {
		/* to the middle of an attribute or of a header */
		message->len = rng_below(&from->rng, message->len + 1);
		return;
	}
	if (message->len + 64 > MESSAGE_MAX)
		return;
	memset(message->bytes + message->len, rng_next(&from->rng), 16);
	message->len += 1 + rng_below(&from->rng, 16);
}

/* Puts a fault into a valid message. */
void spoil(struct source *from, struct message *message)
{
	u32 times = 1 + rng_below(&from->rng, 3);
	bool head_right = !rng_one_in(&from->rng, 4);

	message->sound = false;
	while (times-- && message->len >= NLMSG_HDRLEN + GENL_HDRLEN) {
		switch (rng_below(&from->rng, 8)) {
		case 0:
			spoil_head(from, message);
			break;
		case 1:
			spoil_end(from, message);
			break;
		default:
			spoil_attr(from, message);
		}
	}
	/* Mostly the length fits, so that the kernel parses the rest. */
	if (head_right && message->len >= NLMSG_HDRLEN)
		message_end(message);
}

void build_garbage(struct source *from, struct message *message)
{
	u32 i, len = rng_below(&from->rng, 200);

	message_begin(message, 1 + rng_below(&from->rng, spec_max_command), 0);
	message->sound = false;
	for (i = 0; i < len; i++)
		message->bytes[message->len + i] = rng_next(&from->rng);
	message->len += len;
	message_end(message);
}
