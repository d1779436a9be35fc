/* SPDX-License-Identifier: GPL-2.0-only */
/* ringctl in one process, run again and again: what it says is caught. */
#ifndef HASHRING_FUZZ_CTL_H
#define HASHRING_FUZZ_CTL_H

#include "fuzz.h"

/* From here on what is said on stderr is caught, and stdout goes nowhere. */
void ctl_begin(void);

/* Ends that; returns what was said, good until the next ctl_begin(). */
const char *ctl_end(void);

/* An error, if @said is one, in one line of text that no terminal obeys. */
void ctl_check_error(const char *said);

#endif
