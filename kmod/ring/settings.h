/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A ring's settings: how the ring treats established flows. Settings can change at
 * any time.
 */
#ifndef HASHRING_RING_SETTINGS_H
#define HASHRING_RING_SETTINGS_H

#include <linux/types.h>

#include <uapi/linux/hashring.h>

/**
 * struct hr_settings - how a ring treats established flows
 * @established: &enum hashring_established; applies to later migrations
 * @tcp_timeout: ms without a segment after which a tracked connection is
 *	forgotten; read by packets
 * @syn_timeout: as @tcp_timeout, of a connection that is half open
 * @fin_timeout: as @tcp_timeout, of a connection that seems to end
 * @udp_timeout: as @tcp_timeout, of flows of other protocols
 * @udp_grace: ms after a change that is in force at once during which unknown flows
 *	of other protocols stay; 0: none
 * @max_entries: flows that a migration can track; applies to later migrations
 */
struct hr_settings {
	u32 established;
	u32 tcp_timeout;
	u32 syn_timeout;
	u32 fin_timeout;
	u32 udp_timeout;
	u32 udp_grace;
	u32 max_entries;
};

/* The timeouts of IPVS. */
#define HR_DEFAULT_TCP_TIMEOUT	900000
#define HR_DEFAULT_SYN_TIMEOUT	60000
#define HR_DEFAULT_FIN_TIMEOUT	120000
#define HR_DEFAULT_UDP_TIMEOUT	300000
#define HR_DEFAULT_UDP_GRACE	5000
#define HR_DEFAULT_ENTRIES	65536

extern const struct hr_settings hr_default_settings;

#endif
