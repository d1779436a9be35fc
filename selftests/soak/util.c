// SPDX-License-Identifier: GPL-2.0-only
/*
 * soak: helpers, and the gate, where all users of the module stop
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "soak.h"

#define LATE	12000	/* naps of 10 ms until a late worker is a fault */

unsigned int below(unsigned int *seed, unsigned int n)
{
	return (unsigned long long)rand_r(seed) * n / (RAND_MAX + 1ULL);
}

void nap_ms(unsigned int ms)
{
	const struct timespec nap = {
		.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L,
	};

	nanosleep(&nap, NULL);
}

/* Moves the calling thread alone to a namespace. */
void enter_netns(const char *netns)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s%s",
		 strchr(netns, '/') ? "" : "/run/netns/", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die("namespace %s: %s", netns, strerror(errno));
	close(fd);
}

/* Gives the calling thread a new namespace, with its loopback up. */
void new_netns(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd;

	if (unshare(CLONE_NEWNET))
		die("no namespace: %s", strerror(errno));
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	request.ifr_flags = IFF_UP;
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request))
		die("loopback: %s", strerror(errno));
	close(fd);
}

void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die("%s: %s", path, strerror(errno));
	close(fd);
}

/* The number behind the first @key at the start of a line of a file. */
unsigned long read_number(const char *path, const char *key)
{
	FILE *f = fopen(path, "re");
	unsigned long n = 0;
	char line[256];

	if (!f)
		die("%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, key, strlen(key)))
			n += strtoul(line + strlen(key), NULL, 10);
	fclose(f);
	return n;
}

/* Tries several times, because memory may be short. */
struct hashring *open_kernel(const char *netns)
{
	struct hashring *h;
	unsigned int tries = 0;

	while (hashring_open(&h, netns)) {
		if (++tries == 100)
			die("connect: %s", hashring_error(h));
		hashring_close(h);
		nap_ms(10);
	}
	return h;
}

/* --- the gate ------------------------------------------------------------- */

bool gate_closed(void)
{
	return atomic_load(&shared->gate) % 2 && !stopped();
}

/* Stops at the gate, until the module is back. */
void gate_park(struct worker *w)
{
	while (gate_closed()) {
		atomic_store(&w->parked, atomic_load(&shared->gate));
		nap_ms(10);
		got_on(w);
	}
}

/* Returns true when all users are at the gate; false at the end of the run. */
bool gate_shut(void)
{
	unsigned int gate = atomic_fetch_add(&shared->gate, 1) + 1, naps = 0, i;
	const char *late = "";

	while (late && !stopped()) {
		nap_ms(10);
		late = NULL;
		for (i = 0; i < shared->nr_workers; i++)
			if (shared->worker[i].gated &&
			    atomic_load(&shared->worker[i].parked) != gate)
				late = shared->worker[i].name;
		if (late && ++naps == LATE)
			violation("stuck", "%s does not come to the gate",
				  late);
	}
	return !stopped();
}

void gate_open(void)
{
	atomic_fetch_add(&shared->gate, 1);
}
