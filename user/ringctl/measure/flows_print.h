/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What becomes of flows, printed.
 */
#ifndef RINGCTL_MEASURE_FLOWS_PRINT_H
#define RINGCTL_MEASURE_FLOWS_PRINT_H

#include "cli/keys/flows.h"

void print_flow_figures(const struct flow_set *s,
			const struct flow_figures *figures);
json_t *flow_figures_to_json(const struct flow_set *s,
			     const struct flow_figures *figures);
int print_flow_moves(const struct flow_set *s, const struct hr_table *before,
		     const struct hr_table *after);

#endif
