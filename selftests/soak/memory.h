/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's memory while the module is not loaded. */
#ifndef SELFTESTS_SOAK_MEMORY_H
#define SELFTESTS_SOAK_MEMORY_H

void memory_look(unsigned int cycle);
void memory_trend(void);
void memory_leaks(void);

#endif
