// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl migrate flows, ringctl migrate steps: lists, read before they are
 * printed, because they may begin again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "migrate.h"
#include "cli/model/model.h"

enum { LIST_RING };

const struct arg migrate_list_args[] = {
	[LIST_RING] = { ARG_RING, .meta = "RING", .required = true },
	{ }
};

struct flow_list {
	struct hashring_tracked *flow;
	__u32 nr;
};

static int take_flow(const struct hashring_tracked *flow, void *arg)
{
	struct flow_list *list = arg;
	void *more = model_grow(list->flow, list->nr, sizeof(*flow));

	if (!more)
		return EXIT_REFUSED;
	list->flow = more;
	list->flow[list->nr++] = *flow;
	return 0;
}

static void restart_flows(void *arg)
{
	struct flow_list *list = arg;

	list->nr = 0;
}

int migrate_flows(struct args *a)
{
	struct flow_list list = { 0 };
	struct hashring *h = conn();
	int status = EXIT_DONE;
	__u32 i;
	int err;

	if (!h)
		return EXIT_REFUSED;
	err = hashring_tracked_list(h, a->v[LIST_RING].text, take_flow,
				    restart_flows, &list);
	if (err) {
		status = err < 0 ? refused(err) : fail_memory();
		goto out;
	}
	if (opt.json)
		json_list_begin();
	for (i = 0; i < list.nr; i++) {
		if (opt.json)
			json_list_item(tracked_to_json(&list.flow[i]));
		else
			print_tracked(stdout, &list.flow[i]);
	}
	if (opt.json)
		json_list_end();
out:
	free(list.flow);
	return status;
}

int migrate_steps(struct args *a)
{
	struct step_list list = { 0 };
	struct hashring *h = conn();
	char text[FIGURE_LEN];
	int status = EXIT_DONE;
	__u32 i;
	int err;

	if (!h)
		return EXIT_REFUSED;
	err = steps_load(h, a->v[LIST_RING].text, &list);
	if (err) {
		status = err == -ENOMEM ? fail_memory() : refused(err);
		goto out;
	}
	if (opt.json)
		json_list_begin();
	for (i = 0; i < list.nr; i++) {
		if (opt.json) {
			json_list_item(step_to_json(&list.step[i]));
			continue;
		}
		printf("%s ", figure_time(text, list.step[i].time));
		print_step(stdout, &list.step[i]);
		putchar('\n');
	}
	if (opt.json)
		json_list_end();
out:
	free(list.step);
	return status;
}
