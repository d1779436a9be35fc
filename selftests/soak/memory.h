/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel's memory comes to while the module is not there. */
#ifndef SELFTESTS_SOAK_MEMORY_H
#define SELFTESTS_SOAK_MEMORY_H

void memory_look(unsigned int cycle);
void memory_trend(void);
void memory_leaks(void);

#endif
