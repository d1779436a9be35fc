// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints the flows in ringctl's words for a flow:
 * PROTOCOL SOURCE PORT DESTINATION PORT
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

#include "traffic.h"

static const char *address_text(const struct sockaddr_storage *address,
				char text[INET6_ADDRSTRLEN], unsigned int *port)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;
	const struct sockaddr_in *in4 = (const struct sockaddr_in *)address;

	if (address->ss_family == AF_INET6) {
		*port = ntohs(in6->sin6_port);
		return inet_ntop(AF_INET6, &in6->sin6_addr, text,
				 INET6_ADDRSTRLEN);
	}
	*port = ntohs(in4->sin_port);
	return inet_ntop(AF_INET, &in4->sin_addr, text, INET6_ADDRSTRLEN);
}

int run_list(const struct options *opt, int argc, char **argv)
{
	char text[INET6_ADDRSTRLEN], vip_text[INET6_ADDRSTRLEN];
	unsigned int port, vip_port;
	struct sockaddr_storage source;
	const char *from, *vip;

	if (!opt->vip_len || !opt->from.ss_family || !opt->count)
		die("list wants --vip, --from and --count");
	vip = address_text(&opt->vip, vip_text, &vip_port);
	for (u32 i = 0; i < opt->count; i++) {
		flow_address(opt, opt->first + i, &source);
		from = address_text(&source, text, &port);
		printf("%s %s %u %s %u\n",
		       opt->kind == KIND_UDP ? "udp" : "tcp", from, port, vip,
		       vip_port);
	}
	return 0;
}
