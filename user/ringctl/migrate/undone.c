// SPDX-License-Identifier: GPL-2.0-only
/*
 * The changes that a rollback undoes.
 */
#include <errno.h>

#include "cli/cli.h"
#include "migrate.h"

#define MANY_OPS	8	/* more operations of a change are only counted */

/*
 * Whether an operation is not undone: a node only goes down, and stays down, or only
 * gets a deadline.
 */
static bool stays(const struct past_op *op)
{
	struct model_node before = op->before;

	if (op->kind != HASHRING_OP_SET || !op->has_after)
		return false;
	if (op->after.attrs.state == HASHRING_NODE_DOWN)
		before.attrs.state = HASHRING_NODE_DOWN;
	return past_same_member(&before, &op->after);
}

static int take_state(const struct hashring_node *node, void *arg)
{
	__u32 *state = arg;

	*state = node->attrs.state;
	return 0;
}

/*
 * Nodes that are down stay down, also those that are deleted, and come back. Nodes that
 * were added since go.
 */
static void print_down(struct hashring *h, const char *ring,
		       const struct past_ops *ops, json_t *added)
{
	__u32 state, i;

	for (i = 0; i < ops->nr; i++) {
		const struct past_op *op = &ops->op[i];
		bool falls = op->kind == HASHRING_OP_DEL ||
			     (op->kind == HASHRING_OP_SET && op->has_after &&
			      op->after.attrs.state == HASHRING_NODE_DOWN);

		if (op->kind == HASHRING_OP_ADD || op->kind == HASHRING_OP_REPLACE)
			json_object_set_new(added, op->after.name, json_true());
		if (falls && !json_object_get(added, op->before.name) &&
		    op->before.attrs.state != HASHRING_NODE_DOWN &&
		    !hashring_node_get(h, ring, op->before.name, false,
				       take_state, &state) &&
		    state == HASHRING_NODE_DOWN)
			printf(" %s stays down\n", op->before.name);
	}
}

static void print_undone(__u64 generation, const struct past_ops *ops)
{
	__u32 told = 0, i;

	for (i = 0; i < ops->nr; i++) {
		if (stays(&ops->op[i]))
			continue;
		if (!told)
			printf(" undoes generation %llu:", generation);
		if (++told <= MANY_OPS) {
			fputs(told > 1 ? "  " : " ", stdout);
			print_past_op(stdout, &ops->op[i]);
		}
	}
	if (told > MANY_OPS)
		printf("  and %u more", told - MANY_OPS);
	if (told)
		putchar('\n');
	if (!ops->nr)
		printf(" undoes generation %llu: operations not kept\n",
		       generation);
}

/**
 * undone_print() - prints the changes that a rollback of a migration undoes
 * @h: the connection
 * @m: the migration
 *
 * Return: an exit status; errors are reported.
 */
int undone_print(struct hashring *h, const struct hashring_migration *m)
{
	struct past_ops ops;
	json_t *added;
	int err = 0;
	__u64 g;

	if (migration_ended(m))
		return EXIT_DONE;
	added = json_object();
	for (g = m->undone + 1; g <= m->generation && !err; g++) {
		err = past_ops_load(&ops, m->ring, g);
		if (err == -ENOENT)
			err = 0;
		if (!err) {
			print_undone(g, &ops);
			print_down(h, m->ring, &ops, added);
		}
		past_ops_release(&ops);
	}
	json_decref(added);
	return err ? refused_by(h, err) : EXIT_DONE;
}
