// SPDX-License-Identifier: GPL-2.0-only
/*
 * The nodes of a ring, for look-ups by id.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "cli/cli.h"

static int take_node(const struct hashring_node *node, void *arg)
{
	struct node_list *list = arg;
	struct hashring_node *more;

	more = model_grow(list->node, list->nr, sizeof(*more));
	if (!more)
		return EXIT_REFUSED;
	list->node = more;
	list->node[list->nr] = *node;
	list->node[list->nr].points = NULL;
	list->node[list->nr].nr_given = 0;
	list->node[list->nr].home = NULL;
	list->node[list->nr++].nr_home = 0;
	list->generation = node->generation;
	return 0;
}

static void restart(void *arg)
{
	struct node_list *list = arg;

	list->nr = 0;
	list->generation = 0;
}

static __u32 id_slot(const struct node_list *list, __u32 id)
{
	return (id * 2654435761U) & list->mask;
}

static int build_index(struct node_list *list)
{
	__u32 size = 64;
	__u32 i, slot;

	while (size < 2 * list->nr)
		size *= 2;
	list->index = calloc(size, sizeof(*list->index));
	if (!list->index)
		return -1;
	list->mask = size - 1;
	for (i = 0; i < list->nr; i++) {
		slot = id_slot(list, list->node[i].attrs.id);
		while (list->index[slot])
			slot = (slot + 1) & list->mask;
		list->index[slot] = i + 1;
	}
	return 0;
}

/**
 * nodes_load() - loads the nodes of a ring, without their points
 * @list: zeroed, or filled in before; to be released with nodes_release()
 * @ring: the ring
 *
 * Return: an exit status; errors are reported.
 */
int nodes_load(struct node_list *list, const char *ring)
{
	struct hashring *h = conn();
	int err;

	nodes_release(list);
	if (!h)
		return EXIT_REFUSED;
	err = hashring_node_list(h, ring, false, take_node, restart, list);
	if (err < 0)
		return refused(err);
	if (err || build_index(list))
		return fail_memory();
	return 0;
}

/* The node with an id, or NULL. */
const struct hashring_node *nodes_by_id(const struct node_list *list, __u32 id)
{
	__u32 slot = id_slot(list, id);

	while (list->index && list->index[slot]) {
		const struct hashring_node *node;

		node = &list->node[list->index[slot] - 1];
		if (node->attrs.id == id)
			return node;
		slot = (slot + 1) & list->mask;
	}
	return NULL;
}

void nodes_release(struct node_list *list)
{
	free(list->node);
	free(list->index);
	memset(list, 0, sizeof(*list));
}
