// SPDX-License-Identifier: GPL-2.0-only
/*
 * The backends' side of exchanges
 *
 * A backend knows the next bytes of each connection. All later answers have the
 * number of wrong bytes: the client keeps the count.
 */
#include <errno.h>
#include <sys/socket.h>

#include "sink.h"

struct stream {
	u32 flow;
	u32 number;		/* of the next request */
	u32 wrong;		/* unexpected bytes so far */
	struct exchange request;
};

static void serve_stream(struct endpoint *end)
{
	struct stream *stream = end->stream;
	struct exchange expected, answer;
	ssize_t got;

	for (;;) {
		got = recv(end->fd, (char *)&stream->request + end->have,
			   sizeof(stream->request) - end->have, MSG_DONTWAIT);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (got <= 0)
			break;
		end->have += got;
		if (end->have < sizeof(stream->request))
			continue;
		end->have = 0;
		stream_fill(&expected, stream->flow, stream->number, NULL);
		stream->wrong += stream_differ(&stream->request, &expected);
		stream_fill(&answer, stream->flow, stream->number,
			    end->backend->name);
		answer.wrong = stream->wrong;
		stream->number++;
		if (send(end->fd, &answer, sizeof(answer), 0) != sizeof(answer))
			break;
	}
	end_endpoint(end);
}

/* From this point the connection has exchanges. */
void begin_stream(struct endpoint *end)
{
	end->stream = allocate(1, sizeof(*end->stream));
	end->stream->flow = end->request.flow;
	end->serve = serve_stream;
}
