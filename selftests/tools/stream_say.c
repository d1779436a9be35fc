// SPDX-License-Identifier: GPL-2.0-only
/* The commands and the answers of a stream: see stream.c */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "stream.h"

static int by_size(const void *a, const void *b)
{
	u32 first = *(const u32 *)a, second = *(const u32 *)b;

	return (first > second) - (first < second);
}

static void print_latencies(const struct stream_client *client, u32 from)
{
	u32 n = client->now.exchanges - from, p50 = 0, p99 = 0;
	u32 *sorted = allocate(n + 1, sizeof(*sorted));

	if (n) {
		memcpy(sorted, client->latencies + from, n * sizeof(*sorted));
		qsort(sorted, n, sizeof(*sorted), by_size);
		p50 = sorted[n / 2];
		p99 = sorted[(u64)n * 99 / 100];
	}
	free(sorted);
	printf(" exchanges %u p50 %u p99 %u", n, p50, p99);
}

void print_figures(const struct stream_client *client,
		   const struct figures *since)
{
	const struct figures *now = &client->now;
	u32 ended[ENDINGS], broken = 0;

	for (int i = 0; i < ENDINGS; i++) {
		ended[i] = now->ended[i] - since->ended[i];
		broken += ended[i];
	}
	printf(" held %u broken %u reset %u refused %u silent %u strange %u",
	       client->alive, broken, ended[END_RESET], ended[END_REFUSED],
	       ended[END_SILENT], ended[END_STRANGE]);
	printf(" sent %llu lost %llu wrong %llu", now->sent - since->sent,
	       now->lost - since->lost, now->wrong - since->wrong);
	print_latencies(client, since->exchanges);
	printf(" new %u failed %u", now->fresh - since->fresh,
	       now->failed - since->failed);
	for (unsigned int i = 0; i < client->backends; i++)
		printf(" %s %u", client->names[i],
		       now->taken[i] - since->taken[i]);
	putchar('\n');
	fflush(stdout);
}

static void mark(struct stream_client *client, const char *label)
{
	printf("mark %s", label);
	print_figures(client, &client->marked);
	client->marked = client->now;
	client->marks++;
}

static void say(const char *text)
{
	puts(text);
	fflush(stdout);
}

/* The next sequence number of one direction. */
static u32 next_number(int fd, int queue)
{
	socklen_t len = sizeof(u32);
	u32 number;

	set_option(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, queue);
	if (getsockopt(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, &number, &len))
		die("TCP_QUEUE_SEQ");
	return number;
}

/* A socket tells its numbers only in repair mode, and goes on afterwards. */
static void write_numbers(const struct stream_client *client, const char *path)
{
	FILE *file = fopen(path, "we");

	if (!file)
		die("%s", path);
	for (u32 i = 0; i < client->opt->count; i++) {
		const struct connection *conn = &client->held[i];

		if (conn->fd < 0)
			continue;
		set_option(conn->fd, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_ON);
		fprintf(file, "%u %u %u\n", conn->flow,
			next_number(conn->fd, TCP_SEND_QUEUE),
			next_number(conn->fd, TCP_RECV_QUEUE));
		set_option(conn->fd, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_OFF_NO_WP);
	}
	if (fclose(file))
		die("%s", path);
	say("numbers");
}

void begin_settling(struct stream_client *client, enum command command)
{
	client->command = command;
	client->unsettled = client->alive;
	for (u32 i = 0; i < client->opt->count; i++) {
		if (client->held[i].state != CONN_ENDED)
			client->held[i].settling = UNSETTLED;
	}
}

static void obey(struct stream_client *client, const char *line)
{
	if (!strncmp(line, "mark ", 5)) {
		mark(client, line + 5);
	} else if (!strcmp(line, "settle")) {
		begin_settling(client, SETTLE);
	} else if (!strncmp(line, "new ", 4)) {
		client->wanted = number(line + 4, "number of connections");
		client->command = NEW;
	} else if (!strncmp(line, "numbers ", 8)) {
		write_numbers(client, line + 8);
	} else if (!strcmp(line, "stop")) {
		client->stopped = true;
	} else {
		errno = 0;
		die("'%s' is no command", line);
	}
}

void finish_command(struct stream_client *client)
{
	const struct figures *now = &client->now, *marked = &client->marked;
	u32 came;

	switch (client->command) {
	case START:
		if (client->unsettled)
			return;
		mark(client, "start");
		break;
	case SETTLE:
		if (client->unsettled)
			return;
		say("settled");
		break;
	case NEW:
		came = now->fresh + now->failed - marked->fresh -
		       marked->failed;
		if (came < client->wanted)
			return;
		printf("new %u\n", came);
		fflush(stdout);
		break;
	case NO_COMMAND:
		return;
	}
	client->command = NO_COMMAND;
}

/* Carries lines out one after the other: each waits for the last answer. */
void obey_lines(struct stream_client *client)
{
	char *end;

	while (client->command == NO_COMMAND && !client->stopped) {
		end = memchr(client->line, '\n', client->line_len);
		if (!end)
			return;
		*end++ = '\0';
		obey(client, client->line);
		client->line_len -= end - client->line;
		memmove(client->line, end, client->line_len);
		finish_command(client);
	}
}

void read_lines(struct stream_client *client)
{
	static const char stop[] = "stop\n";
	size_t room = sizeof(client->line) - client->line_len;
	ssize_t got;

	errno = 0;
	if (!room)
		die("a line too long, or too many at once");
	got = read(STDIN_FILENO, client->line + client->line_len, room);
	if (got > 0) {
		client->line_len += got;
		return;
	}
	/* Lines that were read before are carried out first. */
	if (epoll_ctl(client->epoll, EPOLL_CTL_DEL, STDIN_FILENO, NULL) ||
	    room < strlen(stop))
		die("standard input");
	memcpy(client->line + client->line_len, stop, strlen(stop));
	client->line_len += strlen(stop);
}
