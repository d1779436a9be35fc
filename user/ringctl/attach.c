// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl attach: which packets a ring steers.
 */
#include "cli/print/output.h"
#include "ringctl/ringctl.h"

enum {
	ADD_RING,
	ADD_HOOK,
	ADD_PRIORITY,
	ADD_FWMARK,
	ADD_SET,
	ADD_KEY,
	ADD_NONE,
	ADD_MODE,
};

static const struct arg add_args[] = {
	[ADD_RING] = { ARG_RING, .meta = "RING", .required = true },
	[ADD_HOOK] = { ARG_ENUM, "hook", .meta = "HOOK", .required = true,
		       .names = hashring_hook_name },
	[ADD_PRIORITY] = { ARG_SIGNED, "priority", .meta = "N",
			   .min = INT32_MAX, .max = INT32_MAX },
	[ADD_FWMARK] = { ARG_MARK, "fwmark", .meta = "V/M", .required = true },
	[ADD_SET] = { ARG_NUMBER, "set", .meta = "MASK" },
	[ADD_KEY] = { ARG_ENUM, "key", .meta = "POLICY", .required = true,
		      .names = hashring_key_policy_name },
	[ADD_NONE] = { ARG_ENUM, "none", .meta = "POLICY",
		       .names = hashring_none_policy_name },
	[ADD_MODE] = { ARG_ENUM, "mode", .meta = "MODE",
		       .names = hashring_attach_mode_name },
	{ }
};

enum { DEL_RING, DEL_ID };

static const struct arg del_args[] = {
	[DEL_RING] = { ARG_RING, .meta = "RING", .required = true },
	[DEL_ID] = { ARG_NUMBER, "id", .meta = "N" },
	{ }
};

enum { SHOW_RING };

static const struct arg show_args[] = {
	[SHOW_RING] = { ARG_RING, .meta = "RING" },
	{ }
};

enum { REPLACE_RING, REPLACE_BY, REPLACE_ID };

static const struct arg replace_args[] = {
	[REPLACE_RING] = { ARG_RING, .meta = "RING", .required = true },
	[REPLACE_BY] = { ARG_RING, .meta = "RING2", .required = true },
	[REPLACE_ID] = { ARG_NUMBER, "id", .meta = "N" },
	{ }
};

static void print_one(const struct hashring_attach *attach)
{
	if (opt.json) {
		json_list_item(attach_to_json(attach));
		return;
	}
	printf("%u %s ", attach->id, attach->ring);
	print_attach(stdout, attach);
	putchar('\n');
	if (!opt.stats)
		return;
	putchar(' ');
	print_attach_stats(stdout, attach);
	putchar('\n');
}

static int attach_show(struct args *a)
{
	const char *ring = a->v[SHOW_RING].text;
	struct hashring_ring info;
	struct attach_list list;
	int status;
	size_t i;
	int err;

	status = attach_load(&list, ring);
	if (status)
		goto out;
	if (ring && !list.nr) {
		/* A ring without attachments is not a missing ring. */
		err = hashring_ring_get(conn(), ring, &info);
		if (err) {
			status = refused(err);
			goto out;
		}
	}
	if (opt.json)
		json_list_begin();
	for (i = 0; i < list.nr; i++)
		print_one(&list.attach[i]);
	if (opt.json)
		json_list_end();
out:
	attach_release(&list);
	return status;
}

/* The output of a command that made or changed an attachment. */
static void print_made(const struct hashring_attach *attach)
{
	if (opt.json) {
		json_print(attach_to_json(attach));
		return;
	}
	printf("%u %s ", attach->id, attach->ring);
	print_attach(stdout, attach);
	putchar('\n');
}

static int attach_add(struct args *a)
{
	struct hashring_attach config = {
		.hook = a->v[ADD_HOOK].num,
		.priority = a->v[ADD_PRIORITY].num,
		.mark = a->v[ADD_FWMARK].num,
		.mark_mask = a->v[ADD_FWMARK].num2,
		.node_mask = a->v[ADD_SET].num,
		.key_policy = a->v[ADD_KEY].num,
		.none_policy = a->v[ADD_NONE].num,
		.mode = a->v[ADD_MODE].num,
	};
	struct hashring *h = conn();
	struct hashring_attach made;
	int err;

	if (!h)
		return EXIT_REFUSED;
	if (a->v[ADD_PRIORITY].given)
		config.has |= HASHRING_ATTACH_PRIORITY;
	if (a->v[ADD_SET].given)
		config.has |= HASHRING_ATTACH_NODE_MASK;
	if (a->v[ADD_NONE].given)
		config.has |= HASHRING_ATTACH_NONE;
	if (a->v[ADD_MODE].given)
		config.has |= HASHRING_ATTACH_MODE;
	err = hashring_attach_add(h, a->v[ADD_RING].text, &config, &made);
	if (err)
		return refused(err);
	print_made(&made);
	return 0;
}

/* The attachment of that id, or the ring's only one. */
static int find_attach(const char *ring, const struct value *id, __u32 *found)
{
	struct attach_list list;
	int status;
	size_t i;

	status = attach_load(&list, ring);
	if (status)
		goto out;
	for (i = 0; i < list.nr; i++)
		if (id->given && list.attach[i].id == id->num)
			break;
	if (id->given && i == list.nr)
		status = fail(EXIT_REFUSED, "%s has no attachment %llu", ring,
			      id->num);
	else if (!list.nr)
		status = fail(EXIT_REFUSED, "%s is not attached", ring);
	else if (!id->given && list.nr > 1)
		status = fail_usage("%s has %zu attachments: which id?", ring,
				    list.nr);
	else
		*found = list.attach[id->given ? i : 0].id;
out:
	attach_release(&list);
	return status;
}

static int attach_del(struct args *a)
{
	int status, err;
	__u32 id = 0;

	status = find_attach(a->v[DEL_RING].text, &a->v[DEL_ID], &id);
	if (status)
		return status;
	err = hashring_attach_del(conn(), id);
	return err ? refused(err) : 0;
}

static int attach_replace(struct args *a)
{
	struct hashring_attach attach;
	int status, err;
	__u32 id = 0;

	status = find_attach(a->v[REPLACE_RING].text, &a->v[REPLACE_ID], &id);
	if (status)
		return status;
	err = hashring_attach_replace(conn(), id, a->v[REPLACE_BY].text,
				      &attach);
	if (err)
		return refused(err);
	print_made(&attach);
	return 0;
}

static const struct command commands[] = {
	{ "show", "list", "show the attachments of a ring, or all", show_args,
	  attach_show },
	{ "add", NULL, "steer packets by a ring", add_args, attach_add },
	{ "del", "delete", "remove an attachment", del_args, attach_del },
	{ "replace", NULL, "steer by another ring from the next packet on",
	  replace_args, attach_replace },
	{ }
};

const struct noun noun_attach = {
	.name = "attach",
	.help = "packets that a ring steers",
	.commands = commands,
};
