/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices that go, and the cached routes that lead over them.
 */
#ifndef HASHRING_UNPLUG_H
#define HASHRING_UNPLUG_H

struct work_struct;

void hr_unplug_work(struct work_struct *work);
int hr_unplug_init(void);
void hr_unplug_exit(void);

#endif
