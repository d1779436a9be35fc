// SPDX-License-Identifier: GPL-2.0-only
/*
 * A session: a process with a network namespace, and for every second worker
 * with a user namespace. It runs a few streams of messages, and sends packets
 * to the rings of these streams.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/capability.h>
#include <net/if.h>
#include <net/route.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "fuzz.h"

#define NOBODY		65534
#define MESSAGES_MIN	200	/* of a stream in a session */
#define MESSAGES_MORE	1800

/* Gives a thread all capabilities of its process, or none. */
static void set_privilege(bool all)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct caps[2];
	u32 i;

	if (syscall(SYS_capget, &head, caps))
		die("capget");
	for (i = 0; i < ARRAY_SIZE(caps); i++)
		caps[i].effective = all ? caps[i].permitted : 0;
	if (syscall(SYS_capset, &head, caps))
		die("capset");
}

/* A user namespace without root, as in an unprivileged container. */
static void leave_root(void)
{
	if (syscall(SYS_setresgid, NOBODY, NOBODY, NOBODY) ||
	    syscall(SYS_setresuid, NOBODY, NOBODY, NOBODY) ||
	    unshare(CLONE_NEWUSER))
		die("a user namespace");
}

/* Sets lo up, and routes 10.7.0.0/16 to it, so that via has a route. */
static void make_links(void)
{
	struct ifreq lo = { .ifr_name = "lo" };
	struct rtentry route = { .rt_flags = RTF_UP, .rt_dev = lo.ifr_name };
	struct sockaddr_in *to = (struct sockaddr_in *)&route.rt_dst;
	struct sockaddr_in *mask = (struct sockaddr_in *)&route.rt_genmask;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	lo.ifr_flags = IFF_UP | IFF_RUNNING;
	to->sin_family = AF_INET;
	to->sin_addr.s_addr = htonl(0x0a070000);
	mask->sin_family = AF_INET;
	mask->sin_addr.s_addr = htonl(0xffff0000);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo) ||
	    ioctl(fd, SIOCADDRT, &route))
		die("a network namespace");
	close(fd);
}

int traffic_open(void)
{
	return socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* Begins a connection without a listener, which fails at once. */
static void connect_once(u32 mark, const struct sockaddr_in *to)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark));
	if (!connect(fd, (const struct sockaddr *)to, sizeof(*to)) ||
	    errno == EINPROGRESS || errno == ECONNREFUSED)
		count(&totals->packets);
	close(fd);
}

/*
 * Sends packets with the marks of attachments. Without the privilege to set a
 * mark, packets have none.
 */
void traffic_round(struct stream *stream)
{
	struct rng *rng = &stream->source.rng;
	u32 mark = 0x100 << rng_below(rng, 3), n = 1 + rng_below(rng, 4);
	struct sockaddr_in to = { .sin_family = AF_INET };

	to.sin_addr.s_addr = htonl(rng_one_in(rng, 2) ? 0x7f000001 :
			     0x0a070001 + rng_below(rng, 3));
	to.sin_port = htons(1 + rng_below(rng, 64));
	if (rng_one_in(rng, 8))
		connect_once(mark, &to);
	setsockopt(stream->udp, SOL_SOCKET, SO_MARK, &mark, sizeof(mark));
	while (n--)
		if (sendto(stream->udp, "fuzz", 4, 0, (struct sockaddr *)&to,
			   sizeof(to)) > 0)
			count(&totals->packets);
}

static void *play_stream(void *arg)
{
	struct stream *stream = arg;

	set_privilege(stream->privileged);
	stream_open(stream);
	while (!stream_ended(stream))
		stream_round(stream);
	stream_close(stream);
	return NULL;
}

static void play_at_once(struct stream **streams)
{
	pthread_t threads[THREADS];
	u32 i;

	for (i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, play_stream, streams[i]))
			die("a thread");
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

/* One message of each stream in turn: the order is the same every time. */
static void play_in_turn(struct stream **streams)
{
	u32 i, left = THREADS;

	for (i = 0; i < THREADS; i++) {
		set_privilege(streams[i]->privileged);
		stream_open(streams[i]);
		set_privilege(true);
	}
	while (left) {
		for (i = 0, left = 0; i < THREADS; i++) {
			if (stream_ended(streams[i]))
				continue;
			set_privilege(streams[i]->privileged);
			stream_round(streams[i]);
			set_privilege(true);
			left++;
		}
	}
	for (i = 0; i < THREADS; i++)
		stream_close(streams[i]);
}

static void session_main(const struct play *play, u32 worker, u32 session,
			 bool in_turn)
{
	struct stream *streams[THREADS], *last;
	struct rng rng;
	u32 i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (worker % 2)
		leave_root();
	if (unshare(CLONE_NEWNET))
		die("a network namespace");
	make_links();
	rng_seed(&rng, play->seed, worker, session, THREADS);
	for (i = 0; i < THREADS; i++)
		streams[i] = stream_new(play->seed, worker, session, i,
					(MESSAGES_MIN +
					 rng_below(&rng, MESSAGES_MORE)) /
					(i == THREADS - 1 ? 3 : 1));
	last = stream_new(play->seed, worker, session, 0, 0);
	__atomic_store_n(&totals->session_pid[worker], getpid(), __ATOMIC_RELEASE);
	if (in_turn)
		play_in_turn(streams);
	else
		play_at_once(streams);
	pthread_mutex_lock(&totals->visit_lock[worker]);
	settle(last);
	__atomic_store_n(&totals->session_pid[worker], 0, __ATOMIC_RELEASE);
	pthread_mutex_unlock(&totals->visit_lock[worker]);
	free(last);
	count(&totals->sessions);
	_exit(0);
}

/* Runs one session, and waits for its end. */
void session_run(const struct play *play, u32 worker, u32 session, bool in_turn)
{
	int status = 0;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid)
		session_main(play, worker, session, in_turn);
	waitpid(pid, &status, 0);
	if (status) {
		fprintf(stderr, "worker %u session %u ended with status %#x\n",
			worker, session, status);
		count(&totals->violations);
	}
}
