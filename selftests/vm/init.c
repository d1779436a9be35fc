// SPDX-License-Identifier: GPL-2.0-only
/*
 * init.c - process 1 of a test guest
 *
 * The whole initramfs is this static program, a few modules and a list of these
 * modules. init mounts the host's root with the filesystem that the kernel's
 * command line names, puts a scratch overlay on top, runs one command there and
 * reports the command's end to the host.
 *
 * Three channels leave the guest and never mix: the kernel's console, the
 * command's output and the verdict. The command line names the ports of the
 * last two. The command writes to a pipe, not to the port, because a port
 * cannot be opened twice and scripts like to open /dev/stderr. The verdict is
 * written before the debug device ends QEMU, so that an exit without a verdict
 * is never a success.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define DEBUG_EXIT_PORT		0xf4
#define DEBUG_EXIT_VALUE	0x10	/* QEMU exits with 2 * value + 1 */
#define JOB_MAX			1048576
#define LAST_READS		16	/* a pipe holds the data of one read */

static void leave(void)
{
	sync();
	if (!ioperm(DEBUG_EXIT_PORT, 4, 1))
		outl(DEBUG_EXIT_VALUE, DEBUG_EXIT_PORT);
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

/* Writes to the console: the host prints its end when there is no verdict. */
static _Noreturn void die(const char *what, const char *which)
{
	fprintf(stderr, "init: %s %s: %s\n", what, which, strerror(errno));
	leave();
	_exit(1);
}

static void must_mount(const char *what, const char *where, const char *type,
		       unsigned long flags, const char *data)
{
	mkdir(where, 0755);
	if (mount(what, where, type, flags, data))
		die("mount on", where);
}

/* Mounts a filesystem that only some kernels have. */
static void may_mount(const char *where, const char *type)
{
	if (mount(type, where, type, 0, NULL) && errno != ENODEV &&
	    errno != ENOENT)
		fprintf(stderr, "init: mount %s: %s\n", type, strerror(errno));
}

static void load_modules(void)
{
	char path[256];
	FILE *list = fopen("/modules", "re");

	if (!list)
		die("open", "/modules");
	while (fgets(path, sizeof(path), list)) {
		int fd;

		path[strcspn(path, "\n")] = '\0';
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			die("open", path);
		if (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST)
			die("load", path);
		close(fd);
	}
	fclose(list);
}

/*
 * A word of the kernel's command line: the kernel puts it into the environment.
 */
static const char *word(const char *name)
{
	const char *value = getenv(name);

	if (!value)
		die("not on the command line:", name);
	return value;
}

/* The host announces the ports a moment after the driver has started. */
static int open_port(const char *path)
{
	struct termios raw;
	int tries, fd;

	for (tries = 0; tries < 5000; tries++) {
		fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
		if (fd >= 0) {
			if (!tcgetattr(fd, &raw)) {
				cfmakeraw(&raw);
				tcsetattr(fd, TCSANOW, &raw);
			}
			return fd;
		}
		usleep(1000);
	}
	die("open", path);
}

static void put(int fd, const char *buf, size_t len)
{
	while (len) {
		ssize_t n = write(fd, buf, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			die("write", "to the host");
		buf += n;
		len -= n;
	}
}

static void set_link(const char *target, const char *path)
{
	if (symlink(target, path) && errno != EEXIST)
		die("link", path);
}

static void put_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) < 0)
		fprintf(stderr, "init: %s: %s\n", path, strerror(errno));
	close(fd);
}

/**
 * struct job - the host's request, in the host's own bytes: strings ended by
 * NUL
 * @cwd: working folder of the command
 * @argv: the command, looked up in PATH
 */
struct job {
	char *cwd;
	char **argv;
};

/* cwd, then NAME=VALUE strings, an empty string, then the arguments. */
static void read_job(struct job *job)
{
	char path[4096], *buf, *s, *end;
	size_t len = 0, n = 0;
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/host%s", word("vm_job"));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	buf = malloc(JOB_MAX + 1);
	if (fd < 0 || !buf)
		die("open", path);
	while ((got = read(fd, buf + len, JOB_MAX - len)) > 0)
		len += got;
	close(fd);
	if (got < 0 || !len || buf[len - 1])
		die("read", path);
	end = buf + len;

	/* The kernel has put words of its command line into the environment. */
	clearenv();
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("HOME", "/root", 1);
	setenv("LANG", "C.UTF-8", 1);
	job->cwd = buf;
	for (s = buf + strlen(buf) + 1; s < end && *s; s += strlen(s) + 1)
		if (putenv(s))
			die("putenv", s);
	if (s >= end)
		die("no command in", path);
	job->argv = calloc(len + 1, sizeof(*job->argv));
	if (!job->argv)
		die("calloc", "arguments");
	for (s++; s < end; s += strlen(s) + 1)
		job->argv[n++] = s;
	if (!n)
		die("no command in", path);
}

static bool under(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return !strncmp(path, folder, len) &&
	       (path[len] == '/' || !path[len]);
}

/*
 * Enters the new root: the host's files below, a scratch layer above. /run
 * starts empty, because its files are of the host's daemons. /tmp and /dev/shm
 * keep the host's files, because the tree may be there.
 */
