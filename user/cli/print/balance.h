/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The quality of a map and of a change: balance and localization.
 */
#ifndef CLI_PRINT_BALANCE_H
#define CLI_PRINT_BALANCE_H

#include <core/impact.h>

/**
 * struct balance - the balance of the active nodes' shares
 * @peak: the largest share over its due by weight, in 2^-32 of the due
 * @trough: the smallest
 * @deviation: standard deviation, each node counted by its weight; the mean is
 *	the due
 */
struct balance {
	__u64 peak;
	__u64 trough;
	__u64 deviation;
};

void balance_of(const struct hr_table *t, struct balance *b);
__u64 localization_ratio(__u64 moved, __u64 ideal);
const char *localization_word(__u64 ratio);

#endif
