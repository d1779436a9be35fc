// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attachments, loaded before they are used.
 */
#include <stdlib.h>
#include <string.h>

#include "model.h"

static int take_attach(const struct hashring_attach *attach, void *arg)
{
	struct attach_list *list = arg;
	struct hashring_attach *more;

	if (list->ring && strcmp(list->ring, attach->ring))
		return 0;
	more = model_grow(list->attach, list->nr, sizeof(*more));
	if (!more)
		return EXIT_REFUSED;
	list->attach = more;
	list->attach[list->nr++] = *attach;
	return 0;
}

static void restart(void *arg)
{
	struct attach_list *list = arg;

	list->nr = 0;
}

/**
 * attach_load() - loads attachments
 * @list: set; to be released with attach_release(), also after an error
 * @ring: only attachments of this ring; NULL: all
 *
 * Return: an exit status; errors are reported.
 */
int attach_load(struct attach_list *list, const char *ring)
{
	struct hashring *h = conn();
	int err;

	memset(list, 0, sizeof(*list));
	list->ring = ring;
	if (!h)
		return EXIT_REFUSED;
	err = hashring_attach_list(h, take_attach, restart, list);
	if (err)
		return err < 0 ? refused(err) : fail_memory();
	return 0;
}

void attach_release(struct attach_list *list)
{
	free(list->attach);
}
