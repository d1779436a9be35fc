// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes attachments those of a file. An attachment that differs only in its
 * ring is moved to that ring, which no packet notices. Otherwise attachments
 * are removed before others are added, since they must not overlap.
 */
#include <stdlib.h>
#include <string.h>

#include "sync.h"

/**
 * struct present - the kernel's attachments
 * @list: all of the namespace
 * @used: by index: whether the file wants it
 */
struct present {
	struct attach_list list;
	bool *used;
};

static int add_step(struct attach_plan *plan, enum attach_action action,
		    const struct hashring_attach *is, const char *ring)
{
	struct attach_step *step;

	step = model_grow(plan->step, plan->nr, sizeof(*step));
	if (!step)
		return fail_memory();
	plan->step = step;
	step += plan->nr++;
	step->action = action;
	step->is = *is;
	step->ring = ring;
	return EXIT_DONE;
}

/* Whether the file lists a ring's attachments. */
static bool is_managed(const struct model *m, const char *ring, bool prune)
{
	const struct model_ring *r = model_ring_find(m, ring);

	return r ? r->has_attach : prune;
}

/* An unused attachment like @want; of @ring, or of any. */
static struct hashring_attach *find_like(const struct present *p,
					 const struct hashring_attach *want,
					 const struct model *m, const char *ring,
					 bool prune)
{
	__u32 i;

	for (i = 0; i < p->list.nr; i++) {
		struct hashring_attach *a = &p->list.attach[i];

		if (p->used[i] || !same_attach(a, want))
			continue;
		if (ring ? strcmp(a->ring, ring) :
			   !is_managed(m, a->ring, prune))
			continue;
		p->used[i] = true;
		return a;
	}
	return NULL;
}

/* Finds what the kernel has of the file; the rest goes into @missing. */
static int match_present(const struct model *m, const struct present *p,
			 struct attach_plan *missing)
{
	int status = 0;
	__u32 i, k;

	for (i = 0; i < m->nr_rings; i++) {
		const struct model_ring *r = &m->ring[i];

		for (k = 0; k < r->nr_attach && !status; k++)
			if (!find_like(p, &r->attach[k].is, m, r->name, false))
				status = add_step(missing, ATTACH_ADD,
						  &r->attach[k].is, r->name);
	}
	return status;
}

static int make_steps(struct attach_plan *plan, const struct model *m,
		      const struct present *p, bool prune)
{
	struct attach_plan missing = { 0 };
	struct attach_plan replace = { 0 };
	struct attach_plan add = { 0 };
	struct hashring_attach *like;
	int status;
	__u32 i;

	status = match_present(m, p, &missing);
	for (i = 0; i < missing.nr && !status; i++) {
		const struct attach_step *step = &missing.step[i];

		like = find_like(p, &step->is, m, NULL, prune);
		if (like)
			status = add_step(&replace, ATTACH_REPLACE, like,
					  step->ring);
		else
			status = add_step(&add, ATTACH_ADD, &step->is,
					  step->ring);
	}
	for (i = 0; i < p->list.nr && !status; i++)
		if (!p->used[i] && is_managed(m, p->list.attach[i].ring, prune))
			status = add_step(plan, ATTACH_DEL, &p->list.attach[i], NULL);
	for (i = 0; i < replace.nr && !status; i++)
		status = add_step(plan, ATTACH_REPLACE, &replace.step[i].is,
				  replace.step[i].ring);
	for (i = 0; i < add.nr && !status; i++)
		status = add_step(plan, ATTACH_ADD, &add.step[i].is,
				  add.step[i].ring);
	attach_plan_release(&missing);
	attach_plan_release(&replace);
	attach_plan_release(&add);
	return status;
}

/**
 * attach_plan_make() - the steps for the kernel's attachments
 * @plan: filled in; names point into @m
 * @m: the file; rings without a list of attachments keep theirs
 * @prune: remove those of rings that the file does not name
 *
 * Return: an exit status; errors are reported.
 */
int attach_plan_make(struct attach_plan *plan, const struct model *m,
		     bool prune)
{
	struct present p = { 0 };
	int status;

	memset(plan, 0, sizeof(*plan));
	status = attach_load(&p.list, NULL);
	if (!status) {
		p.used = calloc(p.list.nr + 1, sizeof(*p.used));
		status = p.used ? make_steps(plan, m, &p, prune) :
				  fail_memory();
	}
	free(p.used);
	attach_release(&p.list);
	return status;
}

static int run_step(struct attach_step *step)
{
	struct hashring_attach made;
	int err;

	switch (step->action) {
	case ATTACH_DEL:
		return hashring_attach_del(conn(), step->is.id);
	case ATTACH_REPLACE:
		return hashring_attach_replace(conn(), step->is.id, step->ring,
					       &made);
	default:
		step->is.has = HASHRING_ATTACH_PRIORITY | HASHRING_ATTACH_NONE |
			       HASHRING_ATTACH_MODE;
		if (step->is.node_mask)
			step->is.has |= HASHRING_ATTACH_NODE_MASK;
		err = hashring_attach_add(conn(), step->ring, &step->is, &made);
		if (!err)
			step->is.id = made.id;
		return err;
	}
}

/* Stops at the first step that fails; earlier steps stay done. */
int attach_plan_run(struct attach_plan *plan)
{
	int status, err;
	__u32 i;

	for (i = 0; i < plan->nr; i++) {
		struct attach_step *step = &plan->step[i];

		err = run_step(step);
		if (err) {
			status = refused(err);
			warn("the above is about: attach %s of ring %s",
			     step->action == ATTACH_DEL ? "del" :
			     step->action == ATTACH_ADD ? "add" : "replace",
			     step->ring ? step->ring : step->is.ring);
			return status;
		}
		step->done = true;
	}
	return EXIT_DONE;
}

/* Takes back added attachments. */
void attach_plan_undo(struct attach_plan *plan)
{
	__u32 i;

	for (i = plan->nr; i-- > 0;) {
		const struct attach_step *step = &plan->step[i];

		if (step->done && step->action == ATTACH_ADD &&
		    hashring_attach_del(conn(), step->is.id))
			warn("attachment %u could not be removed again: %s",
			     step->is.id, hashring_error(conn()));
	}
}

/* The attachment in words, and what happens to it. */
static void print_step(const struct attach_step *step)
{
	static const char *const words[] = { "del", "replace", "add" };
	const char *ring = step->ring ? step->ring : step->is.ring;
	json_t *o;

	if (opt.json) {
		o = attach_to_json(&step->is);
		json_set_text(o, "ring", ring);
		json_set_text(o, "attach", words[step->action]);
		json_object_del(o, "stats");
		if (!step->is.id)
			json_object_del(o, "id");
		json_list_item(o);
		return;
	}
	printf("%s attach %s", ring, words[step->action]);
	if (step->is.id)
		printf(" id %u", step->is.id);
	putchar(' ');
	print_attach(stdout, &step->is);
	if (step->action == ATTACH_REPLACE)
		printf(" (was %s)", step->is.ring);
	putchar('\n');
}

void attach_plan_print(const struct attach_plan *plan)
{
	__u32 i;

	for (i = 0; i < plan->nr; i++)
		print_step(&plan->step[i]);
}

void attach_plan_release(struct attach_plan *plan)
{
	free(plan->step);
	memset(plan, 0, sizeof(*plan));
}
