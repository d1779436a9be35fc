// SPDX-License-Identifier: GPL-2.0-only
/*
 * soak: starts all workers, watches their progress, and prints the result
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "stage.h"

#define PATIENCE	120	/* seconds without progress of a worker */
#define MORE	240	/* extra seconds for a slow machine */
#define SHOWN	6	/* violations of one kind */
#define BEHIND		60	/* lines of the log after a fault */
#define TOO_MANY	200	/* violations: more of them say nothing new */

/* Name of each figure, and the minimum for a meaningful run. */
static const struct {
	const char *name;
	unsigned long least;
} figures[FIG_NR] = {
	[FIG_PACKETS] = { "packets", 1000 },
	[FIG_MET] = { "packets that met a move", 10 },
	[FIG_CONNECTIONS] = { "connections", 20 },
	[FIG_EXCHANGES] = { "exchanges", 100 },
	[FIG_CHANGES] = { "changes", 100 },
	[FIG_MIGRATIONS] = { "migrations", 10 },
	[FIG_STEPS] = { "steps", 50 },
	[FIG_JOINED] = { "changes in mid-migration", 1 },
	[FIG_ROLLBACKS] = { "rollbacks", 1 },
	[FIG_UNDONE] = { "migrations undone", 1 },
	[FIG_FINISHED] = { "migrations finished", 10 },
	[FIG_DIGESTS] = { "digests compared", 20 },
	[FIG_LOOKUPS] = { "look-ups compared", 10000 },
	[FIG_COUNTERS] = { "counters compared", 4 },
	[FIG_CYCLES] = { "insmod cycles", 2 },
	[FIG_DETOURS] = { "packets by the plain route", 100 },
	[FIG_NAMESPACES] = { "namespaces", 5 },
	[FIG_RINGS] = { "rings", 10 },
	[FIG_REFUSED] = { "allocations refused", 0 },
	[FIG_RECLAIMS] = { "reclaims", 0 },
	[FIG_OFFLINE] = { "CPU off/on cycles", 1 },
	[FIG_EXCUSED] = { "connections cut on purpose", 0 },
	[FIG_VIOLATIONS] = { "violations", 0 },
};

struct shared *shared;
unsigned int run_seed;
const char *client, *ringctl, *module_path, *work_dir;
const char *directors[2], *backend_ns[BACKENDS + 1];
struct hashring_via backend_via[BACKENDS];

static unsigned int seconds = 60;
static struct timespec begun;
static atomic_uint running;

struct start {
	struct worker *worker;
	void *(*run)(void *arg);
	void *arg;
};

static unsigned int elapsed(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - begun.tv_sec;
}

void die(const char *format, ...)
{
	va_list args;

	printf("! died: ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
	if (shared) {
		count(FIG_VIOLATIONS, 1);
		atomic_store(&shared->stop, true);
	}
	_exit(1);
}

/* Whether to print one more violation of this kind. */
static bool may_print(const char *kind)
{
	static const char *const kinds[] = {
		"owner", "connection", "digest", "lookup", "state", "counters",
		"memory", "kernel", "stuck", "little",
	};
	static atomic_uint seen[sizeof(kinds) / sizeof(*kinds)];
	unsigned int i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(kinds[i], kind))
			return atomic_fetch_add(&seen[i], 1) < SHOWN;
	return true;
}

/* Reports a violation. soak.sh counts the lines by @kind. */
void violation(const char *kind, const char *format, ...)
{
	char text[10000];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (may_print(kind)) {
		printf("! %s: after %u s: %s\n", kind, elapsed(), text);
		fflush(stdout);
	}
	if (atomic_fetch_add(&shared->figure[FIG_VIOLATIONS], 1) == TOO_MANY)
		atomic_store(&shared->stop, true);
}

struct worker *new_worker(const char *name, bool gated)
{
	struct worker *w = &shared->worker[shared->nr_workers];

	if (shared->nr_workers == WORKERS_MAX)
		die("too many workers");
	snprintf(w->name, sizeof(w->name), "%s", name);
	w->gated = gated;
	shared->nr_workers++;
	return w;
}

static void *run_worker(void *arg)
{
	struct start start = *(struct start *)arg;

	free(arg);
	start.run(start.arg);
	atomic_fetch_sub(&running, 1);
	return NULL;
}

void start_worker(struct worker *w, void *(*run)(void *), void *arg)
{
	struct start *start = malloc(sizeof(*start));
	pthread_t thread;

	if (!start)
		die("no memory");
	*start = (struct start){ w, run, arg };
	atomic_fetch_add(&running, 1);
	if (pthread_create(&thread, NULL, run_worker, start))
		die("no thread");
	pthread_setname_np(thread, w->name);
	pthread_detach(thread);
}

/* Starts a worker without an argument of its own. */
void start_alone(const char *name, bool gated, void *(*run)(void *))
{
	struct worker *w = new_worker(name, gated);

	start_worker(w, run, w);
}

/* --- the kernel's log ------------------------------------------------------- */

/* Long reports about refused allocations are no faults. */
static bool complains(const char *line)
{
	static const char *const faults[] = {
		"BUG: ", "WARNING: ", "Oops", "KASAN: ", "KFENCE: ", "UBSAN: ",
		"INFO: ", "refcount_t: ", "general protection", "inconsistent",
		"circular locking", "recursive locking", "suspicious RCU",
		"list_add corruption", "list_del corruption", "kmemleak: ",
		"unregister_netdevice: waiting", "scheduling while atomic",
		"sleeping function", "stall",
	};
	unsigned int i;

	if (strstr(line, "kmemleak: ") && !strstr(line, "new suspected"))
		return false;
	for (i = 0; i < sizeof(faults) / sizeof(*faults); i++)
		if (strstr(line, faults[i]))
			return true;
	return false;
}

