/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs ringctl repeatedly in one process, and captures its messages. */
#ifndef HASHRING_FUZZ_CTL_H
#define HASHRING_FUZZ_CTL_H

#include "fuzz.h"

/* From this call stderr is captured, and stdout is dropped. */
void ctl_begin(void);

/* Ends the capture; returns the text, valid until the next ctl_begin(). */
const char *ctl_end(void);

/* Checks that an error, if any, is one line without control characters. */
void ctl_check_error(const char *said);

#endif
