// SPDX-License-Identifier: GPL-2.0-only
/*
 * The changes that a rollback undoes.
 */
#include <errno.h>

#include "cli/cli.h"
#include "migrate.h"

#define MANY_OPS	8	/* more operations of a change are only counted */

/* A node that goes down stays down, whatever is undone. */
static bool stays(const struct past_op *op)
{
	return op->kind == HASHRING_OP_SET && op->has_after &&
	       op->after.attrs.state == HASHRING_NODE_DOWN &&
	       op->before.attrs.state != HASHRING_NODE_DOWN;
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
	__u64 g;
	int err;

	if (migration_ended(m))
		return EXIT_DONE;
	for (g = m->undone + 1; g <= m->generation; g++) {
		err = past_ops_load(&ops, m->ring, g);
		if (!err || err == -ENOENT)
			print_undone(g, &ops);
		past_ops_release(&ops);
		if (err && err != -ENOENT)
			return refused_by(h, err);
	}
	return EXIT_DONE;
}
