// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one list of attachments' counters, for all output.
 */
#include "output.h"

#define COUNTER(member, help)						\
	{ #member, help, offsetof(struct hashring_attach_stats, member) }

/* Counters that every packet passes come first. */
const struct attach_counter attach_counters[] = {
	COUNTER(packets, "Packets whose mark matched."),
	COUNTER(bytes, "Bytes of packets whose mark matched."),
	COUNTER(steered, "Packets that got a node, or would have when observing."),
	COUNTER(forwarded, "Packets sent straight to their node's address."),
	COUNTER(passed, "Packets without an owner that went on."),
	COUNTER(dropped, "Packets dropped: no owner, or not allowed to be sent."),
	COUNTER(already_set, "Packets left alone because their mark had a node."),
	COUNTER(icmp_errors,
		"ICMP errors that followed the flow they are about."),
	COUNTER(portless, "Packets without ports, steered by addresses."),
	COUNTER(no_route, "Packets not sent: no route to their node."),
	COUNTER(too_big, "Packets not sent: too big for their route."),
	COUNTER(ttl_expired, "Packets not sent: too many hops."),
	COUNTER(forwarding_off,
		"Packets not sent, which went on: forwarding is off."),
	COUNTER(bad_source,
		"Packets not sent, which went on: their source is refused."),
	COUNTER(kernel_path,
		"Packets not sent, which went on: for the kernel alone."),
	COUNTER(malformed, "Packets that went on without a look-up."),
	{ }
};

__u64 attach_counted(const struct hashring_attach *attach,
		     const struct attach_counter *counter)
{
	return *(const __u64 *)((const char *)&attach->stats +
				counter->offset);
}
