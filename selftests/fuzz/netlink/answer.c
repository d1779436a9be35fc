// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compares answers and events with the table: only specified attributes,
 * complete, terminated and padded; refusals with an errno and a text.
 */
#include <string.h>

#include "fuzz.h"

/* The message under check, and its fault. */
struct check {
	const char *wrong;
	const char *where;
	bool secrets;		/* the sender may see the seed */
};

static bool all_zero(const u8 *at, const u8 *end)
{
	while (at < end)
		if (*at++)
			return false;
	return true;
}

static const char *value_wrong(const struct spec_attr *spec,
			       const struct nlattr *attr)
{
	static const u8 sizes[] = {
		[SPEC_U8] = 1, [SPEC_U16] = 2, [SPEC_U32] = 4, [SPEC_S32] = 4,
		[SPEC_U64] = 8,
	};
	const char *data = attr_data(attr);
	u32 len = attr_payload(attr), value;

	switch (spec->type) {
	case SPEC_PAD:
	case SPEC_FLAG:
		return len ? "is not empty" : NULL;
	case SPEC_STRING:
		if (!len || data[len - 1])
			return "does not end in NUL";
		return strlen(data) != len - 1 ? "has a NUL inside" : NULL;
	case SPEC_BINARY:
		if (spec->exact && len != spec->exact)
			return "has another length";
		return spec->packed && len % sizeof(u32) ?
			"is not of whole words" : NULL;
	case SPEC_NONE:
	case SPEC_NEST:
		return NULL;
	default:
		if (len != sizes[spec->type])
			return "has another length";
		if (!spec->values)
			return NULL;
		memcpy(&value, data, sizeof(value));
		return value >= spec->values ? "is no value of its enum" : NULL;
	}
}

static bool attrs_right(struct check *check, const struct spec_set *set,
			u64 allowed, const u8 *at, const u8 *end)
{
	u64 seen = 0;

	while (at < end) {
		const struct nlattr *attr = attr_at(at, end);
		const struct spec_attr *spec;
		u16 type;

		check->where = set->name;
		check->wrong = "does not end with an attribute";
		if (!attr)
			return false;
		type = attr_type(attr);
		check->wrong = "has an attribute that it does not know";
		if (!type || type > set->max || !set->attrs[type].name)
			return false;
		spec = &set->attrs[type];
		check->where = spec->name;
		check->wrong = "is not told here";
		if (!(allowed >> type & 1) && spec->type != SPEC_PAD)
			return false;
		check->wrong = "is there twice";
		if ((seen >> type & 1) && !spec->many && spec->type != SPEC_PAD)
			return false;
		seen |= 1ull << type;
		check->wrong = "is told to who may not know it";
		if (!check->secrets && !strcmp(spec->name, "seed"))
			return false;
		check->wrong = "has flags that it should not";
		if (attr->nla_type !=
		    (type | (spec->type == SPEC_NEST ? NLA_F_NESTED : 0)))
			return false;
		check->wrong = "is padded with something";
		if (attr_end(attr) > end ||
		    !all_zero(at + attr->nla_len, attr_end(attr)))
			return false;
		check->wrong = value_wrong(spec, attr);
		if (check->wrong)
			return false;
		if (spec->type == SPEC_NEST &&
		    !attrs_right(check, spec->nest, ~0ull, attr_data(attr),
				 attr_end(attr)))
			return false;
		at = attr_end(attr);
	}
	return true;
}

static struct asked *find_asked(struct hearing *hearing, u32 seq)
{
	struct asked *asked = &hearing->asked[seq % ASKED];

	return asked->seq == seq ? asked : NULL;
}

/* Keeps values for later messages. */
static void learn(struct source *source, const struct spec_set *set,
		  const u8 *at, const u8 *end)
{
	const struct nlattr *attr;

	for (; at < end && (attr = attr_at(at, end)); at = attr_end(attr)) {
		const char *name = set->attrs[attr_type(attr)].name;

		if (!strcmp(name, "generation"))
			memcpy(&source->generation, attr_data(attr), 8);
		else if (!strcmp(name, "epoch"))
			memcpy(&source->epoch, attr_data(attr), 8);
		else if (!strcmp(name, "id") && !strcmp(set->name, "attach"))
			memcpy(&source->attach, attr_data(attr), 4);
		else if (!strcmp(name, "receipt"))
			learn(source, set->attrs[attr_type(attr)].nest,
			      attr_data(attr), attr_end(attr));
	}
}

