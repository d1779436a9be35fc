/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HASHRING_KUNIT_NET_TCP_H
#define HASHRING_KUNIT_NET_TCP_H

#include <linux/bits.h>

#define TCPHDR_FIN	BIT(0)
#define TCPHDR_SYN	BIT(1)
#define TCPHDR_RST	BIT(2)
#define TCPHDR_ACK	BIT(4)

#endif
