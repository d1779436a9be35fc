/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the sources of flows share.
 */
#ifndef HASHRING_FLOWS_PRIVATE_H
#define HASHRING_FLOWS_PRIVATE_H

#include "flows.h"

/* Often enough for progress, and too rarely to cost time. */
#define FLOW_TICK	65536

int flow_fail(struct flow_set *s, int err, const char *fmt, ...)
	__printf(3, 4);
int flow_fail_memory(struct flow_set *s);
int flow_tick(struct flow_set *s, u64 done, u64 all);
bool flow_counts(const struct flow_set *s, const struct hr_flow *tuple);

#endif
