/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How memory is asked for that a user's wishes are made of. He may be anybody, in
 * a network namespace of his own: it is charged to his cgroup, and where there
 * is none to be had he is refused. Nobody is killed for it, as the kernel would
 * do otherwise, and nothing is written into its log.
 */
#ifndef HASHRING_GFP_H
#define HASHRING_GFP_H

#include <linux/gfp.h>

#define HR_GFP		(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/*
 * For what must not fail: it only takes away. Charged past the limit, for which a
 * process of that cgroup may be killed; Documentation/security.md has how much.
 */
#define HR_GFP_NOFAIL	(GFP_KERNEL_ACCOUNT | __GFP_NOFAIL)

#endif
