/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How memory is allocated for a user's request. The user may be unprivileged, in a
 * network namespace of the user's own. The memory is charged to the user's cgroup.
 * Without memory the request is refused: no process is killed, and nothing is written
 * to the kernel's log.
 */
#ifndef HASHRING_GFP_H
#define HASHRING_GFP_H

#include <linux/gfp.h>

#define HR_GFP		(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/*
 * For a request that only removes, and must not fail. The memory is charged past the
 * cgroup's limit, so that a process of the cgroup may be killed.
 * Documentation/security.md says how much memory that is.
 */
#define HR_GFP_NOFAIL	(GFP_KERNEL_ACCOUNT | __GFP_NOFAIL)

#endif
