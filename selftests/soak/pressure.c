// SPDX-License-Identifier: GPL-2.0-only
/*
 * soak: lack of memory, and lack of CPUs
 *
 * A process with rings of its own has a limit of kernel memory, which goes up
 * and down. A refused move must change nothing. If the kernel can inject
 * faults, faults replace the limit. Another process takes the machine's memory
 * until the kernel reclaims some.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "expected.h"

#define CGROUP		"/sys/fs/cgroup"
#define LIMITED		CGROUP "/soak"
#define CPU		"/sys/devices/system/cpu/cpu1/online"
#define FAIL_NTH	"/proc/thread-self/fail-nth"
#define FAILSLAB	"/sys/kernel/debug/failslab/"
#define FAILPAGE	"/sys/kernel/debug/fail_page_alloc/"
#define HEAP		(64 << 20)
#define CHUNK		(4 << 20)
#define PAGE		4096
#define CHUNKS		4096	/* maximum */
#define SPARE_KB	262144	/* for other processes, and for later rounds */
#define MIN_FREE_KB	"32768"	/* below this, processes have to reclaim themselves */
#define LEFT_KB		24576

static struct worker *limited, *taker;
static bool by_faults;
static pid_t child[2];
static unsigned int limit_seed;

/* --- failing allocations -------------------------------------------------- */

/*
 * Lets one of the next allocations fail. The file stays open, because opening
 * it allocates memory, too.
 */
static void fail_one(struct expected *t, bool armed)
{
	static int fd = -1;
	char text[16];
	int len;

	if (fd < 0)
		fd = open(FAIL_NTH, O_WRONLY | O_CLOEXEC);
	len = snprintf(text, sizeof(text), "%u",
		       armed ? 1 + below(&t->seed, 60) : 0);
	if (pwrite(fd, text, len, 0) != len)
		die("%s: %s", FAIL_NTH, strerror(errno));
}

/* Allocates all memory of this process before there is a limit. */
static void preallocate(void)
{
	mallopt(M_MMAP_THRESHOLD, HEAP);
	mallopt(M_TRIM_THRESHOLD, 2 * HEAP);
	mallopt(M_TOP_PAD, HEAP);
	free(malloc(1));
	mlockall(MCL_CURRENT | MCL_FUTURE);
}

__attribute__((noreturn))
static void run_limited(void)
{
	struct expected t = {
		.worker = limited, .names = EXPECTED_NAMES, .may_fail = true,
		.seed = run_seed + 400, .ring = "limited",
		.arm = by_faults ? fail_one : NULL,
	};
	unsigned int life = 0, moves = 0, placement = 0;
	bool there = false;

	new_netns();
	preallocate();
	write_file("/proc/self/oom_score_adj", "-1000");
	if (!by_faults)
		write_file(LIMITED "/cgroup.procs", "0");
	while (!stopped()) {
		if (gate_closed()) {
			gate_park(limited);
			continue;
		}
		if (!there || life != atomic_load(&shared->life) ||
		    moves > 2000) {
			if (moves > 2000)
				hashring_ring_del(t.h, t.ring);
			life = atomic_load(&shared->life);
			moves = 0;
			there = true;
			expected_create_small(&t, placement++ % 3, 2000);
			while (expected_populate(&t, 8) != MOVED && !stopped())
				got_on(limited);
		}
		expected_move(&t);
		got_on(limited);
		if (++moves % 64 == 0)
			expected_check(&t, 512);
	}
	_exit(0);
}

static void *move_limit(void *arg)
{
	struct worker *w = arg;
	char text[32];

	while (!stopped()) {
		snprintf(text, sizeof(text), "%lu",
			 read_number(LIMITED "/memory.current", "") +
			 below(&limit_seed, 256 << 10));
		write_file(LIMITED "/memory.max", text);
		nap_ms(50 + below(&limit_seed, 150));
		write_file(LIMITED "/memory.max", "max");
		nap_ms(20 + below(&limit_seed, 100));
		got_on(w);
	}
	return NULL;
}

static bool have_limit(void)
{
	int fd = open(CGROUP "/cgroup.subtree_control", O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, "+memory", 7) == 7;

	if (fd >= 0)
		close(fd);
	return good && (!mkdir(LIMITED, 0755) || errno == EEXIST);
}

