// SPDX-License-Identifier: GPL-2.0-only
/*
 * The keys that a plan moves, by the tables before and after it.
 */
#include "plan.h"
#include "cli/keys/keys.h"

struct listing {
	const struct plan *plan;
	const struct key_input *in;
};

static int print_json(const struct listing *l, const struct key_line *line,
		      const char *from, const char *to)
{
	json_t *key = json_stringn(line->text, line->len);
	json_t *o;

	if (!key)
		return fail_usage("line %llu: not UTF-8, which JSON wants",
				  l->in->lines);
	o = json_object();
	json_object_set_new(o, "key", key);
	json_set_u64(o, "position", line->position);
	json_object_set_new(o, "from", from ? json_string(from) : json_null());
	json_object_set_new(o, "to", to ? json_string(to) : json_null());
	json_list_item(o);
	return EXIT_DONE;
}

/* The name of a position's owner, or NULL; sets the owner's slot. */
static const char *owner_of(const struct listing *l, const struct hr_table *t,
			    __u32 position, __u32 *slot)
{
	*slot = hr_table_lookup(t, position);
	return *slot == HR_NO_SLOT ? NULL : plan_name(l->plan, *slot);
}

static int take_line(const struct key_line *line, void *arg)
{
	const struct listing *l = arg;
	const char *from, *to;
	__u32 before, after;

	from = owner_of(l, l->plan->ring.table, line->position, &before);
	to = owner_of(l, l->plan->next.after, line->position, &after);
	if (before == after)
		return EXIT_DONE;
	if (opt.json)
		return print_json(l, line, from, to);
	fwrite_unlocked(line->text, 1, line->len, stdout);
	putchar_unlocked('\t');
	fputs_unlocked(from ? from : "-", stdout);
	putchar_unlocked('\t');
	fputs_unlocked(to ? to : "-", stdout);
	putchar_unlocked('\n');
	return EXIT_DONE;
}

static int flush_lines(void *arg)
{
	fflush(stdout);
	return EXIT_DONE;
}

/**
 * plan_list_keys() - prints the keys of standard input that change their owner
 * @p: the plan
 * @positions: lines are positions, not keys
 * @hash: hash for positions of keys
 *
 * Return: an exit status; errors are reported.
 */
int plan_list_keys(const struct plan *p, bool positions,
		   enum position_hash hash)
{
	struct key_input in = {
		.positions = positions,
		.by = { hash, p->ring.config.keys },
		.take = take_line,
		.flush = flush_lines,
	};
	struct listing l = { p, &in };
	int status;

	if (!positions && hash == POSITION_SIPHASH && !p->has_seed)
		return fail_usage("ring %s has no seed here: positions of keys depend on it",
				  p->change->ring);
	in.arg = &l;
	if (opt.json)
		json_list_begin();
	status = keys_read(&in);
	if (opt.json)
		json_list_end();
	return status;
}
