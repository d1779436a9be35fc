/* SPDX-License-Identifier: GPL-2.0-only */
/* The backends' sockets: sink.c, and sink_stream.c for exchanges. */
#ifndef SINK_H
#define SINK_H

#include "traffic.h"

struct backend {
	char name[64];
	int log;
};

struct stream;

/**
 * struct endpoint - a socket and its handler, for epoll
 * @serve: called when there is something to read
 * @backend: backend of the socket
 * @fd: the socket
 * @have: of a connection: bytes in @request, or in its stream's
 * @request: of a connection: the message that is being received
 * @stream: of a connection of KIND_STREAM, from its first answer on
 */
struct endpoint {
	void (*serve)(struct endpoint *end);
	struct backend *backend;
	int fd;
	size_t have;
	struct message request;
	struct stream *stream;
};

void end_endpoint(struct endpoint *end);
void begin_stream(struct endpoint *end);

#endif
