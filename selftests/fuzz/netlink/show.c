// SPDX-License-Identifier: GPL-2.0-only
/* Prints messages, even broken ones */
#include <ctype.h>
#include <string.h>

#include "fuzz.h"

#define SHOWN	16	/* bytes of a value */

static void show_value(FILE *to, const struct spec_attr *spec,
		       const struct nlattr *attr)
{
	const u8 *data = attr_data(attr);
	u32 len = attr_payload(attr), i;
	u64 value = 0;

	switch (spec ? spec->type : SPEC_NONE) {
	case SPEC_U8:
	case SPEC_U16:
	case SPEC_U32:
	case SPEC_S32:
	case SPEC_U64:
		memcpy(&value, data, len < sizeof(value) ? len : sizeof(value));
		fprintf(to, "%llu", value);
		break;
	case SPEC_STRING:
		fputc('"', to);
		for (i = 0; i < len && i < 2 * SHOWN; i++)
			if (i < len - 1 || data[i])
				fprintf(to, isprint(data[i]) ? "%c" : "\\x%02x",
					data[i]);
		fputc('"', to);
		break;
	default:
		for (i = 0; i < len && i < SHOWN; i++)
			fprintf(to, "%02x", data[i]);
	}
	if (spec && spec->type >= SPEC_STRING && len > SHOWN)
		fprintf(to, "... of %u bytes", len);
}

static void show_attrs(FILE *to, const struct spec_set *set, const u8 *at,
		       const u8 *end)
{
	const struct nlattr *attr;

	for (; at < end && (attr = attr_at(at, end)); at = attr_end(attr)) {
		u16 type = attr_type(attr);
		const struct spec_attr *spec = NULL;

		if (set && type <= set->max && set->attrs[type].name)
			spec = &set->attrs[type];
		if (spec)
			fprintf(to, " %s", spec->name);
		else
			fprintf(to, " #%u", type);
		if (attr->nla_type & NLA_F_NESTED) {
			fputs(" {", to);
			show_attrs(to, spec ? spec->nest : NULL,
				   attr_data(attr),
				   (const u8 *)attr + attr->nla_len);
			fputs(" }", to);
		} else if (attr_payload(attr)) {
			fputc(' ', to);
			show_value(to, spec, attr);
		}
	}
	if (at < end)
		fprintf(to, " and %d bytes that are no attribute",
			(int)(end - at));
}

void show_message(FILE *to, const void *bytes, u32 len)
{
	const struct nlmsghdr *head = bytes;
	const struct genlmsghdr *generic = NLMSG_DATA(head);
	const u8 *end = (const u8 *)bytes + len;

	if (len < NLMSG_HDRLEN + sizeof(int)) {
		fprintf(to, "%u bytes, not even a header\n", len);
		return;
	}
	fprintf(to, "#%u", head->nlmsg_seq);
	if (head->nlmsg_len != len)
		fprintf(to, " length %u of %u", head->nlmsg_len, len);
	if (head->nlmsg_type == NLMSG_ERROR || head->nlmsg_type == NLMSG_DONE) {
		fprintf(to, " end, error %d\n", *(const int *)NLMSG_DATA(head));
		return;
	}
	if (head->nlmsg_type < NLMSG_MIN_TYPE || head->nlmsg_type > GENL_MAX_ID)
		fprintf(to, " type %u", head->nlmsg_type);
	fprintf(to, " flags %#x", head->nlmsg_flags);
	if (generic->cmd <= spec_max_command &&
	    spec_commands[generic->cmd].name) {
		fprintf(to, " %s", spec_commands[generic->cmd].name);
		show_attrs(to, spec_commands[generic->cmd].set,
			   (const u8 *)generic + GENL_HDRLEN, end);
	} else {
		fprintf(to, " command %u", generic->cmd);
		show_attrs(to, NULL, (const u8 *)generic + GENL_HDRLEN, end);
	}
	fputc('\n', to);
}