static void enter_root(const struct job *job)
{
	must_mount("scratch", "/scratch", "tmpfs", 0, "mode=0755");
	mkdir("/scratch/upper", 0755);
	mkdir("/scratch/work", 0755);
	must_mount("root", "/root", "overlay", 0,
		   "lowerdir=/host,upperdir=/scratch/upper,workdir=/scratch/work");

	may_mount("/sys/kernel/debug", "debugfs");
	may_mount("/sys/kernel/tracing", "tracefs");
	may_mount("/sys/fs/bpf", "bpf");
	may_mount("/sys/fs/cgroup", "cgroup2");
	must_mount("devpts", "/dev/pts", "devpts", 0, "ptmxmode=0666");
	mkdir("/root/dev/shm", 01777);
	must_mount("/root/dev/shm", "/dev/shm", NULL, MS_BIND, NULL);
	must_mount("/proc", "/root/proc", NULL, MS_MOVE, NULL);
	must_mount("/sys", "/root/sys", NULL, MS_MOVE, NULL);
	must_mount("/dev", "/root/dev", NULL, MS_MOVE, NULL);
	if (!under(job->cwd, "/run"))
		must_mount("run", "/root/run", "tmpfs", 0, "mode=0755");

	if (chdir("/root") || mount(".", "/", NULL, MS_MOVE, NULL) ||
	    chroot("."))
		die("enter", "the new root");
	if (chdir(job->cwd))
		die("chdir", job->cwd);
}

static void set_up_system(void)
{
	struct rlimit files = { 1024, 1 << 20 };
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo))
		die("set up", "lo");
	close(fd);
	sethostname("guest", 5);
	setrlimit(RLIMIT_NOFILE, &files);
	umask(022);
	/* The console gets notices and worse, for the host to read. */
	put_file("/proc/sys/kernel/printk", "6 4 1 7");
	/* On a busy host a guest is slow. */
	put_file("/proc/sys/kernel/hung_task_timeout_secs", "400");
}

static pid_t start(const struct job *job, int out)
{
	pid_t pid = fork();
	sigset_t none;
	int null;

	if (pid < 0)
		die("fork", job->argv[0]);
	if (pid)
		return pid;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	null = open("/dev/null", O_RDONLY);
	if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 ||
	    dup2(out, 2) < 0)
		die("stdio of", job->argv[0]);
	if (null > 2)
		close(null);
	execvp(job->argv[0], job->argv);
	dprintf(2, "%s: %s\n", job->argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* Copies the available bytes; false if there were none. */
static bool pump(int from, int to)
{
	static char buf[65536];
	ssize_t n = read(from, buf, sizeof(buf));

	if (n <= 0)
		return false;
	put(to, buf, n);
	return true;
}

/* As process 1, init reaps all orphans. Only the end of @pid counts. */
static int wait_for(pid_t pid, int from, int to)
{
	struct pollfd fds[2] = { { .events = POLLIN, .fd = from },
				 { .events = POLLIN } };
	struct signalfd_siginfo info;
	sigset_t child;
	int status;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	fds[1].fd = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fds[1].fd < 0)
		die("signalfd", "");

	for (;;) {
		int last = LAST_READS;
		pid_t gone;

		while ((gone = waitpid(-1, &status, WNOHANG)) > 0) {
			if (gone != pid)
				continue;
			while (last-- && pump(from, to))
				;
			return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
						     WEXITSTATUS(status);
		}
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			die("poll", "");
		pump(from, to);
		while (read(fds[1].fd, &info, sizeof(info)) > 0)
			;
	}
}

static unsigned long taint(void)
{
	unsigned long value = 0;
	FILE *f = fopen("/proc/sys/kernel/tainted", "re");

	if (!f || fscanf(f, "%lu", &value) != 1)
		die("read", "tainted");
	fclose(f);
	return value;
}

int main(void)
{
	int pipefd[2], out, verdict, rc;
	sigset_t child;
	struct job job;
	char line[64];

	must_mount("proc", "/proc", "proc", 0, NULL);
	must_mount("sysfs", "/sys", "sysfs", 0, NULL);
	if (mount("devtmpfs", "/dev", "devtmpfs", 0, NULL) && errno != EBUSY)
		die("mount on", "/dev");
	mkdir("/dev/pts", 0755);
	mkdir("/dev/shm", 01777);
	set_link("/proc/self/fd", "/dev/fd");
	set_link("fd/0", "/dev/stdin");
	set_link("fd/1", "/dev/stdout");
	set_link("fd/2", "/dev/stderr");

	load_modules();
	out = open_port(word("vm_output"));
	verdict = open_port(word("vm_verdict"));
	must_mount("host", "/host", word("vm_host"), MS_RDONLY, NULL);
	read_job(&job);
	enter_root(&job);
	set_up_system();

	/* Blocked before the fork, so that no end of the command is missed. */
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	if (pipe2(pipefd, O_CLOEXEC) ||
	    fcntl(pipefd[0], F_SETFL, O_NONBLOCK))
		die("pipe", "");

	rc = wait_for(start(&job, pipefd[1]), pipefd[0], out);
	snprintf(line, sizeof(line), "%d %lu\n", rc, taint());
	put(verdict, line, strlen(line));
	leave();
}