static bool have_faults(void)
{
	if (access(FAIL_NTH, W_OK) || access(FAILSLAB "ignore-gfp-wait", W_OK))
		return false;
	write_file(FAILSLAB "ignore-gfp-wait", "N");
	write_file(FAILSLAB "verbose", "0");
	if (!access(FAILPAGE "ignore-gfp-wait", W_OK)) {
		write_file(FAILPAGE "ignore-gfp-wait", "N");
		write_file(FAILPAGE "verbose", "0");
	}
	return true;
}

/* --- used memory ---------------------------------------------------------- */

static unsigned long scanned(void)
{
	return read_number("/proc/vmstat", "pgscan_kswapd ") +
	       read_number("/proc/vmstat", "pgscan_direct ");
}

/* Takes memory by page while @left_kb is free; returns the number of chunks. */
static unsigned int take(char *chunks[], unsigned long left_kb, unsigned long until)
{
	unsigned int n = 0;
	size_t at;

	while (n < CHUNKS && scanned() <= until && !stopped() &&
	       read_number("/proc/meminfo", "MemFree:") > left_kb) {
		chunks[n] = mmap(NULL, CHUNK, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (chunks[n] == MAP_FAILED)
			break;
		madvise(chunks[n], CHUNK, MADV_HUGEPAGE);
		for (at = 0; at < CHUNK; at += PAGE)
			chunks[n][at] = 1;
		n++;
		got_on(taker);
	}
	return n;
}

/* Takes memory until the kernel reclaims some, or little is left. */
static void take_until_reclaim(void)
{
	unsigned long before = scanned();
	static char *chunks[CHUNKS];

	take(chunks, LEFT_KB, before + 256);
	count(FIG_RECLAIMS, scanned() > before);
	nap_ms(200);
}

/*
 * Keeps most of the free memory all the time, so that rounds are short. Each
 * round is a process, which the kernel kills before other processes.
 */
__attribute__((noreturn))
static void run_taker(void)
{
	unsigned int seed = run_seed + 500, i;
	static char *chunks[CHUNKS];
	pid_t pid;

	take(chunks, SPARE_KB, ULONG_MAX);
	write_file("/proc/sys/vm/min_free_kbytes", MIN_FREE_KB);
	while (!stopped()) {
		pid = fork();
		if (!pid) {
			write_file("/proc/self/oom_score_adj", "1000");
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			take_until_reclaim();
			_exit(0);
		}
		waitpid(pid, NULL, 0);
		for (i = 20 + below(&seed, 40); i && !stopped(); i--) {
			nap_ms(100);
			got_on(taker);
		}
	}
	_exit(0);
}

/* --- CPUs --------------------------------------------------------------------- */

static void *toggle_cpu(void *arg)
{
	unsigned int seed = run_seed + 600;
	struct worker *w = arg;

	while (!stopped()) {
		nap_ms(500 + below(&seed, 2500));
		write_file(CPU, "0");
		nap_ms(100 + below(&seed, 900));
		write_file(CPU, "1");
		count(FIG_OFFLINE, 1);
		got_on(w);
	}
	return NULL;
}

static pid_t fork_child(void (*run)(void))
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		run();
	}
	return pid;
}

/* Both processes must run until the end. */
void look_after_pressure(void)
{
	unsigned int i;
	int status;

	for (i = 0; i < 2; i++)
		if (child[i] && waitpid(child[i], &status, WNOHANG) > 0 &&
		    !stopped())
			die("worker %s ended: %#x", i ? "taker" : "limited",
			    status);
}

/* Before any thread starts. */
void fork_pressure(void)
{
	by_faults = have_faults();
	if (by_faults || have_limit()) {
		limited = new_worker("limited", true);
		child[0] = fork_child(run_limited);
	} else {
		printf("# neither a limit of memory nor faults to be had\n");
	}
	taker = new_worker("taker", false);
	child[1] = fork_child(run_taker);
}

void start_pressure(void)
{
	limit_seed = run_seed + 450;
	if (limited && !by_faults)
		start_alone("limit", false, move_limit);
	if (!access(CPU, W_OK))
		start_alone("cpu", false, toggle_cpu);
}
