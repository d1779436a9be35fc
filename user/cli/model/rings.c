// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings, loaded before they are used: they are few, and no dump may be under
 * way during another request.
 */
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "cli/cli.h"

static int take_ring(const struct hashring_ring *ring, void *arg)
{
	struct ring_list *list = arg;
	struct hashring_ring *more;

	more = model_grow(list->ring, list->nr, sizeof(*more));
	if (!more)
		return EXIT_REFUSED;
	list->ring = more;
	list->ring[list->nr++] = *ring;
	return 0;
}

static void restart(void *arg)
{
	struct ring_list *list = arg;

	list->nr = 0;
}

/**
 * rings_load() - loads rings
 * @list: set; to be released with rings_release(), also after an error
 * @ring: this one, which must exist; NULL: all
 *
 * Return: an exit status; errors are reported.
 */
int rings_load(struct ring_list *list, const char *ring)
{
	struct hashring *h = conn();
	struct hashring_ring one;
	int err;

	memset(list, 0, sizeof(*list));
	if (!h)
		return EXIT_REFUSED;
	if (ring) {
		err = hashring_ring_get(h, ring, &one);
		if (!err)
			err = take_ring(&one, list);
	} else {
		err = hashring_ring_list(h, take_ring, restart, list);
	}
	if (err)
		return err < 0 ? refused(err) : fail_memory();
	return 0;
}

void rings_release(struct ring_list *list)
{
	free(list->ring);
}
