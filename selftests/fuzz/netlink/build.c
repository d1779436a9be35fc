// SPDX-License-Identifier: GPL-2.0-only
/* Valid messages by the spec, with any values */
#include <string.h>

#include "fuzz.h"

/*
 * For rings that changes may name: larger rings make a run slow, not thorough.
 */
#define TAME_POINTS	16
#define TAME_GRID	16384
#define TAME_ENTRIES	4096

u16 family;
u32 events;

static void *grow(struct message *message, u32 len)
{
	void *at = message->bytes + message->len;

	if (message->len + NLMSG_ALIGN(len) > MESSAGE_MAX)
		die("a message grows too long");
	memset(at, 0, NLMSG_ALIGN(len));
	message->len += NLMSG_ALIGN(len);
	return at;
}

void message_begin(struct message *message, u8 command, u16 flags)
{
	struct nlmsghdr *head;
	struct genlmsghdr *generic;

	message->len = 0;
	message->sound = true;
	head = grow(message, NLMSG_HDRLEN);
	head->nlmsg_type = family;
	head->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	generic = grow(message, GENL_HDRLEN);
	generic->cmd = command;
	generic->version = HASHRING_FAMILY_VERSION;
}

/* Appends an attribute, if there is room. */
void message_put(struct message *message, u16 type, const void *data, u32 len)
{
	struct nlattr *attr;

	if (message->len + NLA_HDRLEN + NLA_ALIGN(len) > MESSAGE_MAX ||
	    NLA_HDRLEN + len > 0xffff)
		return;
	attr = grow(message, NLA_HDRLEN + len);
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	if (len)
		memcpy((u8 *)attr + NLA_HDRLEN, data, len);
}

struct nlattr *message_nest(struct message *message, u16 type)
{
	struct nlattr *attr = grow(message, NLA_HDRLEN);

	attr->nla_type = type | NLA_F_NESTED;
	return attr;
}

void message_nest_end(struct message *message, struct nlattr *nest)
{
	u32 len = message->bytes + message->len - (u8 *)nest;

	if (len > 0xffff) {
		message->len -= len;
		return;
	}
	nest->nla_len = len;
}

void message_end(struct message *message)
{
	((struct nlmsghdr *)message->bytes)->nlmsg_len = message->len;
}

/*
 * Selects some allowed attributes of a command, and sometimes a disallowed one.
 */
static u64 choose(struct source *from, const struct spec_command *command)
{
	u64 which = command->request;

	if (!rng_one_in(&from->rng, 3))
		which &= rng_next(&from->rng) | rng_next(&from->rng);
	if (rng_one_in(&from->rng, 8))
		which |= 1ull << (1 + rng_below(&from->rng, command->set->max));
	return which;
}

void build_typed(struct source *from, struct message *message)
{
	const struct spec_command *command;
	u16 flags = 0;
	u32 number;

	do {
		number = 1 + rng_below(&from->rng, spec_max_command);
		command = &spec_commands[number];
		/*
		 * removals are rare, because many later requests would be
		 * refused
		 */
	} while (command->event || (number == HASHRING_CMD_RING_DEL &&
				    !rng_one_in(&from->rng, 4)));
	if (command->dump ? rng_one_in(&from->rng, 2) :
			    rng_one_in(&from->rng, 64))
		flags |= NLM_F_DUMP;
	message_begin(message, number, flags);
	draw_set(from, message, command->set, choose(from, command));
	message_end(message);
}

const struct spec_command *message_command(const struct nlmsghdr *head)
{
	const struct genlmsghdr *generic = NLMSG_DATA(head);

	if (head->nlmsg_type != family ||
	    head->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN ||
	    generic->cmd > spec_max_command ||
	    !spec_commands[generic->cmd].name)
		return NULL;
	return &spec_commands[generic->cmd];
}

bool message_is_dump(const struct nlmsghdr *head)
{
	return (head->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
}

static void tame(struct nlattr *attr, u32 most)
{
	u32 value;

	if (attr_payload(attr) < sizeof(value))
		return;
	memcpy(&value, attr_data(attr), sizeof(value));
	if (value > most && value <= 1 << 24)
		memcpy((u8 *)attr + NLA_HDRLEN, &most, sizeof(most));
}

/* Limits a message, even a broken one: no ring that changes name is huge. */
void message_tame(struct message *message)
{
	const struct nlmsghdr *head = (struct nlmsghdr *)message->bytes;
	const struct spec_command *command;
	const u8 *end = message->bytes + message->len;
	struct nlattr *attr;
	const u8 *at;
	bool huge = false;

	if (message->len < NLMSG_HDRLEN + GENL_HDRLEN)
		return;
	command = message_command(head);
	if (!command || strcmp(command->set->name, "ring"))
		return;
	at = message->bytes + NLMSG_HDRLEN + GENL_HDRLEN;
	for (; at < end && (attr = attr_at(at, end)); at = attr_end(attr))
		if (attr_type(attr) == HASHRING_A_RING_NAME)
			huge = attr_payload(attr) == sizeof(HUGE_RING) &&
			       !memcmp(attr_data(attr), HUGE_RING,
				       sizeof(HUGE_RING));
	if (huge)
		return;
	at = message->bytes + NLMSG_HDRLEN + GENL_HDRLEN;
	for (; at < end && (attr = attr_at(at, end)); at = attr_end(attr)) {
		if (attr_type(attr) == HASHRING_A_RING_POINTS)
			tame(attr, TAME_POINTS);
		else if (attr_type(attr) == HASHRING_A_RING_GRID)
			tame(attr, TAME_GRID);
		else if (attr_type(attr) == HASHRING_A_RING_MAX_ENTRIES)
			tame(attr, TAME_ENTRIES);
	}
}
