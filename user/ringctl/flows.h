/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * --flows, --keys, --to and --key: the flows that figures are given in.
 */
#ifndef RINGCTL_FLOWS_H
#define RINGCTL_FLOWS_H

#include <flows/flows.h>

#include "model.h"
#include "output.h"

/*
 * Rows of a command's table. --keys takes a number or a file, ARG_KEYS: with a
 * number, value.num is it and value.text NULL; this file's functions then see
 * no flows in it, for what N keys are is the command's own affair.
 */
#define ARGS_FLOWS \
	{ ARG_FLOWS, "--flows", "flows" }
#define ARGS_KEYS \
	{ ARG_KEYS, "--keys", "keys", .meta = "N|FILE", .min = 1, \
	  .max = 100000000 }
#define ARGS_TO \
	{ ARG_TEXT, "--to", "to", .meta = "ADDRESS[/LENGTH][:PORT]" }
#define ARGS_KEY \
	{ ARG_ENUM, "--key", "key", .meta = "POLICY", \
	  .names = hashring_policies }

bool flows_wanted(struct args *a);

/*
 * Fills and settles a set, after telling how far it is to who waits; Ctrl-C
 * while it does ends with EXIT_ABORTED. Return an exit status; errors are told.
 */
int flows_load(struct flow_set *s, struct args *a, const struct hr_keys *keys,
	       const struct model_ring *ring);
int flows_load_live(struct flow_set *s, struct args *a, const char *ring);

/* flows_print.c */
void print_flow_figures(const struct flow_set *s,
			const struct flow_figures *figures);
json_t *flow_figures_to_json(const struct flow_set *s,
			     const struct flow_figures *figures);

/*
 * For a plan: loads the flows that the arguments name, maps them through both
 * tables and prints, or with -j adds "flows" to @json; with @list each flow
 * that moves as well.
 */
int flows_plan(struct args *a, const struct native_ring *before,
	       const struct hr_table *after, const struct model_ring *ring,
	       bool list, json_t *json);

#endif
