// SPDX-License-Identifier: GPL-2.0-only
/*
 * The backends
 *
 * One process has sockets in each backend's namespace: in an emulated guest, to
 * start one process for each backend takes longer than the traffic. A request
 * is in the log before its answer is sent. So a client with all its answers may
 * read the logs.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sink.h"

#define BATCH		32
#define LINE_MAX_LEN	32
#define EVENTS		64

static int epoll;

static size_t log_line(char *to, const struct message *request)
{
	return sprintf(to, "%u %c %u\n", request->round, request->kind,
		       request->flow);
}

static void log_write(const struct backend *backend, const char *text,
		      size_t len)
{
	if (write(backend->log, text, len) != (ssize_t)len)
		die("log of %s", backend->name);
}

static void answer(const struct backend *backend, struct message *message)
{
	memcpy(message->backend, backend->name, sizeof(backend->name));
}

static void serve_udp(struct endpoint *end)
{
	static struct sockaddr_storage peers[BATCH];
	static struct message messages[BATCH];
	static struct mmsghdr headers[BATCH];
	static struct iovec parts[BATCH];
	char lines[BATCH * LINE_MAX_LEN];
	size_t len = 0;
	int got, good = 0;

	for (int i = 0; i < BATCH; i++) {
		parts[i].iov_base = &messages[i];
		parts[i].iov_len = sizeof(messages[i]);
		headers[i].msg_hdr = (struct msghdr) {
			.msg_name = &peers[i],
			.msg_namelen = sizeof(peers[i]),
			.msg_iov = &parts[i],
			.msg_iovlen = 1,
		};
	}
	got = recvmmsg(end->fd, headers, BATCH, MSG_DONTWAIT, NULL);
	if (got < 0)
		return;
	for (int i = 0; i < got; i++) {
		if (headers[i].msg_len != sizeof(messages[i]) ||
		    messages[i].magic != MESSAGE_MAGIC)
			continue;
		len += log_line(lines + len, &messages[i]);
		if (messages[i].kind == KIND_ONEWAY)
			continue;
		answer(end->backend, &messages[i]);
		headers[good++] = headers[i];
	}
	log_write(end->backend, lines, len);
	/* The client asks again for an answer without room. */
	for (int i = 0, sent; i < good; i += sent) {
		sent = sendmmsg(end->fd, headers + i, good - i, MSG_DONTWAIT);
		if (sent <= 0)
			sent = 1;
	}
}

void end_endpoint(struct endpoint *end)
{
	close(end->fd);
	free(end->stream);
	free(end);
}

static void serve_connection(struct endpoint *end)
{
	char line[LINE_MAX_LEN];
	ssize_t got;

	for (;;) {
		got = recv(end->fd, (char *)&end->request + end->have,
			   sizeof(end->request) - end->have, MSG_DONTWAIT);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (got <= 0)
			break;
		end->have += got;
		if (end->have < sizeof(end->request))
			continue;
		if (end->request.magic != MESSAGE_MAGIC)
			break;
		end->have = 0;
		log_write(end->backend, line, log_line(line, &end->request));
		answer(end->backend, &end->request);
		if (send(end->fd, &end->request, sizeof(end->request), 0) !=
		    sizeof(end->request))
			break;
		if (end->request.kind == KIND_STREAM) {
			begin_stream(end);
			return;
		}
	}
	end_endpoint(end);
}

static void serve_listener(struct endpoint *listener)
{
	struct endpoint *end;
	int fd;

	for (;;) {
		fd = accept4(listener->fd, NULL, NULL,
			     SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0)
			return;
		end = allocate(1, sizeof(*end));
		end->serve = serve_connection;
		end->backend = listener->backend;
		end->fd = fd;
		watch(epoll, fd, EPOLLIN, end);
	}
}

static void listen_at(struct backend *backend, const struct options *opt,
		      int type)
{
	struct endpoint *end = allocate(1, sizeof(*end));

	end->backend = backend;
	end->fd = open_socket(opt->vip.ss_family, type);
	if (type == SOCK_DGRAM) {
		end->serve = serve_udp;
		set_option(end->fd, SOL_SOCKET, SO_RCVBUFFORCE, 4 << 20);
	} else {
		end->serve = serve_listener;
	}
	if (bind(end->fd, (const struct sockaddr *)&opt->vip, opt->vip_len))
		die("%s: bind", backend->name);
	if (type == SOCK_STREAM && listen(end->fd, 4096))
		die("%s: listen", backend->name);
	watch(epoll, end->fd, EPOLLIN, end);
}

static void open_backend(const struct options *opt, const char *argument)
{
	const char *equals = strchr(argument, '=');
	struct backend *backend = allocate(1, sizeof(*backend));
	char path[4096];

	if (!equals || equals - argument >= (int)sizeof(backend->name))
		die("'%s' is not NAME=NETNS", argument);
	memcpy(backend->name, argument, equals - argument);
	snprintf(path, sizeof(path), "%s/%s.log", opt->log, backend->name);
	backend->log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
			    0644);
	if (backend->log < 0)
		die("%s", path);
	enter_netns(equals + 1);
	listen_at(backend, opt, SOCK_DGRAM);
	listen_at(backend, opt, SOCK_STREAM);
}

/* Detaches once all backends listen, so that the caller continues. */
static void detach(void)
{
	pid_t pid = fork();
	int null;

	if (pid < 0)
		die("fork");
	if (pid > 0) {
		printf("%d\n", pid);
		exit(0);
	}
	null = open("/dev/null", O_RDWR);
	if (setsid() < 0 || null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
		die("detach");
	close(null);
}

int run_sink(const struct options *opt, int argc, char **argv)
{
	struct epoll_event events[EVENTS];
	struct endpoint *end;

	if (!opt->vip_len || !opt->log || !argc)
		die("sink wants --vip, --log and backends");
	more_files(65536);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll < 0)
		die("epoll_create");
	for (int i = 0; i < argc; i++)
		open_backend(opt, argv[i]);
	detach();
	for (;;) {
		int got = epoll_wait(epoll, events, EVENTS, -1);

		if (got < 0 && errno != EINTR)
			die("epoll_wait");
		for (int i = 0; i < got; i++) {
			end = events[i].data.ptr;
			end->serve(end);
		}
	}
}