static void check_told(struct stream *stream, struct hearing *hearing,
		       const struct nlmsghdr *head)
{
	const struct genlmsghdr *generic = NLMSG_DATA(head);
	const u8 *at = (const u8 *)generic + GENL_HDRLEN;
	const u8 *end = (const u8 *)head + head->nlmsg_len;
	const struct spec_command *command = message_command(head);
	bool event = hearing == &stream->listener;
	struct check check = { .secrets = stream->privileged && !event };
	struct asked *asked = find_asked(hearing, head->nlmsg_seq);

	count(event ? &totals->events : &totals->heard);
	if (!command || command->event != event ||
	    generic->version != HASHRING_FAMILY_VERSION || generic->reserved ||
	    (asked && asked->command != command && !event) ||
	    (event && (head->nlmsg_pid || head->nlmsg_seq)) ||
	    (!event && head->nlmsg_pid != hearing->port)) {
		violation(stream, head, head->nlmsg_len,
			  "a message that answers nothing");
		return;
	}
	if (!attrs_right(&check, command->set,
			 head->nlmsg_flags & NLM_F_MULTI ? command->dumped :
							   command->reply,
			 at, end)) {
		violation(stream, head, head->nlmsg_len, "%s: %s %s",
			  command->name, check.where, check.wrong);
		return;
	}
	if (!event && command->admin && !stream->privileged)
		violation(stream, head, head->nlmsg_len,
			  "%s was done for who may not do it", command->name);
	learn(&stream->source, command->set, at, end);
}

static bool errno_allowed(const struct asked *asked, int error)
{
	const int *allowed;

	/* A fault of the socket, which does not read. */
	if (asked->crowded && (error == ENOBUFS || error == EAGAIN))
		return true;
	for (allowed = spec_errnos; *allowed; allowed++)
		if (*allowed == error)
			return true;
	return false;
}

/* Checks the text and the offset of a refusal, if present. */
static const char *reason_wrong(const struct asked *asked, int error,
				const u8 *at, const u8 *end, bool told)
{
	bool text = false;
	u32 offset;

	while (told && at < end) {
		const struct nlattr *attr = attr_at(at, end);

		if (!attr || attr_end(attr) > end ||
		    !all_zero(at + attr->nla_len, attr_end(attr)))
			return "its reason is malformed";
		if (attr_type(attr) == NLMSGERR_ATTR_MSG) {
			const char *said = attr_data(attr);
			u32 len = attr_payload(attr);

			if (len < 2 || said[len - 1] ||
			    strlen(said) != len - 1)
				return "its text is not one";
			text = true;
		} else if (attr_type(attr) == NLMSGERR_ATTR_OFFS) {
			memcpy(&offset, attr_data(attr), sizeof(offset));
			if (asked->sound && (offset >= asked->len || offset % 4))
				return "its offset is outside";
		}
		at = attr_end(attr);
	}
	/* netlink itself has no text for these: no permission, no operation, a
	 * socket with a dump under way
	 */
	if (!text && asked->sound && error != EPERM && error != EOPNOTSUPP &&
	    error != ENOBUFS && !(error == EBUSY && asked->dump))
		return "it has no text";
	return NULL;
}

static void check_end(struct stream *stream, struct hearing *hearing,
		      const struct nlmsghdr *head)
{
	const int *code = NLMSG_DATA(head);
	struct asked *asked = find_asked(hearing, head->nlmsg_seq);
	const struct spec_command *command;
	bool done = head->nlmsg_type == NLMSG_DONE;
	u32 fixed = NLMSG_HDRLEN + (done ? sizeof(int) : sizeof(struct nlmsgerr));
	const char *wrong;
	u32 number;

	count(&totals->heard);
	if (head->nlmsg_len < fixed || *code > 0) {
		violation(stream, head, head->nlmsg_len, "an end without an errno");
		return;
	}
	if (!asked || !asked->command || !asked->request)
		return;
	command = asked->command;
	number = command - spec_commands;
	if (!*code) {
		count(done ? &totals->dumped[number] : &totals->accepted[number]);
		if (command->admin && !stream->privileged)
			violation(stream, head, head->nlmsg_len,
				  "%s was done for who may not do it",
				  command->name);
		return;
	}
	count(&totals->refused[number]);
	count(&totals->errors[-*code % ERRORS_MAX]);
	if (!errno_allowed(asked, -*code) || (*code == -EPERM && stream->privileged)) {
		violation(stream, head, head->nlmsg_len,
			  "%s is refused with %s, which nobody speaks of",
			  command->name, strerror(-*code));
		return;
	}
	wrong = reason_wrong(asked, -*code, (const u8 *)head + fixed,
			     (const u8 *)head + head->nlmsg_len,
			     head->nlmsg_flags & NLM_F_ACK_TLVS);
	if (wrong)
		violation(stream, head, head->nlmsg_len,
			  "%s is refused with %s, but %s", command->name,
			  strerror(-*code), wrong);
}

void answer_check(struct stream *stream, struct hearing *hearing,
		  const struct nlmsghdr *head)
{
	if (head->nlmsg_flags & NLM_F_DUMP_INTR)
		count(&totals->interrupted);
	if (head->nlmsg_type == NLMSG_ERROR || head->nlmsg_type == NLMSG_DONE)
		check_end(stream, hearing, head);
	else if (head->nlmsg_type == family)
		check_told(stream, hearing, head);
}
