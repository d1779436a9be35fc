/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ringlab: its commands.
 */
#ifndef RINGLAB_H
#define RINGLAB_H

#include "cli/cli.h"

extern const struct noun noun_compare;
extern const struct noun noun_scenario;
extern const struct noun noun_report;

#endif
