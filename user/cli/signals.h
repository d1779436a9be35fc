/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Signals that would end the program wait while work is half-done.
 */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

void signals_hold(void);
bool signals_wait(void);
void signals_release(void);
void signals_ending(sigset_t *set);
void signals_drop(int fd);

#endif
