/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HASHRING_FUZZ_NET_TCP_H
#define HASHRING_FUZZ_NET_TCP_H

#include <linux/tcp.h>

#define TCPHDR_FIN		0x01
#define TCPHDR_SYN		0x02
#define tcp_flag_byte(tcp)	(((const u8 *)(tcp))[13])

#endif
