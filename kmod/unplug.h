/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices that go, and the cached routes that lead over them.
 */
#ifndef HASHRING_UNPLUG_H
#define HASHRING_UNPLUG_H

int hr_unplug_init(void);
void hr_unplug_exit(void);

#endif
