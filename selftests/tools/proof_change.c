// SPDX-License-Identifier: GPL-2.0-only
/*
 * proof: random changes, for the core and for ringctl
 */
#include <stdarg.h>
#include <string.h>

#include "proof.h"

#define NAMES		60	/* possible names of members */
#define MOST		40	/* members at once */
#define SWAP_TRIES	50	/* to find two nodes for a swap */

static void add_text(struct step *s, const char *format, ...)
{
	size_t len = strlen(s->text);
	va_list args;

	va_start(args, format);
	vsnprintf(s->text + len, sizeof(s->text) - len, format, args);
	va_end(args);
}

static __u32 random_weight(void)
{
	return alike ? 1 : 1 + below(10);
}

static void op_add(struct step *s, struct hr_op *op, __u32 weight)
{
	__u32 *points = s->points[op - s->op];
	__u32 i;

	op->kind = HASHRING_OP_ADD;
	op->has = HR_HAS_ATTR(WEIGHT);
	op->attrs.weight = weight;
	add_text(s, "node add %s weight %u", op->name, weight);
	if (!config.place->takes_points)
		return;
	op->has |= HR_HAS(POINTS);
	op->points = points;
	op->nr_points = 1 + below(POINTS_MAX);
	add_text(s, " point");
	for (i = 0; i < op->nr_points; i++) {
		points[i] = below(UINT32_MAX);
		add_text(s, " %u", points[i]);
	}
}

/* Whether a node can join: its name must be free, and its seat. */
static bool can_come(const struct hr_table *t, const bool *used, __u32 i,
		     char name[HR_MAX_NAME + 1])
{
	snprintf(name, HR_MAX_NAME + 1, "n%u", i);
	return !used[i] && !hr_table_find(t, name) &&
	       !hr_table_find_seat(t, name);
}

/* Draws an operation on a node; @t is the table before the change. */
static bool random_op(struct step *s, const struct hr_table *t, bool *used)
{
	static const char *const states[] = { "active", "draining", "down" };
	struct hr_op *op = &s->op[s->nr];
	__u32 i = below(NAMES), k = below(NAMES);
	const struct hr_node *node;

	memset(op, 0, sizeof(*op));
	if (used[i])
		return false;
	snprintf(op->name, sizeof(op->name), "n%u", i);
	node = hr_table_find(t, op->name);
	if (!node && (t->nr_nodes >= MOST || !can_come(t, used, i, op->name)))
		return false;
	used[i] = true;
	add_text(s, s->nr ? " ; " : "{ ");
	if (!node) {
		op_add(s, op, random_weight());
	} else if (below(4) == 0 && t->nr_nodes > 2 * OPS_MAX) {
		op->kind = HASHRING_OP_DEL;
		add_text(s, "node del %s", op->name);
	} else if (below(3) == 0 && can_come(t, used, k, op->new_name)) {
		used[k] = true;
		op->kind = HASHRING_OP_REPLACE;
		add_text(s, "node replace %s %s", op->name, op->new_name);
	} else if (!alike && below(2)) {
		op->kind = HASHRING_OP_SET;
		op->has = HR_HAS_ATTR(WEIGHT);
		op->attrs.weight = random_weight();
		add_text(s, "node set %s weight %u", op->name, op->attrs.weight);
	} else {
		/* Mostly back into service, so that the ring stays full. */
		op->kind = HASHRING_OP_SET;
		op->has = HR_HAS_ATTR(STATE);
		op->attrs.state = node->attrs.state ? HASHRING_NODE_ACTIVE :
						      below(3);
		add_text(s, "node set %s state %s", op->name,
			 states[op->attrs.state]);
	}
	s->nr++;
	return true;
}

/*
 * Swaps a node for an equal one: by two operations, or by one replacement
 * without collateral.
 */
static void random_swap(struct step *s, const struct hr_table *t)
{
	const struct hr_node *node = t->by_name[below(t->nr_nodes)];
	const bool used[NAMES] = { false };
	char name[HR_MAX_NAME + 1];

	memset(s->op, 0, sizeof(s->op));
	if (node->attrs.state != HASHRING_NODE_ACTIVE ||
	    !can_come(t, used, below(NAMES), name))
		return;
	strcpy(s->op[0].name, node->name);
	if (below(2)) {
		s->op[0].kind = HASHRING_OP_REPLACE;
		strcpy(s->op[0].new_name, name);
		s->nr = 1;
		add_text(s, "{ node replace %s %s", node->name, name);
		return;
	}
	s->op[0].kind = HASHRING_OP_DEL;
	add_text(s, "{ node del %s ; ", node->name);
	strcpy(s->op[1].name, name);
	op_add(s, &s->op[1], node->attrs.weight);
	s->nr = 2;
	snprintf(s->instead, sizeof(s->instead), "{ node replace %s %s }",
		 node->name, name);
}

void random_step(struct step *s, const struct hr_table *t)
{
	__u32 wanted = 1 + below(OPS_MAX), tries;
	bool used[NAMES] = { false };

	s->nr = 0;
	s->text[0] = '\0';
	s->instead[0] = '\0';
	if (below(5) == 0)
		for (tries = 0; tries < SWAP_TRIES && !s->nr; tries++)
			random_swap(s, t);
	if (!s->nr)
		while (s->nr < wanted)
			random_op(s, t, used);
	add_text(s, " }");
}

/* The first nodes, in a change that is proven too. */
void first_step(struct step *s)
{
	__u32 i;

	memset(s, 0, sizeof(*s));
	for (i = 0; i < OPS_MAX; i++) {
		snprintf(s->op[i].name, sizeof(s->op[i].name), "n%u", i);
		add_text(s, i ? " ; " : "{ ");
		op_add(s, &s->op[i], random_weight());
	}
	s->nr = OPS_MAX;
	add_text(s, " }");
}
