// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends packets from this machine, through its output hooks.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "failnth.h"

#define FLOWS	32
#define PORT	20000
#define MARK	0x100

static int sockets[FLOWS];

/* Opens the socket beforehand: only sending may need memory. */
void packets_open(void)
{
	const unsigned int mark = MARK;
	size_t i;

	for (i = 0; i < FLOWS; i++) {
		struct sockaddr_in from = {
			.sin_family = AF_INET, .sin_port = htons(PORT + i),
		};

		sockets[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (sockets[i] < 0 ||
		    bind(sockets[i], (void *)&from, sizeof(from)) ||
		    setsockopt(sockets[i], SOL_SOCKET, SO_MARK, &mark,
			       sizeof(mark)))
			die("a socket for packets");
	}
}

/**
 * packets_send() - send one packet of each flow
 * @nr: number of flows
 *
 * Errors of sending do not count: hooks may drop packets.
 */
void packets_send(size_t nr)
{
	const struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(9),
		.sin_addr.s_addr = htonl(0xc6120001),	/* 198.18.0.1 */
	};
	size_t i;

	for (i = 0; i < nr && i < FLOWS; i++)
		sendto(sockets[i], "failnth", 7, 0, (void *)&to, sizeof(to));
}