static void *read_log(void *arg)
{
	struct worker *w = arg;
	unsigned int behind = 0;
	char line[8192];
	const char *text;
	ssize_t got;
	int fd;

	fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || lseek(fd, 0, SEEK_END))
		die("/dev/kmsg: %s", strerror(errno));
	while (!stopped()) {
		got = read(fd, line, sizeof(line) - 1);
		got_on(w);
		if (got < 0 && errno == EAGAIN)
			nap_ms(20);
		if (got <= 0)
			continue;
		line[got] = '\0';
		text = strchr(line, ';') + 1;
		if (complains(text)) {
			violation("kernel", "%s", text);
			behind = BEHIND;
		} else if (behind) {
			printf("#   %s", text);
			behind--;
		}
	}
	close(fd);
	return NULL;
}

/* --- the watch -------------------------------------------------------------- */

static void show_stacks(void)
{
	char command[128];

	snprintf(command, sizeof(command),
		 "cd /proc/%d/task && head -n 40 */comm */stack 2>&1",
		 getpid());
	if (system(command))
		printf("# no stacks\n");
}

static void look_after_workers(void)
{
	unsigned int i;

	look_after_pressure();
	for (i = 0; i < shared->nr_workers; i++) {
		struct worker *w = &shared->worker[i];
		unsigned long now = atomic_load(&w->progress);

		w->still = now == w->seen ? w->still + 1 : 0;
		w->seen = now;
		if (w->still < PATIENCE)
			continue;
		violation("stuck", "%s does not get on", w->name);
		show_stacks();
		die("%s", w->name);
	}
}

static void tell(void)
{
	unsigned int i;

	printf("# %u s:", elapsed());
	for (i = 0; i < FIG_NR; i++)
		printf("%s %lu %s", i ? "," : "",
		       atomic_load(&shared->figure[i]), figures[i].name);
	putchar('\n');
	fflush(stdout);
}

/* Whether a figure is below its minimum; reports these, if @complain. */
static bool below_minimum(bool complain)
{
	bool little = false;
	unsigned int i;

	for (i = 0; i < FIG_NR; i++) {
		if (atomic_load(&shared->figure[i]) >= figures[i].least)
			continue;
		little = true;
		if (complain)
			violation("little", "%lu %s, fewer than %lu",
				  atomic_load(&shared->figure[i]),
				  figures[i].name, figures[i].least);
	}
	return little;
}

/* The run ends in time, or when all figures have their minimum. */
static bool goes_on(void)
{
	unsigned int now = elapsed();

	return !stopped() && (now < seconds ||
			      (now < seconds + MORE && below_minimum(false)));
}

static void wait_for_all(void)
{
	unsigned int naps = 0;

	atomic_store(&shared->stop, true);
	while (atomic_load(&running)) {
		nap_ms(100);
		if (++naps == 10 * PATIENCE) {
			violation("stuck", "the end");
			show_stacks();
			die("no end");
		}
	}
}

static void get_options(int argc, char **argv)
{
	unsigned int d = 0, b = 0;
	char *via;
	int c;

	while ((c = getopt(argc, argv, "t:s:d:c:r:k:w:b:")) != -1) {
		switch (c) {
		case 't':
			seconds = strtoul(optarg, NULL, 0);
			break;
		case 's':
			run_seed = strtoul(optarg, NULL, 0);
			break;
		case 'd':
			if (d < 2)
				directors[d++] = optarg;
			break;
		case 'c':
			client = optarg;
			break;
		case 'r':
			ringctl = optarg;
			break;
		case 'k':
			module_path = optarg;
			break;
		case 'w':
			work_dir = optarg;
			break;
		case 'b':
			if (b > PLAIN)
				break;
			backend_ns[b] = strtok_r(optarg, "=", &via);
			if (b < BACKENDS &&
			    (!inet_pton(AF_INET, strsep(&via, "="),
					&backend_via[b].addr4) ||
			     !via || !inet_pton(AF_INET6, via,
						&backend_via[b].addr6)))
				die("-b NETNS=ADDR4=ADDR6");
			b++;
			break;
		default:
			die("no such option");
		}
	}
	if (d != 2 || b != PLAIN + 1 || !client || !ringctl || !module_path ||
	    !work_dir)
		die("wants -d twice, -b %u times, -c, -r, -k and -w", PLAIN + 1);
}

int main(int argc, char **argv)
{
	const struct rlimit files = { .rlim_cur = 65536, .rlim_max = 65536 };
	unsigned int told = 0, every;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die("no memory");
	memset(shared, 0, sizeof(*shared));
	get_options(argc, argv);
	if (setrlimit(RLIMIT_NOFILE, &files))
		die("no more files: %s", strerror(errno));
	clock_gettime(CLOCK_MONOTONIC, &begun);
	printf("# seed %u: each worker's own is that and a number of its own\n",
	       run_seed);
	fflush(stdout);

	fork_pressure();
	start_alone("read log", false, read_log);
	start_stages();
	start_namespaces();
	start_pressure();
	start_cycle();
	every = seconds / 5 < 60 ? seconds / 5 : 60;
	while (goes_on()) {
		nap_ms(1000);
		look_after_workers();
		if (elapsed() >= told + every) {
			told = elapsed();
			tell();
		}
	}
	wait_for_all();
	last_cycle();
	if (elapsed() >= seconds)
		below_minimum(true);
	tell();
	return atomic_load(&shared->figure[FIG_VIOLATIONS]) ? 1 : 0;
}
